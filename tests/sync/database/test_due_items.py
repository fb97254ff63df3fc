"""The queue of items that are to be read by GET."""

import asyncio

import pytest

from ecwid_async.changes import ReadInterval
from ecwid_async.errors import ConfigError
from ecwid_async.sync.database.database import Database
from ecwid_async.sync.database.due_items import (
    DueItem,
    add_due,
    clear_by_get,
    clear_by_search,
    count_due,
    find_due,
    highest_number,
    mark_due,
    postpone,
    record_poll,
)
from ecwid_async.sync.database.lease import take_lease
from ecwid_async.sync.database.state import register_store
from tests.postgresql import PostgreSQL

STORE = 1003
LAG = 300.0


async def due(database: Database, *, now: float = 0.0, limit: int = 100, section: str | None = None) -> list[DueItem]:
    async with database.read() as connection:
        return await find_due(connection, database.schema, STORE, now=now, limit=limit, section=section)


async def due_ids(database: Database) -> list[str]:
    return [item.id for item in await due(database)]


async def highest(database: Database) -> int:
    async with database.read() as connection:
        return await highest_number(connection, database.schema)


async def add(database: Database, ids, reason, section: str = "products") -> None:
    async with database.write() as connection:
        await add_due(connection, database.schema, STORE, section, ids, reason)


async def poll(database: Database, number: int, server_time: float) -> None:
    async with database.write() as connection:
        await record_poll(
            connection, database.schema, STORE, "products", number=number, server_time=server_time, lag=LAG
        )


async def search(database: Database, ids, *, began: float) -> None:
    read = ReadInterval.at(began, 0.0, lag=LAG)
    async with database.write() as connection:
        await clear_by_search(connection, database.schema, STORE, "products", ids, read)


async def get(database: Database, items) -> None:
    async with database.write() as connection:
        await clear_by_get(connection, database.schema, STORE, items)


async def test_a_mark_is_durable_and_coalesced_by_id(database, open_database):
    await mark_due(database, STORE, "products", [42])
    await mark_due(database, STORE, "products", ["42", 7])
    await mark_due(database, STORE, "orders", ["EG4H2"])
    await database.aclose()
    reopened = await open_database()
    items = await due(reopened)
    assert [(item.section, item.id, item.reason) for item in items] == [
        ("products", "42", "hint"),
        ("products", "7", "hint"),
        ("orders", "EG4H2", "hint"),
    ]
    assert await due(reopened, section="orders") == items[2:]
    assert await due(reopened, limit=1) == items[:1]


async def test_a_second_mark_has_a_higher_number(database):
    assert await highest(database) == 0
    await mark_due(database, STORE, "products", [42])
    (first,) = await due(database)
    await mark_due(database, STORE, "products", [42])
    (second,) = await due(database)
    assert second.number > first.number
    assert await highest(database) == second.number


async def test_marks_of_many_processes_at_once_are_all_kept(database, open_database):
    others = [database, await open_database()]
    await asyncio.gather(*(mark_due(others[n % 2], STORE, "products", [n % 7, n % 5, 100 + n]) for n in range(20)))
    assert sorted(map(int, await due_ids(database))) == [*range(7), *range(100, 120)]


async def test_a_mark_with_a_lower_number_that_is_committed_later_does_not_lower_the_number(database, open_database):
    if database.backend.has_one_writer:
        pytest.skip("writing transactions of SQLite do not overlap")
    async with database.write() as slow:
        await add_due(slow, database.schema, STORE, "products", [1], "hint")
        await mark_due(await open_database(), STORE, "products", [2])
        (_, seen) = (None, (await due(database))[0].number)
        await add_due(slow, database.schema, STORE, "products", [2], "hint")
    numbers = {item.id: item.number for item in await due(database)}
    assert numbers["2"] > seen > numbers["1"]


async def test_a_mark_and_a_transaction_of_a_sync_do_not_block_each_other(
    postgresql_mirror_url: str, postgresql_server: PostgreSQL
) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    async with await Database.open(postgresql_mirror_url) as database:
        await register_store(database, STORE, "https://app.ecwid.com/api/v3")
        lease = await take_lease(database, STORE, "worker")
        await mark_due(database, STORE, "products", [1, 2])
        first, second = await due(database)
        async with database.transaction(lease) as connection:
            await clear_by_get(connection, database.schema, STORE, [second])
            marking = asyncio.create_task(mark_due(database, STORE, "products", [1, 2]))
            while (await postgresql_server.execute(waiting))[0][0] == 0:
                await asyncio.sleep(0.01)
                assert not marking.done()
            await clear_by_get(connection, database.schema, STORE, [first])
        await marking
        assert await due_ids(database) == ["1", "2"]


