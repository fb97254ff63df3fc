"""Polls, and comparisons of the ids of a list with those of the mirror."""

import msgspec
import pytest
from attrs import evolve

from ecwid_async.sandbox import Switches
from ecwid_async.sync.mirror import Mirror
from ecwid_async.transport.memory import make_response

from ..shop import DAY, HOUR, MINUTE, STORE, TOKEN, WEEK, Shop

PRODUCTS = ["products"]


@pytest.fixture
def shop():
    return Shop()


async def sync(mirror: Mirror, shop: Shop, *sections: str, rounds: int = 1):
    for _ in range(rounds):
        report = await mirror.sync(shop.store(), only=sections or PRODUCTS)
        shop.wait(MINUTE)
    return report


async def test_a_deletion_that_the_store_lists_is_found_by_the_next_poll(shop, database_url):
    first, second = shop.add_products(2)
    async with shop.mirror(database_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.delete(first)
        report = await sync(mirror, shop)
        assert report.sections["products"].deleted == 1
        assert await shop.deleted(mirror) == {first}
        assert set(await shop.rows(mirror)) == {second}


async def test_a_deletion_without_a_trace_is_found_by_the_weekly_comparison(shop, sqlite_url):
    first, second = shop.add_products(2)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.delete_silently([first])
        shop.wait(6 * DAY)
        await sync(mirror, shop)
        assert await shop.deleted(mirror) == set()
        shop.wait(DAY)
        report = await sync(mirror, shop)
        assert "reconcile" in report.sections["products"].steps
        assert await shop.deleted(mirror) == {first}
        assert set(await shop.rows(mirror)) == {second}


async def test_a_list_without_deleted_items_is_compared_each_time_it_is_read(shop, sqlite_url):
    ids = [shop.api.call("POST", "/categories", {"name": name})["id"] for name in ("a", "b")]
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, "categories", rounds=2)
        shop.api.call("DELETE", f"/categories/{ids[0]}")
        await sync(mirror, shop, "categories")
        assert await shop.deleted(mirror, "categories") == {ids[0]}


async def test_carts_that_are_gone_are_found_by_the_daily_comparison(shop, sqlite_url):
    shop.data.load("carts", [{"cartId": f"C{number}", "createTimestamp": 1, "updateTimestamp": 1} for number in (1, 2)])
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, "carts", rounds=2)
        shop.delete_silently(["C1"], "carts")
        shop.wait(DAY)
        await sync(mirror, shop, "carts")
        assert await shop.deleted(mirror, "carts") == {"C1"}


async def test_items_without_a_get_are_deleted_once_two_listings_lack_them(shop, sqlite_url):
    for name in ("a", "b"):
        shop.api.call(
            "POST", "/promotions", {"name": name, "discountBase": "ITEM", "discountType": "PERCENT", "amount": 1}
        )
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, "promotions", rounds=2)
        first, second = sorted(await shop.rows(mirror, "promotions"))
        shop.api.call("DELETE", f"/promotions/{first}")
        shop.wait(HOUR)
        await sync(mirror, shop, "promotions")
        assert await shop.deleted(mirror, "promotions") == set()
        shop.wait(HOUR)
        await sync(mirror, shop, "promotions")
        assert await shop.deleted(mirror, "promotions") == {first}
        assert set(await shop.rows(mirror, "promotions")) == {second}


async def test_a_hidden_product_is_not_deleted(shop, sqlite_url):
    (product,) = shop.add_products(1)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.api.call("PUT", f"/products/{product}", {"enabled": False})
        shop.wait(WEEK)
        await sync(mirror, shop)
        assert (await shop.rows(mirror))[product]["enabled"] is False


