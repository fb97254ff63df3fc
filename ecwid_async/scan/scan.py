"""The public `Scan`: opening, iterating and resuming a scan, and its progress."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from contextvars import copy_context
from functools import partial
from types import AsyncGeneratorType, TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Self, TypeVar, cast

import anyio
import anyio.abc
import msgspec
from attrs import evolve

from ecwid_async.calls import Channel
from ecwid_async.codec import Projection
from ecwid_async.errors import ScanDrifted
from ecwid_async.models.base import is_model
from ecwid_async.scan.assumptions import BrokenAssumption
from ecwid_async.scan.delivery import delivered_pages
from ecwid_async.scan.item_times import server_time
from ecwid_async.scan.items import ItemReader
from ecwid_async.scan.page import DecodedPage, Page, PageDecoder, RawPage
from ecwid_async.scan.plans import plan_for
from ecwid_async.scan.progress import Progress
from ecwid_async.scan.reader import ListReader
from ecwid_async.scan.requests import PageRequests, page_request
from ecwid_async.scan.token import END, Position, decode_token, encode_token, list_fingerprint
from ecwid_async.transport import check_count, check_number
from ecwid_async.wire import Request

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ecwid_async.tables import Rows
    from ecwid_async.tables.arrow import Decimals

__all__ = ["Scan"]

T = TypeVar("T")
R = TypeVar("R")

_LIMIT: Final = 100


class Scan(Generic[T]):
    """A whole list, read while it is iterated inside ``async with``. Built by `Pages.scan`.

    ``async for item in scan`` yields typed items, `dicts` yields plain data, `raw` pages of unparsed items. Use one of
    them, once. After the block, what was not read to its end raises `RuntimeError`.
    """

    def __init__(
        self,
        request: Request,
        item: type[T],
        channel: Channel,
        *,
        limit: int = _LIMIT,
        ordered: bool = False,
        concurrency: int = 8,
        lag: float = 120.0,
        resume: str | None = None,
        prove_recent: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        check_count("concurrency, how many pages are requested at once,", concurrency)
        check_number("lag, how many seconds a search may be behind the store,", lag)
        self._operation = request.options.operation
        plan = plan_for(self._operation)
        self._request, self._scan_only_fields = page_request(request, plan)
        self._item = item
        self._channel = channel
        self._clock = clock
        params = dict(self._request.params)
        fingerprint = list_fingerprint(channel.store_id, self._operation, params)
        self._finished = resume == END
        self._position: Position | None = None
        if resume and not self._finished:
            self._position = decode_token(resume, fingerprint)
        resumed = self._position
        self._progress = Progress(self._operation, done=0 if resumed is None else resumed.done)
        self._requests = PageRequests(
            self._request, channel, self._progress, limit=limit, concurrency=concurrency, ordered=ordered
        )
        omitted_seen = plan.may_omit is None or plan.may_omit[0] in params
        self._items = ItemReader(
            plan,
            channel.codec,
            self._progress,
            scan_only_fields=self._scan_only_fields,
            omitted_seen=omitted_seen if resumed is None else resumed.omitted_seen,
        )
        self._reader = ListReader(
            plan,
            self._requests,
            self._items,
            self._progress,
            params=params,
            fingerprint=fingerprint,
            lag=lag,
            clock=clock,
            resumed=resumed,
            prove_recent=prove_recent,
        )
        self._state: Literal["new", "open", "iterated"] = "new"
        self._readings: list[_Reading[Any]] = []

    def __repr__(self) -> str:
        total = "?" if self.total is None else self.total
        return f"<Scan {self._operation}: {self.done} of {total} items>"

    @property
    def done(self) -> int:
        """The number of items read so far, including those before a resumed scan was interrupted."""
        return self._progress.done

    @property
    def total(self) -> int | None:
        """The number of items that the list reported at the start. None before that, and in a resumed scan."""
        return self._progress.total

    @property
    def requests(self) -> int:
        """The number of requests sent."""
        return self._progress.requests

    @property
    def rereads(self) -> int:
        """The number of requests that read a gap again, because items had moved."""
        return self._progress.rereads

    @property
    def proof(self) -> str:
        """How the scan proved that nothing is missing. Empty until then."""
        return self._progress.proof

    @property
    def token(self) -> str:
        """Pass it to ``scan(resume=token)`` to continue from here. Empty if that would start from the beginning.

        An item counts as read once the next one is requested, and a page of `raw` once it is yielded. A scan that isn't
        `ordered` may have yielded items beyond the token. Items updated later than `lag` seconds before the first scan
        began can be yielded again.
        """
        if self._finished:
            return END
        return "" if self._position is None else encode_token(self._position)

    async def __aenter__(self) -> Self:
        if self._state != "new":
            raise RuntimeError(f"{self!r} can be read only once: build another scan to read the list again")
        self._state = "open"
        self._tasks = self._requests.tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        async with AsyncExitStack() as stack:
            # All of these run, the last one first, even if one is cancelled or fails.
            # The group would wrap an error of the body, so it doesn't get it.
            stack.push_async_callback(self._tasks.__aexit__, None, None, None)
            # After the readings, which let idle workers end: the error of a cancelled one would keep pages in memory.
            stack.callback(self._tasks.cancel_scope.cancel)
            for reading in self._readings:
                stack.push_async_callback(reading.end)

    def __aiter__(self) -> AsyncIterator[T]:
        return self._close_with_scan(self._iterate_typed())

    def dicts(self) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the items as plain data: fractional numbers are exact `Decimal`, dates are text.

        Raises `ScanDrifted` if the list can't be proven complete, and what `Pages` raises.
        """
        return self._close_with_scan(self._iterate_dicts())

    def raw(self) -> AsyncGenerator[list[msgspec.Raw], None]:
        """Yield each page as a list of unparsed items, as sent by the server. Raises the same errors as `dicts`."""
        return self._close_with_scan(self._iterate_raw())

    def decoded_pages(self, decode: PageDecoder[R]) -> AsyncGenerator[DecodedPage[R], None]:
        """Yield pages that `decode` reads at once, and others unparsed. Raises the same errors as `dicts`."""
        return self._close_with_scan(self._iterate_decoded_pages(decode))

    def raw_pages(self) -> AsyncGenerator[RawPage, None]:
        """Yield each page as a `RawPage`: unparsed items with their ids, their update times and the server's time.

        The last page is yielded once everything is proven. If it can't be, the last page is yielded, too, and then
        `ScanDrifted` is raised. Raises the same errors as `dicts`.
        """
        return self._close_with_scan(self._iterate_raw_pages())

    async def to_arrow(self, *, decimals: "Decimals" = "exact", with_store_id: bool = False) -> "pa.Table":
        """Return all items as an Arrow table: see `Pages.to_arrow`.

        Raises the same errors as `dicts`, and `ConfigError` without pyarrow.
        """
        from ecwid_async.tables.arrow import create_builder

        builder = create_builder(
            self._item,
            self._request,
            decimals=decimals,
            store_id=self._channel.store_id if with_store_id else None,
            codec=self._channel.codec,
            exclude=self._scan_only_fields,
        )

        def read_page(page: bytes, names: Sequence[str]) -> "tuple[Rows, list[list[Any]]] | None":
            # Fields that only the scan needs would be unknown ones. They are removed from each item.
            return None if self._scan_only_fields else builder.read_page(page, names)

        async with aclosing(self.decoded_pages(read_page)) as pages:
            async for page in pages:
                if page.content is None:
                    builder.add(page.items)
                else:
                    builder.add_rows(page.content)
        return builder.take()

    async def to_polars(self, *, decimals: "Decimals" = "exact", with_store_id: bool = False) -> "pl.DataFrame":
        """Return all items as a polars data frame.

        Raises the same errors as `to_arrow`, and `ConfigError` without polars.
        """
        from ecwid_async.tables.arrow import check_library, to_polars

        check_library("polars")
        return to_polars(await self.to_arrow(decimals=decimals, with_store_id=with_store_id))

    async def to_pandas(self, *, decimals: "Decimals" = "exact", with_store_id: bool = False) -> "pd.DataFrame":
        """Return all items as a pandas data frame with Arrow columns.

        Raises the same errors as `to_arrow`, and `ConfigError` without pandas.
        """
        from ecwid_async.tables.arrow import check_library, to_pandas

        check_library("pandas")
        return to_pandas(await self.to_arrow(decimals=decimals, with_store_id=with_store_id))

    def _close_with_scan(self, generator: AsyncGenerator[R, None]) -> AsyncGenerator[R, None]:
        """Close a generator with the scan: a loop that is left early leaves it open."""
        reading = _Reading(generator)
        self._readings.append(reading)
        return reading

    async def _iterate_typed(self) -> AsyncGenerator[T, None]:
        codec, item_type, operation = self._channel.codec, self._item, self._operation
        async with aclosing(self._pages()) as pages:
            async for page in pages:
                self._position = page.position
                if is_model(item_type) or isinstance(item_type, Projection):
                    items = self._items.models(page, item_type)
                else:
                    items = codec.structure_all(self._items.parsed(page), item_type, operation, "items[]")
                for item in items:
                    yield item

    async def _iterate_dicts(self) -> AsyncGenerator[dict[str, Any], None]:
        async with aclosing(self._pages()) as pages:
            async for page in pages:
                self._position = page.position
                for item in self._items.parsed(page):
                    yield item

    async def _iterate_raw(self) -> AsyncGenerator[list[msgspec.Raw], None]:
        # A page is held until the position after it is known, so that the token counts it as read.
        held: list[msgspec.Raw] | None = None
        async with aclosing(self._pages()) as pages:
            async for page in pages:
                if held is not None:
                    self._position = page.position
                    yield held
                held = self._items.raw(page)
        if held is not None:
            yield held

    async def _iterate_decoded_pages(self, decode: PageDecoder[R]) -> AsyncGenerator[DecodedPage[R], None]:
        # A page is held as in `_iterate_raw`.
        held: DecodedPage[R] | None = None
        async with aclosing(self._pages()) as pages:
            async for page in pages:
                if held is not None:
                    self._position = page.position
                    yield held
                held = self._items.decoded(page, decode)
        if held is not None:
            yield held

    async def _iterate_raw_pages(self) -> AsyncGenerator[RawPage, None]:
        # A page is held until it is known what is proven with it.
        held: RawPage | None = None
        drifted: ScanDrifted | None = None
        async with aclosing(self._pages()) as pages:
            try:
                async for page in pages:
                    if held is not None:
                        self._position = page.position
                        yield held
                    held = self._items.raw_page(page, server_time(page.date, self._clock))
            except ScanDrifted as error:
                drifted = error
        if held is not None:
            yield evolve(held, is_last=True, is_proven=drifted is None)
        if drifted is not None:
            raise drifted

    async def _pages(self) -> AsyncGenerator[Page, None]:
        """Yield the pages that the reader delivers. The reader continues once a page has been consumed."""
        if self._state == "new":
            raise RuntimeError(f"open {self!r} first: async with store.products.scan() as scan: …")
        if self._state == "iterated":
            raise RuntimeError(f"{self!r} can be read only once: build another scan to read the list again")
        self._state = "iterated"
        self._requests.context = copy_context()
        drifted: ScanDrifted | None = None
        if not self._finished:
            try:
                async with aclosing(delivered_pages(self._reader.read())) as pages:
                    async for page in pages:
                        yield page
            except BrokenAssumption as broken:
                drifted = self._progress.drift_error(str(broken))
        await anyio.lowlevel.checkpoint_if_cancelled()  # the last page may have ended the last wait
        if drifted is not None:
            raise drifted
        self._finished = True


