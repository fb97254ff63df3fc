"""The cost of starting: importing the package and creating a first client, compared with importing the dependencies.

Figures are CPU milliseconds, user and system, of the imports only, each measured in a new interpreter.
"""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.harness.report import RatioGoal, Table, parse_arguments, print_report

LIBRARIES, PACKAGE = "import attrs, cattrs, msgspec, anyio", "import ecwid_async"
WITH_AIOHTTP, CLIENT = "the same plus aiohttp", "first client"
ORDERS = "first client and store.orders"
DECODED = "first client, store.orders and a decoded order"

_STATEMENTS = {
    LIBRARIES: LIBRARIES,
    PACKAGE: PACKAGE,
    WITH_AIOHTTP: f"{LIBRARIES}, aiohttp",
    CLIENT: 'from ecwid_async import Ecwid; client = Ecwid(); client.store(1, "t"); client.transport',
    ORDERS: 'from ecwid_async import Ecwid; Ecwid().store(1, "t").orders',
    DECODED: (
        'from ecwid_async import Ecwid; Ecwid().store(1, "t").orders; from ecwid_async.models import Order; '
        'Order.from_json(open("benchmarks/data/order.json").read())'
    ),
}
_TIMED = "import time; start = time.process_time(); {}; print(time.process_time() - start)"
_NOT_LOADED = ("aiohttp", "ecwid_async.models")
# The bytecode of every module is written before the first round.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    rounds = 1 if options.quick else 40
    _check_loaded_modules()
    samples: dict[str, list[float]] = {name: [] for name in _STATEMENTS}
    for statement in _STATEMENTS.values():
        _run(statement)  # write the bytecode
    for _ in range(rounds):
        for name, statement in _STATEMENTS.items():
            samples[name].append(float(_run(_TIMED.format(statement))) * 1e3)
    package = Table(
        "importing the package", "CPU ms", LIBRARIES, {name: samples[name] for name in (LIBRARIES, PACKAGE)}
    )
    client = Table(
        "creating the first client",
        "CPU ms",
        WITH_AIOHTTP,
        {name: samples[name] for name in (WITH_AIOHTTP, CLIENT, ORDERS, DECODED)},
    )
    goals = [
        RatioGoal(package, PACKAGE, LIBRARIES, 1.3),
        RatioGoal(client, CLIENT, WITH_AIOHTTP, 1.12, floor=WITH_AIOHTTP),
        RatioGoal(client, ORDERS, WITH_AIOHTTP, 1.4, floor=WITH_AIOHTTP),
    ]
    print_report("imports", [package, client], goals, as_json=options.json)


def _check_loaded_modules() -> None:
    loaded = _run(f"import sys; {PACKAGE}; print(*sys.modules)").split()
    early = [name for name in loaded if name.startswith(_NOT_LOADED)]
    if early:
        raise SystemExit(
            f"`{PACKAGE}` must not load {', '.join(early)}: move these imports into the functions that use them"
        )


def _run(statements: str) -> str:
    finished = subprocess.run(
        [sys.executable, "-c", statements],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=_ENVIRONMENT,
        cwd=Path(__file__).parents[1],
    )
    return finished.stdout


if __name__ == "__main__":
    main()
