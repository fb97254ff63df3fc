"""Creating, checking and migrating the tables of a mirror."""

import asyncio
import os
import signal
import textwrap
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy
from attrs import evolve

from ecwid_async.changes import ItemBatch, ReadInterval
from ecwid_async.sync.database import migrations, schema
from ecwid_async.sync.database.database import Database
from ecwid_async.sync.database.due_items import mark_due
from ecwid_async.sync.database.lease import take_lease
from ecwid_async.sync.database.schema import SCHEMA_VERSION
from ecwid_async.sync.database.state import SectionState, load_section, register_store
from ecwid_async.sync.database.writer import write
from ecwid_async.sync.errors import DatabaseError, SchemaChanged, SchemaTooNew
from ecwid_async.sync.rows.columns import Column
from ecwid_async.sync.rows.sections import MIRROR_SECTIONS, MirrorSection
from tests.processes import start_process

STORE = 1003
PRODUCTS = MIRROR_SECTIONS["products"]


def without(section: MirrorSection, *columns: str, children: tuple[str, ...] = ()) -> MirrorSection:
    """The section as an older version could have described it."""
    return evolve(
        section,
        columns=tuple(column for column in section.columns if column.name not in columns),
        children=tuple(child for child in section.children if child.name not in children),
    )


OLD = MIRROR_SECTIONS | {"products": without(PRODUCTS, "sku", "price", children=("product_categories",))}
# The section has a column that the next version no longer has, and one of another type.
OLD["categories"] = evolve(
    MIRROR_SECTIONS["categories"],
    columns=(
        *(column for column in MIRROR_SECTIONS["categories"].columns if column.name != "order_by"),
        Column("order_by", "orderBy", "text"),
        Column("old", "old", "text"),
    ),
)
NEW_VERSION = SCHEMA_VERSION + 1


def product(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "sku": f"SKU{number}",
        "name": f"Product {number}",
        "price": number + 0.5,
        "categoryIds": [1, number],
    }


async def add_items(database: Database, section: str, items: list[dict[str, Any]], store_id: int = STORE) -> None:
    batch = ItemBatch(
        items=[msgspec.Raw(msgspec.json.encode(item)) for item in items],
        ids=[item["id"] for item in items],
        updated=[1_700_000_000] * len(items),
        read=ReadInterval(1_700_000_100.0, 1_700_000_101.0),
    )
    async with database.write() as connection:
        await write(connection, database.schema, store_id, database.schema.sections[section], [batch])


async def select(database: Database, sql: str) -> list[tuple[Any, ...]]:
    async with database.read() as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(sql)]


async def make_old(url: str, count: int = 3) -> None:
    async with await Database.open(url, sections=OLD) as database:
        await register_store(database, STORE, "https://app.ecwid.com/api/v3")
        await add_items(database, "products", [product(number) for number in range(1, count + 1)])
        await add_items(database, "categories", [{"id": 1, "name": "All", "orderBy": 10, "old": "x"}])


async def test_a_new_database_is_created_once_by_many_that_open_it_at_once(empty_database_url):
    databases = await asyncio.gather(*(Database.open(empty_database_url) for _ in range(8)))
    for database in databases:
        await mark_due(database, STORE, "products", [1])
        await database.aclose()
    async with await Database.open(empty_database_url) as database:
        assert await select(database, "SELECT version, refill FROM ecwid_schema") == [(SCHEMA_VERSION, None)]


async def test_a_database_without_a_mirror_is_left_alone_by_commands_that_only_look(empty_database_url):
    with pytest.raises(DatabaseError, match=r"sync a store first"):
        await Database.open(empty_database_url, create=False)
    if empty_database_url.startswith("sqlite"):
        assert not Path(empty_database_url.removeprefix("sqlite:///")).exists()
    async with await Database.open(empty_database_url, prefix="other_"):
        pass
    with pytest.raises(DatabaseError, match=r"no tables of a mirror whose names begin with ecwid_"):
        await Database.open(empty_database_url, create=False)
    async with await Database.open(empty_database_url, prefix="other_", create=False):
        pass


async def test_a_migration_fills_new_columns_and_child_tables_from_the_stored_documents(
    empty_database_url, monkeypatch
):
    monkeypatch.setattr(migrations, "_BATCH", 2)
    await make_old(empty_database_url)
    async with await Database.open(empty_database_url, version=NEW_VERSION) as database:
        assert await select(database, "SELECT id, sku, name FROM ecwid_products ORDER BY id") == [
            (number, f"SKU{number}", f"Product {number}") for number in (1, 2, 3)
        ]
        prices = await select(database, "SELECT price FROM ecwid_products ORDER BY id")
        assert [float(price) for (price,) in prices] == [1.5, 2.5, 3.5]
        assert await select(database, "SELECT product_id, category_id FROM ecwid_product_categories ORDER BY 1, 2") == [
            (1, 1), (1, 1), (2, 1), (2, 2), (3, 1), (3, 3)
        ]  # fmt: skip
        assert await select(database, "SELECT order_by FROM ecwid_categories") == [(10,)]
        assert await select(database, "SELECT version, refill FROM ecwid_schema") == [(NEW_VERSION, None)]
        await add_items(database, "products", [product(4)])


