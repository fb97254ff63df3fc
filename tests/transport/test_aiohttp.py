"""The default transport against a server on a real socket: one send, honest errors, nothing left open."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from attrs import evolve

from ecwid_async.errors import NotSent, OutcomeUnknown, Timeout, TransportError
from ecwid_async.transport.aiohttp import AiohttpTransport
from ecwid_async.transport.settings import Settings, Timeouts
from ecwid_async.wire import Headers, Options, Request, StreamBody
from tests.transport.fault_server import Exchange, FaultServer, Handler, fault_server

PUT = Request(
    method="PUT",
    path="/products/7/inventory",
    body=b'{"quantityDelta":-1}',
    options=Options(operation="PUT …/inventory"),
)
GET = Request(method="GET", path="/orders/A", options=Options(operation="GET /orders/{orderId}", repeatable=True))


@asynccontextmanager
async def served(handler: Handler, **settings: Settings) -> AsyncIterator[tuple[FaultServer, AiohttpTransport]]:
    async with fault_server(handler) as server:
        transport = AiohttpTransport(server.base_url, **settings)
        try:
            yield server, transport
        finally:
            await transport.aclose()


async def answer(exchange: Exchange) -> None:
    await exchange.answer(b'{"ok":true}', headers=b"Retry-After: 7\r\n")


async def test_a_request_arrives_as_it_was_built() -> None:
    request = Request(
        method="GET",
        path="/orders/A%2FB+%D0%A6",
        params=(("keywords", "a b&c"), ("responseFields", "items(id,name)")),
        headers=Headers([("X-Ecwid-Api-Request-Id", "abcd1234")]),
        options=GET.options,
    )
    async with served(answer) as (server, transport):
        response = await transport.send(request)
    assert (
        server.log[0].line == "GET /api/v3/orders/A%2FB+%D0%A6?keywords=a+b%26c&responseFields=items(id,name) HTTP/1.1"
    )
    assert server.log[0].header("x-ecwid-api-request-id") == "abcd1234"
    assert (server.log[0].header("user-agent") or "").startswith("ecwid-async/")
    assert (response.status, response.body, response.headers["retry-after"]) == (200, b'{"ok":true}', "7")


async def test_a_body_arrives_with_its_type() -> None:
    request = evolve(PUT, headers=Headers([("Content-Type", "application/json; charset=UTF-8")]))
    async with served(answer) as (server, transport):
        await transport.send(request)
    assert server.log[0].body == b'{"quantityDelta":-1}'
    assert server.log[0].header("content-type") == "application/json; charset=UTF-8"


@pytest.mark.parametrize("length", [None, 6])
async def test_a_streamed_body_is_sent_chunk_by_chunk(length: int | None) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"def"

    async with served(answer) as (server, transport):
        await transport.send(evolve(PUT, method="POST", body=StreamBody(chunks(), length)))
    assert server.log[0].body == b"abcdef"
    assert server.log[0].header("content-length") == (None if length is None else "6")


async def test_any_status_is_an_answer_and_no_redirect_is_followed() -> None:
    async def redirect(exchange: Exchange) -> None:
        await exchange.answer(status="302 Found", headers=b"Location: http://127.0.0.1:1/elsewhere\r\n")

    async with served(redirect) as (server, transport):
        assert (await transport.send(GET)).status == 302
    assert len(server.log) == 1


async def test_cookies_are_not_kept() -> None:
    async def sets_a_cookie(exchange: Exchange) -> None:
        await exchange.answer(headers=b"Set-Cookie: a=b\r\n")

    async with served(sets_a_cookie) as (server, transport):
        await transport.send(GET)
        await transport.send(GET)
    assert server.log[1].header("cookie") is None


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_a_kept_alive_connection_that_drops_is_not_answered_by_a_second_send(method: str) -> None:
    """aiohttp by itself would send GET, PUT and DELETE once more, and a stock delta would count twice."""

    async def drop_the_second(exchange: Exchange) -> None:
        if len(server.log) == 2:
            exchange.reset()
        else:
            await exchange.answer()

    async with served(drop_the_second) as (server, transport):
        await transport.send(GET)
        with pytest.raises(OutcomeUnknown, match="no whole answer"):
            await transport.send(evolve(PUT, method=method, body=None if method == "GET" else PUT.body))
        assert len(server.log) == 2
        assert server.log[0].connection == server.log[1].connection, "the dropped connection was a kept one"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n",
        b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"id":',
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"',
        b"\x00\xffgarbage\r\n\r\n",
    ],
)
async def test_an_answer_cut_anywhere_leaves_the_outcome_unknown(text: bytes) -> None:
    async def cut(exchange: Exchange) -> None:
        await exchange.send(text)
        exchange.writer.close()

    async with served(cut) as (server, transport):
        with pytest.raises(OutcomeUnknown) as caught:
            await transport.send(PUT)
    assert len(server.log) == 1
    assert caught.value.request is PUT


async def test_a_refused_connection_was_surely_not_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        transport = AiohttpTransport(f"http://127.0.0.1:{port}/api/v3")
        with pytest.raises(NotSent, match=r"no connection to http://127\.0\.0\.1"):
            await transport.send(PUT)
        await transport.aclose()


async def test_a_name_that_does_not_resolve_was_surely_not_sent() -> None:
    transport = AiohttpTransport("https://no-such-host.invalid/api/v3")
    with pytest.raises(NotSent):
        await transport.send(GET)
    await transport.aclose()


async def test_plain_text_where_tls_was_asked_was_surely_not_sent() -> None:
    def speak_http(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(speak_http, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        transport = AiohttpTransport(f"https://127.0.0.1:{port}/api/v3")
        with pytest.raises(NotSent):
            await transport.send(PUT)
        await transport.aclose()


async def hang(_: Exchange) -> None:
    await asyncio.Event().wait()


async def test_the_transport_s_own_limit_leaves_the_outcome_unknown() -> None:
    async with served(hang, settings=Settings(timeouts=Timeouts(total=0.05))) as (_, transport):
        with pytest.raises(OutcomeUnknown):
            await transport.send(PUT)


async def test_the_caller_s_deadline_is_a_timeout() -> None:
    async with served(hang) as (_, transport):
        deadline = asyncio.get_running_loop().time() + 0.05
        with pytest.raises(Timeout):
            await transport.send(evolve(PUT, options=evolve(PUT.options, deadline=deadline)))


async def test_a_cancelled_call_releases_its_connection() -> None:
    async def arrive(exchange: Exchange) -> None:
        arrived.set()
        await hang(exchange)

    arrived = asyncio.Event()
    async with served(arrive) as (_, transport):
        task = asyncio.ensure_future(transport.send(GET))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        connector = transport._session().connector
        assert connector is not None
        assert not connector._acquired  # type: ignore[attr-defined]


async def test_a_download_arrives_in_chunks() -> None:
    async def slowly(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        await half_read.wait()
        await exchange.send(b"def")

    half_read = asyncio.Event()
    async with served(slowly) as (_, transport), transport.stream(GET) as response:
        assert response.status == 200
        assert await anext(response.chunks) == b"abc"
        half_read.set()
        assert [chunk async for chunk in response.chunks] == [b"def"]


async def test_a_download_may_take_longer_than_a_call_but_not_stall() -> None:
    async def trickle(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        await asyncio.sleep(0.1)
        await exchange.send(b"def")
        await hang(exchange)

    patient = Timeouts(total=0.05, read=0.5)
    async with served(trickle, settings=Settings(timeouts=patient)) as (_, transport), transport.stream(GET) as response:
        assert b"".join([chunk async for chunk in response.chunks]) == b"abcdef"

    async def stall(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        await hang(exchange)

    async with served(stall, settings=Settings(timeouts=Timeouts(read=0.05))) as (_, transport):
        with pytest.raises(OutcomeUnknown):
            async with transport.stream(GET) as response:
                assert [chunk async for chunk in response.chunks] == [b"abc"]


async def test_a_download_that_breaks_off_is_an_error() -> None:
    async def half(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        exchange.writer.close()

    async with served(half) as (_, transport):
        with pytest.raises(OutcomeUnknown):
            async with transport.stream(GET) as response:
                assert [chunk async for chunk in response.chunks] == [b"abc"]


async def test_closing_twice_is_harmless_and_a_closed_transport_opens_again() -> None:
    async with served(answer) as (server, transport):
        await transport.aclose()
        await transport.send(GET)
        await transport.aclose()
        await transport.aclose()
        assert (await transport.send(GET)).status == 200
    assert server.connections == 2


def test_one_transport_serves_several_event_loops_in_turn() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    transport = AiohttpTransport(f"http://127.0.0.1:{port}/api/v3")

    async def once() -> int:
        async with fault_server(answer, port) as server:
            await transport.send(GET)
            await transport.aclose()
            return len(server.log)

    assert [asyncio.run(once()) for _ in range(3)] == [1, 1, 1]
    assert not transport._sessions


async def test_the_session_is_made_on_first_use_and_shared() -> None:
    async with served(answer) as (server, transport):
        assert not transport._sessions
        for _ in range(3):
            await transport.send(GET)
        assert len(transport._sessions) == 1
        assert server.connections == 1


async def test_errors_name_neither_headers_nor_body() -> None:
    request = evolve(PUT, headers=Headers([("Authorization", "Bearer secret_abc")]), body=b'{"email":"a@b.c"}')
    async with served(hang, settings=Settings(timeouts=Timeouts(total=0.05))) as (_, transport):
        with pytest.raises(TransportError) as caught:
            await transport.send(request)
    shown = f"{caught.value!r} {caught.value} {caught.value.request!r}"
    assert "secret_abc" not in shown
    assert "a@b.c" not in shown
