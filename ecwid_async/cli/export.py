"""``ecwid export``: a store as files."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ecwid_async.cli.store import Source, StoreChoice, connect, find_store

if TYPE_CHECKING:
    from ecwid_async.export import Manifest, Section

__all__ = ["export"]


def export(
    *sections: Annotated[
        str, Parameter(help="profile, orders, carts, products, categories, customers; all of them by default.")
    ],
    out: Annotated[Path, Parameter(name=("--out", "-o"), help="Folder to write to; it is made where it is missing.")],
    quiet: Annotated[bool, Parameter(help="Show nothing but errors.")] = False,
    json: Annotated[bool, Parameter(help="Print one JSON object about what was written, and nothing else.")] = False,
    store: StoreChoice | None = None,
) -> None:
    """Write a store's sections to JSON Lines files, hidden items included.

    Either all files appear, whole and checked against the server's totals, with a manifest.json, or none does.
    """
    from ecwid_async.export import sections_named

    chosen = sections_named(sections)
    shown = not (quiet or json)
    source = find_store(store or StoreChoice(), shown=shown)
    manifest = asyncio.run(_export(chosen, out, source, shown=shown))
    if json:
        _print_json(manifest, out)
    elif not quiet:
        _print_summary(manifest, out)


async def _export(sections: "list[Section]", out: Path, source: Source, *, shown: bool) -> "Manifest":
    from ecwid_async.cli.bars import Bars
    from ecwid_async.export import export_store

    bars = Bars((section.name for section in sections), shown=shown)
    async with connect(source, events=bars.event) as store:
        with bars:
            return await export_store(store, sections, out, report=bars.step)


def _print_json(manifest: "Manifest", out: Path) -> None:
    import msgspec

    record = {"folder": str(out), **msgspec.to_builtins(manifest)}
    sys.stdout.write(msgspec.json.encode(record).decode() + "\n")


def _print_summary(manifest: "Manifest", out: Path) -> None:
    from rich.console import Console

    from ecwid_async.cli.bars import summary

    Console(highlight=False).print(summary(manifest, str(out)))
