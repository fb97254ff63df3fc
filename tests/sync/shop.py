"""A store of the sandbox on a clock that tests set, and mirrors of it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from sqlalchemy import select

from ecwid_async import Ecwid
from ecwid_async.client import Store
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.sync.mirror import Mirror
from ecwid_async.sync.settings import MirrorSettings
from ecwid_async.sync.status import SectionStatus
from tests.sandbox.api import Api

__all__ = ["DAY", "HOUR", "MINUTE", "STORE", "TOKEN", "WEEK", "Shop"]

STORE: Final = 1003
TOKEN: Final = "secret_mirror"
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
_START: Final = 1_750_000_000.0


class Shop:
    """A store with a few items. Times pass only by `wait`."""

    def __init__(self, switches: Switches | None = None) -> None:
        self.now = _START
        self.sandbox = Sandbox(clock=self.clock, requests_per_minute=None, switches=switches)
        self.data = self.sandbox.add_store(STORE, token=TOKEN)
        self.api = Api(self.sandbox, store_id=STORE, token=TOKEN)

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def store(self, token: str = TOKEN) -> Store:
        """The store as a client sees it."""
        return Ecwid(transport=self.sandbox, quota=None).store(STORE, token)

    # The mirror.

    @asynccontextmanager
    async def mirror(self, url: str, **settings: Any) -> AsyncIterator[Mirror]:
        async with Mirror(url, settings=MirrorSettings(**settings), clock=self.clock) as mirror:
            yield mirror

    async def settle(self, mirror: Mirror, **arguments: Any) -> None:
        """Sync until nothing is left but to wait."""
        for _ in range(3):
            await mirror.sync(self.store(), **arguments)
            self.wait(6 * MINUTE)

    async def rows(self, mirror: Mirror, section: str = "products") -> dict[Any, Any]:
        """The documents of the mirror that are not deleted, by id."""
        database = mirror._opened
        table = database.schema.tables[section]
        async with database.read() as connection:
            found = await connection.execute(select(table.c.id, table.c.document).where(table.c.deleted_at.is_(None)))
            return {row.id: msgspec.json.decode(row.document) for row in found}

    async def deleted(self, mirror: Mirror, section: str = "products") -> set[Any]:
        """The ids that the mirror has marked as deleted."""
        database = mirror._opened
        table = database.schema.tables[section]
        async with database.read() as connection:
            return set((await connection.execute(select(table.c.id).where(table.c.deleted_at.is_not(None)))).scalars())

    async def status(self, mirror: Mirror, section: str = "products") -> SectionStatus:
        """The status of one section."""
        (store,) = await mirror.status(STORE)
        return store.sections[section]

    # Changes.

    def add_products(self, count: int, **fields: Any) -> list[int]:
        """Create products. Return their ids."""
        return [
            self.api.call("POST", "/products", {"name": f"Product {number}", "price": 10, **fields})["id"]
            for number in range(count)
        ]

    def edit(self, product: int, name: str) -> None:
        self.api.call("PUT", f"/products/{product}", {"name": name})

    def edit_silently(self, product: int, name: str) -> None:
        """Change a product without a new update time."""
        table = self.data.table("products")
        item = table.get(product)
        assert item is not None
        with self.data.transaction():
            table.put({**item, "name": name})

    def delete(self, product: int) -> None:
        self.api.call("DELETE", f"/products/{product}")

    def delete_silently(self, ids: Iterable[int], section: str = "products") -> None:
        """Delete items without a trace in the list of deleted items."""
        with self.data.transaction():
            for item_id in ids:
                assert self.data.table(section).remove(item_id)

    def requests(self) -> list[str]:
        """The requests since the last call, such as ``GET /products``."""
        found = [f"{each.method} {each.path.removeprefix(f'/{STORE}')}" for each in self.sandbox.requests]
        self.sandbox.requests.clear()
        return found