async def test_the_documents_and_times_are_left_as_they_are(empty_database_url):
    columns = "id, document, hash, updated, read_begin, read_end, read_kind, deleted_at"
    await make_old(empty_database_url)
    async with await Database.open(empty_database_url, sections=OLD) as database:
        before = await select(database, f"SELECT {columns} FROM ecwid_products ORDER BY id")
    for _ in range(2):  # the second time, the tables are compared with those of a new database
        async with await Database.open(empty_database_url, version=NEW_VERSION) as database:
            assert await select(database, f"SELECT {columns} FROM ecwid_products ORDER BY id") == before


async def test_a_migration_is_continued_after_it_was_interrupted(empty_database_url, monkeypatch):
    monkeypatch.setattr(migrations, "_BATCH", 2)
    await make_old(empty_database_url, 7)
    from ecwid_async.sync.database import database as module

    real, calls = module.rebuild, []

    async def interrupted(*arguments: Any) -> Any:
        calls.append(arguments[3])
        if len(calls) in (1, 3, 4):
            raise ZeroDivisionError
        return await real(*arguments)

    monkeypatch.setattr(module, "rebuild", interrupted)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await Database.open(empty_database_url, version=NEW_VERSION)
    async with await Database.open(empty_database_url, version=NEW_VERSION) as database:
        assert await select(database, "SELECT count(*) FROM ecwid_products WHERE sku IS NULL") == [(0,)]
        assert await select(database, "SELECT count(*) FROM ecwid_product_categories") == [(14,)]
    # What was done before an interruption is not done again.
    assert calls[:7] == [None, None, (STORE, 2), (STORE, 2), (STORE, 2), (STORE, 4), (STORE, 6)]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills a process")
async def test_a_migration_is_continued_after_its_process_was_killed(empty_database_url, tmp_path):
    await make_old(empty_database_url, 50)
    code = """
        import asyncio, os, signal, sys
        from ecwid_async.sync.database import database, migrations

        migrations._BATCH = 5
        real, batches = database.rebuild, 0

        async def killed(*arguments):
            global batches
            last = await real(*arguments)
            batches += 1
            if batches == int(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)
            return last

        database.rebuild = killed
        asyncio.run(database.Database.open(sys.argv[1], version=int(sys.argv[3])))
    """
    for batches in (1, 3):
        process = start_process(textwrap.dedent(code), empty_database_url, str(batches), str(NEW_VERSION), cwd=tmp_path)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL, errors
        process.close()
    async with await Database.open(empty_database_url, version=NEW_VERSION) as database:
        assert await select(database, "SELECT count(*) FROM ecwid_products WHERE sku IS NULL") == [(0,)]
        assert await select(database, "SELECT count(*) FROM ecwid_product_categories") == [(100,)]


async def test_several_processes_that_migrate_at_once_share_the_work(empty_database_url, monkeypatch):
    monkeypatch.setattr(migrations, "_BATCH", 2)
    await make_old(empty_database_url, 10)
    databases = await asyncio.gather(*(Database.open(empty_database_url, version=NEW_VERSION) for _ in range(3)))
    for database in databases:
        assert await select(database, "SELECT count(*) FROM ecwid_products WHERE sku IS NULL") == [(0,)]
        await database.aclose()


async def test_a_process_of_the_older_version_stops_and_writes_nothing(empty_database_url):
    await make_old(empty_database_url)
    async with await Database.open(empty_database_url, sections=OLD) as old:
        lease = await take_lease(old, STORE, "old")
        async with await Database.open(empty_database_url, version=NEW_VERSION) as new:
            with pytest.raises(SchemaTooNew, match=rf"have version {NEW_VERSION}.*supports {SCHEMA_VERSION}: upgrade"):
                async with old.transaction(lease):
                    pass
            with pytest.raises(SchemaTooNew):
                await mark_due(old, STORE, "products", [1])
            with pytest.raises(SchemaTooNew):
                await Database.open(empty_database_url, sections=OLD)
            assert await select(new, "SELECT count(*) FROM ecwid_due_items") == [(0,)]


async def test_a_migration_waits_for_the_transaction_of_an_older_process(empty_database_url):
    await make_old(empty_database_url)
    async with await Database.open(empty_database_url, sections=OLD) as old:
        async with old.write() as connection:
            migration = asyncio.create_task(Database.open(empty_database_url, version=NEW_VERSION))
            for _ in range(20):
                await connection.exec_driver_sql("SELECT 1")
                assert not migration.done()
            await connection.exec_driver_sql("UPDATE ecwid_products SET name = 'as the old version wrote it'")
        async with await migration as new:
            names = await select(new, "SELECT DISTINCT name FROM ecwid_products")
    assert len(names) == 3  # derived again


