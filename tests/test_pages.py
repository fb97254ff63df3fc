"""Lists are read page by page, to their end and no further."""

import asyncio
import math
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import DecodeError, Ecwid, Pages
from ecwid_async.calls import Channel
from ecwid_async.codec import Codec
from ecwid_async.errors import ConfigError
from ecwid_async.models.base import Model, model
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Headers, Options, Request, Response


@model
class Row(Model):
    """An item of a list."""

    id: int | None = None
    price: Decimal | None = None


SEARCH = Request(method="GET", path="/rows", options=Options(operation="GET /rows", repeatable=True))


def rows(transport: MemoryTransport, request: Request = SEARCH, **settings: int) -> Pages[Row]:
    return Pages(request, Row, Channel(transport, Codec()), **settings)


def always(data: object) -> MemoryTransport:
    return MemoryTransport(lambda _: make_response(data))


class Listing:
    """A server with a list of `total` rows, at most `page_size` in a page. `between` runs before each later page."""

    def __init__(self, total: int, *, page_size: int = 100, between: Callable[["Listing"], None] | None = None) -> None:
        self.rows = list(range(total))
        self.page_size = page_size
        self.between = between
        self.reports_total = True
        self.requested: list[tuple[int, int]] = []

    def __call__(self, request: Request) -> Response:
        params = dict(request.params)
        offset, limit = int(params["offset"]), int(params["limit"])
        self.requested.append((offset, limit))
        if self.between and len(self.requested) > 1:
            self.between(self)
        items = self.rows[offset : offset + min(limit, self.page_size)]
        envelope: dict[str, object] = {"items": [{"id": row} for row in items], "count": len(items), "offset": offset}
        return make_response(envelope | ({"total": len(self.rows)} if self.reports_total else {}))


def listing(server: Listing, **settings: int) -> Pages[Row]:
    return rows(MemoryTransport(server), **settings)


@pytest.mark.parametrize(
    ("total", "limit", "requested"),
    [
        (0, 10, [(0, 10)]),
        (9, 10, [(0, 10)]),
        (10, 10, [(0, 10)]),
        (20, 10, [(0, 10), (10, 10)]),
        (25, 10, [(0, 10), (10, 10), (20, 10)]),
    ],
)
async def test_a_list_ends_at_its_total_without_an_extra_request(
    total: int, limit: int, requested: list[tuple[int, int]]
) -> None:
    server = Listing(total)
    assert [row.id async for row in listing(server, limit=limit)] == list(range(total))
    assert server.requested == requested


async def test_the_limit_is_always_sent_and_100_unless_stated() -> None:
    server = Listing(3)
    await listing(server).all()
    assert server.requested == [(0, 100)]


async def test_a_short_page_does_not_end_the_list() -> None:
    server = Listing(25, page_size=7)
    assert [row.id async for row in listing(server, limit=10)] == list(range(25))
    assert [offset for offset, _ in server.requested] == [0, 7, 14, 21]


async def test_a_list_whose_rows_disappear_ends() -> None:
    server = Listing(25, between=lambda listing: listing.rows.clear())
    assert [row.id async for row in listing(server, limit=10)] == list(range(10))
    assert len(server.requested) == 2


async def test_without_a_total_an_empty_page_ends_the_list() -> None:
    server = Listing(20)
    server.reports_total = False
    assert len(await listing(server, limit=10).all()) == 20
    assert [offset for offset, _ in server.requested] == [0, 10, 20]


@given(
    total=st.integers(0, 60),
    page_size=st.integers(1, 20),
    limit=st.integers(1, 20),
    offset=st.integers(0, 70),
    with_total=st.booleans(),
)
def test_every_row_is_read_once_at_any_page_size(
    total: int, page_size: int, limit: int, offset: int, with_total: bool
) -> None:
    server = Listing(total, page_size=page_size)
    server.reports_total = with_total
    found = asyncio.run(listing(server, limit=limit, offset=offset).all())
    assert [row.id for row in found] == list(range(total))[offset:]


async def test_a_list_is_read_as_models_plain_data_and_bytes() -> None:
    body = b'{"total":2,"items":[{"id":1,"price":0.10},{"id":2, "price":12}]}'
    transport = MemoryTransport(lambda _: Response(200, Headers(), body))
    (page,) = [page async for page in rows(transport).pages()]
    assert (page.items, page.total, page.offset) == (
        [Row(id=1, price=Decimal("0.10")), Row(id=2, price=Decimal(12))],
        2,
        0,
    )
    assert [item async for item in rows(transport).dicts()] == [
        {"id": 1, "price": Decimal("0.10")},
        {"id": 2, "price": 12},
    ]
    (raw,) = [page async for page in rows(transport).raw()]
    assert [bytes(item) for item in raw.items] == [b'{"id":1,"price":0.10}', b'{"id":2, "price":12}']
    assert (raw.total, raw.offset) == (2, 0)
    assert all(isinstance(item, msgspec.Raw) for item in raw.items)


async def test_first_and_count_request_one_row() -> None:
    server = Listing(25)
    assert await listing(server).first() == Row(id=0)
    assert await listing(server).count() == 25
    assert await listing(server, offset=20).count() == 5
    assert await listing(Listing(0)).first() is None
    assert [limit for _, limit in server.requested] == [1, 1, 1]
    server.reports_total = False
    assert await listing(server, limit=10).count() == 25


async def test_each_iteration_starts_over() -> None:
    pages = listing(Listing(3))
    assert await pages.all() == await pages.all()


