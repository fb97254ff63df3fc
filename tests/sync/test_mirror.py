"""Rounds of a mirror: what they send, what stops them, and what they leave behind."""

import asyncio

import pytest

from ecwid_async.errors import ConfigError, InvalidToken, StoreSuspended
from ecwid_async.sandbox import Switches
from ecwid_async.sync import MirrorError, StoreBusy, StoreMismatch
from ecwid_async.sync.database.lease import hold_lease
from ecwid_async.transport.memory import make_response

from .shop import DAY, HOUR, MINUTE, STORE, TOKEN, Shop

FEW = ["products", "orders"]


@pytest.fixture
def shop():
    return Shop()


async def test_the_first_round_reads_everything_and_later_ones_what_changed(shop, database_url):
    first, second = shop.add_products(2)
    async with shop.mirror(database_url) as mirror:
        report = await mirror.sync(shop.store())
        assert set(await shop.rows(mirror)) == {first, second}
        assert report.sections["products"].changed == 2
        assert not report.failed
        await shop.settle(mirror)
        shop.edit(first, "Lamp")
        report = await mirror.sync(shop.store())
        assert (await shop.rows(mirror))[first]["name"] == "Lamp"
        assert report.changed == 1


async def test_a_quiet_store_costs_one_request(shop, sqlite_url):
    shop.add_products(2)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror)
        shop.requests()
        for _ in range(3):
            shop.wait(MINUTE)
            report = await mirror.sync(shop.store())
            assert shop.requests() == ["GET /latest-stats"]
            assert (report.requests, report.sections) == (1, {})


async def epoch(mirror):
    database = mirror._opened
    async with database.read() as connection:
        return (await connection.execute(database.schema.stores.select())).one().epoch


async def test_a_quiet_store_is_not_reserved_and_its_mirror_is_up_to_date(shop, database_url):
    (product,) = shop.add_products(1)
    async with shop.mirror(database_url) as mirror:
        await shop.settle(mirror, only=FEW)
        taken = await epoch(mirror)
        shop.wait(MINUTE)
        await mirror.sync(shop.store(), only=FEW)
        (status,) = await mirror.status(STORE)
        assert (await epoch(mirror), status.synced_at) == (taken, int(shop.now))
        # Something to do: the store is reserved.
        await mirror.mark(STORE, "products", product)
        report = await mirror.sync(shop.store(), only=FEW)
        assert report.sections["products"].steps == ["lookups"]
        assert await epoch(mirror) == taken + 1


async def test_a_round_of_another_process_meanwhile_is_noticed(shop, sqlite_url, monkeypatch):
    (product,) = shop.add_products(1)
    async with shop.mirror(sqlite_url) as mirror, shop.mirror(sqlite_url) as other:
        await shop.settle(mirror, only=FEW)
        shop.wait(MINUTE)
        send = shop.sandbox.send

        async def overtaken(request):
            monkeypatch.setattr(shop.sandbox, "send", send)
            response = await send(request)
            shop.edit(product, "Lamp")
            shop.wait(MINUTE)
            await other.sync(shop.store(), only=FEW)
            return response

        monkeypatch.setattr(shop.sandbox, "send", overtaken)
        before = await epoch(mirror)
        await mirror.sync(shop.store(), only=FEW)
        # Both have taken the lease: this round read again what it had read before the other one.
        assert await epoch(mirror) == before + 2
        assert (await shop.rows(mirror))[product]["name"] == "Lamp"


async def test_a_change_costs_the_reads_of_its_list_until_the_lag_is_over(shop, sqlite_url):
    (product,) = shop.add_products(1)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror, only=FEW)
        shop.edit(product, "Lamp")
        shop.requests()
        for _ in range(7):
            await mirror.sync(shop.store(), only=FEW)
            shop.wait(MINUTE)
        reads = ["GET /products", "GET /products/deleted"]
        assert sorted(set(shop.requests())) == ["GET /latest-stats", *reads]
        await mirror.sync(shop.store(), only=FEW)
        assert shop.requests() == ["GET /latest-stats"]


