"""What a client keeps, what goes past its cache, and what makes it forget."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import pytest
from attrs import define, evolve

from ecwid_async import ConfigError, Ecwid, EcwidError, Event, InvalidToken, NotSent, OutcomeUnknown, RetryPolicy, Store
from ecwid_async.export import export_store
from ecwid_async.models import ProductDraft
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.tokens import MemoryTokens
from ecwid_async.transport import CachePolicy, MemoryCache, Secret, make_response
from ecwid_async.wire import EventKind, Lane, Options, Request, Response
from tests.transport.cache.cache_setup import Time
from tests.transport.cache.model_server import STORE_ID, TOKEN, Server, client

ONCE = RetryPolicy(attempts=1)


async def name(ecwid: Ecwid, token: str | None = TOKEN) -> str | None:
    return (await ecwid.store(STORE_ID, token).products.get(1)).name


@pytest.fixture
def server() -> Server:
    return Server()


async def test_without_a_cache_each_read_is_sent_and_dropping_does_nothing(server: Server) -> None:
    async with client(server) as ecwid:
        for _ in range(3):
            await name(ecwid)
        await ecwid.cache.drop(STORE_ID)
        await ecwid.cache.clear()
        assert "NoCache" in repr(ecwid.cache)
    assert server.count == 3


async def test_a_kept_response_has_its_age_and_the_date_of_the_server(server: Server, clock: Time) -> None:
    date = "Mon, 30 Nov 2026 12:00:00 GMT"
    server.respond = lambda _: make_response({"id": 1}, headers={"Date": date})
    async with client(server, cache=MemoryCache(clock=clock)) as ecwid:
        product = ecwid.store(STORE_ID, TOKEN).products
        first = await product.get(1).response()
        clock.passed += 30
        second = await product.get(1).response()
    assert first.age is None
    assert second.age == pytest.approx(30, abs=1)
    assert (second.headers["Date"], second.body) == (date, first.body)


def test_a_response_is_never_older_than_its_time_however_long_it_took(server: Server) -> None:
    """Its age counts from when the last attempt was sent, so neither its delay nor waits before that matter."""
    statuses = iter([429, 200, 200])
    server.respond = lambda _: make_response({"id": 1}, status=next(statuses), headers={"Retry-After": "200"})

    async def hold_for(seconds: float) -> None:
        release = server.hold()
        await anyio.sleep(seconds)
        release.set()

    async def main() -> None:
        async with (
            client(server, cache=MemoryCache(clock=anyio.current_time)) as ecwid,
            anyio.create_task_group() as tasks,
        ):
            transport = ecwid.store(STORE_ID, TOKEN).transport
            tasks.start_soon(hold_for, 50)
            await anyio.lowlevel.checkpoint()
            await transport.send(PRODUCT)
            assert anyio.current_time() - start == 250
            assert server.count == 2
            await anyio.sleep(59)
            assert (await transport.send(PRODUCT)).age == 59
            tasks.start_soon(hold_for, 50)
            await anyio.sleep(1)
            assert (await transport.send(PRODUCT)).age is None
            await anyio.sleep(10)
            assert (await transport.send(PRODUCT)).age == 59

    trio, testing = pytest.importorskip("trio"), pytest.importorskip("trio.testing")
    clock = testing.MockClock(autojump_threshold=0)
    start = clock.current_time()
    trio.run(main, clock=clock)


PRODUCT = Request(
    method="GET", path="/products/1", options=Options(operation="GET /products/{productId}", repeatable=True)
)


@pytest.mark.parametrize("status", [203, 404, 403, 429, 500])
async def test_only_a_200_is_kept(server: Server, status: int) -> None:
    server.respond = lambda _: make_response({"id": 1}, status=status)
    async with client(server, cache=MemoryCache(), retry=ONCE) as ecwid:
        transport = ecwid.store(STORE_ID, TOKEN).transport
        server.respond = lambda _: make_response({"id": 1}, status=status, headers={"Retry-After": "400"})
        for _ in range(2):
            assert (await transport.send(PRODUCT)).status == status
    assert server.count == 2


async def test_orders_and_customers_are_kept_only_if_asked_for(server: Server) -> None:
    async with client(server, cache=MemoryCache()) as ecwid:
        for _ in range(2):
            await ecwid.store(STORE_ID, TOKEN).orders.get("A1")
            await ecwid.store(STORE_ID, TOKEN).customers.get(1)
    assert server.count == 4
    async with client(server, cache=MemoryCache(CachePolicy({"GET /orders/{orderId}": 5}))) as ecwid:
        for _ in range(2):
            await ecwid.store(STORE_ID, TOKEN).orders.get("A1")
    assert server.count == 5


async def test_bulk_reads_downloads_and_uploads_go_past_the_cache(server: Server) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"image"

    async with client(server, cache=MemoryCache(CachePolicy({"GET /*": 60}))) as ecwid:
        store = ecwid.store(STORE_ID, TOKEN)
        bulk = evolve(PRODUCT, options=evolve(PRODUCT.options, lane=Lane.BULK))
        for _ in range(2):
            await store.transport.send(bulk)
            await store.products.files.download(1, 2).read()
        assert server.count == 4
        await name(ecwid)
        await store.transport.send(bulk)
        await store.products.images.upload(1, chunks())
        assert await name(ecwid) == "version 1", "an upload is a write"


async def test_exports_and_scans_and_changes_go_past_the_cache(tmp_path: Any) -> None:
    events: list[Event] = []
    sandbox = demo_sandbox(products=3, orders=2, customers=2, requests_per_minute=None)
    cache = MemoryCache(CachePolicy({"GET /*": 60}))
    async with Ecwid(transport=sandbox, events=events.append, cache=cache, quota=None) as ecwid:
        store = ecwid.store(DEMO_STORE_ID, DEMO_TOKEN)
        await export_store(store, ["products", "orders", "profile"], tmp_path / "export", format="jsonl")
        async with store.products.scan() as scan:
            assert len([product async for product in scan]) == 3
        async with store.products.changes() as changes:
            async for _ in changes:
                pass
    kinds = {event.kind for event in events}
    assert EventKind.ATTEMPT_ENDED in kinds
    assert not kinds & {EventKind.CACHE_HIT, EventKind.CACHE_MISS, EventKind.COALESCED}
    assert len(cache) == 0


async def test_mirrors_go_past_the_cache(tmp_path: Any) -> None:
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("aiosqlite")
    from ecwid_async.sync import Mirror

    cache, events = MemoryCache(CachePolicy({"GET /*": 60})), list[Event]()
    sandbox = demo_sandbox(products=3, orders=2, customers=2, requests_per_minute=None)
    async with (
        Ecwid(transport=sandbox, events=events.append, cache=cache, quota=None) as ecwid,
        Mirror(f"sqlite:///{tmp_path / 'mirror.db'}") as mirror,
    ):
        await mirror.sync(ecwid.store(DEMO_STORE_ID, DEMO_TOKEN))
    kinds = {event.kind for event in events}
    assert EventKind.ATTEMPT_ENDED in kinds
    assert not kinds & {EventKind.CACHE_HIT, EventKind.CACHE_MISS, EventKind.COALESCED}


Action = Callable[[Store], Awaitable[object]]
WRITES: dict[str, Action] = {
    "create": lambda store: store.products.create(ProductDraft(name="Tea", sku="T1")),
    "update": lambda store: store.products.update(1, ProductDraft(name="Tea")),
    "delete": lambda store: store.products.delete(1),
    "of another section": lambda store: store.customers.delete(1),
    "raw": lambda store: store.transport.send(
        Request(method="POST", path="/odd", options=Options(operation="POST /odd"))
    ),
}


@pytest.mark.parametrize("action", WRITES)
async def test_a_write_makes_the_whole_store_forgotten(server: Server, action: str) -> None:
    async with client(server, cache=MemoryCache()) as ecwid:
        assert await name(ecwid) == "version 0"
        assert await name(ecwid, "secret_other") == "version 0"
        await WRITES[action](ecwid.store(STORE_ID, TOKEN))
        assert await name(ecwid) == "version 1"
        assert await name(ecwid, "secret_other") == "version 1"


@pytest.mark.parametrize(
    "operation",
    ["POST /order/calculate", "POST /products/filters", "POST /orders/tax-invoice-preview", "POST /images/main-colors"],
)
async def test_a_post_that_changes_nothing_is_no_write(server: Server, operation: str) -> None:
    async with client(server, cache=MemoryCache()) as ecwid:
        await name(ecwid)
        request = Request(method="POST", path=operation[5:], options=Options(operation=operation))
        await ecwid.store(STORE_ID, TOKEN).transport.send(request)
        await name(ecwid)
    assert server.count == 2


async def test_reads_between_the_start_and_the_end_of_a_write_are_not_used_after_it(server: Server) -> None:
    async with client(server, cache=MemoryCache()) as ecwid:
        release = server.hold()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(WRITES["delete"], ecwid.store(STORE_ID, TOKEN))
            await anyio.lowlevel.checkpoint()
            server.gate = None
            assert await name(ecwid) == "version 0"
            assert await name(ecwid) == "version 0"
            assert server.count == 3, "nothing is kept during a write"
            release.set()
        assert await name(ecwid) == "version 1"


async def test_a_read_in_progress_is_not_shared_with_callers_after_a_write(server: Server) -> None:
    names: list[str | None] = []
    async with client(server, cache=MemoryCache()) as ecwid:

        async def read() -> None:
            names.append(await name(ecwid))

        held = server.hold()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
            await anyio.wait_all_tasks_blocked()
            server.gate = None
            await WRITES["delete"](ecwid.store(STORE_ID, TOKEN))
            await read()
            assert (names, server.count) == (["version 1"], 3)
            server.version = -1  # what the early read shows
            held.set()
        server.version = 2
        assert await name(ecwid) == "version 1", "of the later read"


@pytest.mark.parametrize("how", ["503", "lost", "cancelled", "not a result"])
async def test_after_a_write_in_doubt_nothing_is_kept(server: Server, clock: Time, how: str) -> None:
    async with client(server, cache=MemoryCache(clock=clock), retry=ONCE) as ecwid:
        await name(ecwid)
        store = ecwid.store(STORE_ID, TOKEN)
        responses: dict[str, Callable[[Request], Response | Exception]] = {
            "503": lambda _: make_response(status=503),
            "lost": lambda request: OutcomeUnknown("reset", request=request),
            "not a result": lambda _: make_response(b"<html>"),
        }
        server.respond = responses.get(how)
        if how == "cancelled":
            server.hold()
            with anyio.move_on_after(0.01):
                await store.products.create(ProductDraft(name="Tea"))
        else:
            with pytest.raises(EcwidError) as raised:
                await store.products.create(ProductDraft(name="Tea"))
            assert raised.value.outcome == "unknown"
        server.respond, server.gate = None, None
        before = server.count
        for _ in range(3):
            await name(ecwid)
        assert server.count == before + 3
        clock.passed += 301
        for _ in range(3):
            await name(ecwid)
        assert server.count == before + 4


@pytest.mark.parametrize("how", ["refused", "not sent"])
async def test_a_write_without_effect_blocks_no_later_search(server: Server, how: str) -> None:
    async with client(server, cache=MemoryCache(), retry=ONCE) as ecwid:
        store = ecwid.store(STORE_ID, TOKEN)
        if how == "refused":
            server.respond = lambda _: make_response(status=400)
        else:
            server.respond = lambda request: NotSent("refused", request=request)
        with pytest.raises(EcwidError) as raised:
            await store.products.delete(1)
        assert raised.value.outcome == how.replace(" ", "_")
        server.respond = None
        for _ in range(3):
            await store.products.search().first()
        assert server.count == 2


@pytest.mark.parametrize("how", ["write", "webhook"])
async def test_after_a_write_or_webhook_items_are_kept_and_searches_are_not(
    server: Server, clock: Time, how: str
) -> None:
    async with client(server, cache=MemoryCache(clock=clock)) as ecwid:
        store = ecwid.store(STORE_ID, TOKEN)
        await (store.products.delete(1) if how == "write" else ecwid.cache.drop(STORE_ID))
        before = server.count
        for _ in range(3):
            await name(ecwid)
        assert server.count == before + 1
        for _ in range(3):
            await store.products.search().first()
        assert server.count == before + 4
        clock.passed += 301
        for _ in range(3):
            await store.products.search().first()
        assert server.count == before + 5


async def test_a_batch_makes_the_store_forgotten_until_it_is_complete() -> None:
    sandbox = demo_sandbox(products=3, requests_per_minute=None)
    events: list[Event] = []
    async with Ecwid(transport=sandbox, events=events.append, cache=MemoryCache(), quota=None) as ecwid:
        store = ecwid.store(DEMO_STORE_ID, DEMO_TOKEN)
        product = await store.products.search().first()
        assert product is not None
        assert product.id is not None
        await store.products.get(product.id)
        await store.batch([store.products.update(product.id, ProductDraft(name="New"))])
        assert (await store.products.get(product.id)).name == "New"
        events.clear()
        await store.products.get(product.id)
        assert EventKind.CACHE_HIT not in {event.kind for event in events}, "nothing is kept within the lag"


async def test_a_batch_that_takes_longer_than_the_lag_makes_the_store_forgotten_too(
    server: Server, clock: Time
) -> None:
    async with client(server, cache=MemoryCache(clock=clock)) as ecwid:
        transport = ecwid.store(STORE_ID, TOKEN).transport
        await transport.send(Request(method="POST", path="/batch", options=Options(operation="POST /batch")))
        clock.passed += 301
        assert [await name(ecwid), await name(ecwid), server.count] == ["version 1", "version 1", 2]
        server.version = 2  # the store executes the batch
        await transport.send(Request(method="GET", path="/batch", options=Options(operation="GET /batch")))
        assert await name(ecwid) == "version 2"


async def test_responses_to_a_refused_token_are_not_used_any_more(server: Server) -> None:
    async with client(server, cache=MemoryCache()) as ecwid:
        await name(ecwid)
        await name(ecwid, "secret_other")

        def respond(request: Request) -> Response:
            if ("Authorization", f"Bearer {TOKEN}") in request.headers.pairs:
                return make_response({"errorCode": "INVALID_API_TOKEN"}, status=403)
            return make_response({"id": 1, "name": "of the other token"})

        server.respond = respond
        assert await name(ecwid) == "version 0", "nobody has said so yet"
        with pytest.raises(InvalidToken):
            await ecwid.store(STORE_ID, TOKEN).orders.get("A1")
        with pytest.raises(InvalidToken):
            await name(ecwid)
        assert await name(ecwid, "secret_other") == "version 0"


async def test_responses_to_a_token_that_was_replaced_are_not_used_any_more(server: Server) -> None:
    tokens = MemoryTokens({STORE_ID: TOKEN})
    async with client(server, cache=MemoryCache(), tokens=tokens) as ecwid:
        await name(ecwid, None)
        assert await name(ecwid, None) == "version 0"
        assert server.count == 1
        tokens = MemoryTokens({STORE_ID: "secret_new"})
        ecwid._token_transport(STORE_ID)._source = tokens  # type: ignore[misc,attr-defined]

        def respond(request: Request) -> Response:
            if ("Authorization", f"Bearer {TOKEN}") in request.headers.pairs:
                return make_response({"errorCode": "INVALID_API_TOKEN"}, status=403)
            return make_response({"id": 1, "name": "of the new token"})

        server.respond = respond
        await ecwid.store(STORE_ID).orders.get("A1")
        assert await name(ecwid, None) == "of the new token"
        assert len(ecwid.cache) == 1  # type: ignore[arg-type]


class Changing:
    """A source with one token, which changes."""

    token = TOKEN

    async def get(self, store_id: int) -> str:
        return self.token

    async def invalidate(self, store_id: int, token: str) -> None: ...


async def test_a_response_to_a_token_that_changed_before_sending_is_not_kept_for_the_first(server: Server) -> None:
    source = Changing()
    async with client(server, cache=MemoryCache(), tokens=source) as ecwid:
        await ecwid.store(STORE_ID).orders.get("A1")
        reading = asyncio.create_task(name(ecwid, None))
        await asyncio.sleep(0)
        source.token = "secret_new"
        ecwid.reload_token(STORE_ID)
        await reading
        assert ("Authorization", "Bearer secret_new") in server.requests[-1].headers.pairs
        source.token = TOKEN
        ecwid.reload_token(STORE_ID)
        await name(ecwid, None)
        assert ("Authorization", f"Bearer {TOKEN}") in server.requests[-1].headers.pairs


async def test_clients_of_several_servers_may_share_a_cache() -> None:
    first, second, cache = Server(), Server(), MemoryCache()
    second.version = 5
    async with (
        client(first, cache=cache, base_url="https://one.example/api/v3") as one,
        client(second, cache=cache, base_url="https://two.example/api/v3") as two,
    ):
        assert (await name(one), await name(two)) == ("version 0", "version 5")
        assert (await name(one), await name(two)) == ("version 0", "version 5")
        await one.store(STORE_ID, TOKEN).products.delete(1)
        await name(two)
    assert (first.count, second.count) == (2, 2)


async def test_the_projection_of_into_is_a_read_of_its_own(server: Server) -> None:
    @define
    class Named:
        name: str

    async with client(server, cache=MemoryCache()) as ecwid:
        for _ in range(2):
            await name(ecwid)
            assert (await ecwid.store(STORE_ID, TOKEN).products.get(1, into=Named)).name == "version 0"
    assert server.count == 2


@pytest.mark.parametrize("cache", [5, "memory", CachePolicy()])
def test_anything_but_a_cache_is_refused(cache: Any) -> None:
    with pytest.raises(ConfigError, match="cache"):
        Ecwid(cache=cache)


async def test_no_token_is_shown_by_a_cache(server: Server) -> None:
    async with client(server, cache=MemoryCache()) as ecwid:
        store = ecwid.store(STORE_ID, Secret(TOKEN))
        await name(ecwid)
        assert TOKEN not in f"{store.transport!r} {ecwid.cache!r} {vars(store.transport)}"
        assert TOKEN not in repr(ecwid.cache._entries)  # type: ignore[union-attr]
