"""Deadlines of calls over a custom transport, which knows nothing of them."""

import math
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import anyio
import pytest

from ecwid_async import Ecwid, NotSentInTime, Timeout
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.transport import Httpx2Transport, MemoryTransport, make_response
from ecwid_async.transport.deadline import Deadline, with_deadlines
from ecwid_async.wire import Options, Request, Response, StreamedResponse


class Silent:
    """A transport that takes requests and never responds."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.cancelled = 0

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        try:
            await anyio.sleep_forever()
        finally:
            self.cancelled += 1
        raise AssertionError("unreachable")

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        raise NotImplementedError

    async def aclose(self) -> None: ...


def run_on_virtual_clock(main: Callable[[], Awaitable[None]]) -> None:
    """Run under trio, whose clock jumps to the next timeout when every task waits."""
    trio, testing = pytest.importorskip("trio"), pytest.importorskip("trio.testing")
    trio.run(main, clock=testing.MockClock(autojump_threshold=0))


def test_a_request_is_cancelled_at_its_deadline() -> None:
    silent = Silent()

    async def main() -> None:
        async with Ecwid(transport=silent) as ecwid:
            with pytest.raises(Timeout) as raised:
                await ecwid.store(1003, "secret_x").orders.get("A").with_timeout(5)
        assert not isinstance(raised.value, NotSentInTime)

    run_on_virtual_clock(main)
    assert (len(silent.requests), silent.cancelled) == (1, 1)


def test_a_write_that_times_out_may_have_taken_effect() -> None:
    async def main() -> None:
        async with Ecwid(transport=Silent()) as ecwid:
            with pytest.raises(Timeout) as raised:
                await ecwid.store(1003, "secret_x").products.delete_all(confirm=True).with_timeout(5)
        assert raised.value.outcome == "unknown"

    run_on_virtual_clock(main)


async def test_a_request_is_cancelled_under_asyncio_too() -> None:
    silent = Silent()
    options = Options(operation="GET /orders/{orderId}", deadline=anyio.current_time())
    # A clock that stands still lets the request pass the first check, however late it is.
    deadline = Deadline(silent, clock=lambda: -math.inf)
    with pytest.raises(Timeout) as raised:
        await deadline.send(Request(method="GET", path="/orders/A", options=options))
    assert not isinstance(raised.value, NotSentInTime)
    assert (len(silent.requests), silent.cancelled) == (1, 1)


@pytest.mark.parametrize("seconds", [0, -1])
@pytest.mark.parametrize("quota", ["default", None])
async def test_a_request_whose_deadline_has_passed_is_not_sent(seconds: float, quota: str | None) -> None:
    memory = MemoryTransport([make_response({"id": "A"})])
    settings = {} if quota == "default" else {"quota": None}
    async with Ecwid(transport=memory, **settings) as ecwid:
        with pytest.raises(NotSentInTime):
            await ecwid.store(1003, "secret_x").orders.get("A").with_timeout(seconds)
    assert memory.requests == []


async def test_the_sandbox_keeps_deadlines_too() -> None:
    async with Ecwid(transport=demo_sandbox(products=1), quota=None) as ecwid:
        store = ecwid.store(DEMO_STORE_ID, DEMO_TOKEN)
        with pytest.raises(NotSentInTime):
            await store.profile.get().with_timeout(0)
        assert await store.profile.get().with_timeout(60)


async def test_a_response_in_time_is_returned() -> None:
    async with Ecwid(transport=MemoryTransport([make_response({"id": "A"})])) as ecwid:
        assert (await ecwid.store(1003, "secret_x").orders.get("A").with_timeout(60)).id == "A"


def test_cancelling_the_caller_is_not_a_timeout() -> None:
    async def main() -> None:
        async with Ecwid(transport=Silent()) as ecwid:
            with anyio.move_on_after(5) as scope:
                await ecwid.store(1003, "secret_x").orders.get("A").with_timeout(60)
        assert scope.cancelled_caught

    run_on_virtual_clock(main)


def test_transports_that_keep_deadlines_are_not_wrapped() -> None:
    pytest.importorskip("httpx2")
    transport = Httpx2Transport("http://127.0.0.1:1")
    assert with_deadlines(transport) is transport
    assert isinstance(with_deadlines(Silent()), Deadline)
