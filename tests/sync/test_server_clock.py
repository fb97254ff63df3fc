"""A server whose clock is set back, or whose responses have a wrong `Date`."""

from email.utils import formatdate

import pytest
from attrs import evolve

from ecwid_async.wire import Headers

from .shop import DAY, HOUR, MINUTE, Shop


@pytest.fixture
def shop():
    return Shop()


async def sync(mirror, shop, rounds):
    for _ in range(rounds):
        await mirror.sync(shop.store(), only=["products"])
        shop.wait(MINUTE)


async def names(mirror, shop):
    return {item_id: item["name"] for item_id, item in (await shop.rows(mirror)).items()}


async def test_edits_after_the_clock_was_set_back_are_stored(shop, sqlite_url):
    edited, deleted, other = shop.add_products(3)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror)
        shop.edit(edited, "Lamp")
        await sync(mirror, shop, rounds=1)
        shop.wait(-HOUR)
        shop.edit(edited, "Desk lamp")
        shop.edit(other, "Chair")
        shop.delete(deleted)
        await sync(mirror, shop, rounds=8)
        assert await names(mirror, shop) == {edited: "Desk lamp", other: "Chair"}
        assert await shop.deleted(mirror) == {deleted}


async def test_a_wrong_date_of_one_read_hides_no_later_edit(shop, sqlite_url, monkeypatch):
    first, second = shop.add_products(2)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror)
        shop.edit(first, "Lamp")
        send = shop.sandbox.send

        async def ahead(request):
            response = await send(request)
            if not request.path.endswith("/products"):
                return response
            others = [(name, value) for name, value in response.headers.items() if name.lower() != "date"]
            return evolve(response, headers=Headers([*others, ("Date", formatdate(shop.now + DAY, usegmt=True))]))

        monkeypatch.setattr(shop.sandbox, "send", ahead)
        await sync(mirror, shop, rounds=1)
        monkeypatch.setattr(shop.sandbox, "send", send)
        shop.edit(first, "Desk lamp")
        shop.edit(second, "Chair")
        shop.wait(10 * MINUTE)
        await sync(mirror, shop, rounds=2)
        assert await names(mirror, shop) == {first: "Desk lamp", second: "Chair"}
        assert (await shop.status(mirror)).cursor <= shop.now
