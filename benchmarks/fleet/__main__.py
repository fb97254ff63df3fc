"""Many stores in one mirror: passes over a fleet, compared with what limits them, and the cost of a slice.

The stores are served by a process on another core, and the mirror is in a file of SQLite in memory, except where it
says PostgreSQL. Passes run in real time at the limit of an address. Everything else is CPU time, or counted.
"""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks.fleet.disk import measure_disk
from benchmarks.fleet.intervals import Intervals, measure_intervals
from benchmarks.fleet.memory import measure_memory
from benchmarks.fleet.passes import MEMORY, Pass, measure_passes
from benchmarks.fleet.slices import SliceCost, measure_slices
from benchmarks.fleet.stores import SECTIONS, run_stores
from benchmarks.fleet.with_dlt import measure_dlt
from benchmarks.fleet.worker_overhead import measure_jobs
from benchmarks.harness.postgresql import run_postgresql
from benchmarks.harness.report import Grid, Table, ValueGoal, parse_arguments, print_report
from ecwid_async import Quota

_FIRST, _QUIET = "first pass", "quiet pass"
_GROWTH: Final = "from 10 stores to all"


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    quick: bool = options.quick
    tables: list[Table] = []
    goals: list[ValueGoal] = []
    grids: list[Grid] = []

    def add(table: Table, *limits: tuple[str, float]) -> None:
        tables.append(table)
        goals.extend(ValueGoal(table, candidate, limit) for candidate, limit in limits)

    stores = 3 if quick else 1000
    passes = dict(zip((_FIRST, _QUIET), _passes(stores), strict=True))
    grids.append(_pass_grid(stores, passes))
    ratios = {name: [each.ratio] for name, each in passes.items()}
    add(Table(f"a pass over {stores:,} stores", "times its bound", None, ratios), (_FIRST, 1.1), (_QUIET, 1.1))
    # A quiet store has one request: its time is that of the request and of two short transactions.
    spreads = {name: [each.spread] for name, each in passes.items()}
    table = Table(f"time of a store from its first request, of {stores:,} stores", "slowest / median", None, spreads)
    add(table, (_FIRST, 1.5))

    intervals = _intervals((1.5,), 1.0, 1) if quick else _intervals((0.8, 1.5, 2.0), 10.0, 10)
    grids.append(_interval_grid(intervals))
    table = Table(
        "intervals of the stores", "longest / shortest", None, {_times(o): [i.spread] for o, i in intervals.items()}
    )
    add(table, *((name, 1.2) for name in table.samples))
    errors = {_times(overload): [abs(each.reported / each.stretch - 1)] for overload, each in intervals.items()}
    table = Table("stretch in the status of the fleet", "relative error", None, errors)
    add(table, *((name, 0.1) for name in table.samples))

    slices = _slices(1, 1, ("SQLite",)) if quick else _slices(30, 3, ("SQLite", "PostgreSQL"))
    grids.extend(_slice_grid(database, costs) for database, costs in slices.items())

    few, many = (1, 1) if quick else (10, 1000)
    growth = measure_memory(many, 1)[-1] if quick else measure_memory(many, 4)[-1] - measure_memory(few, 4)[-1]
    table = Table(f"resident memory, {few} to {many:,} stores", "MiB", None, {_GROWTH: [max(0.0, growth)]})
    add(table, (_GROWTH, 64.0))

    if not quick:
        grids.append(_worker(500))
        grids.append(_disk(2000))
        grids.append(_with_dlt(10, passes))
    print_report("fleet", tables, goals, grids=grids, as_json=options.json)


def _passes(stores: int) -> tuple[Pass, Pass]:
    with run_stores(stores) as base_url, tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        url = f"sqlite:///{folder}/fleet.db"
        return asyncio.run(measure_passes(base_url, url, stores, only=SECTIONS, quota=Quota()))


