"""A scan can be left at any point and leaves nothing open: `World.run` checks for tasks, requests and loop errors."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from email.utils import formatdate
from typing import Any, Literal

import anyio
import anyio.lowlevel
import pytest

from ecwid_async import Ecwid, deadline
from ecwid_async.errors import InvalidToken
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.scan import Scan
from ecwid_async.scan.token import END
from ecwid_async.transport.memory import make_response
from ecwid_async.wire import Request, Response
from tests.sandbox.api import Api
from tests.scan.lists import KINDS, Row
from tests.scan.world import START, STORE, TOKEN, Scene, World

COUNT = 40
NAMES = ["products", "orders", "categories"]
CONCURRENCIES = [1, 8]
OUTPUTS: dict[str, Callable[[Scan[Any]], Any]] = {
    "typed": lambda scan: aiter(scan),
    "dicts": lambda scan: scan.dicts(),
    "raw": lambda scan: scan.raw(),
}


def make_world(name: str, concurrency: int) -> World:
    rows = tuple(Row(number=1 + nth, created=START - 9000 + nth, updated=START - 9000 + nth) for nth in range(COUNT))
    return World(KINDS[name], Scene(rows=rows, switches=Switches(page_size=4), concurrency=concurrency))


@pytest.fixture(scope="module", autouse=True)
def _collect_garbage() -> Iterator[None]:
    yield
    # An object that was never awaited or closed warns when it is collected, and the warning fails the test.
    gc.collect()


def every_point(name: str, concurrency: int) -> range:
    """Return the points of an undisturbed scan at which a request was served or answered."""
    world = make_world(name, concurrency)

    async def read() -> None:
        async with world.scan() as scan:
            assert len([item async for item in scan.dicts()]) == COUNT

    world.run(read())
    return range(1, world.progress + 1)


@pytest.mark.parametrize("concurrency", CONCURRENCIES)
@pytest.mark.parametrize("name", NAMES)
def test_a_scan_can_be_cancelled_at_every_request(name: str, concurrency: int) -> None:
    for at in every_point(name, concurrency):
        world = make_world(name, concurrency)

        async def read(world: World = world, at: int = at) -> bool:
            with anyio.CancelScope() as scope:
                world.on_progress = lambda: scope.cancel() if world.progress == at else None
                async with world.scan() as scan:
                    async for _ in scan.dicts():
                        await anyio.lowlevel.checkpoint()
            return scope.cancelled_caught

        assert world.run(read()), f"not cancelled at point {at}"


@pytest.mark.parametrize("concurrency", CONCURRENCIES)
@pytest.mark.parametrize("name", NAMES)
def test_a_task_that_reads_a_scan_can_be_cancelled_at_every_request(name: str, concurrency: int) -> None:
    for at in every_point(name, concurrency):
        world = make_world(name, concurrency)

        async def read(world: World = world) -> None:
            async with world.scan() as scan:
                async for _ in scan:
                    await anyio.lowlevel.checkpoint()

        async def cancel(world: World = world, at: int = at, read: Callable[[], Any] = read) -> bool:
            task = asyncio.create_task(read())
            world.on_progress = lambda: task.cancel() if world.progress == at else None
            await asyncio.wait([task])
            return task.cancelled()

        assert world.run(cancel()), f"not cancelled at point {at}"


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("concurrency", CONCURRENCIES)
@pytest.mark.parametrize("name", NAMES)
def test_a_scan_can_be_left_after_any_item(name: str, concurrency: int, output: str) -> None:
    for count in range(0, COUNT + 1, 6):
        world = make_world(name, concurrency)

        async def read(world: World = world, count: int = count) -> int:
            seen = 0
            async with world.scan() as scan:
                async for _ in OUTPUTS[output](scan):
                    seen += 1
                    if seen >= count:
                        break
            return seen

        assert world.run(read()) <= max(1, count)


@pytest.mark.parametrize("concurrency", CONCURRENCIES)
@pytest.mark.parametrize("name", NAMES)
def test_an_error_in_the_loop_body_is_raised_unchanged(name: str, concurrency: int) -> None:
    for count in range(1, COUNT, 5):
        world = make_world(name, concurrency)

        async def read(world: World = world, count: int = count) -> None:
            async with world.scan() as scan:
                seen = 0
                async for _ in scan.dicts():
                    seen += 1
                    if seen == count:
                        raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            world.run(read())
        assert not world.pending


@pytest.mark.parametrize("concurrency", CONCURRENCIES)
@pytest.mark.parametrize("name", NAMES)
def test_an_error_from_the_server_is_raised_unchanged(name: str, concurrency: int) -> None:
    for at in range(0, every_point(name, concurrency)[-1] - 1, 3):
        world = make_world(name, concurrency)

        def revoke(world: World = world, at: int = at) -> None:
            if world.progress >= at:
                world.store.revoke(TOKEN)

        async def read(world: World = world, revoke: Callable[[], None] = revoke) -> None:
            world.on_progress = revoke
            revoke()
            async with world.scan() as scan:
                async for _ in scan.dicts():
                    pass

        with pytest.raises(InvalidToken):
            world.run(read())
        assert not world.pending


@pytest.mark.parametrize("concurrency", CONCURRENCIES)
@pytest.mark.parametrize("name", NAMES)
def test_a_scan_that_is_opened_but_not_read_sends_no_request(name: str, concurrency: int) -> None:
    world = make_world(name, concurrency)

    async def read() -> None:
        async with world.scan():
            pass

    world.run(read())
    assert world.served == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_scan_can_be_read_and_left_on_asyncio_and_trio(backend: str) -> None:
    sandbox = Sandbox(requests_per_minute=None, switches=Switches(page_size=4))
    store = sandbox.add_store(STORE, token=TOKEN)
    store.load("products", ({"id": n, "createTimestamp": n, "updateTimestamp": n} for n in range(1, COUNT + 1)))

    async def read() -> list[int | None]:
        products = Ecwid(transport=sandbox, quota=None).store(STORE, TOKEN).products
        async with products.scan(ordered=True) as scan:
            found = [product.id async for product in scan]
        async with products.scan() as scan:
            async for _ in scan.dicts():
                break
        return found

    assert anyio.run(read, backend=backend) == list(range(1, COUNT + 1))


async def test_a_scan_that_is_closed_while_another_task_reads_it_does_not_end_as_if_it_were_complete() -> None:
    class Silent:
        async def send(self, request: Request) -> Response:
            if dict(request.params)["offset"] != "0":
                await anyio.sleep_forever()
            item = {"id": 1, "createTimestamp": 1, "updateTimestamp": 1}
            return make_response({"total": 9, "items": [item]}, headers={"Date": formatdate(START, usegmt=True)})

        def stream(self, request: Request) -> Any:
            raise NotImplementedError

        async def aclose(self) -> None:
            pass

    store = Ecwid(transport=Silent(), quota=None).store(STORE, TOKEN)
    async with store.products.scan() as scan:
        items = scan.dicts()
        await anext(items)
        reader = asyncio.ensure_future(anext(items))
        await asyncio.sleep(0.01)
    with pytest.raises(RuntimeError, match="another task"):
        await reader
    assert scan.token != END


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("output", OUTPUTS)
def test_a_scan_that_is_closed_between_two_items_does_not_end_as_if_it_were_complete(output: str, backend: str) -> None:
    sandbox = Sandbox(requests_per_minute=None, switches=Switches(page_size=1))
    sandbox.add_store(STORE, token=TOKEN)
    api = Api(sandbox, store_id=STORE, token=TOKEN)
    for nth in range(3):
        api.post("/products", {"name": f"Product {nth}"})
    store = Ecwid(transport=sandbox, quota=None).store(STORE, TOKEN)

    async def read() -> None:
        async with store.products.scan() as scan:
            items = OUTPUTS[output](scan)
            await anext(items)
        for _ in range(2):
            with pytest.raises(RuntimeError, match="closed before it was read to its end"):
                await anext(items)
        async with store.products.scan() as scan:
            not_begun = OUTPUTS[output](scan)
        with pytest.raises(RuntimeError, match="closed before it was read to its end"):
            await anext(not_begun)
        async with store.products.scan() as scan:
            complete = OUTPUTS[output](scan)
            assert [item async for item in complete]
        assert [item async for item in complete] == []

    anyio.run(read, backend=backend)


Interruption = Literal["task", "task, twice", "timeout", "scope"]


async def read_interrupted(world: World, read: Callable[[], Awaitable[None]], kind: Interruption, at: int) -> None:
    """Cancel the reading task at turn `at` of the loop; ``task, twice`` cancels again while it cleans up."""
    world.interrupt_at = frozenset({at, at + 1} if kind == "task, twice" else {at})
    match kind:
        case "task" | "task, twice":
            task = asyncio.ensure_future(read())
            world.interrupt = task.cancel
            await asyncio.wait([task])
            with suppress(asyncio.CancelledError):
                task.result()
        case "timeout":
            loop = asyncio.get_running_loop()
            with suppress(TimeoutError):
                async with asyncio.timeout(None) as limit:
                    world.interrupt = lambda: limit.reschedule(loop.time())
                    await read()
                    world.interrupt = None
        case "scope":
            with anyio.CancelScope() as scope:
                world.interrupt = scope.cancel
                await read()
    world.interrupt = None


READS: dict[str, Callable[[World], Callable[[], Awaitable[None]]]] = {}


def register_read(function: Callable[[World], Awaitable[None]]) -> Callable[[World], Awaitable[None]]:
    """Add a way to read a list to `READS`."""
    READS[function.__name__] = lambda world: lambda: function(world)
    return function


@register_read
async def scan(world: World) -> None:
    async with world.scan() as scan:
        async for _ in scan:
            await asyncio.sleep(0)


@register_read
async def raw(world: World) -> None:
    async with world.scan() as scan:
        async for _ in scan.raw():
            pass


@register_read
async def pages(world: World) -> None:
    section = getattr(Ecwid(transport=world, quota=None).store(STORE, TOKEN), world.kind.name)
    async for _ in section.search(limit=10).pages():
        await asyncio.sleep(0)


@register_read
async def items(world: World) -> None:
    section = getattr(Ecwid(transport=world, quota=None).store(STORE, TOKEN), world.kind.name)
    async for _ in section.search(limit=10):
        pass


@pytest.mark.parametrize("kind", ["task", "task, twice", "timeout", "scope"])
@pytest.mark.parametrize(
    ("name", "read", "concurrency"),
    [
        *(
            (name, read, concurrency)
            for name in ("products", "categories")
            for read in ("scan", "raw")
            for concurrency in (1, 8)
        ),
        ("products", "pages", 1),
        ("products", "items", 1),
    ],
)
def test_an_interruption_at_any_await_leaves_nothing_open(
    name: str, read: str, concurrency: int, kind: Interruption
) -> None:
    world = make_world(name, concurrency)
    world.run(read_interrupted(world, READS[read](world), kind, -1))
    # In long reads, the same awaits recur for each page: a stride of a prime number meets all of them.
    for at in range(1, world.turns + 1, 7 if world.turns > 150 else 1):
        world = make_world(name, concurrency)
        world.run(read_interrupted(world, READS[read](world), kind, at))


async def test_the_deadline_of_a_block_does_not_reach_the_pages_that_are_requested_ahead_in_it() -> None:
    sandbox = Sandbox(requests_per_minute=None, switches=Switches(page_size=4))
    rows = ({"id": n, "createTimestamp": n, "updateTimestamp": n} for n in range(1, COUNT + 1))
    sandbox.add_store(STORE, token=TOKEN).load("products", rows)
    deadlines: dict[str, float | None] = {}

    class Recorder:
        async def send(self, request: Request) -> Response:
            deadlines.setdefault(dict(request.params)["offset"], request.options.deadline)
            return await sandbox.send(request)

        def stream(self, request: Request) -> Any:
            return sandbox.stream(request)

        async def aclose(self) -> None:
            pass

    store = Ecwid(transport=Recorder(), quota=None).store(STORE, TOKEN)
    async with store.products.scan(concurrency=2) as scan:
        items = scan.dicts()
        item = await anext(items, None)
        while item is not None:
            with deadline(60):
                item = await anext(items, None)
    assert deadlines["4"] is None
    assert deadlines["36"] is None
