"""Measured costs of a store, as a file: what `docs/scaling.md` is computed from."""

import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import asdict

from benchmarks.fleet.disk import measure_disk
from benchmarks.fleet.passes import MEMORY
from benchmarks.fleet.slices import SliceCost, measure_slices
from benchmarks.fleet.stores import run_stores
from benchmarks.fleet.worker_overhead import measure_jobs
from benchmarks.harness.postgresql import run_postgresql
from ecwid_async import Ecwid
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sync import Mirror, MirrorSettings

__all__ = ["BACKGROUND", "COSTS", "main"]

COSTS: Final = Path(__file__).with_name("costs.json")
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_START: Final = 1_800_000_000.0

BACKGROUND: Final[Mapping[str, MirrorSettings]] = {
    "default settings": MirrorSettings(),
    "`poll_interval` and `audit_interval` of 6 hours": MirrorSettings(
        poll_interval=6 * _HOUR, audit_interval=6 * _HOUR
    ),
    "`poll_interval` and `audit_interval` of a day": MirrorSettings(poll_interval=_DAY, audit_interval=_DAY),
}
"""Settings of a mirror for which the requests of a day are counted."""


async def _count_background(settings: MirrorSettings) -> float:
    """Return the requests of a quiet day of the demo store, apart from one per round."""
    now, total, rounds = _START, 0, 0
    sandbox = demo_sandbox(clock=lambda: now, requests_per_minute=None)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        url = f"sqlite:///{folder}/shop.db"
        async with (
            Ecwid(transport=sandbox, quota=None) as ecwid,
            Mirror(url, settings=settings, clock=lambda: now) as mirror,
        ):
            for hour in range(72):
                report = await mirror.sync(ecwid.store(DEMO_STORE_ID, DEMO_TOKEN))
                # The first day has the first read.
                if hour >= 24:
                    total, rounds = total + report.requests, rounds + 1
                now += _HOUR
    return (total - rounds) / 2


def _median(costs: list[SliceCost]) -> dict[str, float]:
    names = asdict(costs[0])
    return {name: round(statistics.median(asdict(cost)[name] for cost in costs), 2) for name in names}


def _measure_slices(stores: int, rounds: int) -> dict[str, Any]:
    measured: dict[str, Any] = {}
    with run_postgresql() as postgresql, tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        for name, url in (("PostgreSQL", postgresql), ("SQLite", f"sqlite:///{folder}/fleet.db")):
            # The stores are new for each: the last changes would be read again.
            with run_stores(stores) as base_url:
                costs = asyncio.run(measure_slices(base_url, url, stores, rounds=rounds))
            measured[name] = {kind: _median(values) for kind, values in costs.items()}
    return measured


def _measure_worker(count: int) -> dict[str, float]:
    """Return what a slice costs in addition if a worker runs it: its job."""
    with run_postgresql() as postgresql:
        cost = asyncio.run(measure_jobs(postgresql, count=count))
    return {
        "cpu": round(cost.client_ms, 2),
        "server_cpu": round(cost.server_ms, 2),
        "transactions": round(cost.transactions, 2),
        "wal": round(cost.wal),
    }


def _measure_disk(items: int) -> dict[str, dict[str, float]]:
    with run_postgresql() as postgresql, tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        sizes = asyncio.run(measure_disk(Path(folder), postgresql, items))
    return {section: {name: round(size) for name, size in of_kind.items()} for section, of_kind in sizes.items()}


def time_of_a_loop() -> float:
    """Return the milliseconds of CPU time of ten million additions, to compare machines and their load."""
    before, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return 1000 * (time.process_time() - before)


def main(*parts: str, stores: int = 15, rounds: int = 3, items: int = 1000) -> None:
    """Measure all costs, or the named parts of them, and update the file."""
    measure: dict[str, Callable[[], object]] = {
        "slices": lambda: _measure_slices(stores, rounds),
        "worker": lambda: _measure_worker(20 * stores),
        "background": lambda: {name: round(asyncio.run(_count_background(each))) for name, each in BACKGROUND.items()},
        "disk": lambda: _measure_disk(items),
    }
    costs: dict[str, Any] = json.loads(COSTS.read_text("utf-8")) if COSTS.exists() else {}
    for part in parts or measure:
        before = [round(os.getloadavg()[0], 1), round(time_of_a_loop())]
        costs[part] = measure[part]()
        if part == "slices":
            after = [round(os.getloadavg()[0], 1), round(time_of_a_loop())]
            loads, loops = zip(before, after, strict=True)
            costs["measured"] = {"python": platform.python_version(), "load": loads, "loop_ms": loops}
        COSTS.write_text(json.dumps(costs, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
