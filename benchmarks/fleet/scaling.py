"""What many stores take, computed from measured costs: the tables of `docs/scaling.md`.

`python -m benchmarks.fleet.scaling` writes them into the page. The costs are in `costs.json`, which
`python -m benchmarks.fleet.costs` measures.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import frozen

__all__ = ["PAGE", "Load", "load_costs", "load_of", "render"]

PAGE: Final = Path(__file__).parents[2] / "docs" / "scaling.md"
_COSTS: Final = Path(__file__).with_name("costs.json")

_DAY: Final = 86400
_MINUTE: Final = 60
STORES: Final = (1_000, 10_000, 100_000)
INTERVALS: Final = {"1 min": 60, "5 min": 300, "15 min": 900, "1 h": 3600}
LAG: Final = 300
CEILING: Final = 90.0
CONNECTIONS: Final = 20
"""The connections to PostgreSQL that a process opens at most."""
BUSY: Final = 0.7
"""The share of a core that a process should use on average."""
CHANGES: Final = 20
PRODUCTS, ORDERS = 300, 1_000
"""What a store is assumed to have, and how many single changes a day."""
SLOW_BACKGROUND: Final = "`poll_interval` and `audit_interval` of a day"
_DEFAULT: Final = "default settings"

QUIET, CHANGE = "quiet slice", "slice with one change"
HOURLY = "hourly slice, which polls and audits all sections"
FIRST, COMPARISON = "first round of a small store", "second round, which compares all ids"
_KINDS: Final = (QUIET, CHANGE, HOURLY, FIRST, COMPARISON)


@frozen(kw_only=True)
class Load:
    """What a number of stores takes at an interval. Rates are per second, means over a day; `wal` is in bytes."""

    requests: float
    background: float
    cores: float
    server_cores: float
    transactions: float
    wal: float
    disk: float

    @property
    def addresses(self) -> int:
        """The addresses that may send that many requests."""
        return math.ceil(self.requests / CEILING)

    @property
    def processes(self) -> int:
        """The worker processes."""
        return max(self.addresses, math.ceil(self.cores / BUSY))

    @property
    def limit(self) -> str:
        """Which limit is reached first with more stores: that of an address, or a core."""
        uses = {
            "address": self.requests / CEILING,
            "CPU of the process": self.cores / BUSY,
            "CPU of PostgreSQL": self.server_cores / BUSY,
        }
        return max(uses, key=uses.__getitem__)


def load_costs() -> dict[str, Any]:
    """Return the measured costs."""
    costs: dict[str, Any] = json.loads(_COSTS.read_text("utf-8"))
    return costs


def load_of(costs: Mapping[str, Any], stores: int, every: float, *, background: str = _DEFAULT) -> Load:
    """Compute what so many stores take on PostgreSQL with the worker, each with a round every `every` seconds."""
    slices, jobs = costs["slices"]["PostgreSQL"], costs["worker"]
    quiet, change, hourly = slices[QUIET], slices[CHANGE], slices[HOURLY]
    rounds = _DAY / every
    # A change is read again until the lag is over.
    polls = CHANGES * (1 + LAG / every)
    # The work of background in the hourly slices of the measured store.
    others = costs["background"][background] / (hourly["requests"] - quiet["requests"])

    def per_second(name: str, of_a_job: float = 0.0) -> float:
        extra = polls * (change[name] - quiet[name]) + others * (hourly[name] - quiet[name])
        return float(stores * (rounds * (quiet[name] + of_a_job) + extra) / _DAY)

    disk = costs["disk"]
    return Load(
        requests=per_second("requests"),
        background=stores * costs["background"][background] / _DAY,
        cores=per_second("cpu", jobs["cpu"]) / 1000,
        server_cores=per_second("server_cpu", jobs["server_cpu"]) / 1000,
        transactions=per_second("transactions", jobs["transactions"]),
        wal=per_second("wal", jobs["wal"]),
        disk=stores * (PRODUCTS * disk["products"]["PostgreSQL"] + ORDERS * disk["orders"]["PostgreSQL"]),
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(header)} |", f"|---|{'---:|' * (len(header) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _number(value: float) -> str:
    """Return a figure with two digits."""
    if value >= 100:
        return f"{float(f'{value:.2g}'):,.0f}"
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _scaling(costs: Mapping[str, Any], background: str) -> str:
    rows = []
    for stores in STORES:
        for name, every in INTERVALS.items():
            load = load_of(costs, stores, every, background=background)
            rows.append(
                (
                    f"{stores:,}, {name}",
                    _number(load.requests),
                    f"{100 * load.background / load.requests:.0f} %",
                    f"{load.addresses:,}",
                    _number(load.cores),
                    f"{load.processes:,}",
                    _number(load.server_cores),
                    _number(load.transactions),
                    _number(load.wal * _DAY / 1e9),
                    f"{CONNECTIONS * load.processes:,}",
                    load.limit,
                )
            )
    header = (
        "Stores, interval",
        "requests/s",
        "of which background",
        "addresses",
        "cores",
        "processes",
        "PostgreSQL: cores",
        "transactions/s",
        "WAL, GB a day",
        "connections, at most",
        "limit reached first",
    )
    return _table(header, rows)


def _costs(costs: Mapping[str, Any]) -> str:
    rows = []
    for kind in _KINDS:
        on_postgresql, on_sqlite = costs["slices"]["PostgreSQL"][kind], costs["slices"]["SQLite"][kind]
        rows.append(
            (
                kind,
                f"{on_postgresql['requests']:.0f}",
                _number(on_sqlite["cpu"]),
                _number(on_postgresql["cpu"]),
                _number(on_postgresql["server_cpu"]),
                f"{on_postgresql['transactions']:.1f}",
                f"{on_postgresql['statements']:.0f}",
                f"{on_postgresql['wal'] / 1024:.1f}",
            )
        )
    jobs = costs["worker"]
    rows.append(
        (
            "in addition, if a worker runs it",
            "0",
            "",
            _number(jobs["cpu"]),
            _number(jobs["server_cpu"]),
            f"{jobs['transactions']:.1f}",
            "",
            f"{jobs['wal'] / 1024:.1f}",
        )
    )
    header = (
        "",
        "requests",
        "SQLite: CPU ms",
        "PostgreSQL: CPU ms of the process",
        "of the server",
        "transactions",
        "statements",
        "WAL, KiB",
    )
    return _table(header, rows)


def _background(costs: Mapping[str, Any]) -> str:
    rows = [
        (name, f"{count:,}", f"{10_000 * count / _DAY:,.0f}", f"{10_000 * count / _DAY / CEILING:.1f}")
        for name, count in costs["background"].items()
    ]
    return _table(("`MirrorSettings`", "requests per store and day", "10,000 stores: requests/s", "addresses"), rows)


def _disk(costs: Mapping[str, Any]) -> str:
    disk = costs["disk"]
    rows = [
        (
            section[:-1],
            f"{disk[section]['document']:,}",
            f"{disk[section]['PostgreSQL']:,}",
            f"{disk[section]['SQLite']:,}",
        )
        for section in ("products", "orders")
    ]
    return _table(("", "document, bytes", "PostgreSQL", "SQLite"), rows)


def _summary(costs: Mapping[str, Any]) -> str:
    default, slow = (
        {stores: load_of(costs, stores, 300, background=name) for stores in STORES}
        for name in (_DEFAULT, SLOW_BACKGROUND)
    )
    disk = {stores: default[stores].disk / 1e9 for stores in STORES}
    measured = costs["measured"]
    a_quiet_job = costs["slices"]["PostgreSQL"][QUIET]["cpu"] + costs["worker"]["cpu"]
    first, second = (costs["slices"]["PostgreSQL"][kind] for kind in (FIRST, COMPARISON))
    return "\n".join(
        [
            f"- 10,000 stores every five minutes send {_number(default[10_000].requests)} requests a second, "
            f"{100 * default[10_000].background / default[10_000].requests:.0f} % of them in the background. "
            f"Addresses: {default[10_000].addresses}; cores: {_number(default[10_000].cores)}. With the longest "
            f"intervals of the background, it is {_number(slow[10_000].requests)} requests. "
            f"Addresses: {slow[10_000].addresses}; cores: {_number(slow[10_000].cores)}.",
            f"- A process at {BUSY:.0%} of a core does {_number(1000 * BUSY / a_quiet_job)} quiet slices a second "
            f"with a worker on PostgreSQL; an address admits {CEILING:.0f}.",
            f"- The first two rounds of {_listed(STORES)} small stores read everything and compare all ids. They take "
            f"{_listed([_hours(_first_rounds(costs, stores)) for stores in STORES])} from one address: "
            f"{first['requests'] + second['requests']:.0f} requests and "
            f"{(first['cpu'] + second['cpu']) / 1000:.1f} CPU seconds of the processes for each.",
            f"- With {PRODUCTS:,} products and {ORDERS:,} orders a store, the rows of {_listed(STORES)} stores take "
            f"{_listed([_number(size) for size in disk.values()])} GB on PostgreSQL.",
            f"- Measured with CPython {measured['python']} on two cores that other programs used as well (load "
            f"{' to '.join(map(str, measured['load']))}): ten million additions in Python took "
            f"{' to '.join(map(str, measured['loop_ms']))} ms of CPU time. Measure that loop on your machine, and "
            "multiply the cores accordingly.",
        ]
    )


def _first_rounds(costs: Mapping[str, Any], stores: int) -> float:
    """Return the seconds of the first two rounds from one address, with as many processes as that needs."""
    slices = costs["slices"]["PostgreSQL"]
    return float(sum(stores * slices[kind]["requests"] / CEILING for kind in (FIRST, COMPARISON)))


def _hours(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def _listed(values: Sequence[object]) -> str:
    texts = [f"{value:,}" if isinstance(value, int) else str(value) for value in values]
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def render(text: str, costs: Mapping[str, Any]) -> str:
    """Return the text of the page with its tables computed anew."""
    parts = {
        "costs": _costs(costs),
        "background": _background(costs),
        "default": _scaling(costs, _DEFAULT),
        "slow": _scaling(costs, SLOW_BACKGROUND),
        "disk": _disk(costs),
        "summary": _summary(costs),
    }
    for name, table in parts.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, found, rest = text.partition(begin)
        if not found or end not in rest:
            raise ValueError(f"the page has no place for {name}: write {begin} and {end}")
        text = f"{before}{begin}\n\n{table}\n\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text("utf-8"), load_costs()), "utf-8")
