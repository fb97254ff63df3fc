"""httpx2 runs under trio, and so does everything above it."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import anyio
import pytest
import trio
from attrs import evolve

from ecwid_async import Ecwid, NotFound, NotSent, OutcomeUnknown, RetryPolicy, Timeout
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN
from ecwid_async.transport import Settings, Timeouts
from ecwid_async.wire import StreamBody
from tests.contract.requests import GET, PUT, hang, respond
from tests.transport.fault_server import Exchange, fault_server_thread

httpx2 = pytest.importorskip("ecwid_async.transport.httpx2")


def under_trio(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Turn an async test into a plain function: the asyncio plugin would run an async one."""

    def run(**fixtures: Any) -> None:
        trio.run(partial(test, **fixtures))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    run.__signature__ = inspect.signature(test)  # type: ignore[attr-defined]
    return run


@under_trio
async def test_a_store_is_read_and_written(ecwid_sandbox_url: str) -> None:
    async with Ecwid(transport=httpx2.Httpx2Transport(ecwid_sandbox_url)) as ecwid:
        store = ecwid.store(DEMO_STORE_ID, DEMO_TOKEN)
        found = store.orders.search(limit=25)
        orders = [order async for order in found]
        assert len(orders) == await found.count() > 25
        with pytest.raises(NotFound):
            await store.products.get(1)
        async with anyio.create_task_group() as group:
            for order in orders[:5]:
                group.start_soon(store.orders.get, order.id)


@under_trio
async def test_a_repeatable_request_is_retried() -> None:
    async def fail_once(exchange: Exchange) -> None:
        if len(server.log) == 1:
            exchange.reset()
        else:
            await exchange.respond(b'{"id":"A"}')

    with fault_server_thread(fail_once) as server:
        async with Ecwid(
            transport=httpx2.Httpx2Transport(server.base_url), retry=RetryPolicy(base_delay=0.001)
        ) as ecwid:
            assert (await ecwid.store(1003, "secret_x").orders.get("A")).id == "A"
    assert len(server.log) == 2


@under_trio
async def test_failures_are_distinguished() -> None:
    with fault_server_thread(hang) as server:
        transport = httpx2.Httpx2Transport(server.base_url, Settings(timeouts=Timeouts(total=0.05)))
        with pytest.raises(OutcomeUnknown):
            await transport.send(PUT)
        urgent = evolve(PUT, options=evolve(PUT.options, deadline=anyio.current_time() + 0.05))
        slow = httpx2.Httpx2Transport(server.base_url)
        with pytest.raises(Timeout):
            await slow.send(urgent)
        await transport.aclose()
        await slow.aclose()
    with pytest.raises(NotSent):
        await slow.send(PUT)
    await slow.aclose()


@under_trio
async def test_a_cancelled_call_frees_its_connection() -> None:
    async def first_hangs(exchange: Exchange) -> None:
        await (hang(exchange) if len(server.log) == 1 else respond(exchange))

    with fault_server_thread(first_hangs) as server:
        transport = httpx2.Httpx2Transport(server.base_url, Settings(connections=1))
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(transport.send, GET)
                while not server.log:  # noqa: ASYNC110  the server is in another thread
                    await trio.sleep(0.01)
                scope.cancel()
        assert scope.cancelled_caught
        assert (await transport.send(GET)).status == 200
        await transport.aclose()
        await transport.aclose()


@under_trio
async def test_streams_are_uploaded_and_downloaded() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"def"

    with fault_server_thread(respond) as server:
        transport = httpx2.Httpx2Transport(server.base_url)
        await transport.send(evolve(PUT, body=StreamBody(chunks(), 6)))
        async with transport.stream(GET) as response:
            assert [chunk async for chunk in response.chunks] == [b'{"ok":true}']
        await transport.aclose()
    assert server.log[0].body == b"abcdef"
    assert server.connections == 1


def test_one_transport_serves_trio_and_asyncio_in_turn() -> None:
    with fault_server_thread(respond) as server:
        transport = httpx2.Httpx2Transport(server.base_url)

        async def once() -> int:
            status: int = (await transport.send(GET)).status
            await transport.aclose()
            return status

        assert [anyio.run(once, backend=backend) for backend in ("trio", "asyncio", "trio")] == [200] * 3
