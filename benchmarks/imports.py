"""What starting costs: importing the package, and getting to a first client, against importing what they stand on.

Figures are CPU milliseconds, user and system, of the imports alone, each measured inside a fresh interpreter.
"""

import subprocess
import sys
from pathlib import Path

from benchmarks.harness.report import Goal, Table, arguments, report

LIBRARIES, PACKAGE = "import attrs, cattrs, msgspec, anyio", "import ecwid_async"
WITH_AIOHTTP, CLIENT = "the same and aiohttp", "first client"
ORDERS = "first client and its orders"

_STATEMENTS = {
    LIBRARIES: LIBRARIES,
    PACKAGE: PACKAGE,
    WITH_AIOHTTP: f"{LIBRARIES}, aiohttp",
    CLIENT: 'from ecwid_async import Ecwid; client = Ecwid(); client.store(1, "t"); client.transport',
    ORDERS: 'from ecwid_async import Ecwid; Ecwid().store(1, "t").orders',
}
_TIMED = "import time; start = time.process_time(); {}; print(time.process_time() - start)"
_NOT_BY_THE_PACKAGE = ("aiohttp", "ecwid_async.models")


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__)
    rounds = 2 if given.quick else 40
    _check_what_is_loaded()
    samples: dict[str, list[float]] = {name: [] for name in _STATEMENTS}
    for statement in _STATEMENTS.values():
        _run(statement)  # writes the bytecode
    for _ in range(rounds):
        for name, statement in _STATEMENTS.items():
            samples[name].append(float(_run(_TIMED.format(statement))) * 1e3)
    package = Table(
        "importing the package", "CPU ms", LIBRARIES, {name: samples[name] for name in (LIBRARIES, PACKAGE)}
    )
    client = Table(
        "up to the first client",
        "CPU ms",
        WITH_AIOHTTP,
        {name: samples[name] for name in (WITH_AIOHTTP, CLIENT, ORDERS)},
    )
    goals = [Goal(package, PACKAGE, LIBRARIES, 1.3), Goal(client, CLIENT, WITH_AIOHTTP, 1.25)]
    report("imports", [package, client], goals, as_json=given.json)


def _check_what_is_loaded() -> None:
    loaded = _run(f"import sys; {PACKAGE}; print(*sys.modules)").split()
    early = [name for name in loaded if name.startswith(_NOT_BY_THE_PACKAGE)]
    if early:
        raise SystemExit(f"`{PACKAGE}` alone must not load {', '.join(early)}: see what imports them")


def _run(statements: str) -> str:
    finished = subprocess.run(
        [sys.executable, "-c", statements],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    return finished.stdout


if __name__ == "__main__":
    main()
