"""`DisconnectMiddleware` passes on what servers and apps send, and cancels only what nobody waits for."""

import asyncio
from typing import Any

import pytest

from ecwid_async.apps.asgi import DisconnectMiddleware
from tests.apps.asgi.messages import Client
from tests.apps.web.test_contract import wait_until


async def respond(send: Any, body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def test_the_body_arrives_whole_and_then_the_disconnect() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend([await receive() for _ in range(5)])
        await respond(send)
        client.gone.set()
        seen.extend([await receive(), await receive()])

    client = Client(DisconnectMiddleware(app))
    await client.request("/", body=[b"a", b"b", b"c", b"d", b"e"])
    assert [message.get("body") for message in seen[:5]] == [b"a", b"b", b"c", b"d", b"e"]
    assert [message["type"] for message in seen[5:]] == ["http.disconnect"] * 2


async def test_what_is_done_after_the_response_is_not_cancelled() -> None:
    done = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await respond(send)
        client.gone.set()  # servers report this after each response
        await asyncio.sleep(0.02)
        done.set()

    client = Client(DisconnectMiddleware(app))
    await client.request("/")
    assert done.is_set()


@pytest.mark.parametrize("body", [[b""], [b"a"]], ids=["none", "one part"])
async def test_an_app_that_does_not_read_the_body_is_cancelled_too(body: list[bytes]) -> None:
    cancelled = asyncio.Event()
    started = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    client = Client(DisconnectMiddleware(app))
    task = asyncio.create_task(client.request("/", body=body))
    await started.wait()
    client.gone.set()
    assert (await asyncio.wait_for(task, 10)).status == 0
    assert cancelled.is_set()


async def test_at_most_two_parts_are_read_ahead() -> None:
    parts = iter([b"a", b"b", b"c", b"d", b"e"])
    reads = 0

    async def receive() -> dict[str, Any]:
        nonlocal reads
        reads += 1
        return {"type": "http.request", "body": next(parts), "more_body": True}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.01)
        await respond(send)

    async def send(message: Any) -> None:
        pass

    await DisconnectMiddleware(app)({"type": "http"}, receive, send)
    assert reads == 2


async def test_an_error_of_the_app_is_raised_as_it_is() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Client(DisconnectMiddleware(app)).request("/")


async def test_cancelling_the_request_itself_cancels_the_app() -> None:
    started = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        started.set()
        await asyncio.Event().wait()

    before = len(asyncio.all_tasks())
    task = asyncio.create_task(Client(DisconnectMiddleware(app)).request("/"))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await wait_until(lambda: len(asyncio.all_tasks()) == before)


async def test_other_messages_than_http_are_passed_on() -> None:
    kinds: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        kinds.append(scope["type"])

    async def nothing(*_: object) -> Any:
        raise AssertionError

    await DisconnectMiddleware(app)({"type": "lifespan"}, nothing, nothing)
    await DisconnectMiddleware(app)({"type": "websocket"}, nothing, nothing)
    assert kinds == ["lifespan", "websocket"]
