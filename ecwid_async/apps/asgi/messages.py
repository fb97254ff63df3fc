"""Requests and responses as ASGI messages."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import anyio
from attrs import evolve

from ecwid_async.apps.asgi.types import Receive, Scope, Send
from ecwid_async.apps.http import IncomingRequest, OutgoingResponse
from ecwid_async.wire import Headers, parse_content_length

__all__ = [
    "BodyTooLarge",
    "BodyTooSlow",
    "ClientGone",
    "hide_query",
    "incoming_request",
    "read_request",
    "route_path",
    "send_response",
]

_BODILESS: Final = frozenset({204, 304})


class BodyTooLarge(Exception):
    """The body has more bytes than allowed."""


class BodyTooSlow(Exception):
    """The body did not arrive in time."""


class ClientGone(Exception):
    """The client closed the connection before it had sent the body."""


async def incoming_request(scope: Scope, receive: Receive, *, max_body: int, body_timeout: float) -> IncomingRequest:
    """Read a request. Raises `BodyTooLarge`, before everything is in memory, `BodyTooSlow` or `ClientGone`."""
    request = read_request(scope)
    if (parse_content_length(request.headers) or 0) > max_body:
        raise BodyTooLarge
    with anyio.move_on_after(body_timeout) as timer:
        body = await _read_body(receive, max_body)
    if timer.cancelled_caught:
        raise BodyTooSlow
    return evolve(request, body=body)


def read_request(scope: Mapping[str, Any]) -> IncomingRequest:
    """The request of a scope as the parts of this library take it, without its body.

    ``session = sessions.session_of(read_request(request.scope))`` in Starlette and Litestar.
    """
    return IncomingRequest(
        method=scope["method"],
        path=_raw_path(scope),
        query=bytes(scope.get("query_string", b"")).decode("latin-1"),
        headers=Headers(tuple((bytes(name), bytes(value)) for name, value in scope["headers"])),
    )


async def _read_body(receive: Receive, max_body: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > max_body:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return bytes(body)


def _raw_path(scope: Mapping[str, Any]) -> str:
    raw = scope.get("raw_path")
    if isinstance(raw, bytes):
        return raw.partition(b"?")[0].decode("latin-1")
    return quote(scope["path"], safe="/:@!$&'()*+,;=~")


def route_path(scope: Scope) -> str:
    """The decoded path below the address at which the app is mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", "")).rstrip("/")
    # Frameworks differ in whether the path of a mounted app has the prefix.
    if root and (path == root or path.startswith(f"{root}/")):
        path = path[len(root) :]
    return path or "/"


def hide_query(scope: Scope) -> None:
    """Mask the parameters of a request that was read, so that access logs which are written at its end lack them.

    They may be a code or a payload. The server and the framework share the scope, if nothing in between copies it.
    """
    parts = bytes(scope.get("query_string", b"")).split(b"&")
    scope["query_string"] = b"&".join(_masked(part) for part in parts)


def _masked(parameter: bytes) -> bytes:
    name, equals, _ = parameter.partition(b"=")
    return parameter if not equals or name.lower() == b"eventtype" else name + b"=***"


async def send_response(send: Send, response: OutgoingResponse) -> None:
    """Send a response."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if response.status not in _BODILESS and not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
