"""The public `Mirror`: a database in step with stores."""

import os
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import suppress
from difflib import get_close_matches
from functools import lru_cache
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

import anyio
from attrs import evolve
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import ItemId, StoreChanges, read_store_changes
from ecwid_async.client import Store
from ecwid_async.errors import ConfigError, EcwidError, InvalidToken
from ecwid_async.models.events import StoreEvent
from ecwid_async.primitives.error_groups import first_error
from ecwid_async.sync.database import (
    Database,
    Lease,
    StoreState,
    count_due,
    drop_store,
    find_tombstones,
    forget_customer,
    highest_number,
    hold_lease,
    load_free_epoch,
    load_section,
    load_sections,
    load_store,
    lock_free_store,
    mark_due,
    purge_tombstones,
    register_store,
    renew_lease,
    save_section,
    save_store,
    wait_for_writer,
)
from ecwid_async.sync.errors import MirrorError, SchemaChanged, SchemaTooNew, StoreMismatch
from ecwid_async.sync.event_hints import item_of_event
from ecwid_async.sync.reports import SectionReport, SyncReport
from ecwid_async.sync.rounds import (
    LookupBudget,
    Round,
    TokenScopes,
    counted_store,
    is_quiet,
    run_round,
)
from ecwid_async.sync.rows import MIRROR_SECTIONS, MirrorSection
from ecwid_async.sync.settings import MirrorSettings
from ecwid_async.sync.status import MirrorSummary, StoreStatus
from ecwid_async.sync.status_queries import load_status, load_summary
from ecwid_async.sync.verify import VerifyReport, verify_store
from ecwid_async.transport import check_number

__all__ = ["Mirror", "database_of", "find_mirror_sections"]

_PREFIX: Final = "ecwid_"
_STALE_AFTER: Final = 900.0
# A round that failed is tried again at the latest after this many seconds, or the interval if that is longer.
_MAX_DELAY: Final = 900.0
# These can't work until somebody does something about them.
_PERMANENT: Final = (ConfigError, InvalidToken, StoreMismatch, SchemaChanged, SchemaTooNew)
# Seconds from one removal of the data of deleted items to the next, and transactions of each.
_PURGE_INTERVAL: Final = 24 * 3600.0
_MAX_PURGES: Final = 200
# Renewals in the time of a lease, so that a slow one does not lose it.
_RENEWALS: Final = 3
# The stores whose latest requests are remembered in memory.
_MAX_STORES: Final = 1024


