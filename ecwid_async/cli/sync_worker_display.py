"""What ``ecwid sync worker`` shows."""

import asyncio
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from ecwid_async.cli.durations import format_age
from ecwid_async.cli.sync import print_json
from ecwid_async.errors import EcwidError
from ecwid_async.wire import to_printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ecwid_async.sync import Fleet, FleetEvent, FleetStatus, SliceEnded

__all__ = ["WorkerDisplay"]

# Seconds from one reading of the totals to the next, on a terminal and elsewhere.
_LIVE_INTERVAL: Final = 2.0
_LINE_INTERVAL: Final = 60.0
_MAX_PROBLEMS: Final = 5
_RATE_SECONDS: Final = 60.0
# Seconds until the same problem is shown again: all stores in progress may meet it at once.
_SAME_PROBLEM_INTERVAL: Final = 60.0


class WorkerDisplay:
    """A few live lines on a terminal, else a line for each problem and one a minute; or lines of JSON."""

    def __init__(self, *, title: str, stores_at_once: int, shown: bool, json: bool) -> None:
        self._title = title
        self._stores_at_once = stores_at_once
        self._shown = shown
        self._json = json
        self._is_live = shown and sys.stderr.isatty()
        self._active: set[int] = set()
        self._rounds: deque[float] = deque()
        self._total = 0
        self._status: FleetStatus | None = None
        self._problems: deque[str] = deque(maxlen=_MAX_PROBLEMS)
        self._shown_at: dict[str, float] = {}
        self._note = "starting"

    def show_event(self, event: "FleetEvent") -> None:
        """Show an event of the fleet or of the worker."""
        from ecwid_async.sync import FleetListed, FleetProblem, SliceEnded, SliceStarted

        match event:
            case SliceStarted():
                self._active.add(event.store_id)
            case SliceEnded():
                self._show_slice(event)
            case FleetProblem():
                self._show_problem(f"{event.error.rstrip('.')}. Next try in {format_age(event.retry_in)}.")
            case FleetListed():
                self._note = ""
                if not event.stores:
                    self._show_problem("there are no stores yet: ecwid tokens import stores their tokens")
            case _:
                pass

    def _show_slice(self, event: "SliceEnded") -> None:
        result, now = event.result, time.monotonic()
        self._active.discard(event.store_id)
        if result.outcome != "continues":
            self._total += 1
            self._rounds.append(now)
        while self._rounds and self._rounds[0] < now - _RATE_SECONDS:
            self._rounds.popleft()
        error = (result.store.error or "") if result.outcome in ("failing", "refused") else ""
        if self._json:
            report = result.report
            print_json(
                {
                    "store_id": event.store_id,
                    "outcome": result.outcome,
                    "error": error,
                    "retry_in": result.delay,
                    "seconds": report.seconds if report else 0.0,
                    "requests": report.requests if report else 0,
                    "changed": report.changed if report else 0,
                    "deleted": report.deleted if report else 0,
                }
            )
        if error:
            self._show_problem(f"store {event.store_id}: {error}")

    def _show_problem(self, text: str) -> None:
        text, now = to_printable(text, limit=None), time.monotonic()
        self._shown_at = {shown: at for shown, at in self._shown_at.items() if now - at < _SAME_PROBLEM_INTERVAL}
        if text in self._shown_at:
            return
        self._shown_at[text] = now
        if self._is_live:
            self._problems.append(text)
        else:
            _print(f"ecwid: {text}")

    def show_stopping(self) -> None:
        """Say that the worker ends what it is doing."""
        self._note = "stopping: again to end at once"
        if self._shown and not self._is_live:
            _print("stopping")

    @asynccontextmanager
    async def status_of(self, fleet: "Fleet") -> AsyncIterator[None]:
        """Show the state within the block, and a summary at its end."""
        if not self._shown:
            yield
            return
        reading = asyncio.create_task(self._read_status(fleet))
        try:
            if self._is_live:
                from rich.console import Console
                from rich.live import Live

                with Live(
                    console=Console(stderr=True), get_renderable=self._render, refresh_per_second=4, transient=True
                ):
                    yield
            else:
                yield
        finally:
            reading.cancel()
            await asyncio.wait([reading])
        _print(f"stopped after {self._total:,} rounds")

    async def _read_status(self, fleet: "Fleet") -> None:
        interval = _LIVE_INTERVAL if self._is_live else _LINE_INTERVAL
        while True:
            if not self._is_live:
                await asyncio.sleep(interval)
            started = time.monotonic()
            # The worker itself reports that it waits for the database.
            with suppress(EcwidError):
                self._status = await fleet.status(worst=0, sections=False)
                if not self._is_live:
                    _print(" · ".join(self._lines()))
            if self._is_live:
                # A query over many thousands of stores should not be most of what the database does.
                await asyncio.sleep(max(interval, 20 * (time.monotonic() - started)))

    def _lines(self) -> list[str]:
        lines = [f"{len(self._active)} of {self._stores_at_once} jobs here, {len(self._rounds):,} rounds per minute"]
        if self._status is not None:
            totals = self._status.totals
            parts = [f"{totals.stores:,} stores", f"{totals.due:,} due"]
            if totals.due:
                parts.append(f"the first for {format_age(totals.longest_late)}")
            parts += [f"{count:,} {name}" for name in ("failing", "refused") if (count := getattr(totals, name))]
            if totals.mean_interval is not None:
                parts.append(f"every {totals.mean_interval:,.0f} s")
            lines.append(", ".join(parts))
        return lines

    def _render(self) -> "RenderableType":
        from rich.text import Text

        text = Text(overflow="ellipsis", no_wrap=True)
        text.append(self._title, style="bold")
        text.append(f"  {self._note}\n" if self._note else "\n", style="yellow")
        text.append("\n".join(self._lines()))
        for problem in self._problems:
            text.append(f"\n! {problem}", style="red")
        return text


def _print(line: str) -> None:
    """Print a line to stderr. It is not buffered, since another program may be waiting for it."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
