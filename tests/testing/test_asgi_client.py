"""Requests reach an ASGI app in process, as a server passes them, and its lifespan runs around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from fastapi import FastAPI, Request, Response

from ecwid_async.apps import MemoryInbox, Service, Webhooks
from ecwid_async.apps.asgi import AsgiApp, DisconnectMiddleware
from ecwid_async.sandbox import AppRequest
from ecwid_async.testing import deliver, lifespan, make_event, make_request, request_app

SECRET = "test_client_secret"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    message = await receive()
    body = f"{scope['method']} {scope['path']} {scope['query_string'].decode()} ".encode() + message["body"]
    headers = [(b"x-headers", b" ".join(name + b"=" + value for name, value in scope["headers"]))]
    headers.append((b"set-cookie", b"a=1"))
    headers.append((b"set-cookie", b"b=2"))
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": body[:5], "more_body": True})
    await send({"type": "http.response.body", "body": body[5:]})
    assert (await receive())["type"] == "http.disconnect"


async def test_an_app_gets_the_request_as_it_was_sent() -> None:
    request = make_request("http://app.example/a%20b?x=1%2F2#c", method="PUT", headers=[("X-A", "1")], body=b"text")
    response = await request_app(echo, request)
    assert (response.status, response.body) == (201, b"PUT /a b x=1%2F2 text")
    assert response.headers[0] == ("x-headers", "host=app.example x-a=1 content-length=4")
    assert [value for name, value in response.headers if name == "set-cookie"] == ["a=1", "b=2"]


async def test_the_signature_header_may_come_twice() -> None:
    webhook = AppRequest(url="http://a/w", headers=(("X-S", "1"), ("X-S", "2")), body=b"")
    response = await request_app(echo, webhook)
    assert "x-s=1 x-s=2" in response.headers[0][1]


async def test_an_exception_of_the_app_is_raised() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError("broken")

    async def silent(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    with pytest.raises(LookupError, match="broken"):
        await request_app(broken, make_request("/"))
    with pytest.raises(RuntimeError, match="without a complete response"):
        await request_app(silent, make_request("/"))


async def test_events_are_delivered_to_an_app_that_keeps_them() -> None:
    inbox = MemoryInbox()
    webhooks = Webhooks(inbox, client_secret=SECRET)
    app = AsgiApp({"/hooks": webhooks.handle}, service=Service(inbox))
    event = make_event("order.created")
    async with lifespan(app):
        assert await deliver(app, event, client_secret=SECRET, path="/hooks") == 200
        assert await deliver(app, event, client_secret=SECRET, path="/hooks") == 200
        assert (await inbox.status()).waiting == 1
        for signature in ("invalid", "missing", "doubled", "stale"):
            assert await deliver(app, "order.created", client_secret=SECRET, path="/hooks", signature=signature) == 401
        assert await deliver(app, "order.created", client_secret="another secret", path="/hooks") == 401
        assert await deliver(app, "order.created", client_secret=SECRET) == 404
    assert await deliver(app, event, client_secret=SECRET, path="/hooks") == 503


async def test_frameworks_and_middleware_see_a_connected_client() -> None:
    app = FastAPI()

    @app.post("/slow")
    async def slow(request: Request) -> Response:
        await anyio.sleep(0.01)
        return Response(await request.body(), status_code=200)

    app.add_middleware(DisconnectMiddleware)
    response = await request_app(app, make_request("/slow", method="POST", body=b"abc"))
    assert (response.status, response.body) == (200, b"abc")


async def test_a_lifespan_starts_before_and_ends_after() -> None:
    steps: list[str] = []

    class Resource:
        async def __aenter__(self) -> None:
            steps.append("start")

        async def __aexit__(self, *_: object) -> None:
            steps.append("stop")

    app = FastAPI(lifespan=Service(Resource()).lifespan)
    async with lifespan(app):
        steps.append("run")
    with pytest.raises(KeyError):
        async with lifespan(app):
            raise KeyError
    assert steps == ["start", "run", "stop", "start", "stop"]


async def test_requests_get_the_state_of_the_lifespan() -> None:
    @asynccontextmanager
    async def open_shop(app: FastAPI) -> AsyncIterator[dict[str, str]]:
        yield {"shop": "open"}

    app = FastAPI(lifespan=open_shop)

    @app.get("/shop")
    async def show(request: Request) -> str:
        return str(request.state.shop)

    async with lifespan(app) as started:
        assert (await request_app(started, make_request("/shop"))).body == b'"open"'


async def test_an_app_without_a_lifespan_just_runs() -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    async with lifespan(plain):
        assert (await request_app(plain, make_request("/"))).status == 204


@pytest.mark.parametrize("stage", ["startup", "shutdown"])
async def test_a_lifespan_that_fails_is_reported(stage: str) -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        if stage == "shutdown":
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": f"lifespan.{stage}.failed", "message": "no disk"})

    with pytest.raises(RuntimeError, match="failed: no disk"):
        async with lifespan(failing):
            pass