async def test_every_page_request_has_its_own_id() -> None:
    transport = MemoryTransport(Listing(30))
    await rows(transport, limit=10).all()
    assert len({request.id for request in transport.requests}) == 3


@pytest.mark.parametrize(
    ("selection", "sent"),
    [
        ("items(id,total)", "total,count,offset,limit,items(id,total)"),
        ("total,items(id)", "count,offset,limit,total,items(id)"),
        ("count,items(options(name)),limit,offset,total", "count,items(options(name)),limit,offset,total"),
    ],
)
def test_a_selection_of_fields_gets_the_fields_that_paging_needs(selection: str, sent: str) -> None:
    request = Request(method="GET", path="/rows", params=(("responseFields", selection),), options=SEARCH.options)
    assert dict(rows(always({}), request).request.params)["responseFields"] == sent


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"items": 7}', b"<html>", b'{"items": [{"id": 1}'])
async def test_an_invalid_page_is_an_error_that_names_the_endpoint(body: bytes) -> None:
    def reads() -> Iterator[object]:
        transport = MemoryTransport(lambda _: Response(200, Headers(), body))
        yield rows(transport).all()
        yield anext(aiter(rows(transport).dicts()))
        yield anext(aiter(rows(transport).raw()))

    for read in reads():
        with pytest.raises(DecodeError, match="GET /rows: expected"):
            await read  # type: ignore[misc]


@pytest.mark.parametrize("settings", [{"limit": 0}, {"limit": -1}, {"offset": -1}])
def test_an_invalid_limit_or_offset_is_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"limit, .* is|offset, .* is"):
        rows(always({}), **settings)


@pytest.mark.parametrize("page_size", [1, 3, 10])
@pytest.mark.parametrize("row_count", [3, 10, 40])
@pytest.mark.parametrize("total", [None, 10**9])
async def test_a_server_that_ignores_the_offset_is_an_error(total: int | None, row_count: int, page_size: int) -> None:
    def serve(request: Request) -> Response:
        items = [{"id": row} for row in range(row_count)][:page_size]
        return make_response({"items": items} | ({} if total is None else {"total": total}))

    def iterators(pages: Pages[Row]) -> list[Callable[[], AsyncIterator[object]]]:
        return [lambda: aiter(pages), pages.pages, pages.dicts, pages.raw]

    for nth in range(4):
        transport = MemoryTransport(serve)
        with pytest.raises(DecodeError, match="expected a list that ends at items, found the items of an earlier page"):
            _ = [item async for item in iterators(rows(transport, limit=10))[nth]()]
        assert len(transport.requests) == 2


@pytest.mark.parametrize("period", [1, 2, 7, 30])
async def test_a_server_that_repeats_pages_in_a_loop_is_an_error(period: int) -> None:
    transport = MemoryTransport(
        lambda request: make_response({"items": [{"id": int(dict(request.params)["offset"]) % (period * 10)}] * 10})
    )
    with pytest.raises(DecodeError, match="an earlier page"):
        await rows(transport, limit=10).all()
    assert len(transport.requests) <= 4 * period + 2


async def test_a_total_that_keeps_rising_is_an_error() -> None:
    def serve(request: Request) -> Response:
        offset = int(dict(request.params)["offset"])
        return make_response({"total": offset + 200, "items": [{"id": offset + nth} for nth in range(100)]})

    transport = MemoryTransport(serve)
    with pytest.raises(DecodeError, match="kept rising"):
        await rows(transport).all()
    assert len(transport.requests) <= 110


async def test_a_list_that_grows_at_its_front_repeats_items_and_is_read_to_its_end() -> None:
    def grow(listing: Listing) -> None:
        if len(listing.requested) < 4:
            listing.rows.insert(0, 100 + len(listing.requested))

    assert [row.id async for row in listing(Listing(6, between=grow), limit=1)] == [0, 0, 0, 1, 2, 3, 4, 5]


async def test_a_list_that_grows_to_less_than_twice_its_size_is_read_to_its_end() -> None:
    server = Listing(300, between=lambda listing: listing.rows.append(len(listing.rows)))
    assert len(await listing(server, limit=2).all()) > 300


async def test_a_reader_may_empty_a_page() -> None:
    found = []
    async for page in listing(Listing(25), limit=10).pages():
        found += [page.items.pop() for _ in range(len(page.items))]
    assert sorted(row.id or 0 for row in found) == list(range(25))


@pytest.mark.parametrize("read", [aiter, Pages.dicts], ids=["items", "dicts"])
async def test_closing_an_iterator_of_items_closes_its_pages_at_once(
    read: Callable[[Pages[Row]], AsyncGenerator[object, None]],
) -> None:
    opened: list[AsyncGenerator[object, None]] = []
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=opened.append)
    try:
        items = read(listing(Listing(25), limit=10))
        await anext(items)
        await items.aclose()
    finally:
        sys.set_asyncgen_hooks(*hooks)
    assert len(opened) == 2
    assert all(generator.ag_frame is None for generator in opened)


@pytest.mark.parametrize("name", ["limit", "offset", "concurrency", "lag"])
@pytest.mark.parametrize("value", [-1, math.nan, math.inf, "7", True, Decimal(7)], ids=repr)
def test_invalid_numbers_are_refused_when_a_list_is_built(name: str, value: Any) -> None:
    products = Ecwid(transport=MemoryTransport([])).store(1003, "secret_x").products
    with pytest.raises(ConfigError, match=rf"{name}, .* is .*: give a (whole )?number of at least"):
        products.search(**{name: value}) if name in ("limit", "offset") else products.scan(**{name: value})
