"""The tables of ``ecwid sync status`` and ``ecwid sync verify``."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from rich.box import HORIZONTALS
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ecwid_async.cli.durations import format_age
from ecwid_async.cli.render import FittedTable

if TYPE_CHECKING:
    from ecwid_async.sync import FleetStatus, SectionStatus, SectionVerification, StoreStatus, VerifyReport

__all__ = ["fleet_table", "status_table", "verification_table"]

_COLUMNS: Final = (
    "Rows",
    "Deleted",
    "Cursor",
    "Behind",
    "Late",
    "Silent",
    "Refused",
    "Queue",
    "Audited",
    "Compared",
)
# Columns that a narrow terminal does not show, beginning with the first.
_OPTIONAL_COLUMNS: Final = (
    "Audited",
    "Compared",
    "Deleted",
    "Queue",
    "Refused",
    "Silent",
    "Late",
    "Behind",
    "Cursor",
    "Rows",
)
# Differences of a section that are printed.
_MAX_SHOWN: Final = 20
_MEANINGS: Final[Mapping[str, str]] = {
    "missing": "is not in the mirror",
    "deleted": "is marked as deleted in the mirror",
    "older": "is older in the mirror",
    "newer": "is newer in the mirror than in the store",
    "content": "has other content in the mirror",
    "not_in_store": "is not in the store",
}


def status_table(store: "StoreStatus") -> RenderableType:
    """Build the table of a store's sections, with its problems below."""
    heading = Text.assemble((f"Store {store.store_id}", "bold"), f" of {store.server}, ")
    heading.append("never synced" if store.age is None else f"synced {format_age(store.age)} ago")
    table = FittedTable(partial(_build_sections, store), optional=_OPTIONAL_COLUMNS)
    skipped: dict[str, list[str]] = {}
    for section in store.sections.values():
        if section.condition == "skipped":
            skipped.setdefault(section.skipped, []).append(section.name)
    notes = [Text(f"{', '.join(names)}: {reason}", "dim") for reason, names in skipped.items()]
    problems = [Text(f"! {problem}", "bold yellow") for problem in store.problems]
    return Group(heading, Text(), table, *notes, *(problems or [Text("✓ in step", "green")]))


def _build_sections(store: "StoreStatus", left_out: Sequence[str]) -> Table:
    table = Table(box=HORIZONTALS, show_edge=False, header_style="bold")
    columns = [name for name in _COLUMNS if name not in left_out]
    table.add_column("Section", style="cyan", no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Condition")
    for section in store.sections.values():
        if section.condition != "skipped":
            cells = _cells(section, store.now)
            condition = Text(section.condition, "green" if section.condition == "ok" else "yellow")
            table.add_row(section.name, *(cells[name] for name in columns), condition)
    return table


def _cells(section: "SectionStatus", now: float) -> dict[str, RenderableType]:
    def age(time: float | None) -> str:
        return "" if time is None else format_age(now - time)

    def alarm(count: int) -> Text:
        return Text(f"{count:,}", "bold red" if count else "dim")

    return {
        "Rows": f"{section.rows:,}",
        "Deleted": f"{section.deleted:,}",
        "Cursor": age(section.cursor),
        "Behind": format_age(section.behind) if section.behind else "",
        "Late": alarm(section.late),
        "Silent": alarm(section.silent),
        "Refused": alarm(section.refused),
        "Queue": f"{section.hints + section.missing:,}",
        "Audited": age(section.audited_at),
        "Compared": age(section.reconciled_at),
    }


def fleet_table(fleet: "FleetStatus") -> RenderableType:
    """Build the totals of a fleet, its problems, and the stores that fail."""
    totals = fleet.totals
    parts: list[RenderableType] = [
        Text.assemble((f"Fleet {fleet.name}", "bold"), f": {totals.stores:,} stores, every {format_age(totals.every)}"),
        Text(
            f"  {totals.ok:,} ok, {totals.continues:,} continuing, {totals.new:,} new, {totals.failing:,} failing, "
            f"{totals.refused:,} refused"
        ),
    ]
    longest = f", the first for {format_age(totals.longest_late)}" if totals.due else ""
    parts.append(Text(f"  {totals.in_progress:,} in progress, {totals.due:,} due{longest}"))
    if totals.mean_interval is not None and totals.longest_interval is not None:
        parts.append(
            Text(
                f"  a round every {format_age(totals.mean_interval)} on average, {format_age(totals.longest_interval)} "
                "at most"
            )
        )
    if totals.mean_seconds and totals.mean_requests:  # 0 before the first round has ended
        parts.append(Text(f"  a round takes {totals.mean_seconds:.1f} s and {totals.mean_requests:.1f} requests"))
    for name, section in fleet.sections.items():
        counts = {
            "found late": section.late,
            "silent": section.silent,
            "refused by the database": section.refused,
        }
        found = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
        if found:
            parts.append(Text(f"  {name}: {found}"))
    parts += [Text(f"! {problem}", "bold yellow") for problem in fleet.problems] or [Text("✓ no problems", "green")]
    if fleet.worst:
        table = Table.grid(padding=(0, 2, 0, 0))
        for store in fleet.worst:
            left = store.due_at - fleet.now
            again = f"again in {format_age(left)}" if left >= 1 else "again now"
            style = "bold red" if store.condition == "refused" else "bold yellow"
            table.add_row("", Text(str(store.store_id), "cyan"), Text(store.condition, style), again, store.error or "")
        parts.append(table)
        if (more := totals.failing + totals.refused - len(fleet.worst)) > 0:
            parts.append(Text(f"  and {more:,} more"))
    return Group(*parts)


def verification_table(report: "VerifyReport") -> RenderableType:
    """Build the table of compared sections, with their differences below."""
    table = Table(box=HORIZONTALS, show_edge=False, header_style="bold")
    table.add_column("Section", style="cyan")
    table.add_column("Items", justify="right")
    table.add_column("Different", justify="right")
    table.add_column("Result")
    differences: list[Text] = []
    skipped: dict[str, list[str]] = {}
    for section in report.sections.values():
        if section.skipped:
            skipped.setdefault(section.skipped, []).append(section.name)
            continue
        different = len(section.mismatches)
        table.add_row(section.name, f"{section.items:,}", f"{different:,}", _result(section))
        differences += [
            Text(f"{section.name} {mismatch.id}: {_MEANINGS.get(mismatch.kind, mismatch.kind)}", "yellow")
            for mismatch in section.mismatches[:_MAX_SHOWN]
        ]
        if different > _MAX_SHOWN:
            differences.append(Text(f"{section.name}: and {different - _MAX_SHOWN:,} more, see --json", "yellow"))
    notes = [Text(f"{', '.join(names)}: {reason}", "dim") for reason, names in skipped.items()]
    end = Text(f"Store {report.store_id}: {report.requests:,} requests in {report.seconds:.1f} s")
    return Group(table, *notes, *differences, end)


def _result(section: "SectionVerification") -> Text:
    if section.error:
        return Text(section.error, "bold red")
    if section.mismatches:
        return Text("different", "bold yellow")
    if section.unknown:
        return Text(f"{len(section.unknown):,} could not be read again", "yellow")
    return Text("equal", "green")
