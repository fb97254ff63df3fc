"""A sandbox whose clock, requests and responses a test controls."""

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import anyio.lowlevel

from ecwid_async import Ecwid, RetryPolicy, Store
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.wire import Headers, Request, Response, StreamedResponse

NOW: Final = 1_750_000_000
STORE: Final = 1003
TOKEN: Final = "secret_changes"


class Server:
    """A transport to a sandbox with one store. `now` is its clock, which a request does not move.

    `before` is called with each request before it is handled, `replace` with each request and its response.
    """

    def __init__(self, *, scopes: Iterable[str] | None = None, switches: Switches | None = None) -> None:
        self.now = float(NOW)
        self.sandbox = Sandbox(clock=lambda: self.now, requests_per_minute=None, switches=switches or Switches())
        self.store = self.sandbox.add_store(STORE, token=TOKEN, scopes=scopes)
        self.requests: list[Request] = []
        self.before: Callable[[Request], object] = lambda request: None
        self.replace: Callable[[Request, Response], Response] = lambda request, response: response

    async def send(self, request: Request) -> Response:
        await anyio.lowlevel.checkpoint()
        self.requests.append(request)
        self.before(request)
        return self.replace(request, self.sandbox.handle(request))

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        raise AssertionError("nothing is downloaded")

    async def aclose(self) -> None:
        pass

    def connect(self) -> Store:
        """Return the client's view of the store."""
        return Ecwid(transport=self, quota=None, retry=RetryPolicy(attempts=1)).store(STORE, TOKEN)

    @property
    def gets(self) -> list[Request]:
        """The requests for single items."""
        return [request for request in self.requests if "{" in request.options.operation]

    def load(self, section: str, items: Iterable[dict[str, Any]]) -> None:
        """Fill a list."""
        self.store.load(section, items)

    def delete(self, section: str, item_id: int, **entry: Any) -> None:
        """Delete an item now, and record the deletion."""
        self.store.table(section).remove(item_id)
        self.store.history(section).add({"id": item_id, **entry}, int(self.now))


def products(ids: Iterable[int], *, updated: int = NOW - 86_400) -> list[dict[str, Any]]:
    """Return products that were created and updated at a time."""
    return [
        {
            "id": item_id,
            "name": f"Product {item_id}",
            "sku": str(item_id),
            "enabled": True,
            "createTimestamp": updated,
            "updateTimestamp": updated,
        }
        for item_id in ids
    ]


def error(status: int, code: str | None = None) -> Response:
    """Return an error as the API sends it."""
    body = {"errorMessage": "A message", **({"errorCode": code} if code else {})}
    return Response(status, Headers([("Date", "Sun, 15 Jun 2025 15:06:40 GMT")]), json.dumps(body).encode())
