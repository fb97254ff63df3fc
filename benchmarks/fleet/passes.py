"""The first and a quiet pass over a fleet in real time, compared with what limits them."""

import os
import statistics
import time
from collections.abc import Sequence
from typing import Final

from attrs import field, frozen

from benchmarks.fleet.stores import store_ids, tokens_of
from benchmarks.fleet.usage import Usage
from benchmarks.harness.settings import UNLIMITED_QUOTA
from ecwid_async import Ecwid, Quota
from ecwid_async.sync import Mirror
from ecwid_async.sync.fleet import Fleet, FleetEvent, FleetSettings, SliceEnded
from ecwid_async.wire import Event, EventKind

__all__ = ["MEMORY", "Pass", "measure_passes"]

# Other programs that write to a disk would disturb the figures.
MEMORY: Final = "/dev/shm" if os.path.isdir("/dev/shm") else None


@frozen(kw_only=True)
class Pass:
    """One pass over all stores: what it used, and how long each store took from its own first request."""

    stores: int
    requests: int
    usage: Usage
    quota: Quota
    stores_at_once: int
    seconds: Sequence[float]

    @property
    def bounds(self) -> dict[str, float]:
        """The seconds that each of the limits makes a pass take."""
        of_a_store = self.requests / self.stores - 1
        return {
            "address": self.requests / self.quota.ceiling,
            "quota": of_a_store * self.quota.interval * self.stores / self.stores_at_once,
            "CPU": self.usage.cpu,
        }

    @property
    def binds(self) -> str:
        """The limit that makes it take longest."""
        return max(self.bounds, key=self.bounds.__getitem__)

    @property
    def ratio(self) -> float:
        """The duration as a multiple of the bound."""
        return self.usage.wall / self.bounds[self.binds]

    @property
    def spread(self) -> float:
        """The time of the slowest store as a multiple of the median."""
        return max(self.seconds) / statistics.median(self.seconds)


@frozen
class _Clock:
    """The times of the stores' first requests, and how long each store took from then on."""

    begun: dict[int, float] = field(factory=dict)
    seconds: dict[int, float] = field(factory=dict)

    def on_call(self, event: Event) -> None:
        if event.kind is EventKind.ATTEMPT_STARTED and event.store_id is not None:
            self.begun.setdefault(event.store_id, time.perf_counter())

    def on_slice(self, event: FleetEvent) -> None:
        if isinstance(event, SliceEnded) and event.result.outcome == "ok":
            store_id = event.result.store.store_id
            self.seconds[store_id] = time.perf_counter() - self.begun[store_id]

    def clear(self) -> None:
        self.begun.clear()
        self.seconds.clear()


async def measure_passes(
    base_url: str, database: str, stores: int, *, only: Sequence[str], quota: Quota, stores_at_once: int = 50
) -> tuple[Pass, Pass]:
    """Return the first pass over new stores, and a quiet one: the third, since the second one compares all ids."""
    settings = FleetSettings(stores_at_once=stores_at_once)
    clock = _Clock()
    tokens = tokens_of(stores)
    async with (
        Ecwid(base_url=base_url, tokens=tokens, quota=quota, events=clock.on_call) as ecwid,
        # The second pass is not measured, so that it need not be slow.
        Ecwid(base_url=base_url, tokens=tokens, quota=UNLIMITED_QUOTA, events=lambda event: None) as unlimited,
        Mirror(database) as mirror,
    ):
        fleet = Fleet(mirror, ecwid, store_ids(stores), settings=settings, only=only, on_event=clock.on_slice)
        first = await _measure(fleet, clock, stores, quota)
        await Fleet(mirror, unlimited, store_ids(stores), settings=settings, only=only).sync()
        quiet = await _measure(fleet, clock, stores, quota)
    return first, quiet


async def _measure(fleet: Fleet, clock: _Clock, stores: int, quota: Quota) -> Pass:
    clock.clear()
    before = Usage.now()
    report = await fleet.sync()
    usage = Usage.now() - before
    if report.outcomes["ok"] != stores:
        raise RuntimeError(f"{report.outcomes} of {stores} stores: {dict(list(report.errors.items())[:3])}")
    return Pass(
        stores=stores,
        requests=report.requests,
        usage=usage,
        quota=quota,
        stores_at_once=fleet.settings.stores_at_once,
        seconds=list(clock.seconds.values()),
    )
