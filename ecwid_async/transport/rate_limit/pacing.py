"""Pacing: spreading the calls of a token evenly, and guaranteeing a share to bulk calls. No clock, no I/O."""

from typing import Final

__all__ = ["BULK_SHARE", "CLAIM_GRACE", "PACE_SLACK", "BulkShare", "Pace"]

# Bulk calls may run this many intervals ahead, to catch up after a sleep that ended late.
PACE_SLACK: Final = 2.0
# Bulk calls are guaranteed one request in this many, however many interactive calls there are.
BULK_SHARE: Final = 20
# A claim on slots expires this fraction of a window after the end of its wait: then its call is gone.
CLAIM_GRACE: Final = 0.1
# Shorter waits, in seconds, count as zero: added to the clock, they might not change it.
_TICK: Final = 1e-6


# Plain classes: attrs would take a millisecond at import to build each.


class Pace:
    """A schedule of calls at even intervals (GCRA). Calls may run some intervals ahead of it, to catch up."""

    __slots__ = ("interval", "next")

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.next = float("-inf")

    def wait(self, now: float, ahead: float) -> float:
        """Seconds until the next call may start, if it may run `ahead` intervals before its time."""
        seconds = self.next - ahead * self.interval - now
        return seconds if seconds > _TICK else 0.0

    def take(self, now: float) -> None:
        """Record a call."""
        self.next = (self.next if self.next > now else now) + self.interval


class BulkShare:
    """The requests guaranteed to bulk calls: since `start`, one has been earned in every `interval`.

    Time without bulk calls earns at most one request. While a bulk call claims `claimed_cost` slots, until
    `claimed_until`, interactive calls leave free as many of them as have been earned.
    """

    __slots__ = ("claimed_cost", "claimed_until", "interval", "start")

    def __init__(self, interval: float) -> None:
        self.interval = BULK_SHARE * interval
        self.start = float("-inf")
        self.claimed_cost = 0
        self.claimed_until = float("-inf")

    def begin(self, now: float) -> None:
        """Drop the requests earned while no bulk call was waiting, except one."""
        if self.claimed_until <= now:
            self.start = max(self.start, now - self.interval)

    def wait(self, now: float, cost: int = 1) -> float:
        """Seconds until `cost` requests are earned."""
        seconds = self.start + cost * self.interval - now
        return seconds if seconds > _TICK else 0.0

    def claim(self, now: float, cost: int, until: float) -> None:
        """Reserve slots for a waiting call that acquires again before `until`."""
        self.claimed_cost, self.claimed_until = cost, until

    def reserved(self, now: float) -> int:
        """The number of slots that interactive calls leave free."""
        return (
            0 if self.claimed_until <= now else min(self.claimed_cost, int((now - self.start + _TICK) / self.interval))
        )

    def take(self, now: float, cost: int = 1) -> None:
        """Spend `cost` earned requests."""
        self.start = min(now, max(self.start + cost * self.interval, now - self.interval))
        self.claimed_until = float("-inf")
