"""`Pages`, a list that is read page by page while it is iterated."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, Generic, TypeVar, overload

import msgspec
from attrs import evolve, field

from ecwid_async.calls import Channel, past_cache
from ecwid_async.codec import add_fields, apply_projection, format_selection, parse_selection
from ecwid_async.errors import DecodeError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import check_count
from ecwid_async.wire import Request, new_request_id

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ecwid_async.scan import Scan
    from ecwid_async.tables.arrow import Decimals

__all__ = ["Page", "Pages", "bulk_request"]

T = TypeVar("T")
R = TypeVar("R")
P = TypeVar("P")

_DEFAULT_LIMIT: Final = 100
# A total may grow by this many items, plus its size at the start, before the list counts as endless.
_MAX_GROWTH: Final = 10_000
# The fields beside the items that paging needs.
_PAGING_FIELDS: Final = ("total", "count", "offset", "limit")


@frozen(kw_only=True)
class Page(Generic[T]):
    """One page of a list. `total` is the number of all matches, None if the server did not report it."""

    items: list[T] = field(repr=False)
    total: int | None
    offset: int


class Pages(Generic[T]):
    """A list that is read page by page while it is iterated. Each iteration starts over.

    ``async for item in pages`` yields typed items, `pages()` whole pages, `dicts()` plain data. The offset advances by
    the number of items received; the list ends at the server's ``total`` or at an empty page, never at a short one.
    While items are added, removed or re-sorted, items can be missed or appear twice; `scan` prevents that. Raises
    `DecodeError` if the list never ends because the server ignores the offset or its total keeps rising.

    `limit` is the number of items in a page, by default 100; `offset` is the number of items to skip. Raises
    `ConfigError` for a limit below 1 or an offset below 0.
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
            check_count("offset, the number of items to skip,", offset, minimum=0)
        self._request = _with_paging_fields(request)
        self._item = item
        self._channel = channel
        self._limit = _DEFAULT_LIMIT if limit is None else limit
        self._offset = offset or 0

    @property
    def request(self) -> Request:
        """The request for the first page, relative to a store and without credentials."""
        return self._page_request(self._offset)

    def __repr__(self) -> str:
        return f"<Pages {self.request}>"

    def __aiter__(self) -> AsyncIterator[T]:
        return self._iterate_typed()

    async def _iterate_typed(self) -> AsyncIterator[T]:
        codec, operation = self._channel.codec, self._request.options.operation
        # Decoded one at a time, so that an item that is dropped at once never reaches the garbage collector.
        async with aclosing(self._raw_pages()) as pages:
            async for page in pages:
                for position, item in enumerate(page.items):
                    yield codec.decode_item(item, self._item, operation, position)

    def pages(self) -> AsyncIterator[Page[T]]:
        """Yield whole pages of typed items."""
        codec, operation = self._channel.codec, self._request.options.operation
        return self._read_pages(lambda body: codec.decode_page(body, self._item, operation))

    async def dicts(self) -> AsyncIterator[dict[str, object]]:
        """Yield the items as plain data: fractional numbers are exact `Decimal`, dates are text."""
        parse, operation = self._channel.codec.parse, self._request.options.operation
        async with aclosing(self._raw_pages()) as pages:
            async for page in pages:
                for position, item in enumerate(page.items):
                    yield parse(item, operation, position)

    def raw(self) -> AsyncIterator[Page[msgspec.Raw]]:
        """Yield whole pages, with each item as the bytes that the server sent, to copy without parsing."""
        return self._raw_pages()

    def _raw_pages(self) -> AsyncGenerator[Page[msgspec.Raw], None]:
        codec, operation = self._channel.codec, self._request.options.operation
        return self._read_pages(lambda body: codec.split_page(body, operation))

    async def first(self) -> T | None:
        """Return the first item, or None if nothing matches."""
        codec, operation = self._channel.codec, self._request.options.operation
        page = await self._with_limit(1)._read_page(
            self._offset, lambda body: codec.decode_page(body, self._item, operation)
        )
        return page.items[0] if page.items else None

    async def count(self) -> int:
        """Return the number of matches: the server's total, or a count of all items if it reports none."""
        codec, operation = self._channel.codec, self._request.options.operation
        page = await self._with_limit(1)._read_page(self._offset, lambda body: codec.split_page(body, operation))
        if page.total is not None:
            return max(0, page.total - self._offset)
        return len([item async for item in self.dicts()])

    async def all(self) -> list[T]:
        """Return all items as a list."""
        return [item async for item in self]

    async def to_arrow(self, *, decimals: "Decimals" = "exact", with_store_id: bool = False) -> "pa.Table":
        """Return all items as an Arrow table with a column for each requested field of the model.

        Data that no column can hold is in `_extra`, as JSON in the shape of the item; values of an unexpected type are
        reported as for models. `decimals` are exact, or "float64". `with_store_id` makes the id of the store the first
        column. Raises `ConfigError` if pyarrow is missing.
        """
        from ecwid_async.tables.arrow import create_builder

        builder = create_builder(
            self._item,
            self._request,
            decimals=decimals,
            store_id=self._channel.store_id if with_store_id else None,
            codec=self._channel.codec,
        )
        async with aclosing(self._raw_pages()) as pages:
            async for page in pages:
                builder.add(page.items)
        return builder.take()

    async def to_polars(self, *, decimals: "Decimals" = "exact", with_store_id: bool = False) -> "pl.DataFrame":
        """Return all items as a polars data frame: see `to_arrow`. Raises `ConfigError` if polars is missing."""
        from ecwid_async.tables.arrow import check_library, to_polars

        check_library("polars")
        return to_polars(await self.to_arrow(decimals=decimals, with_store_id=with_store_id))

    async def to_pandas(self, *, decimals: "Decimals" = "exact", with_store_id: bool = False) -> "pd.DataFrame":
        """Return all items as a pandas data frame with Arrow types: see `to_arrow`.

        Raises `ConfigError` if pandas is missing.
        """
        from ecwid_async.tables.arrow import check_library, to_pandas

        check_library("pandas")
        return to_pandas(await self.to_arrow(decimals=decimals, with_store_id=with_store_id))

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
        """Read all matches in parallel, complete or with an error: ``async with pages.scan() as scan``.

        An item that matches throughout the scan is yielded exactly once, even if items are added, changed, moved or
        deleted meanwhile; if that can't be proven, `ScanDrifted` is raised. Hidden items are included. At most
        `concurrency` pages are requested and held at a time. With `ordered`, items are yielded in the order of the
        list, otherwise as pages arrive.
        `lag` is how many seconds the search index may be behind the store. ``docs/scan.md`` lists the promises for
        each list.

        `into` is your own class with some of the model's fields: only these are requested, and it replaces the model.
        `resume` takes the `Scan.token` of an interrupted scan. Raises `ValueError` for a list that is sorted or has an
        offset, and `ConfigError` for the token of another list or an invalid number.
        """
        from ecwid_async.scan import Scan

        if self._offset:
            raise ValueError("a scan reads a whole list: leave offset out, or iterate the search")
        request, item = bulk_request(self, into)
        return Scan(
            request,
            item,
            self._channel,
            limit=self._limit,
            ordered=ordered,
            concurrency=concurrency,
            lag=lag,
            resume=resume,
        )

    def without_cache(self) -> "Pages[T]":
        """The same list, read from the server even if the client's cache has its pages."""
        return Pages(past_cache(self._request), self._item, self._channel, limit=self._limit, offset=self._offset)

    def _with_limit(self, limit: int) -> "Pages[T]":
        return Pages(self._request, self._item, self._channel, limit=limit, offset=self._offset)

    def _page_request(self, offset: int) -> Request:
        position = (("offset", str(offset)), ("limit", str(self._limit)))
        return evolve(self._request, params=self._request.params + position, id=new_request_id())

    async def _read_pages(self, read: Callable[[bytes], tuple[list[P], int | None]]) -> AsyncGenerator[Page[P], None]:
        offset, loops = self._offset, _LoopDetector(self._request.options.operation)
        while True:
            page = await self._read_page(offset, read)
            loops.check(page)
            # Counted first: the caller may change the list of items.
            count = len(page.items)
            if count or offset == self._offset:
                yield page
            offset += count
            if not count or (page.total is not None and offset >= page.total):
                return

    async def _read_page(self, offset: int, read: Callable[[bytes], tuple[list[P], int | None]]) -> Page[P]:
        response = await self._channel.exchange(self._page_request(offset))
        items, total = read(response.body)
        return Page(items=items, total=total, offset=offset)


