"""The cost of a mirror: CPU time of the first sync, requests, and memory.

The first sync of 100,000 products with two variations each is compared with an export to JSONL that a loop by hand then
stores in the same tables. The server is in another process, and the CPU time is that of the client, SQLite included.
Requests are counted by a clock that the benchmark moves. Memory is that of a process of its own.
"""

import asyncio
from collections.abc import Collection, Sequence

from benchmarks.harness.report import RatioGoal, Table, ValueGoal, parse_arguments, print_report
from benchmarks.sync.cpu import measure_cpu
from benchmarks.sync.memory import measure_growth
from benchmarks.sync.requests import PARTS, count_daily_requests, count_quiet_requests, count_requests_of_changes
from ecwid_async.sandbox import Exchange

Part = tuple[list[Table], list[RatioGoal | ValueGoal]]

_GROWTH = "growth from the first fifth to the last round"
_MAX_GROWTH = 4.0
_OLD_CHANGES = "list, changed before the lag"
_ALL_OLD_CHANGES = "the same, with latest-stats and the deleted items"


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    parts: list[Part] = [
        _memory(100, 3) if options.quick else _memory(5000, 50),
        measure_cpu(200, rounds=1) if options.quick else measure_cpu(100_000, rounds=3),
        _quiet_poll(),
        _daily_requests(1, 43_200, parts=()) if options.quick else _daily_requests(7, 3600, parts=PARTS),
        _changes(400, 200) if options.quick else _changes(100_000, 1000),
    ]
    tables = [table for part_tables, _ in parts for table in part_tables]
    goals = [goal for _, part_goals in parts for goal in part_goals]
    print_report("sync", tables, goals, as_json=options.json)


def _memory(products: int, rounds: int) -> Part:
    growth = [max(0.0, mib) for mib in measure_growth(products, rounds)]
    table = Table(f"resident memory over {rounds} rounds", "MiB", None, {_GROWTH: growth})
    return [table], [ValueGoal(table, _GROWTH, _MAX_GROWTH)]


def _quiet_poll() -> Part:
    requests, lists = asyncio.run(count_quiet_requests())
    name = f"latest-stats, and {lists} lists with only updatedFrom" if lists else "latest-stats"
    table = Table("a poll of a store where nothing changed", "requests", None, {name: [requests]})
    return [table], [ValueGoal(table, name, 1 + lists)]


def _daily_requests(days: int, every: int, *, parts: Collection[str]) -> Part:
    requests = asyncio.run(count_daily_requests(days=days, every=every, parts=parts))
    rows = {name: [count] for name, count in requests.items()}
    return [Table(f"requests per day of a quiet store, polled every {every} s", "requests", None, rows)], []


def _changes(total: int, changed: int) -> Part:
    old, pages = asyncio.run(count_requests_of_changes(total, changed, age=600))
    shuffled, _ = asyncio.run(count_requests_of_changes(total, changed, age=60, shuffled=True))
    ordered, _ = asyncio.run(count_requests_of_changes(total, changed, age=60))
    rows = {
        _OLD_CHANGES: _of_list(old),
        "the same, with latest-stats and the deleted items": len(old),
        "list, changed within the lag in random order": _of_list(shuffled),
        "list, changed within the lag in the order of creation": _of_list(ordered),
    }
    samples = {name: [requests / pages] for name, requests in rows.items()}
    table = Table(f"{changed:,} of {total:,} products changed", "requests per full page", None, samples)
    return [table], [ValueGoal(table, name, 1.3) for name in (_OLD_CHANGES, _ALL_OLD_CHANGES)]


def _of_list(requests: Sequence[Exchange]) -> int:
    return sum(request.path.endswith("/products") for request in requests)


if __name__ == "__main__":
    main()
