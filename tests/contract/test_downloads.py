"""A body that is read while it arrives."""

import asyncio

import pytest

from ecwid_async.errors import OutcomeUnknown
from ecwid_async.transport.settings import Timeouts
from tests.contract.conftest import Connect
from tests.contract.requests import GET, answer
from tests.transport.fault_server import Exchange, fault_server

HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc"


async def test_a_download_arrives_in_chunks(connect: Connect) -> None:
    async def slowly(exchange: Exchange) -> None:
        await exchange.send(HALF)
        await half_read.wait()
        await exchange.send(b"def")

    half_read = asyncio.Event()
    async with fault_server(slowly) as server, connect(server.base_url).stream(GET) as response:
        assert response.status == 200
        assert response.headers["content-length"] == "6"
        assert await anext(response.chunks) == b"abc"
        half_read.set()
        assert [chunk async for chunk in response.chunks] == [b"def"]


async def test_a_download_may_take_longer_than_a_call(connect: Connect) -> None:
    async def trickle(exchange: Exchange) -> None:
        await exchange.send(HALF)
        await asyncio.sleep(0.1)
        await exchange.send(b"def")

    async with (
        fault_server(trickle) as server,
        connect(server.base_url, timeouts=Timeouts(total=0.05, read=2.0)).stream(GET) as response,
    ):
        assert b"".join([chunk async for chunk in response.chunks]) == b"abcdef"


async def test_a_download_must_not_stall(connect: Connect) -> None:
    async def stall(exchange: Exchange) -> None:
        await exchange.send(HALF)
        await exchange.hang()

    async with fault_server(stall) as server:
        with pytest.raises(OutcomeUnknown):
            async with connect(server.base_url, timeouts=Timeouts(read=0.05)).stream(GET) as response:
                assert [chunk async for chunk in response.chunks] == [b"abc"]
        await server.all_closed()


async def test_a_download_must_begin_in_time(connect: Connect) -> None:
    async with fault_server(lambda exchange: exchange.hang()) as server:
        with pytest.raises(OutcomeUnknown):
            async with connect(server.base_url, timeouts=Timeouts(read=0.05)).stream(GET):
                pass
        await server.all_closed()


@pytest.mark.parametrize("ends_by", ["close", "reset"])
async def test_a_download_that_breaks_off_is_an_error(connect: Connect, ends_by: str) -> None:
    async def half(exchange: Exchange) -> None:
        await exchange.send(HALF)
        await half_read.wait()
        exchange.writer.close() if ends_by == "close" else exchange.reset()

    half_read = asyncio.Event()
    async with fault_server(half) as server, connect(server.base_url).stream(GET) as response:
        assert await anext(response.chunks) == b"abc"
        half_read.set()
        with pytest.raises(OutcomeUnknown):
            await anext(response.chunks)


async def test_leaving_early_closes_the_connection_and_frees_its_place(connect: Connect) -> None:
    async def endless(exchange: Exchange) -> None:
        if len(server.log) > 1:
            return await answer(exchange)
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc")
        return await exchange.hang()

    async with fault_server(endless) as server:
        transport = connect(server.base_url, connections=1)
        async with transport.stream(GET) as response:
            assert await anext(response.chunks) == b"abc"
        await server.all_closed()
        assert (await transport.send(GET)).status == 200


@pytest.mark.parametrize("error", [TimeoutError("mine"), ValueError("mine"), RuntimeError("mine")])
async def test_an_error_of_the_reader_s_own_passes_as_it_is(connect: Connect, error: Exception) -> None:
    async def endless(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc")
        await exchange.hang()

    async with fault_server(endless) as server:
        with pytest.raises(type(error), match="mine") as caught:
            async with connect(server.base_url).stream(GET):
                raise error
        assert caught.value is error
        await server.all_closed()
