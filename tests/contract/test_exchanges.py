"""Requests arrive byte for byte as built, and responses are returned as sent."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator

import pytest
from attrs import evolve

from ecwid_async.errors import ConfigError, OutcomeUnknown, ResponseTooLarge
from ecwid_async.wire import Headers, Request, StreamBody, encode_segment
from tests.contract.conftest import Connect
from tests.contract.requests import GET, PUT, respond
from tests.transport.fault_server import Exchange, fault_server


async def test_a_request_arrives_as_built(connect: Connect) -> None:
    odd = "A/B Ц+%'\"~!*()[]{}|^`;:@&=$,#?\\ü."
    request = Request(
        method="GET",
        path=f"/orders/{encode_segment(odd)}",
        params=(("keywords", "a b&c=d+'\"|Ц"), ("responseFields", "items(id,name)"), ("empty", "")),
        headers=Headers([("X-Ecwid-Api-Request-Id", "abcd1234")]),
        options=GET.options,
    )
    async with fault_server(respond) as server:
        response = await connect(server.base_url).send(request)
    assert server.log[0].line == f"GET /api/v3{request.target} HTTP/1.1"
    assert server.log[0].header("host") == f"127.0.0.1:{server.port}"
    assert server.log[0].header("x-ecwid-api-request-id") == "abcd1234"
    assert re.fullmatch(r"ecwid-async/[^ ,]+", server.log[0].header("user-agent") or "")
    assert (response.status, response.body, response.headers["retry-after"]) == (200, b'{"ok":true}', "7")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_a_body_arrives_with_its_type_and_length(connect: Connect, method: str) -> None:
    request = evolve(PUT, method=method, headers=Headers([("Content-Type", "application/json; charset=UTF-8")]))
    async with fault_server(respond) as server:
        await connect(server.base_url).send(request)
    assert server.log[0].line.split()[0] == method
    assert server.log[0].body == b'{"quantityDelta":-1}'
    assert server.log[0].header("content-type") == "application/json; charset=UTF-8"
    assert server.log[0].header("content-length") == "20"


async def test_a_post_without_a_body_announces_its_length(connect: Connect) -> None:
    async with fault_server(respond) as server:
        await connect(server.base_url).send(evolve(PUT, method="POST", body=None))
    assert server.log[0].body == b""
    assert server.log[0].header("content-length") == "0"


@pytest.mark.parametrize("length", [None, 6])
async def test_a_streamed_body_is_sent_chunk_by_chunk_and_closed(connect: Connect, length: int | None) -> None:
    closed = False

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal closed
        try:
            yield b"abc"
            yield b"def"
        finally:
            closed = True

    async with fault_server(respond) as server:
        await connect(server.base_url).send(evolve(PUT, method="POST", body=StreamBody(chunks(), length)))
    assert closed
    assert server.log[0].body == b"abcdef"
    assert server.log[0].header("content-length") == (None if length is None else "6")
    assert server.log[0].header("transfer-encoding") == ("chunked" if length is None else None)


async def test_a_streamed_body_is_not_sent_in_chunks_if_a_header_of_the_request_has_its_length(
    connect: Connect,
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"abcdef"

    headers = Headers([("Content-Length", "6")])
    async with fault_server(respond) as server:
        await connect(server.base_url).send(evolve(PUT, headers=headers, body=StreamBody(chunks())))
    assert server.log[0].header("content-length") == "6"
    assert server.log[0].header("transfer-encoding") is None


async def test_an_error_of_the_source_is_raised_unchanged_and_the_source_is_closed(connect: Connect) -> None:
    failure = OSError("the disk is gone")
    closed = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        try:
            yield b"abc"
            raise failure
        finally:
            closed.set()

    async with fault_server(respond) as server:
        transport = connect(server.base_url)
        with pytest.raises(OSError, match="the disk is gone") as caught:
            await transport.send(evolve(PUT, body=StreamBody(chunks())))
        assert caught.value is failure
        assert closed.is_set()
        assert not server.log
        assert (await transport.send(GET)).status == 200


async def test_a_source_is_closed_when_the_server_disconnects(connect: Connect) -> None:
    closed = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 65536
        finally:
            closed.set()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await reader.read(1)  # a source that nobody has begun to read has nothing to close
        writer.transport.abort()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(OutcomeUnknown):
            await connect(f"http://127.0.0.1:{port}/api/v3").send(evolve(PUT, body=StreamBody(chunks())))
    assert closed.is_set()


async def test_a_redirect_is_returned_and_not_followed(connect: Connect) -> None:
    async def redirect(exchange: Exchange) -> None:
        await exchange.respond(status="302 Found", headers=b"Location: %s\r\n" % elsewhere.base_url.encode())

    async with fault_server(respond) as elsewhere, fault_server(redirect) as server:
        response = await connect(server.base_url).send(GET)
        assert (response.status, response.headers["location"]) == (302, elsewhere.base_url)
        async with connect(server.base_url).stream(GET) as streamed:
            assert streamed.status == 302
    assert len(server.log) == 2
    assert not elsewhere.connections


async def test_cookies_are_not_kept(connect: Connect) -> None:
    async def sets_a_cookie(exchange: Exchange) -> None:
        await exchange.respond(headers=b"Set-Cookie: a=b\r\n")

    async with fault_server(sets_a_cookie) as server:
        transport = connect(server.base_url)
        await transport.send(GET)
        await transport.send(GET)
    assert server.log[1].header("cookie") is None


@pytest.mark.parametrize("base_url", ["http://app.ecwid.com/api/v3", "ftp://app.ecwid.com", "app.ecwid.com"])
def test_a_base_url_that_would_leak_the_token_is_refused(transport_class: type, base_url: str) -> None:
    with pytest.raises(ConfigError):
        transport_class(base_url)


LARGEST = 10_000


async def announced(exchange: Exchange) -> None:
    # The announced length alone is enough.
    await exchange.send(b"HTTP/1.1 201 Created\r\nContent-Length: 10001\r\n\r\n")
    await exchange.hang()


async def unannounced(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(11):
        await exchange.send(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
    await exchange.hang()


async def bomb(exchange: Exchange) -> None:
    packed = gzip.compress(b"x" * 20_000_000)
    await exchange.respond(packed, status="201 Created", headers=b"Content-Encoding: gzip\r\n")


@pytest.mark.parametrize("handler", [announced, unannounced, bomb])
async def test_a_response_beyond_the_limit_is_refused_and_its_connection_closed(
    connect: Connect, handler: object
) -> None:
    async with fault_server(handler) as server:  # type: ignore[arg-type]
        with pytest.raises(
            ResponseTooLarge, match=r"PUT …/inventory returned 201 with more than 10,000 bytes"
        ) as caught:
            await connect(server.base_url, largest_response=LARGEST).send(PUT)
        assert (caught.value.status, caught.value.limit, caught.value.request_id) == (201, LARGEST, PUT.id)
        if handler is not bomb:
            await server.all_closed()


async def test_a_response_up_to_the_limit_is_read(connect: Connect) -> None:
    async def just_fits(exchange: Exchange) -> None:
        await exchange.respond(b"x" * LARGEST)

    async with fault_server(just_fits) as server:
        transport = connect(server.base_url, largest_response=LARGEST)
        assert len((await transport.send(GET)).body) == LARGEST


async def test_a_download_may_be_larger_than_the_limit(connect: Connect) -> None:
    async def large(exchange: Exchange) -> None:
        await exchange.respond(b"x" * 10 * LARGEST)

    async with (
        fault_server(large) as server,
        connect(server.base_url, largest_response=LARGEST).stream(GET) as response,
    ):
        assert sum([len(chunk) async for chunk in response.chunks]) == 10 * LARGEST
