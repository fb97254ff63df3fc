"""One page of a list."""

from typing import Any

import anyio
from attrs import field, mutable

from ecwid_async.scan.assumptions import Key, ListPart
from ecwid_async.scan.coverage import Slice
from ecwid_async.scan.item_times import all_seconds
from ecwid_async.scan.token import Position

__all__ = ["Page"]


@mutable
class Page:
    """A page as the server sent it. Ids and times are filled in when its items are read."""

    part: ListPart
    epoch: int
    offset: int
    total: int
    body: bytes = field(repr=False)
    date: str
    """The ``Date`` header."""
    ids: list[Key] = field(factory=list, repr=False)
    created: list[Any] = field(factory=list, repr=False)
    updated: list[Any] = field(factory=list, repr=False)
    position: Position | None = None
    """The position of the scan before this page."""
    consumed: anyio.Event = field(factory=anyio.Event, repr=False)

    @property
    def size(self) -> int:
        """The number of items on the page."""
        return len(self.ids)

    @property
    def holds_everything(self) -> bool:
        """Whether all items of its part are on it: a snapshot of the whole part, so nothing can be missing."""
        return self.offset == 0 and self.size >= self.total

    def slice(self, *, with_total: bool = True) -> Slice:
        """Return what the proof needs of the page. Times are in seconds, as lists are sorted by second."""
        total = self.total if with_total else None
        return Slice(self.offset, total, self.ids, all_seconds(self.created), epoch=self.epoch)
