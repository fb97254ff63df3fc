"""Many stores in one process."""

import asyncio
import gc

import pytest

from ecwid_async import ConfigError, LimiterUnavailable
from ecwid_async.sync import (
    DatabaseUnavailable,
    FleetListed,
    FleetProblem,
    SchemaTooNew,
    SliceEnded,
    SliceStarted,
    StoreProgress,
)
from ecwid_async.transport.memory import make_response
from tests.sync.fleet.shops import FIRST, Shops, token_of

MINUTE = 60.0


@pytest.fixture
def shops():
    return Shops(3)


def ended(shops, store_id=None):
    return [
        event.result for event in shops.events if isinstance(event, SliceEnded) and store_id in (None, event.store_id)
    ]


async def watch(fleet, shops, *, until):
    """Watch until a time of the shops, and stop."""
    shops.at(until, fleet.stop)
    async with asyncio.timeout(120):
        await fleet.watch()


async def test_each_store_has_one_round(shops, sqlite_mirror_url):
    async with shops.mirror(sqlite_mirror_url) as mirror:
        report = await shops.fleet(mirror).sync()
        assert (report.stores, report.failed, report.outcomes["ok"]) == (3, 0, 3)
        assert report.changed >= 3
        assert report.requests > 3
        for store_id in shops.ids:
            assert await shops.names(mirror, store_id) == {"Lamp"}
    assert shops.events[0] == FleetListed(stores=3, removed=0)
    assert {event.store_id for event in shops.events if isinstance(event, SliceStarted)} == set(shops.ids)
    assert any(isinstance(event, StoreProgress) and event.section.name == "products" for event in shops.events)


async def test_broken_stores_are_reported_and_stop_no_other_one(sqlite_mirror_url, monkeypatch):
    shops = Shops(5)
    dead, suspended, failing, unknown, well = shops.ids
    await shops.tokens.put(dead, "secret_of_nobody")
    shops.sandbox.stores[suspended].suspended = True
    shops.fail(monkeypatch, failing, make_response({"errorMessage": "no"}, status=400))
    await shops.tokens.delete(unknown)
    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror)
        report = await fleet.sync()
        assert report.outcomes == {"ok": 1, "failing": 1, "refused": 3, "busy": 0}
        assert set(report.errors) == {dead, suspended, failing, unknown}
        assert await shops.names(mirror, well) == {"Lamp"}
        assert not any("secret" in error for error in report.errors.values())
        status = await fleet.status()
        assert (status.totals.ok, status.totals.failing, status.totals.refused) == (1, 1, 3)
        assert {store.store_id for store in status.worst} == {dead, suspended, failing, unknown}
        assert len(status.problems) == 2
        # A pass tries all of them again, also those that wait.
        await shops.tokens.put(dead, token_of(dead))
        assert (await fleet.sync()).outcomes["ok"] == 2


async def test_an_unexpected_error_is_that_of_its_store(shops, sqlite_mirror_url, monkeypatch, caplog):
    async with shops.mirror(sqlite_mirror_url) as mirror:
        real = mirror.sync

        async def sync(store, **options):
            if store.store_id == FIRST:
                raise TypeError("a customer's name")
            return await real(store, **options)

        monkeypatch.setattr(mirror, "sync", sync)
        report = await shops.fleet(mirror).sync()
        assert report.errors == {FIRST: "unexpected TypeError"}
        assert report.outcomes["ok"] == 2
    assert "store 1003 failed unexpectedly" in caplog.text


async def test_stores_are_watched_in_their_interval(shops, sqlite_mirror_url):
    start = shops.now
    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror, every=MINUTE)
        await watch(fleet, shops, until=start + 3 * MINUTE + 5)
        for store_id in shops.ids:
            assert 3 <= len(ended(shops, store_id)) <= 4
        status = await fleet.status()
        assert status.healthy
        assert status.stretch == pytest.approx(1, abs=0.1)
    late = [event.late for event in shops.events if isinstance(event, SliceStarted)]
    assert max(late) < 6


