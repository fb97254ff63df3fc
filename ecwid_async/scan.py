"""The bulk read of a whole list: parallel, bounded, complete or an error.

A list in order of creation is read in two parts. The rows that nothing has changed lately (``updatedTo``) can leave
that part and never enter it, so that its pages prove what they hold (`coverage`), and nothing needs to be read twice.
What is written meanwhile leaves the first part for the second (``updatedFrom``), which is read last, in windows of a
page. Lists that tell no times are read until two readings agree.
"""

import base64
import hashlib
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, suppress
from email.utils import parsedate_to_datetime
from functools import cached_property
from itertools import compress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Self, TypeVar

import anyio
import anyio.abc
import msgspec
from attrs import evolve, field, frozen, mutable

from ecwid_async.calls import Channel
from ecwid_async.codec import parse_datetime
from ecwid_async.coverage import Coverage, Key, Slice, Union, Unsorted
from ecwid_async.errors import ConfigError, DecodeError, ScanDrifted
from ecwid_async.ids import Ids
from ecwid_async.safe_json import UNREADABLE, Masked, repaired
from ecwid_async.selection import add_fields, parse_selection, selection_text
from ecwid_async.wire import Lane, Request, new_request_id

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ecwid_async.arrow import Decimals

__all__ = ["PLANS", "Plan", "Scan", "plan_of"]

T = TypeVar("T")
R = TypeVar("R")

Bounds = tuple[tuple[str, str], ...]
"""Parameters that narrow the list."""


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
_TRIES: Final = 400
_CALM: Final = 16
_FEW: Final = 64
_END: Final = "end"
_MILLISECONDS: Final = 100_000_000_000
_SMALL: Final = 64 * 1024
_LIMIT: Final = 100