async def test_too_many_deletions_wait_until_they_are_confirmed(shop, database_url):
    ids = shop.add_products(110)
    async with shop.mirror(database_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.delete_silently(ids[:105])
        shop.wait(WEEK)
        report = await sync(mirror, shop)
        stopped = report.sections["products"].stopped
        assert "105 of 110 items are not listed" in stopped
        assert "`ecwid sync --confirm-deletions products`" in stopped
        assert not report.failed
        assert await shop.deleted(mirror) == set()
        status = await shop.status(mirror)
        assert status.condition == "stopped"
        (whole,) = await mirror.status()
        assert not whole.healthy
        shop.edit(ids[-1], "Lamp")
        await sync(mirror, shop)
        assert (await shop.rows(mirror))[ids[-1]]["name"] == "Lamp", "polls go on"
        assert await mirror.confirm_deletions(STORE, "products")
        await sync(mirror, shop, rounds=3)
        assert await shop.deleted(mirror) == set(ids[:105])
        assert (await shop.status(mirror)).condition == "ok"
        assert not await mirror.confirm_deletions(STORE, "products")


async def test_a_token_with_fewer_scopes_deletes_nothing(shop, sqlite_url):
    first, *_ = shop.add_products(3)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.delete_silently([first])
        shop.data.add_token("secret_narrow", ["read_catalog", "read_store_profile"])
        await mirror.mark(STORE, "products", first)
        shop.wait(WEEK)
        store = shop.store("secret_narrow")
        report = await mirror.sync(store, only=PRODUCTS)
        assert "no longer has the scopes" in report.sections["products"].stopped
        assert await shop.deleted(mirror) == set(), "neither by the comparison nor by the marked item"
        assert (await shop.status(mirror)).hints == 1
        await mirror.confirm_deletions(STORE, "products")
        shop.wait(HOUR)
        await mirror.sync(store, only=PRODUCTS)
        assert await shop.deleted(mirror) == {first}
        shop.wait(WEEK)
        report = await mirror.sync(store, only=PRODUCTS)
        assert report.sections["products"].stopped == "", "the confirmed scopes are the ones to compare with"


async def test_a_token_with_fewer_scopes_than_that_of_the_first_read_deletes_nothing(shop, sqlite_url):
    first, *_ = shop.add_products(3)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=1)
        shop.delete_silently([first])
        shop.data.add_token("secret_narrow", ["read_catalog", "read_store_profile"])
        shop.wait(HOUR)
        report = await mirror.sync(shop.store("secret_narrow"), only=PRODUCTS)
        assert "no longer has the scopes" in report.sections["products"].stopped
        assert await shop.deleted(mirror) == set()


async def test_a_token_that_cannot_read_its_scopes_deletes_nothing_if_the_one_before_could(
    shop, sqlite_url, monkeypatch
):
    first, *_ = shop.add_products(3)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.delete_silently([first])
        send = shop.sandbox.send

        async def without_scopes(request):
            if request.path.endswith("/application/token"):
                return make_response({"errorCode": "INSUFFICIENT_APP_SCOPE"}, status=403)
            return await send(request)

        monkeypatch.setattr(shop.sandbox, "send", without_scopes)
        shop.wait(WEEK)
        report = await sync(mirror, shop)
        assert "can't read its scopes" in report.sections["products"].stopped
        assert await shop.deleted(mirror) == set()
        await mirror.confirm_deletions(STORE, "products")
        shop.wait(HOUR)
        await sync(mirror, shop)
        assert await shop.deleted(mirror) == {first}
        shop.wait(WEEK)
        report = await sync(mirror, shop)
        assert report.sections["products"].stopped == ""


async def test_deletions_that_the_token_cannot_list_are_found_within_a_day(shop, sqlite_url, monkeypatch):
    send = shop.sandbox.send

    async def without_deleted_items(request):
        if request.path.endswith("/products/deleted"):
            return make_response({"errorCode": "INSUFFICIENT_APP_SCOPE"}, status=403)
        return await send(request)

    monkeypatch.setattr(shop.sandbox, "send", without_deleted_items)
    first, *_ = shop.add_products(3)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.delete(first)
        await sync(mirror, shop)
        assert await shop.deleted(mirror) == set()
        shop.wait(DAY)
        await sync(mirror, shop)
        assert await shop.deleted(mirror) == {first}


async def test_a_token_with_its_old_scopes_ends_the_stop(shop, sqlite_url):
    shop.add_products(2)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.data.add_token("secret_narrow", ["read_catalog", "read_store_profile"])
        shop.wait(WEEK)
        await mirror.sync(shop.store("secret_narrow"), only=PRODUCTS)
        assert (await shop.status(mirror)).condition == "stopped"
        shop.wait(DAY)
        await mirror.sync(shop.store(TOKEN), only=PRODUCTS)
        assert (await shop.status(mirror)).condition == "ok"


async def test_ids_are_compared_at_once_after_a_gap_over_the_memory_of_the_store(shop, sqlite_url):
    first, _ = shop.add_products(2)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.delete_silently([first])
        shop.wait(200 * DAY)
        await sync(mirror, shop)
        assert await shop.deleted(mirror) == {first}


