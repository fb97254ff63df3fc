"""Reports of a benchmark: tables of samples and the goals for them, as text or as one JSON object."""

import argparse
import json
import platform
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

__all__ = ["Grid", "RatioGoal", "Table", "ValueGoal", "format_cell", "parse_arguments", "print_report"]


@frozen
class Table:
    """Samples of each candidate, in `unit`.

    If the candidates do the same work, `base` names the one that ratios refer to.
    """

    name: str
    unit: str
    base: str | None
    samples: Mapping[str, Sequence[float]]

    def ratio(self, candidate: str, base: str) -> float:
        """Return the median, over the rounds, of a candidate's sample divided by that of `base`."""
        pairs = zip(self.samples[candidate], self.samples[base], strict=True)
        return statistics.median(value / base_value for value, base_value in pairs)


@frozen
class Grid:
    """Several figures of each candidate, one a column."""

    name: str
    columns: Sequence[str]
    rows: Mapping[str, Sequence[float | str]]


@frozen
class RatioGoal:
    """The ratio of two candidates of a table should be at most `limit`.

    `floor` names a third candidate of the table: the same work with everything of ours removed.
    """

    table: Table
    candidate: str
    base: str
    limit: float
    floor: str | None = None

    @property
    def measured(self) -> float:
        """The measured ratio."""
        return self.table.ratio(self.candidate, self.base)

    @property
    def measured_floor(self) -> float | None:
        """The ratio of the floor to the same base."""
        return None if self.floor is None else self.table.ratio(self.floor, self.base)

    @property
    def met(self) -> bool:
        """Whether the ratio is within the limit."""
        return self.measured <= self.limit


@frozen
class ValueGoal:
    """A candidate's value should be at most `limit`, or at least `limit`.

    The value is the median for a table with a base (CPU times), and the worst round otherwise (counts and shares).
    `floor` is as in `RatioGoal`.
    """

    table: Table
    candidate: str
    limit: float
    at_least: bool = False
    floor: str | None = None

    @property
    def measured(self) -> float:
        """The measured value."""
        return self._value(self.candidate)

    @property
    def measured_floor(self) -> float | None:
        """The value of the floor."""
        return None if self.floor is None else self._value(self.floor)

    def _value(self, candidate: str) -> float:
        values = self.table.samples[candidate]
        if self.table.base is not None:
            return statistics.median(values)
        return min(values) if self.at_least else max(values)

    @property
    def met(self) -> bool:
        """Whether the value is within the limit."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def parse_arguments(
    description: str | None, *, add_options: Callable[[argparse.ArgumentParser], object] = lambda parser: None
) -> argparse.Namespace:
    """Parse the options that all benchmarks share, `json` and `quick`, and those that `add_options` adds."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--quick", action="store_true", help="a tiny run to check that it works; ignore its figures")
    add_options(parser)
    return parser.parse_args()


def print_report(
    benchmark: str,
    tables: Sequence[Table],
    goals: Sequence[RatioGoal | ValueGoal],
    *,
    grids: Sequence[Grid] = (),
    as_json: bool,
) -> None:
    """Print the grids, the tables and all goals, met or missed."""
    if as_json:
        report = _report_json(benchmark, tables, goals)
        report["grids"] = {grid.name: {"columns": grid.columns, "rows": grid.rows} for grid in grids}
        json.dump(report, sys.stdout, indent=2)
        print()
        return
    for grid in grids:
        width = max(len(name) for name in grid.rows)
        print(grid.name)
        print(f"  {'':{width}}  " + "  ".join(f"{column:>12}" for column in grid.columns))
        for name, values in grid.rows.items():
            cells = (
                f"{format_cell(value):>{max(12, len(column))}}"
                for value, column in zip(values, grid.columns, strict=True)
            )
            print(f"  {name:{width}}  " + "  ".join(cells))
        print()
    for table in tables:
        width = max(len(name) for name in table.samples)
        print(f"{table.name} ({table.unit})")
        lowest, ratio = ("lowest", "") if table.base is None else ("best", "ratio")
        print(f"  {'':{width}}  {lowest:>9}  {'median':>9}  {ratio:>6}".rstrip())
        for name, values in table.samples.items():
            ratio = "" if table.base is None else f"{table.ratio(name, table.base):.2f}"
            print(f"  {name:{width}}  {min(values):9.2f}  {statistics.median(values):9.2f}  {ratio:>6}".rstrip())
        print()
    for goal in goals:
        fields = _goal_json(goal)
        subject = " / ".join(filter(None, (goal.candidate, fields["base"])))
        result = "met" if goal.met else "MISSED"
        floor = "" if goal.measured_floor is None else f" (floor {goal.measured_floor:.2f})"
        print(f"{goal.table.name}: {subject} = {goal.measured:.2f}{floor}, {fields['bound']} {goal.limit}: {result}")


def format_cell(value: float | str) -> str:
    """Return a figure of a grid as text: whole numbers as they are, others with one digit."""
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value


def _report_json(benchmark: str, tables: Sequence[Table], goals: Sequence[RatioGoal | ValueGoal]) -> dict[str, object]:
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
        "goals": [_goal_json(goal) for goal in goals],
    }


def _goal_json(goal: RatioGoal | ValueGoal) -> dict[str, Any]:
    return {
        "table": goal.table.name,
        "candidate": goal.candidate,
        "base": goal.base if isinstance(goal, RatioGoal) else None,
        "bound": "at least" if isinstance(goal, ValueGoal) and goal.at_least else "at most",
        "limit": goal.limit,
        "measured": goal.measured,
        "floor": goal.measured_floor,
        "met": goal.met,
    }