async def test_a_change_that_the_search_shows_late_is_found_nevertheless(shop, sqlite_url):
    (product,) = shop.add_products(1)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror, only=FEW)
        shop.sandbox.set_switches(Switches(upsert_lag=4 * MINUTE))
        shop.edit(product, "Lamp")
        for _ in range(6):
            await mirror.sync(shop.store(), only=FEW)
            shop.wait(MINUTE)
        assert (await shop.rows(mirror))[product]["name"] == "Lamp"
        status = await shop.status(mirror)
        assert (status.late, status.silent) == (0, 0)


async def test_each_list_is_read_once_an_hour_whatever_the_store_reports(shop, sqlite_url):
    (product,) = shop.add_products(1)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror, only=FEW)
        shop.sandbox.set_switches(Switches(stats_show_deletions=False))
        shop.delete(product)
        await mirror.sync(shop.store(), only=FEW)
        assert await shop.deleted(mirror) == set()
        shop.wait(HOUR)
        await mirror.sync(shop.store(), only=FEW)
        assert await shop.deleted(mirror) == {product}


async def test_sections_that_the_token_does_not_open_are_skipped_and_tried_daily(shop, sqlite_url):
    shop.data.add_token("secret_narrow", ["read_catalog", "read_store_profile"])
    store = shop.store("secret_narrow")
    async with shop.mirror(sqlite_url) as mirror:
        report = await mirror.sync(store)
        assert not report.failed
        assert "read_orders" in report.sections["orders"].skipped
        status = await shop.status(mirror, "orders")
        assert status.condition == "skipped"
        assert "read_orders" in status.skipped
        (whole,) = await mirror.status()
        assert whole.healthy
        shop.requests()
        shop.wait(HOUR)
        await mirror.sync(store)
        assert "GET /orders" not in shop.requests()
        shop.data.add_token("secret_narrow", ["read_catalog", "read_store_profile", "read_orders"])
        shop.wait(DAY)
        await mirror.sync(store)
        assert (await shop.status(mirror, "orders")).condition == "ok"


async def test_a_plan_without_a_section_skips_it(shop, sqlite_url):
    shop.data.simulated_errors.add("promotions")
    async with shop.mirror(sqlite_url) as mirror:
        report = await mirror.sync(shop.store())
        assert report.sections["promotions"].skipped
        assert not report.failed


async def test_a_token_that_may_not_read_the_stats_costs_a_request_per_list(shop, sqlite_url):
    (product,) = shop.add_products(1)
    shop.data.add_token("secret_catalog", ["read_catalog"])
    async with shop.mirror(sqlite_url) as mirror:
        store = shop.store("secret_catalog")
        for _ in range(3):
            await mirror.sync(store, only=["products"])
            shop.wait(MINUTE)
        shop.edit(product, "Lamp")
        await mirror.sync(store, only=["products"])
        assert (await shop.rows(mirror))[product]["name"] == "Lamp"


async def test_an_error_stops_its_section_only_and_backs_it_off(shop, sqlite_url, monkeypatch):
    shop.add_products(1)
    send, broken = shop.sandbox.send, True

    async def failing(request):
        if broken and request.path == f"/{STORE}/orders":
            return make_response({"errorMessage": "no"}, status=400)
        return await send(request)

    monkeypatch.setattr(shop.sandbox, "send", failing)
    async with shop.mirror(sqlite_url) as mirror:
        report = await mirror.sync(shop.store(), only=FEW)
        assert report.failed
        assert "GET /orders" in report.sections["orders"].error
        assert len(await shop.rows(mirror)) == 1
        status = await shop.status(mirror, "orders")
        assert status.condition == "failing"
        assert status.retry_at == int(shop.now) + 60
        shop.wait(30)
        assert "orders" not in (await mirror.sync(shop.store(), only=FEW)).sections
        shop.wait(31)
        await mirror.sync(shop.store(), only=FEW)
        assert (await shop.status(mirror, "orders")).retry_at == int(shop.now) + 120
        broken = False
        shop.wait(121)
        await mirror.sync(shop.store(), only=FEW)
        status = await shop.status(mirror, "orders")
        assert (status.condition, status.error, status.retry_at) == ("ok", "", None)


