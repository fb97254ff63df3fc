"""Rate limits of a token: three shapes, since nobody says which one the API has. Time is passed in, in seconds."""

import math
from collections import deque
from typing import Final, Protocol

from ecwid_async.sandbox.switches import Limiter

__all__ = ["FixedWindow", "LimitShape", "SlidingLog", "TokenBucket", "rate_limit"]

_WINDOW: Final = 60.0
_BUCKET: Final = 60


class LimitShape(Protocol):
    """What admits requests: `admit` gives 0 for yes, else the seconds after which the next one fits."""

    def admit(self, now: float, per_minute: int) -> float:
        """Count one request at `now`, or say how long to wait. A refused request is not counted."""


class SlidingLog:
    """At most `per_minute` admitted requests in any 60 seconds."""

    def __init__(self) -> None:
        self._admitted: deque[float] = deque()

    def admit(self, now: float, per_minute: int) -> float:
        """See `LimitShape`."""
        log = self._admitted
        while log and log[0] <= now - _WINDOW:
            log.popleft()
        if len(log) < per_minute:
            log.append(now)
            return 0.0
        return log[len(log) - per_minute] + _WINDOW - now


class FixedWindow:
    """At most `per_minute` requests in each minute of the clock."""

    def __init__(self) -> None:
        self._minute = -math.inf
        self._admitted = 0

    def admit(self, now: float, per_minute: int) -> float:
        """See `LimitShape`."""
        minute = now // _WINDOW
        if minute != self._minute:
            self._minute, self._admitted = minute, 0
        if self._admitted < per_minute:
            self._admitted += 1
            return 0.0
        return (minute + 1) * _WINDOW - now


class TokenBucket:
    """Refilled evenly at `per_minute`; a burst finds at most 60 tokens in it."""

    def __init__(self) -> None:
        self._tokens = math.inf
        self._seen = 0.0

    def admit(self, now: float, per_minute: int) -> float:
        """See `LimitShape`."""
        pace = per_minute / _WINDOW
        size = min(_BUCKET, per_minute)
        self._tokens = min(size, self._tokens + (now - self._seen) * pace)
        self._seen = now
        # A token refilled in pieces may lack the last bit of a float.
        if self._tokens >= 1 - 1e-9:
            self._tokens = max(0.0, self._tokens - 1)
            return 0.0
        return (1 - self._tokens) / pace


_SHAPES: Final[dict[Limiter, type[SlidingLog] | type[FixedWindow] | type[TokenBucket]]] = {
    "sliding_log": SlidingLog,
    "fixed_window": FixedWindow,
    "token_bucket": TokenBucket,
}


def rate_limit(shape: Limiter) -> LimitShape:
    """A fresh limit of that shape."""
    return _SHAPES[shape]()
