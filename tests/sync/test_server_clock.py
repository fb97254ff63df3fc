"""A server whose clock is set back, or whose responses have a wrong `Date`."""

from email.utils import formatdate

import pytest
from attrs import evolve

from ecwid_async.changes import Cursor
from ecwid_async.sync.database import load_section
from ecwid_async.wire import Headers

from .shop import DAY, HOUR, MINUTE, STORE, Shop


@pytest.fixture
def shop():
    return Shop()


async def sync(mirror, shop, rounds):
    for _ in range(rounds):
        await mirror.sync(shop.store(), only=["products"])
        shop.wait(MINUTE)


async def names(mirror, shop):
    return {item_id: item["name"] for item_id, item in (await shop.rows(mirror)).items()}


def ahead_by_a_day(shop):
    """Responds with the date of tomorrow to a read of products."""
    send = shop.sandbox.send

    async def ahead(request):
        response = await send(request)
        if not request.path.endswith("/products"):
            return response
        others = [(name, value) for name, value in response.headers.items() if name.lower() != "date"]
        return evolve(response, headers=Headers([*others, ("Date", formatdate(shop.now + DAY, usegmt=True))]))

    return ahead


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
        monkeypatch.setattr(shop.sandbox, "send", ahead_by_a_day(shop))
        await sync(mirror, shop, rounds=1)
        monkeypatch.setattr(shop.sandbox, "send", send)
        shop.edit(first, "Desk lamp")
        shop.edit(second, "Chair")
        shop.wait(10 * MINUTE)
        await sync(mirror, shop, rounds=2)
        assert await names(mirror, shop) == {first: "Desk lamp", second: "Chair"}
        assert (await shop.status(mirror)).cursor <= shop.now


async def test_a_wrong_date_of_a_first_read_that_is_interrupted_hides_no_later_edit(shop, sqlite_url, monkeypatch):
    shop.add_products(250)
    monkeypatch.setattr(shop.sandbox, "send", ahead_by_a_day(shop))

    def interrupt(report):
        raise KeyError(report.name)

    async with shop.mirror(sqlite_url, rows_per_transaction=100) as mirror:
        with pytest.raises(KeyError):
            await mirror.sync(shop.store(), only=["products"], on_progress=interrupt)
        async with mirror._opened.read() as connection:
            state = await load_section(connection, mirror._opened.schema, STORE, "products")
        cursor = Cursor.from_json(state.cursor, store_id=STORE, operation="GET /products")
        assert cursor.until <= shop.now