async def test_a_dead_token_ends_the_round_and_keeps_everything(shop, sqlite_url):
    shop.add_products(2)
    async with shop.mirror(sqlite_url) as mirror:
        await mirror.sync(shop.store(), only=FEW)
        shop.data.revoke(TOKEN)
        with pytest.raises(InvalidToken):
            await mirror.sync(shop.store(), only=FEW)
        (status,) = await mirror.status()
        assert "INVALID_API_TOKEN" in status.error
        assert not status.healthy
        assert len(await shop.rows(mirror)) == 2
        shop.data.add_token(TOKEN)
        await mirror.sync(shop.store(), only=FEW)
        (status,) = await mirror.status()
        assert status.error == ""


async def test_a_token_that_dies_in_the_middle_ends_the_round(shop, sqlite_url, monkeypatch):
    shop.add_products(2)
    send = shop.sandbox.send

    async def dying(request):
        if request.path == f"/{STORE}/customers":
            shop.data.revoke(TOKEN)
        return await send(request)

    monkeypatch.setattr(shop.sandbox, "send", dying)
    async with shop.mirror(sqlite_url, sections_at_once=1) as mirror:
        with pytest.raises(InvalidToken):
            await mirror.sync(shop.store())
        assert len(await shop.rows(mirror)) == 2, "sections before it are complete"
        (status,) = await mirror.status()
        assert "INVALID_API_TOKEN" in status.error
        assert status.synced_at is None


async def test_a_suspended_store_ends_the_round(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:
        await mirror.sync(shop.store(), only=FEW)
        shop.data.suspended = True
        with pytest.raises(StoreSuspended):
            await mirror.sync(shop.store(), only=FEW)


async def test_another_store_under_the_same_id_is_refused(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:
        await mirror.sync(shop.store(), only=FEW)
        with pytest.raises(StoreMismatch):
            await mirror.sync(Shop().store(), only=FEW)


async def test_two_syncs_of_one_store_exclude_each_other(shop, database_url):
    async with shop.mirror(database_url) as mirror, shop.mirror(database_url) as other:
        await mirror.sync(shop.store(), only=["profile"])
        async with hold_lease(mirror._opened, STORE, "the other one"):
            with pytest.raises(StoreBusy, match="the other one"):
                await other.sync(shop.store(), only=["profile"])
        await other.sync(shop.store(), only=["profile"])


async def test_only_chosen_sections_are_read(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:
        await mirror.sync(shop.store(), only=["products", "profile"], exclude=["profile"])
        assert shop.requests() == ["GET /latest-stats", "GET /application/token", "GET /products"]
        (status,) = await mirror.status()
        assert list(status.sections) == ["products"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"only": ["prodcts"]}, "Did you mean products"),
        ({"exclude": ["x"]}, "There are profile"),
        ({"only": "products"}, "list of names"),
        ({"only": ["products"], "exclude": ["products"]}, "leaves no section"),
    ],
)
async def test_unknown_sections_are_refused(shop, sqlite_url, arguments, message):
    async with shop.mirror(sqlite_url) as mirror:
        with pytest.raises(ConfigError, match=message):
            await mirror.sync(shop.store(), **arguments)
    assert shop.requests() == []


async def test_a_mirror_that_is_not_open_says_so(shop, sqlite_url):
    mirror = shop.mirror(sqlite_url)
    async with mirror as opened:
        pass
    with pytest.raises(RuntimeError, match="open the mirror first"):
        await opened.sync(shop.store())


