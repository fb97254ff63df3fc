"""``ecwid doctor``: does a store answer, what may the token do, do the models fit."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from ecwid_async.cli.render import write_table
from ecwid_async.cli.store import StoreChoice, find_store

if TYPE_CHECKING:
    from rich.table import Table

    from ecwid_async.cli.checks import Checkup
    from ecwid_async.cli.probe import Survey

__all__ = ["doctor"]


def doctor(
    *,
    sample: Annotated[
        int, Parameter(help="Items of each list to look at.", validator=Number(gte=1, lte=100), show_default=True)
    ] = 20,
    json: Annotated[bool, Parameter(help="Print one JSON object, and nothing else.")] = False,
    store: StoreChoice | None = None,
) -> int:
    """Check settings, connection, token, clock, scopes and plan, and whether the models know every field.

    It only reads, with about 70 requests. It prints names and types of fields: no value of the store, no token.
    """
    from rich.console import Console

    from ecwid_async.cli.checks import Checkup

    source = find_store(store or StoreChoice(), shown=not json)
    with Console(stderr=True, quiet=json).status("Asking") as status:
        checkup = Checkup(source, sample=sample, told=lambda what: status.update(f"Asking {what}"))
        asyncio.run(checkup.run())
    if json:
        import msgspec

        sys.stdout.write(msgspec.json.encode(_record(checkup)).decode() + "\n")
    else:
        write_table(_lines(checkup))
        if checkup.survey is not None and (checkup.survey.unknown or checkup.survey.odd):
            sys.stdout.write("\n")
            write_table(_news(checkup.survey))
    return checkup.code


def _record(checkup: "Checkup") -> dict[str, object]:
    record: dict[str, object] = {
        "ok": checkup.code == 0,
        "checks": [
            {"check": check.name, "state": check.state.value, "said": check.said, "todo": check.todo}
            for check in checkup.checks
        ],
    }
    if (survey := checkup.survey) is not None:
        record |= {
            "scopes": {"granted": sorted(survey.granted), "lacking": sorted(survey.lacking)},
            "endpoints": [
                {"endpoint": probe.endpoint, "outcome": probe.outcome.value, "status": probe.status, "code": probe.code}
                for probe in survey.probes
            ],
            "unknown_fields": [
                {"model": news.model, "field": news.name, "type": news.type, "endpoint": news.endpoint, "seen": seen}
                for news, seen in survey.unknown.items()
            ],
            "odd_types": [
                {"endpoint": odd.endpoint, "path": odd.path, "expected": odd.expected, "found": odd.found, "seen": seen}
                for odd, seen in survey.odd.items()
            ],
        }
    return record


_COLOURS = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def _lines(checkup: "Checkup") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    for check in checkup.checks:
        said = Text(check.said)
        if check.todo:
            said.append(f" → {check.todo}", "bold")
        table.add_row(Text(check.state.value, _COLOURS[check.state.value]), Text(check.name, "cyan"), said)
    return table


def _news(survey: "Survey") -> "Table":
    from rich.table import Table

    table = Table("Where", "Declared", "Came", "Times", "Endpoint", box=None, pad_edge=False)
    for news, seen in sorted(survey.unknown.items(), key=lambda item: (item[0].model, item[0].name)):
        table.add_row(f"{news.model}.{news.name}", "-", news.type, f"{seen:,}", news.endpoint)
    for odd, seen in sorted(survey.odd.items(), key=lambda item: (item[0].endpoint, item[0].path)):
        table.add_row(odd.path or "the answer", odd.expected, odd.found, f"{seen:,}", odd.endpoint)
    return table
