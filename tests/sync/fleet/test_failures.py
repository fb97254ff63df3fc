"""What a fleet must survive: clocks, lists, displays and databases that misbehave."""

import asyncio

import pytest

from ecwid_async.sync import DatabaseLocked, DatabaseUnavailable, FleetProblem, SliceStarted
from ecwid_async.sync.database import claim_stores, load_schedule, store_schedule
from tests.sync.fleet.shops import FIRST, Shops


@pytest.fixture
def shops():
    return Shops(3)


async def schedule(mirror):
    database = mirror._opened
    async with database.read() as connection:
        rows = await load_schedule(connection, database.schema, "default", limit=100)
    return {store.store_id: store for store in rows}


async def test_a_listing_after_the_clock_was_set_back_removes_stores(shops, sqlite_mirror_url):
    async with shops.mirror(sqlite_mirror_url) as mirror:
        await shops.fleet(mirror).refresh()
        shops.now -= 3600
        await shops.fleet(mirror, shops.ids[:2]).refresh()
        assert set(await schedule(mirror)) == set(shops.ids[:2])


async def test_a_clock_that_was_set_back_delays_no_store(shops, sqlite_mirror_url):
    async with shops.mirror(sqlite_mirror_url) as mirror:
        shops.now += 86400
        await shops.fleet(mirror).sync()
        assert await shops.fleet(mirror).due_stores(10) == []
        shops.now -= 86400
        assert await shops.fleet(mirror).due_stores(10) == shops.ids


async def test_a_cancelled_slice_does_not_count_as_a_round(shops, sqlite_mirror_url, monkeypatch):
    reached = asyncio.Event()

    async def hang(request):
        reached.set()
        await asyncio.Event().wait()

    async with shops.mirror(sqlite_mirror_url) as mirror:
        await shops.fleet(mirror).sync()
        before = (await schedule(mirror))[FIRST]
        shops.now += 1000
        with monkeypatch.context() as patch:
            patch.setattr(shops.sandbox, "send", hang)
            task = asyncio.create_task(shops.fleet(mirror).sync())
            await reached.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        after = (await schedule(mirror))[FIRST]
    assert after.slice > before.slice
    assert (after.completed_at, after.interval, after.claimed_until) == (before.completed_at, before.interval, None)


async def test_errors_of_on_event_stop_nothing_and_are_logged_once(shops, sqlite_mirror_url, caplog):
    def fail(event):
        raise RuntimeError("the display broke")

    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror)
        fleet._on_event = fail
        assert (await fleet.sync()).outcomes["ok"] == 3
    assert caplog.text.count("on_event of <Fleet") == 1


async def test_a_reader_of_the_output_that_has_gone_ends_the_fleet(shops, sqlite_mirror_url):
    def write(event):
        if isinstance(event, SliceStarted):
            raise BrokenPipeError

    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror)
        fleet._on_event = write
        with pytest.raises(BrokenPipeError):
            await fleet.sync()
        assert await shops.fleet(mirror).due_stores(10) == shops.ids


async def test_a_list_that_fails_unexpectedly_is_a_problem_that_passes(shops, sqlite_mirror_url):
    calls = 0

    def source():
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ValueError("password=hunter2")
        fleet.stop()
        return shops.ids

    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror, source)
        async with asyncio.timeout(120):
            await fleet.watch()
    problems = [event for event in shops.events if isinstance(event, FleetProblem)]
    assert [problem.error for problem in problems] == ["unexpected ValueError"]
    assert calls == 2


async def test_a_lock_on_one_store_stops_no_other_one(shops, postgresql_mirror_url, monkeypatch):
    async with shops.mirror(postgresql_mirror_url) as mirror:
        real = mirror.sync

        async def sync(store, **options):
            if store.store_id == FIRST:
                raise DatabaseLocked("another transaction holds a lock")
            return await real(store, **options)

        monkeypatch.setattr(mirror, "sync", sync)
        report = await shops.fleet(mirror).sync()
    assert report.outcomes == {"ok": 2, "failing": 1, "refused": 0, "busy": 0}


async def test_a_process_does_not_begin_a_store_again_that_never_answers(shops, sqlite_mirror_url):
    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror)
        await fleet.refresh()
        assert len(await fleet._claim(None)) == 3
        shops.now += 600  # the claims have ended
        assert await fleet._claim(None) == []
        assert await fleet._next_due() > 1
        # Another process may.
        assert await shops.fleet(mirror).due_stores(10) == shops.ids


async def test_many_stores_are_woken_in_parts(shops, database_url, monkeypatch):
    monkeypatch.setattr(store_schedule, "_MAX_IDS", 2)
    async with shops.mirror(database_url) as mirror:
        fleet = shops.fleet(mirror)
        await fleet.refresh()
        assert await fleet.wake(1, 2, *shops.ids, 2000) == 3


async def test_stores_that_a_killed_process_had_begun_count_as_busy(shops, sqlite_mirror_url):
    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror)
        await fleet.refresh()
        async with mirror._opened.write() as connection:
            await claim_stores(connection, mirror._opened, "default", limit=2)
        assert (await fleet.sync()).outcomes == {"ok": 1, "failing": 0, "refused": 0, "busy": 2}


async def test_a_fleet_stops_while_it_waits_for_the_database(shops, sqlite_mirror_url, monkeypatch):
    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror, iter(shops.ids))
        waiting = asyncio.Event()

        async def fail(one_pass):
            raise DatabaseUnavailable("gone")

        async def sleep(seconds):
            waiting.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(fleet, "_claim", fail)
        monkeypatch.setattr(mirror, "sleep", sleep)
        task = asyncio.create_task(fleet.watch())
        await waiting.wait()
        fleet.stop()
        async with asyncio.timeout(60):
            await task


async def test_a_store_that_answers_more_slowly_than_a_slice_gets_on(shops, sqlite_mirror_url, monkeypatch):
    real, seconds = shops.sandbox.send, 0.0

    async def slow(request):
        shops.now += seconds
        return await real(request)

    monkeypatch.setattr(shops.sandbox, "send", slow)
    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror, [FIRST])
        fleet._only = ["products", "orders", "customers", "categories"]
        for _ in range(2):
            await fleet.sync()
            shops.now += 600
        shops.add_product(FIRST, "Chair")
        shops.now += 600
        seconds = 35.0
        # The sections without changes are those that were polled longest ago.
        async with asyncio.timeout(60):
            assert (await fleet.sync()).outcomes["ok"] == 1
        assert await shops.names(mirror, FIRST) == {"Lamp", "Chair"}