@pytest.mark.parametrize("requests", [1, 2, 3, 5, 8])
async def test_a_sync_that_is_cancelled_anywhere_is_continued(shop, sqlite_url, monkeypatch, requests):
    expected = set(shop.add_products(3))
    send, left = shop.sandbox.send, requests

    async def cancelling(request):
        nonlocal left
        left -= 1
        if left == 0:
            task.cancel()
        return await send(request)

    async with shop.mirror(sqlite_url) as mirror:
        monkeypatch.setattr(shop.sandbox, "send", cancelling)
        task = asyncio.create_task(mirror.sync(shop.store()))
        with pytest.raises(asyncio.CancelledError):
            await task
        report = await mirror.sync(shop.store())
        assert not report.failed
        assert set(await shop.rows(mirror)) == expected


async def test_a_cursor_of_a_newer_version_stops_its_section_with_a_clear_error(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:
        await mirror.sync(shop.store(), only=["products", "orders"])
        database = mirror._opened
        table = database.schema.section_states
        async with database.write() as connection:
            await connection.execute(
                table.update().where(table.c.section == "products").values(cursor='{"version":99}')
            )
        shop.wait(HOUR)
        report = await mirror.sync(shop.store(), only=["products", "orders"])
        assert "upgrade ecwid_async" in report.sections["products"].error
        assert report.sections["orders"].error == ""
        status = await shop.status(mirror)
        assert status.condition == "failing"


async def test_the_status_alarms_when_a_cursor_does_not_follow_the_store(shop, sqlite_url, monkeypatch):
    (product,) = shop.add_products(1)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror, only=FEW)
        send = shop.sandbox.send

        async def failing(request):
            if request.path == f"/{STORE}/products":
                return make_response({"errorMessage": "no"}, status=400)
            return await send(request)

        monkeypatch.setattr(shop.sandbox, "send", failing)
        shop.edit(product, "Lamp")
        for _ in range(20):
            await mirror.sync(shop.store(), only=FEW)
            shop.wait(MINUTE)
        status = await shop.status(mirror)
        assert status.behind >= 15 * MINUTE
        (whole,) = await mirror.status()
        assert any("products" in problem for problem in whole.problems)


async def test_progress_is_reported_as_items_are_stored(shop, sqlite_url):
    shop.add_products(250)
    seen = []
    async with shop.mirror(sqlite_url, rows_per_transaction=100) as mirror:
        await mirror.sync(
            shop.store(), only=["products"], on_progress=lambda report: seen.append((report.name, report.changed))
        )
    assert seen == [("products", 100), ("products", 200), ("products", 250)]


async def test_a_round_ends_with_an_error_once_its_mirror_is_closed(shop, sqlite_url, monkeypatch):
    shop.add_products(2)
    send, reads, closed = shop.sandbox.send, asyncio.Event(), asyncio.Event()

    async def waiting(request):
        if request.path.endswith("/products"):
            reads.set()
            await closed.wait()
        return await send(request)

    monkeypatch.setattr(shop.sandbox, "send", waiting)
    async with shop.mirror(sqlite_url) as mirror:
        task = asyncio.create_task(mirror.sync(shop.store()))
        await reads.wait()
    closed.set()
    with pytest.raises(MirrorError, match="closed meanwhile"):
        await task


async def test_deleted_items_lose_their_data_after_a_month_and_other_rounds_remove_nothing(shop, sqlite_url):
    first, second = shop.add_products(2)
    async with shop.mirror(sqlite_url) as mirror:

        async def sync() -> set[bool]:
            """Do a round, and return whether the rows of deleted items still have data."""
            await mirror.sync(shop.store(), only=FEW)
            database = mirror._opened
            async with database.read() as connection:
                statement = f"SELECT document IS NULL FROM ecwid_products WHERE id = {first}"
                return {not row[0] for row in await connection.exec_driver_sql(statement)}

        for _ in range(3):
            await sync()
            shop.wait(6 * MINUTE)
        shop.delete(first)
        assert await sync() == {True}
        shop.wait(29 * DAY)
        assert await sync() == {True}
        shop.wait(2 * DAY)
        assert await sync() == {False}
        assert set(await shop.rows(mirror)) == {second}
