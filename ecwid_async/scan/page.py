"""One page of a list."""

from typing import Any

import msgspec
from attrs import field, frozen, mutable

from ecwid_async.scan.assumptions import ItemId, ListPart
from ecwid_async.scan.coverage import Slice
from ecwid_async.scan.item_times import all_seconds
from ecwid_async.scan.token import Position
from ecwid_async.wire import Headers

__all__ = ["Page", "RawPage"]


@mutable
class Page:
    """A page as sent by the server. `ItemReader` sets its ids and times when it reads the items."""

    part: ListPart
    epoch: int
    offset: int
    total: int
    body: bytes = field(repr=False)
    headers: Headers = field(repr=False)
    duration: float = 0.0
    """The number of seconds from sending the request to receiving the response."""
    ids: list[ItemId] = field(factory=list, repr=False)
    created: list[Any] = field(factory=list, repr=False)
    updated: list[Any] = field(factory=list, repr=False)
    position: Position | None = None
    """The position of the scan before this page."""

    @property
    def date(self) -> str:
        """The ``Date`` header."""
        return self.headers.get("Date", "")

    @property
    def size(self) -> int:
        """The number of items on the page."""
        return len(self.ids)

    @property
    def holds_everything(self) -> bool:
        """Whether the page holds all items of its part. It is a snapshot of the part, so nothing is missing."""
        return self.offset == 0 and self.size >= self.total

    def slice(self, *, with_total: bool = True) -> Slice:
        """Return the page's items for the proof, with times in seconds, by which lists are sorted."""
        total = self.total if with_total else None
        return Slice(self.offset, total, self.ids, all_seconds(self.created), epoch=self.epoch)


@frozen(kw_only=True)
class RawPage:
    """The new items of a page, unparsed.

    `ids` and `updated` are the id and the time of the last update (Unix seconds, None if there is none) of each item.
    `server_time` is the time of the ``Date`` header in Unix seconds, `duration` the number of seconds from sending the
    request to receiving the response, and `total` the total that it reported. `is_last` is whether the scan ends with
    this page, and `is_proven` whether it has proven that nothing is missing.
    """

    items: list[msgspec.Raw] = field(repr=False)
    ids: list[ItemId] = field(repr=False)
    updated: list[int | None] = field(repr=False)
    server_time: float
    duration: float
    total: int
    is_last: bool = False
    is_proven: bool = False
