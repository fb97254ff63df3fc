"""``ecwid sync`` with several stores: a fleet, its display, and its exit code."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from attrs import field, mutable

from ecwid_async.cli.exit_codes import NEEDS_ATTENTION
from ecwid_async.cli.store_source import StoreSourceArguments
from ecwid_async.cli.sync import KEPT_NOTE, display_url, print_json
from ecwid_async.errors import EcwidError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.wire import to_printable

if TYPE_CHECKING:
    from ecwid_async.cli.fleet_display import FleetDisplay
    from ecwid_async.sync import Fleet, FleetEvent, FleetReport, FleetSettings, SliceResult

__all__ = ["FleetSync"]

# Stores that fail which are printed at the end.
_MAX_SHOWN: Final = 20
# The totals are read this often, and never for more than a twentieth of the time.
_STATUS_INTERVAL: Final = 2.0
_STATUS_SHARE: Final = 0.05
# Stores that fail which the display may show.
_MAX_WORST: Final = 50


@mutable
class _Counts:
    """What this process has done."""

    rounds: int = 0
    requests: int = 0
    changed: int = 0
    deleted: int = 0
    needs_attention: bool = False

    def add(self, result: "SliceResult") -> None:
        self.rounds += result.outcome != "continues"
        self.needs_attention |= result.outcome in ("failing", "refused")
        if result.report is not None:
            self.requests += result.report.requests
            self.changed += result.report.changed
            self.deleted += result.report.deleted
            self.needs_attention |= any(
                part.error or part.stopped or part.refused for part in result.report.sections.values()
            )


@frozen(kw_only=True)
class FleetSync:
    """The synchronization of a fleet with checked options. `watch` runs it until it is stopped."""

    url: str = field(repr=False)
    stores: StoreSourceArguments
    settings: "FleetSettings"
    watch: bool
    only: Sequence[str]
    exclude: Sequence[str]
    shown: bool
    json: bool
    counts: _Counts = field(factory=_Counts)

    def run(self) -> int:
        """Run the fleet and return the exit code.

        Ctrl-C lets the slices in progress pause, and a second one stops at once. Raises `KeyboardInterrupt` for a
        single round of each store that was interrupted.
        """
        try:
            is_stopped = asyncio.run(self._run())
        except KeyboardInterrupt:
            if not self.watch:
                raise KeyboardInterrupt(KEPT_NOTE) from None
            is_stopped = True
        if is_stopped and not self.watch:
            raise KeyboardInterrupt(KEPT_NOTE)
        if self.watch:
            # Ctrl-C is the normal end of --watch.
            if self.shown:
                counts = self.counts
                done = f"{counts.rounds:,} rounds, {counts.requests:,} requests, {counts.changed:,} items stored"
                sys.stderr.write(f"stopped: {done}\n")
            return 0
        return NEEDS_ATTENTION if self.counts.needs_attention else 0

    async def _run(self) -> bool:
        """Return whether the fleet was stopped."""
        from ecwid_async.cli.fleet_display import FleetDisplay
        from ecwid_async.client import Ecwid
        from ecwid_async.sync import Fleet, Mirror
        from ecwid_async.transport import Quota

        quota = Quota()
        name = "" if self.settings.name == "default" else f"{self.settings.name}: "
        display = FleetDisplay(
            shown=self.shown,
            title=f"{name}stores → {display_url(self.url)}",
            every=self.settings.every if self.watch else None,
            # Without a rate limit, as in tests, there is none.
            ceiling=getattr(quota, "ceiling", None),
        )
        async with (
            self.stores.open() as source,
            Ecwid(tokens=source.tokens, events=display, quota=quota) as ecwid,
            Mirror(self.url) as mirror,
        ):
            fleet = Fleet(
                mirror,
                ecwid,
                source.store_ids,
                settings=self.settings,
                only=self.only,
                exclude=self.exclude,
                on_event=lambda event: self._handle(event, display),
            )
            with display:
                async with _status_shown(fleet, display):
                    report, is_stopped = await _run_until_stopped(
                        fleet, display, watch=self.watch, keep_others=self.stores.is_part
                    )
            if report is not None and not is_stopped:
                self._print_end(report, display)
            return is_stopped

    def _handle(self, event: "FleetEvent", display: "FleetDisplay") -> None:
        from ecwid_async.sync import SliceEnded

        display.show_event(event)
        if isinstance(event, SliceEnded):
            self.counts.add(event.result)
        if self.json and (record := _to_record(event)) is not None:
            print_json(record)
        if not self.shown and (error := _error_of(event)):
            sys.stderr.write(f"ecwid: {to_printable(error, limit=None)}\n")

    def _print_end(self, report: "FleetReport", display: "FleetDisplay") -> None:
        if self.json:
            print_json({"event": "end", **_report_record(report)})
        if not self.shown:
            return
        sys.stdout.write(f"{_describe(report)}. In {display_url(self.url)}\n")
        if display.is_live:  # otherwise a line was printed for each
            for store_id, error in list(report.errors.items())[:_MAX_SHOWN]:
                sys.stderr.write(f"ecwid: store {store_id}: {to_printable(error, limit=None)}\n")
            if report.failed > _MAX_SHOWN:
                sys.stderr.write(f"ecwid: and {report.failed - _MAX_SHOWN:,} more: see ecwid sync status\n")


async def _run_until_stopped(
    fleet: "Fleet", display: "FleetDisplay", *, watch: bool, keep_others: bool
) -> "tuple[FleetReport | None, bool]":
    """Run a fleet until it ends, or until this task is cancelled, as by Ctrl-C. Return its report and which it was."""

    async def run() -> "FleetReport | None":
        if watch:
            await fleet.watch()
            return None
        return await fleet.sync(keep_others=keep_others)

    running = asyncio.create_task(run())
    try:
        await asyncio.wait([running])
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
        fleet.stop()
        display.show_stopping()
        # The next Ctrl-C is a `KeyboardInterrupt`, which cancels everything.
        return await running, True
    return await running, False


@asynccontextmanager
async def _status_shown(fleet: "Fleet", display: "FleetDisplay") -> AsyncIterator[None]:
    """Read the totals of the fleet again and again, and show them."""

    async def show() -> None:
        while True:
            started = time.monotonic()
            # The fleet itself reports that it waits for the database.
            with suppress(EcwidError):
                display.show_status(await fleet.status(worst=_MAX_WORST, sections=False))
            await asyncio.sleep(max(_STATUS_INTERVAL, (time.monotonic() - started) / _STATUS_SHARE))

    if not display.is_shown:
        yield
        return
    showing = asyncio.create_task(show())
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.wait([showing])


def _to_record(event: "FleetEvent") -> dict[str, Any] | None:
    """Return an event as values of JSON. None for those that are too many to print."""
    from ecwid_async.sync import FleetListed, FleetProblem, SliceEnded

    match event:
        case FleetListed():
            return {"event": "listed", "stores": event.stores, "removed": event.removed}
        case FleetProblem():
            return {"event": "problem", "kind": event.kind, "error": event.error, "retry_in": event.retry_in}
        case SliceEnded():
            result, report = event.result, event.result.report
            return {
                "event": "slice",
                "store_id": event.store_id,
                "outcome": result.outcome,
                "error": result.store.error or "",
                "retry_in": result.delay,
                "round_seconds": result.store.seconds,
                "report": None if report is None else report.to_dict(),
            }
        case _:
            return None


def _error_of(event: "FleetEvent") -> str:
    """Return what an event reports that needs attention. Empty if nothing."""
    from ecwid_async.sync import FleetProblem, SliceEnded

    if isinstance(event, FleetProblem):
        return event.error
    if not isinstance(event, SliceEnded):
        return ""
    errors = []
    if event.result.outcome in ("failing", "refused"):
        errors.append(event.result.store.error or "")
    for part in event.result.report.sections.values() if event.result.report is not None else ():
        refusal = f"the database refused {part.refused:,} items, {part.refusal}" if part.refused else ""
        errors += [f"{part.name}: {problem}" for problem in (part.error, part.stopped, refusal) if problem]
    return f"store {event.store_id}: {'; '.join(errors)}" if errors else ""


def _report_record(report: "FleetReport") -> dict[str, Any]:
    from attrs import asdict

    record = asdict(report)
    record["errors"] = {str(store_id): error for store_id, error in report.errors.items()}
    return record


def _describe(report: "FleetReport") -> str:
    outcomes = ", ".join(f"{count:,} {name}" for name, count in report.outcomes.items() if count)
    return (
        f"{report.stores:,} stores in {report.seconds:.1f} s: {outcomes or 'none'}; {report.requests:,} requests, "
        f"{report.changed:,} items stored, {report.deleted:,} deleted"
    )
