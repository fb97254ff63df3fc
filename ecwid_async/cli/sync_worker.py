"""``ecwid sync worker``: one of any number of processes that keep a database in step with many stores."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Group, Parameter
from cyclopts.validators import Number

from ecwid_async.cli.durations import format_duration, parse_duration
from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.sync import DatabaseURL, SectionNames, database_url, display_url, section_names
from ecwid_async.cli.sync_worker_display import WorkerDisplay

if TYPE_CHECKING:
    from ecwid_async.tokens import TokenSource
    from ecwid_async.transport import Limiter, Quota

__all__ = ["worker"]

_STORES = Group("Stores")
_WORKERS = Group("Workers")
_LISTEN_VARIABLE: Final = "ECWID_SYNC_LISTEN_URL"
_REDIS_VARIABLE: Final = "ECWID_REDIS_URL"
_TOKENS_VARIABLE: Final = "ECWID_TOKEN_DATABASE"


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class WorkerArguments:
    """How the workers share what they do."""

    stores_at_once: Annotated[int, Parameter(group=_WORKERS, validator=Number(gte=1), show_default=True)] = 50
    "How many stores this process synchronizes at a time."
    processes_per_address: Annotated[int | None, Parameter(group=_WORKERS, validator=Number(gte=1))] = None
    "How many processes send from this IP address: each takes its share of 90 requests per second."
    redis: Annotated[str | None, Parameter(group=_WORKERS)] = None
    "URL of a Redis server in which the processes of this address share that limit; by default ECWID_REDIS_URL."
    listen_to: Annotated[str | None, Parameter(group=_WORKERS)] = None
    "URL of the database past a pooler, for notifications; by default ECWID_SYNC_LISTEN_URL, else as --to."
    name: Annotated[str, Parameter(group=_WORKERS, show_default=True)] = "default"
    "Name of the fleet: workers with other stores in the same database have another one."


def worker(
    *,
    to: DatabaseURL = None,
    stores: Annotated[
        Path | None,
        Parameter(
            group=_STORES,
            help="File with an id, a space and a token per line, readable only by you. By default the stores with a "
            "token in ECWID_TOKEN_DATABASE, else in the same database: see ecwid tokens.",
        ),
    ] = None,
    every: Annotated[str, Parameter(group=_STORES, help="The time from one round of a store to the next.")] = "60s",
    only: Annotated[SectionNames, Parameter(help="Sync only these sections. Repeatable.")] = None,
    exclude: Annotated[SectionNames, Parameter(help="Leave out these sections. Repeatable.")] = None,
    quiet: Annotated[bool, Parameter(help="Print errors only.")] = False,
    json: Annotated[bool, Parameter(help="Print a line of JSON for each slice of a round.")] = False,
    arguments: WorkerArguments | None = None,
) -> int:
    """Keep a PostgreSQL database in step with many stores, as one of any number of processes on any machines.

    Start it as often as you need, with the same options; everything that is missing is created. A process that is
    killed loses nothing: the others continue. Ctrl-C or SIGTERM lets it end what it is doing, a second one ends it at
    once.
    """
    arguments = arguments or WorkerArguments()
    url = database_url(to)
    if not url.startswith("postgresql"):
        raise UsageError("workers share a database in PostgreSQL: --to postgresql://user@host/name.")
    redis = arguments.redis or os.environ.get(_REDIS_VARIABLE)
    if redis and arguments.processes_per_address is not None:
        raise UsageError(
            "the limit of an address is either divided or shared: leave --processes-per-address or --redis out."
        )
    work = _Work(
        url=url,
        listen_url=arguments.listen_to or os.environ.get(_LISTEN_VARIABLE) or None,
        redis_url=redis or None,
        processes=arguments.processes_per_address or 1,
        stores=stores,
        every=parse_duration(every, option="--every", least=1.0),
        stores_at_once=arguments.stores_at_once,
        name=arguments.name,
        only=section_names(only),
        exclude=section_names(exclude),
        shown=not (quiet or json),
        json=json,
    )
    asyncio.run(work.run())
    return 0


@dataclass(frozen=True, kw_only=True)
class _Work:
    """A worker with checked options."""

    url: str = field(repr=False)
    listen_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    processes: int
    stores: Path | None
    every: float
    stores_at_once: int
    name: str
    only: Sequence[str]
    exclude: Sequence[str]
    shown: bool
    json: bool

    async def run(self) -> None:
        """Run until a signal arrives."""
        from ecwid_async.client import Ecwid
        from ecwid_async.sync import Fleet, FleetSettings, Mirror, Worker, WorkerSettings

        _silence_libraries()
        settings = FleetSettings(name=self.name, every=self.every, stores_at_once=self.stores_at_once)
        display = WorkerDisplay(
            title=f"{'' if self.name == 'default' else f'{self.name} '}→ {display_url(self.url)}, "
            f"every {format_duration(self.every)}",
            stores_at_once=self.stores_at_once,
            shown=self.shown,
            json=self.json,
        )
        async with AsyncExitStack() as stack:
            tokens, store_ids = await stack.enter_async_context(_open_stores(self.stores, self.url))
            quota = _limit_of(self.processes)
            limiter = None if self.redis_url is None else await _enter_limiter(stack, self.redis_url, quota)
            ecwid = await stack.enter_async_context(Ecwid(tokens=tokens, quota=quota, limiter=limiter, events=()))
            mirror = await stack.enter_async_context(Mirror(self.url))
            fleet = Fleet(
                mirror,
                ecwid,
                store_ids,
                settings=settings,
                only=self.only,
                exclude=self.exclude,
                on_event=display.show_event,
            )
            running = Worker(fleet, settings=WorkerSettings(listen_url=self.listen_url), on_event=display.show_event)

            def stop() -> None:
                display.show_stopping()
                running.stop()

            with _stopped_by_signals(stop):
                async with display.status_of(fleet):
                    await running.run()


async def _enter_limiter(stack: AsyncExitStack, redis_url: str, quota: "Quota | None") -> "Limiter | None":
    """Return the limiter that this process shares with others."""
    if quota is None:  # in tests
        return None
    try:
        from ecwid_async.transport import redis_limiter
    except ModuleNotFoundError as error:
        raise UsageError(str(error)) from None
    return await stack.enter_async_context(redis_limiter(redis_url, quota))


def _limit_of(processes: int) -> "Quota | None":
    """Return the quota of one of the processes of an address."""
    from attrs import evolve

    from ecwid_async.transport import Quota

    quota = Quota()
    return quota and evolve(quota, ceiling=quota.ceiling / processes)


@asynccontextmanager
async def _open_stores(
    file: Path | None, url: str
) -> "AsyncIterator[tuple[TokenSource, Callable[[], AsyncIterator[int]]]]":
    """Yield the tokens, and a function that returns the ids of the stores."""
    if file is not None:
        from ecwid_async.tokens import FileTokens, read_token_file

        read_token_file(file)  # to fail at once
        in_file = FileTokens(file)
        yield in_file, in_file.store_ids
        return
    try:
        from ecwid_async.tokens import SQLTokens
    except ModuleNotFoundError as error:
        raise UsageError(str(error)) from None
    async with SQLTokens(os.environ.get(_TOKENS_VARIABLE) or url) as in_database:

        async def store_ids() -> AsyncIterator[int]:
            # Also those that the API has refused: they are reported, and tried again once they have another token.
            async for status in in_database.statuses():
                yield status.store_id

        yield in_database, store_ids


def _silence_libraries() -> None:
    """Keep the logs of the libraries for jobs from stderr: what fails is reported by events, once."""
    for name in ("procrastinate", "psycopg", "psycopg.pool"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


class _stopped_by_signals:  # noqa: N801  # a context manager
    """Calls a function at the first Ctrl-C or SIGTERM. The second one ends the process at once."""

    def __init__(self, stop: Callable[[], object]) -> None:
        self._stop = stop

    def __enter__(self) -> None:
        self._loop = asyncio.get_running_loop()
        # Windows has no such handlers: there, Ctrl-C cancels the task, which also ends the worker gracefully.
        with suppress(NotImplementedError):
            for number in (signal.SIGINT, signal.SIGTERM):
                self._loop.add_signal_handler(number, self._handle)

    def __exit__(self, *error: object) -> None:
        with suppress(NotImplementedError):
            for number in (signal.SIGINT, signal.SIGTERM):
                self._loop.remove_signal_handler(number)

    def _handle(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        self._stop()
