"""The live table of ``ecwid sync``, and the lines that replace it where the output is not a terminal."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from attrs import evolve
from rich.box import HORIZONTALS
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ecwid_async.cli.durations import format_age, format_duration
from ecwid_async.cli.render import EscapedText, FittedTable
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.wire import EventKind, to_printable

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from ecwid_async.sync import SectionReport, SectionStatus, StoreStatus
    from ecwid_async.wire import Event

__all__ = [
    "Level",
    "SectionRow",
    "SyncDisplay",
    "build_table",
    "describe_changes",
    "describe_operation",
    "section_rows",
    "time_of_day",
]

Level = Literal["ok", "busy", "warning", "error", "skipped"]

_SYMBOLS: Final[dict[Level, tuple[str, str]]] = {
    "ok": ("✓", "green"),
    "busy": ("●", "cyan"),
    "warning": ("!", "bold yellow"),
    "error": ("✗", "bold red"),
    "skipped": ("–", "dim"),
}
# What a round may do in a section besides reading what changed.
_STEPS: Final = {"audit": "audited", "rolling": "compared", "reconcile": "ids compared"}
# Sections whose path has another name.
_SECTION_OF_PATH: Final = {
    "classes": "product_types",
    "discount_coupons": "coupons",
    "instant-site/redirects": "redirects",
    "profile/extrafields": "checkout_extra_fields",
    "profile/order_statuses": "order_statuses",
    "profile/paymentOptions": "payment_options",
    "profile/shippingOptions": "shipping_options",
    "store_extrafields/customers": "customer_extra_fields",
}
# Columns that a narrow terminal does not show, beginning with the first.
_OPTIONAL_COLUMNS: Final = ("Silent", "Late", "Cursor", "Deleted", "Changed", "Rows")
# Lines under the table with what changed lately.
_MAX_LINES: Final = 6
_MAX_LINES_PER_ROUND: Final = 3
# Lines of the display besides the rows and the latest changes.
_OTHER_LINES: Final = 10
_LINES_PER_PROBLEM: Final = 3
_REFRESHES_PER_SECOND: Final = 8
# Seconds between two lines of a round if stderr is not a terminal.
_LINE_INTERVAL: Final = 5


@frozen(kw_only=True)
class SectionRow:
    """A row of the table: a section of the mirror.

    `changed` and `deleted` are the numbers of items in the latest round. `cursor` is the time up to which the mirror
    has everything, in Unix seconds of this machine's clock; None if there is none yet. `late` and `silent` are the
    items that polls missed and an audit found. `state` is a short text, and `problem` a message that explains it.
    """

    name: str
    rows: int = 0
    changed: int = 0
    deleted: int = 0
    cursor: float | None = None
    late: int = 0
    silent: int = 0
    state: str = ""
    problem: str = ""
    level: Level = "ok"


def section_rows(status: "StoreStatus", reports: "Mapping[str, SectionReport]", *, now: float) -> list[SectionRow]:
    """Return the rows for the sections of a store, and what the latest round did in them.

    `now` is the time of this machine in Unix seconds.
    """
    rows = []
    for section in status.sections.values():
        report = reports.get(section.name)
        state, level = _state(section, report)
        rows.append(
            SectionRow(
                name=section.name,
                rows=section.rows,
                changed=report.changed if report else 0,
                deleted=report.deleted if report else 0,
                cursor=None if section.cursor is None else now - (status.now - section.cursor),
                late=section.late,
                silent=section.silent,
                state=state,
                problem=_problem(section, report),
                level=level,
            )
        )
    return rows


def _problem(section: "SectionStatus", report: "SectionReport | None") -> str:
    if section.condition in ("failing", "stopped"):
        return section.error or section.stopped
    return f"the database refused {report.refusal}" if report is not None and report.refusal else ""


def _state(section: "SectionStatus", report: "SectionReport | None") -> tuple[str, Level]:
    match section.condition:
        case "failing":
            return "failing", "error"
        case "skipped":
            return section.skipped, "skipped"
        case "stopped":
            return "stopped", "warning"
        case "unproven":
            return "a part could not be read completely yet", "warning"
        case "behind":
            return f"behind for {format_age(section.behind)}", "warning"
        case "new":
            return "not read yet", "busy"
        case "reading":
            return "first read", "busy"
    if report is not None and (report.late or report.silent):
        return "an audit found missed items", "warning"
    if report is not None and report.refused:
        return f"the database refused {report.refused:,}", "warning"
    if section.hints or section.missing:
        return f"{section.hints + section.missing:,} to look up", "busy"
    steps = [_STEPS[step] for step in report.steps if step in _STEPS] if report is not None else []
    return ", ".join(["in step", *steps]), "ok"


def describe_changes(row: SectionRow) -> str:
    """Return what the latest round changed in a section. Empty if nothing."""
    parts = [f"{count:,} {verb}" for count, verb in ((row.changed, "changed"), (row.deleted, "deleted")) if count]
    return ", ".join(parts)


def build_table(rows: Sequence[SectionRow], *, now: float, max_rows: int | None = None) -> RenderableType:
    """Build the table of sections, with a row of totals, the problems, and a line for each reason of skipped sections.

    With `max_rows`, it has only the rows with something to tell, and then the largest sections.
    """
    skipped: dict[str, list[str]] = {}
    for row in rows:
        if row.level == "skipped":
            skipped.setdefault(row.state, []).append(row.name)
    notes = [Text(f"{', '.join(names)}: {reason}", "dim") for reason, names in skipped.items()]
    listed = [row for row in rows if row.level != "skipped"]
    shown = listed
    if max_rows is not None and len(listed) > max_rows:
        ranked = sorted(listed, key=lambda row: (row.level == "ok", not describe_changes(row), -row.rows))[:max_rows]
        shown = [row for row in listed if row in ranked]
        notes.insert(0, Text(f"and {_number(len(listed) - len(shown), 'more section')}", "dim"))
    problems = [Text(f"! {row.name}: {row.problem}", _SYMBOLS[row.level][1]) for row in listed if row.problem]
    table = FittedTable(partial(_build_sections, shown, listed, now), optional=_OPTIONAL_COLUMNS)
    return Group(table, *notes, *problems)


def _build_sections(
    shown: Sequence[SectionRow], rows: Sequence[SectionRow], now: float, left_out: Sequence[str]
) -> Table:
    table = Table(box=HORIZONTALS, show_edge=False, header_style="bold", footer_style="bold", show_footer=len(rows) > 1)
    table.add_column("")
    table.add_column("Section", "Total", no_wrap=True)
    totals = {
        "Rows": sum(row.rows for row in rows),
        "Changed": sum(row.changed for row in rows),
        "Deleted": sum(row.deleted for row in rows),
        "Cursor": None,
        "Late": sum(row.late for row in rows),
        "Silent": sum(row.silent for row in rows),
    }
    columns = {name: total for name, total in totals.items() if name not in left_out}
    for name, total in columns.items():
        table.add_column(name, "" if total is None else f"{total:,}", justify="right", no_wrap=True)
    table.add_column("State", overflow="fold")
    for row in shown:
        symbol, style = _SYMBOLS[row.level]
        cells = {
            "Rows": Text(f"{row.rows:,}"),
            "Changed": _count(row.changed, "bold green"),
            "Deleted": _count(row.deleted, "bold magenta"),
            "Cursor": Text("" if row.cursor is None else format_age(now - row.cursor)),
            "Late": _count(row.late, "bold red", none="0"),
            "Silent": _count(row.silent, "bold red", none="0"),
        }
        table.add_row(
            Text(symbol, style),
            Text(row.name, "cyan"),
            *(cells[name] for name in columns),
            Text(row.state, "" if row.level == "ok" else style),
        )
    return table


def _count(count: int, style: str, *, none: str = "·") -> Text:
    return Text(f"{count:,}", style) if count else Text(none, "dim")


class SyncDisplay:
    """A live table if stderr is a terminal, otherwise a line for each round and now and then; nothing unless `shown`.

    `every` is the number of seconds between rounds. It is None for a single one, whose result is no line. `title` names
    store and database. `clock` returns Unix seconds of this machine.
    """

    def __init__(
        self,
        *,
        shown: bool,
        every: float | None = None,
        clock: Callable[[], float] = time.time,
        console: Console | None = None,
    ) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self.title = ""
        self._every, self._clock = every, clock
        self._rows: dict[str, SectionRow] = {}
        self._lines: deque[Text] = deque(maxlen=_MAX_LINES)
        self._activity = "connecting"
        self._waiting = True
        self._next_round: float | None = None
        self._rounds = 0
        self._last_line = clock()
        self._pages: dict[str, int] = {}
        self._spinner = Spinner("dots", style="cyan")
        self._live: Live | None = None
        self._plain = shown and not self._console.is_terminal
        if shown and self._console.is_terminal:
            self._live = Live(
                get_renderable=self.__rich__,
                console=self._console,
                refresh_per_second=_REFRESHES_PER_SECOND,
                transient=every is None,
            )

    def __enter__(self) -> "Self":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", error: BaseException | None, traceback: "TracebackType | None"
    ) -> None:
        if self._live is not None:
            self._next_round, self._activity = None, ""
            self._live.stop()

    def show_event(self, event: "Event") -> None:
        """Show the list that is being read, or why a request waits. The first event after a round begins the next."""
        if self._waiting:
            self._start_round()
        if event.kind is EventKind.DELAYED and event.seconds is not None and event.seconds >= 1:
            failed = event.error is not None or event.status not in (None, 429)
            self._activity = f"{'request failed' if failed else 'rate limit'}, resuming in {event.seconds:.0f} s"
        elif event.kind is EventKind.CALL_ENDED and event.error is None:
            what = describe_operation(event.operation)
            self._pages[what] = self._pages.get(what, 0) + 1
            self._activity = what if self._pages[what] == 1 else f"{what}, {self._pages[what]:,} requests"

    def show_progress(self, report: "SectionReport") -> None:
        """Show what the round in progress has stored in a section so far."""
        row = self._rows.get(report.name) or SectionRow(name=report.name, state="first read", level="busy")
        rows = report.changed if row.state == "first read" else row.rows
        self._rows[report.name] = evolve(row, rows=rows, changed=report.changed, deleted=report.deleted)
        if self._plain and report.changed and self._clock() - self._last_line >= _LINE_INTERVAL:
            self._print(f"{report.name}: {report.changed:,} stored")

    def show_rows(self, rows: Sequence[SectionRow]) -> None:
        """Show the sections as they are before the first round."""
        self._rows = {row.name: row for row in rows}

    def _start_round(self) -> None:
        self._waiting = False
        self._rounds += 1
        self._pages.clear()
        self._rows = {name: evolve(row, changed=0, deleted=0) for name, row in self._rows.items()}
        self._next_round, self._activity = None, "reading what changed"

    def finish_round(self, rows: Sequence[SectionRow], *, seconds: float, requests: int) -> None:
        """Show the result of a round."""
        self._waiting = True
        self._rows = {row.name: row for row in rows}
        self._activity = f"round {self._rounds:,}: {_number(requests, 'request')} in {seconds:.1f} s"
        if self._every is not None:
            self._next_round = self._clock() + max(0.0, self._every - seconds)
        changes = [(row.name, text) for row in rows if (text := describe_changes(row))]
        if len(changes) > _MAX_LINES_PER_ROUND:
            total = sum(row.changed + row.deleted for row in rows)
            changes = [(f"{len(changes)} sections", f"{_number(total, 'item')} changed or deleted")]
        for name, text in changes:
            self._lines.append(self._line(Text.assemble((name, "cyan"), "  ", text)))
        if self._plain and self._every is not None:
            summary = "; ".join(f"{name} {text}" for name, text in changes) or "no changes"
            problems = "".join(
                f"; {row.name}: {row.problem or row.state}" for row in rows if row.level in ("warning", "error")
            )
            self._print(f"{summary}{problems} ({_number(requests, 'request')}, {seconds:.1f} s)")

    def show_problem(self, message: str) -> None:
        """Show why a round failed."""
        self._lines.append(self._line(Text(message, "red")))
        # A failed round delays the next ones.
        self._waiting, self._activity, self._next_round = True, "the round failed, waiting to try again", None
        if self._plain:
            self._print(message)

    def _line(self, text: Text) -> Text:
        return Text.assemble((f"{time_of_day(self._clock())}  ", "dim"), text)

    def _print(self, text: str) -> None:
        self._last_line = self._clock()
        line = f"{time_of_day(self._clock())} {to_printable(text, limit=None)}"
        self._console.print(line, soft_wrap=True, markup=False)

    def __rich__(self) -> RenderableType:
        now = self._clock()
        heading = Text(self.title, "bold")
        if self._every is not None:
            heading.append(f"   every {format_duration(self._every)}", "dim")
        # The activity is above the table, where it is visible on a small terminal too.
        parts: list[RenderableType] = [heading]
        if self._next_round is not None:
            left = max(0.0, self._next_round - now)
            parts.append(Text(f"  {self._activity}, next in {left:.0f} s", "dim"))
        elif self._activity:
            self._spinner.update(text=self._activity)
            parts.append(self._spinner)
        if self._rows:
            problems = sum(bool(row.problem) for row in self._rows.values())
            room = self._console.height - _OTHER_LINES - len(self._lines) - _LINES_PER_PROBLEM * problems
            parts += [Text(), build_table(list(self._rows.values()), now=now, max_rows=max(3, room))]
        if self._lines:
            parts += [Text(), *self._lines]
        return EscapedText(Group(*parts))


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def time_of_day(seconds: float) -> str:
    """Return a time of this machine's clock, such as ``12:03:45``."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%H:%M:%S")


def describe_operation(operation: str) -> str:
    """Return what a request does, from its operation, such as ``GET /products/{productId}``."""
    if operation == "GET /latest-stats":
        return "asking what changed"
    listing = operation.removeprefix("GET /").removesuffix("/deleted").partition("/{")[0]
    name = _SECTION_OF_PATH.get(listing, listing)
    if operation.endswith("/deleted"):
        return f"reading deleted {name}"
    return f"looking up {name}" if "/{" in operation else f"reading {name}"
