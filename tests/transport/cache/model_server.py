"""A server whose items have versions, as a transport that tests hold back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio

from ecwid_async import Ecwid, Event
from ecwid_async.transport import make_response
from ecwid_async.wire import Request, Response, StreamBody, StreamedResponse

__all__ = ["STORE_ID", "TOKEN", "Server", "client"]

STORE_ID = 1003
TOKEN = "secret_visitor"


class Server:
    """Responds to each read with its current version. A write begins the next one.

    `gate`, if it is set, holds requests back before they take effect. `clean_up` holds a cancelled request back.
    `respond` replaces the response.
    """

    enforces_deadlines = False

    def __init__(self) -> None:
        self.version = 0
        self.requests: list[Request] = []
        self.cancelled = 0
        self.gate: anyio.Event | None = None
        self.clean_up: anyio.Event | None = None
        self.respond: Callable[[Request], Response | Exception] | None = None

    @property
    def count(self) -> int:
        return len(self.requests)

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        try:
            if self.gate is not None:
                await self.gate.wait()
        except BaseException:
            self.cancelled += 1
            if self.clean_up is not None:
                with anyio.CancelScope(shield=True):
                    await self.clean_up.wait()
            raise
        if isinstance(request.body, StreamBody):
            await request.body.read()
        if self.respond is not None:
            response = self.respond(request)
            if isinstance(response, Exception):
                raise response
            return response
        if request.method != "GET":
            self.version += 1
            return make_response({"updateCount": 1, "id": 1, "success": True})
        item = {"id": 1, "name": f"version {self.version}"}
        return make_response(item if request.path[-1].isdigit() else {"total": 1, "count": 1, "items": [item]})

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        response = await self.send(request)

        async def chunks() -> AsyncIterator[bytes]:
            yield response.body

        yield StreamedResponse(response.status, response.headers, chunks())

    async def aclose(self) -> None: ...

    def hold(self) -> anyio.Event:
        """Hold requests back until the returned event is set."""
        self.gate = anyio.Event()
        return self.gate


def client(server: Server, events: list[Event] | None = None, **settings: Any) -> Ecwid:
    """A client of the server, without a rate limit."""
    settings.setdefault("quota", None)
    sink = () if events is None else events.append
    return Ecwid(transport=server, events=sink, **settings)
