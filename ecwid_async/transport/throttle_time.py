"""The time that a call has waited because of 429s: before its retries, and at the closed gate of its token."""

from contextvars import ContextVar
from typing import Final

from ecwid_async.wire import Request

__all__ = ["add_throttle_time", "throttle_time"]

# One task makes all attempts of a call, one after the other, with the same request.
_throttled: Final[ContextVar[tuple[Request | None, float]]] = ContextVar("ecwid_async throttled", default=(None, 0.0))


def throttle_time(request: Request) -> float:
    """The seconds that the call with this request has waited so far."""
    last, seconds = _throttled.get()
    return seconds if last is request else 0.0


def add_throttle_time(request: Request, seconds: float) -> None:
    """Add a wait of `seconds`, over or about to begin."""
    _throttled.set((request, throttle_time(request) + seconds))
