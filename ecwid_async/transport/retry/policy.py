"""The policy of retries: how often, after what delay, and how many in proportion to all calls."""

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport.validation import check_count, check_number

__all__ = ["RetryBudget", "RetryPolicy"]


@frozen(kw_only=True)
class RetryPolicy:
    """How often requests are retried, and after what delay. Times are in seconds.

    - `attempts`: how often a request is sent at most, including the first time.
    - `base_delay`, `max_delay`: the delay before retry n is random between 0 and ``base_delay * 2**(n-1)``, at most
      `max_delay` (full jitter).
    - `default_retry_after`: the delay after a 429 without a usable Retry-After.
    - `throttle_timeout`: how long a call waits in total because of 429s, to itself and to other calls with its token.
    - `budget`: how many retries a store has. Each retry takes one, and each call adds a tenth of one: a server that
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
    """The retries that a store has left, shared by all `Store` objects for it."""

    __slots__ = ("_left", "_limit")

    def __init__(self, policy: RetryPolicy) -> None:
        self._left = self._limit = policy.budget

    def record_call(self) -> None:
        """Add a tenth of a retry, up to the budget of the policy."""
        if self._left < self._limit:
            self._left = min(self._limit, self._left + 0.1)

    def spend(self) -> bool:
        """Take one retry. Returns False if none is left."""
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
