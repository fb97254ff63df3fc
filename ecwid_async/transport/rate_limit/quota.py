"""The quota: how many requests a token may send, and all tokens together."""

from typing import Final

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport.validation import check_count, check_number
from ecwid_async.wire import Lane

__all__ = ["MAX_SECONDS", "Quota", "check_seconds", "slot_limit"]

# The times of a quota are limited to a month, for which Redis keeps its data.
MAX_SECONDS: Final = 31 * 86_400.0
_MAX_COUNT: Final = 10**9
# In Python 3.11, an enum's class looks up a member in a slow function.
_BULK: Final = Lane.BULK


def check_seconds(name: str, value: object) -> None:
    """Raise `ConfigError` unless `value` is a number of seconds greater than zero and at most a month."""
    check_number(name, value, exclusive=True, maximum=MAX_SECONDS)


@frozen(kw_only=True)
class Quota:
    """The limits of one token, and of all tokens together. Times are in seconds.

    - `requests` per `window`: the limit of one token. Bulk calls leave `reserve` of them to interactive calls.
    - `burst`: how many interactive calls may run ahead of the pace.
    - `ceiling`: requests per second over all tokens, since the API also counts by IP address.
    - `probe_interval`: the time between probes of a quarantined token or store.
    - `default_retry_after`: the time to wait after a 429 without a usable Retry-After.

    Raises `ConfigError` for a value out of range: counts are whole numbers (`reserve` less than `requests`), `ceiling`
    and times are finite and greater than zero.
    """

    requests: int = 600
    window: float = 60.0
    reserve: int = 12
    burst: int = 40
    ceiling: float = 90.0
    probe_interval: float = 900.0
    default_retry_after: float = 10.0

    def __attrs_post_init__(self) -> None:
        for name, minimum in (("requests", 1), ("reserve", 0), ("burst", 0)):
            check_count(f"Quota.{name}", getattr(self, name), minimum=minimum, maximum=_MAX_COUNT)
        if self.reserve >= self.requests:
            raise ConfigError(
                f"Quota.reserve is {self.reserve} of {self.requests} requests, which leaves none to bulk calls: "
                "give a number below `requests`"
            )
        check_number("Quota.ceiling", self.ceiling, minimum=1 / MAX_SECONDS, maximum=_MAX_COUNT)
        for name in ("window", "probe_interval", "default_retry_after"):
            check_seconds(f"Quota.{name}", getattr(self, name))

    @property
    def interval(self) -> float:
        """Seconds between two calls of a token at its pace."""
        return self.window / (self.requests - self.reserve)


def slot_limit(quota: Quota, lane: Lane, cost: int) -> int:
    """The number of slots of a token that calls of this lane may use. Raises `ValueError` if `cost` exceeds it."""
    limit = quota.requests - quota.reserve if lane is _BULK else quota.requests
    if cost > limit:
        raise ValueError(f"a call that counts as {cost} requests exceeds the {limit} allowed per window: split it")
    return limit
