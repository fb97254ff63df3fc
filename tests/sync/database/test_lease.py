"""One process at a time writes the rows of a store."""

import asyncio

import pytest

from ecwid_async.sync.database.backend import TIMEOUT_SHARES
from ecwid_async.sync.database.database import Database
from ecwid_async.sync.database.lease import Lease, hold_lease, release_lease, renew_lease, take_lease
from ecwid_async.sync.database.state import SectionState, load_sections, load_store, register_store, save_section
from ecwid_async.sync.errors import LeaseLost, MirrorError, StoreBusy
from tests.cancelling import KINDS, run_cancelled_at

STORE = 1003


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def first(open_database, clock) -> Database:
    database = await open_database(clock=clock)
    await register_store(database, STORE, "https://app.ecwid.com/api/v3")
    return database


@pytest.fixture
async def second(first, open_database, clock) -> Database:
    return await open_database(clock=clock)


async def write_cursor(database: Database, lease: Lease, cursor: str) -> None:
    async with database.transaction(lease) as connection:
        state = SectionState(store_id=lease.store_id, section="products", cursor=cursor)
        await save_section(connection, database.schema, state)


async def stored_cursor(database: Database) -> str | None:
    async with database.read() as connection:
        states = await load_sections(connection, database.schema, STORE)
    return states["products"].cursor if states else None


async def test_the_owner_of_a_lease_writes(first):
    lease = await take_lease(first, STORE, "worker 1")
    await write_cursor(first, lease, "a")
    assert await stored_cursor(first) == "a"


async def test_a_live_lease_is_not_taken_and_the_error_says_who_holds_it_until_when(first, second, clock):
    await take_lease(first, STORE, "worker 1")
    clock.now += 59
    with pytest.raises(
        StoreBusy, match=r"worker 1 is synchronizing store 1003.*until 2023-11-14 22:14:20 UTC"
    ) as caught:
        await take_lease(second, STORE, "worker 2")
    assert (caught.value.owner, caught.value.until) == ("worker 1", 1_700_000_060.0)


async def test_each_transaction_renews_the_lease(first, second, clock):
    lease = await take_lease(first, STORE, "worker 1")
    for _ in range(3):
        clock.now += 50
        await write_cursor(first, lease, "a")
    clock.now += 50
    await renew_lease(first, lease)
    clock.now += 50
    with pytest.raises(StoreBusy):
        await take_lease(second, STORE, "worker 2")


async def test_a_lease_whose_row_a_transaction_of_its_owner_has_is_not_lost(database, open_database, monkeypatch):
    monkeypatch.setitem(TIMEOUT_SHARES, "lock", 0.001)
    await register_store(database, STORE, "https://app.ecwid.com/api/v3")
    lease = await take_lease(database, STORE, "worker 1")
    if database.backend.has_one_writer:
        pytest.skip("writing transactions of SQLite do not overlap")
    async with database.transaction(lease):
        await asyncio.create_task(renew_lease(database, lease))
    await write_cursor(database, lease, "a")


async def test_a_paused_writer_that_continues_after_a_take_over_commits_nothing(first, second, clock):
    old = await take_lease(first, STORE, "worker 1")
    await write_cursor(first, old, "a")
    clock.now += 61
    new = await take_lease(second, STORE, "worker 2")
    assert new.epoch > old.epoch
    await write_cursor(second, new, "b")
    with pytest.raises(LeaseLost, match="another process took over store 1003"):
        await write_cursor(first, old, "c")
    with pytest.raises(LeaseLost):
        await renew_lease(first, old)
    assert await stored_cursor(first) == "b"


async def test_a_writer_that_pauses_within_its_transaction_keeps_the_store_until_it_commits(first, second, clock):
    """Between the check and the commit, nobody takes the store over."""
    lease = await take_lease(first, STORE, "worker 1")
    async with first.transaction(lease) as connection:
        clock.now += 61
        take_over = asyncio.create_task(take_lease(second, STORE, "worker 2"))
        state = SectionState(store_id=STORE, section="products", cursor="a")
        await save_section(connection, first.schema, state)
        assert not take_over.done()
    assert (await take_over).epoch > lease.epoch
    assert await stored_cursor(second) == "a"
    with pytest.raises(LeaseLost):
        await write_cursor(first, lease, "c")


async def test_a_lease_that_ended_but_that_nobody_took_is_renewed(first, second, clock):
    lease = await take_lease(first, STORE, "worker 1")
    clock.now += 1000
    await write_cursor(first, lease, "a")
    with pytest.raises(StoreBusy):
        await take_lease(second, STORE, "worker 2")


async def test_a_released_lease_can_be_taken_at_once_and_no_longer_be_used(first, second):
    lease = await take_lease(first, STORE, "worker 1")
    await release_lease(first, lease)
    with pytest.raises(LeaseLost):
        await write_cursor(first, lease, "a")
    await take_lease(second, STORE, "worker 2")
    await release_lease(first, lease)  # the other one's lease is not affected
    with pytest.raises(StoreBusy):
        await take_lease(first, STORE, "worker 1")


async def test_the_block_of_a_lease_gives_it_back_also_when_it_fails_or_is_cancelled(first, second):
    with pytest.raises(ZeroDivisionError):
        async with hold_lease(first, STORE, "worker 1"):
            raise ZeroDivisionError

    entered = asyncio.Event()

    async def hold() -> None:
        async with hold_lease(first, STORE, "worker 1"):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with hold_lease(second, STORE, "worker 2"):
        pass


@pytest.mark.parametrize("kind", KINDS)
async def test_a_task_that_is_cancelled_at_any_await_gives_its_lease_back(first, second, kind):
    async def hold() -> None:
        async with hold_lease(first, STORE, "worker 1") as lease:
            await write_cursor(first, lease, "a")

    step = 1
    while await run_cancelled_at(step, hold, kind):
        async with hold_lease(second, STORE, "worker 2"):  # nobody has it, though no time has passed
            pass
        step += 1
    assert step > 5


async def test_two_holders_of_one_process_do_not_release_each_others_lease(first):
    async with hold_lease(first, STORE, "worker 1"):
        with pytest.raises(StoreBusy, match="worker 1-"):
            async with hold_lease(first, STORE, "worker 1"):
                pass
        with pytest.raises(StoreBusy):
            await take_lease(first, STORE, "worker 1")


async def test_of_many_that_take_a_lease_at_once_one_gets_it(first, second):
    taken = await asyncio.gather(
        *(take_lease(database, STORE, f"worker {n}") for n in range(5) for database in (first, second)),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in taken) == ["Lease", *["StoreBusy"] * 9]


async def test_stores_have_leases_of_their_own(first, second):
    await register_store(first, 2002, "https://app.ecwid.com/api/v3")
    leases = [await take_lease(first, STORE, "worker 1"), await take_lease(second, 2002, "worker 2")]
    assert [lease.store_id for lease in leases] == [STORE, 2002]


async def test_the_lease_of_an_unknown_store_can_not_be_taken(first):
    with pytest.raises(MirrorError, match="store 5 is not in this database"):
        await take_lease(first, 5, "worker 1")


async def test_leases_are_timed_by_the_clock_of_the_database(open_database):
    database = await open_database()
    await register_store(database, STORE, "https://app.ecwid.com/api/v3")
    await take_lease(database, STORE, "worker 1")
    async with database.read() as connection:
        now = (await connection.exec_driver_sql(f"SELECT {database.now}")).scalar_one()
        row = (await connection.execute(database.schema.stores.select())).one()
        assert await load_store(connection, database.schema, STORE)
    assert now > 1_700_000_000
    assert 0 < row.lease_until - now <= 60
