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
    """A sandbox with store 1003 behind a transport that a test can break.

    `before` hears of each request first, and may raise or answer in the sandbox's stead. `requests` has what came.
    """

    def __init__(self) -> None:
        self.now = 1_750_000_000.0
        self.sandbox = Sandbox(clock=lambda: self.now, requests_per_minute=None)
        self.add(1003)
        self.before: Callable[[Request], Response | None] = lambda request: None
        self.transport = MemoryTransport(self._answer)

    def add(self, store_id: int, products: int = PRODUCTS) -> None:
        """Add a store, in place of the one with that id."""
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

    def _answer(self, request: Request) -> Response:
        answer = self.before(request)
        return self.sandbox.handle(request) if answer is None else answer

    @property
    def requests(self) -> list[Request]:
        return self.transport.requests

    def offsets(self, section: str = "products") -> list[int]:
        """Where the pages of a section began that were asked for."""
        params = [dict(request.params) for request in self.requests if request.path.endswith(f"/{section}")]
        return [int(each["offset"]) for each in params if "offset" in each]

    def break_after(self, requests: int, section: str = "products") -> None:
        """Let no more than so many requests of a section through."""
        seen = 0

        def refuse(request: Request) -> None:
            nonlocal seen
            if request.path.endswith(f"/{section}"):
                seen += 1
                if seen > requests:
                    raise NotSent("the cable was pulled", request=request)

        self.before = refuse  # type: ignore[assignment]  # never answers itself

    def mend(self) -> None:
        """Let everything through again, and forget what came."""
        self.before = lambda request: None
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
