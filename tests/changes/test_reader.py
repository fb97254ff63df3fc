"""Large changes are read in ranges of update times. What can't be proven is yielded, and read again the next time."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from attrs import evolve

from ecwid_async import Ecwid
from ecwid_async.changes import ChangeBatch, Cursor, reader
from ecwid_async.errors import InvalidToken, ScanDrifted
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.sandbox.switches import UnsortedOrder
from ecwid_async.scan import RawPage, Scan
from ecwid_async.wire import Headers, Request, Response
from tests.changes.polls import LAG, Table, changes, rows
from tests.changes.test_plans import ROWS
from tests.scan.faulty_server import Faults, FaultyWorld, TotalFault
from tests.scan.lists import KINDS, Kind
from tests.scan.world import DAY, START, STORE, TOKEN, Move, Scene, Step, World

OLDEST = START - 90_000


@pytest.fixture
def _small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Halve ranges of more than 40 items."""
    monkeypatch.setattr(reader, "_LARGE", 40)


class UnprovableWorld(World):
    """Records the update times that are requested."""

    current: "UnprovableWorld | None" = None
    bad: int | None = None
    """Scans of the items that were updated at this time can't be proven."""
    reason = ""

    def __init__(self, kind: Kind, scene: Scene) -> None:
        super().__init__(kind, scene)
        self.sent: list[tuple[int, int | None]] = []
        UnprovableWorld.current = self

    def handle(self, request: Request) -> Response:
        if "updatedFrom" in dict(request.params):
            self.sent.append(update_times(request))
        return super().handle(request)

    def spoils(self, request: Request) -> bool:
        """Return whether a scan with this request can't be proven."""
        low, high = update_times(request)
        return self.bad is not None and low < self.bad and (high is None or self.bad < high)


def update_times(request: Request) -> tuple[int, int | None]:
    params = dict(request.params)
    return int(params.get("updatedFrom", -1)), int(params["updatedTo"]) if "updatedTo" in params else None


@pytest.fixture(autouse=True)
def _unprovable_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the scans of an `UnprovableWorld` yield everything and drift at the end."""

    class UnprovableScan(Scan[Any]):
        async def _iterate_raw_pages(self) -> AsyncGenerator[RawPage, None]:
            world = UnprovableWorld.current
            spoiled = world is not None and world.spoils(self._request)
            async with aclosing(super()._iterate_raw_pages()) as pages:
                async for page in pages:
                    yield evolve(page, is_proven=page.is_proven and not spoiled)
            if world is not None and spoiled:
                raise ScanDrifted("It changed.", reason=world.reason)

    monkeypatch.setattr(UnprovableWorld, "current", None)
    monkeypatch.setattr(reader, "Scan", UnprovableScan)


def world_of(count: int = 500, *, name: str = "products", step: int = 10, page_size: int = 10) -> UnprovableWorld:
    scene = Scene(rows=rows(count, step=step), switches=Switches(page_size=page_size), concurrency=4)
    return UnprovableWorld(KINDS[name], scene)


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
    world.bad = OLDEST + 2010
    table = Table(world, cursor=cursor_at(OLDEST))

    async def poll() -> None:
        await table.poll()
        assert table.drifted
        assert table.numbers == set(range(1, 501))
        position = table.position
        assert position.since is not None
        assert (position.since, position.proven[0][0]) == (OLDEST + 2010, OLDEST + 2011)
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


@pytest.mark.usefixtures("_small_ranges")
def test_a_range_of_a_server_that_breaks_an_assumption_is_not_halved() -> None:
    world = world_of()
    world.bad, world.reason = OLDEST + 2010, "a page held the same item twice"
    table = Table(world, cursor=cursor_at(OLDEST))
    world.run(table.poll())
    assert table.drifted
    assert table.numbers == set(range(1, 501))
    (before, after), since = table.position.proven[0], table.position.since or 0
    assert since < OLDEST + 1900
    assert before > OLDEST + 2100
    assert after == START - LAG - 1


def test_the_error_says_what_to_do() -> None:
    world = world_of()
    world.bad = OLDEST + 2010

    batches: list[ChangeBatch[Any]] = []

    async def read() -> None:
        async with changes(world, cursor_at(OLDEST)) as read:
            async for batch in read.raw():
                batches.append(batch)  # noqa: PERF401 - the batches before the error count

    with pytest.raises(ScanDrifted, match="Read the changes again since the cursor of the last batch"):
        world.run(read())
    assert batches[-1].cursor.unproven_since is not None


@pytest.mark.parametrize("total", ["more", "fewer", "capped", "huge", "wobbles", "grows"])
def test_a_server_of_which_nothing_can_be_proven_is_left_alone_after_a_while(total: TotalFault) -> None:
    faults = Faults(total=total, by=2, ignores=frozenset({"from_date", "to_date"}))
    world = FaultyWorld(KINDS["products"], Scene(rows=rows(60), switches=Switches(page_size=4)), faults)
    table = Table(world, cursor=cursor_at(OLDEST))
    world.run(table.poll())
    # The simulation allows 3,000 requests.
    assert table.drifted
    assert table.position.since == OLDEST
    assert table.yielded > 0


def test_what_was_updated_after_the_start_need_not_be_proven() -> None:
    world = world_of(200, step=1)
    world._do(Move("edit", at=0, count=60))
    world.bad = START
    table = Table(world, cursor=cursor_at(OLDEST))
    world.run(table.poll())
    assert not table.drifted
    assert table.position.since == START - LAG
    assert table.numbers == set(range(1, 201))


@pytest.mark.parametrize("name", ["products", "orders", "categories"])
def test_a_first_read_that_can_t_be_proven_starts_over_and_keeps_its_start(name: str) -> None:
    world = world_of(name=name)
    world.bad = OLDEST + 2010
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


def test_a_bulk_import_of_one_second_is_read_while_other_items_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_LARGE", 100)
    switches = Switches(ties="unstable", page_size=5)
    imported = tuple(evolve(row, number=1000 + row.number) for row in rows(300, age=DAY, same_second=True))
    steps = (
        *(Step(seconds=0.1),) * 60,
        Step((Move("edit", at=250),)),
        *(Step(seconds=0.1),) * 60,
        Step((Move("edit"),)),
    )
    scene = Scene(rows=(*rows(100, step=100), *imported), switches=switches, concurrency=4, steps=steps, rounds=20)
    world = World(KINDS["products"], scene)
    table = Table(world, cursor=cursor_at(OLDEST))
    world.run(table.poll())
    assert not table.drifted
    assert table.numbers == {row.number for row in scene.rows}
    assert table.position.since == START - LAG - 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_changes_can_be_read_and_left_on_asyncio_and_trio(backend: str) -> None:
    sandbox = Sandbox(requests_per_minute=None, switches=Switches(page_size=4))
    store = sandbox.add_store(STORE, token=TOKEN)
    store.load("products", ({"id": n, "createTimestamp": n, "updateTimestamp": n} for n in range(1, 11)))

    async def read() -> list[Any]:
        products = Ecwid(transport=sandbox, quota=None).store(STORE, TOKEN).products
        async with products.changes() as read:
            found = [key async for batch in read for key in batch.ids]
        async with products.changes(cursor_at(5)) as read:
            async for _ in read.raw():
                break
        return found

    assert anyio.run(read, backend=backend) == list(range(1, 11))


def test_an_empty_list_has_a_cursor_too() -> None:
    world = world_of(0)
    table = Table(world)
    world.run(table.poll())
    assert (table.yielded, table.requests, table.position.since) == (0, 1, START - LAG)
