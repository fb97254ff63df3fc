"""More stores than the limit of an address admits: how the intervals of their rounds stretch.

Stores and limit are scaled down: what matters is how many times more stores there are than the limit admits.
"""

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from benchmarks.fleet.stores import new_stores, store_ids, tokens_of
from ecwid_async import Ecwid, Quota
from ecwid_async.sync import Mirror
from ecwid_async.sync.fleet import Fleet, FleetEvent, FleetSettings, SliceStarted

__all__ = ["Intervals", "measure_intervals"]

# One section without large lists, so that a quiet round is one request and the first one is short.
_ONLY: Final = ("order_statuses",)
_EVERY: Final = 4.0
_STORES_AT_ONCE: Final = 6


@frozen(kw_only=True)
class Intervals:
    """The intervals of the stores' rounds.

    `expected` is the stretch that the number of stores and the limit make unavoidable, and `reported` the one of
    `FleetStatus`. `intervals` is the mean interval of each store, and `rounds` the number of its rounds.
    """

    expected: float
    reported: float
    intervals: Sequence[float]
    rounds: Sequence[int]

    @property
    def stretch(self) -> float:
        """The mean interval as a multiple of the one that was asked for."""
        return statistics.mean(self.intervals) / _EVERY

    @property
    def spread(self) -> float:
        """The longest mean interval of a store as a multiple of the shortest one."""
        return max(self.intervals) / min(self.intervals)


async def measure_intervals(folder: Path, overload: float, *, per_second: float, intervals: int) -> Intervals:
    """Watch `overload` times as many stores as the limit admits, for so many of their intervals."""
    stores = round(overload * per_second * _EVERY)
    sandbox, tokens = new_stores(stores), tokens_of(stores)
    starts: defaultdict[int, list[float]] = defaultdict(list)

    def note_start(event: FleetEvent) -> None:
        if isinstance(event, SliceStarted):
            starts[event.store_id].append(time.monotonic())

    settings = FleetSettings(every=_EVERY, stores_at_once=_STORES_AT_ONCE)
    async with (
        Ecwid(transport=sandbox, tokens=tokens, quota=None) as unlimited,
        Ecwid(transport=sandbox, tokens=tokens, quota=Quota(ceiling=per_second)) as ecwid,
        Mirror(f"sqlite:///{folder / f'{overload}.db'}") as mirror,
    ):
        for _ in range(2):
            await Fleet(mirror, unlimited, store_ids(stores), only=_ONLY, settings=settings).sync()
        fleet = Fleet(mirror, ecwid, store_ids(stores), only=_ONLY, settings=settings, on_event=note_start)
        watch = asyncio.create_task(fleet.watch())
        # The first rounds of all stores are due at once.
        await asyncio.sleep(overload * _EVERY * (intervals + 1))
        status = await fleet.status()
        fleet.stop()
        await watch
    measured = [times for times in starts.values() if len(times) > 1]
    if len(measured) != stores:
        raise RuntimeError(f"{stores - len(measured)} of {stores} stores had no second round")
    return Intervals(
        expected=max(1.0, overload),
        reported=status.stretch or 0.0,
        intervals=[(times[-1] - times[0]) / (len(times) - 1) for times in measured],
        rounds=[len(times) for times in measured],
    )
