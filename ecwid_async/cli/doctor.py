"""``ecwid doctor``: check the connection, the token and the models against a store."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from ecwid_async.cli.render import write_table
from ecwid_async.cli.store import StoreOptions, choose_store

if TYPE_CHECKING:
    from rich.table import Table

    from ecwid_async.cli.checks import CheckRunner
    from ecwid_async.cli.probe import Prober

__all__ = ["doctor"]


def doctor(
    *,
    sample: Annotated[
        int, Parameter(help="Items of each list to read.", validator=Number(gte=1, lte=100), show_default=True)
    ] = 20,
    json: Annotated[bool, Parameter(help="Print the result as one JSON object.")] = False,
    store: StoreOptions | None = None,
) -> int:
    """Check settings, connection, token, clock, scopes and plan, and whether the models have every field.

    Sends about 70 read-only requests. Prints names and types of fields, but neither values of the store nor the token.
    """
    from rich.console import Console

    from ecwid_async.cli.checks import CheckRunner

    access = choose_store(store or StoreOptions(), shown=not json)
    with Console(stderr=True, quiet=json).status("Checking") as status:
        runner = CheckRunner(access, sample=sample, on_progress=lambda step: status.update(f"Checking {step}"))
        asyncio.run(runner.run())
    if json:
        import msgspec

        sys.stdout.write(msgspec.json.encode(_record(runner)).decode() + "\n")
    else:
        write_table(_check_table(runner))
        if runner.prober is not None and (runner.prober.unknown_fields or runner.prober.type_mismatches):
            sys.stdout.write("\n")
            write_table(_difference_table(runner.prober))
    return runner.exit_code


def _record(runner: "CheckRunner") -> dict[str, object]:
    record: dict[str, object] = {
        "ok": runner.exit_code == 0,
        "checks": [
            {"check": check.name, "state": check.state.value, "message": check.message, "advice": check.advice}
            for check in runner.checks
        ],
    }
    if (prober := runner.prober) is not None:
        record |= {
            "scopes": {"granted": sorted(prober.granted_scopes), "missing": sorted(prober.missing_scopes)},
            "endpoints": [
                {"endpoint": probe.endpoint, "outcome": probe.outcome.value, "status": probe.status, "code": probe.code}
                for probe in prober.probes
            ],
            "unknown_fields": [
                {
                    "model": unknown.model,
                    "field": unknown.name,
                    "type": unknown.type,
                    "endpoint": unknown.endpoint,
                    "seen": seen,
                }
                for unknown, seen in prober.unknown_fields.items()
            ],
            "type_mismatches": [
                {
                    "endpoint": mismatch.endpoint,
                    "path": mismatch.path,
                    "expected": mismatch.expected,
                    "found": mismatch.found,
                    "seen": seen,
                }
                for mismatch, seen in prober.type_mismatches.items()
            ],
        }
    return record


_COLOURS = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def _check_table(runner: "CheckRunner") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    for check in runner.checks:
        message = Text(check.message)
        if check.advice:
            message.append(f" → {check.advice}", "bold")
        table.add_row(Text(check.state.value, _COLOURS[check.state.value]), Text(check.name, "cyan"), message)
    return table


def _difference_table(prober: "Prober") -> "Table":
    from rich.table import Table

    table = Table("Field", "Expected", "Found", "Times", "Endpoint", box=None, pad_edge=False)
    for unknown, seen in sorted(prober.unknown_fields.items(), key=lambda item: (item[0].model, item[0].name)):
        table.add_row(f"{unknown.model}.{unknown.name}", "-", unknown.type, f"{seen:,}", unknown.endpoint)
    for mismatch, seen in sorted(prober.type_mismatches.items(), key=lambda item: (item[0].endpoint, item[0].path)):
        table.add_row(
            mismatch.path or "the response", mismatch.expected, mismatch.found, f"{seen:,}", mismatch.endpoint
        )
    return table