class _Reading(AsyncGenerator[R, None]):
    """A generator of a scan. If the scan is closed before its end, it raises: a closed one would seem complete."""

    # The method is an attribute of the instance, so that an item costs no call of Python.
    __slots__ = ("__anext__", "_generator", "_is_ended")

    def __init__(self, generator: AsyncGenerator[R, None]) -> None:
        self._generator = generator
        self._is_ended = False
        self.__anext__ = generator.__anext__  # type: ignore[method-assign]

    def asend(self, value: None, /) -> Coroutine[Any, Any, R]:
        return _raise_closed(self._generator) if self._is_ended else self._generator.asend(value)

    def athrow(self, *error: Any) -> Coroutine[Any, Any, R]:
        return self._generator.athrow(*error)

    def aclose(self) -> Coroutine[Any, Any, None]:
        return self._generator.aclose()

    async def end(self) -> None:
        """Close it with its scan."""
        if cast("AsyncGeneratorType[R, None]", self._generator).ag_frame is not None:
            self._is_ended = True
            self.__anext__ = partial(_raise_closed, self._generator)  # type: ignore[method-assign]
        with suppress(RuntimeError):  # another task is running it
            await self._generator.aclose()


async def _raise_closed(generator: AsyncGenerator[R, None]) -> R:
    await generator.aclose()
    raise RuntimeError("the scan was closed before it was read to its end: read it inside its `async with` block")
