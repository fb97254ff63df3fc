"""CPU time of the first sync of a catalogue, compared with an export and a loop by hand into the same tables."""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy.engine import make_url

from benchmarks.harness.catalogue_server import run_catalogue_server
from benchmarks.harness.postgresql import run_postgresql
from benchmarks.harness.report import RatioGoal, Table, ValueGoal
from benchmarks.harness.sampling import microseconds, sample
from benchmarks.harness.settings import STORE_ID, TOKEN, UNLIMITED_QUOTA
from benchmarks.sync.by_hand import store_in_postgresql, store_in_sqlite
from ecwid_async import Ecwid
from ecwid_async.export import export_store
from ecwid_async.sync import Mirror

__all__ = ["measure_cpu"]

VARIATIONS: Final = 2
EXPORT = "export to JSONL alone"
HAND_SQLITE, MIRROR_SQLITE = "SQLite: export, executemany by hand", "SQLite: mirror"
HAND_POSTGRESQL, MIRROR_POSTGRESQL = "PostgreSQL: export, COPY by hand", "PostgreSQL: mirror"

_MEMORY: Final = "/dev/shm"  # other programs that write to a disk would disturb the figures


def measure_cpu(total: int, *, rounds: int) -> tuple[list[Table], list[RatioGoal | ValueGoal]]:
    """Store `total` products with each candidate, `rounds` times. Return the tables and goals."""
    with (
        run_catalogue_server(total, variations=VARIATIONS) as server,
        run_postgresql() as postgresql,
        asyncio.Runner() as runner,
        tempfile.TemporaryDirectory(dir=_MEMORY if os.path.isdir(_MEMORY) else None) as folder,
    ):
        loops = _Loops(server.url, postgresql, Path(folder), total)
        candidates = {
            EXPORT: loops.export,
            HAND_SQLITE: loops.by_hand_into_sqlite,
            MIRROR_SQLITE: loops.mirror_in_sqlite,
            HAND_POSTGRESQL: loops.by_hand_into_postgresql,
            MIRROR_POSTGRESQL: loops.mirror_in_postgresql,
        }
        samples = sample(
            {name: loops.checked(runner, run) for name, run in candidates.items()}, rounds=rounds, per=total
        )
    cpu = Table(f"first sync of {total:,} products of 4.5 KB", "CPU µs per product", EXPORT, microseconds(samples))
    goals = [RatioGoal(cpu, MIRROR_SQLITE, HAND_SQLITE, 1.5), RatioGoal(cpu, MIRROR_POSTGRESQL, HAND_POSTGRESQL, 1.5)]
    return [cpu], [*goals]


_Loop = Callable[[], Coroutine[Any, Any, int]]


class _Loops:
    """The candidates. Each stores the products in new tables, and returns their number."""

    def __init__(self, server: str, postgresql: str, folder: Path, total: int) -> None:
        self._server, self._postgresql, self._folder, self._total = server, make_url(postgresql), folder, total
        self._numbers = count()
        self._export = folder / "products.jsonl"

    def checked(self, runner: asyncio.Runner, loop: _Loop) -> Callable[[], None]:
        """Return a function that runs a loop, and raises an error if it did not store every product."""

        def run() -> None:
            if (stored := runner.run(loop())) != self._total:
                raise RuntimeError(f"stored {stored} products instead of {self._total}")

        return run

    async def export(self) -> int:
        async with Ecwid(base_url=self._server, quota=UNLIMITED_QUOTA) as ecwid:
            manifest = await export_store(ecwid.store(STORE_ID, TOKEN), ["products"], self._export)
        return manifest.sections["products"].item_count

    async def by_hand_into_sqlite(self) -> int:
        await self.export()
        path = self._folder / "by-hand.db"
        path.unlink(missing_ok=True)
        async with Mirror(f"sqlite:///{path}"):
            pass  # creates the tables
        return store_in_sqlite(STORE_ID, self._export, path)

    async def mirror_in_sqlite(self) -> int:
        path = self._folder / "mirror.db"
        path.unlink(missing_ok=True)
        return await self._mirror(f"sqlite:///{path}")

    async def by_hand_into_postgresql(self) -> int:
        await self.export()
        url = self._new_database()
        async with Mirror(url):
            pass  # creates the tables
        return store_in_postgresql(STORE_ID, self._export, url.replace("+psycopg", ""))

    async def mirror_in_postgresql(self) -> int:
        return await self._mirror(self._new_database())

    async def _mirror(self, url: str) -> int:
        async with Ecwid(base_url=self._server, quota=UNLIMITED_QUOTA) as ecwid, Mirror(url) as mirror:
            report = await mirror.sync(ecwid.store(STORE_ID, TOKEN), only=["products"])
        return report.changed

    def check_children(self) -> None:
        """Raise an error unless the databases by hand and of the mirror have as many variations and categories."""
        for table in ("ecwid_product_variations", "ecwid_product_categories"):
            counts = set()
            for name in ("by-hand.db", "mirror.db"):
                with closing(sqlite3.connect(self._folder / name)) as connection:
                    counts |= set(connection.execute(f"SELECT count(*) FROM {table}"))
            if len(counts) != 1 or counts == {(0,)}:
                raise RuntimeError(f"the numbers of rows in {table} differ: {counts}")

    def _new_database(self) -> str:
        """Create an empty database in place of the last one, and return its URL."""
        new = f"benchmark_{next(self._numbers)}"
        with psycopg.connect(self._url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
            names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'benchmark%'").fetchall()
            for (old,) in names:
                connection.execute(f"DROP DATABASE {old} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {new}".encode())
        return self._url(new)

    def _url(self, database: str) -> str:
        return self._postgresql.set(database=database).render_as_string(hide_password=False)
