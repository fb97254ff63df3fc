"""Procrastinate's worker for one queue, which reports that it is alive until its last job has ended."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

__all__ = ["JobRunner"]

# Requests to abort a job are not used, and heartbeats are sent here.
_NEVER: Final = 24 * 3600.0


class JobRunner:
    """Runs the jobs of one queue, until it is stopped or the database fails. Each one runs once.

    - `concurrency`: how many jobs run at once.
    - `poll_interval`: how often it looks for jobs by itself, in seconds. A notification comes before that.
    - `heartbeat`: how often it reports that it is alive, in seconds.
    - `prune_after`: workers that did not report for so long are forgotten when this one begins. Their jobs, in every
      queue, then count as those of dead workers.
    - `on_cancel`: called if the task of `run` is cancelled, so that jobs end soon. They are waited for.
    """

    def __init__(
        self,
        app: App,
        queue: str,
        *,
        concurrency: int,
        poll_interval: float,
        heartbeat: float,
        prune_after: float,
        on_cancel: Callable[[], None],
    ) -> None:
        self._app = app
        self._heartbeat = heartbeat
        self._on_cancel = on_cancel
        self._is_stopped = False
        self._worker = Worker(
            app,
            queues=[queue],
            name=queue,
            concurrency=concurrency,
            delete_jobs="always",
            fetch_job_polling_interval=poll_interval,
            abort_job_polling_interval=_NEVER,
            update_heartbeat_interval=_NEVER,
            stalled_worker_timeout=prune_after,
            install_signal_handlers=False,
        )

    def stop(self) -> None:
        """Fetch no more jobs, and let `run` return when those in progress have ended."""
        self._is_stopped = True
        self._worker.stop()  # type: ignore[no-untyped-call]

    async def report_alive(self) -> None:
        """Report that this worker is alive, besides doing so regularly. Raises `ConnectorException`."""
        if self._worker.worker_id is not None:
            await self._app.job_manager.update_heartbeat(self._worker.worker_id)

    async def run(self) -> None:
        """Run jobs. Raises `ConnectorException` if the database fails."""
        heartbeat = asyncio.create_task(self._send_heartbeats())
        running = asyncio.create_task(self._run_worker())
        try:
            # If this task is cancelled, jobs must be told to end before they are waited for.
            await asyncio.wait([running])
        except asyncio.CancelledError:
            self._on_cancel()
            await asyncio.wait([running])
            raise
        finally:
            heartbeat.cancel()
            await asyncio.wait([heartbeat])
        running.result()

    async def _run_worker(self) -> None:
        # It forgets that it was stopped before it began.
        if not self._is_stopped:
            await self._worker.run()  # type: ignore[no-untyped-call]

    async def _send_heartbeats(self) -> None:
        """Report that the worker is alive. Procrastinate itself no longer does once it waits for jobs in progress."""
        while True:
            await asyncio.sleep(self._heartbeat)
            with suppress(ConnectorException):
                await self.report_alive()
