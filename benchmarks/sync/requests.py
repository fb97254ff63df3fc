"""The number of requests of a mirror, by a clock that the benchmark moves."""

import tempfile
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

from attrs import evolve

from ecwid_async import Ecwid
from ecwid_async.changes import CHANGE_PLANS
from ecwid_async.client import Store
from ecwid_async.models.products import ProductDraft
from ecwid_async.sandbox import Exchange, Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.scan import plan_for
from ecwid_async.sync import Mirror, MirrorSettings

__all__ = ["PARTS", "count_daily_requests", "count_quiet_requests", "count_requests_of_changes"]

_START: Final = 1_800_000_000.0
_DAY: Final = 86400
_NEVER: Final = 1e9
_PAGE: Final = 100
PARTS: Final = {
    "audits": "audit_interval",
    "rolling read": "rolling_cycle",
    "comparison of ids": "reconcile_interval",
    "hourly reads of all sections": "poll_interval",
}
"""The parts of a mirror's work that can be switched off, with the setting that does so."""


class Clock:
    """A clock that the benchmark moves."""

    def __init__(self) -> None:
        self.now = _START

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def _open(sandbox: Sandbox, clock: Clock, settings: MirrorSettings) -> AsyncIterator[tuple[Mirror, Store]]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'shop.db'}"
        async with Ecwid(transport=sandbox, quota=None) as ecwid, Mirror(url, settings=settings, clock=clock) as mirror:
            yield mirror, ecwid.store(DEMO_STORE_ID, DEMO_TOKEN)


async def count_quiet_requests() -> tuple[int, int]:
    """Return the requests of a poll where nothing changed, and the number of lists with no signal but `updatedFrom`."""
    clock = Clock()
    sandbox = demo_sandbox(clock=clock, requests_per_minute=None)
    async with _open(sandbox, clock, MirrorSettings()) as (mirror, store):
        for _ in range(15):
            clock.now += 60
            sandbox.requests.clear()
            await mirror.sync(store)
    unsignalled = [name for name, plan in CHANGE_PLANS.items() if plan.stats is None and plan_for(name).updated]
    return len(sandbox.requests), len(unsignalled)


async def count_daily_requests(*, days: int, every: int, parts: Collection[str]) -> dict[str, float]:
    """Return the requests per day for a store where nothing changes, and those of each of the `parts` of the work."""
    total = await _requests_per_day(days, every, MirrorSettings())
    counts = {"everything": total}
    for part in parts:
        setting = PARTS[part]
        changes: dict[str, Any] = {setting: _NEVER}
        if setting == "rolling_cycle":
            changes["rolling_interval"] = _NEVER
        counts[part] = total - await _requests_per_day(days, every, evolve(MirrorSettings(), **changes))
    return counts


async def _requests_per_day(days: int, every: int, settings: MirrorSettings) -> float:
    clock, count = Clock(), 0
    sandbox = demo_sandbox(clock=clock, requests_per_minute=None)
    async with _open(sandbox, clock, settings) as (mirror, store):
        # The first day has the first read.
        for elapsed in range(0, (days + 1) * _DAY, every):
            sandbox.requests.clear()
            await mirror.sync(store)
            clock.now += every
            if elapsed >= _DAY:
                count += len(sandbox.requests)
    return count / days


async def count_requests_of_changes(
    total: int, changed: int, *, age: float, shuffled: bool = False
) -> tuple[list[Exchange], int]:
    """Change products, and poll after `age` seconds. Return the requests and the number of pages the changes fill.

    The products are changed in the order in which they were created, or `shuffled`.
    """
    clock = Clock()
    sandbox = Sandbox(clock=clock, requests_per_minute=None)
    sandbox.add_store(DEMO_STORE_ID, token=DEMO_TOKEN).load("products", _products(total))
    ids = [1 + number * (total // changed) for number in range(changed)]
    if shuffled:
        Random(1).shuffle(ids)
    async with _open(sandbox, clock, MirrorSettings()) as (mirror, store):
        # The first sync, and what follows it: the first comparison, audit and part of the rolling read.
        for _ in range(3):
            await mirror.sync(store, only=["products"])
            clock.now += 1800
        for product in ids:
            await store.products.update(product, ProductDraft(quantity=5))
            clock.now += 0.2
        clock.now += age
        sandbox.requests.clear()
        report = await mirror.sync(store, only=["products"])
    if report.sections["products"].changed != changed:
        raise RuntimeError(f"stored {report.sections['products'].changed} changes instead of {changed}")
    return list(sandbox.requests), -(-changed // _PAGE)


def _products(total: int) -> Iterator[dict[str, Any]]:
    for number in range(total):
        created = int(_START) - 30 * (total - number) - _DAY
        yield {
            "id": 1 + number,
            "sku": f"LAMP-{number}",
            "name": f"Desk lamp no. {number}",
            "price": 24.5,
            "enabled": True,
            "createTimestamp": created,
            "updateTimestamp": created,
        }
