"""ASGI messages of a server, for tests of one app in process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from attrs import define, field

from ecwid_async.apps.asgi import ASGIApp


@define
class Received:
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(factory=list)
    body: bytes = b""


class Client:
    """Sends requests to an app. The connection stays open until `gone` is set."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.gone = asyncio.Event()
        self.scope: dict[str, Any] = {}

    async def request(
        self,
        path: str,
        *,
        root_path: str = "",
        raw_path: bytes | None = b"",
        query: bytes = b"",
        headers: Sequence[tuple[bytes, bytes]] = (),
        body: Sequence[bytes] = (b"",),
    ) -> Received:
        scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": path,
            "root_path": root_path,
            "raw_path": path.encode() if raw_path == b"" else raw_path,
            "query_string": query,
            "headers": list(headers),
        }
        self.scope = scope
        parts = list(body)
        response = Received()

        async def receive() -> dict[str, Any]:
            if parts:
                part = parts.pop(0)
                return {"type": "http.request", "body": part, "more_body": bool(parts)}
            await self.gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                response.status, response.headers = message["status"], message["headers"]
            else:
                response.body += message["body"]

        await self.app(scope, receive, send)
        return response


@asynccontextmanager
async def lifespan_of(app: ASGIApp) -> AsyncIterator[list[str]]:
    """Start an app and end it, as a server does; yields the types of the messages that it sends."""
    sent: list[str] = []
    started, ending = asyncio.Event(), asyncio.Event()
    begun = False

    async def receive() -> dict[str, str]:
        nonlocal begun
        if not begun:
            begun = True
            return {"type": "lifespan.startup"}
        await ending.wait()
        return {"type": "lifespan.shutdown"}

    async def send(message: Any) -> None:
        sent.append(message["type"])
        started.set()

    async def run() -> None:
        try:
            await app({"type": "lifespan"}, receive, send)
        finally:
            started.set()

    task = asyncio.create_task(run())
    await started.wait()
    try:
        yield sent
    finally:
        ending.set()
        await task
