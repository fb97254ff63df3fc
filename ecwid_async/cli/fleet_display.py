"""The live display of ``ecwid sync`` for many stores, and the lines that replace it if stderr is not a terminal."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from attrs import field
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ecwid_async.cli.durations import format_age, format_duration
from ecwid_async.cli.sync_display import describe_operation, time_of_day
from ecwid_async.primitives.lazy_attrs import define
from ecwid_async.wire import EventKind, to_printable

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from ecwid_async.sync import FleetEvent, FleetListed, FleetProblem, FleetStatus, SectionReport, SliceResult
    from ecwid_async.sync.database import ScheduledStore
    from ecwid_async.wire import Event

__all__ = ["FleetDisplay", "describe_report"]

_REFRESHES_PER_SECOND: Final = 4
# Stores are shown only if they take longer than this many seconds: hundreds that take less would only flicker.
_SHOWN_AFTER: Final = 0.5
# How long the line of a store that has ended stays, if no other store needs it.
_KEPT_FOR: Final = 3.0
# The latest changes are replaced this often, so that they can be read.
_CHANGES_INTERVAL: Final = 1.0
_MAX_CHANGES: Final = 50
# Lines of the display without the lists.
_HEADER_LINES: Final = 4
# Lines of a list at most.
_MAX_IN_PROGRESS: Final = 12
_MAX_LATEST: Final = 10
_MAX_BROKEN: Final = 8
# A list has a blank line and a title above it.
_LIST_HEADER: Final = 2
_LINES_PER_ERROR: Final = 3
# The rate limiter is at the ceiling of the address if so much of it is used.
_NEAR_CEILING: Final = 0.95
# An interval that is so much longer than the one asked for is shown.
_STRETCHED: Final = 1.2
# Seconds between two lines of totals if stderr is not a terminal.
_LINE_INTERVAL: Final = 10.0
_LINE_INTERVAL_OF_WATCH: Final = 60.0
_MAX_SECTIONS: Final = 3


class _Rate:
    """Counts events in a sliding window of seconds."""

    def __init__(self, window: int, *, started: float) -> None:
        self._window, self._started = window, started
        self._counts: deque[tuple[int, int]] = deque()

    def add(self, now: float) -> None:
        second = int(now)
        if self._counts and self._counts[-1][0] == second:
            self._counts[-1] = (second, self._counts[-1][1] + 1)
        else:
            self._counts.append((second, 1))
            self._forget(now)

    def per_second(self, now: float) -> float:
        self._forget(now)
        elapsed = max(1.0, min(now - self._started, self._window))
        return sum(count for _, count in self._counts) / elapsed

    def _forget(self, now: float) -> None:
        while self._counts and self._counts[0][0] <= int(now) - self._window:
            self._counts.popleft()


@define
class _StoreInProgress:
    """A store whose slice is in progress, or has just ended with `result`."""

    store_id: int
    started: float
    activity: str = "connecting"
    requests: int = 0
    waits_until: float = 0.0
    stored: dict[str, int] = field(factory=dict)
    ended: float | None = None
    result: str = ""

    def describe(self, now: float) -> Text:
        stored = sum(self.stored.values())
        seconds = (self.ended or now) - self.started
        text = Text.assemble(("● " if self.ended is None else "✓ ", "cyan" if self.ended is None else "green"))
        text.append(f"{self.store_id:<11}", "cyan" if self.ended is None else "dim")
        text.append(f"{format_age(seconds):>6}  ", "dim")
        text.append(f"{stored:>7,} stored  " if stored else " " * 16, "" if self.ended is None else "dim")
        if self.ended is not None:
            text.append(self.result, "dim")
        elif self.waits_until - now >= 1:
            text.append(f"{self.activity}, {self.waits_until - now:.0f} s", "yellow")
        else:
            text.append(self.activity)
        return text


class FleetDisplay:
    """A live display if stderr is a terminal, otherwise lines now and then; nothing unless `shown`.

    `title` names the database. `every` is the number of seconds between rounds, None for a single round of each store.
    `ceiling` is the limit of requests per second of this address, if there is one. `clock` returns Unix seconds of this
    machine.
    """

    def __init__(
        self,
        *,
        shown: bool,
        title: str = "",
        every: float | None = None,
        ceiling: float | None = None,
        clock: Callable[[], float] = time.time,
        console: Console | None = None,
    ) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._title, self._every, self._ceiling, self._clock = title, every, ceiling, clock
        self._started = clock()
        self._rounds = _Rate(60, started=self._started)
        self._requests = _Rate(10, started=self._started)
        self._stores: int | None = None
        self._rounds_ended = 0
        self._outcomes: dict[str, int] = {}
        self._stored = 0
        self._in_progress: dict[int, _StoreInProgress] = {}
        self._slots: list[_StoreInProgress | None] = []
        self._changes: deque[Text] = deque(maxlen=_MAX_CHANGES)
        self._shown_changes: list[Text] = []
        self._shown_changes_at = 0.0
        self._status: FleetStatus | None = None
        self._status_at = 0.0
        self._problem = ""
        self._problem_until = 0.0
        self._failing: set[int] = set()
        self._is_stopping = False
        self._last_line = self._started
        self._live: Live | None = None
        self.is_shown = shown
        self.is_live = shown and self._console.is_terminal
        self._plain = shown and not self._console.is_terminal
        if self.is_live:
            self._live = Live(
                get_renderable=self.__rich__,
                console=self._console,
                refresh_per_second=_REFRESHES_PER_SECOND,
                transient=True,
            )

    def __enter__(self) -> "Self":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", error: BaseException | None, traceback: "TracebackType | None"
    ) -> None:
        if self._live is not None:
            self._live.stop()

    # What happens.

    def wants(self, kind: EventKind) -> bool:
        """Whether `__call__` uses events of this kind."""
        return kind in (EventKind.ATTEMPT_STARTED, EventKind.DELAYED)

    def __call__(self, event: "Event") -> None:
        """Show what a store is reading, or why it waits. An event sink of the client."""
        now = self._clock()
        store = self._in_progress.get(event.store_id or 0)
        if event.kind is EventKind.ATTEMPT_STARTED:
            self._requests.add(now)
            if store is not None:
                store.requests += 1
                store.activity, store.waits_until = describe_operation(event.operation), 0.0
        elif store is not None and event.seconds is not None and event.seconds >= 1:
            failed = event.error is not None or event.status not in (None, 429)
            store.activity = "request failed, trying again" if failed else "waits for the rate limit"
            store.waits_until = now + event.seconds

    def show_event(self, event: "FleetEvent") -> None:
        """Show an event of the fleet."""
        from ecwid_async.sync import FleetListed, FleetProblem, SliceEnded, SliceStarted, StoreProgress

        match event:
            case FleetListed():
                self._show_listing(event)
            case SliceStarted():
                self._in_progress[event.store_id] = _StoreInProgress(event.store_id, self._clock())
            case StoreProgress():
                self._show_progress(event.store_id, event.section)
            case SliceEnded():
                self._show_end(event.store_id, event.result)
            case FleetProblem():
                self._show_problem(event)

    def _show_listing(self, event: "FleetListed") -> None:
        if self._plain and (self._stores != event.stores or event.removed):
            gone = f", {_count(event.removed, 'store')} removed from the schedule" if event.removed else ""
            self._print(f"{_count(event.stores, 'store')} in the list{gone}")
        self._stores = event.stores
        self._problem = ""

    def _show_progress(self, store_id: int, section: "SectionReport") -> None:
        if (store := self._in_progress.get(store_id)) is not None:
            self._stored += section.changed - store.stored.get(section.name, 0)
            store.stored[section.name] = section.changed

    def _show_end(self, store_id: int, result: "SliceResult") -> None:
        now = self._clock()
        store = self._in_progress.pop(store_id, None)
        changes = describe_report(list(result.report.sections.values())) if result.report is not None else ""
        if store is not None:
            counted = sum(store.stored.values())
            self._stored += max(0, result.report.changed - counted) if result.report is not None else 0
            store.ended, store.result = now, {"ok": "done", "continues": "continues later"}.get(result.outcome, "")
            store.result = store.result or result.outcome
        if result.outcome != "continues":
            self._rounds.add(now)
            self._rounds_ended += 1
            self._outcomes[result.outcome] = self._outcomes.get(result.outcome, 0) + 1
        if result.outcome != "busy":
            self._problem = ""
        if changes:
            line = Text.assemble((f"{time_of_day(now)}  ", "dim"), (f"{store_id:<11}", "cyan"), changes)
            self._changes.append(line)
        self._show_outcome(store_id, result)

    def _show_outcome(self, store_id: int, result: "SliceResult") -> None:
        """Print that a store fails, or works again, where there is no live display."""
        if result.outcome in ("failing", "refused"):
            if self._plain and store_id not in self._failing:
                again = f"tried again in {format_age(result.delay or 0.0)}"
                self._print(f"store {store_id} {result.outcome}, {again}: {result.store.error}")
            self._failing.add(store_id)
        elif result.outcome in ("ok", "continues"):
            if self._plain and store_id in self._failing:
                self._print(f"store {store_id} works again")
            self._failing.discard(store_id)

    def _show_problem(self, event: "FleetProblem") -> None:
        what = "the database" if event.kind == "database" else "the list of stores"
        if self._plain:
            self._print(f"waiting for {what}, next try in {event.retry_in:.0f} s: {event.error}")
        if event.kind == "database":
            # The slices that it has ended send no event of their own.
            self._in_progress.clear()
        self._problem = f"waiting for {what}: {event.error}"
        self._problem_until = self._clock() + event.retry_in

    def show_status(self, status: "FleetStatus") -> None:
        """Show the totals of the fleet, as its database has them."""
        self._status, self._status_at = status, self._clock()
        interval = _LINE_INTERVAL if self._every is None else _LINE_INTERVAL_OF_WATCH
        if self._plain and self._clock() - self._last_line >= interval:
            self._last_line = self._clock()
            conditions = ", ".join(f"{count:,} {name}" for count, name, _ in self._condition_counts() if count)
            self._print(f"{_count(status.totals.stores, 'store')}: {conditions}; {', '.join(self._rates())}")

    def show_stopping(self) -> None:
        """Show that the slices in progress end."""
        self._is_stopping = True
        if self._plain:
            self._print(self._stopping_note())

    def _print(self, text: str) -> None:
        line = f"{time_of_day(self._clock())} {to_printable(text, limit=None)}"
        self._console.print(line, soft_wrap=True, markup=False)

    # The display.

    def __rich__(self) -> RenderableType:
        now = self._clock()
        width = self._console.width
        in_progress, latest, broken = _divide(self._console.height - 1)
        lines: list[RenderableType] = [*self._header(now)]
        if in_progress:
            count = len(self._in_progress)
            lines += [Text(), Text(f"In progress: {count:,}", "bold"), *self._store_lines(in_progress, now)]
        if latest:
            lines += [Text(), Text("Latest changes", "bold"), *self._change_lines(latest, now)]
        if broken:
            lines += [Text(), *self._broken_lines(broken, now, width)]
        for line in lines:
            if isinstance(line, Text):
                line.no_wrap, line.overflow = True, "ellipsis"
        return Group(*lines)

    def _header(self, now: float) -> list[RenderableType]:
        heading = Text(to_printable(self._title, limit=None), "bold")
        first: RenderableType = heading
        if self._every is not None:
            heading.append(f"   every {format_duration(self._every)}", "dim")
        elif self._stores:
            first = Table.grid(padding=(0, 2, 0, 0))
            bar = ProgressBar(total=self._stores, completed=min(self._rounds_ended, self._stores), width=24)
            first.add_row(heading, bar, Text(f"{self._rounds_ended:,} of {_count(self._stores, 'store')}", "dim"))
        return [first, self._conditions(), Text("  ".join(self._rates())), self._notice(now)]

    def _conditions(self) -> Text:
        if self._status is None or not self._status.totals.stores:
            return Text("reading the list of stores", "dim")
        text = Text(f"{_count(self._status.totals.stores, 'store')}:", "bold")
        for count, name, style in self._condition_counts():
            text.append(f"  {count:,} {name}", style if count else "dim")
        return text

    def _condition_counts(self) -> list[tuple[int, str, str]]:
        """Return how many stores are in each condition, with its style."""
        if self._status is None:
            return []
        totals = self._status.totals
        return [
            (totals.ok, "ok", "green"),
            (totals.continues, "continuing", "cyan"),
            (totals.new, "new", "cyan"),
            (totals.failing, "failing", "bold yellow"),
            (totals.refused, "refused", "bold red"),
        ]

    def _rates(self) -> list[str]:
        now = self._clock()
        ceiling = "" if self._ceiling is None else f" of {self._ceiling:g}"
        parts = [
            f"{60 * self._rounds.per_second(now):,.0f} rounds/min",
            f"{self._requests.per_second(now):.1f}{ceiling} requests/s",
            f"{self._stored:,} items stored",
        ]
        if self._status is not None:
            totals = self._status.totals
            parts.append(f"oldest due for {format_age(totals.longest_late)}" if totals.due else "none due")
        return parts

    def _notice(self, now: float) -> Text:
        """Return what everybody waits for, or an empty line."""
        if self._is_stopping:
            return Text(self._stopping_note(), "yellow")
        if self._problem:
            left = max(0.0, self._problem_until - now)
            return Text(f"{to_printable(self._problem, limit=None)} (next try in {left:.0f} s)", "bold yellow")
        notes = []
        if self._ceiling is not None and self._requests.per_second(now) >= _NEAR_CEILING * self._ceiling:
            notes.append(f"at the limit of {self._ceiling:g} requests/s for this address")
        if self._every is not None and self._status is not None:
            stretch, interval = self._status.stretch, self._status.totals.mean_interval
            if stretch is not None and interval is not None and stretch >= _STRETCHED:
                notes.append(f"intervals are stretched to {format_age(interval)}")
        return Text("; ".join(notes), "yellow")

    def _stopping_note(self) -> str:
        count = len(self._in_progress)
        return f"stopping: {_count(count, 'store')} in progress; Ctrl-C again stops at once"

    def _store_lines(self, height: int, now: float) -> list[Text]:
        """Return a line for each of the stores that have been in progress for longest. They keep their lines."""
        del self._slots[height:]
        self._slots += [None] * (height - len(self._slots))
        shown = {slot.store_id for slot in self._slots if slot is not None and slot.ended is None}
        waiting = [
            store
            for store in self._in_progress.values()
            if now - store.started >= _SHOWN_AFTER and store.store_id not in shown
        ]
        for index, slot in enumerate(self._slots):
            if slot is None or slot.ended is not None:
                if waiting:
                    self._slots[index] = waiting.pop(0)
                elif slot is not None and slot.ended is not None and now - slot.ended > _KEPT_FOR:
                    self._slots[index] = None
        return [Text() if slot is None else slot.describe(now) for slot in self._slots]

    def _change_lines(self, height: int, now: float) -> list[Text]:
        if not 0 <= now - self._shown_changes_at < _CHANGES_INTERVAL or len(self._shown_changes) > height:
            self._shown_changes, self._shown_changes_at = list(self._changes)[-height:], now
        lines = [line.copy() for line in self._shown_changes]
        return lines + [Text()] * (height - len(lines))

    def _broken_lines(self, height: int, now: float, width: int) -> list[Text]:
        """Return a title and the stores that fail, with when they are tried again and why."""
        if self._status is None or not self._status.worst:
            return [Text()] * (height + 1)
        total = self._status.totals.failing + self._status.totals.refused
        # In an order that does not change with each try.
        shown = sorted(self._status.worst, key=lambda store: (store.condition != "refused", store.store_id))[:height]
        lines = []
        passed = now - self._status_at
        each = max(1, min(_LINES_PER_ERROR, height // len(shown)))
        for store in shown:
            left = store.due_at - self._status.now - passed
            lines += _error_lines(store, left, width, each)
        more = f", of which {len(shown)} are shown: see ecwid sync status" if total > len(shown) else ""
        verb = "needs" if total == 1 else "need"
        title = Text(f"{_count(total, 'store')} {verb} attention{more}", "bold")
        return [title, *lines, *[Text()] * (height - len(lines))]


def _divide(height: int) -> tuple[int, int, int]:
    """Divide the lines of a terminal among stores in progress, latest changes and broken stores."""
    left = height - _HEADER_LINES
    # Without room for all three lists, the broken stores are shown, and then those in progress.
    if left < 3:
        return 0, 0, 0
    if left < 8:
        return 0, 0, min(left - _LIST_HEADER, _MAX_BROKEN)
    if left < 13:
        left -= 2 * _LIST_HEADER
        broken = left // 2
        return left - broken, 0, broken
    left -= 3 * _LIST_HEADER
    broken = min(_MAX_BROKEN, max(2, left // 3))
    latest = min(_MAX_LATEST, (left - broken) // 2)
    return min(_MAX_IN_PROGRESS, left - broken - latest), latest, broken


def _error_lines(store: "ScheduledStore", left: float, width: int, height: int) -> list[Text]:
    """Return a store that fails in up to `height` lines."""
    refused = store.condition == "refused"
    again = f"again in {format_age(left)}" if left >= 1 else "again now"
    prefix = Text.assemble(
        ("✗ " if refused else "! ", "bold red" if refused else "bold yellow"),
        (f"{store.store_id:<11}", "cyan"),
        (f"{again:<16}", "dim"),
    )
    indent = len(prefix.plain)
    words = to_printable(store.error or "", limit=None).split()
    rows = [""]
    for word in words:
        if rows[-1] and len(rows[-1]) + 1 + len(word) > width - indent and len(rows) < height:
            rows.append(word)
        else:
            rows[-1] = f"{rows[-1]} {word}".lstrip()
    return [prefix.append(rows[0]), *(Text(" " * indent + row) for row in rows[1:])]


def describe_report(sections: "Sequence[SectionReport]") -> str:
    """Return what a round changed in a store: ``products 3, orders 1 changed; carts 2 deleted``. Empty if nothing."""
    parts = []
    for verb in ("changed", "deleted"):
        counts = {section.name: getattr(section, verb) for section in sections}
        counts = {name: count for name, count in counts.items() if count}
        if len(counts) > _MAX_SECTIONS:
            parts.append(f"{sum(counts.values()):,} items of {len(counts)} sections {verb}")
        elif counts:
            parts.append(f"{', '.join(f'{name} {count:,}' for name, count in counts.items())} {verb}")
    return "; ".join(parts)


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
