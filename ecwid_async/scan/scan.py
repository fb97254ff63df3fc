"""The bulk read of a whole list: parallel, bounded, complete or an error.

A list in order of creation is read in two parts. The rows that nothing has changed lately (``updatedTo``) can leave
that part and never enter it, so that its pages prove what they hold (`coverage`), and nothing needs to be read twice.
What is written meanwhile leaves the first part for the second (``updatedFrom``), which is read last, in windows of a
page. Lists that tell no times are read until two readings agree. What this takes for granted of a server is checked on
the way (`assumptions`), within a budget of requests.
"""

import base64
import hashlib
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, suppress
from email.utils import parsedate_to_datetime
from functools import cached_property
from itertools import compress
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, Literal, Self, TypeAlias, TypeVar

import anyio
import anyio.abc
import msgspec
from attrs import evolve, field, frozen, mutable

from ecwid_async.calls import Channel
from ecwid_async.codec import add_fields, format_selection, parse_datetime, parse_selection
from ecwid_async.errors import ConfigError, DecodeError, ScanDrifted
from ecwid_async.primitives.checked_lines import seal, unseal
from ecwid_async.primitives.safe_json import UNREADABLE, Masked, repaired
from ecwid_async.scan.assumptions import IGNORED, LONG_AGO, Bounds, Broken, Budget, Part
from ecwid_async.scan.coverage import Coverage, Key, Slice, Union, Unsorted
from ecwid_async.scan.ids import Ids
from ecwid_async.transport import check_count, check_number
from ecwid_async.wire import Lane, Request, new_request_id

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ecwid_async.tables.arrow import Decimals

__all__ = ["PLANS", "Plan", "Scan", "plan_of"]

T = TypeVar("T")
R = TypeVar("R")

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]


@frozen(kw_only=True)
class Plan:
    """How a list is read whole.

    `key` is the field that tells its items apart; `created` and `updated` are those of its times, None where it can't
    be asked by them; `sort` is how it is asked for the order of creation, None where it has no say in that. `show` are
    the parameters that make it leave nothing out. `rest` is read too where no item has that value: field and value.
    """

    key: str = "id"
    created: str | None = None
    updated: str | None = None
    sort: str | None = None
    show: Bounds = ()
    rest: tuple[str, str] | None = None


_CREATED, _UPDATED = "createTimestamp", "updateTimestamp"

PLANS: Final[Mapping[str, Plan]] = {
    "GET /brands": Plan(key="name", show=(("hidden_brands", "true"), ("hiddenBrands", "true"))),
    "GET /carts": Plan(key="cartId", created=_CREATED, updated=_UPDATED, show=(("showHidden", "true"),)),
    "GET /categories": Plan(show=(("hidden_categories", "true"),)),
    "GET /categoriesByPath": Plan(show=(("hidden_categories", "true"),)),
    "GET /customers": Plan(
        created="registered",
        updated="updated",
        sort="REGISTERED_DATE_ASC",
        # The documentation calls b2c the default of this filter: the plain list may hold no businesses.
        rest=("b2b_b2c", "b2b"),
    ),
    "GET /discount_coupons": Plan(created="creationDate", updated="updateDate"),
    "GET /orders": Plan(created=_CREATED, updated=_UPDATED),
    "GET /products": Plan(created=_CREATED, updated=_UPDATED, sort="ADDED_TIME_ASC"),
    "GET /reviews": Plan(created=_CREATED, updated=_UPDATED, sort="DATE_CREATED_ASC"),
    "GET /subscriptions": Plan(key="subscriptionId", created=_CREATED, updated=_UPDATED, sort="DATE_CREATED_ASC"),
}
"""Lists by their operation; one that is not here is read by its ids until two readings agree."""


def plan_of(operation: str) -> Plan:
    """How the list of this operation is read."""
    return PLANS.get(operation, Plan())


_SWEEPS: Final = 60
# Of a list in another order each time, a sweep that brings nothing new says little, and so many say it is read.
_IDLE_SWEEPS: Final = 16
_TRIES: Final = 400
_EMPTY_TRIES: Final = 3
_CALM: Final = 16
_FEW: Final = 64
_END: Final = "end"
_MILLISECONDS: Final = 100_000_000_000
# Other times than those of the years 1 to 9999 are none, and no clock of a server is before 2000 or after 2100.
_YEARS: Final = range(-62_135_596_800, 253_402_300_800)
_CLOCK: Final = range(946_684_800, 4_102_444_800)
_TOTALS: Final = range(1 << 53)
# The body of a page without items is shorter.
_BARE: Final = 1024
_SMALL: Final = 64 * 1024
_LIMIT: Final = 100
_TOO_FEW: Final = "its total and its last page are not the end of the list"
_TOO_MANY: Final = "its total counts items that no page holds, however often it is read"


