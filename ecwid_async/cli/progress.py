"""Progress bars of exports and demo stores, and the summary of an export."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.box import HORIZONTALS
from rich.console import Console, Group, RenderableType
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from ecwid_async.export import Manifest, SectionRecord
    from ecwid_async.export import Progress as ExportProgress
    from ecwid_async.wire import Event

__all__ = ["DemoStoreProgress", "SectionProgress", "StoreProgress", "build_summary"]

# More bars would not fit on the screen.
_MAX_BARS: Final = 12
# The summary of more sections or stores has only a total.
_MAX_ROWS: Final = 50
# Seconds between two lines if stderr is not a terminal.
_LINE_INTERVAL: Final = 5
# Smaller sections of a demo store are created too quickly for a bar.
_MIN_SIZE: Final = 2000


class _ItemsColumn(ProgressColumn):
    def render(self, task: Task) -> RenderableType:
        total = "?" if task.total is None else f"{int(task.total):,}"
        return Text(f"{int(task.completed):,}/{total}", style="progress.download", justify="right")


class _SpeedColumn(ProgressColumn):
    def render(self, task: Task) -> RenderableType:
        seconds = task.finished_time if task.finished else task.elapsed
        average = (task.completed - task.fields.get("initial", 0)) / seconds if seconds else 0
        # There is no current speed if all items were received at once.
        speed = average if task.finished else task.speed or average
        return Text(f"{speed:,.0f}/s" if speed >= 1 else "", style="progress.data.speed", justify="right")


class _TimeColumn(ProgressColumn):
    """The remaining time, or the elapsed time of a finished task."""

    max_refresh = 0.5

    def render(self, task: Task) -> RenderableType:
        if task.finished:
            return Text(f"{_format_time(task.finished_time or 0)}  ", style="progress.elapsed", justify="right")
        left = task.time_remaining
        return Text("" if left is None else f"{_format_time(left)} left", style="progress.remaining", justify="right")


def _format_time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _create_progress(*, shown: bool) -> Progress:
    """Create progress bars on stderr, disabled if it is not a terminal."""
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(),
        _ItemsColumn(),
        _SpeedColumn(),
        _TimeColumn(),
        TextColumn("[yellow]{task.fields[note]}"),
        console=console,
        transient=True,
        disable=not (shown and console.is_terminal),
    )


def _wait_note(event: "Event") -> str:
    """Return the reason for a wait. Empty if it takes less than a second, as most do to keep the pace."""
    if event.kind != "delayed" or event.seconds is None or event.seconds < 1:
        return ""
    failed = event.error is not None or event.status not in (None, 429)
    return f"{'request failed' if failed else 'rate limit'}, resuming in {event.seconds:.0f} s"


class _ProgressDisplay:
    """Bars if stderr is a terminal, otherwise a line every few seconds; nothing unless `shown`."""

    def __init__(self, *, shown: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._progress = _create_progress(shown=shown)
        self._lines = shown and self._progress.disable
        self._clock = clock
        self._last_line = clock()

    def __enter__(self) -> "Self":
        if not self._progress.disable:
            self._progress.start()
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", error: BaseException | None, traceback: "TracebackType | None"
    ) -> None:
        # Older releases of rich print an empty line even for bars that were never shown.
        if not self._progress.disable:
            self._progress.stop()

    def _show_wait(self, task: TaskID, event: "Event") -> None:
        """Show the reason for a wait."""
        if note := _wait_note(event):
            self._progress.update(task, note=note)
            self._print_line(at_once=(event.seconds or 0) >= _LINE_INTERVAL)

    def _print_line(self, *, at_once: bool = False) -> None:
        """Print a line with all tasks in progress, if one is due."""
        if not self._lines or (not at_once and self._clock() - self._last_line < _LINE_INTERVAL):
            return
        self._last_line = self._clock()
        if parts := [_progress_text(task) for task in self._progress.tasks if task.started and not task.finished]:
            more = f" and {len(parts) - _MAX_BARS} more" if len(parts) > _MAX_BARS else ""
            self._progress.console.print(f"{', '.join(parts[:_MAX_BARS])}{more}", soft_wrap=True, markup=False)


def _progress_text(task: Task) -> str:
    total = "?" if task.total is None else f"{int(task.total):,}"
    note = f" ({task.fields['note']})" if task.fields["note"] else ""
    return f"{Text.from_markup(task.description)} {int(task.completed):,}/{total}{note}"


class SectionProgress(_ProgressDisplay):
    """A progress bar for each section of a store."""

    def __init__(self, names: Iterable[str], *, shown: bool, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(shown=shown, clock=clock)
        self._tasks: dict[str, TaskID] = {
            name: self._progress.add_task(name, start=False, total=None, note="") for name in names
        }

    def show_progress(self, progress: "ExportProgress") -> None:
        """Show the progress of a section."""
        task = self._tasks[progress.section]
        if not self._progress.tasks[task].started:
            # Items that an earlier run has read do not count for the speed.
            initial = progress.done if progress.note else 0
            self._progress.reset(task, total=progress.total, completed=initial, initial=initial, note="")
        total = progress.done if progress.finished else progress.total
        self._progress.update(task, completed=progress.done, total=total, note=progress.note)
        self._print_line()

    def show_wait(self, event: "Event") -> None:
        """Show why a section waits."""
        section = event.operation.rpartition("/")[2]
        if section in self._tasks:
            self._show_wait(self._tasks[section], event)


class DemoStoreProgress(_ProgressDisplay):
    """Progress bars for the sections of a large demo store while it is created."""

    def __init__(self, sizes: Mapping[str, int], *, shown: bool) -> None:
        super().__init__(shown=shown)
        self._sizes = sizes
        self._tasks: dict[str, TaskID] = {}

    def show_progress(self, section: str, count: int) -> None:
        """Show the number of created items of a section."""
        total = self._sizes.get(section, count)
        if total < _MIN_SIZE:
            return
        if section not in self._tasks:
            self._tasks[section] = self._progress.add_task(f"making {section}", total=total, note="")
        self._progress.update(self._tasks[section], completed=count)
        self._print_line()


class StoreProgress(_ProgressDisplay):
    """A progress bar for all stores, and one for each store in progress."""

    def __init__(self, stores: int, sections: int, *, shown: bool, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(shown=shown, clock=clock)
        self._stores = stores
        self._sections = sections
        self._all = self._progress.add_task("[bold]stores", total=stores, note="")
        self._tasks: dict[int, TaskID] = {}
        self._latest: dict[int, dict[str, ExportProgress]] = {}

    def show_progress(self, progress: "ExportProgress") -> None:
        """Show the progress of a store, with all its sections together."""
        if progress.store_id not in self._tasks:
            self._tasks[progress.store_id] = self._progress.add_task(f"store {progress.store_id}", total=None, note="")
        latest = self._latest.setdefault(progress.store_id, {})
        latest[progress.section] = progress
        finished = len(latest) == self._sections and all(section.finished for section in latest.values())
        known_total = sum(section.done if section.finished else section.total or 0 for section in latest.values())
        self._progress.update(
            self._tasks[progress.store_id],
            completed=sum(section.done for section in latest.values()),
            total=known_total if len(latest) == self._sections else None,
            visible=not finished or self._stores <= _MAX_BARS,
            note=progress.note,
        )
        if finished:
            self._progress.update(self._all, advance=1)
        self._print_line()

    def show_wait(self, event: "Event") -> None:
        """Show why a store waits."""
        if event.store_id in self._tasks:
            self._show_wait(self._tasks[event.store_id], event)


def build_summary(manifests: "Sequence[Manifest]", place: str) -> RenderableType:
    """Build a table of the exported sections, or of the stores if there are several, and a line with their location."""
    started_at = min(manifest.started_at for manifest in manifests)
    finished_at = max(manifest.finished_at for manifest in manifests)
    if len(manifests) == 1:
        (manifest,) = manifests
        title, total_title = "Section", f"Store {manifest.store_id}"
        records_by_row = {name: [record] for name, record in manifest.sections.items()}
        location = _describe_location(manifest, place)
    else:
        title, total_title = "Store", f"{len(manifests)} stores"
        records_by_row = {str(manifest.store_id): list(manifest.sections.values()) for manifest in manifests}
        location = f"Each in its own folder in {place}, with a manifest.json"
    records = [record for row in records_by_row.values() for record in row]
    table = Table(box=HORIZONTALS, show_edge=False, show_footer=True, header_style="bold", footer_style="bold")
    columns = ("Items", "Items/s", "Requests", "Time", "Size")
    table.add_column(title, total_title)
    for column, footer in zip(columns, _cells(records, (finished_at - started_at).total_seconds()), strict=True):
        table.add_column(column, footer, justify="right", style="cyan" if column == "Items/s" else None)
    for name, row in records_by_row.items() if len(records_by_row) <= _MAX_ROWS else ():
        table.add_row(name, *_cells(row, max((record.seconds for record in row), default=0.0)))
    notes = [f"Left out: {name}. {reason}" for manifest in manifests for name, reason in manifest.refused.items()]
    earlier = [name for manifest in manifests for name in manifest.earlier_files]
    if earlier:
        notes.append(f"Left from an earlier export and not in the manifest: {', '.join(earlier)}.")
    return Group(table, *(Text(note, style="yellow") for note in notes), Text(location))


def _cells(records: "Sequence[SectionRecord]", seconds: float) -> tuple[str, ...]:
    count = sum(record.item_count for record in records)
    return (
        f"{count:,}",
        f"{count / seconds:,.0f}" if seconds and count > 1 else "",
        f"{sum(record.request_count for record in records):,}",
        f"{seconds:.1f} s",
        decimal(sum(record.size_bytes for record in records)),
    )


def _describe_location(manifest: "Manifest", place: str) -> str:
    names = {record.file for record in manifest.sections.values()}
    if names == {None}:
        return "Written to stdout"
    (only, *more) = names
    if not more and only == Path(place).name:
        return f"In {place}, with {only}.manifest.json beside it"
    return f"In {place}, with manifest.json"
