"""Comparing a whole store with its mirror."""

import json

import pytest

from ecwid_async.errors import ConfigError, InvalidToken
from ecwid_async.sandbox import Switches
from ecwid_async.sync import StoreMismatch
from ecwid_async.transport.memory import make_response

from .shop import HOUR, MINUTE, STORE, TOKEN, Shop

PRODUCTS = ["products"]


@pytest.fixture
def shop():
    return Shop()


async def test_a_mirror_in_step_is_equal(shop, database_url):
    shop.add_products(120)
    shop.api.call("POST", "/categories", {"name": "Lamps"})
    async with shop.mirror(database_url) as mirror:
        await mirror.sync(shop.store())
        report = await mirror.verify(shop.store())
        assert report.equal
        assert report.mismatches == 0
        assert report.sections["products"].items == 120
        assert json.loads(json.dumps(report.to_dict()))["equal"] is True


async def test_each_kind_of_difference_is_named(shop, sqlite_url):
    missing, deleted, older, content, gone, fine = shop.add_products(6)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror, only=PRODUCTS)
        shop.wait(HOUR)
        await mirror.sync(shop.store(), only=PRODUCTS)
        database = mirror._opened
        table = database.schema.tables["products"]
        async with database.write() as connection:
            await connection.execute(table.delete().where(table.c.id == missing))
            await connection.execute(table.update().where(table.c.id == deleted).values(deleted_at=1))
            await connection.execute(table.update().where(table.c.id == older).values(updated=1, hash=b""))
        shop.edit_silently(content, "Lamp")
        shop.delete_silently([gone])
        report = await mirror.verify(shop.store(), only=PRODUCTS)
        found = {mismatch.id: mismatch.kind for mismatch in report.sections["products"].mismatches}
        assert found == {
            missing: "missing",
            deleted: "deleted",
            older: "older",
            content: "content",
            gone: "not_in_store",
        }
        assert not report.equal
        assert fine not in found


async def test_what_the_next_poll_brings_is_no_difference(shop, sqlite_url):
    edited, deleted = shop.add_products(2)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror, only=PRODUCTS)
        shop.edit(edited, "Lamp")
        shop.delete(deleted)
        shop.add_products(1)
        assert (await mirror.verify(shop.store(), only=PRODUCTS)).equal


async def test_a_search_that_is_behind_is_no_difference(shop, sqlite_url):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror, only=PRODUCTS)
        shop.sandbox.set_switches(Switches(upsert_lag=HOUR))
        shop.edit(product, "Lamp")
        await mirror.mark(STORE, "products", product)
        await mirror.sync(shop.store(), only=PRODUCTS)
        assert (await mirror.verify(shop.store(), only=PRODUCTS)).equal


async def test_nothing_is_changed(shop, sqlite_url):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror, only=PRODUCTS)
        shop.edit_silently(product, "Lamp")
        assert not (await mirror.verify(shop.store(), only=PRODUCTS)).equal
        assert (await shop.rows(mirror))[product]["name"] != "Lamp"


async def test_a_section_that_cannot_be_compared_is_no_equal_one(shop, sqlite_url, monkeypatch):
    async with shop.mirror(sqlite_url) as mirror:
        await mirror.sync(shop.store(), only=["profile"])
        report = await mirror.verify(shop.store(), only=PRODUCTS)
        assert "run a sync first" in report.sections["products"].error
        assert not report.equal
        await mirror.sync(shop.store(), only=["products", "orders"])
        send = shop.sandbox.send

        async def failing(request):
            if request.path.endswith("/orders"):
                return make_response({"errorMessage": "no"}, status=400)
            return await send(request)

        monkeypatch.setattr(shop.sandbox, "send", failing)
        report = await mirror.verify(shop.store(), only=["products", "orders"])
        assert report.sections["orders"].error
        assert not report.sections["products"].error


async def test_an_item_that_cannot_be_read_again_is_unknown(shop, sqlite_url, monkeypatch):
    (product,) = shop.add_products(1)
    shop.wait(HOUR)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror, only=PRODUCTS)
        shop.edit_silently(product, "Lamp")
        send = shop.sandbox.send

        async def failing(request):
            if request.path.endswith(f"/products/{product}"):
                return make_response({"errorMessage": "no"}, status=400)
            return await send(request)

        monkeypatch.setattr(shop.sandbox, "send", failing)
        section = (await mirror.verify(shop.store(), only=PRODUCTS)).sections["products"]
        assert (list(section.mismatches), section.unknown) == ([], [product])


async def test_sections_that_the_token_does_not_open_are_skipped(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror, only=["products", "promotions"])
        shop.data.add_token("secret_narrow", ["read_catalog", "read_store_profile"])
        shop.wait(MINUTE)
        report = await mirror.verify(shop.store("secret_narrow"), only=["products", "promotions"])
        assert "read_promotion" in report.sections["promotions"].skipped
        assert report.equal


async def test_another_store_is_refused(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:
        with pytest.raises(ConfigError, match="sync it first"):
            await mirror.verify(shop.store())
        await mirror.sync(shop.store(), only=PRODUCTS)
        with pytest.raises(StoreMismatch):
            await mirror.verify(Shop().store())


async def test_a_dead_token_is_an_error(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:
        await mirror.sync(shop.store(), only=PRODUCTS)
        shop.data.revoke(TOKEN)
        with pytest.raises(InvalidToken):
            await mirror.verify(shop.store(), only=PRODUCTS)
