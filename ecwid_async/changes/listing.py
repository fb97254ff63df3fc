"""Comparing the known items of a list with all that it contains."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from attrs import evolve

from ecwid_async.calls import Channel
from ecwid_async.changes.batch import Deletion, ItemId
from ecwid_async.changes.read_interval import ReadInterval
from ecwid_async.scan import Scan, plan_for
from ecwid_async.wire import Request

__all__ = ["KnownItems", "is_too_many", "missing_twice", "read_listing"]

_ALWAYS_ACCEPTED: Final = 100
_ACCEPTED_SHARE: Final = 0.05
# More would make the cursor long. The others are recorded by a later read.
_MAX_ABSENT: Final = 1000


def is_too_many(gone: int, known: int) -> bool:
    """Return whether so many of the known items are gone that a mistake is more likely than their deletion."""
    return gone > max(_ALWAYS_ACCEPTED, _ACCEPTED_SHARE * known)


class KnownItems:
    """The ids of known items, and which of them were not found yet. `read` is the time of the state of the listing.

    Ids are compared as text: a server may send the same id as a number and as text.
    """

    def __init__(self, known: Collection[ItemId]) -> None:
        self.read: ReadInterval | None = None
        self._ids = frozenset(map(str, known))
        self._unlisted = {str(item_id): item_id for item_id in known}

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, item_id: ItemId) -> bool:
        return str(item_id) in self._ids

    @property
    def unlisted(self) -> list[ItemId]:
        """The ids that were not found, in order."""
        return sorted(self._unlisted.values(), key=lambda item_id: (isinstance(item_id, str), item_id))

    def remove(self, ids: Iterable[ItemId]) -> None:
        """Remove items that were found, or whose deletion was."""
        for item_id in ids:
            self._unlisted.pop(str(item_id), None)

    def remove_listed(self, ids: Iterable[ItemId], read: ReadInterval) -> None:
        """Remove items that are on a page of the listing."""
        self.remove(ids)
        earlier = self.read or read
        self.read = ReadInterval(min(earlier.begin, read.begin), max(earlier.end, read.end))


async def read_listing(
    known: KnownItems,
    request: Request,
    channel: Channel,
    *,
    lag: float,
    concurrency: int,
    clock: Callable[[], float],
) -> int:
    """Remove all items of a list from the known ones. Only their ids are requested. Return the number of requests.

    Raises `ScanDrifted` if the listing can't be proven complete.
    """
    key = plan_for(request.options.operation).key
    params = {**dict(request.params), "responseFields": f"total,count,offset,limit,items({key})"}
    scan = Scan(
        evolve(request, params=tuple(params.items())), dict, channel, concurrency=concurrency, lag=lag, clock=clock
    )
    async with scan:
        async for page in scan.raw_pages():
            known.remove_listed(page.ids, ReadInterval.at(page.server_time, page.duration, lag=lag))
    return scan.requests


def missing_twice(
    absent: Mapping[str, int], unlisted: Iterable[ItemId], read: ReadInterval
) -> tuple[dict[str, int], list[Deletion]]:
    """Compare a listing with earlier ones, for a list whose items can't be read one by one.

    `absent` are the items that an earlier listing lacked, with its time. `read` is the time of the state that this
    listing shows, the lag included. Return the items that remain absent, and those that were deleted: two listings more
    than the lag apart lack them.
    """
    remaining: dict[str, int] = {}
    deletions: list[Deletion] = []
    now = math.ceil(read.end)
    for item_id in unlisted:
        first = absent.get(str(item_id))
        if first is not None and read.begin > first:
            deletions.append(Deletion(item_id, now, "listings"))
        elif first is not None or len(remaining) < _MAX_ABSENT:
            remaining[str(item_id)] = now if first is None else first
    return remaining, deletions
