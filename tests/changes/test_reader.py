"""Large changes are read in ranges of update times. What can't be proven is yielded, and read again the next time."""

import asyncio
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest

from ecwid_async.changes import ChangeBatch, Cursor, reader
from ecwid_async.errors import InvalidToken, ScanDrifted
from ecwid_async.sandbox import Switches
from ecwid_async.sandbox.switches import UnsortedOrder
from ecwid_async.wire import Headers, Request, Response
from tests.changes.polls import LAG, Table, changes, rows
from tests.changes.test_plans import ROWS
from tests.scan.lists import KINDS
from tests.scan.world import DAY, START, STORE, Move, Scene, World

OLDEST = START - 90_000


@pytest.fixture
def _small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Halve ranges of more than 40 items."""
    monkeypatch.setattr(reader, "_LARGE", 40)


class UnprovableWorld(World):
    """Repeats an item in each response about items that were updated at the time `bad`."""

    bad: int | None = None
    sent: list[tuple[int, int | None]]

    def handle(self, request: Request) -> Response:
        params = dict(request.params)
        low, high = int(params.get("updatedFrom", 0)), int(params["updatedTo"]) if "updatedTo" in params else None
        if "updatedFrom" in params:
            self.sent.append((low, high))
        response = super().handle(request)
        if self.bad is None or not low <= self.bad or (high is not None and high < self.bad):
            return response
        page = msgspec.json.decode(response.body)
        page["items"] = page["items"][:1] * 2 + page["items"][2:]
        headers = Headers([("Date", response.headers.get("Date", ""))])
        return Response(response.status, headers, msgspec.json.encode(page))


def world_of(count: int = 500, *, name: str = "products", step: int = 10, page_size: int = 10) -> UnprovableWorld:
    scene = Scene(rows=rows(count, step=step), switches=Switches(page_size=page_size), concurrency=4)
    world = UnprovableWorld(KINDS[name], scene)
    world.sent = []
    return world


def cursor_at(since: int, operation: str = "GET /products") -> str:
    return Cursor(version=1, store_id=STORE, operation=operation, since=since).to_json()


@pytest.mark.usefixtures("_small_ranges")
@pytest.mark.parametrize("name", ["products", "orders", "subscriptions"])
def test_many_changes_are_read_in_ranges_the_oldest_first(name: str) -> None:
    world = world_of(name=name)
    table = Table(world, cursor=cursor_at(OLDEST, changes(world)._operation))
    cursors: list[int] = []

    async def poll() -> None:
        async with changes(world, table.cursor) as read:
            async for batch in read.raw():
                table.store(batch)
                cursors.append(batch.cursor.since or 0)

    world.run(poll())
    assert table.numbers == set(range(1, 501))
    assert cursors == sorted(cursors)
    assert len(set(cursors)) > 10
    assert cursors[-1] == START - LAG
    assert table.position.proven == ()


@pytest.mark.usefixtures("_small_ranges")
def test_an_interrupted_read_of_many_changes_continues_where_it_was() -> None:
    world = world_of()
    table = Table(world, cursor=cursor_at(OLDEST))

    async def poll() -> None:
        polls = 0
        while table.position.since != START - LAG:
            await table.poll(batches=20)
            polls += 1
            assert polls < 20
        assert table.numbers == set(range(1, 501))

    world.run(poll())


@pytest.mark.usefixtures("_small_ranges")
def test_what_can_t_be_proven_is_yielded_and_only_that_is_read_again() -> None:
    world = world_of()
    world.bad = OLDEST + 2005
    table = Table(world, cursor=cursor_at(OLDEST))

    async def poll() -> None:
        await table.poll()
        assert table.drifted
        # The fault of this server drops an item of each page.
        assert len(table.numbers) > 480
        position = table.position
        assert position.since is not None
        assert OLDEST + 1600 < position.since <= OLDEST + 2005
        assert position.unproven_since == position.since
        assert position.proven[-1][1] == START - LAG - 1
        world.bad = None
        world.sent.clear()
        await table.poll()
        assert not table.drifted
        assert table.numbers == set(range(1, 501))
        assert table.position.since == START - LAG
        assert table.position.proven == ()
        # What was proven is not read again.
        assert table.yielded < 100
        assert all(low >= START - LAG - 1 or OLDEST + 1600 < low < OLDEST + 2400 for low, _ in world.sent)

    world.run(poll())


def test_the_error_says_what_to_do() -> None:
    world = world_of()
    world.bad = OLDEST + 2005

    batches: list[ChangeBatch[Any]] = []

    async def read() -> None:
        async with changes(world, cursor_at(OLDEST)) as read:
            async for batch in read.raw():
                batches.append(batch)  # noqa: PERF401 - the batches before the error count

    with pytest.raises(ScanDrifted, match="Read the changes again since the cursor of the last batch"):
        world.run(read())
    assert batches[-1].cursor.unproven_since is not None


def test_what_was_updated_after_the_start_need_not_be_proven() -> None:
    world = world_of(200, step=1)
    world._do(Move("edit", at=0, count=60))
    world.bad = START
    table = Table(world, cursor=cursor_at(OLDEST))
    world.run(table.poll())
    assert not table.drifted
    assert table.position.since == START - LAG
    assert table.numbers >= set(range(61, 201))


@pytest.mark.parametrize("name", ["products", "orders", "categories"])
def test_a_first_read_that_can_t_be_proven_starts_over_and_keeps_its_start(name: str) -> None:
    world = world_of(name=name)
    world.bad = OLDEST + 2005
    table = Table(world)

    async def poll() -> None:
        await table.poll()
        assert table.drifted
        assert (table.position.since, table.position.until, table.position.scan) == (None, START - LAG, "")
        world.bad = None
        world.now += DAY
        await table.poll()
        assert table.position.since == START - LAG
        assert table.numbers >= set(range(1, 501))

    world.run(poll())


def test_an_interrupted_first_read_continues_and_keeps_its_start() -> None:
    world = world_of()
    table = Table(world)

    async def poll() -> None:
        await table.poll(batches=30)
        assert table.yielded == 300
        assert table.position.until == START - LAG
        world._do(Move("delete", at=3))
        world.now += DAY
        await table.poll()
        assert table.yielded <= 210
        assert table.position == Cursor.from_json(
            cursor_at(int(START - LAG)), store_id=STORE, operation="GET /products"
        )

    world.run(poll())


@pytest.mark.parametrize("unsorted", ["oldest", "arbitrary"])
@pytest.mark.parametrize("name", ROWS)
def test_an_interrupted_first_read_costs_what_the_docs_say(name: str, unsorted: UnsortedOrder) -> None:
    scene = Scene(rows=rows(200), switches=Switches(page_size=10, unsorted=unsorted), concurrency=4)
    world = World(KINDS[name], scene)
    table = Table(world)
    interrupted = ROWS[name][-1]
    continues = interrupted == "continues" or (interrupted == "continues if in order" and unsorted == "oldest")

    async def poll() -> None:
        await table.poll(batches=12)
        assert 110 <= table.yielded <= 120
        await table.poll()
        assert table.numbers >= set(range(1, 201))
        # Without a complete position, a page may be read again.
        assert table.yielded <= 100 if continues else table.yielded >= 200

    world.run(poll())


def test_the_token_of_a_list_that_is_read_in_another_way_now_is_ignored() -> None:
    world = world_of(50)
    old = Cursor(version=1, store_id=STORE, operation="GET /products", until=OLDEST, scan="old")
    table = Table(world, cursor=old.to_json())
    world.run(table.poll())
    assert table.yielded == 50
    assert table.position.since == OLDEST


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    world = world_of(50)
    table = Table(world)

    async def poll() -> None:
        await table.poll()
        world.now -= 3600
        await table.poll()
        assert table.position.since == START - 3600 - LAG
        world.now += 1000
        world._do(Move("edit", at=3, count=2))
        world.now += 1000
        await table.poll()
        assert table.yielded == 2
        assert table.position.since == START - 1600 - LAG

    world.run(poll())


def test_an_error_of_the_server_ends_the_read_and_keeps_what_was_yielded() -> None:
    world = world_of()
    table = Table(world)
    handle = world.sandbox.handle

    def refuse(request: Request) -> Response:
        if world.served > 20:
            return Response(403, Headers(), b'{"errorCode":"INVALID_API_TOKEN","errorMessage":"no"}')
        return handle(request)

    world.sandbox.handle = refuse  # type: ignore[method-assign]

    async def poll() -> None:
        with pytest.raises(InvalidToken):
            await table.poll()
        assert table.yielded > 100
        assert table.position.scan

    world.run(poll())


OUTPUTS: dict[str, Callable[[Any], Any]] = {
    "typed": lambda read: aiter(read),
    "dicts": lambda read: read.dicts(),
    "raw": lambda read: read.raw(),
}
SINCE = pytest.mark.parametrize("since", [None, cursor_at(OLDEST)], ids=["first", "later"])


@SINCE
@pytest.mark.usefixtures("_small_ranges")
def test_a_read_can_be_cancelled_at_every_request(since: str | None) -> None:
    async def read(world: World, at: int) -> bool:
        with anyio.CancelScope() as scope:
            world.on_progress = lambda: scope.cancel() if world.progress == at else None
            async with changes(world, since) as read:
                async for _ in read:
                    await anyio.lowlevel.checkpoint()
        return scope.cancelled_caught

    at = 1
    while True:
        world = world_of(120)
        if not world.run(read(world, at)):
            break
        at += 2
    assert at > 12


@SINCE
@pytest.mark.usefixtures("_small_ranges")
def test_a_task_that_reads_changes_can_be_cancelled_at_every_turn(since: str | None) -> None:
    async def read(world: World) -> None:
        async with changes(world, since) as read:
            async for _ in read.raw():
                await anyio.lowlevel.checkpoint()

    async def cancel(world: World, at: int) -> bool:
        task = asyncio.create_task(read(world))
        world.interrupt, world.interrupt_at = task.cancel, frozenset({at})
        await asyncio.wait([task])
        return task.cancelled()

    at = 3
    while True:
        world = world_of(60)
        if not world.run(cancel(world, at)):
            break
        at += 3
    assert at > 20


@SINCE
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.usefixtures("_small_ranges")
def test_a_read_can_be_left_after_any_batch(since: str | None, output: str) -> None:
    for count in range(1, 12, 2):
        world = world_of(100)

        async def read(world: World = world, count: int = count) -> int:
            seen = 0
            async with changes(world, since) as read:
                async for _ in OUTPUTS[output](read):
                    seen += 1
                    if seen == count:
                        break
            return seen

        assert world.run(read()) == count


def test_changes_are_read_once_and_inside_async_with() -> None:
    world = world_of(10)

    async def read() -> None:
        unopened = changes(world)
        with pytest.raises(RuntimeError, match="async with"):
            await anext(unopened.raw())
        async with changes(world) as read:
            assert [len(batch.items) async for batch in read] == [10]
            with pytest.raises(RuntimeError, match="only once"):
                await anext(read.raw())
        with pytest.raises(RuntimeError, match="only once"):
            async with read:
                pass

    world.run(read())


def test_an_empty_list_has_a_cursor_too() -> None:
    world = world_of(0)
    table = Table(world)
    world.run(table.poll())
    assert (table.yielded, table.requests, table.position.since) == (0, 1, START - LAG)
