"""Rows: what is written for a read, on both databases."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from attrs import evolve
from sqlalchemy import select

from ecwid_async.changes import Deletion, Evidence, ItemBatch, ItemId, ReadInterval, ReadKind
from ecwid_async.sync.database.database import Database
from ecwid_async.sync.database.due_items import find_due
from ecwid_async.sync.database.writer import Difference, WriteResult, compare, rebuild, write
from ecwid_async.sync.errors import DatabaseError, DatabaseUnavailable
from ecwid_async.sync.rows.documents import DerivedRow, DocumentReader
from ecwid_async.sync.rows.sections import MIRROR_SECTIONS, MirrorSection
from tests.postgresql import PostgreSQL
from tests.sync.conftest import OpenDatabase

STORE = 1003
LAG = 300.0
PRODUCTS = MIRROR_SECTIONS["products"]
ORDERS = MIRROR_SECTIONS["orders"]
PROMOTIONS = MIRROR_SECTIONS["promotions"]


def product(item_id: int, **fields: Any) -> dict[str, Any]:
    return {"id": item_id, "sku": f"S{item_id}", "updateTimestamp": 1000, **fields}


def batch(
    *items: dict[str, Any] | bytes,
    at: float = 2000,
    kind: ReadKind = "search",
    ids: Sequence[ItemId] | None = None,
    deletions: Iterable[tuple[ItemId, int]] = (),
    evidence: Evidence = "feed",
) -> ItemBatch[msgspec.Raw]:
    """The response of a read that was sent at a time."""
    documents = [item if isinstance(item, bytes) else json.dumps(item).encode() for item in items]
    plain = [item if isinstance(item, dict) else {} for item in items]
    return ItemBatch(
        items=[msgspec.Raw(document) for document in documents],
        ids=[item["id"] for item in plain] if ids is None else list(ids),
        updated=[item.get("updateTimestamp") for item in plain],
        read=ReadInterval.at(at, 0.0, lag=LAG if kind == "search" else 0.0),
        kind=kind,
        deletions=[Deletion(item_id, deleted_at, evidence) for item_id, deleted_at in deletions],
    )


async def put(
    database: Database, *batches: ItemBatch[msgspec.Raw], section: MirrorSection = PRODUCTS, store_id: int = STORE
) -> WriteResult:
    async with database.write() as connection:
        return await write(connection, database.schema, store_id, section, batches)


async def rows(database: Database, table: str = "products", store_id: int = STORE) -> list[dict[str, Any]]:
    tables = {**database.schema.tables, **database.schema.children}
    statement = select(tables[table]).where(tables[table].c.store_id == store_id)
    async with database.read() as connection:
        found = await connection.execute(statement.order_by(*tables[table].primary_key))
        return [dict(row._mapping) for row in found]


async def documents(database: Database) -> dict[ItemId, Any]:
    return {row["id"]: json.loads(row["document"]) for row in await rows(database) if row["deleted_at"] is None}


async def due(database: Database) -> list[tuple[str, str]]:
    async with database.read() as connection:
        items = await find_due(connection, database.schema, STORE, now=0.0, limit=100)
    return [(item.id, item.reason) for item in items]


async def test_a_row_has_the_exact_document_and_what_is_derived_from_it(database: Database) -> None:
    document = (
        b'{"id":7, "sku":"A", "price":12345678901234.123456789,"enabled":true, "created":"2024-09-04 07:20:11 +0000",'
        b'"updateTimestamp":1000,"combinations":[{"id":71,"price":1.50,"quantity":3},{"id":72}],"categoryIds":[5,6]}'
    )
    result = await put(database, evolve(batch(document, ids=[7]), updated=[1000]))
    assert result == WriteResult(stored=1)
    (row,) = await rows(database)
    assert (row["document"], row["updated"], row["read_kind"], row["sku"]) == (document, 1000, "search", "A")
    assert (row["read_begin"], row["read_end"], row["deleted_at"]) == (1700.0, 2001.0, None)
    assert row["enabled"] is True
    exact = Decimal("12345678901234.123456789")
    if database.schema.dialect == "sqlite":
        assert row["price"] == pytest.approx(float(exact))
        assert row["price_exact"] == str(exact)
        assert row["created_at"] == "2024-09-04 07:20:11"
    else:
        assert row["price"] == exact
        assert row["created_at"].isoformat() == "2024-09-04T07:20:11+00:00"
        assert row["data"]["combinations"][0]["quantity"] == 3
    variations = await rows(database, "product_variations")
    assert [(child["position"], child["variation_id"], child["quantity"]) for child in variations] == [
        (0, 71, 3),
        (1, 72, None),
    ]
    assert [child["category_id"] for child in await rows(database, "product_categories")] == [5, 6]


async def test_sections_with_text_ids_and_line_items_are_written(database: Database) -> None:
    order = {"id": "EG4H2", "total": 12.5, "items": [{"id": 1, "productId": 7, "sku": "A", "quantity": 2}]}
    await put(database, batch(order), batch({**order, "items": []}, at=9000, ids=[42]), section=ORDERS)
    assert [row["id"] for row in await rows(database, "orders")] == ["42", "EG4H2"]
    (line,) = await rows(database, "order_items")
    assert (line["order_id"], line["product_id"], line["quantity"]) == ("EG4H2", 7, 2)


async def test_every_section_can_be_written_and_read_again(open_database: OpenDatabase) -> None:
    database = await open_database()
    for section in MIRROR_SECTIONS.values():
        item_id: ItemId = 7 if section.key_type == "integer" else "seven"
        item = batch({"a": 1}, ids=[item_id])
        assert (await put(database, item, section=section)).stored == 1
        assert (await put(database, item, section=section)).unchanged == 1
        assert (await put(database, batch({"a": 2}, ids=[item_id], at=9000), section=section)).stored == 1
        async with database.write() as connection:
            assert await rebuild(connection, database.schema, section, None, 10) is None
            assert await compare(connection, database.schema, STORE, section, item) == [Difference(item_id, "content")]


async def test_a_newer_read_replaces_the_row_and_its_child_rows(database: Database) -> None:
    await put(database, batch(product(7, combinations=[{"id": 71}, {"id": 72}]), product(8, categoryIds=[1])))
    result = await put(database, batch(product(7, updateTimestamp=2500, combinations=[{"id": 73}]), at=2600))
    assert result == WriteResult(stored=1)
    assert [child["variation_id"] for child in await rows(database, "product_variations")] == [73]
    assert [child["category_id"] for child in await rows(database, "product_categories")] == [1]


async def test_the_rows_of_other_stores_stay(database: Database) -> None:
    await put(database, batch(product(7, categoryIds=[1])), store_id=1)
    await put(database, batch(product(7, categoryIds=[2])), store_id=2)
    await put(database, batch(at=9000, deletions=[(7, 8000)]), store_id=2)
    assert [row["deleted_at"] for row in await rows(database, store_id=1)] == [None]
    assert [child["category_id"] for child in await rows(database, "product_categories", store_id=1)] == [1]


async def test_a_document_that_was_read_again_within_the_lag_is_not_written(database: Database) -> None:
    await put(database, batch(product(7)))
    before = await rows(database)
    assert await put(database, batch(product(7), at=2060)) == WriteResult(unchanged=1)
    assert await rows(database) == before
    assert await put(database, batch(product(7), at=2400)) == WriteResult(unchanged=1)
    assert (await rows(database))[0] == {**before[0], "read_begin": 2100.0, "read_end": 2401.0}


async def test_a_search_with_a_lower_update_time_makes_the_item_due(database: Database) -> None:
    await put(database, batch(product(7, updateTimestamp=1900)))
    result = await put(database, batch(product(7, updateTimestamp=1000), at=9000))
    assert result == WriteResult(undecided=1)
    assert await due(database) == [("7", "went_back")]
    result = await put(database, batch(product(7, updateTimestamp=1000), at=9100, kind="get"))
    assert result == WriteResult(stored=1, went_back=1)
    assert (await documents(database))[7]["updateTimestamp"] == 1000


async def test_other_content_with_the_same_update_time_makes_the_item_due(database: Database) -> None:
    await put(database, batch(product(7, sku="a", rating=1), product(8, sku="a"), product(9, sku="a")))
    # The rating changes without an edit.
    again = [product(7, sku="a", rating=2), product(8, sku="b"), product(9, sku="a")]
    result = await put(database, batch(*again, at=2060), batch(product(9, sku="a", rating=3), at=2061))
    assert result == WriteResult(stored=3, unchanged=1, undecided=1)
    assert await due(database) == [("8", "went_back")]
    result = await put(database, batch(product(9, sku="a", rating=4), at=2100), batch(product(9, sku="b"), at=2101))
    assert result == WriteResult(stored=1, undecided=1)


async def test_an_item_without_a_get_is_never_due(database: Database) -> None:
    await put(database, batch({"id": 7, "name": "a"}), section=PROMOTIONS)
    result = await put(database, batch({"id": 7, "name": "b"}, at=2060), section=PROMOTIONS)
    assert result == WriteResult(stored=1)
    assert await due(database) == []


async def test_the_rules_decide_between_batches_of_one_write(database: Database) -> None:
    newer = batch(product(7, updateTimestamp=2500, sku="new"), at=2600, kind="get")
    older = batch(product(7, sku="old"), product(7, sku="old"), product(8))
    for batches in [(newer, older), (older, newer)]:
        await put(database, *batches)
        assert (await documents(database))[7]["sku"] == "new"
    assert len(await rows(database)) == 2


async def test_a_deleted_item_stays_as_a_marked_row(database: Database) -> None:
    await put(database, batch(product(7, categoryIds=[1], sku="A"), product(8, categoryIds=[2])))
    result = await put(database, batch(at=9000, deletions=[(7, 8000), (9, 8001)]))
    assert result == WriteResult(deleted=2)
    found = {row["id"]: row for row in await rows(database)}
    assert [found[item_id]["deleted_at"] for item_id in (7, 8, 9)] == [8000, None, 8001]
    assert json.loads(found[7]["document"])["sku"] == "A"
    assert found[9]["document"] is None
    assert [child["product_id"] for child in await rows(database, "product_categories")] == [8]
    # The overlap reads the same deletions again.
    assert await put(database, batch(at=9060, deletions=[(7, 8000), (9, 8001)])) == WriteResult()
    # A lagging search still shows it.
    assert await put(database, batch(product(7), at=8100)) == WriteResult()


async def test_a_deleted_item_that_is_back_is_restored(database: Database) -> None:
    await put(database, batch(product(7, categoryIds=[1])))
    await put(database, batch(at=9000, deletions=[(7, 8000)]))
    # Read by GET a moment too early to be certain.
    assert await put(database, batch(product(7), at=8000.5, kind="get")) == WriteResult(undecided=1)
    assert await put(database, batch(product(7, categoryIds=[1]), at=8002, kind="get")) == WriteResult(stored=1)
    (row,) = await rows(database)
    assert row["deleted_at"] is None
    assert len(await rows(database, "product_categories")) == 1
    # The list of deleted items contains the old deletion for months.
    assert await put(database, batch(at=9000, deletions=[(7, 8000)])) == WriteResult()


async def test_a_second_deletion_keeps_the_first_date_and_is_later(database: Database) -> None:
    await put(database, batch(at=9000, deletions=[(7, 8000)]))
    await put(database, batch(at=9000, deletions=[(7, 8500)], evidence="get"))
    assert (await rows(database))[0]["deleted_at"] == 8000
    assert await put(database, batch(product(7), at=8400, kind="get")) == WriteResult()


async def test_what_postgresql_refuses_in_json_is_in_the_document(database: Database) -> None:
    odd = [
        rb'{"id": 1, "sku": "a\u0000b", "updateTimestamp": 1}',
        rb'{"id": 2, "sku": "half \ud83d", "sku": "twice"}',
        b'{"id": 3, "sku": "c", "weight": 1e400000}',
        b'{"id": 4, "sku": "\xff"}',
        b'{"id": 5, "options": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"id": 6, "sku": "f", "price": 1' + b"0" * 140_000 + b"}",
        b"not JSON",
    ]
    result = await put(database, batch(*odd, ids=range(1, 8)))
    assert result == WriteResult(stored=7)
    found = await rows(database)
    assert [row["document"] for row in found] == odd
    assert [row["sku"] for row in found] == ["a\ufffdb", "twice", "c", None, None, "f", None]
    if database.schema.dialect == "postgresql":
        assert [row["data"] is None for row in found] == [False, False, False, False, True, False, True]
        assert found[2]["data"]["weight"] == "1E+400000"


@pytest.fixture
async def refusing_database(database: Database) -> AsyncIterator[Database]:
    """A database that refuses products with the SKU ``bad``."""
    table = database.schema.tables["products"].name
    if database.schema.dialect == "sqlite":
        create = f"CREATE TRIGGER t BEFORE INSERT ON {table} WHEN NEW.sku = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END"
        drop = "DROP TRIGGER t"
    else:
        create = f"ALTER TABLE {table} ADD CONSTRAINT c CHECK (sku <> 'bad')"
        drop = f"ALTER TABLE {table} DROP CONSTRAINT c"
    async with database.migration() as connection:
        await connection.exec_driver_sql(create)
    yield database
    async with database.migration() as connection:
        await connection.exec_driver_sql(drop)


async def test_a_row_that_the_database_refuses_does_not_stop_the_others(refusing_database: Database) -> None:
    database = refusing_database
    await put(database, batch(product(50, sku="before")))
    # More than are written at once.
    text = "x" * 10_000
    items = [product(item_id, sku="bad" if item_id in (13, 50, 77) else "good", text=text) for item_id in range(100)]
    result = await put(database, batch(*items, at=9000))
    assert result.stored == 97
    assert [refusal.id for refusal in result.refused] == [13, 50, 77]
    assert "bad" not in result.refused[0].reason
    found = {row["id"]: row["sku"] for row in await rows(database)}
    assert found[50] == "before"
    assert sorted(found.keys()) == [item_id for item_id in range(100) if item_id not in (13, 77)]


async def test_an_id_that_the_table_cannot_hold_is_refused(database: Database) -> None:
    result = await put(database, batch(product(7), product(8), product(9), ids=["x", 1 << 70, 9]))
    assert result.stored == 1
    assert [refusal.id for refusal in result.refused] == ["x", 1 << 70]
    result = await put(database, batch({"a": 1}, {"a": 2}, ids=["a\0b", "long" * 5000]), section=ORDERS)
    assert result.stored + len(result.refused) == 2


async def test_other_tasks_have_their_turn_while_large_pages_are_written(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = 0
    read_at: list[int] = []
    read = DocumentReader.read

    def record(reader: DocumentReader, document: bytes) -> DerivedRow:
        read_at.append(turn)
        return read(reader, document)

    async def count_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(DocumentReader, "read", record)
    counting = asyncio.create_task(count_turns())
    items = [product(item_id, description="x" * 10_000, categoryIds=[item_id]) for item_id in range(200)]
    result = await put(database, batch(*items[:100]), batch(*items[100:]))
    counting.cancel()
    assert result.stored == len(read_at) == 200
    assert max(Counter(read_at).values()) <= 30
    assert [row["category_id"] for row in await rows(database, "product_categories")] == list(range(200))


async def test_an_error_that_is_not_about_values_is_raised(database: Database) -> None:
    async def write_without_a_table() -> None:
        async with database.migration() as connection:
            await connection.exec_driver_sql(f"DROP TABLE {database.schema.children['product_categories'].name}")
            await write(connection, database.schema, STORE, PRODUCTS, [batch(product(7, categoryIds=[1]))])

    with pytest.raises(DatabaseError, match="product_categories"):
        await write_without_a_table()
    assert await rows(database) == []


@pytest.fixture
async def slow_database(
    postgresql_server: PostgreSQL, postgresql_mirror_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[Database]:
    """A database of PostgreSQL that executes a statement whenever a product is inserted."""
    body = f"BEGIN PERFORM {request.param}; RETURN NEW; END"
    create = f"CREATE FUNCTION f() RETURNS trigger AS $$ {body} $$ LANGUAGE plpgsql"
    await postgresql_server.execute(create, "mirror")
    trigger = "CREATE TRIGGER t BEFORE INSERT ON ecwid_products FOR EACH ROW EXECUTE FUNCTION f()"
    await postgresql_server.execute(trigger, "mirror")
    async with await Database.open(postgresql_mirror_url) as database:
        yield database
    await postgresql_server.disconnect_all("mirror")
    await postgresql_server.execute("DROP FUNCTION f CASCADE", "mirror")


@pytest.mark.parametrize("slow_database", ["pg_terminate_backend(pg_backend_pid())"], indirect=True)
async def test_a_connection_that_breaks_while_rows_are_copied_is_a_clear_error(slow_database: Database) -> None:
    with pytest.raises(DatabaseUnavailable):
        await put(slow_database, batch(product(7)))
    await put(slow_database, batch({"id": 7, "name": "a"}), section=PROMOTIONS)
    assert await rows(slow_database) == []


@pytest.mark.parametrize("slow_database", ["pg_sleep(60)"], indirect=True)
async def test_a_write_that_is_cancelled_while_rows_are_copied_stores_nothing(
    slow_database: Database, postgresql_server: PostgreSQL
) -> None:
    task = asyncio.create_task(put(slow_database, batch(product(7))))
    copying = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    while (await postgresql_server.execute(copying))[0][0] == 0:
        await asyncio.sleep(0.01)
        assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await put(slow_database, batch({"id": 7, "name": "a"}), section=PROMOTIONS)
    assert await rows(slow_database) == []


async def test_differences_are_seen_from_the_row(database: Database) -> None:
    await put(database, batch(*(product(item_id, sku="a") for item_id in range(1, 7)), at=2000))
    await put(database, batch(at=9000, deletions=[(6, 8000)]))
    read = batch(
        product(1, sku="a"),
        product(2, sku="b"),
        product(3, sku="a", updateTimestamp=1001),
        product(4, sku="a", updateTimestamp=999),
        {"updateTimestamp": 1000, "sku": "a", "rating": 5, "id": 5},
        product(6),
        product(99),
    )
    async with database.read() as connection:
        found = await compare(connection, database.schema, STORE, PRODUCTS, read)
    assert found == [
        Difference(2, "content"),
        Difference(3, "older"),
        Difference(4, "newer"),
        Difference(6, "deleted"),
        Difference(99, "missing"),
    ]


async def test_columns_and_child_rows_are_derived_again_from_the_documents(database: Database) -> None:
    for store_id in (1, 2):
        items = [product(item_id, categoryIds=[item_id]) for item_id in range(5)]
        await put(database, batch(*items, deletions=[(99, 1)]), store_id=store_id)
    await put(database, batch(at=9000, deletions=[(3, 8000)]), store_id=1)
    before = [await rows(database, table, store) for table in ("products", "product_categories") for store in (1, 2)]
    async with database.migration() as connection:
        await connection.exec_driver_sql(f"UPDATE {database.schema.tables['products'].name} SET sku = NULL")
        await connection.exec_driver_sql(f"DELETE FROM {database.schema.children['product_categories'].name}")
    after = None
    steps = 0
    while steps == 0 or after is not None:
        async with database.migration() as connection:
            after = await rebuild(connection, database.schema, PRODUCTS, after, 4)
        steps += 1
    assert steps == 3
    assert before == [
        await rows(database, table, store) for table in ("products", "product_categories") for store in (1, 2)
    ]


async def test_any_order_of_reads_leaves_the_newest_state(database: Database) -> None:
    """Each write has some of the reads, in any order; in the end each item is read by GET."""
    shuffled = random.Random(7)
    for _ in range(5):
        reads = [
            batch(
                *(product(item_id, updateTimestamp=at - 1, sku=f"{at}") for item_id in range(1, 6)),
                at=at,
                kind=shuffled.choice(("search", "get")),
                deletions=[(shuffled.randint(1, 5), at - 2)],
            )
            for at in range(10_000, 11_000, 100)
        ]
        shuffled.shuffle(reads)
        for start in range(0, len(reads), 3):
            await put(database, *reads[start : start + 3])
        last = batch(*(product(item_id, sku="last") for item_id in range(1, 6)), at=20_000, kind="get")
        await put(database, last)
        assert {item["sku"] for item in (await documents(database)).values()} == {"last"}
        async with database.migration() as connection:
            await connection.exec_driver_sql(f"DELETE FROM {database.schema.tables['products'].name}")