async def test_a_failing_store_is_tried_less_and_less_often(sqlite_mirror_url, monkeypatch):
    shops = Shops(2)
    start = shops.now
    shops.fail(monkeypatch, FIRST, make_response({"errorMessage": "no"}, status=400))
    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror, every=MINUTE, max_retry_delay=2 * MINUTE)
        await watch(fleet, shops, until=start + 6 * MINUTE)
    assert [result.delay for result in ended(shops, FIRST)] == [MINUTE, 2 * MINUTE, 2 * MINUTE, 2 * MINUTE]
    assert len(ended(shops, FIRST + 1)) >= 5


async def test_a_new_token_is_used_at_once_after_wake(shops, sqlite_mirror_url):
    await shops.tokens.put(FIRST, "secret_of_nobody")
    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror)
        await fleet.sync()
        assert await fleet.due_stores(10) == []
        await shops.tokens.put(FIRST, token_of(FIRST))
        assert await fleet.wake(FIRST, 99) == 1
        assert await fleet.due_stores(10) == [FIRST]
        result = await fleet.run_store(FIRST)
        assert result is not None
        assert result.outcome == "ok"
        assert await fleet.run_store(FIRST) is None


def add_products(shops, count, *, seconds_apart):
    for number in range(count):
        shops.now += seconds_apart
        shops.add_product(FIRST, f"Product {number}")
    shops.now += 3600


async def test_a_store_that_is_paid_again_is_read_at_once_after_wake(shops, sqlite_mirror_url):
    shops.sandbox.stores[FIRST].suspended = True
    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror)
        await fleet.sync()
        shops.sandbox.stores[FIRST].suspended = False
        await fleet.wake(FIRST)
        result = await fleet.run_store(FIRST)
        assert result is not None
        assert result.outcome == "ok"


async def test_a_pass_of_some_stores_leaves_the_others_in_the_fleet(shops, sqlite_mirror_url):
    async with shops.mirror(sqlite_mirror_url) as mirror:
        await shops.fleet(mirror).sync()
        shops.now += 10 * MINUTE
        assert (await shops.fleet(mirror, shops.ids[:1]).sync(keep_others=True)).stores == 1
        assert (await shops.fleet(mirror).status()).totals.stores == 3
        assert (await shops.fleet(mirror, shops.ids[:1]).sync()).stores == 1
        assert (await shops.fleet(mirror).status()).totals.stores == 1


async def test_a_large_store_is_read_in_slices_that_let_others_pass(shops, sqlite_mirror_url, monkeypatch):
    add_products(shops, 400, seconds_apart=2)
    real = shops.sandbox.send

    async def slow(request):
        # A page takes ten seconds of the fleet's time.
        if request.path == f"/{FIRST}/products":
            shops.now += 10
        return await real(request)

    monkeypatch.setattr(shops.sandbox, "send", slow)
    async with shops.mirror(sqlite_mirror_url, rows_per_transaction=100, pages_at_once=1) as mirror:
        report = await shops.fleet(mirror, stores_at_once=1, slice=20.0).sync()
        assert report.outcomes["ok"] == 3
        assert len(await shops.names(mirror, FIRST)) == 401
    order = [event.store_id for event in shops.events if isinstance(event, SliceStarted)]
    slices = [result.outcome for result in ended(shops, FIRST)]
    assert slices[-1] == "ok"
    assert slices.count("continues") >= 2
    # All others had their turn before its second one.
    assert order[:3] == shops.ids
    assert set(order[3:]) == {FIRST}
    # Hardly anything was read twice: there are 5 pages, and each slice begins with two requests.
    pages = [each for each in shops.sandbox.requests if each.path == f"/{FIRST}/products" and each.method == "GET"]
    assert len(pages) <= 3 * 5 + 2