async def test_a_product_that_is_restored_is_back(shop, sqlite_url):
    (product,) = shop.add_products(1)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        item = shop.data.table("products").get(product)
        shop.delete(product)
        await sync(mirror, shop)
        assert await shop.deleted(mirror) == {product}
        shop.wait(HOUR)
        with shop.data.transaction():
            shop.data.table("products").put({**item, "updateTimestamp": int(shop.now)})
        await sync(mirror, shop, rounds=10)
        assert set(await shop.rows(mirror)) == {product}


async def test_an_interrupted_first_read_goes_on(shop, sqlite_url, monkeypatch):
    for _ in range(650):
        shop.add_products(1)
        shop.wait(10)
    shop.wait(HOUR)
    send, left = shop.sandbox.send, 6

    async def failing(request):
        nonlocal left
        left -= request.path == f"/{STORE}/products"
        if left < 0:
            raise ConnectionError("the machine is switched off")
        return await send(request)

    async with shop.mirror(sqlite_url, rows_per_transaction=100, pages_at_once=1) as mirror:
        monkeypatch.setattr(shop.sandbox, "send", failing)
        with pytest.raises(ConnectionError):
            await mirror.sync(shop.store(), only=PRODUCTS)
        assert (await shop.status(mirror)).condition == "reading"
        before = len(await shop.rows(mirror))
        assert before >= 300
        monkeypatch.setattr(shop.sandbox, "send", send)
        shop.requests()
        await mirror.sync(shop.store(), only=PRODUCTS)
        assert len(await shop.rows(mirror)) == 650
        assert shop.requests().count("GET /products") <= 5, "it does not begin anew"


async def test_deletions_are_kept_as_rows_without_data_or_removed(shop, sqlite_url):
    first, _ = shop.add_products(2)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.delete(first)
        await sync(mirror, shop)
        shop.wait(31 * DAY)
        await sync(mirror, shop)
        assert await shop.deleted(mirror) == {first}
        table = mirror._opened.schema.tables["products"]
        async with mirror._opened.read() as connection:
            row = (await connection.execute(table.select().where(table.c.id == first))).one()
        assert (row.document, row.name) == (None, None)
    shop.wait(DAY)
    async with shop.mirror(sqlite_url, remove_deleted=True) as mirror:
        await sync(mirror, shop)
        assert await shop.deleted(mirror) == set()


async def test_deletions_that_a_search_shows_late_do_not_come_back(shop, sqlite_url):
    first, second = shop.add_products(2)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.sandbox.set_switches(Switches(delete_lag=4 * MINUTE))
        shop.edit(first, "Lamp")
        shop.delete(first)
        await sync(mirror, shop, rounds=8)
        assert await shop.deleted(mirror) == {first}
        assert set(await shop.rows(mirror)) == {second}


async def test_a_part_that_cannot_be_proven_is_stored_and_read_again_later(shop, sqlite_url, monkeypatch):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        cursor = (await shop.status(mirror)).cursor
        send = shop.sandbox.send

        async def with_a_wrong_total(request):
            response = await send(request)
            if request.path.endswith("/products") and "updatedFrom" in dict(request.params):
                body = msgspec.json.decode(response.body)
                response = evolve(response, body=msgspec.json.encode({**body, "total": body["total"] + 1}))
            return response

        monkeypatch.setattr(shop.sandbox, "send", with_a_wrong_total)
        shop.edit(product, "Lamp")
        report = await mirror.sync(shop.store(), only=PRODUCTS)
        assert "can't be proven complete" in report.sections["products"].error
        assert (await shop.rows(mirror))[product]["name"] == "Lamp"
        status = await shop.status(mirror)
        assert status.condition == "unproven"
        assert status.unproven_since == status.cursor
        assert status.cursor >= cursor
        (whole,) = await mirror.status()
        assert not whole.healthy
        shop.requests()
        shop.wait(30)
        await mirror.sync(shop.store(), only=PRODUCTS)
        assert shop.requests() == ["GET /latest-stats"], "the next try waits"
        monkeypatch.setattr(shop.sandbox, "send", send)
        shop.wait(MINUTE)
        await sync(mirror, shop)
        status = await shop.status(mirror)
        assert (status.condition, status.unproven_since) == ("ok", None)
        assert status.cursor > cursor
