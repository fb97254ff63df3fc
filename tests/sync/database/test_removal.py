"""Removing data: a customer's, a whole store's, and what tombstones still have."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ecwid_async.changes import Deletion, ItemBatch, ReadInterval
from ecwid_async.errors import ConfigError
from ecwid_async.sync.database import removal
from ecwid_async.sync.database.database import Database
from ecwid_async.sync.database.due_items import count_due, mark_due
from ecwid_async.sync.database.lease import take_lease
from ecwid_async.sync.database.removal import (
    PERSONAL_COLUMNS,
    drop_store,
    find_tombstones,
    forget_customer,
    purge_tombstones,
)
from ecwid_async.sync.database.state import SectionState, load_sections, load_store, register_store, save_section
from ecwid_async.sync.database.writer import write
from ecwid_async.sync.errors import StoreBusy
from ecwid_async.sync.rows.sections import MIRROR_SECTIONS

STORE, OTHER = 1003, 2002
SERVER = "https://app.ecwid.com/api/v3"
NOW = 1_700_001_000
ANN = {"customerId": 5, "email": "Ann@example.com"}
BOB = {"customerId": 6, "email": "bob@example.com"}
GUEST = {"email": "ANN@example.com"}


async def add(
    database: Database,
    section: str,
    items: list[dict[str, Any]],
    *,
    store_id: int = STORE,
    key: str = "id",
    at: float = 1_700_000_100.0,
    deletions: tuple[Deletion, ...] = (),
) -> None:
    batch = ItemBatch(
        items=[msgspec.Raw(msgspec.json.encode(item)) for item in items],
        ids=[item[key] for item in items],
        updated=[1_700_000_000] * len(items),
        read=ReadInterval(at, at + 1),
        deletions=list(deletions),
    )
    async with database.write() as connection:
        await write(connection, database.schema, store_id, MIRROR_SECTIONS[section], [batch])


async def add_customers(database: Database, store_id: int = STORE) -> None:
    await add(database, "customers", [{"id": 5, "email": "ann@example.com", "name": "Ann"}], store_id=store_id)
    await add(database, "customers", [{"id": 6, "email": "bob@example.com", "name": "Bob"}], store_id=store_id)
    item = [{"id": 1, "name": "Mug", "sku": "M1"}]
    orders = [{"id": "A", **ANN, "items": item}, {"id": "B", **BOB, "items": item}, {"id": "G", **GUEST, "items": item}]
    await add(database, "orders", orders, store_id=store_id)
    await add(database, "carts", [{"cartId": "C", **GUEST, "items": item}], store_id=store_id, key="cartId")
    reviews = [{"id": 1, "customerId": 5, "reviewerInfo": {"email": "x@example.com"}}, {"id": 2, "customerId": 6}]
    await add(database, "reviews", reviews, store_id=store_id)
    await add(database, "products", [{"id": 1, "name": "Mug"}], store_id=store_id)


async def select(database: Database, sql: str) -> list[tuple[Any, ...]]:
    async with database.read() as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(sql)]


async def everything(database: Database) -> str:
    """All values in the tables of sections, as text."""
    found = []
    async with database.read() as connection:
        for table in (*database.schema.tables.values(), *database.schema.children.values()):
            found += [tuple(row) for row in await connection.execute(table.select())]
    return str(found).lower()


@pytest.mark.parametrize(
    ("who", "orders"),
    [
        ({"email": "ANN@EXAMPLE.COM"}, ["A", "G"]),
        ({"customer_id": 5}, ["A", "G"]),  # also by the email of the customer's row
        ({"customer_id": 5, "email": "bob@example.com"}, ["A", "B", "G"]),
        ({"email": "nobody@example.com"}, []),
        ({"customer_id": 7}, []),
    ],
)
async def test_the_data_of_a_customer_is_removed_and_that_of_others_stays(database, who, orders):
    await add_customers(database)
    await add_customers(database, OTHER)
    counts = await forget_customer(database, STORE, **who, now=NOW)
    assert counts["orders"] == len(orders)
    rows = "SELECT id FROM ecwid_orders WHERE store_id = 1003 AND {} ORDER BY id"
    assert [id_ for (id_,) in await select(database, rows.format("deleted_at = 1700001000"))] == orders
    assert [id_ for (id_,) in await select(database, rows.format("document IS NULL AND email IS NULL"))] == orders
    assert await select(database, "SELECT count(*) FROM ecwid_order_items WHERE store_id = 1003") == [
        (3 - len(orders),)
    ]
    assert await select(database, "SELECT count(*) FROM ecwid_orders WHERE store_id = 2002 AND email IS NULL") == [(0,)]


async def test_nothing_of_a_forgotten_customer_is_left_in_any_table(database):
    await add_customers(database)
    assert "ann" in await everything(database)
    counts = await forget_customer(database, STORE, customer_id=5, now=NOW)
    assert counts == {"customers": 1, "orders": 2, "carts": 1, "subscriptions": 0, "reviews": 1}
    left = await everything(database)
    assert "ann" not in left
    assert "x@example.com" not in left
    assert "bob@example.com" in left


async def test_a_read_from_before_does_not_bring_a_forgotten_customer_back_but_a_later_one_does(database):
    ann = {"id": 5, "email": "ann@example.com", "name": "Ann"}
    await add_customers(database)
    await forget_customer(database, STORE, customer_id=5, now=NOW)
    await add(database, "customers", [ann], at=NOW - 10.0)
    assert "ann" not in str(await select(database, "SELECT email FROM ecwid_customers"))
    await add(database, "customers", [ann], at=NOW + 10.0)  # the store was asked, and still has the data
    assert "ann" in str(await select(database, "SELECT email FROM ecwid_customers"))


async def test_a_customer_who_was_deleted_before_is_forgotten_and_keeps_the_time_of_the_deletion(database):
    await add_customers(database)
    await add(database, "customers", [], deletions=(Deletion(5, 1_700_000_500, "feed"),))
    await forget_customer(database, STORE, customer_id=5, now=NOW)
    rows = await select(database, "SELECT deleted_at, document FROM ecwid_customers WHERE id = 5")
    assert rows == [(1_700_000_500, None)]


async def test_whom_to_forget_must_be_said(database):
    for email in (None, ""):
        with pytest.raises(ConfigError, match="say whom to forget"):
            await forget_customer(database, STORE, email=email, now=NOW)


def test_every_section_with_the_data_of_customers_is_in_the_table():
    def names(section):
        return {column.name for column in section.columns}

    found = {
        section.name
        for section in MIRROR_SECTIONS.values()
        if names(section) & {"email", "customer_id", "reviewer_email"} and section.name != "staff"
    }
    assert found == set(PERSONAL_COLUMNS)
    for name, columns in PERSONAL_COLUMNS.items():
        assert {columns.customer_id, columns.email} <= names(MIRROR_SECTIONS[name]) | {"id"}


async def add_tombstones(database: Database, count: int) -> None:
    ids = range(1, count + 1)
    await add(database, "products", [{"id": number, "name": "Mug"} for number in ids])
    await add(database, "products", [], deletions=tuple(Deletion(n, 1_700_000_200 + n, "feed") for n in ids))


async def purge(database: Database, *, before: int, remove: bool = False) -> int:
    async with database.write() as connection:
        return await purge_tombstones(connection, database.schema, STORE, "products", before=before, remove=remove)


async def test_old_tombstones_lose_their_documents_and_keep_their_keys(database):
    await add_tombstones(database, 4)
    await add(database, "products", [{"id": 9, "name": "Cup"}])
    assert await purge(database, before=1_700_000_203) == 2
    assert await purge(database, before=1_700_000_203) == 0
    rows = await select(database, "SELECT id, name, document IS NULL FROM ecwid_products ORDER BY id")
    assert [(number, name, bool(is_null)) for number, name, is_null in rows] == [
        (1, None, True),
        (2, None, True),
        (3, "Mug", False),
        (4, "Mug", False),
        (9, "Cup", False),
    ]


async def test_old_tombstones_are_removed_by_choice(database, monkeypatch):
    monkeypatch.setattr(removal, "_CHUNK", 2)
    await add_tombstones(database, 5)
    await purge(database, before=1_700_000_202)
    counts = [await purge(database, before=1_700_000_300, remove=True) for _ in range(4)]
    assert counts == [2, 2, 1, 0]
    assert await select(database, "SELECT count(*) FROM ecwid_products") == [(0,)]


async def test_sections_with_old_tombstones_are_found(database):
    async def find(*, store_id: int = STORE, before: int = 1_700_000_203, remove: bool = False) -> list[str]:
        async with database.read() as connection:
            return await find_tombstones(connection, database.schema, store_id, before=before, remove=remove)

    await add(database, "orders", [{"id": "A"}])
    await add_tombstones(database, 4)
    assert await find() == ["products"]
    assert await find(before=1_700_000_201) == []
    assert await find(store_id=OTHER) == []
    await purge(database, before=1_700_000_203)
    assert await find() == []
    assert await find(remove=True) == ["products"]


async def prepare_stores(database: Database) -> None:
    for store_id in (STORE, OTHER):
        await register_store(database, store_id, SERVER)
        await add_customers(database, store_id)
        await mark_due(database, store_id, "products", [1])
        async with database.write() as connection:
            state = SectionState(store_id=store_id, section="products", cursor="{}")
            await save_section(connection, database.schema, state)


async def test_a_store_is_removed_with_all_of_its_rows_and_no_other_store(database, monkeypatch):
    monkeypatch.setattr(removal, "_CHUNK", 2)
    await prepare_stores(database)
    await drop_store(database, STORE, "me")
    async with database.read() as connection:
        for table in database.schema.metadata.tables.values():
            if "store_id" in table.c:
                stores = {row.store_id for row in await connection.execute(table.select())}
                assert STORE not in stores
        assert await load_store(connection, database.schema, STORE) is None
        assert set(await load_sections(connection, database.schema, OTHER)) == {"products"}
    assert await select(database, "SELECT count(*) FROM ecwid_order_items") == [(3,)]
    await drop_store(database, STORE, "me")
    await register_store(database, STORE, "https://other.example/api/v3")


async def test_a_store_that_is_being_synchronized_is_not_removed(database):
    await prepare_stores(database)
    await take_lease(database, STORE, "worker 1")
    with pytest.raises(StoreBusy, match="worker 1"):
        await drop_store(database, STORE, "me")
    assert await select(database, "SELECT count(*) FROM ecwid_orders WHERE store_id = 1003") == [(3,)]


async def test_after_an_interrupted_removal_the_next_sync_reads_everything_and_a_second_removal_finishes(
    database, monkeypatch
):
    await prepare_stores(database)

    async def fail(*arguments: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch, suppress(ZeroDivisionError):
        patch.setattr(removal, "_delete_children", fail)
        await drop_store(database, STORE, "me")
    async with database.read() as connection:
        assert await load_sections(connection, database.schema, STORE) == {}  # no cursor
        assert await load_store(connection, database.schema, STORE) is not None
    await drop_store(database, STORE, "me")
    assert await select(database, "SELECT count(*) FROM ecwid_orders WHERE store_id = 1003") == [(0,)]


async def test_deleted_data_is_overwritten_in_the_file(sqlite_mirror_url):
    path = sqlite_mirror_url.removeprefix("sqlite:///")
    async with await Database.open(sqlite_mirror_url) as database:
        await add(database, "customers", [{"id": 5, "email": "ann@example.com", "name": "Ann" + "x" * 20_000}])
        await forget_customer(database, STORE, customer_id=5, now=NOW)
    assert b"ann@example.com" not in Path(path).read_bytes()  # the log is gone with the last connection


async def test_marks_of_a_store_that_was_never_synced_are_removed(database):
    await mark_due(database, STORE, "products", [1])
    await mark_due(database, OTHER, "products", [1])
    await drop_store(database, STORE, "me")
    async with database.read() as connection:
        assert await count_due(connection, database.schema, STORE) == {}
        assert await count_due(connection, database.schema, OTHER) == {("products", "hint"): 1}
