"""A store in simulated time: the scenario happens to it, and its requests take time."""

from collections import deque
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import msgspec
from attrs import evolve, frozen

from benchmarks.duel.rules import Item, Query
from benchmarks.duel.scenario import DAY, PAGE, REQUEST_SECONDS, Event, Kind, Scenario
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.wire import Headers, Options, Request, Response, StreamedResponse

__all__ = ["START", "TOKEN", "Changed", "World", "parse_item"]

START: Final = 1_750_000_000
"""The start of the drift, in Unix seconds."""
TOKEN: Final = "secret_duel"
_FIRST_STORE: Final = 1001
_BEFORE: Final = 30 * DAY


@frozen
class Changed:
    """When and how a row was last changed, and the update time that it has since. Times are Unix seconds."""

    at: float
    kind: Kind
    updated: int


class World:
    """One store of the sandbox on a clock of its own, and a transport to it.

    `truth` is the version of each existing row, by number: 0 at first, and one more with each change. `changed` has the
    rows that were changed during the drift, and `deleted` the times of the deletions.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.now = START + scenario.rounds[0]
        self.requests = 0
        self.truth = dict.fromkeys(range(1, scenario.rows + 1), 0)
        self.changed: dict[int, Changed] = {}
        self.deleted: dict[int, float] = {}
        self.store_id = _FIRST_STORE + scenario.number
        self._switches = Switches(page_size=PAGE, history_lag=scenario.feed_lag)
        self._sandbox = Sandbox(clock=self.clock, requests_per_minute=None, switches=self._switches)
        self._store = self._sandbox.add_store(self.store_id, token=TOKEN)
        self._store.load("products", [_product(number, 0, -_BEFORE, -_BEFORE) for number in self.truth])
        self._table = self._store.table("products")
        self._created = dict.fromkeys(self.truth, -_BEFORE)
        self._events = deque(scenario.events)

    def clock(self) -> float:
        """Return the time in Unix seconds."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let the time pass until `seconds` after the start of the drift, and let happen what is due."""
        time = START + seconds
        while self._events and START + self._events[0].at <= time:
            event = self._events.popleft()
            self.now = max(self.now, START + event.at)
            self._apply(event)
        self.now = max(self.now, time)

    def _apply(self, event: Event) -> None:
        number = event.number
        is_new = event.kind in ("create", "late create")
        if not is_new and number not in self.truth:
            return
        lag = evolve(self._switches, upsert_lag=event.lag, delete_lag=event.lag)
        self._sandbox.set_switches(lag)
        if event.kind == "delete":
            del self.truth[number]
            self.changed.pop(number, None)
            self.deleted[number] = self.now
            self._table.remove(number)
            self._store.history("products").add({"id": number}, int(self.now))
            return
        created = self._created.setdefault(number, event.updated)
        self.truth[number] = 0 if is_new else self.truth[number] + 1
        self.changed[number] = Changed(self.now, event.kind, START + event.updated)
        self._table.put(_product(number, self.truth[number], created, event.updated))

    # Reading.

    def read(self, query: Query) -> list[Item]:
        """Return a page of the list of products. It takes no time."""
        self.requests += 1
        response = self._sandbox.handle(
            Request(
                method="GET",
                path=f"/{self.store_id}/products",
                params=tuple((name, str(value)) for name, value in query.items()),
                headers=Headers((("Authorization", f"Bearer {TOKEN}"),)),
                options=Options(operation="GET /products"),
            )
        )
        if response.status != 200:
            raise RuntimeError(f"the server refused {query}: {response.body!r}")
        return [parse_item(item) for item in msgspec.json.decode(response.body)["items"]]

    async def send(self, request: Request) -> Response:
        """Send a request of a client. The next one is served some seconds later."""
        self.requests += 1
        self.advance(self.now - START)
        response = self._sandbox.handle(request)
        self.now += REQUEST_SECONDS
        return response

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        """Refuse: nothing is downloaded here."""
        raise AssertionError(f"no downloads here: {request}")

    async def aclose(self) -> None:
        """Do nothing."""


def _product(number: int, version: int, created: int, updated: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": str(version),
        "sku": f"LAMP-{number}",
        "price": 24.5,
        "enabled": True,
        "createTimestamp": START + created,
        "updateTimestamp": START + updated,
    }


def parse_item(product: Mapping[str, Any]) -> Item:
    """Return what the rules need of a product."""
    return Item(number=product["id"], version=int(product["name"]), updated=product["updateTimestamp"])
