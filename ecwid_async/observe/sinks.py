"""Where events go: to logging unless told otherwise, to several sinks at once, and never back up as an error.

``Ecwid(events=...)`` takes any callable, or several. One that has a method `wants` is asked before an event is made, so
that an event nobody looks at costs next to nothing.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from inspect import iscoroutinefunction
from threading import Lock
from typing import Final, Self

from ecwid_async.errors import ConfigError
from ecwid_async.wire import Event, EventKind, EventSink

__all__ = ["LogSink", "Sinks"]

_logger: Final = logging.getLogger("ecwid_async")
# Who sets up no logging gets no lines on stderr.
_logger.addHandler(logging.NullHandler())

_LEVELS: Final[Mapping[EventKind, int]] = {
    EventKind.ATTEMPT_STARTED: logging.DEBUG,
    EventKind.ATTEMPT_ENDED: logging.DEBUG,
    EventKind.DELAYED: logging.INFO,
    EventKind.RETRYING: logging.INFO,
    EventKind.THROTTLED: logging.WARNING,
    EventKind.QUARANTINED: logging.WARNING,
    EventKind.GAVE_UP: logging.WARNING,
}
# A wait that only keeps the rate limit's pace is no news unless it lasts longer, in seconds.
_PACE: Final = 1.0
# One text for each kind: tools that group records by their text keep the kinds apart.
_TEXTS: Final[Mapping[EventKind, str]] = {
    kind: f"%s: {kind.replace('_', ' ')} (%s) [request %s, %s]" for kind in _LEVELS
}


class LogSink:
    """Writes events to the standard library's logging, to the logger ``ecwid_async`` unless given another.

    Attempts are told at DEBUG, repetitions and waits at INFO (those for the rate limit where they last for more than a
    second, else at DEBUG), and at WARNING what somebody should look at: a rate limit that was hit, a token or store in
    quarantine, a call that was given up. Each record
    has the event's fields as attributes, under names such as ``ecwid_operation`` and ``ecwid_request_id``. The
    beginning and end of a call as a whole are not logged: its attempts tell them.
    """

    def __init__(self, logger: logging.Logger = _logger) -> None:
        self._logger = logger

    def wants(self, kind: EventKind) -> bool:
        """Whether the logger would write it."""
        level = _LEVELS.get(kind)
        return level is not None and self._logger.isEnabledFor(level)

    def __call__(self, event: Event) -> None:
        """Log the event."""
        if not self.wants(event.kind):
            return
        paced = _for_rate_limit(event) and (event.seconds or 0.0) <= _PACE
        self._logger.log(
            logging.DEBUG if paced else _LEVELS[event.kind],
            _TEXTS[event.kind],
            event.operation,
            ", ".join(_details(event)),
            event.request_id,
            "no store" if event.store_id is None else f"store {event.store_id}",
            extra={
                "ecwid_kind": event.kind.value,
                "ecwid_operation": event.operation,
                "ecwid_request_id": event.request_id,
                "ecwid_store_id": event.store_id,
                "ecwid_attempt": event.attempt,
                "ecwid_status": event.status,
                "ecwid_seconds": event.seconds,
                "ecwid_error": event.error,
            },
        )


def _for_rate_limit(event: Event) -> bool:
    """Whether it is a wait with nothing behind it but the rate limit."""
    return event.kind is EventKind.DELAYED and event.status is None and event.error is None


def _details(event: Event) -> Iterable[str]:
    yield "for the rate limit" if _for_rate_limit(event) else f"attempt {event.attempt}"
    if event.status is not None:
        yield f"status {event.status}"
    if event.error is not None:
        yield event.error
    if event.seconds is not None:
        yield f"{event.seconds:.3f} s"


class Sinks:
    """Several sinks as one, which never raises: the first error of each is logged, and the others hear of the event.

    Raises `ConfigError` for a sink that can't be called, or that would have to be awaited.
    """

    def __init__(self, *sinks: EventSink) -> None:
        for sink in sinks:
            if not callable(sink):
                raise ConfigError(f"an event sink is a callable that takes an Event, and {type(sink).__name__} is none")
            if iscoroutinefunction(sink) or iscoroutinefunction(type(sink).__call__):
                raise ConfigError(f"an event sink is not awaited: let {_name(sink)} put events into a queue instead")
        self._sinks = sinks
        self._asked: tuple[Callable[[EventKind], bool], ...] = tuple(
            getattr(sink, "wants", _everything) for sink in sinks
        )
        self._reported: set[int] = set()
        self._lock = Lock()

    @classmethod
    def of(cls, events: EventSink | Iterable[EventSink]) -> Self:
        """What `events` of `Ecwid` means: one sink or several."""
        return cls(events) if callable(events) or not isinstance(events, Iterable) else cls(*events)

    def wants(self, kind: EventKind) -> bool:
        """Whether any of them does."""
        try:
            for wants in self._asked:
                if wants(kind):
                    return True
        except Exception:
            return True  # then each of them is told, and the error of the one that fails is reported
        return False

    def __call__(self, event: Event) -> None:
        """Pass the event on to each of them."""
        for place, sink in enumerate(self._sinks):
            try:
                sink(event)
            except Exception:
                self._report(place)

    def _report(self, place: int) -> None:
        with self._lock:
            if place in self._reported:
                return
            self._reported.add(place)
        # The sink that failed may be the one that logs.
        with suppress(Exception):
            _logger.exception(
                "The event sink %s raised. Calls go on, and so do its events; further errors of it are not logged.",
                _name(self._sinks[place]),
            )


def _everything(_: EventKind) -> bool:
    return True


def _name(sink: EventSink) -> str:
    # Not its `repr`, which may show anything.
    name = getattr(sink, "__qualname__", None) or type(sink).__qualname__
    return str(name)
