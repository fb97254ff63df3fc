"""One run of an inbox in PostgreSQL: its jobs, and what keeps them going."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from procrastinate import App, JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from ecwid_async.apps.errors import InboxError
from ecwid_async.apps.inbox.event import Coalesces, Handle
from ecwid_async.apps.inbox.postgresql.statements import MAX_ROWS, Statements
from ecwid_async.apps.inbox.postgresql.store_handler import StoreHandler
from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.jobs import Connector, FinishingJobManager, JobRunner

__all__ = ["InboxRun"]

_log: Final = logging.getLogger("ecwid_async.apps")

# The interval of heartbeats and of searches for dead processes, in leases. The workers of a fleet forget each worker
# that did not report for 30 seconds, and its jobs would be repeated.
_HEARTBEAT: Final = 1 / 4
_MAX_HEARTBEAT: Final = 10.0
_PURGE_INTERVAL: Final = 600.0
# How much of its time a process looks for work at most, as a share. With thousands of stores that wait, it takes long,
# and there are jobs for them anyway.
_MAINTENANCE_SHARE: Final = 1 / 20
_MAX_PAUSE: Final = 5.0
# How long a run may take to end after its handlers were cancelled: they may take 5 seconds, and then the server.
_END_TIMEOUT: Final = 10.0
# Workers of other queues may report less often than ours: their jobs must not look like those of dead ones.
_PRUNE_AFTER: Final = 24 * 3600.0


class InboxRun:
    """Runs the jobs of an inbox in one process, until it is stopped or the database fails."""

    def __init__(
        self,
        connector: Connector,
        statements: Statements,
        settings: InboxSettings,
        handle: Handle,
        *,
        name: str,
        coalesces: Coalesces,
        until_idle: bool,
        now: Callable[[], float | None],
        random: Callable[[], float],
    ) -> None:
        self._connector = connector
        self._statements = statements
        self._settings = settings
        self._name = name
        self._until_idle = until_idle
        self._now = now
        self._prune_after = max(_PRUNE_AFTER, settings.lease)
        self._wake = asyncio.Event()
        self._handler = StoreHandler(
            connector, statements, settings, handle, coalesces, now=now, random=random, on_end=self._wake.set
        )
        self._manager = _InboxJobManager(connector, statements, after=self._after, on_lost=self._begin_again)
        self._is_stopping = False
        self._timers: list[asyncio.TimerHandle] = []
        self._error: InboxError | None = None
        self._next_rescue = self._next_purge = 0.0
        app = App(connector=connector)
        app.job_manager = self._manager
        app.task(name=f"{name}.handle", queue=name, pass_context=True)(self._run_job)
        self._runner = JobRunner(
            app,
            name,
            concurrency=settings.stores_at_once,
            poll_interval=settings.poll_interval,
            heartbeat=min(settings.lease * _HEARTBEAT, _MAX_HEARTBEAT),
            prune_after=self._prune_after,
            on_cancel=self.cancel,
        )

    def stop(self) -> None:
        """Claim no more, and end once the handlers in progress have, or the grace time has passed."""
        if not self._is_stopping:
            self._is_stopping = True
            self._handler.stop()
            self._runner.stop()
            loop = asyncio.get_running_loop()
            self._timers = [
                loop.call_later(self._settings.grace, self._handler.cancel),
                loop.call_later(self._settings.grace + _END_TIMEOUT, self._connector.give_up),
            ]

    def cancel(self) -> None:
        """End soon: cancel the handlers in progress, and release their events."""
        self.stop()
        self._handler.cancel()
        self._timers.append(asyncio.get_running_loop().call_later(_END_TIMEOUT, self._connector.give_up))

    async def run(self) -> None:
        """Handle events. Raises `InboxError` and `ConnectorException` if the database fails."""
        maintenance = asyncio.create_task(self._maintain())
        maintenance.add_done_callback(self._on_maintenance_end)
        try:
            await self._runner.run()
        finally:
            maintenance.cancel()
            await asyncio.wait([maintenance])
            for timer in self._timers:
                timer.cancel()
            self._connector.try_again()
        if self._error is not None:
            raise self._error

    async def _run_job(self, context: JobContext, store_id: int) -> None:
        try:
            if context.job.id is not None:
                await self._handler.run(store_id, context.job.id)
        except InboxError as error:
            # What it had claimed is recovered by the next job of the store.
            self._on_error(error)
        except Exception as error:
            # Procrastinate would log it, and the next job would fail at once.
            self._on_unexpected_error(error)

    async def _after(self, job: Job) -> None:
        if not self._is_stopping and job.queueing_lock is not None:
            with suppress(InboxError):
                await self._connector.execute(self._statements.notify_next, {"queueing_lock": job.queueing_lock})

    def _begin_again(self) -> None:
        """End this run, so that another one begins as another worker, and the jobs of this one can be finished."""
        self._handler.stop()
        self._runner.stop()

    def _on_error(self, error: InboxError) -> None:
        if self._until_idle:
            self._error = error
            self._begin_again()
        else:
            _log.warning("%s", error)

    async def _maintain(self) -> None:
        """Enqueue stores whose events have no job, and end the jobs of dead processes. Every process does both."""
        while True:
            self._wake.clear()
            started = time.monotonic()
            try:
                await self._maintain_once()
            except InboxError as error:
                self._on_error(error)
            except ConnectorException as error:
                self._on_error(InboxError(str(error), problem="unavailable"))
            pause = (time.monotonic() - started) / _MAINTENANCE_SHARE
            pause = max(self._settings.poll_interval, min(pause, _MAX_PAUSE, self._settings.lease * _HEARTBEAT))
            # In a run until idle, the end of a job may be the end of the run.
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await (self._wake.wait() if self._until_idle else asyncio.sleep(pause))

    def _on_maintenance_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_unexpected_error(error)

    def _on_unexpected_error(self, error: BaseException) -> None:
        _log.error("the inbox begins again after an unexpected error", exc_info=error)
        self._error = InboxError(f"The inbox failed: {type(error).__name__}. Its log has more.", problem="unavailable")
        self._begin_again()

    async def _maintain_once(self) -> None:
        now = time.monotonic()
        if now >= self._next_rescue:
            self._next_rescue = now + self._settings.lease * _HEARTBEAT
            await self._rescue()
        await self._execute(self._statements.let_retries_wait, max_delay=self._settings.max_delay)
        await self._execute(self._statements.enqueue_waiting)
        if self._until_idle and not self._handler.jobs:
            (row,) = await self._execute(self._statements.has_waiting)
            if not row["found"] and not self._handler.jobs:
                self._runner.stop()
        if now >= self._next_purge:
            purged = await self._execute(self._statements.purge, kept=self._settings.kept)
            if len(purged) < MAX_ROWS:
                self._next_purge = now + _PURGE_INTERVAL

    async def _rescue(self) -> None:
        """Finish the jobs of dead processes, and cancel the handlers of those that were finished for this one."""
        # If this process was stopped, it may be back before anybody has noticed.
        await self._runner.report_alive()
        await self._manager.rescue(self._name, self._settings.lease, prune_after=self._prune_after)
        await self._execute(self._statements.enqueue_abandoned)
        if jobs := self._handler.jobs:
            held = {row["id"] for row in await self._execute(self._statements.held_jobs, ids=jobs)}
            self._handler.cancel(set(jobs) - held)

    async def _execute(self, statement: str, **arguments: object) -> list[dict[str, object]]:
        return await self._connector.execute(statement, {"now": self._now(), **arguments})


class _InboxJobManager(FinishingJobManager):
    """Registers workers also as those of the inbox."""

    def __init__(self, connector: Connector, statements: Statements, **arguments: object) -> None:
        super().__init__(connector, **arguments)  # type: ignore[arg-type]
        self._inbox_connector = connector
        self._add_worker = statements.add_worker

    async def register_worker(self) -> int:
        worker_id: int = await super().register_worker()
        await self._inbox_connector.execute(self._add_worker, {"worker_id": worker_id})
        return worker_id
