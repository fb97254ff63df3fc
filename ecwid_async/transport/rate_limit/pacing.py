"""Pacing: spreads the calls of a token evenly, and guarantees bulk calls a share. No clock, no I/O."""

from typing import Final

__all__ = ["BULK_SHARE", "CLAIM_GRACE", "PACE_SLACK", "BulkShare", "Pace"]

# Bulk calls may run this many intervals ahead, to catch up after a sleep that ended late.
PACE_SLACK: Final = 2.0
# Bulk calls are guaranteed one request in this many, however many interactive calls there are.
BULK_SHARE: Final = 20
# A claim on free slots lapses this part of a window after the end of its wait: the call that made it is gone.
CLAIM_GRACE: Final = 0.1
# Shorter waits count as none: adding one to the clock may not change it.
_TICK: Final = 1e-6


# Plain classes: attrs would take a millisecond at import to build each.


class Pace:
    """A schedule of evenly spaced times (GCRA). Callers may run ahead of it by some intervals, and so catch up."""

    __slots__ = ("interval", "next")

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.next = float("-inf")

    def wait(self, now: float, ahead: float) -> float:
        """Seconds until the next call may start, if it may run `ahead` intervals before its time."""
        due = self.next - ahead * self.interval - now
        return due if due > _TICK else 0.0

    def take(self, now: float) -> None:
        """Record a call."""
        self.next = max(self.next, now) + self.interval


class BulkShare:
    """The requests that bulk calls are guaranteed: one in every `interval`, counted from `start`.

    Time without bulk calls earns one request at most. While a bulk call waits for `cost` slots, interactive calls leave
    as many slots free as it has earned by then.
    """

    __slots__ = ("cost", "interval", "start", "until")

    def __init__(self, interval: float) -> None:
        self.interval = BULK_SHARE * interval
        self.start = float("-inf")
        self.cost = 0
        self.until = float("-inf")

    def begin(self, now: float) -> None:
        """Forget what was earned while no bulk call waited, except one request."""
        if self.until <= now:
            self.start = max(self.start, now - self.interval)

    def wait(self, now: float, cost: int = 1) -> float:
        """Seconds until `cost` requests are earned."""
        due = self.start + cost * self.interval - now
        return due if due > _TICK else 0.0

    def claim(self, now: float, cost: int, until: float) -> None:
        """Reserve slots for a waiting call that will ask again before `until`."""
        self.cost, self.until = cost, until

    def reserved(self, now: float) -> int:
        """How many slots interactive calls leave free."""
        return 0 if self.until <= now else min(self.cost, int((now - self.start + _TICK) / self.interval))

    def take(self, now: float, cost: int = 1) -> None:
        """Spend `cost` earned requests."""
        self.start = min(now, max(self.start + cost * self.interval, now - self.interval))
        self.until = float("-inf")
