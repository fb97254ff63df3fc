"""The pages of a list, read one after the other while they are iterated."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, Generic, TypeVar, overload

import msgspec
from attrs import evolve, field, frozen

from ecwid_async.calls import Channel
from ecwid_async.codec import add_fields, apply_projection, format_selection, parse_selection
from ecwid_async.errors import DecodeError
from ecwid_async.transport import check_count
from ecwid_async.wire import Request, new_request_id

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ecwid_async.scan import Scan
    from ecwid_async.tables.arrow import Decimals

__all__ = ["Page", "Pages"]

T = TypeVar("T")
R = TypeVar("R")
P = TypeVar("P")

_PAGE_LIMIT: Final = 100
_MANY: Final = 10_000
_ENVELOPE: Final = ("total", "count", "offset", "limit")


@frozen(kw_only=True)
class Page(Generic[T]):
    """One page of a list. `total` counts all matches, None where the server did not say."""

    items: list[T] = field(repr=False)
    total: int | None
    offset: int


class Pages(Generic[T]):
    """A list that is read page by page while it is iterated.

    ``async for item in pages`` gives typed items, `pages()` whole pages, `dicts()` plain data. The offset moves by the
    rows that came; the list ends at the server's ``total`` or at an empty page, never at a short one. Rows that are
    added, removed or re-sorted meanwhile can be missed or come twice: offsets promise no more. A server that never gets
    to an end, because it ignores the offset or its total keeps rising, is a `DecodeError`.
    Each iteration starts anew.
    """

    __slots__ = ("_channel", "_item", "_limit", "_offset", "_request")

    def __init__(
        self,
        request: Request,
        item: type[T],
        channel: Channel,
        *,
        limit: int | None = None,
        offset: int | None = None,
    ) -> None:
        if limit is not None:
            check_count("limit, the number of items in a page,", limit)
        if offset is not None:
            check_count("offset, the number of items to skip,", offset, least=0)
        self._request = _with_envelope(request)
        self._item = item
        self._channel = channel
        self._limit = _PAGE_LIMIT if limit is None else limit
        self._offset = offset or 0

    @property
    def request(self) -> Request:
        """What is sent for the first page, relative to a store and without credentials."""
        return self._at(self._offset)

    def __repr__(self) -> str:
        return f"<Pages {self.request}>"

    def __aiter__(self) -> AsyncIterator[T]:
        return self._typed()

    async def _typed(self) -> AsyncIterator[T]:
        codec, operation = self._channel.codec, self._request.options.operation
        # Parsed and typed one at a time: an item that is dropped at once never meets the garbage collector.
        async with aclosing(self._slices()) as pages:
            async for page in pages:
                for position, item in enumerate(page.items):
                    yield codec.structure(codec.parse(item, operation, position), self._item, operation, position)

    def pages(self) -> AsyncIterator[Page[T]]:
        """The pages, with typed items."""
        codec, operation = self._channel.codec, self._request.options.operation
        return self._walk(lambda body: codec.decode_page(body, self._item, operation))

    async def dicts(self) -> AsyncIterator[dict[str, object]]:
        """The items as plain data: fractional numbers are exact `Decimal`, dates are text."""
        parse, operation = self._channel.codec.parse, self._request.options.operation
        async with aclosing(self._slices()) as pages:
            async for page in pages:
                for position, item in enumerate(page.items):
                    yield parse(item, operation, position)

    def raw(self) -> AsyncIterator[Page[msgspec.Raw]]:
        """The pages, with each item as the bytes the server sent: for copying, without a parse."""
        return self._slices()

    def _slices(self) -> AsyncGenerator[Page[msgspec.Raw], None]:
        codec, operation = self._channel.codec, self._request.options.operation
        return self._walk(lambda body: codec.split_page(body, operation))

    async def first(self) -> T | None:
        """The first item, or None where nothing matches."""
        codec, operation = self._channel.codec, self._request.options.operation
        page = await self._resized(1)._page(self._offset, lambda body: codec.decode_page(body, self._item, operation))
        return page.items[0] if page.items else None

    async def count(self) -> int:
        """How many items match. Asks the server for its total; counts the items where it has none."""
        codec, operation = self._channel.codec, self._request.options.operation
        page = await self._resized(1)._page(self._offset, lambda body: codec.split_page(body, operation))
        if page.total is not None:
            return max(0, page.total - self._offset)
        return len([item async for item in self.dicts()])

    async def all(self) -> list[T]:
        """Every item, in a list."""
        return [item async for item in self]

    async def to_arrow(self, *, decimals: "Decimals" = "exact", store_id: bool = False) -> "pa.Table":
        """Every item, as an Arrow table: a column for each field of the model, or for those that were asked for.

        What no column can hold is in `_extra`, as JSON in the shape of the item; what is not of its type is reported as
        for models. `decimals` are exact, or "float64". With `store_id`, the store's id is the first column.
        Raises `ConfigError` where pyarrow is missing.
        """
        from ecwid_async.tables.arrow import read_table

        async with aclosing(self._slices()) as pages:
            return await read_table(
                (page.items async for page in pages),
                self._item,
                self._request,
                decimals=decimals,
                store_id=self._channel.store_id if store_id else None,
                codec=self._channel.codec,
            )

    async def to_polars(self, *, decimals: "Decimals" = "exact", store_id: bool = False) -> "pl.DataFrame":
        """Every item, as a frame of polars: see `to_arrow`."""
        from ecwid_async.tables.arrow import to_polars

        return to_polars(await self.to_arrow(decimals=decimals, store_id=store_id))

    async def to_pandas(self, *, decimals: "Decimals" = "exact", store_id: bool = False) -> "pd.DataFrame":
        """Every item, as a frame of pandas whose columns are Arrow's: see `to_arrow`."""
        from ecwid_async.tables.arrow import to_pandas

        return to_pandas(await self.to_arrow(decimals=decimals, store_id=store_id))

    @overload
    def scan(
        self, *, ordered: bool = False, concurrency: int = 8, lag: float = 120.0, resume: str | None = None
    ) -> "Scan[T]": ...

    @overload
    def scan(
        self,
        *,
        into: type[R],
        ordered: bool = False,
        concurrency: int = 8,
        lag: float = 120.0,
        resume: str | None = None,
    ) -> "Scan[R]": ...

    def scan(
        self,
        *,
        into: type[R] | None = None,
        ordered: bool = False,
        concurrency: int = 8,
        lag: float = 120.0,
        resume: str | None = None,
    ) -> "Scan[T] | Scan[R]":
        """All that matches, read in parallel, complete or an error: for ``async with``.

        What matched throughout comes exactly once, whatever is added, changed, moved or deleted meanwhile; where that
        can't be known, `ScanDrifted` is raised. Hidden items are asked for. At most `concurrency` pages are under way
        and held. `ordered` hands the pages out in the list's order, else as they come. `lag` is how many seconds a
        search may be behind the store. ``docs/scan.md`` says what is promised for which list.

        `into` is a class of yours with some of the fields, which is asked for and filled in place of the model.
        `resume` takes the `Scan.token` of one that was broken off. Raises `ValueError` for a list that is sorted or
        begins elsewhere, and `ConfigError` for a token of another list.
        """
        from ecwid_async.scan import Scan

        if self._offset:
            raise ValueError("a scan reads all of a list: leave offset out, or use search alone")
        request, item = apply_projection(self._request, self._item, into, inside="items")
        return Scan(
            _with_envelope(request),
            item,
            self._channel,
            limit=self._limit,
            ordered=ordered,
            concurrency=concurrency,
            lag=lag,
            resume=resume,
        )

    def _resized(self, limit: int) -> "Pages[T]":
        return Pages(self._request, self._item, self._channel, limit=limit, offset=self._offset)

    def _at(self, offset: int) -> Request:
        position = (("offset", str(offset)), ("limit", str(self._limit)))
        return evolve(self._request, params=self._request.params + position, id=new_request_id())

    async def _walk(self, read: Callable[[bytes], tuple[list[P], int | None]]) -> AsyncGenerator[Page[P], None]:
        offset, end = self._offset, _End(self._request.options.operation)
        while True:
            page = await self._page(offset, read)
            end.check(page)
            # The caller may do with the page's items what he likes.
            count = len(page.items)
            if count or offset == self._offset:
                yield page
            offset += count
            if not count or (page.total is not None and offset >= page.total):
                return

    async def _page(self, offset: int, read: Callable[[bytes], tuple[list[P], int | None]]) -> Page[P]:
        response = await self._channel.exchange(self._at(offset))
        items, total = read(response.body)
        return Page(items=items, total=total, offset=offset)