CHANGES = [
    ("ALTER TABLE ecwid_products DROP COLUMN sku", "ecwid_products.sku is missing"),
    ("ALTER TABLE ecwid_products ADD COLUMN margin REAL", "ecwid_products.margin was added"),
    ("DROP TABLE ecwid_order_items", "table ecwid_order_items is missing"),
    ("DROP TABLE ecwid_due_items", "table ecwid_due_items is missing"),
    ("DELETE FROM ecwid_schema", "ecwid_schema has no version"),
    ("DROP TABLE ecwid_schema", "ecwid_brands exists, but the mirror did not create it"),
    ("ALTER TABLE ecwid_stores DROP COLUMN owner", "ecwid_stores.owner is missing"),
    ("UPDATE ecwid_schema SET refill = '?'", "ecwid_schema.refill is not valid"),
]


@pytest.mark.parametrize(("change", "difference"), CHANGES)
async def test_tables_that_somebody_changed_are_refused_and_left_alone(sqlite_mirror_url, change, difference):
    async with await Database.open(sqlite_mirror_url) as database, database.write() as connection:
        await connection.exec_driver_sql(change)
    for _ in range(2):
        with pytest.raises(SchemaChanged, match=difference) as caught:
            await Database.open(sqlite_mirror_url)
        assert "Undo these changes" in str(caught.value)


async def test_a_column_with_another_type_is_refused(postgresql_url):
    async with await Database.open(postgresql_url) as database, database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE ecwid_products ALTER COLUMN price TYPE real")
        await connection.exec_driver_sql("DROP SEQUENCE ecwid_due_numbers")
    with pytest.raises(SchemaChanged, match=r"ecwid_products\.price is REAL instead of NUMERIC") as caught:
        await Database.open(postgresql_url)
    assert "sequence ecwid_due_numbers is missing" in caught.value.differences


async def test_what_somebody_added_to_the_tables_of_an_older_version_is_not_dropped(empty_database_url):
    await make_old(empty_database_url)
    async with await Database.open(empty_database_url, sections=OLD) as database, database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE ecwid_products ADD COLUMN margin REAL")
        await connection.exec_driver_sql("UPDATE ecwid_products SET margin = 1")
    with pytest.raises(SchemaChanged, match=r"ecwid_products\.margin was added"):
        await Database.open(empty_database_url, version=NEW_VERSION)
    async with await Database.open(empty_database_url, prefix="other_") as database:
        assert await select(database, "SELECT DISTINCT margin FROM ecwid_products") == [(1.0,)]


async def test_a_migration_adds_and_drops_tables_and_columns_of_the_state(empty_database_url, monkeypatch):
    """As in a version with another field in the states, and a section less."""
    fewer = {name: section for name, section in MIRROR_SECTIONS.items() if name != "carts"}
    with monkeypatch.context() as patch:
        real = schema.columns_of
        new_columns = ("late", "error", "unproven_since")
        patch.setattr(
            schema,
            "columns_of",
            lambda cls, *keys: [
                *(column for column in real(cls, *keys) if column.name not in new_columns),
                *([sqlalchemy.Column("old", sqlalchemy.Text)] if cls is SectionState else []),
            ],
        )
        async with await Database.open(empty_database_url, sections=fewer) as database, database.write() as connection:
            await connection.execute(
                sqlalchemy.insert(database.schema.section_states).values(
                    store_id=STORE, section="products", silent=3, went_back=0, refused=0, failures=0, old="x"
                )
            )
    async with await Database.open(empty_database_url, version=NEW_VERSION) as database:
        async with database.read() as connection:
            state = await load_section(connection, database.schema, STORE, "products")
            assert state == SectionState(store_id=STORE, section="products", silent=3)
        await add_items(database, "carts", [{"id": "A"}])
    del fewer["brands"]
    async with await Database.open(empty_database_url, version=NEW_VERSION + 1, sections=fewer) as database:
        with pytest.raises(DatabaseError, match="ecwid_carts"):
            await select(database, "SELECT * FROM ecwid_carts")


async def test_tables_and_indexes_of_others_are_left_alone(empty_database_url):
    async with await Database.open(empty_database_url) as database, database.write() as connection:
        await connection.exec_driver_sql("CREATE TABLE margins (id INTEGER)")
        await connection.exec_driver_sql("CREATE INDEX by_sku ON ecwid_products (sku)")
        await connection.exec_driver_sql("CREATE VIEW ecwid_shown AS SELECT id FROM ecwid_products")
    async with await Database.open(empty_database_url) as database:
        assert await select(database, "SELECT count(*) FROM margins") == [(0,)]
