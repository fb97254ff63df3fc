"""The live table of ``ecwid sync``, and the lines that replace it where the output is not a terminal."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen
from rich.box import HORIZONTALS
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ecwid_async.cli.durations import format_age, format_duration
from ecwid_async.cli.render import EscapedText
from ecwid_async.wire import EventKind, to_printable

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from ecwid_async.wire import Event

__all__ = ["Level", "SectionRow", "SyncDisplay", "build_table", "describe_changes"]

Level = Literal["ok", "busy", "warning", "error", "skipped"]

_SYMBOLS: Final[dict[Level, tuple[str, str]]] = {
    "ok": ("✓", "green"),
    "busy": ("●", "cyan"),
    "warning": ("!", "bold yellow"),
    "error": ("✗", "bold red"),
    "skipped": ("–", "dim"),
}
# Lines under the table with what changed lately.
_MAX_LINES: Final = 6
_REFRESHES_PER_SECOND: Final = 8


@frozen(kw_only=True)
class SectionRow:
    """A row of the table: a section of the mirror.

    `changed` and `deleted` are the numbers of items in the latest round. `proven_at` is the time up to which the
    mirror has everything, in Unix seconds of this machine's clock; None if there is none yet. `late` and `silent` are
    the changes that an audit found. `state` is a short text.
    """

    name: str
    rows: int = 0
    changed: int = 0
    deleted: int = 0
    proven_at: float | None = None
    late: int = 0
    silent: int = 0
    state: str = ""
    level: Level = "ok"


def describe_changes(row: SectionRow) -> str:
    """Return what the latest round changed in a section. Empty if nothing."""
    parts = [f"{count:,} {verb}" for count, verb in ((row.changed, "changed"), (row.deleted, "deleted")) if count]
    return ", ".join(parts)


def build_table(rows: Sequence[SectionRow], *, now: float) -> RenderableType:
    """Build the table of sections, with a row of totals, and a line for each reason why sections are skipped."""
    skipped: dict[str, list[str]] = {}
    for row in rows:
        if row.level == "skipped":
            skipped.setdefault(row.state, []).append(row.name)
    notes = [Text(f"{', '.join(names)}: {reason}", "dim") for reason, names in skipped.items()]
    return Group(_build_sections([row for row in rows if row.level != "skipped"], now), *notes)


def _build_sections(rows: Sequence[SectionRow], now: float) -> Table:
    table = Table(box=HORIZONTALS, show_edge=False, header_style="bold", footer_style="bold", show_footer=len(rows) > 1)
    table.add_column("")
    table.add_column("Section", "Total")
    columns = {
        "Rows": sum(row.rows for row in rows),
        "Changed": sum(row.changed for row in rows),
        "Deleted": sum(row.deleted for row in rows),
        "Age": None,
        "Late": sum(row.late for row in rows),
        "Silent": sum(row.silent for row in rows),
    }
    for name, total in columns.items():
        table.add_column(name, "" if total is None else f"{total:,}", justify="right", no_wrap=True)
    table.add_column("State", overflow="fold")
    for row in rows:
        symbol, style = _SYMBOLS[row.level]
        table.add_row(
            Text(symbol, style),
            Text(row.name, "cyan"),
            Text(f"{row.rows:,}"),
            _count(row.changed, "bold green"),
            _count(row.deleted, "bold magenta"),
            Text("" if row.proven_at is None else format_age(now - row.proven_at)),
            _count(row.late, "bold red", none="0"),
            _count(row.silent, "bold red", none="0"),
            Text(row.state, "" if row.level == "ok" else style),
        )
    return table


def _count(count: int, style: str, *, none: str = "·") -> Text:
    return Text(f"{count:,}", style) if count else Text(none, "dim")


class SyncDisplay:
    """A live table if stderr is a terminal, otherwise a line for each round; nothing unless `shown`.

    `title` names store and database. `clock` returns Unix seconds of this machine.
    """

    def __init__(
        self,
        title: str,
        *,
        shown: bool,
        every: float | None = None,
        clock: Callable[[], float] = time.time,
        console: Console | None = None,
    ) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._title, self._every, self._clock = title, every, clock
        self._rows: Sequence[SectionRow] = ()
        self._lines: deque[Text] = deque(maxlen=_MAX_LINES)
        self._activity = "connecting"
        self._next_round: float | None = None
        self._rounds = 0
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
        """Show the list that is being read, or why a request waits."""
        if event.kind is EventKind.DELAYED and event.seconds is not None and event.seconds >= 1:
            failed = event.error is not None or event.status not in (None, 429)
            self._activity = f"{'request failed' if failed else 'rate limit'}, resuming in {event.seconds:.0f} s"
        elif event.kind is EventKind.CALL_ENDED and event.error is None:
            what = _describe_operation(event.operation)
            self._pages[what] = self._pages.get(what, 0) + 1
            self._activity = what if self._pages[what] == 1 else f"{what}, {self._pages[what]:,} requests"

    def show_rows(self, rows: Sequence[SectionRow]) -> None:
        """Show the sections while a round is in progress."""
        self._rows = rows

    def start_round(self) -> None:
        """Show that a round begins."""
        self._rounds += 1
        self._pages.clear()
        self._next_round, self._activity = None, "reading what changed"

    def finish_round(self, rows: Sequence[SectionRow], *, seconds: float, requests: int) -> None:
        """Show the result of a round."""
        self._rows = rows
        self._activity = f"round {self._rounds:,}: {_number(requests, 'request')} in {seconds:.1f} s"
        if self._every is not None:
            self._next_round = self._clock() + max(0.0, self._every - seconds)
        changes = [(row.name, text) for row in rows if (text := describe_changes(row))]
        for name, text in changes:
            self._lines.append(self._line(Text.assemble((name, "cyan"), "  ", text)))
        if self._plain:
            summary = "; ".join(f"{name} {text}" for name, text in changes) or "no changes"
            problems = "".join(f"; {row.name}: {row.state}" for row in rows if row.level in ("warning", "error"))
            self._print(f"{summary}{problems} ({_number(requests, 'request')}, {seconds:.1f} s)")

    def show_problem(self, message: str) -> None:
        """Show why a round failed."""
        self._lines.append(self._line(Text(message, "red")))
        self._activity = "the round failed"
        if self._every is not None:
            self._next_round = self._clock() + self._every
        if self._plain:
            self._print(message)

    def _line(self, text: Text) -> Text:
        return Text.assemble((f"{_time_of_day(self._clock())}  ", "dim"), text)

    def _print(self, text: str) -> None:
        line = f"{_time_of_day(self._clock())} {to_printable(text, limit=None)}"
        self._console.print(line, soft_wrap=True, markup=False)

    def __rich__(self) -> RenderableType:
        now = self._clock()
        heading = Text(self._title, "bold")
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
            parts += [Text(), build_table(self._rows, now=now)]
        if self._lines:
            parts += [Text(), *self._lines]
        return EscapedText(Group(*parts))


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _time_of_day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%H:%M:%S")


def _describe_operation(operation: str) -> str:
    """Return what a request does, from its operation, such as ``GET /products/{productId}``."""
    _, _, path = operation.partition(" /")
    section, _, rest = path.partition("/")
    if section == "latest-stats" or not section:
        return "asking what changed"
    if rest == "deleted":
        return f"reading deleted {section}"
    return f"looking up {section}" if rest.startswith("{") else f"reading {section}"
