"""One read of the changes of a list: first the deleted items, then the items, and then what became of known ones."""

import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import aclosing
from itertools import islice
from typing import Final

import msgspec
from attrs import evolve
from msgspec.structs import replace

from ecwid_async.calls import Channel
from ecwid_async.changes.batch import ChangeBatch, Deletion, ItemBatch, ItemId
from ecwid_async.changes.cursor import Cursor
from ecwid_async.changes.deletion_filter import DeletionFilter
from ecwid_async.changes.deletions import DeletedItems, read_deleted_items
from ecwid_async.changes.item_requests import ItemRequests
from ecwid_async.changes.listing import KnownItems, is_too_many, missing_twice, read_listing
from ecwid_async.changes.plans import change_plan_for
from ecwid_async.changes.read_interval import ReadInterval
from ecwid_async.changes.reader import ChangeReader
from ecwid_async.errors import EcwidError, ScanDrifted, TooManyDeletions
from ecwid_async.scan import plan_for
from ecwid_async.wire import Request

__all__ = ["ChangeRun"]

_DELETIONS_PER_BATCH: Final = 1000


class ChangeRun:
    """Reads the changes of a list since `cursor`, and delivers them in batches.

    `request` is the request of the whole list, and `get_request` builds the request of one item; it is None if the API
    has none. `deliver` passes a batch on. See `Changes` for the other arguments.
    """

    def __init__(
        self,
        request: Request,
        get_request: Callable[[ItemId], Request] | None,
        channel: Channel,
        cursor: Cursor,
        *,
        deliver: Callable[[ChangeBatch[msgspec.Raw]], Awaitable[None]],
        known: Collection[ItemId] | None = None,
        limit: int,
        concurrency: int,
        lag: float,
        max_lookups: int,
        confirm_deletions: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.unidentified = 0
        """The number of deletions of which it is unknown what was deleted."""
        self.problem = ""
        """Why deletions may be missing."""
        self._request = request
        self._channel = channel
        self._cursor = cursor
        self._deliver = deliver
        self._known = None if known is None else KnownItems(known)
        self._concurrency = concurrency
        self._lag = lag
        self._confirmed = confirm_deletions
        self._clock = clock
        self._operation = request.options.operation
        self._plan = change_plan_for(self._operation)
        self._lookups_left = max_lookups
        self._lookups: ItemRequests | None = None
        if get_request is not None:
            self._lookups = ItemRequests(request, get_request, channel, lag=lag, concurrency=concurrency, clock=clock)
        self._filter = DeletionFilter()
        self._absent = dict(cursor.absent)
        self._last_read: ReadInterval | None = None
        self._deleted_until: int | None = None
        """The time up to which the list of deleted items was read."""
        self._holds_cursor = False
        self._requests = 0
        self._reader = ChangeReader(
            request,
            channel,
            cursor,
            deliver=self._deliver_items,
            limit=limit,
            concurrency=concurrency,
            lag=lag,
            clock=clock,
        )
        # A list that is read whole is a listing of its items, unless a part was read before.
        self._reads_whole_list = cursor.since is None or plan_for(self._operation).updated is None
        self._is_resumed = cursor.since is None and bool(cursor.scan)

    @property
    def requests(self) -> int:
        """The number of requests sent."""
        return self._requests + self._reader.requests + (0 if self._lookups is None else self._lookups.requests)

    @property
    def failed(self) -> dict[ItemId, EcwidError]:
        """The error for each item that could not be looked up."""
        return {} if self._lookups is None else self._lookups.failed

    @property
    def finds_deletions(self) -> bool:
        """Whether this read finds what was deleted since the old cursor."""
        return self._known is not None or not self.problem

    async def read(self) -> None:
        """Read everything.

        Raises `ScanDrifted` at the end if a part can't be proven complete, and `TooManyDeletions`.
        """
        errors: list[EcwidError] = []
        unproven_deletions: ScanDrifted | None = None
        is_proven = True
        if self._cursor.since is not None:
            await self._read_deleted_items(self._cursor.since)
        elif self._plan.deleted is None:
            self.problem = f"the API does not list deleted items of {self._operation}"
        if self._holds_cursor:
            unproven_deletions = ScanDrifted(f"{self._operation}: {self.problem}")
        try:
            await self._reader.read()
        except ScanDrifted as error:
            is_proven = False
            errors.append(error)
        try:
            await self._compare_known(is_proven=is_proven)
        except (ScanDrifted, TooManyDeletions) as error:
            errors.append(error)
        else:
            if unproven_deletions is not None and self._known is not None and self._last_read is not None:
                # The comparison has found all deletions, so nothing holds the cursor any more.
                unproven_deletions = None
                self._cursor = self._reader.cursor
                await self._deliver_batch(read=self._last_read)
        if unproven_deletions is not None:
            errors.append(unproven_deletions)
        if errors:
            raise errors[0]

    # Deleted items.

    async def _read_deleted_items(self, since: int) -> None:
        deleted = await self._deleted_items(since)
        self.problem, self.unidentified = deleted.problem, deleted.unidentified
        self._holds_cursor = not deleted.is_proven
        if deleted.read is None:
            return
        self._deleted_until = int(deleted.read.begin - self._lag)
        # The next read has to begin before this one, so that it finds what was deleted meanwhile.
        self._reader.begin_before(deleted.read, lag=self._lag)
        await self._deliver_deleted(deleted.deletions, deleted.read)
        unconfirmed = [each for each in deleted.unconfirmed if self._known is None or each in self._known]
        if missing := await self._look_up(unconfirmed):
            await self._deliver_batch(read=deleted.read, missing=missing)

    async def _read_deleted_meanwhile(self, since: int) -> None:
        """Read which items were deleted since the list of deleted items was read."""
        deleted = await self._deleted_items(since)
        if deleted.read is not None:
            await self._deliver_deleted(deleted.deletions, deleted.read)

    async def _deleted_items(self, since: int) -> DeletedItems:
        deleted = await read_deleted_items(
            self._operation, since, self._channel, concurrency=self._concurrency, clock=self._clock
        )
        self._requests += deleted.requests
        return deleted

    async def _deliver_deleted(self, deletions: Iterable[Deletion], read: ReadInterval) -> None:
        new = iter(self._filter.add(deletions))
        while some := list(islice(new, _DELETIONS_PER_BATCH)):
            await self._deliver_batch(read=read, deletions=some)

    # Items.

    async def _deliver_items(self, batch: ChangeBatch[msgspec.Raw]) -> None:
        if self._known is not None and self._reads_whole_list:
            self._known.remove_listed(batch.ids, batch.read)
        for item_id in batch.ids if self._absent else ():
            self._absent.pop(str(item_id), None)
        cursor, self._last_read = batch.cursor, batch.read
        batch, undecided = self._filter.split(batch)
        # With the cursor of the batch before, since this one is not stored yet.
        missing = await self._look_up(undecided)
        if not self._holds_cursor:
            self._cursor = cursor
        await self._deliver(evolve(batch, cursor=self._cursor, missing=missing, finds_deletions=self.finds_deletions))

    # Known items.

    async def _compare_known(self, *, is_proven: bool) -> None:
        """Find out what became of known items that the list lacks."""
        known = self._known
        if known is not None and (not self._reads_whole_list or self._is_resumed):
            self._requests += await read_listing(
                known,
                self._request,
                self._channel,
                lag=self._lag,
                concurrency=self._concurrency,
                clock=self._clock,
            )
        elif not is_proven:
            return
        if self._lookups is None:
            await self._compare_listings()
        elif known is not None and known.read is not None:
            await self._look_up_unlisted(known, known.read, self._lookups)

    async def _compare_listings(self) -> None:
        """Find deletions by comparing this listing with earlier ones."""
        known, deletions = self._known, list[Deletion]()
        error: TooManyDeletions | None = None
        if known is not None and known.read is not None:
            absent = self._absent
            self._absent, deletions = missing_twice(absent, known.unlisted, known.read)
            if is_too_many(len(deletions), len(known)) and not self._confirmed:
                error = TooManyDeletions(self._operation, gone=len(deletions), known=len(known))
                self._absent |= {str(each.id): absent[str(each.id)] for each in deletions}
                deletions = []
        if self._last_read is not None and (deletions or self._absent != self._cursor.absent):
            self._cursor = replace(self._cursor, absent=self._absent)
            await self._deliver_batch(read=self._last_read, deletions=deletions)
        if error is not None:
            raise error

    async def _look_up_unlisted(self, known: KnownItems, read: ReadInterval, lookups: ItemRequests) -> None:
        """Search for the items that the list lacks, and read the rest of them one by one."""
        if known.unlisted and self._deleted_until is not None:
            await self._read_deleted_meanwhile(self._deleted_until)
        if known.unlisted and lookups.can_search:
            async with aclosing(lookups.search(known.unlisted)) as batches:
                async for batch in batches:
                    await self._deliver_found(batch)
        gone = known.unlisted
        if is_too_many(len(gone), len(known)) and not self._confirmed:
            raise TooManyDeletions(self._operation, gone=len(gone), known=len(known))
        if missing := await self._look_up(gone):
            await self._deliver_batch(read=read, missing=missing)

    # Look-ups.

    async def _look_up(self, ids: Collection[ItemId]) -> list[ItemId]:
        """Read items one by one, as many as are left, and deliver them. Return the ids of the others."""
        if self._lookups is None or not ids:
            return list(ids)
        remaining = iter(ids)
        requested = list(islice(remaining, self._lookups_left))
        self._lookups_left -= len(requested)
        async with aclosing(self._lookups.get(requested)) as batches:
            async for batch in batches:
                await self._deliver_found(batch)
        failed = self._lookups.failed
        return [*(item_id for item_id in requested if item_id in failed), *remaining]

    async def _deliver_found(self, batch: ItemBatch[msgspec.Raw]) -> None:
        """Deliver items or a deletion that a look-up has found."""
        if batch.kind == "get":
            self._filter.restore(batch.ids, batch.read)
        self._filter.add(batch.deletions)
        if self._known is not None:
            self._known.remove(batch.ids)
            self._known.remove(deletion.id for deletion in batch.deletions)
        await self._deliver(
            ChangeBatch(
                items=batch.items,
                ids=batch.ids,
                updated=batch.updated,
                read=batch.read,
                kind=batch.kind,
                deletions=batch.deletions,
                cursor=self._cursor,
                finds_deletions=self.finds_deletions,
            )
        )

    async def _deliver_batch(
        self, *, read: ReadInterval, deletions: Iterable[Deletion] = (), missing: Iterable[ItemId] = ()
    ) -> None:
        """Deliver a batch without items."""
        deletions = list(deletions)
        if self._known is not None:
            self._known.remove(deletion.id for deletion in deletions)
        await self._deliver(
            ChangeBatch(
                read=read,
                deletions=deletions,
                missing=list(missing),
                cursor=self._cursor,
                finds_deletions=self.finds_deletions,
            )
        )
