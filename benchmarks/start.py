"""The cost of starting the command line: from the start of the process to the first row of an export's progress bars.

Figures are CPU milliseconds, user and system, of a new interpreter, its start included. `ecwid export --sandbox` writes
to a stderr that says that it is a terminal, and ends with its first row or goes on to its end.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness.report import RatioGoal, Table, parse_arguments, print_report

LIBRARIES = "import aiohttp, rich"
FLOOR = "floor: the libraries of the command"
ROW = "ecwid export --sandbox: first row"
WHOLE = "ecwid export --sandbox: to its end"
ITEMS = "ecwid list products --sandbox"
HELP = "ecwid --help"

_REPORT = "import time; print(time.process_time(), file=sys.__stderr__, flush=True)"
_COMMAND = """
import io, os, sys

class Terminal(io.StringIO):
    def isatty(self):
        return True
    def write(self, text):
        if sys.argv[1] == "row" and "profile" in text:
            {report}
            os._exit(0)
        return len(text)

sys.stdout, sys.stderr = io.StringIO(), Terminal()
from ecwid_async.cli.app import run
code = run(sys.argv[2:])
{report}
sys.exit(code)
"""
_EXPORT = ("export", "--sandbox", "--fresh", "--out")
# The bytecode of every module is written before the first round.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    rounds = 1 if options.quick else 20
    with TemporaryDirectory() as folder:
        command = _COMMAND.format(report=_REPORT)
        candidates = {
            LIBRARIES: [f"import sys; {LIBRARIES}; {_REPORT}"],
            FLOOR: [f"import sys, attrs, anyio, msgspec, cyclopts, rich.progress, rich.table; {_REPORT}"],
            ROW: [command, "row", *_EXPORT, folder],
            WHOLE: [command, "end", *_EXPORT, folder],
            ITEMS: [command, "end", "list", "products", "--sandbox"],
            HELP: [command, "end", "--help"],
        }
        for arguments in candidates.values():
            _run(arguments)  # write the bytecode
        samples: dict[str, list[float]] = {name: [] for name in candidates}
        for _ in range(rounds):
            for name, arguments in candidates.items():
                samples[name].append(_run(arguments))
    table = Table("starting the command line", "CPU ms", LIBRARIES, samples)
    print_report("start", [table], [RatioGoal(table, ROW, LIBRARIES, 2.0, floor=FLOOR)], as_json=options.json)


def _run(arguments: list[str]) -> float:
    """Return the CPU milliseconds of a new interpreter."""
    finished = subprocess.run(
        [sys.executable, "-c", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        check=True,
        env=_ENVIRONMENT,
        cwd=Path(__file__).parents[1],
    )
    return float(finished.stderr) * 1e3


if __name__ == "__main__":
    main()
