"""The changes of a list: everything at first, then what was updated since the cursor."""

import json

import pytest
from attrs import define

from ecwid_async import Ecwid
from ecwid_async.changes import ChangeBatch, Cursor, ReadInterval
from ecwid_async.errors import ConfigError
from ecwid_async.models.products import Product
from ecwid_async.sandbox import Switches
from tests.changes.polls import LAG, Table, changes, rows
from tests.scan.lists import KINDS
from tests.scan.world import DAY, START, STORE, Move, Scene, Step, World

NAMES = list(KINDS)
TIMED = [name for name, kind in KINDS.items() if kind.has_times]


def world_of(name: str = "products", count: int = 250, **options: object) -> World:
    return World(KINDS[name], Scene(rows=rows(count), **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_read_first_and_then_what_changed(name: str) -> None:
    world = world_of(name)
    table = Table(world)

    async def poll() -> None:
        await table.poll()
        first = table.yielded
        assert first == len(table.items) >= 250
        assert table.position.since == START - LAG - 0
        world.now += DAY
        world._do(Move("edit", at=3, count=5))
        world._do(Move("insert", count=2))
        world.now += DAY
        await table.poll()
        assert len(table.items) == first + 2
        assert table.yielded == (7 if KINDS[name].has_times else first + 2)
        assert table.position.since == START + 2 * DAY - LAG

    world.run(poll())


async def read_batches(world: World, since: Cursor | str | None = None) -> list[ChangeBatch[object]]:
    async with changes(world, since) as read:
        return [batch async for batch in read.raw()]


def cursor_at(since: int, operation: str = "GET /products") -> Cursor:
    return Cursor(version=1, store_id=STORE, operation=operation, since=since)


def test_items_are_typed_or_plain_data_or_bytes_or_your_own_class() -> None:
    world = world_of(count=1)

    @define
    class Row:
        id: int
        name: str

    async def read() -> None:
        async with changes(world) as read:
            (typed,) = [batch async for batch in read]
        async with changes(world) as read:
            (plain,) = [batch async for batch in read.dicts()]
        async with changes(world) as read:
            (raw,) = [batch async for batch in read.raw()]
        async with changes(world, into=Row) as read:
            (own,) = [batch async for batch in read]
        assert isinstance(typed.items[0], Product)
        assert plain.items[0]["id"] == json.loads(bytes(raw.items[0]))["id"] == 1
        assert own.items == [Row(1, "Product 0")]
        assert own.ids == [1]
        assert own.updated == [START - 90_000 + 1]

    world.run(read())


def test_each_batch_has_the_interval_of_its_page() -> None:
    world = world_of(steps=(Step(seconds=1.0),) * 6)
    batches = world.run(read_batches(world))
    assert sum(len(batch.items) for batch in batches) == 250
    # Each request is served after a second and answered after another one.
    assert batches[0].read == ReadInterval(START + 1 - 2 - LAG, START + 1 + 1 + 2)
    assert all(batch.kind == "search" and batch.deletions == [] for batch in batches)


def test_the_cursor_is_the_start_of_the_read_minus_the_duration_and_the_lag() -> None:
    world = world_of(steps=(Step(seconds=1.0),) * 6)
    assert world.run(read_batches(world))[-1].cursor.since == START + 1 - 2 - LAG


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("inclusive", [True, False])
def test_items_of_the_second_of_the_cursor_are_read_again(name: str, inclusive: bool) -> None:
    switches = Switches(inclusive_bounds=inclusive, millisecond_sections=frozenset({KINDS[name].section}))
    world = world_of(name, switches=switches)
    since = START - 90_000 + 100
    batches = world.run(read_batches(world, cursor_at(since, operation_of(world))))
    updated = [time for batch in batches for time in batch.updated if time is not None]
    assert sorted(set(updated) | {since - 1}) == list(range(since - 1, since + 151))


def operation_of(world: World) -> str:
    return changes(world)._operation


def test_a_thousand_changes_cost_little_more_than_their_pages() -> None:
    world = World(KINDS["products"], Scene(rows=rows(3000, age=10 * DAY)))
    for nth in range(10):
        world._do(Move("edit", at=300 * nth, count=100))
    world.now += DAY
    table = Table(world, cursor=cursor_at(START - DAY).to_json())
    world.run(table.poll())
    assert table.yielded == 1000
    assert table.requests <= 13


def test_a_thousand_changes_within_the_lag_cost_little_more_than_their_pages() -> None:
    world = World(KINDS["products"], Scene(rows=rows(3000, age=10 * DAY)))
    for nth in range(10):
        world._do(Move("edit", at=300 * nth, count=100))
    world.now += LAG // 2
    table = Table(world, cursor=cursor_at(START - DAY).to_json())
    world.run(table.poll())
    assert table.yielded == 1000
    assert table.requests <= 15


def test_a_quiet_list_costs_one_request_for_its_items_and_one_for_deleted_ones() -> None:
    world = world_of()
    table = Table(world, cursor=cursor_at(START - DAY // 2).to_json())
    world.run(table.poll())
    assert (table.yielded, table.requests) == (0, 2)
    assert table.position.since == START - LAG


@pytest.mark.parametrize("name", NAMES)
def test_a_read_that_is_left_after_any_batch_misses_nothing_later(name: str) -> None:
    world = world_of(name, switches=Switches(page_size=20))
    table = Table(world)

    async def poll() -> None:
        for count in range(1, 30):
            await table.poll(batches=count)
            world._do(Move("edit", at=count * 7, count=3))
            world.now += 60.0
        await table.poll()
        assert table.numbers == world.rows.visible()

    world.run(poll())


@pytest.mark.parametrize(
    ("cursor", "hint"),
    [
        (cursor_at(START, "GET /orders"), "not for GET /products"),
        (cursor_at(START, "GET /orders").to_json(), "not for GET /products"),
        ("{}", "not a valid cursor"),
    ],
)
def test_another_cursor_is_refused_at_once(cursor: Cursor | str, hint: str) -> None:
    with pytest.raises(ConfigError, match=hint):
        Ecwid().store(STORE, "secret_x").products.changes(cursor)
