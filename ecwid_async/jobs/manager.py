"""Finishing jobs: one's own, and those of dead workers."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from ecwid_async.jobs.connector import Connector, JobNotFound

__all__ = ["FinishingJobManager"]


class FinishingJobManager(JobManager):
    """Finishes jobs of this process, also those that another one has finished because this one seemed dead.

    `after` is called with each job that has ended. `on_lost` is called if a job could not be finished, so that it would
    remain in progress while the worker lives.
    """

    def __init__(
        self, connector: Connector, *, after: Callable[[Job], Awaitable[None]], on_lost: Callable[[], None]
    ) -> None:
        super().__init__(connector)
        self._after = after
        self._on_lost = on_lost

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Finish a job of this process."""
        try:
            await super().finish_job(job, status, delete_job)
        except JobNotFound:
            pass
        except ConnectorException:
            # It counts as in progress for as long as its worker lives.
            self._on_lost()
            return
        await self._after(job)

    async def rescue(self, queue: str, stalled_after: float, *, prune_after: float) -> None:
        """Finish the jobs of dead workers, one by one, and forget such workers. Raises `ConnectorException`.

        A worker without a heartbeat for `stalled_after` seconds counts as dead, and is forgotten after `prune_after`:
        once it is, its jobs count as those of a dead worker in every queue.
        """
        stalled = await self.get_stalled_jobs(queue=queue, seconds_since_heartbeat=stalled_after)
        for job in stalled:
            # Unless another process has.
            with suppress(JobNotFound):
                await super().finish_job(job, Status.FAILED, delete_job=True)
        await self.prune_stalled_workers(prune_after)