def _pass_grid(stores: int, passes: Mapping[str, Pass]) -> Grid:
    return Grid(
        f"passes over {stores:,} stores",
        ("requests", "s", "of which waiting for a core", "bound: address, s", "quota, s", "CPU, s", "what binds"),
        {
            name: (
                each.requests,
                each.usage.wall,
                each.usage.waited,
                *(each.bounds[bound] for bound in ("address", "quota", "CPU")),
                each.binds,
            )
            for name, each in passes.items()
        },
    )


def _intervals(overloads: Sequence[float], per_second: float, count: int) -> dict[float, Intervals]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        return {
            overload: asyncio.run(measure_intervals(Path(folder), overload, per_second=per_second, intervals=count))
            for overload in overloads
        }


def _times(overload: float) -> str:
    return f"{overload:g} times as many stores as the limit admits"


def _interval_grid(intervals: Mapping[float, Intervals]) -> Grid:
    return Grid(
        "intervals past the limit of an address",
        ("stretch", "in the status", "fewest rounds", "most rounds"),
        {
            _times(overload): (f"{each.stretch:.2f}", f"{each.reported:.2f}", min(each.rounds), max(each.rounds))
            for overload, each in intervals.items()
        },
    )


def _slices(stores: int, rounds: int, databases: Sequence[str]) -> dict[str, dict[str, list[SliceCost]]]:
    costs = {}
    for name in databases:
        # The stores are new for each: the last changes would be read again.
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY))
            is_file = name == "SQLite"
            url = f"sqlite:///{folder}/fleet.db" if is_file else stack.enter_context(run_postgresql())
            base_url = stack.enter_context(run_stores(stores))
            costs[name] = asyncio.run(measure_slices(base_url, url, stores, rounds=rounds))
    return costs


def _slice_grid(database: str, costs: Mapping[str, Sequence[SliceCost]]) -> Grid:
    def row(kind: Sequence[SliceCost]) -> tuple[float | str, ...]:
        # The pass that took the median of CPU time.
        cost = sorted(kind, key=lambda each: each.cpu)[len(kind) // 2]
        figures = (cost.requests, cost.cpu, cost.transactions, cost.statements)
        return figures if database == "SQLite" else (*figures, cost.server_cpu, cost.wal / 1024)

    columns: tuple[str, ...] = ("requests", "CPU, ms", "transactions", "statements")
    if database != "SQLite":
        columns = (*columns, "CPU of the server, ms", "WAL, KiB")
    return Grid(f"a slice on {database}", columns, {name: row(kind) for name, kind in costs.items()})


def _worker(jobs: int) -> Grid:
    with run_postgresql() as postgresql:
        cost = asyncio.run(measure_jobs(postgresql, count=jobs))
    columns = ("CPU, ms", "CPU of the server, ms", "transactions", "WAL, KiB")
    row = (cost.client_ms, cost.server_ms, cost.transactions, cost.wal / 1024)
    return Grid("a job of a worker, without its slice", columns, {"enqueue, fetch and finish": row})


def _disk(items: int) -> Grid:
    with run_postgresql() as postgresql, tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        sizes = asyncio.run(measure_disk(Path(folder), postgresql, items))
    columns = ("document", "PostgreSQL", "SQLite")
    return Grid(
        "bytes of a row with its indexes and children",
        columns,
        {section: [round(size[column]) for column in columns] for section, size in sizes.items()},
    )


def _with_dlt(stores: int, passes: Mapping[str, Pass]) -> Grid:
    with run_stores(stores) as base_url:
        usages = dict(zip(passes, measure_dlt(base_url, stores), strict=True))
    rows: dict[str, Sequence[float | str]] = {}
    for name, each in passes.items():
        rows[f"fleet, {name}"] = (1000 * each.usage.cpu / each.stores, each.requests / each.stores)
        rows[f"dlt, {name}"] = (1000 * usages[name].cpu / stores, float(len(SECTIONS)))
    return Grid(f"the same four lists with dlt, {stores} stores", ("CPU ms per store", "requests per store"), rows)


if __name__ == "__main__":
    main()
