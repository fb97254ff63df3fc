"""Single items that are due: marked ones, and those that the mirror itself has to look up."""

import pytest

from ecwid_async.errors import ConfigError
from ecwid_async.sandbox import Switches
from ecwid_async.sync.mirror import Mirror
from ecwid_async.sync.rounds.lookups import LookupBudget
from ecwid_async.transport.memory import make_response

from ..shop import HOUR, MINUTE, STORE, Shop


@pytest.fixture
def shop():
    return Shop()


async def sync(mirror: Mirror, shop: Shop, *sections: str, rounds: int = 1) -> None:
    for _ in range(rounds):
        await mirror.sync(shop.store(), only=sections or ["products"])
        shop.wait(MINUTE)


async def hints(mirror: Mirror, shop: Shop, section: str = "products") -> int:
    return (await shop.status(mirror, section)).hints


async def test_a_marked_item_is_read_once_by_the_next_round(shop, database_url):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(database_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.sandbox.set_switches(Switches(upsert_lag=HOUR))
        shop.edit(product, "Lamp")
        for _ in range(3):
            await mirror.mark(STORE, "products", product)
        assert await hints(mirror, shop) == 1
        shop.requests()
        await sync(mirror, shop)
        assert shop.requests().count(f"GET /products/{product}") == 1
        assert (await shop.rows(mirror))[product]["name"] == "Lamp"
        assert await hints(mirror, shop) == 0


async def test_a_mark_costs_one_request_in_a_quiet_store(shop, sqlite_url):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=3)
        await mirror.mark(STORE, "products", product)
        shop.requests()
        await sync(mirror, shop)
        assert shop.requests() == ["GET /latest-stats", f"GET /products/{product}"]


async def test_a_marked_item_that_is_gone_is_deleted(shop, sqlite_url):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.delete_silently([product])
        await mirror.mark(STORE, "products", product)
        await sync(mirror, shop)
        assert await shop.deleted(mirror) == {product}
        assert await hints(mirror, shop) == 0


async def test_a_mark_during_the_get_stays(shop, sqlite_url, monkeypatch):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        send = shop.sandbox.send

        async def edited_after(request):
            response = await send(request)
            if request.path.endswith(f"/products/{product}") and request.method == "GET":
                monkeypatch.setattr(shop.sandbox, "send", send)
                shop.edit(product, "Chair")
                await mirror.mark(STORE, "products", product)
            return response

        shop.sandbox.set_switches(Switches(upsert_lag=HOUR))
        monkeypatch.setattr(shop.sandbox, "send", edited_after)
        await mirror.mark(STORE, "products", product)
        await sync(mirror, shop, rounds=2)
        assert (await shop.rows(mirror))[product]["name"] == "Chair"
        assert await hints(mirror, shop) == 0


async def test_a_mark_of_a_section_that_is_not_mirrored_yet_is_read(shop, sqlite_url):
    (product,) = shop.add_products(1)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, "profile")
        await mirror.mark(STORE, "products", product)
        await sync(mirror, shop, "profile")
        assert await shop.rows(mirror) == {}
        await sync(mirror, shop)
        assert set(await shop.rows(mirror)) == {product}


async def test_an_item_that_cannot_be_read_is_tried_again_later(shop, sqlite_url, monkeypatch):
    first, second = shop.add_products(2)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        send, tries = shop.sandbox.send, []

        async def failing(request):
            if request.path.endswith(f"/products/{first}"):
                tries.append(shop.now)
                return make_response({"errorMessage": "no"}, status=400)
            return await send(request)

        monkeypatch.setattr(shop.sandbox, "send", failing)
        shop.edit_silently(second, "Lamp")
        await mirror.mark(STORE, "products", first, second)
        begin = shop.now
        await sync(mirror, shop, rounds=8)
        assert (await shop.rows(mirror))[second]["name"] == "Lamp", "the others are read"
        assert [round((at - begin) / MINUTE) for at in tries] == [0, 1, 3, 7]
        monkeypatch.setattr(shop.sandbox, "send", send)
        await mirror.mark(STORE, "products", first)
        await sync(mirror, shop)
        assert await hints(mirror, shop) == 0


async def test_many_items_that_cannot_be_read_stop_neither_the_others_nor_the_list(shop, sqlite_url, monkeypatch):
    first, second = shop.add_products(2)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        send = shop.sandbox.send

        async def failing(request):
            if "/products/9000" in request.path:
                return make_response(b"<html>not here</html>", status=404)
            return await send(request)

        monkeypatch.setattr(shop.sandbox, "send", failing)
        shop.edit_silently(first, "Lamp")
        shop.edit(second, "Chair")
        await mirror.mark(STORE, "products", *range(900000, 900060), first)
        await sync(mirror, shop, rounds=3)
        names = {item_id: item["name"] for item_id, item in (await shop.rows(mirror)).items()}
        assert names == {first: "Lamp", second: "Chair"}
        assert await hints(mirror, shop) == 60
        status = await shop.status(mirror)
        assert (status.condition, status.deleted) == ("ok", 0)


