"""Mirrors that follow the rules of others, which lose rows: the checks of the simulation must find that.

Each reads the products that were updated since a cursor, page by page, and stores them in a dict.
"""

from contextlib import aclosing
from typing import Any

from attrs import define, field

from ecwid_async.codec import loads
from tests.sync.simulation.oracle import Stored
from tests.sync.simulation.world import MirrorWorld

__all__ = ["NaiveMirror"]


@define
class NaiveMirror:
    """A mirror whose cursor is the latest update time that it has seen.

    `strict`: it requests only what is newer than the cursor. `stop_at_short_page`: a page with fewer items than
    requested is the last. `until_now`: its cursor is the client's time at the start of the read instead.
    `lookback` is how many seconds before its cursor it begins.
    """

    world: MirrorWorld
    strict: bool = True
    stop_at_short_page: bool = True
    until_now: bool = False
    lookback: int = 0
    page_size: int = 100
    cursor: int = 1_000_000_000
    items: dict[int, dict[str, Any]] = field(factory=dict)

    async def sync(self) -> None:
        """Read what changed since the cursor."""
        client = self.world.client()
        products = self.world.open_store(client).products
        started, offset, since = int(self.world.server_time()), 0, self.cursor - self.lookback
        while True:
            found = products.search(
                updated_from=since + self.strict, limit=self.page_size, offset=offset, sort_by="UPDATED_TIME_ASC"
            )
            async with aclosing(found._raw_pages()) as pages:
                page: list[Any] = [loads(item) for item in (await anext(pages)).items]
            for item in page:
                self.items[item["id"]] = item
                self.cursor = max(self.cursor, item["updateTimestamp"])
            offset += len(page)
            if not page or (self.stop_at_short_page and len(page) < self.page_size):
                break
        if self.until_now:
            self.cursor = started

    def round(self) -> None:
        self.world.run(self.sync())

    @property
    def contents(self) -> dict[str, dict[int, Stored]]:
        return {"products": {number: Stored(item) for number, item in self.items.items()}}
