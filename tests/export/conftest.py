from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from ecwid_async.client import Ecwid, Store
from ecwid_async.transport.memory import MemoryTransport, answer
from ecwid_async.wire import Request, Response


class Shop:
    """Lists of rows behind a transport, which a test can change between two requests.

    `before` hears of each request first. `limit` is the most rows a page holds. A list answers its rows in order; a
    row is a dict, or bytes that go out as they are.
    """

    def __init__(self, **lists: list[dict[str, object] | bytes]) -> None:
        self.lists = lists
        self.limit = 2
        self.before: Callable[[Request], None] = lambda request: None
        self.rows: Callable[[str, dict[str, str]], list[dict[str, object] | bytes]]
        self.rows = lambda name, params: self.lists[name]
        self.transport = MemoryTransport(self.answer)

    def answer(self, request: Request) -> Response:
        self.before(request)
        params = dict(request.params)
        name = request.path.rpartition("/")[2]
        rows = self.rows(name, params)
        offset = int(params.get("offset", 0))
        page = rows[offset : offset + self.limit]
        items = b",".join(row if isinstance(row, bytes) else answer(row).body for row in page)
        return answer(b'{"total":%d,"count":%d,"items":[%s]}' % (len(rows), len(page), items))

    @property
    def requests(self) -> list[str]:
        return [request.target for request in self.transport.requests]


@pytest.fixture
def shop() -> Shop:
    return Shop(products=[{"id": number} for number in range(1, 6)])


@pytest.fixture
async def store(shop: Shop) -> Store:
    stack = AsyncExitStack()
    ecwid = await stack.enter_async_context(Ecwid(transport=shop.transport, base_url="https://ecwid.example/api/v3"))
    return ecwid.store(1003, "secret_token")
