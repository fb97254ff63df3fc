"""A process that mirrors a simulated store into a database, and what the database contains then."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from ecwid_async.errors import EcwidError
from ecwid_async.sync import Mirror, MirrorSettings
from tests.sync.simulation.inline_sqlite import Statements, inline_sqlite
from tests.sync.simulation.oracle import Stored
from tests.sync.simulation.strategies import Interruption
from tests.sync.simulation.world import LAG, MirrorWorld, number_of

__all__ = ["COUNTERS", "LEASE", "SETTINGS", "MirrorProcess"]

LEASE: Final = 120.0
# Small groups of pages make many transactions, which can be interrupted in between.
SETTINGS: Final = MirrorSettings(lag=LAG, lease=LEASE, rows_per_transaction=20)
COUNTERS: Final = ("late", "silent", "went_back", "refused")


class MirrorProcess:
    """Mirrors the store of a world into the database at `url`, in rounds.

    The leases of the mirror are timed by the clock of the world. `url` of SQLite is a file, whose statements are
    executed without threads: see `statements`.
    """

    def __init__(self, world: MirrorWorld, url: str, settings: MirrorSettings = SETTINGS) -> None:
        self.world = world
        self.url = url
        self.settings = settings
        self.statements = Statements()
        self.killed = False
        """Whether the last round was killed."""
        self.reports: list[Any] = []
        self.errors: list[EcwidError] = []

    @classmethod
    def in_folder(cls, world: MirrorWorld, folder: Path, settings: MirrorSettings = SETTINGS) -> "MirrorProcess":
        """Mirror into a file of SQLite."""
        return cls(world, f"sqlite:///{folder / 'shop.db'}", settings)

    # Running.

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Mirror]:
        async with Mirror(self.url, settings=self.settings, clock=lambda: self.world.now) as mirror:
            yield mirror

    async def sync(self, mirror: Mirror, *, only: Iterable[str] | None = None) -> None:
        """Run one round, and keep its report or its error."""
        store = self.world.open_store(self.world.client())
        try:
            self.reports.append(await mirror.sync(store, only=tuple(only or self.world.sections)))
        except EcwidError as error:
            self.errors.append(error)

    def run(self, main: Callable[[Mirror], Awaitable[object]]) -> None:
        """Open the mirror, and run a coroutine with it. Errors of the library are kept in `errors`."""

        async def run() -> None:
            try:
                async with self.open() as mirror:
                    await main(mirror)
            except EcwidError as error:
                self.errors.append(error)

        with self._executing_inline():
            self.world.run(run())

    def round(self, interruption: Interruption | None = None, *, processes: int = 1) -> None:
        """Run a round, by one process or by several at once, which is interrupted."""
        interruption = interruption or Interruption()

        async def one() -> None:
            try:
                async with self.open() as mirror:
                    await self.sync(mirror)
            except EcwidError as error:
                self.errors.append(error)

        async def run() -> None:
            tasks = [asyncio.create_task(one()) for _ in range(processes)]
            match interruption.kind:
                case "cancelled":
                    self.world.interrupt = tasks[0].cancel
                    self.world.interrupt_at = frozenset({self.world.turns + interruption.after})
                case "statement":
                    self.statements.on_kill = lambda: [task.cancel() for task in tasks]
                    self.statements.plan(interruption.after, interruption.fault)
            await asyncio.wait(tasks)
            for task in tasks:
                if not task.cancelled() and (error := task.exception()) is not None:
                    raise error

        with self._executing_inline():
            self.world.run(run())
        self.world.interrupt = None
        self.killed = self.statements.dead
        if self.killed:
            self.statements.revive()
            # Nobody gave the lease back.
            self.world.now += self.settings.lease + 1
        self.statements.plan(None)

    def quiet(self, days: float = 8.0, *, rounds_per_day: int = 2) -> None:
        """Run rounds while nothing happens, until each part of the store was read again."""
        self.world.calm_down()

        async def rounds(mirror: Mirror) -> None:
            # The clock may have been set back, and what failed is tried again later.
            self.world.now += 2 * 3600.0
            for _ in range(int(days * rounds_per_day)):
                await self.sync(mirror)
                self.world.now += 24 * 3600.0 / rounds_per_day
            await self.sync(mirror)

        self.run(rounds)

    @contextmanager
    def _executing_inline(self) -> Iterator[None]:
        if self.url.startswith("sqlite"):
            with inline_sqlite(self.statements):
                yield
        else:
            yield

    # The database.

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        if self.url.startswith("sqlite"):
            connection = sqlite3.connect(self.url.removeprefix("sqlite:///"))
            try:
                connection.row_factory = sqlite3.Row
                return [dict(row) for row in connection.execute(sql)]
            finally:
                connection.close()
        url = self.url.replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as opened:
            return list(opened.execute(sql))

    def execute(self, sql: str) -> None:
        """Execute a statement and commit it."""
        connection = sqlite3.connect(self.url.removeprefix("sqlite:///"))
        try:
            with connection:
                connection.execute(sql)
        finally:
            connection.close()

    @property
    def exists(self) -> bool:
        """Whether the tables were created."""
        if self.url.startswith("sqlite"):
            return bool(self.query("SELECT 1 FROM sqlite_master WHERE name = 'ecwid_section_states'"))
        return bool(self.query("SELECT 1 FROM pg_tables WHERE tablename = 'ecwid_section_states'"))

    @property
    def contents(self) -> dict[str, dict[int, Stored]]:
        """What the mirror contains."""
        if not self.exists:
            return {}
        found: dict[str, dict[int, Stored]] = {}
        for name in self.world.sections:
            rows = self.query(
                f"SELECT id, document, deleted_at FROM ecwid_{name} WHERE store_id = {self.world.store_id}"
            )
            found[name] = {
                (0 if name == "profile" else number_of(row["id"])): Stored(
                    None if row["document"] is None else json.loads(bytes(row["document"])),
                    deleted=row["deleted_at"] is not None,
                )
                for row in rows
            }
        return found

    def check_children(self) -> None:
        """Check that the tables of variations and line items fit the documents."""
        for name, child, key, path in (
            ("products", "product_variations", "product_id", "combinations"),
            ("orders", "order_items", "order_id", "items"),
        ):
            if name not in self.world.sections:
                continue
            store = self.world.store_id
            rows = self.query(
                f"SELECT {key} AS id, COUNT(*) AS n FROM ecwid_{child} WHERE store_id = {store} GROUP BY 1"
            )
            found = {number_of(row["id"]): row["n"] for row in rows}
            expected = {
                number: len(stored.document[path])
                for number, stored in self.contents[name].items()
                if stored.document is not None and not stored.deleted and stored.document.get(path)
            }
            assert found == expected

    def states(self) -> dict[str, dict[str, Any]]:
        """Return the state of each section, by name."""
        if not self.exists:
            return {}
        rows = self.query(f"SELECT * FROM ecwid_section_states WHERE store_id = {self.world.store_id}")
        return {row["section"]: row for row in rows}

    @property
    def cursors(self) -> dict[str, int | None]:
        """The time that the cursor of each list has reached; None while it is read for the first time."""
        return {
            name: json.loads(state["cursor"]).get("since")
            for name, state in self.states().items()
            if state["cursor"] is not None
        }

    def counters(self, name: str) -> dict[str, int]:
        """Return the public counters of a section."""
        state = self.states()[name]
        return {counter: state[counter] for counter in COUNTERS}