async def test_a_list_that_begins_anew_with_each_slice_is_read_to_its_end(shops, sqlite_mirror_url, monkeypatch):
    """All products changed in the same second, just now: no place divides them."""
    add_products(shops, 500, seconds_apart=0)
    shops.now -= 3600
    real = shops.sandbox.send

    async def slow(request):
        if request.path == f"/{FIRST}/products":
            shops.now += 1
        return await real(request)

    monkeypatch.setattr(shops.sandbox, "send", slow)
    async with shops.mirror(sqlite_mirror_url, rows_per_transaction=100, pages_at_once=1) as mirror:
        async with asyncio.timeout(60):
            report = await shops.fleet(mirror, [FIRST], slice=2.0).sync()
        assert report.outcomes["ok"] == 1
        assert len(await shops.names(mirror, FIRST)) == 501


async def test_stopping_pauses_the_slices_in_progress(shops, sqlite_mirror_url, monkeypatch):
    add_products(shops, 300, seconds_apart=2)
    async with shops.mirror(sqlite_mirror_url, rows_per_transaction=100, pages_at_once=1) as mirror:
        fleet = shops.fleet(mirror, [FIRST])
        real = shops.sandbox.send

        async def stop(request):
            if request.path == f"/{FIRST}/products":
                fleet.stop()
            return await real(request)

        monkeypatch.setattr(shops.sandbox, "send", stop)
        await fleet.watch()
        assert [result.outcome for result in ended(shops)] == ["continues"]
        some = await shops.names(mirror, FIRST)
        assert 0 < len(some) < 301
        assert (await shops.fleet(mirror, [FIRST]).sync()).outcomes["ok"] == 1
        assert len(await shops.names(mirror, FIRST)) == 301


async def test_a_cancelled_fleet_gives_its_stores_back(shops, sqlite_mirror_url, monkeypatch):
    reached = asyncio.Event()

    async def hang(request):
        reached.set()
        await asyncio.Event().wait()

    async with shops.mirror(sqlite_mirror_url) as mirror:
        with monkeypatch.context() as patch:
            patch.setattr(shops.sandbox, "send", hang)
            task = asyncio.create_task(shops.fleet(mirror).watch())
            await reached.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert await shops.fleet(mirror).due_stores(10) == shops.ids


async def test_stores_join_and_leave_while_the_fleet_watches(shops, sqlite_mirror_url):
    start, ids = shops.now, shops.ids[:2]
    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror, lambda: ids, listing_interval=2 * MINUTE)

        def change():
            nonlocal ids
            ids = shops.ids[1:3]

        shops.at(start + 1.5 * MINUTE, change)
        await watch(fleet, shops, until=start + 4 * MINUTE)
        assert (await fleet.status()).totals.stores == 2
        # The rows of a store that has left stay.
        assert await shops.names(mirror, shops.ids[0]) == {"Lamp"}
        assert await shops.names(mirror, shops.ids[2]) == {"Lamp"}
    assert len(ended(shops, shops.ids[0])) <= 3
    assert FleetListed(stores=2, removed=1) in shops.events


async def test_a_list_that_fails_or_is_empty_removes_nothing(shops, sqlite_mirror_url):
    async with shops.mirror(sqlite_mirror_url) as mirror:
        await shops.fleet(mirror).sync()

        async def broken():
            yield FIRST
            raise OSError("the disk is gone")

        for source, error in ((broken, OSError), ([], ConfigError), (lambda: ["x"], ConfigError), (7, ConfigError)):
            with pytest.raises(error):
                await shops.fleet(mirror, source).sync()
            assert (await shops.fleet(mirror).status()).totals.stores == 3


async def test_a_list_that_fails_while_watching_is_a_problem_that_passes(shops, sqlite_mirror_url):
    start, calls = shops.now, 0

    def source():
        nonlocal calls
        calls += 1
        if calls < 3:
            raise OSError("the disk is gone")
        return shops.ids

    async with shops.mirror(sqlite_mirror_url) as mirror:
        await watch(shops.fleet(mirror, source), shops, until=start + 30)
    problems = [event for event in shops.events if isinstance(event, FleetProblem)]
    assert [(problem.kind, problem.retry_in) for problem in problems] == [("listing", 1.0), ("listing", 2.0)]
    assert {result.outcome for result in ended(shops)} == {"ok"}


