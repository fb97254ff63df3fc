"""How long a call has waited because of 429s: in its retries and at the gate of its token together."""

from contextvars import ContextVar
from typing import Final

from ecwid_async.wire import Request

__all__ = ["add_throttled", "throttled"]

# All attempts of a call are made in one task, one after the other, and with the same request.
_throttled: Final[ContextVar[tuple[Request | None, float]]] = ContextVar("ecwid_async throttled", default=(None, 0.0))


def throttled(request: Request) -> float:
    """Seconds that the call of `request` has waited so far."""
    last, seconds = _throttled.get()
    return seconds if last is request else 0.0


def add_throttled(request: Request, seconds: float) -> None:
    """Note that it has waited, or is about to."""
    _throttled.set((request, throttled(request) + seconds))
