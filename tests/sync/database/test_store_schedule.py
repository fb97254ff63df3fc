"""The schedule of a fleet's stores."""

from itertools import pairwise

from attrs import evolve

from ecwid_async.sync.database import (
    claim_stores,
    find_due_stores,
    finish_slice,
    has_stores,
    hold_lease,
    list_stores,
    load_schedule,
    load_schedule_totals,
    next_due,
    register_store,
    remove_unlisted,
    wake_stores,
)

START = 1_750_000_000.0
EVERY = 60.0


class Schedule:
    """The schedule of one fleet, at a time that the test sets."""

    def __init__(self, database, times, name="default"):
        self.database, self.times, self.name = database, times, name

    def wait(self, seconds):
        self.times[0] += seconds

    async def list(self, ids, *, listing=1):
        async with self.database.write() as connection:
            await list_stores(connection, self.database, self.name, ids, listing=listing, every=EVERY)

    async def claim(self, limit=100, **options):
        async with self.database.write() as connection:
            return await claim_stores(connection, self.database, self.name, limit=limit, **options)

    async def finish(self, store, *, delay=None):
        async with self.database.write() as connection:
            await finish_slice(connection, self.database, store, delay=delay)

    async def due(self):
        async with self.database.read() as connection:
            return await find_due_stores(connection, self.database, self.name, limit=100)

    async def one(self, store_id):
        async with self.database.read() as connection:
            stores = await load_schedule(connection, self.database.schema, self.name, limit=100)
        (found,) = (store for store in stores if store.store_id == store_id)
        return found

    async def wake(self, *ids):
        async with self.database.write() as connection:
            return await wake_stores(connection, self.database, ids)


async def open_schedule(open_database, name="default"):
    times = [START]
    return Schedule(await open_database(clock=lambda: times[0], lease_seconds=120.0), times, name)


def done(store):
    return evolve(store, condition="ok", failures=0, error=None)


async def test_listed_stores_are_due_at_once_and_listed_once(open_database):
    schedule = await open_schedule(open_database)
    await schedule.list([5, 3, 3])
    await schedule.list([5, 3, 4])
    assert await schedule.due() == [3, 4, 5]


async def test_stores_that_a_later_listing_lacks_are_removed_from_their_fleet_only(open_database):
    schedule = await open_schedule(open_database)
    other = Schedule(schedule.database, schedule.times, "other")
    await schedule.list([1, 2])
    await other.list([1, 2])
    await schedule.list([2, 3], listing=2)
    async with schedule.database.write() as connection:
        assert await remove_unlisted(connection, schedule.database.schema, "default", listing=2) == 1
    assert await schedule.due() == [2, 3]
    assert await other.due() == [1, 2]
    async with schedule.database.read() as connection:
        assert await has_stores(connection, schedule.database.schema, "other")
        assert not await has_stores(connection, schedule.database.schema, "another")


async def test_an_older_listing_that_ends_meanwhile_does_not_make_a_newer_one_remove_stores(open_database):
    schedule = await open_schedule(open_database)
    await schedule.list([1, 2], listing=2)
    await schedule.list([1, 2], listing=1)
    async with schedule.database.write() as connection:
        assert await remove_unlisted(connection, schedule.database.schema, "default", listing=2) == 0


async def test_the_stores_that_were_due_for_longest_are_claimed_first_and_by_one_process(open_database):
    schedule = await open_schedule(open_database)
    await schedule.list([9])
    schedule.wait(10)
    await schedule.list([1, 2, 3])
    assert [store.store_id for store in await schedule.claim(2)] == [9, 1]
    assert [store.store_id for store in await schedule.claim(5)] == [2, 3]
    assert await schedule.claim() == []


async def test_a_claim_ends_with_the_time_of_a_lease(open_database):
    schedule = await open_schedule(open_database)
    await schedule.list([1])
    (first,) = await schedule.claim()
    schedule.wait(119)
    assert await schedule.claim() == []
    schedule.wait(2)
    (second,) = await schedule.claim()
    assert second.slice == first.slice + 1
    # The process that was stopped meanwhile changes nothing.
    await schedule.finish(evolve(first, condition="failing", failures=7), delay=1000.0)
    assert (await schedule.one(1)).failures == 0
    await schedule.finish(done(second))
    assert (await schedule.one(1)).condition == "ok"


async def test_a_store_that_is_being_synchronized_is_left_alone(open_database):
    schedule = await open_schedule(open_database)
    await schedule.list([1, 2])
    await register_store(schedule.database, 1, "https://example.com")
    async with hold_lease(schedule.database, 1, "somebody"):
        assert [store.store_id for store in await schedule.claim()] == [2]
    assert [store.store_id for store in await schedule.claim()] == [1]


