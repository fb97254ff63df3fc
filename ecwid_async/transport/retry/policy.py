"""The policy of retries: how often, how long to wait, and how many in relation to all calls."""

from attrs import frozen

from ecwid_async.transport.validation import check_count, check_number

__all__ = ["RetryBudget", "RetryPolicy"]


@frozen(kw_only=True)
class RetryPolicy:
    """How often requests are retried, and after what delay. Times are in seconds.

    - `attempts`: how often a request is sent at most, the first time included.
    - `base_delay`, `max_delay`: the delay before retry n is random between 0 and ``base_delay * 2**(n-1)``, at most
      `max_delay` (full jitter).
    - `default_retry_after`: the delay after a 429 without a usable Retry-After.
    - `throttle_timeout`: how long a call waits for 429s in total, including those of other calls with its token.
    - `budget`: how many retries a store may use up. Each retry takes one, each call puts a tenth back: a server that
      keeps failing gets a tenth more requests, not four times as many.

    Raises `ConfigError` for a value out of range.
    """

    attempts: int = 4
    base_delay: float = 0.5
    max_delay: float = 20.0
    default_retry_after: float = 10.0
    throttle_timeout: float = 300.0
    budget: float = 20.0

    def __attrs_post_init__(self) -> None:
        check_count("RetryPolicy.attempts", self.attempts)
        for name in ("base_delay", "max_delay", "default_retry_after"):
            check_number(f"RetryPolicy.{name}", getattr(self, name))
        for name in ("throttle_timeout", "budget"):
            check_number(f"RetryPolicy.{name}", getattr(self, name), unbounded=True)


class RetryBudget:
    """The retries that a store has left. All its `Store` objects share it."""

    __slots__ = ("_left", "_limit")

    def __init__(self, policy: RetryPolicy) -> None:
        self._left = self._limit = policy.budget

    def record_call(self) -> None:
        """Put a tenth of a retry back."""
        if self._left < self._limit:
            self._left = min(self._limit, self._left + 0.1)

    def spend(self) -> bool:
        """Take one retry, if one is left."""
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
