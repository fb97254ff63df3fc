"""``ecwid sync``: keep a database in step with a store, or with many."""

import asyncio
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlsplit

from cyclopts import Group, Parameter
from cyclopts.validators import Number

from ecwid_async.cli.durations import parse_duration
from ecwid_async.cli.exit_codes import NEEDS_ATTENTION, UsageError
from ecwid_async.cli.store import StoreAccess, StoreOptions, choose_store, connect
from ecwid_async.cli.store_source import StoreSourceArguments
from ecwid_async.errors import ConfigError
from ecwid_async.wire import to_printable

if TYPE_CHECKING:
    from ecwid_async.cli.sync_display import SectionRow, SyncDisplay
    from ecwid_async.client import Store
    from ecwid_async.sync import Mirror, SectionReport, SyncReport

__all__ = [
    "KEPT_NOTE",
    "DatabaseURL",
    "SectionNames",
    "database_url",
    "display_url",
    "existing_database_url",
    "print_json",
    "section_names",
    "sync",
]

_URL_VARIABLE: Final = "ECWID_SYNC_URL"
KEPT_NOTE: Final = "Everything stored so far is kept: run the same command to continue."
"""What an interrupted sync says."""
_DATABASE = Group("Database")
_SECTIONS = Group("Sections")
_STORES = Group("Several stores")

DatabaseURL = Annotated[
    str | None,
    Parameter(
        name="--to",
        group=_DATABASE,
        help="sqlite:///shop.db or postgresql+psycopg://user@host/name; by default ECWID_SYNC_URL. Other users of the "
        "machine can see a password here, but not in ECWID_SYNC_URL, PGPASSWORD or ~/.pgpass.",
    ),
]
"""The option that names the database, which all commands of a mirror have."""

