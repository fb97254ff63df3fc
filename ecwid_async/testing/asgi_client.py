"""Requests to an ASGI app in this process, without a server."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from ecwid_async.apps import IncomingRequest, OutgoingResponse
from ecwid_async.apps.asgi import ASGIApp, Message, Receive, Scope, Send
from ecwid_async.sandbox import AppRequest
from ecwid_async.sandbox.webhooks import SignatureFault, WebhookEvent, WebhookFaults
from ecwid_async.testing.events import make_webhook
from ecwid_async.wire import Headers

__all__ = ["deliver", "lifespan", "make_request", "request_app"]

_ORIGIN: Final = "http://127.0.0.1:8000"
_ASGI: Final = {"version": "3.0", "spec_version": "2.3"}


async def deliver(
    app: ASGIApp,
    event: WebhookEvent | str,
    *,
    client_secret: str,
    path: str = "/webhooks",
    signature: SignatureFault | None = None,
    faults: WebhookFaults | None = None,
) -> int:
    """Deliver an event, or one that `make_event` makes of a type, to an app; return the status of its response.

    `signature` and `faults` are those of `make_webhook`. Deliver the same event again for a doubled one.
    """
    url = f"{_ORIGIN}{path}"
    webhook = make_webhook(event, client_secret, url=url, signature=signature, faults=faults)
    return (await request_app(app, webhook)).status


def make_request(
    url: str, *, method: str = "GET", headers: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> IncomingRequest:
    """A request to an app, as a browser sends it: without the fragment of the URL."""
    parts = urlsplit(url)
    host = (("Host", parts.netloc),) if parts.netloc else ()
    return IncomingRequest(
        method=method, path=parts.path or "/", query=parts.query, headers=Headers((*host, *headers)), body=body
    )


async def request_app(app: ASGIApp, request: IncomingRequest | AppRequest) -> OutgoingResponse:
    """Pass a request to an app, and return its response. An exception of the app is raised.

    Raises `RuntimeError` if the app ends without a complete response.
    """
    if not isinstance(request, IncomingRequest):
        request = make_request(request.url, method="POST", headers=request.headers, body=request.body)
    start: Message | None = None
    body, complete, requested = bytearray(), asyncio.Event(), False

    async def receive() -> Message:
        nonlocal requested
        if not requested:
            requested = True
            return {"type": "http.request", "body": request.body, "more_body": False}
        await complete.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                complete.set()

    await app(_scope(request), receive, send)
    if start is None or not complete.is_set():
        raise RuntimeError("the app ended without a complete response")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in start.get("headers", ()))
    return OutgoingResponse(start["status"], headers, bytes(body))


def _scope(request: IncomingRequest) -> dict[str, Any]:
    headers = [(_to_bytes(name).lower(), _to_bytes(value)) for name, value in request.headers.pairs]
    if not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", str(len(request.body)).encode()))
    return {
        "type": "http",
        "asgi": dict(_ASGI),
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(request.path),
        "raw_path": request.path.encode("latin-1"),
        "query_string": request.query.encode("latin-1"),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


def _to_bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")


@asynccontextmanager
async def lifespan(app: ASGIApp) -> AsyncIterator[ASGIApp]:
    """Start an app before the block, and stop it after it, as a server does: ``async with lifespan(app) as app:``.

    Yields the app, whose requests get the state that its lifespan made. An app without a lifespan just runs. Raises
    `RuntimeError` if the app reports that it can't start or stop.
    """
    messages = asyncio.Queue[Message]()
    replies = asyncio.Queue[Message]()
    state: dict[str, Any] = {}
    scope = {"type": "lifespan", "asgi": dict(_ASGI), "state": state}

    async def started(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {**state}}, receive, send)

    # A task of its own: an app may enter cancel scopes that live as long as itself.
    task = asyncio.ensure_future(app(scope, messages.get, replies.put))
    try:
        await messages.put({"type": "lifespan.startup"})
        running = await _reply(task, replies)
        yield started
        if running:
            await messages.put({"type": "lifespan.shutdown"})
            await _reply(task, replies)
    finally:
        task.cancel()
        await asyncio.wait((task,))
        if not task.cancelled():
            task.exception()  # which is either reported, or says that there is no lifespan


async def _reply(task: "asyncio.Future[None]", replies: "asyncio.Queue[Message]") -> bool:
    """Wait for a reply of the app. Returns whether there is one: it may end without."""
    reply = asyncio.ensure_future(replies.get())
    await asyncio.wait((task, reply), return_when=asyncio.FIRST_COMPLETED)
    if not reply.done():
        reply.cancel()
        return False
    message = reply.result()
    if message["type"].endswith(".failed"):
        raise RuntimeError(f"{message['type']}: {message.get('message', '')}")
    return True
