"""One page of a list."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
from attrs import field, mutable

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.scan.assumptions import ItemId, ListPart
from ecwid_async.scan.coverage import Slice
from ecwid_async.scan.item_times import all_seconds
from ecwid_async.scan.token import Position
from ecwid_async.wire import Headers

__all__ = ["DecodedPage", "Page", "PageDecoder", "RawPage"]

T = TypeVar("T")

PageDecoder: TypeAlias = Callable[[bytes, Sequence[str]], tuple[T, list[list[Any]]] | None]
"""Reads the body of a page at once, and the plain values of some fields, each a list with None for a missing one.

Returns None for a page that has to be read by item.
"""


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


class DecodedPage(msgspec.Struct, Generic[T], frozen=True, kw_only=True, gc=False):
    """The new items of a page, and their ids.

    Either `content` is what a `PageDecoder` has read from `body`, and all its items are new, or these are the new
    `items`, unparsed.
    """

    ids: list[ItemId]
    content: T | None = None
    body: bytes = b""
    items: Sequence[bytes | msgspec.Raw] = ()


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
