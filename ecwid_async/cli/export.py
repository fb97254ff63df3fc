"""``ecwid export``: write the sections of one or more stores to files."""

import asyncio
import re
import sys
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from cyclopts import Group, Parameter

from ecwid_async.cli.completion import complete_conditions, complete_fields, complete_sections
from ecwid_async.cli.exit_codes import UsageError, describe, exit_code
from ecwid_async.cli.store import StoreAccess, StoreOptions, choose_store, connect, connect_all
from ecwid_async.errors import EcwidError

if TYPE_CHECKING:
    from ecwid_async.export import Manifest
    from ecwid_async.sections import Section

__all__ = ["export"]

T = TypeVar("T")

_FORMAT = Group("Format")
_STORES = Group("Several stores")
_STDOUT = Path("-")
_RESUME_NOTE = "Items that were read are kept: run the same command to resume, or add --fresh to start over."


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class FormatArguments:
    """Options of the files: format, added column and permissions."""

    format: Annotated[str | None, Parameter(group=_FORMAT)] = None
    "jsonl (default), jsonl.gz, jsonl.zst, csv, csv.gz, csv.zst or parquet; by default the extension of --out decides."
    level: Annotated[int | None, Parameter(group=_FORMAT)] = None
    "Compression level, a fast one by default."
    spreadsheet_safe: Annotated[bool, Parameter(group=_FORMAT)] = False
    "CSV: prefix text that a spreadsheet would run as a formula with an apostrophe."
    bom: Annotated[bool, Parameter(group=_FORMAT)] = False
    "CSV: begin with a byte order mark, for Excel."
    decimals: Annotated[Literal["exact", "float64"] | None, Parameter(group=_FORMAT)] = None
    "Parquet: type of fractional numbers, exact by default."
    store_id_column: Annotated[bool, Parameter(group=_FORMAT)] = False
    "Add the store's id to each item, as store_id."
    mode: Annotated[str | None, Parameter(group=_FORMAT)] = None
    "Permissions of the files, such as 600; by default the umask decides."

    def arguments(self) -> dict[str, Any]:
        """Return the arguments `format` and `options` of `export_store`."""
        from ecwid_async.export import FormatOptions

        options = FormatOptions(
            level=self.level, spreadsheet_safe=self.spreadsheet_safe, bom=self.bom, decimals=self.decimals
        )
        return {"format": self.format, "options": options}

    def file_arguments(self) -> dict[str, Any]:
        """Return the arguments `with_store_id` and `mode` of `export_store`."""
        if self.mode is not None and not re.fullmatch("0?[67][0-7]{2}", self.mode):
            raise UsageError(
                "--mode takes three digits as chmod does, with read and write permission for you, such as 600, not "
                f"{self.mode}."
            )
        return {"with_store_id": self.store_id_column, "mode": None if self.mode is None else int(self.mode, 8)}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class SeveralStoresArguments:
    """Several stores, in place of the one in the environment."""

    store: Annotated[list[int] | None, Parameter(group=_STORES, negative=())] = None
    "Id of a store, with its token in ECWID_TOKEN_<id>; repeatable. Each store gets its own folder."
    stores: Annotated[Path | None, Parameter(group=_STORES)] = None
    "File with an id, a space and a token per line. Must be readable only by you (chmod 600)."