class _End:
    """Whether a list gets to an end, by one earlier page: that after 1, 2, 4, 8 … pages, so that any round is met."""

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._count = 0
        self._next = 1
        self._mark: tuple[object, ...] | None = None
        self._most: int | None = None

    def check(self, page: Page[P]) -> None:
        """Raises `DecodeError` where it is the earlier page again, or the total has risen for too long."""
        items, total = page.items, page.total
        if not items:
            return
        if self._most is None and total is not None:
            self._most = page.offset + 2 * total + _MANY
        elif self._most is not None and page.offset > self._most:
            raise self._endless(f"a total that has kept rising, to {total}")
        mark = (total, len(items), items[0], items[-1])
        if mark == self._mark:
            raise self._endless("the items of a page before it")
        self._count += 1
        if self._count == self._next:
            self._next *= 2
            # A slice of a page would keep all of it.
            ends = (item.copy() if isinstance(item, msgspec.Raw) else item for item in (items[0], items[-1]))
            self._mark = (total, len(items), *ends)

    def _endless(self, found: str) -> DecodeError:
        return DecodeError(
            operation=self._operation,
            path="items",
            expected="a list that ends",
            found=found,
            advice="Does the server look at `offset`? Ask for a part of the list that fits on one page.",
        )


def _with_envelope(request: Request) -> Request:
    """Add what paging needs to a selection of fields: without `total` a list has no end to see."""
    params = tuple(
        (name, format_selection(add_fields(parse_selection(value), _ENVELOPE)) if name == "responseFields" else value)
        for name, value in request.params
    )
    return evolve(request, params=params)