@mutable
class _Page:
    """A page, and what is noted of its items when they are handed out."""

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
        # By the second, as lists are sorted: some times come in milliseconds, some as text.
        plain = {moment.__class__ for moment in self.times} <= {int} and max(self.times, default=0) < _MILLISECONDS
        times = self.times if plain else _all_seconds(self.times)
        return Slice(self.offset, self.total if versioned else None, self.ids, times)


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
    done: int
    total: int | None
    rising: bool | None
    start: int
    end: int
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
        if concurrency < 1:
            raise ValueError(f"concurrency is how many pages are asked for at once and can't be {concurrency}")
        if lag < 0:
            raise ValueError(f"lag is how many seconds a search may be behind the store and can't be {lag}")
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
        self._latest: int | None = None
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
        return "" if self._position is None else base64.urlsafe_b64encode(msgspec.json.encode(self._position)).decode()

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
        try:
            for generator in self._generators:
                with suppress(RuntimeError):  # another task is in it, and closes it
                    await generator.aclose()
            # An error of the body's passes by on its own: the group would wrap it.
            await self._tasks.__aexit__(None, None, None)
        finally:
            self._pages_in.close()
            self._pages_out.close()

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

    async def to_arrow(self, *, decimals: "Decimals" = "exact") -> "pa.Table":
        """Every item, as an Arrow table: see `Pages.to_arrow`. Raises as `dicts`, and `ConfigError` without pyarrow."""
        from ecwid_async.arrow import table_of

        return await table_of(self.raw(), self._item, self._request, decimals, without=self._strip)

    async def to_polars(self, *, decimals: "Decimals" = "exact") -> "pl.DataFrame":
        """Every item, as a frame of polars: see `to_arrow`."""
        from ecwid_async.arrow import to_polars

        return to_polars(await self.to_arrow(decimals=decimals))

    async def to_pandas(self, *, decimals: "Decimals" = "exact") -> "pd.DataFrame":
        """Every item, as a frame of pandas whose columns are Arrow's: see `to_arrow`."""
        from ecwid_async.arrow import to_pandas

        return to_pandas(await self.to_arrow(decimals=decimals))

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
                codec.slice(page.body, operation)  # says what is wrong
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
        for raw in self._channel.codec.slice(page.body, operation)[0]:
            item: dict[str, Any] = parse(raw, operation)
            mark = item.get(key)
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
                items, _ = self._channel.codec.slice(page.body, self._operation)
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
        if 0 < page.size < self._step and page.offset + page.size < page.total:
            # What a page really holds, whatever was asked for.
            self._step = page.size

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
        moment = int | str | float | None
        fields: list[Any] = [
            ("key", int | str),
            ("created", moment, None),
            ("updated", moment, None),
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
        in_order, counted = True, None
        # Who stops on the first page of the rest need not read the others again.
        self._phase = _Phase(True, settled, None, Coverage()) if rest is not None and settled is not None else None
        if begin is None:
            first = await self._get(bounds)
            if rest is None:
                self.total = first.total
            await self._emit(first)
            if settled is None:
                settled = int(_moment(first.date, self._clock) - self._lag)
            if first.whole:
                self.proof = self.proof or "one page, which is one moment"
                return settled
            if self._plan.created is None:
                await self._twice(bounds, first)
                return settled
            fresh = None
            in_order = _seeded(coverage, first, settled)
            counted = None if rest else len(self._ids) - sum(at <= settled for at in _all_seconds(first.updates))
        else:
            settled, fresh = begin.settled, begin.fresh
            coverage.restore(begin.total, begin.rising, begin.start, begin.end, begin.last, begin.group)
            for key in begin.group:
                self._ids.add(key)
            self._skip = begin
        since, until = self._bound("updatedFrom"), self._bound("updatedTo")
        if fresh is None and (since is None or since <= settled):
            closed = (*bounds, ("updatedTo", str(min(settled, until or settled))))
            if in_order:
                self._phase = _Phase(rest is not None, settled, None, coverage)
            await self._settled(closed, coverage if in_order else None, counted)
        self._skip = None
        await self._written(bounds, settled, settled - 1 if fresh is None else fresh, rest=rest is not None)
        return settled

    async def _settled(self, bounds: Bounds, coverage: Coverage | None, counted: int | None) -> None:
        """The rows that nothing has changed since: they can leave these bounds, and never enter them.

        `counted` is how many ids were met before, where it is known.
        """
        if coverage is not None:
            try:
                await self._along(bounds, coverage)
                if counted is not None and len(self._ids) - counted < (coverage.total or 0):
                    # Small pages in no order at all can look as if they were in one.
                    raise Unsorted
            except Unsorted:
                self._phase = self._skip = None
            else:
                self.proof = "in order of creation, each page joined to the next by its total, or by seconds both hold"
                return
        self.proof = "as many different items as the total says, at one and the same total"
        await self._window(bounds)

    async def _along(self, bounds: Bounds, coverage: Coverage) -> None:
        """In order of creation, many pages at a time. Raises `Unsorted`."""
        self._latest = None
        begin = coverage.bridge(None) if coverage.total is None else coverage.end
        waiting: dict[int, Slice] = {}
        asked: deque[int] = deque()

        def offsets() -> Iterator[int]:
            offset = begin
            while self._latest is None or offset < self._latest or offset == begin:
                asked.append(offset)
                yield offset
                # Where rows leave all the time, pages overlap, so that those that leave in between part none.
                restless = self.requests - self._bridged < _CALM
                offset += self._step - (min(self._step // 4, 2 + 2 * len(coverage.group)) if restless else 0)

        async with aclosing(self._ahead(bounds, offsets())) as pages:
            async for page in pages:
                await self._emit(page)
                waiting[page.offset] = page.slice()
                while asked and asked[0] in waiting:
                    piece = waiting.pop(asked.popleft())
                    while not coverage.join(piece):
                        await self._bridge(bounds, coverage)
                if coverage.complete:
                    return
        while not coverage.complete:
            await self._bridge(bounds, coverage)

    async def _bridge(self, bounds: Bounds, coverage: Coverage) -> None:
        """Read on from what is covered until that has grown."""
        mark, nudge = coverage.mark, 0
        for _ in range(_TRIES):
            page = await self._get(bounds, max(0, coverage.bridge(self._latest) - nudge))
            self.rereads += 1
            self._bridged = self.requests
            await self._emit(page)
            joined = coverage.join(page.slice())
            if coverage.mark != mark:
                return
            # Rows that left moved the list by more, or by less, than the totals told: try further left, or right.
            nudge = min(nudge, 0) - max(1, page.size - 1) if joined else max(nudge, 0) * 2 + 1
        raise self._drifted()

    async def _window(self, bounds: Bounds, low: int | None = None, high: int | None = None) -> None:
        """Rows in any order, of bounds that they can leave and not enter; in halves by creation where they move."""
        created = {"createdFrom": low, "createdTo": high}
        narrowed = (*bounds, *((name, str(moment)) for name, moment in created.items() if moment is not None))
        union, times = Union(), set[int]()
        for sweep in range(_SWEEPS):
            await self._sweep(narrowed, union, times)
            if union.complete:
                return
            moments = sorted(times)
            # Both halves have to be smaller, whether bounds hold their own ends or not.
            if (sweep or union.changes) and moments and moments[-1] - moments[0] > 2:
                middle = min(max(moments[len(moments) // 2], moments[0] + 2), moments[-1] - 1)
                await self._window(bounds, low, middle)
                await self._window(bounds, middle - 1, high)
                return
        raise self._drifted()

    async def _written(self, bounds: Bounds, settled: int, low: int, *, rest: bool) -> None:
        """The rows written since `low`: each write moves one on in time, so windows of one page each miss none."""
        since, until = self._bound("updatedFrom"), self._bound("updatedTo")
        if until is not None and until < settled:
            return
        low = low if since is None else max(since, low)
        budget: int | None = None
        while True:
            self._phase = _Phase(rest, settled, low, Coverage())
            page = await self._get((*bounds, ("updatedFrom", str(low))))
            await self._emit(page)
            if page.whole:
                return
            budget = self.requests + _TRIES + page.total if budget is None else budget
            high: int | None = None
            while not page.whole and (high is None or high > low + 2):
                high = _cut(page, low, high)
                page = await self._get((*bounds, ("updatedFrom", str(low)), ("updatedTo", str(high))))
                await self._emit(page)
            high = high or low + 2
            if not page.whole:
                await self._window((*bounds, ("updatedFrom", str(low)), ("updatedTo", str(high))))
            # The bounds may not have held their own ends.
            low = high - 1
            if self.requests > budget:
                raise self._drifted()

    async def _twice(self, bounds: Bounds, first: _Page) -> None:
        """Rows of a list that can't be asked for by time: until two readings found the same."""
        agreed: set[Key] | None = None
        union, begin = Union(), first.size
        union.add(first.slice())
        for _ in range(_SWEEPS):
            await self._sweep(bounds, union, begin=begin)
            begin = 0
            if union.complete:
                if agreed == union.ids:
                    self.proof = "two readings found the same ids, as many as every page's total said"
                    return
                agreed = union.ids
            if union.complete or union.changes:
                union = Union()
        raise self._drifted()

    async def _sweep(self, bounds: Bounds, union: Union, times: set[int] | None = None, begin: int = 0) -> None:
        """Add page after page to a union, until it is complete, the list ends, or moves."""
        self._latest = union.total

        def offsets() -> Iterator[int]:
            offset = begin
            while self._latest is None or offset < self._latest:
                yield offset
                offset += self._step

        async with aclosing(self._ahead(bounds, offsets())) as pages:
            async for page in pages:
                await self._emit(page)
                still = union.add(page.slice())
                if times is not None:
                    times.update(_all_seconds(page.times))
                if union.complete or not still:
                    return

    # The requests.

    async def _ahead(self, bounds: Bounds, offsets: Iterator[int]) -> AsyncGenerator[_Page, None]:
        """Pages at these offsets, several of which are asked for at once; in their order where that is wanted."""
        slots: deque[_Slot] = deque()
        # Until one page told the total, nobody knows where the list ends.
        most = 1 if self._latest is None else self._concurrency
        while True:
            while len(slots) < most and (offset := next(offsets, None)) is not None:
                slot = _Slot()
                slots.append(slot)
                self._tasks.start_soon(self._fill, slot, bounds, offset)
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

    async def _fill(self, slot: _Slot, bounds: Bounds, offset: int) -> None:
        try:
            slot.answer = await self._get(bounds, offset)
        except Exception as error:
            slot.answer = error
        self._arrived.set()

    async def _get(self, bounds: Bounds, offset: int = 0) -> _Page:
        params = {**self._given, **dict(bounds), "offset": str(offset), "limit": str(self._limit)}
        request = evolve(self._request, params=tuple(params.items()), id=new_request_id())
        self.requests += 1
        response = await self._channel.exchange(request)
        # Items are looked at when it is their turn: a page that has left the processor's cache is slow to read.
        total = self._channel.codec.total(response.body, self._operation)
        if total is None:
            raise DecodeError(operation=self._operation, path="total", expected="a whole number", found="none")
        self._latest = total
        return _Page(offset, total, response.body, response.headers.get("Date", ""))

    def _bound(self, name: str) -> int | None:
        """A bound of the caller's, in Unix seconds."""
        given = self._given.get(name)
        return None if given is None else int(given)

    def _drifted(self) -> ScanDrifted:
        return ScanDrifted(
            f"{self._operation} changed faster than it could be read: {self.done} items came in {self.requests} "
            "requests, and others may be missing. Scan it again when the store is quieter, or a smaller part of it."
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
        return hashlib.sha256(repr((self._operation, params)).encode()).hexdigest()[:12]

    def _read_token(self, token: str) -> _Position:
        try:
            position = msgspec.json.decode(base64.urlsafe_b64decode(token), type=_Position)
        except ValueError:
            raise ConfigError("resume is no token of a scan: pass what `token` of another one said") from None
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
        params["responseFields"] = selection_text(selection)
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
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return clock()


def _seconds(moment: object) -> int | None:
    """A time of an item in Unix seconds: some come in milliseconds, some as text."""
    if isinstance(moment, str):
        try:
            return int(parse_datetime(moment).timestamp())
        except ValueError:
            return None
    if isinstance(moment, int | float):
        return int(moment / 1000 if moment > _MILLISECONDS else moment)
    return None


def _all_seconds(moments: Iterable[object]) -> list[int]:
    """As `_seconds`, without those that tell none."""
    return [second for moment in moments if (second := _seconds(moment)) is not None]


def _cut(page: _Page, low: int, high: int | None) -> int:
    """Where to end a window so that it holds about two thirds of a page, by the times of those that are on this one."""
    times = sorted(_all_seconds(page.updates))
    share = times[int(len(times) * 0.66 * page.size / page.total)] if times else low
    return max(low + 2, share if high is None else min(share, high - 1))


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
