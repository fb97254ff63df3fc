"""`with deadline(seconds)` limits every kind of call in the block, and nothing after it."""

import asyncio
import contextvars
import math
from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from ecwid_async import ConfigError, Ecwid, NotSentInTime, Timeout, deadline
from ecwid_async.calls import current_deadline
from ecwid_async.sandbox import Sandbox
from ecwid_async.transport import MemoryTransport, make_response
from ecwid_async.wire import Lane, Request, Response


class Recorder(MemoryTransport):
    """Responds to everything with an empty list, and keeps the deadline of each request, relative to now."""

    def __init__(self) -> None:
        super().__init__(lambda _: make_response({"id": 7, "total": 0, "count": 0, "items": []}))
        self.left: list[float | None] = []

    async def send(self, request: Request) -> Response:
        at = request.options.deadline
        self.left.append(None if at is None else at - anyio.current_time())
        return await super().send(request)


def about(*seconds: float) -> Any:
    # A busy machine may take a while to send.
    return pytest.approx(seconds, abs=4)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def store(recorder: Recorder) -> Any:
    return Ecwid(transport=recorder, quota=None, timeout=100).store(1003, "secret_x")


async def test_the_earliest_limit_applies(store: Any, recorder: Recorder) -> None:
    with deadline(50):
        await store.products.get(7)
        await store.products.get(7).with_timeout(20)
        await store.products.get(7).with_timeout(math.inf)
        with deadline(10):
            await store.products.get(7)
        with deadline(80):
            await store.products.get(7)
    await store.products.get(7)
    assert recorder.left == about(50, 20, 50, 10, 50, 100)


async def test_it_limits_lists_bulk_reads_batches_and_downloads(store: Any, recorder: Recorder) -> None:
    with deadline(50):
        await store.products.search().all()
        async with store.brands.scan() as brands:
            assert [brand async for brand in brands] == []
        with pytest.raises(Exception, match=r".+"):  # the transport has no batches
            await store.batch([store.products.get(7)])
        await store.products.files.download(7, 8).read()
    lanes = {request.options.lane for request in recorder.requests}
    assert lanes == {Lane.INTERACTIVE, Lane.BULK}
    assert recorder.left == about(*[50] * len(recorder.requests))
    assert [request.options.operation for request in recorder.requests] == [
        "GET /products",
        "GET /brands",
        "POST /batch",
        "GET /products/{productId}/files/{fileId}",
    ]


async def test_a_call_after_the_deadline_is_not_sent(store: Any, recorder: Recorder) -> None:
    with deadline(0), pytest.raises(NotSentInTime):
        await store.products.get(7)
    with deadline(-1), pytest.raises(NotSentInTime):
        await store.products.get(7)
    assert recorder.requests == []


async def test_a_call_that_takes_too_long_times_out_and_ends() -> None:
    ended = asyncio.Event()

    class Hanging(MemoryTransport):
        async def send(self, request: Request) -> Response:
            if request.method == "DELETE":
                return await super().send(request)
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
            raise AssertionError

    store = Ecwid(transport=Hanging(lambda _: make_response({}))).store(1003, "secret_x")
    await store.products.delete(7)  # imports what calls need
    with deadline(1), pytest.raises(Timeout) as raised:
        await store.products.get(7)
    assert not isinstance(raised.value, NotSentInTime)
    assert ended.is_set()


async def test_waiting_for_the_rate_limit_ends_at_the_deadline() -> None:
    sandbox = Sandbox(requests_per_minute=1)
    sandbox.add_store(1003, token="secret_x")
    from ecwid_async import Quota

    store = Ecwid(transport=sandbox, quota=Quota(requests=1, reserve=0)).store(1003, "secret_x")
    await store.profile.get()
    with deadline(0.5), pytest.raises(NotSentInTime):
        await store.profile.get()
    assert len(sandbox.requests) == 1


async def test_tasks_of_the_block_have_its_deadline_and_lose_it_with_the_block(store: Any, recorder: Recorder) -> None:
    block_ended = asyncio.Event()

    async def in_background() -> None:
        await store.products.get(7)
        await block_ended.wait()
        await store.products.get(7)

    with deadline(50):
        task = asyncio.create_task(in_background())
        await asyncio.sleep(0)
        assert current_deadline() is not None
        await asyncio.sleep(0.01)
    block_ended.set()
    await task
    assert recorder.left == about(50, 100)


async def test_requests_at_the_same_time_have_deadlines_of_their_own(store: Any, recorder: Recorder) -> None:
    async def visitor(seconds: float) -> float | None:
        with deadline(seconds):
            await asyncio.sleep(0)
            await store.products.get(7)
            return recorder.requests[-1].options.deadline

    await asyncio.gather(visitor(30), visitor(60), visitor(40))
    assert sorted(recorder.left) == about(30, 40, 60)
    assert current_deadline() is None


async def test_a_lifted_limit_leaves_the_outer_one(store: Any, recorder: Recorder) -> None:
    with deadline(50), deadline(10) as limit:
        limit.lift()
        await store.products.get(7)
    assert recorder.left == about(50)


async def test_a_generator_that_is_closed_in_another_context_ends_its_deadline() -> None:
    def dependency() -> Iterator[None]:
        with deadline(50):
            yield

    generator = dependency()
    contextvars.copy_context().run(next, generator)
    generator.close()
    assert current_deadline() is None


@pytest.mark.parametrize("seconds", [math.nan, "5", None, True])
async def test_anything_but_a_number_is_refused(seconds: Any) -> None:
    with pytest.raises(ConfigError, match="seconds"), deadline(seconds):
        pass