@pytest.mark.parametrize(
    ("section", "item_id", "message"),
    [
        ("nothing", 1, "the mirror has no section 'nothing'"),
        ("products", "abc", "'abc' is not a valid id in products"),
        ("products", "", "'' is not a valid id"),
        ("orders", "", "'' is not a valid id in orders"),
        ("orders", "x" * 300, "is not a valid id in orders"),
        ("orders", "..", "is not a valid id in orders"),
        ("products", 1 << 70, "is not a valid id in products"),
    ],
)
async def test_a_mark_of_an_unknown_section_or_an_invalid_id_is_refused(sqlite_url, section, item_id, message):
    async with await Database.open(sqlite_url) as database:
        with pytest.raises(ConfigError, match=message):
            await mark_due(database, STORE, section, [1, item_id])
        assert await due(database) == []


async def test_a_get_clears_what_was_due_before_it_was_sent(database):
    await mark_due(database, STORE, "products", [1, 2])
    seen = await due(database)
    await mark_due(database, STORE, "products", [2])  # while the GET is running
    await get(database, seen)
    assert await due_ids(database) == ["2"]
    await get(database, await due(database))
    assert await due_ids(database) == []


async def clear_and_fail(database: Database, items) -> None:
    async with database.write() as connection:
        await clear_by_get(connection, database.schema, STORE, items)
        raise ZeroDivisionError


async def test_clearing_is_part_of_the_transaction_that_stores_the_row(database):
    await mark_due(database, STORE, "products", [1])
    seen = await due(database)
    with pytest.raises(ZeroDivisionError):
        await clear_and_fail(database, seen)
    assert await due(database) == seen


async def test_a_search_that_began_more_than_the_lag_after_the_recorded_poll_clears(database):
    await mark_due(database, STORE, "products", [1, 2])
    await poll(database, await highest(database), 1000.0)
    await search(database, [1], began=1300.0)
    assert await due_ids(database) == ["1", "2"]  # its index may show the state before the mark
    await search(database, [1, 3], began=1301.0)
    assert await due_ids(database) == ["2"]  # only what it returned


async def test_a_search_does_not_clear_what_was_marked_after_the_recorded_poll(database):
    await mark_due(database, STORE, "products", [1])
    number = await highest(database)
    await mark_due(database, STORE, "products", [2])
    await poll(database, number, 1000.0)
    await search(database, [1, 2], began=5000.0)
    assert await due_ids(database) == ["2"]
    await mark_due(database, STORE, "products", [1])
    await search(database, [1], began=5000.0)
    assert await due_ids(database) == ["2", "1"]


async def test_without_a_recorded_poll_a_search_clears_nothing(database):
    await mark_due(database, STORE, "products", [1])
    await search(database, [1], began=5000.0)
    assert await due_ids(database) == ["1"]


async def test_polls_that_no_search_needs_any_more_are_forgotten(database):
    for minute in range(60):
        await mark_due(database, STORE, "products", [minute])
        await poll(database, await highest(database), 60.0 * minute)
    async with database.read() as connection:
        polls = (await connection.execute(database.schema.recorded_polls.select())).all()
    assert len(polls) <= 7
    # A search that begins now still finds the newest record that is older than the lag.
    await search(database, range(60), began=60.0 * 59 + 1)
    assert sorted(map(int, await due_ids(database))) == [55, 56, 57, 58, 59]


async def test_only_a_get_clears_what_an_audit_or_an_older_state_made_due(database):
    await add(database, [1], "audit")
    await add(database, [2], "went_back")
    await add(database, [3], "missing")
    await mark_due(database, STORE, "products", [1, 2])
    await poll(database, await highest(database), 1000.0)
    await search(database, [1, 2, 3], began=5000.0)
    items = await due(database)
    assert [(item.id, item.reason) for item in items] == [("1", "audit"), ("2", "went_back")]
    await get(database, items)
    assert await due(database) == []


async def test_items_that_a_listing_lacks_come_after_hints(database):
    await add(database, [1, 2], "missing")
    await mark_due(database, STORE, "products", [3])
    assert await due_ids(database) == ["3", "1", "2"]
    async with database.read() as connection:
        counts = await count_due(connection, database.schema, STORE)
    assert counts == {("products", "missing"): 2, ("products", "hint"): 1}


async def test_an_item_that_could_not_be_read_waits_until_its_time_or_a_new_mark(database):
    await mark_due(database, STORE, "products", [1, 2])
    seen = await due(database)
    await mark_due(database, STORE, "products", [2])
    async with database.write() as connection:
        await postpone(connection, database.schema, STORE, seen, retry_at=100.0)
    assert [item.id for item in await due(database, now=99.0)] == ["2"]
    assert [(item.id, item.failures) for item in await due(database, now=100.0)] == [("2", 0), ("1", 1)]
    await mark_due(database, STORE, "products", [1])
    assert [(item.id, item.failures) for item in await due(database, now=0.0)] == [("2", 0), ("1", 0)]


async def test_stores_have_items_of_their_own(database):
    await mark_due(database, 2002, "products", [1])
    assert await due(database) == []


async def test_thousands_of_items_are_added_at_once(database):
    await add(database, range(5000), "missing")
    assert len(await due(database, limit=10_000)) == 5000
