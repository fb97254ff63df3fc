"""Passing events to several sinks, and keeping the errors of sinks away from calls."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from inspect import iscoroutinefunction
from threading import Lock
from typing import Self

from ecwid_async.errors import ConfigError
from ecwid_async.observe.log_sink import LogSink, logger
from ecwid_async.wire import Event, EventKind, EventSink

__all__ = ["CombinedSink"]


class CombinedSink:
    """Several sinks as one. It never raises: the first error of each sink is logged, and other sinks get the event.

    Raises `ConfigError` for a sink that is not callable, or would have to be awaited.
    """

    def __init__(self, *sinks: EventSink) -> None:
        for sink in sinks:
            if not callable(sink):
                raise ConfigError(f"{type(sink).__name__} is not an event sink: pass a callable that takes an Event")
            if iscoroutinefunction(sink) or iscoroutinefunction(type(sink).__call__):
                raise ConfigError(f"an event sink is not awaited: let {_name(sink)} put events into a queue instead")
        self._sinks = sinks
        self._filters: tuple[Callable[[EventKind], bool], ...] = tuple(
            getattr(sink, "wants", _wants_all) for sink in sinks
        )
        self._filters_of_kinds: tuple[Callable[[tuple[EventKind, ...]], bool], ...] = tuple(
            sink.wants_any if type(sink) is LogSink else partial(_wants_one_of, wants)
            for sink, wants in zip(sinks, self._filters, strict=True)
        )
        self._reported: set[int] = set()
        self._lock = Lock()

    @classmethod
    def from_argument(cls, events: EventSink | Iterable[EventSink]) -> Self:
        """Combine the argument `events` of `Ecwid`: one sink or several."""
        return cls(events) if callable(events) or not isinstance(events, Iterable) else cls(*events)

    def wants(self, kind: EventKind) -> bool:
        """Whether at least one sink wants events of this kind."""
        try:
            for wants in self._filters:
                if wants(kind):
                    return True
        except Exception:
            return True  # `__call__` meets the same error, and reports it
        return False

    def wants_any(self, kinds: tuple[EventKind, ...]) -> bool:
        """Whether at least one sink wants events of at least one of these kinds."""
        try:
            for wants_any in self._filters_of_kinds:
                if wants_any(kinds):
                    return True
        except Exception:
            return True
        return False

    def __call__(self, event: Event) -> None:
        """Pass an event to each sink that wants it."""
        for index, (sink, wants) in enumerate(zip(self._sinks, self._filters, strict=True)):
            try:
                if wants(event.kind):
                    sink(event)
            except Exception:
                self._report(index)

    def _report(self, index: int) -> None:
        with self._lock:
            if index in self._reported:
                return
            self._reported.add(index)
        # Logging may be the sink that failed.
        with suppress(Exception):
            logger.exception(
                "The event sink %s raised an error. Calls and its events continue; its further errors are not logged.",
                _name(self._sinks[index]),
            )


def _wants_one_of(wants: Callable[[EventKind], bool], kinds: tuple[EventKind, ...]) -> bool:
    return any(map(wants, kinds))


def _wants_all(_: EventKind) -> bool:
    return True


def _name(sink: EventSink) -> str:
    # Not its `repr`, which may show secrets.
    name = getattr(sink, "__qualname__", None) or type(sink).__qualname__
    return str(name)
