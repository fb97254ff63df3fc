"""Runs benchmarks, writes their tables into benchmarks/README.md, between the marks of each, and keeps their reports.

``python -m benchmarks.plots`` draws charts of the reports, which are in benchmarks/results/.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from benchmarks.harness.report import format_cell

_ROOT: Final = Path(__file__).parents[1]
_README: Final = _ROOT / "benchmarks" / "README.md"
_RESULTS: Final = _ROOT / "benchmarks" / "results"
BENCHMARKS: Final = (
    "decode",
    "overhead",
    "paging",
    "imports",
    "start",
    "traffic",
    "export",
    "sync",
    "fleet",
    "duel",
    "dlt",
    "apps",
    "demo_store",
)


def main() -> None:
    """Run the named benchmarks, or all, and update the README."""
    for name in sys.argv[1:] or BENCHMARKS:
        command = [sys.executable, "-m", f"benchmarks.{name}", "--json"]
        finished = subprocess.run(command, stdout=subprocess.PIPE, cwd=_ROOT, check=True)
        (_RESULTS / f"{name}.json").write_bytes(finished.stdout)
        _write_part(name, _to_markdown(json.loads(finished.stdout)))
    _write_part("goals and floors", _summarize_goals())


def _write_part(name: str, text: str) -> None:
    """Replace what is between the marks of a part of the README."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = _README.read_text("utf-8").partition(begin)
    after = rest.partition(end)[2]
    _README.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", "utf-8")


def _summarize_goals() -> str:
    """The goals of all kept reports that have a floor, as one table."""
    reports = [json.loads(path.read_bytes()) for name in BENCHMARKS if (path := _RESULTS / f"{name}.json").exists()]
    goals = [goal for report in reports for goal in report.get("goals", ()) if goal.get("floor") is not None]
    return "\n".join(
        [
            "| figure | measured | floor | measured / floor | goal | |",
            "|---|---:|---:|---:|---:|---|",
            *(
                f"| {_name(goal)} | {goal['measured']:.2f} | {goal['floor']:.2f} | "
                f"{goal['measured'] / goal['floor']:.2f} | {goal['limit']} | {_verdict(goal)} |"
                for goal in goals
            ),
            "",
        ]
    )


def _to_markdown(report: dict[str, Any]) -> str:
    lines = []
    for name, grid in report.get("grids", {}).items():
        lines += [
            f"| {name} | {' | '.join(grid['columns'])} |",
            f"|---|{'---:|' * len(grid['columns'])}",
            *(f"| {row} | {' | '.join(map(format_cell, cells))} |" for row, cells in grid["rows"].items()),
            "",
        ]
    for name, table in report["tables"].items():
        rounds = min(figures["rounds"] for figures in table["figures"].values())
        has_ratios = table["base"] is not None
        repeated = f"{rounds} rounds" if rounds > 1 else "once"
        lowest = "best" if has_ratios else "lowest"
        lines += [
            f"| {name}, {repeated} | {lowest}, {table['unit']} | median |{' ratio |' if has_ratios else ''}",
            f"|---|---:|---:|{'---:|' if has_ratios else ''}",
        ]
        lines += [
            f"| {candidate} | {figures['best']:.1f} | {figures['median']:.1f} |"
            + (f" {figures['ratio']:.2f} |" if has_ratios else "")
            for candidate, figures in table["figures"].items()
        ]
        lines.append("")
    lines += ["| goal | measured | limit | |", "|---|---:|---:|---|"]
    lines += [
        f"| {_name(goal)} | {goal['measured']:.2f} | {goal['bound']} {goal['limit']} | {_verdict(goal)} |"
        for goal in report["goals"]
    ]
    return "\n".join([*lines, ""])


def _name(goal: dict[str, Any]) -> str:
    return f"{goal['table']}: {' / '.join(filter(None, (goal['candidate'], goal['base'])))}"


def _verdict(goal: dict[str, Any]) -> str:
    return "met" if goal["met"] else "**missed**"


if __name__ == "__main__":
    main()