def bulk_request(pages: Pages[T], into: type[R] | None) -> tuple[Request, type[R]]:
    """Return the request of a list for a scan of it, and the class of its items."""
    request, item = apply_projection(pages._request, pages._item, into, inside="items")
    return _with_paging_fields(request), item


class _LoopDetector:
    """Detects a list that never ends, by comparing each page with an earlier one, kept after 1, 2, 4, 8 … pages."""

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._count = 0
        self._next_kept = 1
        self._earlier: tuple[object, ...] | None = None
        self._max_offset: int | None = None

    def check(self, page: Page[P]) -> None:
        """Raise `DecodeError` if this page equals the earlier one, or if the total has risen too far."""
        items, total = page.items, page.total
        if not items:
            return
        if self._max_offset is None and total is not None:
            self._max_offset = page.offset + 2 * total + _MAX_GROWTH
        elif self._max_offset is not None and page.offset > self._max_offset:
            raise self._error(f"a total that has kept rising, to {total}")
        if (total, len(items), items[0], items[-1]) == self._earlier:
            raise self._error("the items of an earlier page")
        self._count += 1
        if self._count == self._next_kept:
            self._next_kept *= 2
            # Copied, since a raw item keeps its whole page in memory.
            ends = (item.copy() if isinstance(item, msgspec.Raw) else item for item in (items[0], items[-1]))
            self._earlier = (total, len(items), *ends)

    def _error(self, found: str) -> DecodeError:
        return DecodeError(
            operation=self._operation,
            path="items",
            expected="a list that ends",
            found=found,
            advice="Check whether the server ignores `offset`, or request a part of the list that fits on one page.",
        )


def _with_paging_fields(request: Request) -> Request:
    """Add the fields that paging needs to a request's selection: without `total` the end of a list is unknown."""
    params = tuple(
        (
            name,
            format_selection(add_fields(parse_selection(value), _PAGING_FIELDS)) if name == "responseFields" else value,
        )
        for name, value in request.params
    )
    return evolve(request, params=params)
