"""Rounds whose database fails: each is a clear error, and the next round continues."""

from typing import Any

import pytest
from sqlalchemy import text

from ecwid_async.sync.database.lease import take_lease
from ecwid_async.sync.errors import DatabaseError, DatabaseFull, DatabaseUnavailable, LeaseLost
from ecwid_async.sync.rounds import section_sync

from .shop import HOUR, STORE, Shop

SECTIONS = ["products", "categories"]


@pytest.fixture
def shop():
    shop = Shop()
    for _ in range(30):
        shop.add_products(10, description="x" * 2000)
    shop.api.call("POST", "/categories", {"name": "Lamps"})
    return shop


@pytest.fixture
def before_write(monkeypatch):
    """Runs something in the transaction of the first rows of products, before they are written."""

    def before_write(work):
        write: Any = section_sync.write
        done = False

        async def interrupted(connection, schema, store_id, section, batches, **options):
            nonlocal done
            if section.name == "products" and batches and not done:
                done = True
                await work(connection)
            return await write(connection, schema, store_id, section, batches, **options)

        monkeypatch.setattr(section_sync, "write", interrupted)

    return before_write


async def assert_continues(shop, url):
    async with shop.mirror(url) as mirror:
        report = await mirror.sync(shop.store(), only=SECTIONS)
        assert not report.failed
        assert len(await shop.rows(mirror)) == 300
        assert len(await shop.rows(mirror, "categories")) == 1
        (status,) = await mirror.status()
        assert status.error == ""


async def test_a_full_disk_ends_the_round_and_loses_nothing(shop, sqlite_url, before_write):
    async def fill(connection):
        await connection.exec_driver_sql("PRAGMA max_page_count = 1")

    before_write(fill)
    async with shop.mirror(sqlite_url, sections_at_once=1) as mirror:
        with pytest.raises(DatabaseFull, match="Free some space"):
            await mirror.sync(shop.store(), only=SECTIONS)
    await assert_continues(shop, sqlite_url)


async def test_a_database_that_goes_away_in_a_transaction_ends_the_round(shop, postgresql_url, before_write):
    async def terminate(connection):
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        async with mirror._opened.write() as other:
            await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    before_write(terminate)
    async with shop.mirror(postgresql_url) as mirror:
        with pytest.raises(DatabaseUnavailable):
            await mirror.sync(shop.store(), only=SECTIONS)
        assert await shop.rows(mirror) == {}
        (status,) = await mirror.status()
        assert status.error
    await assert_continues(shop, postgresql_url)


async def test_a_round_whose_store_was_taken_over_writes_nothing_more(shop, database_url, monkeypatch):
    async with shop.mirror(database_url) as mirror, shop.mirror(database_url) as other:
        send = shop.sandbox.send

        async def taken_over(request):
            if request.path.endswith("/products"):
                monkeypatch.setattr(shop.sandbox, "send", send)
                shop.wait(HOUR)  # longer than the lease
                await take_lease(other._opened, STORE, "the other one")
            return await send(request)

        monkeypatch.setattr(shop.sandbox, "send", taken_over)
        with pytest.raises(LeaseLost):
            await mirror.sync(shop.store(), only=["products"])
        assert await shop.rows(mirror) == {}
        shop.wait(HOUR)
    await assert_continues(shop, database_url)


async def test_a_row_that_the_database_refuses_does_not_stop_the_others(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:
        await mirror.sync(shop.store(), only=["profile"])
        async with mirror._opened.write() as connection:
            await connection.exec_driver_sql(
                "CREATE TRIGGER refuse BEFORE INSERT ON ecwid_products WHEN NEW.name = 'Product 7' "
                "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
            )
        report = await mirror.sync(shop.store(), only=["products"])
        assert report.sections["products"].refused == 30
        assert not report.failed
        assert len(await shop.rows(mirror)) == 270
        (status,) = await mirror.status()
        (problem,) = [problem for problem in status.problems if "refused" in problem]
        assert "(in all 30)" in problem
        assert report.sections["products"].refusal in problem
        assert "SQLITE_CONSTRAINT" in problem, "and not the message, which may show the item"


async def test_a_schema_that_somebody_changed_is_a_clear_error(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:
        await mirror.sync(shop.store(), only=["products"])
        async with mirror._opened.write() as connection:
            await connection.exec_driver_sql("ALTER TABLE ecwid_products RENAME COLUMN hash TO checksum")
        with pytest.raises(DatabaseError):
            await mirror.sync(shop.store(), only=["products"])
