"""The public `Fleet`: many stores of one database, synchronized by one or several processes."""

import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing, suppress
from typing import Final

import anyio
from attrs import field, mutable

from ecwid_async.client import Ecwid
from ecwid_async.errors import ConfigError, EcwidError
from ecwid_async.primitives.error_groups import first_error
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.sync.database import (
    Database,
    ScheduledStore,
    begin_listing,
    claim_stores,
    count_in_progress,
    database_time,
    find_due_stores,
    finish_slice,
    has_stores,
    list_stores,
    next_due,
    release_claim,
    remove_unlisted,
    wake_stores,
)
from ecwid_async.sync.errors import MirrorError
from ecwid_async.sync.fleet.events import (
    FleetEvent,
    FleetListed,
    FleetProblem,
    SliceEnded,
    SliceStarted,
    StoreProgress,
)
from ecwid_async.sync.fleet.settings import FleetSettings
from ecwid_async.sync.fleet.slices import FATAL, SHARED, SliceResult, run_slice
from ecwid_async.sync.fleet.sources import StoreSource, can_be_read_again, iterate_stores
from ecwid_async.sync.fleet.status import FleetStatus, fleet_status
from ecwid_async.sync.mirror import Mirror, database_of, find_mirror_sections

__all__ = ["Fleet", "FleetReport"]

_log: Final = logging.getLogger("ecwid_async.sync")

# Stores of a listing that are noted in one transaction.
_CHUNK: Final = 1000
# The shortest time from one claim to the next: each claims as many stores as have ended meanwhile.
_CLAIM_INTERVAL: Final = 0.05
# The longest wait for a store to become due: another process may have woken one.
_MAX_WAIT: Final = 5.0
# Delays after an error of the database.
_FIRST_DELAY: Final = 1.0
_MAX_DELAY: Final = 60.0
# Errors that a report contains.
_MAX_ERRORS: Final = 1000


@mutable(kw_only=True)
class FleetReport:
    """What `Fleet.sync` did.

    `stores` is the number of stores whose round has ended, by `outcomes`: "ok", "failing", "refused" and "busy".
    `errors` has why, by store id, for the first 1,000 that failed. `sections_failed` counts the stores of which a
    section failed. `seconds` is the duration, `requests`, `changed` and `deleted` are totals.
    """

    seconds: float = 0.0
    outcomes: dict[str, int] = field(factory=lambda: dict.fromkeys(("ok", "failing", "refused", "busy"), 0))
    errors: dict[int, str] = field(factory=dict)
    sections_failed: int = 0
    requests: int = 0
    changed: int = 0
    deleted: int = 0

    @property
    def stores(self) -> int:
        """The number of stores whose round has ended."""
        return sum(self.outcomes.values())

    @property
    def failed(self) -> int:
        """The number of stores that failed."""
        return self.outcomes["failing"] + self.outcomes["refused"]

    def add(self, result: SliceResult) -> None:
        """Count a slice."""
        if result.report is not None:
            self.requests += result.report.requests
            self.changed += result.report.changed
            self.deleted += result.report.deleted
            self.sections_failed += result.report.failed
        if result.outcome != "continues":
            self.outcomes[result.outcome] += 1
        if result.outcome in ("failing", "refused") and len(self.errors) < _MAX_ERRORS:
            self.errors[result.store.store_id] = result.store.error or ""