@mutable
class _Page:
    """A page, and what is noted of its items when they are handed out."""

    part: Part
    epoch: int
    offset: int
    total: int
    body: bytes = field(repr=False)
    date: str
    ids: list[Key] = field(factory=list, repr=False)
    times: list[Any] = field(factory=list, repr=False)
    updates: list[Any] = field(factory=list, repr=False)
    position: "_Position | None" = None
    """How far all pages before this one reach."""
    looked_through: anyio.Event = field(factory=anyio.Event, repr=False)

    @property
    def size(self) -> int:
        return len(self.ids)

    @property
    def whole(self) -> bool:
        """Whether all that matches was on it: one moment, so nothing can have been missed."""
        return self.offset == 0 and self.size >= self.total

    def slice(self, *, versioned: bool = True) -> Slice:
        # By the second, as lists are sorted.
        return Slice(
            self.offset, self.total if versioned else None, self.ids, _all_seconds(self.times), epoch=self.epoch
        )


@mutable
class _Slot:
    """A page that was asked for."""

    answer: _Page | Exception | None = None

    def result(self) -> _Page:
        if not isinstance(self.answer, _Page):
            raise self.answer or RuntimeError("no page came yet")
        return self.answer


class _Position(msgspec.Struct, array_like=True, frozen=True):
    """What a token tells: of which list, what counts as settled there, how far it is covered, how many items came.

    `rest` says that it is about the items that the plain list may leave out, `met` that there is no need to ask for
    them. `fresh` is set once the settled part is whole: from when on the rest of the writes is to be read.
    """

    list: str
    rest: bool
    met: bool
    settled: int
    fresh: int | None
    done: Count
    total: Count | None
    rising: bool | None
    start: Count
    end: Count
    last: int | None
    group: tuple[int | str, ...]


@frozen
class _Phase:
    """What is being read: see `_Position`."""

    rest: bool
    settled: int
    fresh: int | None
    coverage: Coverage


