"""Several stores of a sandbox on a clock that tests set, and fleets of them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio
import anyio.lowlevel

from ecwid_async import Ecwid
from ecwid_async.sandbox import Sandbox
from ecwid_async.sync import Fleet, FleetEvent, FleetSettings, Mirror, MirrorSettings
from ecwid_async.tokens import MemoryTokens
from ecwid_async.transport import Quota
from ecwid_async.wire import Request, Response
from tests.sandbox.api import Api

__all__ = ["FIRST", "Shops", "token_of"]

FIRST: Final = 1003


def token_of(store_id: int) -> str:
    return f"secret_of_{store_id}"


class Shops:
    """Stores with the ids from 1003 on, each with one product. Time passes only by waiting."""

    def __init__(self, count: int) -> None:
        self.now = 1_750_000_000.0
        self.sandbox = Sandbox(clock=lambda: self.now, requests_per_minute=None)
        self.ids = list(range(FIRST, FIRST + count))
        self.tokens = MemoryTokens({store_id: token_of(store_id) for store_id in self.ids})
        self.events: list[FleetEvent] = []
        self.fleets: list[Fleet] = []
        self.ends: list[float] = []
        self.actions: list[tuple[float, Callable[[], None]]] = []
        for store_id in self.ids:
            self.sandbox.add_store(store_id, token=token_of(store_id))
            self.add_product(store_id)

    def api(self, store_id: int) -> Api:
        return Api(self.sandbox, store_id=store_id, token=token_of(store_id))

    def add_product(self, store_id: int, name: str = "Lamp") -> int:
        created: int = self.api(store_id).call("POST", "/products", {"name": name, "price": 10})["id"]
        return created

    async def sleep(self, seconds: float) -> None:
        """Sleep. Once no store is in progress, time passes to the end of the shortest sleep or to the next action."""
        end = self.now + seconds
        self.ends.append(end)
        try:
            idle = 0
            while self.now < end:
                await anyio.sleep(0.001)
                # Between two transactions, a fleet that works looks idle.
                idle = idle + 1 if self._is_idle and end == min(self.ends) else 0
                if idle > 3:
                    self._pass_until(end)
            self._act()
        finally:
            self.ends.remove(end)

    @property
    def _is_idle(self) -> bool:
        return not any(
            fleet._active or fleet._database._transactions for fleet in self.fleets if fleet.mirror._database
        )

    def _pass_until(self, end: float) -> None:
        self.now = max(self.now, min([end, *(time for time, _ in self.actions)]))
        self._act()

    def _act(self) -> None:
        while self.actions and self.actions[0][0] <= self.now:
            self.actions.pop(0)[1]()

    def at(self, time: float, action: Callable[[], None]) -> None:
        """Do something at a time."""
        self.actions.append((time, action))
        self.actions.sort(key=lambda each: each[0])

    @asynccontextmanager
    async def mirror(self, url: str, **settings: Any) -> AsyncIterator[Mirror]:
        async with Mirror(url, settings=MirrorSettings(**settings), clock=lambda: self.now, sleep=self.sleep) as mirror:
            yield mirror

    def client(self) -> Ecwid:
        # No request waits.
        return Ecwid(transport=self.sandbox, tokens=self.tokens, quota=Quota(requests=100_000, ceiling=100_000))

    def fleet(
        self, mirror: Mirror, stores: Any = None, *, only: tuple[str, ...] = ("products",), **settings: Any
    ) -> Fleet:
        fleet = Fleet(
            mirror,
            self.client(),
            self.ids if stores is None else stores,
            settings=FleetSettings(**settings),
            only=["products"],
            on_event=self.events.append,
            timer=lambda: self.now,
        )
        self.fleets.append(fleet)
        return fleet

    async def names(self, mirror: Mirror, store_id: int) -> set[str]:
        """The names of the products that the mirror has of a store."""
        database = mirror._opened
        table = database.schema.tables["products"]
        async with database.read() as connection:
            rows = await connection.execute(table.select().where(table.c.store_id == store_id))
            return {row.name for row in rows if row.deleted_at is None}

    def fail(self, monkeypatch: Any, store_id: int, response: Response) -> None:
        """Let all requests to a store fail from now on."""
        real = self.sandbox.send

        async def send(request: Request) -> Response:
            return response if request.path.startswith(f"/{store_id}/") else await real(request)

        monkeypatch.setattr(self.sandbox, "send", send)