class Mirror:
    """A database in step with stores: SQLite, or PostgreSQL.

    ``async with Mirror("sqlite:///shop.db") as mirror: await mirror.sync(store)``

    `url` is ``sqlite:///shop.db`` or ``postgresql+psycopg://user@host/database``; opening the mirror creates or
    migrates its tables, whose names begin with `prefix`. With `create=False`, a database without a mirror is an error,
    for programs that only look into one. The database may hold any number of stores. `settings` say how often what is
    done. `clock` returns Unix seconds and `sleep` waits; by default those of this machine, and leases are
    timed by the database.

    Needs asyncio. Opening raises `ConfigError` for a URL that is not supported or a missing extra, `SchemaTooNew` and
    `SchemaChanged` if the tables don't fit this version, and `DatabaseError`. All methods raise `DatabaseError`.
    """

    def __init__(
        self,
        url: str,
        *,
        prefix: str = _PREFIX,
        create: bool = True,
        settings: MirrorSettings | None = None,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self.settings = settings or MirrorSettings()
        self._url = url
        self._prefix = prefix
        self._create = create
        self._given_clock = clock
        self._clock = clock or time.time
        self.sleep = sleep
        self._database: Database | None = None
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        # A budget that was evicted would be full again by now, since rounds of many other stores came after it.
        self._budget = lru_cache(maxsize=_MAX_STORES)(self._new_budget)
        self._scopes: dict[int, TokenScopes] = {}

    def __repr__(self) -> str:
        return f"<Mirror in {self._database!r}>" if self._database is not None else "<Mirror, closed>"

    async def __aenter__(self) -> Self:
        if self._database is not None:
            raise RuntimeError("the mirror is open already")
        self._database = await Database.open(
            self._url,
            prefix=self._prefix,
            create=self._create,
            lease_seconds=self.settings.lease,
            clock=self._given_clock,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        database, self._database = self._database, None
        if database is not None:
            await database.aclose()

    @property
    def _opened(self) -> Database:
        if self._database is None:
            raise RuntimeError("open the mirror first: async with Mirror(…) as mirror: …")
        return self._database

    # Synchronizing.

    async def sync(
        self,
        store: Store,
        *,
        only: Iterable[str] = (),
        exclude: Iterable[str] = (),
        on_progress: Callable[[SectionReport], None] | None = None,
        should_pause: Callable[[], bool] | None = None,
    ) -> SyncReport:
        """Do everything that is due in a store, once: a round.

        The first round reads everything; later ones what has changed, and from time to time what is needed to be
        certain. A quiet store costs one request. `only` and `exclude` are names of sections. `on_progress` is called
        with the report of a section each time that items of it were stored.

        A section that fails, or that the token or the plan does not allow, does not stop the others: the report and
        the status say why. Cancelled at any time, the next round continues.

        `should_pause` divides the round of a large store: once it returns true, the round ends where the next one
        can continue without reading anything again, and its report is not `complete`. Something is always done first. A
        list that can't be continued is read to its end: categories, promotions and the like, and comparisons of ids.

        Raises `ConfigError` for an unknown section, `InvalidToken`, `StoreSuspended` and `StoreNotFound`,
        `TransportError` and `APIError` if the store can't be reached, `StoreBusy` if another process synchronizes the
        store, `LeaseLost` if another one took it over, and `StoreMismatch` if the database has another store under
        this id.
        """
        sections = find_mirror_sections(only, exclude)
        database = self._opened
        started = anyio.current_time()
        counted, count_requests = counted_store(store)
        async with database.read() as connection:
            number = await highest_number(connection, database.schema)
            known = await load_store(connection, database.schema, store.store_id)
            epoch = await load_free_epoch(connection, database, store.store_id)
            states = await load_sections(connection, database.schema, store.store_id)
            due = await count_due(connection, database.schema, store.store_id)
        try:
            changes = await read_store_changes(counted._channel, clock=self._clock)
        except EcwidError as error:
            await self._note_failure(store.store_id, error)
            raise
        if known is None or (known.server, known.identity) != (store.server.rstrip("/"), changes.identity):
            await register_store(database, store.store_id, store.server, changes.identity)
        elif epoch is not None and not self._is_purge_due(known, changes.read.end - 1):
            now = changes.read.end - 1
            quiet = is_quiet(counted, database, sections, states, due, changes, settings=self.settings, now=now)
            if quiet and await self._finish_quietly(known, epoch, now):
                return SyncReport(
                    store_id=store.store_id,
                    server_time=now,
                    seconds=anyio.current_time() - started,
                    requests=count_requests(),
                )
        async with hold_lease(database, store.store_id, self._owner) as lease:
            round_ = Round(
                store=counted,
                database=database,
                lease=lease,
                settings=self.settings,
                clock=self._clock,
                now=changes.read.end - 1,
                recorded_at=changes.read.end,
                number=number,
                scopes=lambda: self._token_scopes(store).read(counted, now=changes.read.end),
                count_requests=count_requests,
                on_progress=on_progress or (lambda report: None),
                should_pause=should_pause or (lambda: False),
            )
            try:
                reports, is_complete = await self._run(round_, sections, changes)
            except EcwidError as error:
                with suppress(MirrorError):
                    async with database.transaction(lease) as connection:
                        await self._save_failure(database, connection, store.store_id, error)
                raise
        return SyncReport(
            store_id=store.store_id,
            server_time=round_.now,
            seconds=anyio.current_time() - started,
            requests=count_requests(),
            sections=reports,
            complete=is_complete,
        )

    async def _run(
        self, round_: Round, sections: list[MirrorSection], changes: StoreChanges
    ) -> tuple[dict[str, SectionReport], bool]:
        """Run a round while its lease is renewed. Return its reports, and whether it is complete.

        Raises the first error of those that are not about one section.
        """
        reports: dict[str, SectionReport] = {}
        is_complete = True
        budget = self._budget(round_.store.store_id)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._renew_lease, round_.database, round_.lease)
                done = await run_round(round_, sections, changes, budget)
                reports = {name: section.report for name, section in done.items() if section.has_done_something}
                is_complete = not any(section.is_paused for section in done.values())
                group.cancel_scope.cancel()
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None
        if is_complete:
            await self._finish(round_)
        return reports, is_complete

    async def _renew_lease(self, database: Database, lease: Lease) -> None:
        while True:
            await anyio.sleep(self.settings.lease / _RENEWALS)
            await renew_lease(database, lease)

    async def _finish(self, round_: Round) -> None:
        """Store that the round is complete, and remove what is kept no longer."""
        database, schema, keep_deleted = round_.database, round_.database.schema, self.settings.keep_deleted
        before = 0 if keep_deleted is None else int(round_.now - keep_deleted)
        sections: list[str] = []
        async with database.transaction(round_.lease) as connection:
            state = await load_store(connection, schema, round_.store.store_id)
            if state is None:
                return
            done = _completed(state, round_.now)
            if self._is_purge_due(state, round_.now):
                # In most stores there is nothing to remove, and that takes no other transaction.
                remove = self.settings.remove_deleted
                sections = await find_tombstones(connection, schema, state.store_id, before=before, remove=remove)
                if not sections:
                    done = evolve(done, purged_at=int(round_.now))
            await save_store(connection, schema, done)
        if sections:
            await self._purge(round_, sections, before=before)
            async with database.transaction(round_.lease) as connection:
                await save_store(connection, schema, evolve(done, purged_at=int(round_.now)))

    async def _finish_quietly(self, state: StoreState, epoch: int, now: float) -> bool:
        """Store that a round has found nothing to do. Return whether that is still true."""
        database = self._opened
        async with database.write() as connection:
            if not await lock_free_store(connection, database, state.store_id, epoch):
                return False
            await save_store(connection, database.schema, _completed(state, now))
        return True

    def _is_purge_due(self, state: StoreState, now: float) -> bool:
        return self.settings.keep_deleted is not None and not 0 <= now - (state.purged_at or 0) < _PURGE_INTERVAL

    async def _purge(self, round_: Round, sections: Iterable[str], *, before: int) -> None:
        schema = round_.database.schema
        for name in sections:
            for _ in range(_MAX_PURGES):
                async with round_.database.transaction(round_.lease) as connection:
                    count = await purge_tombstones(
                        connection,
                        schema,
                        round_.store.store_id,
                        name,
                        before=before,
                        remove=self.settings.remove_deleted,
                    )
                if not count:
                    break

    async def _note_failure(self, store_id: int, error: EcwidError) -> None:
        """Store why a round failed before it had the lease, if the store is in the database."""
        database = self._opened
        with suppress(MirrorError):
            async with database.write() as connection:
                await self._save_failure(database, connection, store_id, error)

    async def _save_failure(
        self, database: Database, connection: AsyncConnection, store_id: int, error: EcwidError
    ) -> None:
        state = await load_store(connection, database.schema, store_id)
        if state is not None:
            failed = evolve(state, error=str(error), error_at=int(self._clock()), failures=state.failures + 1)
            await save_store(connection, database.schema, failed)

    def _token_scopes(self, store: Store) -> TokenScopes:
        scopes = self._scopes.get(store.store_id)
        if scopes is None or not scopes.belongs_to(store):
            if len(self._scopes) >= _MAX_STORES:
                del self._scopes[next(iter(self._scopes))]
            scopes = self._scopes[store.store_id] = TokenScopes(store)
        return scopes

    def _new_budget(self, store_id: int) -> LookupBudget:
        del store_id
        return LookupBudget(self.settings.lookups_per_minute)

    async def watch(
        self,
        store: Store,
        *,
        every: float = 60.0,
        only: Iterable[str] = (),
        exclude: Iterable[str] = (),
        on_progress: Callable[[SectionReport], None] | None = None,
    ) -> AsyncGenerator[SyncReport, None]:
        """Run a round every `every` seconds, without end, and yield the report of each.

        The times of the rounds do not drift: one that takes longer is followed at once by the next. A round that failed
        yields a report with its `error`, and the following ones are delayed, up to 15 minutes. Close the generator or
        cancel its task to stop: a transaction in progress is rolled back, and the next sync continues.

        Raises the errors of `sync` that no later round can get past: `ConfigError`, `InvalidToken`, `StoreMismatch`,
        `SchemaChanged` and `SchemaTooNew`.
        """
        check_number("every, the seconds from one round to the next,", every, exclusive=True)
        only, exclude = list(only), list(exclude)
        find_mirror_sections(only, exclude)
        due, failures = self._clock(), 0
        while True:
            started = self._clock()
            try:
                report = await self.sync(store, only=only, exclude=exclude, on_progress=on_progress)
                failures = 0
            except _PERMANENT:
                raise
            except EcwidError as error:
                failures += 1
                report = SyncReport(
                    store_id=store.store_id, seconds=max(0.0, self._clock() - started), error=str(error)
                )
            yield report
            now = self._clock()
            if failures:
                # 2 to the power of 30 is longer than any delay.
                due = now + min(every * 2 ** min(failures - 1, 30), max(every, _MAX_DELAY))
            else:
                # A clock that was set neither skips a round nor delays one for long.
                due = due + every if now - every < due + every <= now + every else now + every
                due = max(due, now)
            await self.sleep(due - now)

    # Single items.

    async def mark(self, store_id: int, section: str, *ids: ItemId) -> None:
        """Remember that items may have changed, such as those in a webhook. The next round reads them.

        Any process may do so at any time; an item that is marked several times is read once. Raises `ConfigError` for
        an unknown section and for an invalid id.
        """
        await mark_due(self._opened, store_id, section, ids)

    async def mark_event(self, event: StoreEvent) -> bool:
        """Remember that the item of an event, such as that of a webhook, may have changed. The next round reads it.

        Nothing in the event is stored. Returns False for an event that is about no item of the mirror: its family has
        none, as those of the app and of promotions, which rounds find by themselves, or its id is missing or invalid.
        """
        item = item_of_event(event)
        if item is None or event.store_id is None:
            return False
        section, item_id = item
        try:
            await self.mark(event.store_id, section, item_id)
        except ConfigError:  # the id is not valid in the section
            return False
        return True

    async def confirm_deletions(self, store_id: int, section: str) -> bool:
        """Let the next round go on with a comparison of ids that was stopped. Return whether there was one.

        It is stopped because too many items were gone at once, or because the token has lost scopes: see
        `SectionStatus.stopped`. Items that are gone then are marked as deleted. Raises `ConfigError` for an unknown
        section.
        """
        (known,) = find_mirror_sections([section], [])
        database = self._opened
        async with database.write() as connection:
            # A round in progress may be changing the state.
            await wait_for_writer(connection, database.schema, store_id)
            state = await load_section(connection, database.schema, store_id, known.name)
            if state.reconcile_stopped is None:
                return False
            await save_section(connection, database.schema, evolve(state, confirmed_at=int(self._clock())))
        return True

    # Removing data.

    async def forget(
        self, store_id: int, *, customer_id: int | None = None, email: str | None = None
    ) -> dict[str, int]:
        """Remove all data of a customer, and of the customer's orders, carts, subscriptions and reviews.

        Rows are found by the id, by the email, and by the email that the mirror has for this id. While the store has
        the data, a later read stores it again: erase it there first. Returns the number of rows by section. Raises
        `ConfigError` if neither an id nor an email is given.
        """
        return await forget_customer(
            self._opened, store_id, customer_id=customer_id, email=email, now=int(self._clock())
        )

    async def drop_store(self, store_id: int) -> None:
        """Remove a store with all of its rows. Raises `StoreBusy` while another process synchronizes it."""
        await drop_store(self._opened, store_id, self._owner)
        self._scopes.pop(store_id, None)

    # Status.

    async def status(self, store_id: int | None = None, *, stale_after: float = _STALE_AFTER) -> list[StoreStatus]:
        """Return the status of one store, or of all. No request is sent.

        A mirror counts as stale if no round has ended for `stale_after` seconds, or if the cursor of a section has not
        followed a change for that long.
        """
        return await load_status(self._opened, store_id, now=self._clock(), stale_after=stale_after)

    async def summary(self, *, stale_after: float = _STALE_AFTER, worst: int = 20) -> MirrorSummary:
        """Return how many stores there are and have problems, with the status of up to `worst` of the latter.

        For thousands of stores, of which `status` counts every row. `stale_after` is that of `status`. No request is
        sent.
        """
        return await load_summary(self._opened, now=self._clock(), stale_after=stale_after, worst=worst)

    async def verify(self, store: Store, *, only: Iterable[str] = (), exclude: Iterable[str] = ()) -> VerifyReport:
        """Compare the whole mirror of a store with the store. Nothing is changed.

        Each difference is read again by its id before it is named, and what the next poll would bring is none. In
        sections without update times the latter is not known, so sync before. Reads all lists whole.

        Raises `ConfigError` for a store that is not in the database, and the errors of `sync` that are not about one
        section; a section that fails does not stop the others.
        """
        sections = find_mirror_sections(only, exclude)
        database = self._opened
        counted, count_requests = counted_store(store)
        async with database.read() as connection:
            known = await load_store(connection, database.schema, store.store_id)
        if known is None:
            raise ConfigError(f"store {store.store_id} is not in this database: sync it first")
        changes = await read_store_changes(counted._channel, clock=self._clock)
        await register_store(database, store.store_id, store.server, changes.identity)
        return await verify_store(
            database, counted, sections, settings=self.settings, clock=self._clock, count_requests=count_requests
        )


def _completed(state: StoreState, now: float) -> StoreState:
    return evolve(state, synced_at=int(now), error=None, error_at=None, failures=0)


def find_mirror_sections(only: Iterable[str], exclude: Iterable[str]) -> list[MirrorSection]:
    """Return the sections with the names in `only`, or all, without those in `exclude`.

    Raises `ConfigError` for an unknown name, and if no section remains.
    """
    if isinstance(only, str) or isinstance(exclude, str):
        raise ConfigError("only and exclude are lists of sections: pass a list of names")
    only, exclude = list(only), list(exclude)
    for name in (*only, *exclude):
        if name not in MIRROR_SECTIONS:
            near = get_close_matches(str(name).lower(), MIRROR_SECTIONS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(MIRROR_SECTIONS)}."
            raise ConfigError(f"the mirror has no section {name!r}. {hint}")
    chosen = [
        section for name, section in MIRROR_SECTIONS.items() if (not only or name in only) and name not in exclude
    ]
    if not chosen:
        raise ConfigError("exclude leaves no section to mirror: name fewer")
    return chosen


def database_of(mirror: Mirror) -> Database:
    """Return the database of an open mirror. Raises `RuntimeError` if it is closed."""
    return mirror._opened
