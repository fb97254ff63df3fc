"""Reading the list of deleted items since a time, until nothing is missing, although items are deleted meanwhile."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import anyio
from attrs import field

from ecwid_async.calls import Channel
from ecwid_async.changes.batch import Deletion, ItemId
from ecwid_async.changes.exchange import exchange
from ecwid_async.changes.plans import DAY, FEED_MEMORY, change_plan_for
from ecwid_async.changes.read_interval import ReadInterval
from ecwid_async.errors import DecodeError, Forbidden, InvalidToken, NotFound, StoreNotFound
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.scan import seconds
from ecwid_async.wire import Lane, Options, Request

__all__ = ["DeletedItems", "read_deleted_items"]

_LIMIT: Final = 100
# How often the list is read from its beginning before it counts as unproven, and how many pages are read each time.
_MAX_SWEEPS: Final = 30
_MAX_PAGES: Final = 10_000

_Entry: TypeAlias = tuple[ItemId | None, ItemId | None, int | None]
"""The id of the item in its list, the ``id`` of the entry, which is another one for orders, and the deletion time."""


@frozen(kw_only=True)
class DeletedItems:
    """The items that were deleted from a list since a time.

    `deletions` has the latest deletion of each item. `unconfirmed` are ids that an entry may mean, which only a look-up
    can tell: the entry of an order may lack the text id, and in old stores this equals the number. `unidentified` is
    the number of entries that have no id at all.

    `problem` says why deletions may be missing; it is empty if none are. `is_proven` is false if another read may find
    them: the list changed so much that it couldn't be read completely. `read` is the time of the state that the first
    page shows, None if deleted items can't be read.
    """

    deletions: Sequence[Deletion] = field(default=(), repr=False)
    unconfirmed: Sequence[ItemId] = ()
    unidentified: int = 0
    problem: str = ""
    is_proven: bool = True
    read: ReadInterval | None = None
    requests: int = 0


async def read_deleted_items(
    operation: str, since: int, channel: Channel, *, concurrency: int = 8, clock: Callable[[], float] = time.time
) -> DeletedItems:
    """Read which items were deleted from the list of this operation at `since` (Unix seconds) or later.

    If the token doesn't open the list of deleted items, that is a `problem` and not an error. Raises `APIError` and
    `TransportError` for any other failure.
    """
    plan = change_plan_for(operation)
    if plan.deleted is None:
        return DeletedItems(problem=f"the API does not list deleted items of {operation}")
    feed = _Feed(plan.deleted, plan.deleted_key, channel, concurrency=concurrency, clock=clock)
    try:
        return await feed.read(since)
    except (InvalidToken, StoreNotFound):
        raise
    except (Forbidden, NotFound) as error:
        return DeletedItems(problem=str(error), requests=feed.requests)


@frozen
class _Page:
    entries: list[_Entry]
    total: int
    offset: int
    read: ReadInterval

    @property
    def end(self) -> int:
        return self.offset + len(self.entries)


class _Proof:
    """Counts different entries. Entries are added and never removed, so once they are as many as the total, none is
    missing.

    An item that was deleted, restored and deleted again within a second has two equal entries. They count as two once
    both are on one page, or once two sweeps have read the same entries in the same order.
    """

    def __init__(self) -> None:
        self._counts: Counter[_Entry] = Counter()
        self._total = -1
        self._sweep: dict[int, _Entry] = {}
        self._previous_sweep: dict[int, _Entry] = {}

    def add(self, page: _Page) -> None:
        """Add a page. Its total counts exactly the entries that existed when it was read."""
        if page.total < self._total:
            # Entries were removed after all, or this page is an earlier state than another one.
            self._counts.clear()
        if page.total != self._total:
            self._total, self._sweep, self._previous_sweep = page.total, {}, {}
        self._counts |= Counter(page.entries)  # the higher count of each
        self._sweep.update(enumerate(page.entries, page.offset))

    def end_sweep(self) -> bool:
        """End a sweep, and return whether no entry is missing."""
        repeated = len(self._sweep) == self._total and self._sweep == self._previous_sweep
        self._previous_sweep, self._sweep = self._sweep, {}
        return repeated or self._counts.total() == self._total


class _Feed:
    """The list of deleted items at an endpoint. `key` is the field with the id of the item in its own list."""

    def __init__(
        self, endpoint: str, key: str, channel: Channel, *, concurrency: int, clock: Callable[[], float]
    ) -> None:
        self.requests = 0
        self._endpoint = endpoint
        self._key = key
        self._channel = channel
        self._concurrency = concurrency
        self._clock = clock
        self._entries: Counter[_Entry] = Counter()

    async def read(self, since: int) -> DeletedItems:
        bounds = {"from_date": since - 1}  # they may be exclusive
        first = await self._get_page(bounds, 0)
        now = int(first.read.begin)
        problem = ""
        if since < now - FEED_MEMORY:
            bounds = {"from_date": now - FEED_MEMORY}
            problem = f"deleted items are listed for {FEED_MEMORY // DAY} days, and the cursor is older"
        if since < now - FEED_MEMORY or first.end != first.total or await self._continues_after(bounds, first.end):
            # What is deleted from now on is left to the next read, or there might be no end.
            is_proven = await self._read_all({**bounds, "to_date": now})
        else:
            is_proven = True
        if not is_proven:
            problem = "the list of deleted items changed so much while it was read that some may be missing: read again"
        return self._result(first.read, problem, is_proven=is_proven)

    async def _read_all(self, bounds: dict[str, int]) -> bool:
        """Read the list from its beginning until nothing is missing. Return False if that can't be proven."""
        proof = _Proof()
        for sweep in range(_MAX_SWEEPS):
            first = await self._get_page(bounds, 0)
            proof.add(first)
            size = max(1, first.end)
            # Pages begin elsewhere in every other sweep, so that any two neighbours are on one page.
            offsets = range(size // 2 if sweep % 2 and size > 1 else size, first.total, size)[:_MAX_PAGES]
            for begin in range(0, len(offsets), self._concurrency):
                pages = await self._get_pages(bounds, offsets[begin : begin + self._concurrency])
                for page in pages:
                    proof.add(page)
                if not all(page.entries for page in pages):
                    break  # the list ends here, whatever its total reports
            if proof.end_sweep() and not await self._continues_after(bounds, first.total):
                return True
        return False

    async def _continues_after(self, bounds: dict[str, int], end: int) -> bool:
        """Return whether there are entries past the end of the list, whose total is capped then."""
        return end > 0 and end % _LIMIT == 0 and bool((await self._get_page(bounds, end)).entries)

    async def _get_pages(self, bounds: dict[str, int], offsets: Sequence[int]) -> list[_Page]:
        pages: list[_Page] = []
        errors: list[Exception] = []

        async def run(offset: int) -> None:
            try:
                pages.append(await self._get_page(bounds, offset))
            except Exception as error:  # a task group would wrap it
                errors.append(error)

        async with anyio.create_task_group() as tasks:
            for offset in offsets:
                tasks.start_soon(run, offset)
        if errors:
            raise errors[0]
        return pages

    async def _get_page(self, bounds: dict[str, int], offset: int) -> _Page:
        params = {**bounds, "offset": offset, "limit": _LIMIT}
        method, _, path = self._endpoint.partition(" ")
        request = Request(
            method=method,
            path=path,
            params=tuple((name, str(value)) for name, value in params.items()),
            options=Options(operation=self._endpoint, repeatable=True, lane=Lane.BULK),
        )
        self.requests += 1
        result = await exchange(self._channel, request, clock=self._clock)
        if not 200 <= result.response.status < 300:
            raise self._channel.error(request, result.response)
        data = self._channel.codec.parse(result.response.body, self._endpoint)
        items, total = (data.get("items"), data.get("total")) if isinstance(data, dict) else (None, None)
        if not isinstance(items, list):
            raise DecodeError(operation=self._endpoint, path="items", expected="a list", found="none")
        if not isinstance(total, int) or isinstance(total, bool) or total < 0:
            raise DecodeError(operation=self._endpoint, path="total", expected="a whole number", found="none")
        entries = [self._entry(item) for item in items]
        self._entries |= Counter(entries)
        return _Page(entries, total, offset, result.read)

    def _entry(self, item: Any) -> _Entry:
        if not isinstance(item, dict):
            return None, None, None
        as_text = self._key != "id"
        return _as_id(item.get(self._key), as_text=as_text), _as_id(item.get("id")), seconds(item.get("date"))

    def _result(self, read: ReadInterval, problem: str, *, is_proven: bool) -> DeletedItems:
        latest: dict[ItemId, int] = {}
        numbers: dict[ItemId, int] = {}
        unconfirmed: dict[ItemId, None] = {}
        unidentified = 0
        for (item_id, number, at), count in self._entries.items():
            if item_id is not None and at is not None:
                latest[item_id] = max(latest.get(item_id, 0), min(at, int(read.end)))
                if isinstance(number, int) and self._key != "id":
                    numbers[item_id] = number
            elif item_id is not None:
                unconfirmed[item_id] = None
            elif number is not None:
                unconfirmed[str(number)] = None
            else:
                unidentified += count
        return DeletedItems(
            deletions=[Deletion(item_id, at, "feed", numbers.get(item_id)) for item_id, at in latest.items()],
            unconfirmed=[item_id for item_id in unconfirmed if item_id not in latest],
            unidentified=unidentified,
            problem=problem,
            is_proven=is_proven,
            read=read,
            requests=self.requests,
        )


def _as_id(value: object, *, as_text: bool = False) -> ItemId | None:
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        return None
    if as_text:
        return str(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20 else value
