"""Runs every benchmark and writes what was measured into benchmarks/README.md, between the marks of each."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

_ROOT: Final = Path(__file__).parents[1]
_README: Final = _ROOT / "benchmarks" / "README.md"


def main() -> None:
    """Measure, all or the benchmarks that are named, and write."""
    for name in sys.argv[1:] or ("decode", "overhead", "paging", "imports", "traffic", "export"):
        command = [sys.executable, "-m", f"benchmarks.{name}", "--json"]
        finished = subprocess.run(command, stdout=subprocess.PIPE, cwd=_ROOT, check=True)
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, _, rest = _README.read_text("utf-8").partition(begin)
        after = rest.partition(end)[2]
        _README.write_text(f"{before}{begin}\n\n{_markdown(json.loads(finished.stdout))}\n{end}{after}", "utf-8")


def _markdown(measured: dict[str, Any]) -> str:
    lines = []
    for name, table in measured["tables"].items():
        rounds = {figures["rounds"] for figures in table["figures"].values()}
        ratios = table["base"] is not None
        counted = f"{min(rounds)} rounds" if min(rounds) > 1 else "once"
        first = "best" if ratios else "lowest"
        lines += [
            f"| {name}, {counted} | {first}, {table['unit']} | median |{' ratio |' if ratios else ''}",
            f"|---|---:|---:|{'---:|' if ratios else ''}",
        ]
        lines += [
            f"| {candidate} | {figures['best']:.1f} | {figures['median']:.1f} |"
            + (f" {figures['ratio']:.2f} |" if ratios else "")
            for candidate, figures in table["figures"].items()
        ]
        lines.append("")
    lines += ["| goal | measured | at most | |", "|---|---:|---:|---|"]
    lines += [
        f"| {goal['table']}: {' / '.join(filter(None, (goal['candidate'], goal['base'])))} | {goal['measured']:.2f} | "
        f"{'at least ' if goal['bound'] == 'at least' else ''}{goal['limit']} | "
        f"{'reached' if goal['met'] else '**missed**'} |"
        for goal in measured["goals"]
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
