"""How many rows the cursor rules of other tools lose, and how many this library does, on the same stores.

A thousand small stores change in simulated time while each rule reads them, and are then quiet for nine days:
`scenario` says how. `rules` has the rules of others, `ours` the readers of this library, and `judge` compares what each
has with the store. A full run takes about 45 minutes of CPU time on a busy machine, most of it
for the databases of the mirrors.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from benchmarks.duel.judge import CHANGES, MIRROR, RULES, Outcome, add_outcomes, run_promised, run_store
from benchmarks.duel.ours import MirrorDatabase
from benchmarks.duel.scenario import HOUR, STORES, is_promised, make_scenario
from benchmarks.harness.report import Grid, Table, ValueGoal, parse_arguments, print_report

# Stores whose mirrors share a database.
_CHUNK: Final = 25
_QUICK: Final = 1

Outcomes = dict[str, Outcome]


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__, add_options=_add_options)
    stores = min(options.stores, _QUICK) if options.quick else options.stores
    chunks = [range(first, min(first + _CHUNK, stores)) for first in range(0, stores, _CHUNK)]
    if options.jobs > 1:
        with ProcessPoolExecutor(options.jobs) as pool:
            results = list(pool.map(_run_chunk, chunks))
    else:
        results = [_run_chunk(chunk) for chunk in chunks]
    everything = add_outcomes(outcomes for outcomes, _ in results)
    promised = add_outcomes(outcomes for _, outcomes in results)
    mirror = everything[MIRROR]
    left = mirror.at_end
    remaining = Table(
        "rows of the mirror that differ after its audits",
        "rows",
        None,
        {"missing": [left.missing], "stale": [left.stale], "deleted and kept": [left.kept]},
    )
    grids = [
        _losses(f"{stores:,} stores", everything),
        _found(f"what the audits of the mirror found in {stores:,} stores", mirror),
    ]
    if promised:
        count = sum(is_promised(make_scenario(number)) for number in range(stores))
        grids.append(_losses(f"{count:,} of these stores, only what the cursor promises to find", promised))
    goals = [ValueGoal(remaining, name, 0.0) for name in remaining.samples]
    print_report("duel", [remaining], goals, grids=grids, as_json=options.json)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stores", type=int, default=STORES, help=f"the number of stores, by default {STORES:,}")
    parser.add_argument("--jobs", type=int, default=1, help="the number of processes that share the stores")


def _run_chunk(numbers: Sequence[int]) -> tuple[Outcomes, Outcomes]:
    return asyncio.run(_run_stores(numbers))


async def _run_stores(numbers: Sequence[int]) -> tuple[Outcomes, Outcomes]:
    scenarios = [make_scenario(number) for number in numbers]
    with tempfile.TemporaryDirectory() as folder:
        async with MirrorDatabase.open(Path(folder)) as database:
            everything = add_outcomes([await run_store(scenario, database) for scenario in scenarios])
    promised = [await run_promised(scenario) for scenario in scenarios if is_promised(scenario)]
    return everything, add_outcomes(promised)


def _losses(name: str, outcomes: Mapping[str, Outcome]) -> Grid:
    return Grid(
        name,
        [
            "missing",
            "stale",
            "kept",
            "finds deletions",
            "later: missing",
            "later: stale",
            "later: kept",
            "overdue",
            "requests",
        ],
        {
            rule: [
                outcome.after_last.missing,
                outcome.after_last.stale,
                outcome.after_last.kept,
                _deletions(rule),
                outcome.at_end.missing,
                outcome.at_end.stale,
                outcome.at_end.kept,
                10_000 * outcome.overdue.total / outcome.rows,
                outcome.requests / outcome.rounds,
            ]
            for rule, outcome in outcomes.items()
        },
    )


def _deletions(rule: str) -> str:
    match rule:
        case _ if rule in RULES and not RULES[rule].finds_deletions:
            return "not offered"
        case _ if rule in RULES:
            return "by absence"
        case _ if rule == CHANGES:
            return "listed ones"
    return "yes"


def _found(name: str, mirror: Outcome) -> Grid:
    kinds = {
        f"late ({mirror.late:,} counted)": mirror.late_delays,
        f"silent ({mirror.silent:,} counted)": mirror.silent_delays,
        "deletions that were listed too late": mirror.deletion_delays,
    }
    return Grid(
        name,
        ["rows", "hours until found, median", "most"],
        {
            kind: [len(delays), statistics.median(delays) / HOUR, max(delays) / HOUR] if delays else [0, "", ""]
            for kind, delays in kinds.items()
        },
    )


if __name__ == "__main__":
    main()