class Scan(Generic[T]):
    """All of a list, read while it is iterated inside ``async with``: made by `Pages.scan`.

    ``async for item in scan`` gives typed items, `dicts` plain data, `raw` whole pages of unparsed items; iterate one
    of them, once. `done` items came so far, of about `total`; `requests` were sent; `proof` says in the end why nothing
    is missing.
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
        clock: Callable[[], float] = time.time,
    ) -> None:
        check_count("concurrency, how many pages are asked for at once,", concurrency)
        check_number("lag, how many seconds a search may be behind the store,", lag)
        self._operation = request.options.operation
        self._plan = plan_of(self._operation)
        self._request, self._strip = _prepared(request, self._plan)
        self._given = dict(self._request.params)
        self._item = item
        self._channel = channel
        self._ordered = ordered
        self._concurrency = concurrency
        self._lag = lag
        self._clock = clock
        self._step = self._limit = limit
        self._ids = Ids()
        rest, self._rest_value = self._plan.rest or ("", "")
        self._rest_met = not rest or rest in self._given
        # Names that no item has stand for what this list does not tell.
        plan = self._plan
        self._keys = (plan.key, plan.created or " created", plan.updated or " updated", rest or " rest")
        self._ended = resume == _END
        self._from = self._read_token(resume) if resume and not self._ended else None
        self._position = self._from
        if self._from is not None:
            self._rest_met = self._from.met
        self._phase: _Phase | None = None
        self._skip: _Position | None = None
        self._budget = Budget()
        self._doubt = ""
        self._hollow = False
        self._state: Literal["new", "open", "read"] = "new"
        self._error: Exception | None = None
        self._generators: list[AsyncGenerator[object, None]] = []
        self.done = 0 if self._from is None else self._from.done
        self.total: int | None = None
        self.requests = 0
        self.rereads = 0
        self._bridged = -_CALM
        self.proof = ""

    def __repr__(self) -> str:
        return f"<Scan {self._operation}: {self.done} of {self.total} items>"

    @property
    def token(self) -> str:
        """Where another scan of the same list goes on: ``scan(resume=token)``. Empty where that would start anew.

        It counts an item as read once the next one was asked for; a page of `raw`, once it is handed out. Only an
        `ordered` scan hands nothing out that lies behind it; what was changed since shortly before the first scan began
        (its `lag`) can come again.
        """
        if self._ended:
            return _END
        if self._position is None:
            return ""
        return base64.urlsafe_b64encode(seal(msgspec.json.encode(self._position))).decode()

    async def __aenter__(self) -> Self:
        if self._state != "new":
            raise RuntimeError(f"{self!r} is read once: build another to read the list again")
        self._state = "open"
        self._arrived = anyio.Event()
        self._pages_in, self._pages_out = anyio.create_memory_object_stream[_Page](0)
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._tasks.cancel_scope.cancel()
        async with AsyncExitStack() as leaving:
            # Whatever is cancelled or fails meanwhile, each of these is done: the last one first.
            leaving.callback(self._pages_out.close)
            leaving.callback(self._pages_in.close)
            # An error of the body's passes by on its own: the group would wrap it.
            leaving.push_async_callback(self._tasks.__aexit__, None, None, None)
            for generator in self._generators:
                leaving.push_async_callback(_close, generator)

    # Three ways to iterate.

    def __aiter__(self) -> AsyncIterator[T]:
        return self._handed_out(self._typed())

    def dicts(self) -> AsyncGenerator[dict[str, Any], None]:
        """The items as plain data: fractional numbers are exact `Decimal`, dates are text.

        Raises `ScanDrifted` where the list moves too much to be known to be whole, and what `Pages` raises.
        """
        return self._handed_out(self._plain())

    def raw(self) -> AsyncGenerator[list[msgspec.Raw], None]:
        """The items as the bytes the server sent, page by page: for copying, without a parse. Raises as `dicts`."""
        return self._handed_out(self._unparsed())

    async def to_arrow(self, *, decimals: "Decimals" = "exact", store_id: bool = False) -> "pa.Table":
        """Every item, as an Arrow table: see `Pages.to_arrow`. Raises as `dicts`, and `ConfigError` without pyarrow."""
        from ecwid_async.tables.arrow import read_table

        return await read_table(
            self.raw(),
            self._item,
            self._request,
            decimals=decimals,
            store_id=self._channel.store_id if store_id else None,
            codec=self._channel.codec,
            without=self._strip,
        )

    async def to_polars(self, *, decimals: "Decimals" = "exact", store_id: bool = False) -> "pl.DataFrame":
        """Every item, as a frame of polars: see `to_arrow`."""
        from ecwid_async.tables.arrow import to_polars

        return to_polars(await self.to_arrow(decimals=decimals, store_id=store_id))

    async def to_pandas(self, *, decimals: "Decimals" = "exact", store_id: bool = False) -> "pd.DataFrame":
        """Every item, as a frame of pandas whose columns are Arrow's: see `to_arrow`."""
        from ecwid_async.tables.arrow import to_pandas

        return to_pandas(await self.to_arrow(decimals=decimals, store_id=store_id))

    def _handed_out(self, generator: AsyncGenerator[R, None]) -> AsyncGenerator[R, None]:
        # Whoever leaves the loop early leaves the generator behind: it is closed with the scan.
        self._generators.append(generator)
        return generator

    async def _typed(self) -> AsyncGenerator[T, None]:
        structure, reads, operation = self._channel.codec.structure, self._item, self._operation
        async with aclosing(self._pages()) as pages:
            async for page in pages:
                for item in self._items(page):
                    yield structure(item, reads, operation, "items[]")

    async def _plain(self) -> AsyncGenerator[dict[str, Any], None]:
        async with aclosing(self._pages()) as pages:
            async for page in pages:
                for item in self._items(page):
                    yield item

    def _items(self, page: _Page) -> Iterator[dict[str, Any]]:
        """The items of a page that did not come before."""
        codec, operation, strip = self._channel.codec, self._operation, self._strip
        self._position = page.position
        if len(page.body) < _SMALL:
            items = codec.parse(page.body, operation).get("items")
            if not isinstance(items, list):
                codec.split_page(page.body, operation)  # says what is wrong
            key, created, updated, rest = self._keys
            try:
                ids = [item[key] for item in items]
            except (KeyError, TypeError):
                raise self._nameless() from None
            times, updates = [item.get(created) for item in items], [item.get(updated) for item in items]
            new = self._note(page, ids, times, updates, (item.get(rest) for item in items))
            found: Iterable[dict[str, Any]] = compress(items, new)
        else:
            found = self._one_by_one(page)
        if not strip:
            return iter(found)
        return (_stripped(item, strip) for item in found)

    def _one_by_one(self, page: _Page) -> Iterator[dict[str, Any]]:
        """As they are parsed: an item that is dropped at once leaves its memory, still warm, to the next."""
        parse, operation, new = self._channel.codec.parse, self._operation, self._ids.add
        key, created, updated, rest = self._keys
        ids, times, updates = page.ids.append, page.times.append, page.updates.append
        came_before = self._came_before if self._skip is not None else None
        for raw in self._channel.codec.split_page(page.body, operation)[0]:
            item: dict[str, Any] = parse(raw, operation)
            mark = item.get(key) if item.__class__ is dict else None
            if mark.__class__ is not int and mark.__class__ is not str:
                raise self._nameless()
            moment = item.get(created)
            ids(mark)
            times(moment)
            updates(item.get(updated))
            if not self._rest_met and item.get(rest) == self._rest_value:
                self._rest_met = True
            if new(mark) and (came_before is None or not came_before(moment)):
                self.done += 1
                yield item

    def _note(
        self, page: _Page, ids: list[Key], times: list[Any], updates: list[Any], rests: Iterable[object]
    ) -> list[bool]:
        """Keep of a page what a scan needs to know; of each item, whether it did not come before."""
        if not {key.__class__ for key in ids} <= {int, str}:
            raise self._nameless()
        page.ids, page.times, page.updates = ids, times, updates
        if not self._rest_met:
            self._rest_met = self._rest_value in rests
        add = self._ids.add
        new = [add(key) for key in ids]
        if self._skip is not None:
            new = [is_new and not self._came_before(moment) for is_new, moment in zip(new, times, strict=True)]
        self.done += sum(new)
        return new

    async def _unparsed(self) -> AsyncGenerator[list[msgspec.Raw], None]:
        decoder = self._keys_decoder()
        held: list[msgspec.Raw] | None = None
        async with aclosing(self._pages()) as pages:
            async for page in pages:
                if held is not None:
                    # Held back until its page was accounted for, so that the token counts it as read.
                    self._position = page.position
                    yield held
                items, _ = self._channel.codec.split_page(page.body, self._operation)
                notes = self._read_keys(decoder, page.body)
                new = self._note(
                    page,
                    [note.key for note in notes],
                    [note.created for note in notes],
                    [note.updated for note in notes],
                    (note.rest for note in notes),
                )
                held = items if all(new) else list(compress(items, new))
                if self._strip:
                    held = [_without(raw, self._strip) for raw in held]
        if held is not None:
            yield held

    async def _pages(self) -> AsyncGenerator[_Page, None]:
        """What the reading, a task of its own, hands over; it goes on once a page has been looked through."""
        if self._state == "new":
            raise RuntimeError(f"{self!r} is read inside `async with`: async with store.products.scan() as scan: …")
        if self._state == "read":
            raise RuntimeError(f"{self!r} is read once: build another to read the list again")
        self._state = "read"
        self._tasks.start_soon(self._run)
        async for page in self._pages_out:
            yield page
            page.looked_through.set()
        if self._error is not None:
            raise self._error
        self._ended = True

    async def _run(self) -> None:
        try:
            await self._read()
        except Broken as broken:
            self._error = self._drifted(str(broken))
        except Exception as error:
            self._error = error
        finally:
            self._pages_in.close()

    async def _emit(self, page: _Page) -> None:
        """Hand a page out, and wait until its items are noted."""
        page.position = self._reached()
        await self._pages_in.send(page)
        await page.looked_through.wait()
        page.body = b""
        part, size = page.part, page.size
        part.check_page(page.offset, page.total, page.ids, self._step)
        self._budget.page = max(self._budget.page, size)
        if size > 0 and page.offset + size < page.total:
            # What a page really holds, whatever was asked for.
            self._step = min(size, self._limit)
        if part.lag is not None:
            part.check_latest(_latest(page.updates))
        elif part.bounds:
            self._doubt = part.check_updated(_all_seconds(page.updates)) or self._doubt

    def _came_before(self, moment: Any) -> bool:
        """Whether a row lies in what was covered when the token was given out."""
        position, second = self._skip, _seconds(moment)
        if position is None or position.last is None or position.rising is None or second is None:
            return False
        return second < position.last if position.rising else second > position.last

    def _read_keys(self, decoder: "msgspec.json.Decoder[Any]", body: bytes) -> Any:
        with suppress(*UNREADABLE):
            return decoder.decode(body).items
        try:
            return decoder.decode(repaired(body)).items
        except UNREADABLE:
            raise self._nameless() from None

    def _keys_decoder(self) -> "msgspec.json.Decoder[Any]":
        """Reads of a page nothing but what a scan needs to know of each item."""
        fields: list[Any] = [
            ("key", int | str),
            ("created", object, None),
            ("updated", object, None),
            ("rest", object, None),
        ]
        names = dict(zip(("key", "created", "updated", "rest"), self._keys, strict=True))
        item = msgspec.defstruct("Item", fields, rename=names)
        page = msgspec.defstruct("Page", [("items", list[item])])  # type: ignore[valid-type]
        return msgspec.json.Decoder(page)

    def _nameless(self) -> DecodeError:
        return DecodeError(operation=self._operation, path=f"items[].{self._plan.key}", expected="an id", found="none")

    # The reading.

    async def _read(self) -> None:
        if self._ended:
            return
        begin = self._from
        settled = begin.settled if begin is not None else None
        if begin is None or not begin.rest:
            settled = await self._list(None, begin, settled)
        if (rest := self._plan.rest) is not None and settled is not None and not self._rest_met:
            await self._list(rest, begin if begin is not None and begin.rest else None, settled)
            # Who was among the rest while the others were read, and among the others while the rest was.
            await self._written((), settled, settled - 1, rest=True)

    async def _list(self, rest: tuple[str, str] | None, begin: _Position | None, settled: int | None) -> int:
        """Everything that matches, or of that the items with the value that the plain list may leave out.

        Gives from when on a change may not have been seen.
        """
        bounds: Bounds = () if rest is None else (rest,)
        coverage = Coverage(rising=True if self._plan.sort else None)
        in_order, counted, head = True, None, None
        # Who stops on the first page of the rest need not read the others again.
        self._phase = _Phase(True, settled, None, Coverage()) if rest is not None and settled is not None else None
        if begin is None:
            whole = Part(bounds)
            first = await self._get(whole)
            if rest is None:
                self.total = first.total
            await self._emit(first)
            if settled is None:
                settled = max(1, int(_moment(first.date, self._clock) - self._lag))
            if first.whole:
                await self._check_end(whole, first.total)
                self.proof = self.proof or "one page, which is one moment"
                return settled
            if self._plan.created is None:
                await self._twice(whole, first)
                return settled
            fresh = None
            in_order = _seeded(coverage, first, settled)
            at_rest = sum(at <= settled for at in _all_seconds(first.updates))
            counted = None if rest else len(self._ids) - at_rest
            head = first.slice() if at_rest == first.size else None
        else:
            settled, fresh = begin.settled, begin.fresh
            coverage.restore(begin.total, begin.rising, begin.start, begin.end, begin.last, begin.group)
            for key in begin.group:
                self._ids.add(key)
            self._skip = begin
            self._budget.size = max(self._budget.size, begin.total or 0)
        since, until = self._bound("updatedFrom"), self._bound("updatedTo")
        closed: Part | None = None
        if fresh is None and (since is None or since <= settled):
            closing = ("updatedTo", str(min(settled, until or settled)))
            closed = Part((*bounds, closing), lag=self._lag, least=coverage.total)
            if in_order:
                self._phase = _Phase(rest is not None, settled, None, coverage)
            await self._settled(closed, coverage if in_order else None, counted, head)
        self._skip = None
        moved = await self._written(bounds, settled, settled - 1 if fresh is None else fresh, rest=rest is not None)
        if closed is not None and (moved or closed.moved):
            await self._check_filter(closed, bounds)
        return settled

    async def _settled(self, part: Part, coverage: Coverage | None, counted: int | None, head: Slice | None) -> None:
        """The rows that nothing has changed since: they can leave this part, and never enter it.

        `counted` is how many ids were met before, where it is known. `head` is a page of the whole list whose rows are
        all of this part: a part with the same total has no others, and so the page belongs to it.
        """
        if coverage is not None:
            try:
                await self._along(part, coverage, head)
                if counted is not None and len(self._ids) - counted < (coverage.total or 0):
                    # Small pages in no order at all can look as if they were in one.
                    raise Unsorted
            except Unsorted:
                self._phase = self._skip = None
            else:
                await self._check_end(part, coverage.total or 0, coverage)
                self.proof = "in order of creation, each page joined to the next by its total, or by seconds both hold"
                return
        self.proof = "as many different items as the total says, at one and the same total"
        await self._windows(part, head)

    async def _along(self, part: Part, coverage: Coverage, head: Slice | None) -> None:
        """In order of creation, many pages at a time. Raises `Unsorted`."""
        begin = coverage.end
        if coverage.total is None:
            overlapping = coverage.bridge(None)
            # The head is worth a try, which may be in vain, only where it saves a page.
            if head is None or self._pages_from(overlapping, head) == self._pages_from(head.end, head):
                begin, head = overlapping, None
        waiting: dict[int, Slice] = {}
        asked: deque[int] = deque()

        def offsets() -> Iterator[int]:
            offset = begin
            while part.latest is None or offset < part.latest or offset == begin:
                asked.append(offset)
                yield offset
                # Where rows leave all the time, pages overlap, so that those that leave in between part none.
                restless = self.requests - self._bridged < _CALM
                offset += self._step - (min(self._step // 4, 2 + 2 * len(coverage.group)) if restless else 0)

        async with aclosing(self._ahead(part, offsets())) as pages:
            async for page in pages:
                await self._emit(page)
                waiting[page.offset] = page.slice()
                while asked and asked[0] in waiting:
                    piece = waiting.pop(asked.popleft())
                    if head is not None and (head.total, head.epoch) == (piece.total, piece.epoch):
                        coverage.total = head.total
                    head = None
                    while not coverage.join(piece):
                        await self._bridge(part, coverage)
                if coverage.complete:
                    return
        while not coverage.complete:
            await self._bridge(part, coverage)

    def _pages_from(self, offset: int, head: Slice) -> int:
        return -(-((head.total or 0) - offset) // self._step)

    async def _bridge(self, part: Part, coverage: Coverage) -> None:
        """Read on from what is covered until that has grown."""
        mark, nudge = coverage.mark, 0
        for _ in range(_TRIES):
            page = await self._get(part, max(0, coverage.bridge(part.latest) - nudge))
            self.rereads += 1
            self._bridged = self.requests
            await self._emit(page)
            joined = coverage.join(page.slice())
            if coverage.mark != mark:
                return
            # Rows that left moved the list by more, or by less, than the totals told: try further left, or right.
            nudge = min(nudge, 0) - max(1, page.size - 1) if joined else max(nudge, 0) * 2 + 1
        raise self._drifted()

    async def _windows(self, part: Part, head: Slice | None = None) -> None:
        """Rows in any order, of a part that they can leave and not enter; in halves by creation where they move."""
        windows: list[tuple[int | None, int | None]] = [(None, None)]
        while windows:
            low, high = windows.pop()
            created = {"createdFrom": low, "createdTo": high}
            narrower = tuple((name, str(moment)) for name, moment in created.items() if moment is not None)
            window = evolve(part, bounds=(*part.bounds, *narrower), least=None, latest=None, epoch=0)
            middle = await self._window(window, low, high, head)
            head = None
            part.moved = part.moved or window.moved
            if middle is not None:
                windows += (middle - 1, high), (low, middle)

    async def _window(self, part: Part, low: int | None, high: int | None, head: Slice | None) -> int | None:
        """All of it, or a second by which to halve it."""
        union, times, idle, begin = Union(), set[int](), 0, 0
        if head is not None:
            union.add(head)
            times.update(head.times)
            begin = head.end
        for sweep in range(_SWEEPS):
            before = union.mark
            await self._sweep(part, union, times, begin=begin, total=union.total if head is None else None)
            begin = 0
            if head is not None and union.changes and not part.moved:
                # It was of other rows after all, which does not mean that these move.
                union, head = Union(), None
                continue
            head = None
            if union.complete:
                if not (low or high):
                    await self._check_end(part, union.total or 0)
                return None
            # Seconds that can be asked for; both halves have to be smaller, whether bounds hold their own ends or not.
            moments = sorted(moment for moment in times if max(low or 1, 1) <= moment <= (high or _YEARS[-1]))
            if (sweep or union.changes) and moments and moments[-1] - moments[0] > 2:
                return min(max(moments[len(moments) // 2], moments[0] + 2), moments[-1] - 1)
            idle = idle + 1 if union.mark == before else 0
            if idle == _IDLE_SWEEPS:
                raise Broken(_TOO_MANY)
        raise self._drifted()

    async def _written(self, bounds: Bounds, settled: int, low: int, *, rest: bool) -> bool:
        """The rows written since `low`: each write moves one on in time, so windows of one page each miss none.

        Gives whether there were any after `settled`.
        """
        since, until = self._bound("updatedFrom"), self._bound("updatedTo")
        if until is not None and until < settled:
            return False
        low = low if since is None else max(since, low)
        moved = False
        while True:
            self._phase = _Phase(rest, settled, low, Coverage())
            part = Part((*bounds, ("updatedFrom", str(low))))
            page = await self._get(part)
            await self._emit(page)
            moments = _all_seconds(page.updates)
            moved = moved or len(moments) < page.size or max(moments, default=settled) > settled
            if page.whole:
                # A list of one page may end at a total that is no larger than a page, whatever there is.
                await self._check_end(part, page.total)
                return moved
            high: int | None = None
            narrower = 1
            while not page.whole and (high is None or high > low + 2):
                cut, wider = _cut(page, low, high, narrower), page
                narrower = narrower * 2 if high is not None and cut == high - narrower else 1
                high = cut
                part = Part((*bounds, ("updatedFrom", str(low)), ("updatedTo", str(high))))
                page = await self._get(part)
                await self._emit(page)
                if (
                    page.ids == wider.ids
                    and page.total == wider.total
                    and part.check_updated(_all_seconds(page.updates))
                ):
                    raise Broken(IGNORED.format("updatedTo"))
            high = high or low + 2
            if not page.whole:
                await self._windows(part)
            # The bounds may not have held their own ends.
            low = high - 1

    async def _check_end(self, part: Part, total: int, read: Coverage | None = None) -> None:
        """Look behind the end of a list that ends at a round number, or with a full page: its total may stop short.

        Raises `Broken`.
        """
        if not total or not (part.full or total % self._limit == 0):
            return
        if read is not None and read.last is not None and read.last > 0:
            # By creation, because a server may hide what is behind as well.
            bound = ("createdFrom" if read.rising else "createdTo", str(read.last))
            behind, known = Part((*part.bounds, bound), lag=part.lag), len(self._ids)
            page = await self._get(behind)
            await self._emit(page)
            if len(self._ids) > known:
                raise Broken(_TOO_FEW)
            try:
                behind.check_created(_all_seconds(page.times))
            except Broken:
                pass
            else:
                return
        # The total of such a page tells.
        await self._emit(await self._get(part, total))

    async def _check_filter(self, part: Part, bounds: Bounds) -> None:
        """Whether the server filters by `updatedTo` at all: only then can nothing enter what is closed by it.

        Raises `Broken`.
        """
        page = await self._get(Part((*bounds, ("updatedTo", str(LONG_AGO)))))
        await self._emit(page)
        moments = _all_seconds(page.updates)
        # Items that tell no times: an honest server may find some of them, and no other one finds all.
        if any(moment > LONG_AGO + 1 for moment in moments) or (
            page.size and not moments and page.total >= (part.latest or 0)
        ):
            raise Broken(IGNORED.format("updatedTo"))

    async def _twice(self, part: Part, first: _Page) -> None:
        """Rows of a list that can't be asked for by time: until two readings found the same."""
        agreed: set[Key] | None = None
        union, begin, idle = Union(), first.size, 0
        union.add(first.slice())
        for _ in range(_SWEEPS):
            before = union.mark
            await self._sweep(part, union, begin=begin, total=union.total)
            begin = 0
            idle = idle + 1 if union.mark == before and not union.complete else 0
            if idle == _IDLE_SWEEPS:
                raise Broken(_TOO_MANY)
            if union.complete:
                if agreed == union.ids:
                    await self._check_end(part, union.total or 0)
                    self.proof = "two readings found the same ids, as many as every page's total said"
                    return
                agreed = union.ids
            elif union.changes:
                agreed = None
            if union.complete or union.changes:
                union = Union()
        raise self._drifted()

    async def _sweep(
        self, part: Part, union: Union, times: set[int] | None = None, *, begin: int = 0, total: int | None
    ) -> None:
        """Add page after page to a union, until it is complete, the list ends, or moves; of this total, if known."""
        part.latest = total

        def offsets() -> Iterator[int]:
            offset = begin
            while part.latest is None or offset < part.latest:
                yield offset
                offset += self._step

        async with aclosing(self._ahead(part, offsets())) as pages:
            async for page in pages:
                await self._emit(page)
                still = union.add(page.slice())
                if times is not None:
                    moments = _all_seconds(page.times)
                    part.check_created(moments)
                    times.update(moments)
                if union.complete or not still:
                    return

    # The requests.

    async def _ahead(self, part: Part, offsets: Iterator[int]) -> AsyncGenerator[_Page, None]:
        """Pages at these offsets, several of which are asked for at once; in their order where that is wanted."""
        slots: deque[_Slot] = deque()
        # Until one page told the total, nobody knows where the list ends.
        most = 1 if part.latest is None else self._concurrency
        while True:
            while len(slots) < most and (offset := next(offsets, None)) is not None:
                slot = _Slot()
                slots.append(slot)
                self._tasks.start_soon(self._fill, slot, part, offset)
            if not slots:
                return
            while (done := self._done(slots)) is None:
                self._arrived = anyio.Event()
                await self._arrived.wait()
            slots.remove(done)
            yield done.result()
            most = self._concurrency

    def _done(self, slots: "deque[_Slot]") -> _Slot | None:
        for slot in slots:
            if slot.answer is not None:
                return slot
            if self._ordered:
                return None
        return None

    async def _fill(self, slot: _Slot, part: Part, offset: int) -> None:
        try:
            slot.answer = await self._get(part, offset)
        except Exception as error:
            slot.answer = error
        self._arrived.set()

    async def _get(self, part: Part, offset: int = 0) -> _Page:
        claimed = False
        for _ in range(_EMPTY_TRIES):
            page = await self._ask(part, offset)
            if len(page.body) > _BARE or self._channel.codec.split_page(page.body, self._operation)[0]:
                return page
            # After an empty page that claimed more, another total does not make it right, and no empty page is believed
            # at once.
            claimed = claimed or offset < page.total
            self._hollow = self._hollow or claimed
            if not self._hollow:
                break
        if claimed:
            raise Broken(f"a page was empty that should have begun at item {offset + 1:,} of {page.total:,}")
        return page

    async def _ask(self, part: Part, offset: int) -> _Page:
        if self.requests >= self._budget.most(self.done):
            raise self._drifted(f"{self._doubt}, and no end of it came" if self._doubt else "")
        params = {**self._given, **dict(part.bounds), "offset": str(offset), "limit": str(self._limit)}
        request = evolve(self._request, params=tuple(params.items()), id=new_request_id())
        self.requests += 1
        sent = part.sent(anyio.current_time())
        response = await self._channel.exchange(request)
        # Items are looked at when it is their turn: a page that has left the processor's cache is slow to read.
        total = self._channel.codec.read_total(response.body, self._operation)
        if total is None or total not in _TOTALS:
            found = "none" if total is None else "another number"
            raise DecodeError(operation=self._operation, path="total", expected="a whole number", found=found)
        self._budget.size = self._budget.size or total
        epoch = part.received(sent, total, anyio.current_time())
        return _Page(part, epoch, offset, total, response.body, response.headers.get("Date", ""))

    def _bound(self, name: str) -> int | None:
        """A bound of the caller's, in Unix seconds."""
        given = self._given.get(name)
        return None if given is None else int(given)

    def _drifted(self, broken: str = "") -> ScanDrifted:
        came = f"{self.done} items came in {self.requests} requests, and others may be missing."
        if broken:
            return ScanDrifted(
                f"{self._operation} can't be known to be read whole: {broken}. {came} Scan it again; if this comes "
                "again, the server is at fault: tell whoever runs it. `search` reads the list without a proof."
            )
        return ScanDrifted(
            f"{self._operation} changed faster than it could be read: {came} "
            "Scan it again when the store is quieter, or a smaller part of it."
        )

    # The token.

    def _reached(self) -> _Position | None:
        if (phase := self._phase) is None:
            return None
        coverage = phase.coverage
        # Of a crowd in one second a token tells only where it begins.
        crowd = len(coverage.group) > _FEW
        return _Position(
            list=self._fingerprint,
            rest=phase.rest,
            met=self._rest_met and not phase.rest,
            settled=phase.settled,
            fresh=phase.fresh,
            done=self.done,
            total=coverage.total,
            rising=coverage.rising,
            start=coverage.start,
            end=coverage.start if crowd else coverage.end,
            last=coverage.last,
            group=() if crowd else tuple(coverage.group),
        )

    @cached_property
    def _fingerprint(self) -> str:
        params = sorted((name, value) for name, value in self._given.items() if name != "responseFields")
        return hashlib.sha256(repr((self._channel.store_id, self._operation, params)).encode()).hexdigest()[:12]

    def _read_token(self, token: str) -> _Position:
        try:
            content = unseal(base64.b64decode(token, altchars=b"-_", validate=True))
            if content is None:
                raise ValueError
            position = msgspec.json.decode(content, type=_Position)
        except (ValueError, TypeError):
            raise ConfigError(
                "resume is no token of a scan, or a damaged one: pass what `token` of another scan said, "
                "or scan from the start"
            ) from None
        if position.list != self._fingerprint:
            raise ConfigError("resume is the token of another list, or of other filters: scan the same as before")
        return position


def _prepared(request: Request, plan: Plan) -> tuple[Request, tuple[str, ...]]:
    """The request for a page of everything, and the fields that only the scan needs."""
    params = dict(request.params)
    if "sortBy" in params:
        raise ValueError("a scan reads in the order of creation: leave sort_by out, or use search alone")
    if plan.sort:
        params["sortBy"] = plan.sort
    for name, value in plan.show:
        params.setdefault(name, value)
    strip: tuple[str, ...] = ()
    if "responseFields" in params:
        selection = dict(parse_selection(params["responseFields"]))
        if "items" not in selection:
            raise ValueError("response_fields of a scan have to name what is wanted of items: items(id,name)")
        wanted = selection["items"]
        if wanted is not None:
            rest = plan.rest[0] if plan.rest else None
            keys = [name for name in (plan.key, plan.created, plan.updated, rest) if name is not None]
            strip = tuple(name for name in keys if name not in wanted)
            selection["items"] = add_fields(wanted, keys)
        params["responseFields"] = format_selection(selection)
    options = evolve(request.options, lane=Lane.BULK)
    return evolve(request, params=tuple(params.items()), options=options), strip


def _seeded(coverage: Coverage, first: _Page, settled: int) -> bool:
    """Begin with the page that was read to learn the time; False where it is not in order.

    Its total counts other rows, too, but it is one moment like every page.
    """
    try:
        coverage.join(first.slice(versioned=False))
    except Unsorted:
        return False
    coverage.start = sum(at <= settled for at in _all_seconds(first.updates[: coverage.start]))
    return True


def _moment(date: str, clock: Callable[[], float]) -> float:
    """When the server answered, in Unix seconds and by its own clock where it told."""
    with suppress(ValueError, OverflowError):
        moment = parsedate_to_datetime(date).timestamp()
        if int(moment) in _CLOCK:
            return moment
    return clock()


def _seconds(moment: object) -> int | None:
    """A time of an item in Unix seconds: some come in milliseconds, some as text."""
    second: object = moment
    if isinstance(moment, str):
        try:
            second = int(parse_datetime(moment).timestamp())
        except (ValueError, OverflowError):
            return None
    elif isinstance(moment, float):
        second = int(moment) if -1e18 < moment < 1e18 else None
    if second.__class__ is not int:
        return None
    second = second // 1000 if second > _MILLISECONDS else second
    return second if second in _YEARS else None


def _all_seconds(moments: "list[Any]") -> list[int]:
    """As `_seconds`, without those that tell none."""
    kinds = {moment.__class__ for moment in moments}
    if kinds <= {int} and max(moments, default=0) < _MILLISECONDS and min(moments, default=0) in _YEARS:
        return moments
    if kinds == {str}:
        with suppress(ValueError):
            return [int(parse_datetime(moment).timestamp()) for moment in moments]
    return [second for moment in moments if (second := _seconds(moment)) is not None]


def _latest(moments: "list[Any]") -> int | None:
    """The latest of times in Unix seconds; None where none tells one. Of texts the last one in their order counts."""
    try:
        return _seconds(max(moments))
    except (TypeError, ValueError):
        return max(_all_seconds(moments), default=None)


def _cut(page: _Page, low: int, high: int | None, narrower: int) -> int:
    """Where to end a window so that it holds about two thirds of a page, by the times of those that are on this one.

    Where these are all later, it ends `narrower` seconds earlier than before.
    """
    times = sorted(_all_seconds(page.updates))
    share = times[int(len(times) * 0.66 * page.size / page.total)] if times else low
    return max(low + 2, share if high is None or share < high else high - narrower)


async def _close(generator: AsyncGenerator[object, None]) -> None:
    with suppress(RuntimeError):  # another task is in it, and closes it
        await generator.aclose()


def _stripped(item: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    for name in names:
        item.pop(name, None)
    return item


def _without(raw: msgspec.Raw, names: Iterable[str]) -> msgspec.Raw:
    """An item without some of its members; the others stay as they were sent."""
    try:
        item = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        masked = Masked(raw)
        return msgspec.Raw(masked.restored(_without(msgspec.Raw(masked.json), names)))
    for name in names:
        item.pop(name, None)
    return msgspec.Raw(msgspec.json.encode(item))
