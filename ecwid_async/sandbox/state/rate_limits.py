"""Rate limits of a token. The API's documentation does not name the algorithm, so there are three to test against.

Times are passed in, in seconds.
"""

import math
from collections import deque
from typing import Final, Protocol

from ecwid_async.sandbox.switches import LimiterAlgorithm

__all__ = ["FixedWindow", "RateLimiter", "SlidingLog", "TokenBucket", "new_rate_limiter"]

_WINDOW: Final = 60.0
_BUCKET_SIZE: Final = 60


class RateLimiter(Protocol):
    """Decides whether a request is admitted."""

    def admit(self, now: float, per_minute: int) -> float:
        """Admit a request at `now` and return 0, or return the seconds until the next one is admitted.

        A rejected request does not count.
        """


class SlidingLog:
    """At most `per_minute` admitted requests in any 60 seconds."""

    def __init__(self) -> None:
        self._admitted: deque[float] = deque()

    def admit(self, now: float, per_minute: int) -> float:
        """See `RateLimiter`."""
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
        """See `RateLimiter`."""
        minute = now // _WINDOW
        if minute != self._minute:
            self._minute, self._admitted = minute, 0
        if self._admitted < per_minute:
            self._admitted += 1
            return 0.0
        return (minute + 1) * _WINDOW - now


class TokenBucket:
    """A bucket of at most 60 tokens, refilled evenly at `per_minute`."""

    def __init__(self) -> None:
        self._tokens = math.inf
        self._refilled = 0.0

    def admit(self, now: float, per_minute: int) -> float:
        """See `RateLimiter`."""
        rate = per_minute / _WINDOW
        size = min(_BUCKET_SIZE, per_minute)
        self._tokens = min(size, self._tokens + (now - self._refilled) * rate)
        self._refilled = now
        # A token refilled in several steps may fall short of 1 by a rounding error.
        if self._tokens >= 1 - 1e-9:
            self._tokens = max(0.0, self._tokens - 1)
            return 0.0
        return (1 - self._tokens) / rate


_CLASSES: Final[dict[LimiterAlgorithm, type[SlidingLog] | type[FixedWindow] | type[TokenBucket]]] = {
    "sliding_log": SlidingLog,
    "fixed_window": FixedWindow,
    "token_bucket": TokenBucket,
}


def new_rate_limiter(algorithm: LimiterAlgorithm) -> RateLimiter:
    """A new rate limiter with that algorithm."""
    return _CLASSES[algorithm]()
