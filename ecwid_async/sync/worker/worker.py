"""The public `Worker`: one of any number of processes that synchronize a fleet."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from procrastinate.exceptions import ConnectorException

from ecwid_async.errors import ConfigError, EcwidError
from ecwid_async.jobs import Connector, JobRunner, prepare_tables
from ecwid_async.sync.database import PostgreSQL, find_backend
from ecwid_async.sync.errors import DatabaseUnavailable
from ecwid_async.sync.fleet import FATAL, Fleet, FleetEvent, FleetProblem
from ecwid_async.sync.mirror import database_of
from ecwid_async.sync.worker.jobs import ErrorKind, FleetJobs
from ecwid_async.sync.worker.settings import WorkerSettings

__all__ = ["Worker"]

_log: Final = logging.getLogger("ecwid_async.sync")

# Delays in seconds until the jobs are started again after the database has failed. A run that lasted longer than
# `_MAX_DELAY` begins with the first one.
_FIRST_DELAY: Final = 1.0
_MAX_DELAY: Final = 30.0
# How long a job that met an error of what all stores share keeps its place, so that not all stores fail one by one.
_ERROR_DELAY: Final = 5.0


class Worker:
    """One of any number of processes, on any number of machines, that synchronize a fleet of stores.

    ``await Worker(Fleet(mirror, ecwid, tokens.store_ids)).run()``

    The mirror is in PostgreSQL, which also has the jobs, of Procrastinate. Every worker has the same list of stores and
    the same settings. A process that is killed or stopped loses nothing: others continue with its stores.

    `on_event` is called with each `FleetProblem` of the worker; the fleet's own `on_event` with everything else.

    Needs asyncio, and the extra ``worker``. Raises `ConfigError` for a mirror that is not in PostgreSQL, and for a
    fleet whose name ends with inbox.
    """

    def __init__(
        self,
        fleet: Fleet,
        *,
        settings: WorkerSettings | None = None,
        on_event: Callable[[FleetEvent], None] | None = None,
    ) -> None:
        self.fleet = fleet
        self.settings = settings or WorkerSettings()
        self._database = _postgresql(database_of(fleet.mirror).backend, "the mirror of a worker")
        if fleet.settings.name.endswith("inbox"):
            # The queue of a fleet would be that of an inbox of webhooks in the same database.
            raise ConfigError("the name of a fleet with workers must not end with inbox, as those of inboxes do")
        listen_url = self.settings.listen_url
        self._listen_to = None if listen_url is None else _postgresql(find_backend(listen_url), "listen_url")
        self._on_event = on_event or (lambda event: None)
        self._stopping = asyncio.Event()
        self._runner: JobRunner | None = None
        self._fatal_error: EcwidError | None = None

    def __repr__(self) -> str:
        return f"<Worker of {self.fleet!r}>"

    def stop(self) -> None:
        """Let `run` end soon: slices in progress pause where the next ones continue, in this process or another.

        Call it in the event loop of the worker, also from signal handlers of the loop. The worker stays stopped.
        """
        self._stopping.set()
        self.fleet.stop()
        if self._runner is not None:
            self._runner.stop()

    async def run(self) -> None:
        """Synchronize stores, until `stop` is called.

        Creates the tables of the jobs, and reads the list of the stores. Failures of the database are waited for, and
        reported as events. If the task is cancelled, the worker stops as after `stop`.

        Raises the errors of `Fleet.refresh`, `ConfigError` if Procrastinate's tables have another version,
        `DatabaseError` if the database fails at the start, and `SchemaChanged` and `SchemaTooNew`.
        """
        await self.fleet.refresh()
        delay, is_first = _FIRST_DELAY, True
        while not self._stopping.is_set():
            started = time.monotonic()
            error = "the database failed for a moment"
            try:
                await self._run_jobs()
            except ConnectorException as caught:
                if is_first and self._runner is None:
                    raise DatabaseUnavailable(str(caught)) from None
                error = str(caught)
            finally:
                self._runner = None
            if self._fatal_error is not None:
                raise self._fatal_error
            if self._stopping.is_set():
                return
            is_first = False
            delay = _FIRST_DELAY if time.monotonic() - started > _MAX_DELAY else delay
            self._on_event(FleetProblem(kind="database", error=error, retry_in=delay))
            await self._wait(delay)
            delay = min(2 * delay, _MAX_DELAY)

    async def _run_jobs(self) -> None:
        """Run jobs until the worker is stopped, or the database fails."""
        connector = Connector(self._database, connections=self.settings.connections, listen_to=self._listen_to)
        jobs = FleetJobs(self.fleet, connector, self.settings, on_error=self._on_error, on_lost=self._stop_jobs)
        async with jobs.app.open_async():
            await prepare_tables(connector)
            self._runner = JobRunner(
                jobs.app,
                jobs.queue,
                concurrency=self.fleet.settings.stores_at_once,
                poll_interval=self.settings.poll_interval,
                heartbeat=self.settings.heartbeat,
                prune_after=self.settings.stalled_after,
                on_cancel=self.stop,
            )
            # It may have been stopped meanwhile.
            if not self._stopping.is_set():
                await self._runner.run()

    def _stop_jobs(self) -> None:
        """Begin again as another worker of Procrastinate, so that the jobs of this one can be finished."""
        if self._runner is not None:
            self._runner.stop()

    async def _on_error(self, kind: ErrorKind, error: EcwidError | OSError) -> None:
        """Report an error of a task. One that no later slice can get past ends the worker."""
        if isinstance(error, FATAL):
            self._fatal_error = error
            self.fleet.stop()
            self._stop_jobs()
            return
        _log.warning("%s: %s", self, error)
        self._on_event(FleetProblem(kind=kind, error=str(error), retry_in=_ERROR_DELAY))
        await self._wait(_ERROR_DELAY)

    async def _wait(self, seconds: float) -> None:
        """Wait for some seconds, or until the worker is stopped."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _postgresql(backend: object, name: str) -> PostgreSQL:
    if not isinstance(backend, PostgreSQL):
        raise ConfigError(f"{name} is in PostgreSQL: pass postgresql+psycopg://user@host/database")
    return backend