def export(
    *sections: Annotated[
        str,
        Parameter(
            help="profile, orders, carts, products, categories, customers: these by default. Also customer_groups, "
            "customer_extra_fields, coupons, promotions, reviews, subscriptions, brands, product_types, "
            "order_statuses, checkout_extra_fields, payment_options, shipping_options, redirects, staff.",
            completer=complete_sections,
        ),
    ],
    everything: Annotated[
        bool, Parameter(name="--all", help="Every section that the token's scopes and the store's plan allow.")
    ] = False,
    out: Annotated[
        Path | None,
        Parameter(
            name=("--out", "-o"),
            allow_leading_hyphen=True,
            help="Folder to write to, or for one section a file such as products.parquet, or - for stdout. "
            "By default export-STORE_ID, or export with --store or --stores.",
        ),
    ] = None,
    fields: Annotated[
        list[str] | None,
        Parameter(
            help="Fields to export: id,name,options(name). For one of several sections: products:id,name.",
            completer=complete_fields,
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        Parameter(
            help="Export matching items only: updated_from=2024-01-31. For one section: products:enabled=true.",
            completer=complete_conditions,
        ),
    ] = None,
    fresh: Annotated[bool, Parameter(help="Start over instead of resuming an interrupted run.")] = False,
    quiet: Annotated[bool, Parameter(help="Print errors only.")] = False,
    json: Annotated[bool, Parameter(help="Print the manifest as one JSON object.")] = False,
    format_arguments: FormatArguments | None = None,
    store_arguments: SeveralStoresArguments | None = None,
    store: StoreOptions | None = None,
) -> int:
    """Write sections of a store to files, complete and with hidden items.

    The files and a manifest.json appear together, or none does. Run the same command again to resume an interrupted
    run.
    """
    from ecwid_async.cli.filters import parse_fields_options, parse_where_options
    from ecwid_async.cli.introspect import offline_store
    from ecwid_async.export import check_export
    from ecwid_async.sections import ALL_SECTIONS, find_sections

    if everything and sections:
        raise UsageError("--all and section names exclude each other: leave one out.")
    if out is not None and str(out).startswith("-") and out != _STDOUT:
        raise UsageError(f"--out needs a folder or a file, and {out} is an option.")
    chosen = find_sections(ALL_SECTIONS if everything else sections)
    format_arguments = format_arguments or FormatArguments()
    arguments = {
        **format_arguments.arguments(),
        "fields": parse_fields_options(fields or (), chosen),
        "where": parse_where_options(where or (), chosen, offline_store()),
    }
    store_arguments, store_options = store_arguments or SeveralStoresArguments(), store or StoreOptions()
    several = bool(store_arguments.store or store_arguments.stores)
    folder = out or Path("export")
    if several:
        _check_several(folder, store_options)
    # Check the arguments before a request is sent or a demo store is created.
    check_export(offline_store(), chosen, folder / "1" if several else _target(folder), **arguments)
    arguments |= {
        "fresh": fresh,
        "skip_refused": everything,
        "source_id": _source_id(store_options),
        **format_arguments.file_arguments(),
    }
    output = _Output(quiet=quiet, json=json)
    if several:
        return _export_many(chosen, folder, store_arguments, arguments, output)
    return _export_one(chosen, out, store_options, arguments, output)


@dataclass(frozen=True)
class _Output:
    """The options for printed output."""

    quiet: bool
    json: bool

    @property
    def shown(self) -> bool:
        return not (self.quiet or self.json)


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine. A `KeyboardInterrupt` has the notes of the cancellation that it caused as arguments."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(*getattr(stop.__context__, "__notes__", ())) from None


def _target(out: Path) -> "Path | IO[bytes]":
    return sys.stdout.buffer if out == _STDOUT else out


def _export_one(
    sections: "Sequence[Section]",
    out: Path | None,
    store_options: StoreOptions,
    arguments: dict[str, Any],
    output: _Output,
) -> int:
    if out == _STDOUT:
        if output.json:
            raise UsageError("--json and --out - both print to stdout: leave one out.")
        if sys.stdout.isatty() and not str(arguments["format"] or "jsonl").endswith(("jsonl", "csv")):
            raise UsageError(
                f"a terminal can't show {arguments['format']}: redirect the output to a file or a program."
            )
    access = choose_store(store_options, shown=output.shown)
    manifest, place = _run(_connect_and_export(sections, out, access, arguments, output))
    if output.json:
        import msgspec

        _print_json({"file" if place.is_file() else "folder": str(place), **msgspec.to_builtins(manifest)})
    _print_summary([manifest], place, output)
    return 0


async def _connect_and_export(
    sections: "Sequence[Section]", out: Path | None, access: StoreAccess, arguments: dict[str, Any], output: _Output
) -> "tuple[Manifest, Path]":
    from ecwid_async.cli.progress import SectionProgress
    from ecwid_async.export import export_store

    bars = SectionProgress([section.name for section in sections], shown=output.shown)
    async with connect(access, events=bars.show_wait) as store:
        place = out or Path(f"export-{store.store_id}")
        try:
            with bars:
                manifest = await export_store(
                    store, sections, _target(place), on_progress=bars.show_progress, **arguments
                )
        except BaseException as error:
            _add_resume_command(error)
            raise
    return manifest, place


def _add_resume_command(error: BaseException) -> None:
    """Replace the library's note on resuming with one for the command line."""
    from ecwid_async.export import RESUMABLE_NOTE

    notes = getattr(error, "__notes__", [])
    notes[:] = [_RESUME_NOTE if note == RESUMABLE_NOTE else note for note in notes]


def _check_several(folder: Path, store_options: StoreOptions) -> None:
    from ecwid_async.export import check_folder_name, format_from_name

    if store_options.sandbox or store_options.sizes.arguments():
        raise UsageError("--sandbox is a single store: leave --store and --stores out.")
    if store_options.profile is not None:
        raise UsageError("--profile is a single store: leave --store and --stores out.")
    if folder == _STDOUT or format_from_name(folder) is not None:
        raise UsageError(f"each store gets its own folder: pass a folder as --out, not {folder}.")
    check_folder_name(folder)


def _export_many(
    sections: "Sequence[Section]",
    folder: Path,
    store_arguments: SeveralStoresArguments,
    arguments: dict[str, Any],
    output: _Output,
) -> int:
    from ecwid_async.cli.store_tokens import find_tokens

    tokens = find_tokens(store_arguments.store or (), store_arguments.stores)
    results = _run(_connect_and_export_all(sections, folder, tokens, arguments, output))
    done = {store_id: result for store_id, result in results.items() if not isinstance(result, EcwidError)}
    failed = {store_id: result for store_id, result in results.items() if isinstance(result, EcwidError)}
    if output.json:
        import msgspec

        stores = {store_id: msgspec.to_builtins(manifest) for store_id, manifest in done.items()}
        stores |= {store_id: {"error": describe(error)} for store_id, error in failed.items()}
        _print_json({"folder": str(folder), "stores": {str(store_id): stores[store_id] for store_id in results}})
    (first_id, *other_ids) = done or [0]
    _print_summary(list(done.values()), folder if other_ids else folder / str(first_id), output)
    for store_id, error in failed.items():
        sys.stderr.write(f"ecwid: store {store_id}: {describe(error)}\n")
    return next(map(exit_code, failed.values()), 0)


async def _connect_and_export_all(
    sections: "Sequence[Section]", folder: Path, tokens: Mapping[int, str], arguments: dict[str, Any], output: _Output
) -> "dict[int, Manifest | EcwidError]":
    from ecwid_async.cli.progress import StoreProgress
    from ecwid_async.export import export_stores

    bars = StoreProgress(len(tokens), len(sections), shown=output.shown)
    try:
        async with connect_all(tokens, events=bars.show_wait) as stores:
            with bars:
                results = await export_stores(stores, sections, folder, on_progress=bars.show_progress, **arguments)
    except BaseException as error:
        _add_resume_command(error)
        raise
    for result in results.values():
        if isinstance(result, EcwidError):
            _add_resume_command(result)
    return results


def _source_id(store_options: StoreOptions) -> str:
    """Identify a demo store by its options, since each command creates it again. Empty for other stores."""
    return f"demo store {sorted(store_options.sizes.arguments().items())}" if store_options.sandbox else ""


def _print_json(record: Mapping[str, Any]) -> None:
    import msgspec

    sys.stdout.write(msgspec.json.encode(record).decode() + "\n")


def _print_summary(manifests: "Sequence[Manifest]", place: Path, output: _Output) -> None:
    if output.shown and manifests:
        from rich.console import Console

        from ecwid_async.cli.progress import build_summary

        Console(highlight=False, stderr=place == _STDOUT).print(build_summary(manifests, str(place)))