async def test_an_id_in_another_form_is_looked_up_once(shop, sqlite_url):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        await mirror.mark(STORE, "products", f"00{product}", str(product), product)
        assert await hints(mirror, shop) == 1
        await sync(mirror, shop)
        assert await hints(mirror, shop) == 0


async def test_a_marked_item_is_read_while_its_list_fails(shop, sqlite_url, monkeypatch):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        send = shop.sandbox.send

        async def failing(request):
            if request.path == f"/{STORE}/products":
                return make_response({"errorMessage": "no"}, status=400)
            return await send(request)

        monkeypatch.setattr(shop.sandbox, "send", failing)
        shop.edit(product, "Lamp")
        await sync(mirror, shop, rounds=5)
        assert (await shop.status(mirror)).condition == "failing"
        await mirror.mark(STORE, "products", product)
        await mirror.sync(shop.store(), only=["products"])
        assert (await shop.rows(mirror))[product]["name"] == "Lamp"


async def test_an_older_state_of_a_search_makes_a_get_decide_in_the_same_round(shop, sqlite_url, monkeypatch):
    (product,) = shop.add_products(1)
    shop.edit(product, "Lamp")
    before = shop.data.table("products").get(product)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, rounds=2)
        shop.edit(product, "Vase")
        await sync(mirror, shop, rounds=7)
        with shop.data.transaction():  # as after a restored backup
            shop.data.table("products").put(before)
        for _ in range(8 * 24):
            shop.wait(HOUR)
            await mirror.sync(shop.store(), only=["products"])
            if (await shop.rows(mirror))[product]["name"] == "Lamp":
                break
        status = await shop.status(mirror)
        assert (await shop.rows(mirror))[product]["name"] == "Lamp"
        assert (status.went_back, status.undecided) == (1, 0)


async def test_many_old_marks_are_read_by_searches_of_a_hundred(shop, sqlite_url):
    ids = shop.add_products(250)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url, lookups_per_minute=5) as mirror:
        await sync(mirror, shop, rounds=2)
        for product in ids:
            shop.edit_silently(product, "Lamp")
        await mirror.mark(STORE, "products", *ids)
        shop.requests()
        await sync(mirror, shop)
        assert sum(request.startswith("GET /products/") for request in shop.requests()) <= 6, "within the budget"
        shop.wait(HOUR)
        await sync(mirror, shop)
        shop.wait(6 * MINUTE)
        await sync(mirror, shop, rounds=2)
        assert await hints(mirror, shop) == 0
        assert all(item["name"] == "Lamp" for item in (await shop.rows(mirror)).values())


async def test_a_mark_of_a_section_in_one_response_is_read(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, "profile")
        shop.api.call("PUT", "/profile", {"settings": {"storeName": "Lamps"}})
        await mirror.mark(STORE, "profile", STORE)
        await sync(mirror, shop, "profile")
        assert next(iter((await shop.rows(mirror, "profile")).values()))["settings"]["storeName"] == "Lamps"
        assert await hints(mirror, shop, "profile") == 0


async def test_a_mark_of_a_list_without_a_get_is_settled_by_complete_reads(shop, sqlite_url):
    promotion = {"discountBase": "ITEM", "discountType": "PERCENT", "amount": 1}
    created = shop.api.call("POST", "/promotions", {"name": "a", **promotion})["id"]
    async with shop.mirror(sqlite_url) as mirror:
        await sync(mirror, shop, "promotions", rounds=2)
        shop.api.call("PUT", f"/promotions/{created}", {"name": "b"})
        await mirror.mark(STORE, "promotions", created)
        await sync(mirror, shop, "promotions")
        assert (await shop.rows(mirror, "promotions"))[created]["name"] == "b"
        assert await hints(mirror, shop, "promotions") == 1, "the search may have been behind"
        await sync(mirror, shop, "promotions", rounds=8)
        assert await hints(mirror, shop, "promotions") == 0
        shop.requests()
        await sync(mirror, shop, "promotions")
        assert shop.requests() == ["GET /latest-stats"]


@pytest.mark.parametrize(("section", "item"), [("prodcts", 1), ("products", "x")])
async def test_marks_that_identify_nothing_are_refused(shop, sqlite_url, section, item):
    async with shop.mirror(sqlite_url) as mirror:
        with pytest.raises(ConfigError):
            await mirror.mark(STORE, section, item)


def test_the_budget_grows_with_time_up_to_that_of_a_minute():
    budget = LookupBudget(60)
    budget.refill(1000.0)
    assert budget.available == 60
    budget.spend(100)
    assert budget.available == 0
    budget.refill(1040.0)
    assert budget.available == 0, "what was spent too much is made up for"
    budget.refill(1070.0)
    assert budget.available == 30
    budget.refill(900.0)
    assert budget.available == 30, "a clock that was set back takes nothing away"
    budget.refill(9000.0)
    assert budget.available == 60