async def test_rounds_do_not_drift_and_do_not_catch_up(open_database):
    schedule = await open_schedule(open_database)
    await schedule.list([1])
    schedule.wait(5)
    (store,) = await schedule.claim()
    schedule.wait(3)
    await schedule.finish(done(store))
    assert (await schedule.one(1)).due_at == START + EVERY
    # Three intervals late.
    schedule.wait(4 * EVERY - 8)
    (store,) = await schedule.claim()
    await schedule.finish(done(store))
    found = await schedule.one(1)
    assert found.due_at == START + 5 * EVERY
    assert found.interval == 4 * EVERY - 5


async def test_with_too_many_stores_all_intervals_stretch_alike(open_database):
    """A slice takes ten seconds, so that only six stores fit into the interval."""
    schedule = await open_schedule(open_database)
    stores = 9
    await schedule.list(range(stores))
    starts = {store_id: [] for store_id in range(stores)}
    for _ in range(6 * stores):
        for store in await schedule.claim(limit=1):
            starts[store.store_id].append(schedule.times[0])
            schedule.wait(10)
            await schedule.finish(done(store))
    counts = {len(times) for times in starts.values()}
    assert max(counts) - min(counts) <= 1
    gaps = [later - earlier for times in starts.values() for earlier, later in pairwise(times)]
    assert max(gaps) <= 1.2 * min(gaps)


async def test_a_round_in_several_slices_counts_as_one(open_database):
    schedule = await open_schedule(open_database)
    await schedule.list([1])
    (store,) = await schedule.claim()
    schedule.wait(30)
    await schedule.finish(evolve(store, condition="continues", seconds=30.0, requests=300), delay=0.0)
    (store,) = await schedule.claim()
    assert (store.seconds, store.requests, store.round_started_at) == (30.0, 300, START)
    schedule.wait(20)
    await schedule.finish(evolve(done(store), seconds=50.0, requests=500))
    found = await schedule.one(1)
    assert (found.completed_start, found.completed_at) == (START, START + 50)
    schedule.wait(EVERY)
    (store,) = await schedule.claim()
    assert (store.seconds, store.requests) == (0.0, 0)


async def test_a_woken_store_is_due_at_once_even_if_its_slice_is_in_progress(open_database):
    schedule = await open_schedule(open_database)
    await schedule.list([1, 2])
    for store in await schedule.claim():
        await schedule.finish(evolve(store, condition="refused", failures=5), delay=9999.0)
    assert await schedule.wake(1, 77) == 1
    (store,) = await schedule.claim()
    assert (store.condition, store.failures) == ("new", 0)
    schedule.wait(5)
    await schedule.wake(1)
    await schedule.finish(done(store))
    assert await schedule.due() == [1]


async def test_only_stores_that_were_due_by_a_time_are_claimed_and_those_that_continue(open_database):
    schedule = await open_schedule(open_database)
    await schedule.list([1, 2])
    due_by = schedule.times[0]
    schedule.wait(10)
    await schedule.list([3])
    first, second = await schedule.claim(due_by=due_by)
    await schedule.finish(evolve(first, condition="continues"), delay=0.0)
    await schedule.finish(done(second))
    schedule.wait(EVERY)
    assert [store.store_id for store in await schedule.claim(due_by=due_by)] == [1]


async def test_the_next_due_store(open_database):
    schedule = await open_schedule(open_database)
    async with schedule.database.read() as connection:
        assert await next_due(connection, schedule.database, "default") is None
    await schedule.list([1])
    (store,) = await schedule.claim()
    async with schedule.database.read() as connection:
        assert await next_due(connection, schedule.database, "default") is None
    await schedule.finish(done(store))
    schedule.wait(20)
    async with schedule.database.read() as connection:
        assert await next_due(connection, schedule.database, "default") == EVERY - 20


async def test_totals(open_database):
    schedule = await open_schedule(open_database)
    await schedule.list([1, 2, 3, 4])
    first, second, *_ = await schedule.claim(3)
    await schedule.finish(done(first))
    await schedule.finish(evolve(second, condition="failing", failures=1), delay=EVERY)
    schedule.wait(EVERY + 30)
    (first,) = await schedule.claim(1, store_id=1)
    await schedule.finish(done(first))
    async with schedule.database.read() as connection:
        totals = await load_schedule_totals(connection, schedule.database, "default")
    # The third is in progress.
    assert (totals.stores, totals.ok, totals.failing, totals.new) == (4, 1, 1, 2)
    assert (totals.due, totals.in_progress, totals.longest_late) == (2, 1, EVERY + 30)
    assert (totals.every, totals.mean_interval, totals.longest_interval) == (EVERY, EVERY + 30, EVERY + 30)


async def test_two_processes_claim_different_stores_at_the_same_time(open_database):
    first, second = await open_schedule(open_database), await open_schedule(open_database)
    await first.list(range(1, 41))
    async with first.database.write() as connection:
        mine = await claim_stores(connection, first.database, "default", limit=20)
        if first.database.backend.has_one_writer:
            theirs = None
        else:  # rows that are locked are skipped
            theirs = await second.claim(20)
    theirs = theirs if theirs is not None else await second.claim(20)
    assert {store.store_id for store in mine} | {store.store_id for store in theirs} == set(range(1, 41))
