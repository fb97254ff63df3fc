"""Writing events to the standard library's logging."""

import logging
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from ecwid_async.wire import Event, EventKind

__all__ = ["LogSink", "logger"]

logger: Final = logging.getLogger("ecwid_async")
# Without a logging setup, nothing is printed to stderr.
logger.addHandler(logging.NullHandler())

_LEVELS: Final[Mapping[EventKind, int]] = {
    EventKind.ATTEMPT_STARTED: logging.DEBUG,
    EventKind.ATTEMPT_ENDED: logging.DEBUG,
    EventKind.DELAYED: logging.INFO,
    EventKind.RETRYING: logging.INFO,
    EventKind.THROTTLED: logging.WARNING,
    EventKind.QUARANTINED: logging.WARNING,
    EventKind.GAVE_UP: logging.WARNING,
    EventKind.CACHE_HIT: logging.DEBUG,
    EventKind.CACHE_MISS: logging.DEBUG,
    EventKind.COALESCED: logging.DEBUG,
    EventKind.CACHE_UNAVAILABLE: logging.WARNING,
}
# Seconds. Shorter delays for the rate limit are routine, and logged at DEBUG.
_ROUTINE_DELAY: Final = 1.0
_CACHE_DETAILS: Final[Mapping[EventKind, str]] = {
    EventKind.CACHE_HIT: "no request",
    EventKind.CACHE_MISS: "a request follows",
    EventKind.COALESCED: "waits for an identical read",
    EventKind.CACHE_UNAVAILABLE: "reads go to the API",
}
# A format for each kind, because some tools group log records by their format.
_FORMATS: Final[Mapping[EventKind, str]] = {
    kind: f"%s: {kind.replace('_', ' ')} (%s) [request %s, %s]" for kind in _LEVELS
}


class LogSink:
    """Writes events to the standard library's logging, by default to the logger ``ecwid_async``.

    Attempts and what the cache does are logged at DEBUG, retries and delays at INFO (delays of up to a second for the
    rate limit at DEBUG), and events that need attention at WARNING: a 429, a token or store in quarantine, a call given
    up, a cache that is unavailable. Each record has the
    fields of the event as attributes, such as ``ecwid_operation`` and ``ecwid_request_id``. The start and the end of a
    call are not logged, because its attempts are.
    """

    def __init__(self, logger: logging.Logger = logger) -> None:
        self._logger = logger

    def wants(self, kind: EventKind) -> bool:
        """Whether the logger is enabled for the level of this kind."""
        level = _LEVELS.get(kind)
        return level is not None and self._logger.isEnabledFor(level)

    def wants_any(self, kinds: tuple[EventKind, ...]) -> bool:
        """Whether the logger is enabled for the level of at least one of these kinds."""
        level = _highest_level(kinds)
        return level is not None and self._logger.isEnabledFor(level)

    def __call__(self, event: Event) -> None:
        """Log an event."""
        if not self.wants(event.kind):
            return
        routine = _is_for_rate_limit(event) and (event.seconds or 0.0) <= _ROUTINE_DELAY
        self._logger.log(
            logging.DEBUG if routine else _LEVELS[event.kind],
            _FORMATS[event.kind],
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


@cache
def _highest_level(kinds: tuple[EventKind, ...]) -> int | None:
    return max((_LEVELS[kind] for kind in kinds if kind in _LEVELS), default=None)


def _is_for_rate_limit(event: Event) -> bool:
    """Whether the event is a delay for the rate limit, which follows no failed attempt."""
    return event.kind is EventKind.DELAYED and event.status is None and event.error is None


def _details(event: Event) -> Iterable[str]:
    if (cache := _CACHE_DETAILS.get(event.kind)) is not None:
        yield cache
    else:
        yield "for the rate limit" if _is_for_rate_limit(event) else f"attempt {event.attempt}"
    if event.status is not None:
        yield f"status {event.status}"
    if event.error is not None:
        yield event.error
    if event.seconds is not None:
        yield f"{event.seconds:.3f} s"
