"""The jobs of a fleet: each wakes up a store. Periodic ones enqueue what is due, and finish jobs of dead workers.

When a store is due is in the schedule of the mirror, and who may write its rows in its lease. A job only says "look at
this store now", so it may be lost or run twice. That is why:

- jobs are never scheduled for later, or a webhook's job would be swallowed by one that is due in an hour;
- jobs are never retried: if one fails, the schedule says when the store is due again;
- a job of a dead worker is finished. It could not be retried if another one for the same store is waiting, and
  another one comes as soon as the claim of the dead worker has ended;
- periodic jobs have no lock, which a dead worker would hold, except for the one that only one worker should do.
"""

import math
from collections.abc import Awaitable, Callable
from typing import Final, Literal, TypeAlias

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job

from ecwid_async.errors import EcwidError
from ecwid_async.jobs import Connector, FinishingJobManager, add_periodic
from ecwid_async.sync.errors import DatabaseUnavailable
from ecwid_async.sync.fleet import FATAL, SHARED, Fleet
from ecwid_async.sync.mirror import database_of
from ecwid_async.sync.worker.settings import WorkerSettings

__all__ = ["ErrorKind", "FleetJobs"]

# How many stores of a worker are enqueued at least: at 90 requests per second, more can't be done by one address.
_STORES_PER_SECOND: Final = 100

ErrorKind: TypeAlias = Literal["database", "listing"]
"""What an error is about: the database or the shared limiter, or the list of the stores."""

_STATE: Final = """
SELECT
  (
    SELECT count(*) FROM procrastinate_workers
    WHERE last_heartbeat >= now() - make_interval(secs => %(stalled_after)s)
  ) AS workers,
  array(
    SELECT (args ->> 'store_id')::bigint FROM procrastinate_jobs
    WHERE status = 'todo' AND queue_name = %(queue)s AND task_name = %(task)s
  ) AS waiting
"""


class FleetJobs:
    """The tasks of a fleet, in a queue of its own.

    `app` has them. `on_error` is called with an error of a task that the whole worker should know; tasks do not raise
    any. `on_lost` is called if a job could not be finished, so that it would remain in progress while the worker lives.
    """

    def __init__(
        self,
        fleet: Fleet,
        connector: Connector,
        settings: WorkerSettings,
        *,
        on_error: Callable[[ErrorKind, EcwidError | OSError], Awaitable[None]],
        on_lost: Callable[[], None],
    ) -> None:
        prefix = database_of(fleet.mirror).schema.prefix
        self.queue = f"{prefix}{fleet.settings.name}"
        # A store has one lock in all fleets of a mirror, as it has one lease.
        self._lock = f"{prefix}store"
        self._fleet = fleet
        self._connector = connector
        self._settings = settings
        self._on_error = on_error
        self._continuing: set[object] = set()
        self._is_enqueuing = False
        self._manager = FinishingJobManager(connector, after=self._after, on_lost=on_lost)
        self.app = App(connector=connector)
        self.app.job_manager = self._manager
        self._sync_store = self.app.task(name="ecwid.sync_store", queue=self.queue)(self.sync_store)
        add_periodic(self.app, "ecwid.enqueue_due", self.enqueue_due, settings.enqueue_interval, queue=self.queue)
        add_periodic(self.app, "ecwid.rescue", self.rescue, settings.rescue_interval, queue=self.queue)
        if fleet.can_refresh:
            # It may take minutes, and a second one would only do the same.
            lock, interval = f"{self.queue}:refresh", fleet.settings.listing_interval
            add_periodic(self.app, "ecwid.refresh", self.refresh, interval, queue=self.queue, lock=lock)

    # Tasks.

    async def sync_store(self, store_id: int) -> None:
        """Run a slice of a store, if it is due and no other process has begun it."""
        try:
            result = await self._fleet.run_store(store_id)
        except (*SHARED, *FATAL) as error:
            await self._on_error("database", error)
            return
        if result is not None and result.outcome == "continues":
            self._continuing.add(store_id)

    async def enqueue_due(self, timestamp: int = 0) -> None:
        """Enqueue the stores that are due, longest due first.

        No more jobs wait than the workers can take until the next time, since the order in which stores are due may
        change: a large one that continues comes after those that wait for longer.
        """
        del timestamp
        # If this takes longer than the interval, further ones would only take places and connections from the stores.
        if self._is_enqueuing:
            return
        self._is_enqueuing = True
        try:
            await self._enqueue_due()
        except (*SHARED, *FATAL) as error:
            await self._on_error("database", error)
        except ConnectorException as error:
            await self._on_error("database", DatabaseUnavailable(str(error)))
        finally:
            self._is_enqueuing = False

    async def _enqueue_due(self) -> None:
        settings = self._settings
        state = await self._connector.execute_query_one_async(
            _STATE, stalled_after=settings.stalled_after, queue=self.queue, task=self._sync_store.name
        )
        per_worker = max(
            2 * self._fleet.settings.stores_at_once, math.ceil(_STORES_PER_SECOND * settings.enqueue_interval)
        )
        limit = max(1, state["workers"]) * per_worker
        waiting = set(state["waiting"])
        if len(waiting) >= limit:
            return
        due = [store_id for store_id in await self._fleet.due_stores(limit) if store_id not in waiting]
        for store_id in due[: limit - len(waiting)]:
            # Another worker may have enqueued it meanwhile.
            await self.enqueue(store_id)

    async def enqueue(self, store_id: int) -> bool:
        """Enqueue a store, and return whether it was not waiting already. Raises `ConnectorException`."""
        job = self._sync_store.configure(
            lock=f"{self._lock}:{store_id}", queueing_lock=f"{self.queue}:store:{store_id}"
        )
        try:
            await job.defer_async(store_id=store_id)
        except AlreadyEnqueued:
            return False
        return True

    async def rescue(self, timestamp: int = 0) -> None:
        """Finish the jobs of dead workers, one by one, and forget these workers."""
        del timestamp
        stalled_after = self._settings.stalled_after
        try:
            await self._manager.rescue(self.queue, stalled_after, prune_after=stalled_after)
        except ConnectorException as error:
            await self._on_error("database", DatabaseUnavailable(str(error)))

    async def refresh(self, timestamp: int = 0) -> None:
        """Read the list of the stores again."""
        del timestamp
        try:
            await self._fleet.refresh()
        except (EcwidError, OSError) as error:
            await self._on_error("listing", error)

    async def _after(self, job: Job) -> None:
        """Enqueue what is due once a slice of a large store has ended, so that it continues at once if its turn comes.

        Its job was finished before: no worker is notified of the end of a lock that the next one would wait for.
        """
        store_id = job.task_kwargs.get("store_id")
        if store_id in self._continuing:
            self._continuing.discard(store_id)
            await self.enqueue_due()
