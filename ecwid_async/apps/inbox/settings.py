"""How events are handled, retried and kept."""

from typing import Final

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import check_count, check_number

__all__ = ["InboxSettings"]

# Ecwid repeats a webhook for a day, and a signature is accepted for 25 hours.
_REPLAY_WINDOW: Final = 25 * 3600.0
_DAY: Final = 24 * 3600.0


@frozen(kw_only=True)
class InboxSettings:
    """The settings of an inbox. All times are in seconds. Give all processes of one inbox the same ones.

    - `stores_at_once`: how many stores have a handler in progress. Each store has one at a time.
    - `lease`: a process that did not report for this long counts as dead, and another one takes its events.
    - `poll_interval`: how often the inbox is read for events that other processes accepted, and for retries.
    - `grace`: how long handlers in progress may take when the inbox is stopped.
    - `max_attempts`: how often an event is given to a handler before it is dead.
    - `first_delay` and `max_delay`: the longest delay after the first failure, which doubles with each one, and its
      limit. The real delay is random, from zero to that. The defaults retry for two days on average.
    - `kept`: how long handled events are remembered, so that a repeated webhook is recognized.
    - `max_body`: the largest body of an event in bytes.
    - `max_group`: how many events are coalesced at most.

    Raises `ConfigError` for a value out of range.
    """

    stores_at_once: int = 16
    lease: float = 20.0
    poll_interval: float = 0.5
    grace: float = 10.0
    max_attempts: int = 25
    first_delay: float = 10.0
    max_delay: float = 8 * 3600.0
    kept: float = _REPLAY_WINDOW + _DAY
    max_body: int = 1024 * 1024
    max_group: int = 100

    def __attrs_post_init__(self) -> None:
        for name in ("lease", "poll_interval", "first_delay", "max_delay"):
            check_number(f"InboxSettings.{name}", getattr(self, name), exclusive=True)
        check_number("InboxSettings.grace", self.grace)
        check_number("InboxSettings.kept", self.kept, minimum=_REPLAY_WINDOW)
        for name in ("stores_at_once", "max_attempts", "max_body", "max_group"):
            check_count(f"InboxSettings.{name}", getattr(self, name))
        if self.poll_interval > self.lease / 3:
            raise ConfigError("InboxSettings.poll_interval must be at most a third of the lease, which it renews")
