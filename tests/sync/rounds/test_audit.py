"""Audits and rolling reads: what they find, what they count, and what they cost."""

import pytest

from ecwid_async.sandbox import Switches
from ecwid_async.sync.mirror import Mirror

from ..shop import DAY, HOUR, MINUTE, Shop

PRODUCTS = ["products"]


@pytest.fixture
def shop():
    return Shop()


async def sync(mirror: Mirror, shop: Shop, *, hours: float = 0, every: float = MINUTE):
    """Sync for some hours, and return the report of the last round."""
    for _ in range(max(1, int(hours * HOUR / every))):
        report = await mirror.sync(shop.store(), only=PRODUCTS)
        shop.wait(every)
    return report


async def test_a_change_that_the_search_shows_after_the_lag_is_found_and_counted_late(shop, database_url):
    first, _ = shop.add_products(2)
    shop.wait(HOUR)
    async with shop.mirror(database_url) as mirror:
        await sync(mirror, shop, hours=0.1, every=3 * MINUTE)
        shop.sandbox.set_switches(Switches(upsert_lag=20 * MINUTE))
        shop.edit(first, "Lamp")
        await sync(mirror, shop, hours=0.6, every=5 * MINUTE)
        shop.sandbox.set_switches(Switches())
        assert (await shop.rows(mirror))[first]["name"] != "Lamp", "the poll has passed it"
        await sync(mirror, shop, hours=2, every=10 * MINUTE)
        assert (await shop.rows(mirror))[first]["name"] == "Lamp"
        status = await shop.status(mirror)
        assert (status.late, status.silent) == (1, 0)
        (whole,) = await mirror.status()
        assert "1 late and 0 silent" in whole.problems[0]
        await sync(mirror, shop, hours=3, every=20 * MINUTE)
        assert (await shop.status(mirror)).late == 1, "it is counted once"


async def test_a_new_item_that_the_search_shows_late_is_found_and_counted(shop, sqlite_url):
    shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, hours=0.1, every=3 * MINUTE)
        shop.sandbox.set_switches(Switches(upsert_lag=30 * MINUTE))
        (new,) = shop.add_products(1)
        await sync(mirror, shop, hours=3, every=10 * MINUTE)
        assert new in await shop.rows(mirror)
        assert (await shop.status(mirror)).late == 1


async def test_a_change_without_a_new_update_time_is_found_by_the_audit_and_counted_silent(shop, sqlite_url):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, hours=0.1, every=3 * MINUTE)
        shop.edit(product, "Lamp")
        await sync(mirror, shop, hours=0.2, every=4 * MINUTE)
        shop.edit_silently(product, "Vase")
        await sync(mirror, shop, hours=2, every=20 * MINUTE)
        assert (await shop.rows(mirror))[product]["name"] == "Vase"
        status = await shop.status(mirror)
        assert (status.late, status.silent) == (0, 1)


async def test_a_silent_change_of_an_old_item_is_found_by_the_rolling_read_within_a_week(shop, sqlite_url):
    old = shop.add_products(150)
    shop.wait(30 * DAY)
    new = shop.add_products(150)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, hours=1, every=10 * MINUTE)
        for product in (old[3], new[120]):
            shop.edit_silently(product, "Vase")
        seen = set()
        for _ in range(14):
            await sync(mirror, shop, every=DAY / 2)
            seen.add((await shop.status(mirror)).rolling_progress)
        rows = await shop.rows(mirror)
        assert (rows[old[3]]["name"], rows[new[120]]["name"]) == ("Vase", "Vase")
        assert (await shop.status(mirror)).silent == 2
        assert any(progress is not None and 0 < progress < 1 for progress in seen), "it is read in slices"


async def test_an_edit_during_an_audit_is_neither_late_nor_silent(shop, sqlite_url, monkeypatch):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, hours=0.1, every=3 * MINUTE)
        shop.edit(product, "Lamp")
        await sync(mirror, shop, hours=0.2, every=4 * MINUTE)
        shop.edit_silently(product, "Vase")
        send = shop.sandbox.send

        async def edited_before_the_get(request):
            if request.path.endswith(f"/products/{product}"):
                shop.edit(product, "Chair")
            return await send(request)

        monkeypatch.setattr(shop.sandbox, "send", edited_before_the_get)
        await sync(mirror, shop, hours=2, every=20 * MINUTE)
        status = await shop.status(mirror)
        assert (status.late, status.silent) == (0, 0)
        assert (await shop.rows(mirror))[product]["name"] == "Chair"


async def test_fields_that_change_by_themselves_are_not_silent_changes(shop, sqlite_url):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, hours=0.1, every=3 * MINUTE)
        table = shop.data.table("products")
        with shop.data.transaction():
            table.put({**table.get(product), "favorites": {"count": 7}})
        for _ in range(16):
            await sync(mirror, shop, every=DAY / 2)
        assert (await shop.status(mirror)).silent == 0


async def test_a_quiet_store_costs_one_audit_an_hour(shop, sqlite_url):
    shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, hours=2, every=10 * MINUTE)
        shop.requests()
        await sync(mirror, shop, hours=5, every=10 * MINUTE)
        requests = shop.requests()
        assert requests.count("GET /latest-stats") == 30
        # An hour has a poll and an audit. The list was compared within the first hour, and is again after a week.
        assert requests.count("GET /products") == 10
        assert requests.count("GET /products/deleted") == 5
        assert len(requests) == 45


async def test_many_late_items_are_stored_at_once_and_only_some_of_them_are_read_by_their_ids(shop, sqlite_url):
    ids = shop.add_products(60)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url, max_lookups=5) as mirror:
        await sync(mirror, shop, hours=0.1, every=3 * MINUTE)
        shop.sandbox.set_switches(Switches(upsert_lag=20 * MINUTE))
        for product in ids:
            shop.edit(product, "Lamp")
        await sync(mirror, shop, hours=0.6, every=5 * MINUTE)
        shop.requests()
        await sync(mirror, shop, hours=2, every=10 * MINUTE)
        assert all(item["name"] == "Lamp" for item in (await shop.rows(mirror)).values())
        assert (await shop.status(mirror)).late == 60
        assert sum("/products/" in request and "deleted" not in request for request in shop.requests()) == 5
