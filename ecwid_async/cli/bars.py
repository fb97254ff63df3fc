"""What an export looks like while it runs, and what it did."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.box import HORIZONTALS
from rich.console import Console, RenderableType
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from types import TracebackType

    from ecwid_async.export import Manifest
    from ecwid_async.export import Progress as Step
    from ecwid_async.wire import Event

__all__ = ["Bars", "summary"]


class _Items(ProgressColumn):
    def render(self, task: Task) -> RenderableType:
        total = "?" if task.total is None else f"{int(task.total):,}"
        return Text(f"{int(task.completed):,}/{total}", style="progress.download", justify="right")


class _Speed(ProgressColumn):
    def render(self, task: Task) -> RenderableType:
        seconds = task.finished_time or task.elapsed
        # What came in one piece has no speed of its own.
        speed = task.finished_speed or task.speed or (task.completed / seconds if seconds else 0)
        return Text(f"{speed:,.0f} items/s" if speed else "", style="progress.data.speed", justify="right")


class Bars:
    """A progress bar for each section, on stderr, where that is a terminal."""

    def __init__(self, names: Iterable[str], *, shown: bool) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description}"),
            BarColumn(),
            _Items(),
            _Speed(),
            TextColumn("[yellow]{task.fields[note]}"),
            console=console,
            transient=True,
            disable=not (shown and console.is_terminal),
        )
        self._tasks: dict[str, TaskID] = {name: self._progress.add_task(name, total=None, note="") for name in names}

    def __enter__(self) -> "Bars":
        for task in self._tasks.values():
            self._progress.reset(task)
        if not self._progress.disable:
            self._progress.start()
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", error: BaseException | None, traceback: "TracebackType | None"
    ) -> None:
        # Older releases of rich end even a bar that was never shown with an empty line.
        if not self._progress.disable:
            self._progress.stop()

    def step(self, step: "Step") -> None:
        """Show how far a section is."""
        task = self._tasks[step.section]
        if step.done == 0:
            self._progress.reset(task, total=step.total, note=step.note)
        else:
            self._progress.update(task, completed=step.done, total=step.total, note=step.note)

    def event(self, event: "Event") -> None:
        """Show what a section waits for."""
        # Shorter ones only keep the pace.
        if event.kind == "waited" and event.seconds is not None and event.seconds >= 1:
            section = event.operation.rpartition("/")[2]
            failed = event.error is not None or event.status not in (None, 429)
            why = "no good answer" if failed else "rate limit"
            if section in self._tasks:
                self._progress.update(self._tasks[section], note=f"{why}, going on in {event.seconds:.0f} s")


def summary(manifest: "Manifest", folder: str) -> RenderableType:
    """A table of what was written."""
    records = manifest.sections.values()
    count = sum(record.count for record in records)
    size = sum(record.bytes for record in records)
    seconds = (manifest.finished_at - manifest.started_at).total_seconds()
    table = Table(box=HORIZONTALS, show_edge=False, show_footer=True, header_style="bold", footer_style="bold")
    table.add_column("Section", "Store " + str(manifest.store_id))
    table.add_column("Items", f"{count:,}", justify="right")
    table.add_column("Items/s", f"{count / seconds:,.0f}" if seconds else "", justify="right", style="cyan")
    table.add_column("Time", f"{seconds:.1f} s", justify="right")
    table.add_column("Size", decimal(size), justify="right")
    table.add_column("File", f"{folder}/manifest.json", overflow="fold")
    for name, record in manifest.sections.items():
        speed = f"{record.count / record.seconds:,.0f}" if record.seconds and record.total is not None else ""
        file = f"{folder}/{record.file}"
        table.add_row(name, f"{record.count:,}", speed, f"{record.seconds:.1f} s", decimal(record.bytes), file)
    return table