SectionNames = Annotated[list[str] | None, Parameter(group=_SECTIONS, negative=())]
"""An option with names of sections."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class SectionArguments:
    """The sections of a sync."""

    only: SectionNames = None
    "Sync only these sections, such as products,orders. Repeatable."
    exclude: SectionNames = None
    "Leave out these sections. Repeatable."
    confirm_deletions: SectionNames = None
    "Continue the deletions of a section that stopped because too many items were gone. Repeatable."


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class FleetArguments:
    """How several stores are synchronized."""

    stores_at_once: Annotated[int | None, Parameter(group=_STORES, validator=Number(gte=1))] = None
    "How many stores are synchronized at a time, by default 50."
    name: Annotated[str | None, Parameter(group=_STORES)] = None
    "Name of the fleet, by default default: fleets with different stores in one database need different names."


def sync(
    *,
    to: DatabaseURL = None,
    watch: Annotated[
        str | None, Parameter(help="Stay in step until Ctrl-C, with a round this often: 30s, 5m, 1h.")
    ] = None,
    quiet: Annotated[bool, Parameter(help="Print errors only.")] = False,
    json: Annotated[bool, Parameter(help="Print a line of JSON for each round.")] = False,
    section_arguments: SectionArguments | None = None,
    source: StoreSourceArguments | None = None,
    fleet_arguments: FleetArguments | None = None,
    store: StoreOptions | None = None,
) -> int:
    """Bring a database in step with a store, or with many: all sections, hidden items included.

    The first run reads everything, later ones what has changed since. Nothing is lost if a run is interrupted: run the
    command again to continue. See also ``ecwid sync status`` and ``ecwid sync verify``.
    """
    arguments = section_arguments or SectionArguments()
    source, fleet_arguments = source or StoreSourceArguments(), fleet_arguments or FleetArguments()
    every = None if watch is None else parse_duration(watch, option="--watch", least=1.0)
    if source.given:
        return _sync_many(
            database_url(to),
            every=every,
            sections=arguments,
            source=source,
            fleet_arguments=fleet_arguments,
            store=store or StoreOptions(),
            shown=not (quiet or json),
            json=json,
        )
    if fleet_arguments != FleetArguments():
        raise UsageError("--stores-at-once and --name apply to several stores: add --stores FILE.")
    work = _Sync(
        url=database_url(to),
        every=every,
        only=section_names(arguments.only),
        exclude=section_names(arguments.exclude),
        confirmed=section_names(arguments.confirm_deletions),
        shown=not (quiet or json),
        json=json,
    )
    access = choose_store(store or StoreOptions(), shown=work.shown)
    try:
        return asyncio.run(work.run(access))
    except KeyboardInterrupt:
        if work.every is None:
            raise KeyboardInterrupt(KEPT_NOTE) from None
        # Ctrl-C is the normal end of --watch.
        if work.shown:
            sys.stderr.write("stopped\n")
        return 0


def _sync_many(
    url: str,
    *,
    every: float | None,
    sections: SectionArguments,
    source: StoreSourceArguments,
    fleet_arguments: FleetArguments,
    store: StoreOptions,
    shown: bool,
    json: bool,
) -> int:
    from ecwid_async.cli.sync_fleet import FleetSync
    from ecwid_async.sync import FleetSettings

    if store.sandbox or store.sizes.arguments():
        raise UsageError("--sandbox is a single store: leave the options of several stores out.")
    if store.profile is not None:
        raise UsageError("--profile is a single store: leave the options of several stores out.")
    if sections.confirm_deletions:
        raise UsageError("--confirm-deletions is for one store: run ecwid sync confirm-deletions STORE_ID SECTION.")
    source.check()
    defaults = FleetSettings()
    settings = FleetSettings(
        name=defaults.name if fleet_arguments.name is None else fleet_arguments.name,
        every=defaults.every if every is None else every,
        stores_at_once=fleet_arguments.stores_at_once or defaults.stores_at_once,
    )
    return FleetSync(
        url=url,
        stores=source,
        settings=settings,
        watch=every is not None,
        only=section_names(sections.only),
        exclude=section_names(sections.exclude),
        shown=shown,
        json=json,
    ).run()


def database_url(to: str | None) -> str:
    """Return the URL of the database, from the option or the environment. Raises `UsageError` if there is none."""
    url = to or os.environ.get(_URL_VARIABLE)
    if not url:
        raise UsageError(f"name a database: --to sqlite:///shop.db, or set {_URL_VARIABLE}.")
    if "://" not in url:
        raise UsageError("--to takes a URL: sqlite:///shop.db for a file, or postgresql+psycopg://user@host/name.")
    return url


def existing_database_url(to: str | None) -> str:
    """Return the URL of a database that a sync has created. Raises `UsageError` if it is a file that does not exist."""
    url = database_url(to)
    # Opening the mirror would create the file.
    if url.startswith("sqlite") and not os.path.exists(display_url(url)):
        raise UsageError(f"there is no database {display_url(url)}: run ecwid sync first.")
    return url


def display_url(url: str) -> str:
    """Return the place of a database as text: the path of a file, or user, host and name without a password."""
    scheme, _, rest = url.partition("://")
    if scheme.startswith("sqlite"):
        return rest.removeprefix("/")
    try:
        parts = urlsplit(url)
        user, host, port = parts.username, parts.hostname or "", parts.port
    except ValueError:
        return scheme
    return f"{scheme.partition('+')[0]}://{f'{user}@' if user else ''}{host}{f':{port}' if port else ''}{parts.path}"


def section_names(options: Iterable[str] | None) -> list[str]:
    """Return the names in options, which may have several each. Raises `ConfigError` for an unknown section."""
    from ecwid_async.sections import find_sections

    names = [name.strip() for option in options or () for name in option.split(",")]
    return [section.name for section in find_sections(names)] if names else []


def print_json(record: Mapping[str, Any]) -> None:
    """Print a line of JSON. It is not buffered, since another program may be waiting for it."""
    import msgspec

    sys.stdout.write(msgspec.json.encode(record).decode() + "\n")
    sys.stdout.flush()


@dataclass(frozen=True, kw_only=True)
class _Sync:
    """A sync with checked options. `every` is the number of seconds between rounds, None for one round."""

    url: str = field(repr=False)
    every: float | None
    only: Sequence[str]
    exclude: Sequence[str]
    confirmed: Sequence[str]
    shown: bool
    json: bool

    async def run(self, access: StoreAccess) -> int:
        """Run one round, or rounds until the task is cancelled. Return the exit code."""
        from ecwid_async.cli.sync_display import SyncDisplay
        from ecwid_async.sync import Mirror

        display = SyncDisplay(shown=self.shown, every=self.every)
        async with connect(access, events=display.show_event) as store, Mirror(self.url) as mirror:
            for name in self.confirmed:
                if not await mirror.confirm_deletions(store.store_id, name):
                    raise UsageError(f"no deletions of {name} in store {store.store_id} wait for a confirmation.")
            display.title = f"store {store.store_id} → {display_url(self.url)}"
            display.show_rows(await self._rows(mirror, store.store_id, {}))
            with display:
                report = await self._run_rounds(mirror, store, display)
            if self.shown:
                self._print_summary(await self._rows(mirror, store.store_id, report.sections), report)
        sections = report.sections.values()
        return NEEDS_ATTENTION if any(part.error or part.stopped or part.refused for part in sections) else 0

    async def _run_rounds(self, mirror: "Mirror", store: "Store", display: "SyncDisplay") -> "SyncReport":
        if self.every is None:
            report = await mirror.sync(store, only=self.only, exclude=self.exclude, on_progress=display.show_progress)
            await self._show(mirror, report, display)
            return report
        rounds = mirror.watch(
            store, every=self.every, only=self.only, exclude=self.exclude, on_progress=display.show_progress
        )
        async with aclosing(rounds):
            async for report in rounds:
                await self._show(mirror, report, display)
        return report

    async def _show(self, mirror: "Mirror", report: "SyncReport", display: "SyncDisplay") -> None:
        if self.json:
            print_json(report.to_dict())
        if not self.shown:
            errors = {report.error}
            for part in report.sections.values():
                refusal = f"the database refused {part.refused:,} items, {part.refusal}" if part.refused else ""
                errors |= {f"{part.name}: {problem}" for problem in (part.error, part.stopped, refusal) if problem}
            for error in sorted(errors - {""}):
                sys.stderr.write(f"ecwid: {to_printable(error, limit=None)}\n")
        elif report.error:
            display.show_problem(report.error)
        else:
            rows = await self._rows(mirror, report.store_id, report.sections)
            display.finish_round(rows, seconds=report.seconds, requests=report.requests)

    async def _rows(
        self, mirror: "Mirror", store_id: int, reports: "Mapping[str, SectionReport]"
    ) -> "list[SectionRow]":
        from ecwid_async.cli.sync_display import section_rows

        try:
            (status,) = await mirror.status(store_id)
        except ConfigError:
            return []  # the first round has not begun
        return [
            row
            for row in section_rows(status, reports, now=time.time())
            if (not self.only or row.name in self.only) and row.name not in self.exclude
        ]

    def _print_summary(self, rows: "Sequence[SectionRow]", report: "SyncReport") -> None:
        from rich.console import Group
        from rich.text import Text

        from ecwid_async.cli.render import write_table
        from ecwid_async.cli.sync_display import build_table

        end = f"In {display_url(self.url)}, {report.requests:,} requests in {report.seconds:.1f} s"
        write_table(Group(build_table(rows, now=time.time()), Text(end)))