class Fleet:
    """Many stores in one mirror.

    ``fleet = Fleet(mirror, ecwid, [1003, 1004]); await fleet.watch()``

    `stores` are their ids, or a function that returns them; `ecwid` has a source of their tokens. When a store is due
    and how often it failed is in the database, so that the memory does not grow with the number of stores, and several
    processes may run the same fleet. The stores that have been due for longest come first. A store that fails delays
    no other one, and a large one only its slice of time.

    `only` and `exclude` are names of sections, as in `Mirror.sync`. `on_event` is called with each `FleetEvent`; its
    errors are logged, and only a `BrokenPipeError` ends the fleet. `timer` returns seconds, for the durations of
    slices.

    Raises `ConfigError` for an unknown section.
    """

    def __init__(
        self,
        mirror: Mirror,
        ecwid: Ecwid,
        stores: StoreSource,
        *,
        settings: FleetSettings | None = None,
        only: Iterable[str] = (),
        exclude: Iterable[str] = (),
        on_event: Callable[[FleetEvent], None] | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.mirror = mirror
        self.settings = settings or FleetSettings()
        self._ecwid = ecwid
        self._stores = stores
        self._only, self._exclude = list(only), list(exclude)
        find_mirror_sections(self._only, self._exclude)
        self._on_event = on_event
        self._timer = timer
        self._is_stopping = False
        self._changed = anyio.Event()
        self._stopped = anyio.Event()
        self._has_sink_failed = False
        self._active: set[int] = set()
        self._shared_error: EcwidError | None = None

    def __repr__(self) -> str:
        return f"<Fleet {self.settings.name!r} in {self.mirror!r}>"

    @property
    def _database(self) -> Database:
        return database_of(self.mirror)

    @property
    def can_refresh(self) -> bool:
        """Whether the list of the stores can be read more than once. An iterator can't."""
        return can_be_read_again(self._stores)

    # Many stores.

    async def sync(self, *, keep_others: bool = False) -> FleetReport:
        """Read the list of the stores, and do one round of each, also of those that failed before.

        Stores that the list no longer has leave the schedule, unless `keep_others` is set: then the list is a part of
        the fleet. A round that another process has begun is not waited for, and counts as "busy". Raises the errors of
        the list and of the database, and `LimiterUnavailable`.
        """
        report = FleetReport()
        started = self._timer()
        listing = await self._list(keep_others=keep_others)
        async with self._database.write() as connection:
            await wake_stores(connection, self._database, None, fleet=self.settings.name, listing=listing)
            due_by = await database_time(connection, self._database)
        try:
            await self._run(_Pass(listing=listing, due_by=due_by, report=report))
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None
        async with self._database.read() as connection:
            # Those that another process has begun, or had when it was killed.
            report.outcomes["busy"] += await count_in_progress(
                connection, self._database, self.settings.name, listing=listing, due_by=due_by
            )
        report.seconds = self._timer() - started
        return report

    async def watch(self) -> None:
        """Synchronize the stores, each in its interval, until `stop` is called.

        The list is read again in an interval, too: new stores are added, and those that are gone are left alone from
        then on; their rows stay. Failures of the database and of the list are waited for, and reported as events; so is
        a list that has anything but ids. Raises `SchemaChanged` and `SchemaTooNew`.
        """
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._keep_listing)
                await self._run()
                group.cancel_scope.cancel()
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None

    def stop(self) -> None:
        """Let `sync` or `watch` end soon: slices in progress pause where the next ones continue.

        The fleet stays stopped. Signal handlers may call it.
        """
        self._is_stopping = True
        self._stopped.set()
        self._changed.set()

    async def refresh(self) -> None:
        """Read the list of the stores. Those that it no longer has leave the schedule; their rows stay.

        A list without any store is not believed if there were some before. Raises `ConfigError` for that, for anything
        but ids, and the errors of the list and of the database.
        """
        await self._list(keep_others=False)

    async def _list(self, *, keep_others: bool) -> int:
        """Read the list of the stores, and return the number of the listing."""
        database, settings = self._database, self.settings
        async with database.read() as connection:
            listing = await begin_listing(connection, database, settings.name)
        total = removed = 0
        async with aclosing(_chunks(iterate_stores(self._stores))) as chunks:
            async for ids in chunks:
                async with database.write() as connection:
                    await list_stores(connection, database, settings.name, ids, listing=listing, every=settings.every)
                total += len(ids)
        if not keep_others:
            async with database.write() as connection:
                if not total and await has_stores(connection, database.schema, settings.name):
                    raise ConfigError(
                        "the list of the fleet's stores is empty, and the last one was not, so it was not used. If "
                        "there are no stores any more, stop the fleet."
                    )
                removed = await remove_unlisted(connection, database.schema, settings.name, listing=listing)
        self._emit(FleetListed(stores=total, removed=removed))
        self._changed.set()
        return listing

    # Single stores: for workers that are told by something else which store to synchronize.

    async def due_stores(self, limit: int) -> list[int]:
        """Return the ids of up to `limit` stores that are due, longest due first, and that no process has begun."""
        async with self._database.read() as connection:
            return await find_due_stores(connection, self._database, self.settings.name, limit=limit)

    async def run_store(self, store_id: int) -> SliceResult | None:
        """Run a slice of a store, and return what it did; None if it is not due, or another process has begun it.

        Raises the errors of the database, and `LimiterUnavailable`.
        """
        async with self._database.write() as connection:
            claimed = await claim_stores(connection, self._database, self.settings.name, limit=1, store_id=store_id)
        return await self._run_claimed(claimed[0]) if claimed else None

    async def wake(self, *store_ids: int) -> int:
        """Make stores due at once, also those that wait after a failure. Return how many of them the schedule has.

        Their failures no longer count, and the next request is sent even if the token or the store is in quarantine.
        Call it after something was marked, or once a store has a new token.
        """
        async with self._database.write() as connection:
            woken = await wake_stores(connection, self._database, store_ids, fleet=self.settings.name)
        self._changed.set()
        return woken

    async def status(self, *, worst: int = 20, sections: bool = True) -> FleetStatus:
        """Return the status of the fleet, as `fleet_status` does. No request is sent."""
        return await fleet_status(self.mirror, self.settings.name, worst=worst, sections=sections)

    # The loop.

    async def _run(self, one_pass: "_Pass | None" = None) -> None:
        """Run slices until the fleet is stopped; in a pass, until each of its stores had a round."""
        delays = _Delays()
        async with anyio.create_task_group() as group:
            while not self._is_stopping:
                self._changed = anyio.Event()
                try:
                    if (error := self._take_shared_error()) is not None:
                        raise error
                    # A slice that ends after the claim may leave its store to the next one.
                    was_active = bool(self._active)
                    claimed = await self._claim(one_pass)
                    wait = _CLAIM_INTERVAL if claimed else _MAX_WAIT if self._is_full else await self._next_due()
                except SHARED as error:
                    if one_pass is not None:
                        raise
                    wait = delays.grow()
                    self._emit(FleetProblem(kind="database", error=str(error), retry_in=wait))
                    # Stores that end meanwhile say nothing about the database.
                    await self._wait(wait, self._stopped)
                    continue
                delays.reset()
                for store in claimed:
                    group.start_soon(self._run_counted, store, one_pass)
                if one_pass is not None and not was_active and not claimed:
                    return
                await self._wait(wait, self._stopped if claimed else self._changed)

    @property
    def _is_full(self) -> bool:
        return len(self._active) >= self.settings.stores_at_once

    async def _claim(self, one_pass: "_Pass | None") -> list[ScheduledStore]:
        if self._is_full:
            return []
        async with self._database.write() as connection:
            claimed = await claim_stores(
                connection,
                self._database,
                self.settings.name,
                limit=self.settings.stores_at_once - len(self._active),
                due_by=None if one_pass is None else one_pass.due_by,
                listing=None if one_pass is None else one_pass.listing,
                # The claim of a store that does not answer for long has ended.
                exclude=self._active,
            )
        self._active.update(store.store_id for store in claimed)
        return claimed

    async def _next_due(self) -> float:
        async with self._database.read() as connection:
            seconds = await next_due(connection, self._database, self.settings.name, exclude=self._active)
        return _MAX_WAIT if seconds is None else min(max(seconds, _CLAIM_INTERVAL), _MAX_WAIT)

    async def _wait(self, seconds: float, event: anyio.Event) -> None:
        """Wait for some seconds, or until an event."""

        async def sleep() -> None:
            await self.mirror.sleep(seconds)
            group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(sleep)
            await event.wait()
            group.cancel_scope.cancel()

    async def _run_counted(self, store: ScheduledStore, one_pass: "_Pass | None") -> None:
        try:
            result = await self._run_claimed(store)
        except SHARED as error:
            self._shared_error = error
        else:
            if one_pass is not None:
                one_pass.report.add(result)
        finally:
            self._active.discard(store.store_id)
            self._changed.set()

    def _take_shared_error(self) -> EcwidError | None:
        error, self._shared_error = self._shared_error, None
        return error

    async def _run_claimed(self, store: ScheduledStore) -> SliceResult:
        late = max(0.0, (store.started_at or 0.0) - store.due_at)
        try:
            self._emit(SliceStarted(store_id=store.store_id, late=late))
            if store.condition == "new":
                await self._ecwid.quarantine().clear(store.store_id)
            result = await run_slice(
                self.mirror,
                self._ecwid,
                store,
                self.settings,
                only=self._only,
                exclude=self._exclude,
                is_stopping=lambda: self._is_stopping,
                timer=self._timer,
                on_progress=lambda section: self._emit(StoreProgress(store_id=store.store_id, section=section)),
            )
        except BaseException:
            # Let the next slice begin at once, as if this one had not.
            with suppress(MirrorError):
                await run_shielded(lambda: self._release(store, delay=0.0))
            raise
        if result.outcome == "busy":
            await run_shielded(lambda: self._release(store, delay=result.delay or 0.0))
        else:
            await run_shielded(lambda: self._finish(result.store, delay=result.delay))
        self._emit(SliceEnded(store_id=store.store_id, result=result))
        return result

    async def _finish(self, store: ScheduledStore, *, delay: float | None) -> None:
        async with self._database.write() as connection:
            await finish_slice(connection, self._database, store, delay=delay)

    async def _release(self, store: ScheduledStore, *, delay: float) -> None:
        async with self._database.write() as connection:
            await release_claim(connection, self._database, store, delay=delay)

    def _emit(self, event: FleetEvent) -> None:
        """Call `on_event`. Its errors must not stop the fleet: the first one is logged."""
        if self._on_event is None:
            return
        try:
            self._on_event(event)
        except BrokenPipeError:
            raise  # nobody reads the output of the program any more
        except Exception:
            if not self._has_sink_failed:
                self._has_sink_failed = True
                _log.exception("on_event of %r failed. Events continue; its further errors are not logged.", self)

    async def _keep_listing(self) -> None:
        delays = _Delays()
        while True:
            try:
                await self.refresh()
            except FATAL:
                raise
            except (EcwidError, OSError) as error:
                wait = delays.grow()
                self._emit(FleetProblem(kind="listing", error=str(error), retry_in=wait))
            except Exception as error:
                # The function is the user's, and its message may contain a password.
                wait = delays.grow()
                _log.exception("the list of the stores failed unexpectedly")
                self._emit(FleetProblem(kind="listing", error=f"unexpected {type(error).__name__}", retry_in=wait))
            else:
                delays.reset()
                if not self.can_refresh:
                    return
                wait = self.settings.listing_interval
            await self.mirror.sleep(wait)


@frozen(kw_only=True)
class _Pass:
    """One round of each store of a listing that was due at a time."""

    listing: int
    due_by: float
    report: FleetReport


class _Delays:
    """The delays between tries after errors in a row."""

    def __init__(self) -> None:
        self._next = _FIRST_DELAY

    def grow(self) -> float:
        """Return the next delay, in seconds."""
        delay, self._next = self._next, min(2 * self._next, _MAX_DELAY)
        return delay

    def reset(self) -> None:
        """Begin with the first delay again."""
        self._next = _FIRST_DELAY


async def _chunks(ids: AsyncGenerator[int, None]) -> AsyncGenerator[list[int], None]:
    chunk: list[int] = []
    async with aclosing(ids):
        async for store_id in ids:
            chunk.append(store_id)
            if len(chunk) == _CHUNK:
                yield chunk
                chunk = []
    if chunk:
        yield chunk
