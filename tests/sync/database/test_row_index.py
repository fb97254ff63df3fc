"""Counts and ids of the rows of a section, read from indexes."""

from ecwid_async.changes import Deletion, ItemBatch, ReadInterval
from ecwid_async.sync.database.database import Database
from ecwid_async.sync.database.row_index import RowCounts, count_rows, existing_ids
from ecwid_async.sync.database.writer import write
from ecwid_async.sync.rows.sections import MIRROR_SECTIONS

STORE, OTHER = 1003, 2002


async def add(database, store_id, ids, deleted=()) -> None:
    batch = ItemBatch(
        items=[b'{"id":%d}' % number for number in ids],
        ids=list(ids),
        updated=[None] * len(ids),
        read=ReadInterval(100.0, 101.0),
    )
    deletions = ItemBatch(
        read=ReadInterval(200.0, 201.0), deletions=[Deletion(number, 150, "feed") for number in deleted]
    )
    async with database.write() as connection:
        await write(connection, database.schema, store_id, MIRROR_SECTIONS["products"], [batch, deletions])


async def test_the_rows_of_one_store_are_counted_without_its_tombstones(database):
    await add(database, STORE, range(1, 8), deleted=[2, 5])
    await add(database, OTHER, range(1, 4), deleted=[1])
    table = database.schema.tables["products"]
    async with database.read() as connection:
        assert await count_rows(connection, table, STORE) == RowCounts(5, 2)
        assert await existing_ids(connection, table, STORE) == {1, 3, 4, 6, 7}
        assert await count_rows(connection, table, 7) == RowCounts(0, 0)
        assert await existing_ids(connection, table, 7) == set()


async def test_sqlite_reads_no_row_but_tombstones_for_it(sqlite_mirror_url):
    where = "FROM ecwid_products WHERE store_id = 1003"
    deleted = f"{where} AND deleted_at IS NOT NULL"
    async with await Database.open(sqlite_mirror_url) as database, database.read() as connection:
        for query in (f"count(*) {where}", f"id {where}", f"count(*) {deleted}"):
            ((*_, plan),) = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT {query}")).all()
            assert "USING COVERING INDEX" in plan
        ((*_, plan),) = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT id {deleted}")).all()
        assert "USING INDEX ecwid_products_deleted" in plan