async def test_an_async_iterator_is_read_once(shops, sqlite_mirror_url):
    async def ids():
        for store_id in shops.ids:
            yield store_id

    start = shops.now
    async with shops.mirror(sqlite_mirror_url) as mirror:
        await watch(shops.fleet(mirror, ids(), listing_interval=MINUTE), shops, until=start + 3 * MINUTE)
    assert not [event for event in shops.events if isinstance(event, FleetProblem)]
    assert len(ended(shops, FIRST)) >= 3


@pytest.mark.parametrize("error", [DatabaseUnavailable("gone"), LimiterUnavailable("gone")])
async def test_errors_of_what_all_stores_share_pause_the_fleet(shops, sqlite_mirror_url, monkeypatch, error):
    start = shops.now
    async with shops.mirror(sqlite_mirror_url) as mirror:
        real = mirror.sync

        async def sync(store, **options):
            if shops.now < start + 10:
                raise error
            return await real(store, **options)

        monkeypatch.setattr(mirror, "sync", sync)
        fleet = shops.fleet(mirror)
        await watch(fleet, shops, until=start + 2 * MINUTE)
        # No store is blamed.
        status = await fleet.status()
        assert (status.totals.ok, status.totals.failing) == (3, 0)
    problems = [event for event in shops.events if isinstance(event, FleetProblem)]
    assert problems
    assert all(problem.kind == "database" for problem in problems)
    async with shops.mirror(sqlite_mirror_url) as mirror:
        monkeypatch.setattr(mirror, "sync", sync)
        start = shops.now + MINUTE
        with pytest.raises(type(error)):
            await shops.fleet(mirror).sync()


async def test_tables_of_a_newer_version_end_the_fleet(shops, sqlite_mirror_url, monkeypatch):
    async with shops.mirror(sqlite_mirror_url) as mirror:

        async def sync(store, **options):
            raise SchemaTooNew(9, 2)

        monkeypatch.setattr(mirror, "sync", sync)
        with pytest.raises(SchemaTooNew):
            await shops.fleet(mirror).watch()


async def test_two_processes_share_the_stores(shops, database_url):
    async with shops.mirror(database_url) as one, shops.mirror(database_url) as two:
        await asyncio.gather(shops.fleet(one, stores_at_once=2).sync(), shops.fleet(two, stores_at_once=2).sync())
    started = [event.store_id for event in shops.events if isinstance(event, SliceStarted)]
    assert set(started) == set(shops.ids)
    # A pass that begins later does each store again.
    assert len(started) <= 6


async def test_past_what_it_can_do_all_intervals_stretch_alike(sqlite_mirror_url, monkeypatch):
    shops = Shops(4)
    start = shops.now
    async with shops.mirror(sqlite_mirror_url) as mirror:
        await shops.fleet(mirror).sync()
        real = mirror.sync

        async def slow(store, **options):
            report = await real(store, **options)
            shops.now += 30
            return report

        monkeypatch.setattr(mirror, "sync", slow)
        fleet = shops.fleet(mirror, every=MINUTE, stores_at_once=1)
        await watch(fleet, shops, until=start + 11 * MINUTE)
        status = await fleet.status()
    counts = [len(ended(shops, store_id)) for store_id in shops.ids]
    assert max(counts) - min(counts) <= 1
    assert status.stretch == pytest.approx(2, abs=0.2)
    assert any("every 12" in problem and "instead of every 60" in problem for problem in status.problems)


async def test_memory_does_not_grow_with_the_stores_that_wait(sqlite_mirror_url):
    shops = Shops(3)
    async with shops.mirror(sqlite_mirror_url) as mirror:
        fleet = shops.fleet(mirror, lambda: iter(range(1, 5001)), stores_at_once=3)
        await fleet.refresh()
        gc.collect()
        assert len(await fleet.due_stores(10_000)) == 5000
        assert not fleet._active
