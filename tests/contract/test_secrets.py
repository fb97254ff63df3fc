"""However a call ends, no traceback shows the token, not even one with the locals of every frame."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from traceback import TracebackException

import pytest
from attrs import evolve

from ecwid_async.transport.auth import Auth
from ecwid_async.wire import StreamBody
from tests.clock import Clock
from tests.contract.conftest import Connect
from tests.contract.requests import GET, PUT, hang, reset, respond
from tests.transport.fault_server import Exchange, Handler, fault_server

TOKEN = "secret_Tk7fQ2mZ9xVb4LwRn8Ys3HdC6gJp1aEt"


def authenticated(connect: Connect, base_url: str, **settings: object) -> Auth:
    return Auth.for_store(connect(base_url, **settings), 1003, TOKEN)


async def traceback_of(send: Callable[[], Awaitable[object]]) -> str:
    try:
        await send()
    except BaseException as error:
        return "".join(TracebackException.from_exception(error, capture_locals=True).format())
    raise AssertionError("there was a response")


async def cut(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
    exchange.reset()


async def large(exchange: Exchange) -> None:
    await exchange.respond(b"x" * 1000)


@pytest.mark.parametrize("handler", [hang, reset, cut, large])
async def test_no_failure_shows_the_token(
    connect: Connect, clock: Clock, handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with fault_server(handler) as server:
        sending = asyncio.ensure_future(authenticated(connect, server.base_url, largest_response=100).send(PUT))
        await server.arrived(1)
        shown = await traceback_of(lambda: clock.wait(sending))
        assert server.log[0].header("authorization") == f"Bearer {TOKEN}"
    assert "response_bodies.py" in shown or "Error" in shown
    assert TOKEN not in shown
    assert TOKEN not in caplog.text


async def test_no_refused_connection_shows_the_token(connect: Connect) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        auth = authenticated(connect, f"http://127.0.0.1:{taken.getsockname()[1]}/api/v3")
        assert TOKEN not in await traceback_of(lambda: auth.send(PUT))


async def test_no_cancellation_at_any_moment_shows_the_token(connect: Connect) -> None:
    async with fault_server(hang) as server:
        auth = authenticated(connect, server.base_url)
        for steps in range(60):
            task = asyncio.ensure_future(traceback_of(partial(auth.send, PUT if steps % 2 else GET)))
            for _ in range(steps // 2):
                await asyncio.sleep(0)
            task.cancel()
            shown = (await asyncio.gather(task, return_exceptions=True))[0]
            if steps > 1:
                assert "CancelledError" in str(shown)
            assert TOKEN not in str(shown)


async def test_an_error_of_an_upload_s_source_shows_its_locals_but_no_token(connect: Connect) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        place = "sector 7"
        yield b"abc"
        raise OSError(place)

    async with fault_server(respond) as server:
        auth = authenticated(connect, server.base_url)
        shown = await traceback_of(lambda: auth.send(evolve(PUT, body=StreamBody(chunks()))))
    assert "place = 'sector 7'" in shown
    assert TOKEN not in shown
