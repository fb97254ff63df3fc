"""The size of a row in each database, with its indexes and the rows of the lists in it."""

import asyncio
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy.engine import make_url

from ecwid_async import Ecwid
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sync import Mirror

__all__ = ["measure_disk"]

_TABLES: Final = {
    "products": ("ecwid_products", "ecwid_product_variations", "ecwid_product_categories"),
    "orders": ("ecwid_orders", "ecwid_order_items"),
}


async def measure_disk(folder: Path, postgresql: str, items: int) -> dict[str, dict[str, float]]:
    """Mirror a demo store of so many products and orders. Return the bytes of a row by section and kind of database.

    "document" is the size of the item as the API sends it.
    """
    sandbox = demo_sandbox(products=items, orders=items, customers=50, carts=0, requests_per_minute=None)
    sizes: dict[str, dict[str, float]] = {section: {} for section in _TABLES}
    server = make_url(postgresql).set(drivername="postgresql").render_as_string(hide_password=False)
    for section, tables in _TABLES.items():
        path = folder / f"{section}.db"
        async with Mirror(f"sqlite:///{path}"):
            pass
        empty = await asyncio.to_thread(_sqlite_size, path)
        for url in (f"sqlite:///{path}", postgresql):
            async with Ecwid(transport=sandbox, quota=None) as ecwid, Mirror(url) as mirror:
                await mirror.sync(ecwid.store(DEMO_STORE_ID, DEMO_TOKEN), only=[section])
        sizes[section]["SQLite"] = (await asyncio.to_thread(_sqlite_size, path) - empty) / items
        async with await psycopg.AsyncConnection.connect(server) as connection:
            total = " + ".join(f"pg_total_relation_size('{table}')" for table in tables)
            sizes[section]["PostgreSQL"] = await _number(connection, f"SELECT ({total}) / {items}")
            sizes[section]["document"] = await _number(
                connection, f"SELECT avg(octet_length(document)) FROM ecwid_{section}"
            )
    return sizes


async def _number(connection: "psycopg.AsyncConnection[Any]", statement: str) -> float:
    row = await (await connection.execute(statement.encode())).fetchone()
    return float(row[0]) if row else 0.0


def _sqlite_size(path: Path) -> int:
    """Return the size of a file of SQLite, with what it has not moved into the file yet."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size
