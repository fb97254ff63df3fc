"""Measuring and telling: interleaved rounds of CPU time, ratios within a round, a table or one JSON object."""

import argparse
import ctypes
import gc
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

__all__ = ["Bound", "Goal", "Table", "arguments", "microseconds", "report", "sample"]


@frozen
class Table:
    """Samples of candidates, in `unit`; where they do the same work, ratios are to the candidate named `base`."""

    name: str
    unit: str
    base: str | None
    samples: Mapping[str, Sequence[float]]

    def ratio(self, candidate: str, base: str) -> float:
        """How many times as long as `base` a candidate takes: the median over the rounds, each with both in it."""
        pairs = zip(self.samples[candidate], self.samples[base], strict=True)
        return statistics.median(mine / other for mine, other in pairs)


@frozen
class Goal:
    """A ratio of two candidates of a table that should not be above `limit`."""

    table: Table
    candidate: str
    base: str
    limit: float

    @property
    def measured(self) -> float:
        """The ratio as it came out."""
        return self.table.ratio(self.candidate, self.base)

    @property
    def met(self) -> bool:
        """Whether it is low enough."""
        return self.measured <= self.limit


@frozen
class Bound:
    """A candidate's figure itself that should not be above `limit`, or below it where it should be at least that.

    What was measured is the worst of the rounds where the figure is a count or a share, as all without a base are.
    """

    table: Table
    candidate: str
    limit: float
    at_least: bool = False

    @property
    def measured(self) -> float:
        """The figure as it came out."""
        values = self.table.samples[self.candidate]
        if self.table.base is not None:
            return statistics.median(values)
        return min(values) if self.at_least else max(values)

    @property
    def met(self) -> bool:
        """Whether it is within the limit."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _PLENTY = -1, -3, 1 << 29


def _steady_heap() -> None:
    """Let glibc keep freed memory.

    asyncio reads into a fresh buffer of 256 KiB. Whether each of them costs two page faults, a quarter of a small call,
    depends on where the heap happens to end: on what was imported before, not on what is compared.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_M_TRIM_THRESHOLD, _PLENTY)
        libc.mallopt(_M_MMAP_THRESHOLD, _PLENTY)


def arguments(description: str | None) -> argparse.Namespace:
    """The options that all benchmarks share: `json`, and `quick` for a run that shows only that it works."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--quick", action="store_true", help="a tiny run: the figures mean nothing")
    return parser.parse_args()


def sample(candidates: Mapping[str, Callable[[], object]], *, rounds: int, per: int) -> dict[str, list[float]]:
    """CPU seconds of this process per unit of work, of which one run does `per`; one warming round is not counted.

    The candidates take turns, and begin in another order each round, so that a change of the machine's mood meets all.
    """
    samples: dict[str, list[float]] = {name: [] for name in candidates}
    names = list(candidates)
    _steady_heap()
    for run in candidates.values():
        run()
    gc.collect()
    gc.freeze()  # what is loaded by now is no business of a collection that a candidate causes
    for _ in range(rounds):
        for name in names:
            run = candidates[name]
            gc.collect()
            start = time.process_time()
            run()
            samples[name].append((time.process_time() - start) / per)
        names.append(names.pop(0))
    gc.unfreeze()
    return samples


def microseconds(samples: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """Samples in microseconds, from seconds."""
    return {name: [value * 1e6 for value in values] for name, values in samples.items()}


def report(benchmark: str, tables: Sequence[Table], goals: Sequence[Goal | Bound], *, as_json: bool) -> None:
    """Print what was measured, the goals that were missed too."""
    if as_json:
        json.dump(_figures(benchmark, tables, goals), sys.stdout, indent=2)
        print()
        return
    for table in tables:
        width = max(len(name) for name in table.samples)
        print(f"{table.name} ({table.unit})")
        first, ratio = ("lowest", "") if table.base is None else ("best", "ratio")
        print(f"  {'':{width}}  {first:>9}  {'median':>9}  {ratio:>6}".rstrip())
        for name, values in table.samples.items():
            ratio = "" if table.base is None else f"{table.ratio(name, table.base):.2f}"
            print(f"  {name:{width}}  {min(values):9.2f}  {statistics.median(values):9.2f}  {ratio:>6}".rstrip())
        print()
    for goal in goals:
        told = _goal(goal)
        what = " / ".join(filter(None, (goal.candidate, told["base"])))
        verdict = "reached" if goal.met else "MISSED"
        print(f"{goal.table.name}: {what} = {goal.measured:.2f}, {told['bound']} {goal.limit}: {verdict}")


def _figures(benchmark: str, tables: Sequence[Table], goals: Sequence[Goal | Bound]) -> dict[str, object]:
    return {
        "benchmark": benchmark,
        "python": platform.python_version(),
        "tables": {
            table.name: {
                "unit": table.unit,
                "base": table.base,
                "figures": {
                    name: {
                        "best": min(values),
                        "median": statistics.median(values),
                        "ratio": None if table.base is None else table.ratio(name, table.base),
                        "rounds": len(values),
                    }
                    for name, values in table.samples.items()
                },
            }
            for table in tables
        },
        "goals": [_goal(goal) for goal in goals],
    }


def _goal(goal: Goal | Bound) -> dict[str, Any]:
    return {
        "table": goal.table.name,
        "candidate": goal.candidate,
        "base": goal.base if isinstance(goal, Goal) else None,
        "bound": "at least" if isinstance(goal, Bound) and goal.at_least else "at most",
        "limit": goal.limit,
        "measured": goal.measured,
        "met": goal.met,
    }
