"""A simulated store, and clients of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from ecwid_async.client import Ecwid, Store
from ecwid_async.errors import NotSent
from ecwid_async.sandbox import Sandbox
from ecwid_async.transport.memory import MemoryTransport
from ecwid_async.transport.retry import RetryPolicy
from ecwid_async.wire import Request, Response

TOKEN = "secret_token"
PRODUCTS = 630


class Shop:
    """Simulates store 1003 in a sandbox, behind a transport that a test can break.

    `intercept` is called with each request first, and may raise an error or return a response. `requests` has all
    requests.
    """

    def __init__(self) -> None:
        self.now = 1_750_000_000.0
        self.sandbox = Sandbox(clock=lambda: self.now, requests_per_minute=None)
        self.add(1003)
        self.intercept: Callable[[Request], Response | None] = lambda request: None
        self.transport = MemoryTransport(self._respond)

    def add(self, store_id: int, products: int = PRODUCTS) -> None:
        """Add a store, replacing one with the same id."""
        self.sandbox.stores.pop(store_id, None)
        store = self.sandbox.add_store(store_id, token=TOKEN)
        store.profile = {"generalInfo": {"storeId": store_id}}
        store.load("products", (self.product(number) for number in range(1, products + 1)))
        store.load("categories", ({"id": number, "name": "C", "enabled": number % 2 == 0} for number in range(1, 7)))

    @staticmethod
    def product(number: int) -> dict[str, object]:
        stamp = 1_700_000_000 + 60 * number
        return {
            "id": number,
            "name": f"Product {number}",
            "sku": f"S{number}",
            "price": number / 4,
            "enabled": number % 3 > 0,
            "createTimestamp": stamp,
            "updateTimestamp": stamp,
            "options": [{"type": "SELECT", "name": "Size", "choices": [{"text": "L", "priceModifier": 0}]}],
        }

    def _respond(self, request: Request) -> Response:
        response = self.intercept(request)
        return self.sandbox.handle(request) if response is None else response

    @property
    def requests(self) -> list[Request]:
        return self.transport.requests

    def offsets(self, section: str = "products") -> list[int]:
        """The offsets of the requested pages of a section."""
        params = [dict(request.params) for request in self.requests if request.path.endswith(f"/{section}")]
        return [int(param["offset"]) for param in params if "offset" in param]

    def break_after(self, requests: int, section: str = "products") -> None:
        """Fail every request of a section after this many."""
        count = 0

        def refuse(request: Request) -> None:
            nonlocal count
            if request.path.endswith(f"/{section}"):
                count += 1
                if count > requests:
                    raise NotSent("the cable was pulled", request=request)

        self.intercept = refuse  # type: ignore[assignment]  # it never returns a response

    def repair(self) -> None:
        """Stop failing requests, and clear `requests`."""
        self.intercept = lambda request: None
        self.requests.clear()


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def client(shop: Shop) -> AsyncIterator[Ecwid]:
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(
            Ecwid(
                transport=shop.transport,
                base_url="https://ecwid.example/api/v3",
                quota=None,
                retry=RetryPolicy(attempts=1),
            )
        )


@pytest.fixture
async def store(client: Ecwid) -> Store:
    return client.store(1003, TOKEN)
