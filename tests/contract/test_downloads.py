"""Downloads: bodies that are read while they arrive."""

import asyncio
from pathlib import Path

import pytest

from ecwid_async import Ecwid, RetryPolicy
from ecwid_async.errors import OutcomeUnknown
from ecwid_async.files import Download
from tests.clock import Clock
from tests.contract.conftest import Connect
from tests.contract.requests import GET, PUT, respond
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


async def test_an_unrequested_part_of_a_body_is_an_error(connect: Connect) -> None:
    async def part(exchange: Exchange) -> None:
        await exchange.respond(b'{"a":1}', status="206 Partial Content", headers=b"Content-Range: bytes 0-6/14\r\n")

    async with fault_server(part) as server:
        transport = connect(server.base_url)
        with pytest.raises(OutcomeUnknown, match="a part of the body"):
            async with transport.stream(GET) as response:
                await anext(response.chunks)
        for request in (GET, PUT):
            with pytest.raises(OutcomeUnknown, match="a part of the body"):
                await transport.send(request)


async def test_a_download_may_take_longer_than_a_call(connect: Connect, clock: Clock) -> None:
    async def trickle(exchange: Exchange) -> None:
        await exchange.send(HALF)
        for byte in (b"d", b"e", b"f"):
            await read.acquire()
            await exchange.send(byte)

    read = asyncio.Semaphore(0)
    async with fault_server(trickle) as server, connect(server.base_url).stream(GET) as response:
        received = b""
        async for chunk in response.chunks:
            received += chunk
            clock.advance(25)
            read.release()
    assert received == b"abcdef"


async def test_a_download_must_not_stall(connect: Connect, clock: Clock) -> None:
    async def stall(exchange: Exchange) -> None:
        await exchange.send(HALF)
        await exchange.hang()

    async with fault_server(stall) as server:
        async with connect(server.base_url).stream(GET) as response:
            assert await anext(response.chunks) == b"abc"
            with pytest.raises(OutcomeUnknown):
                await clock.wait(anext(response.chunks))
        await server.all_closed()


async def test_a_download_must_begin_in_time(connect: Connect, clock: Clock) -> None:
    async with fault_server(lambda exchange: exchange.hang()) as server:
        opening = asyncio.ensure_future(connect(server.base_url).stream(GET).__aenter__())
        await server.arrived(1)
        with pytest.raises(OutcomeUnknown):
            await clock.wait(opening)
        await server.all_closed()


@pytest.mark.parametrize("ends_by", ["close", "reset"])
async def test_an_interrupted_download_is_an_error(connect: Connect, ends_by: str) -> None:
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


async def test_leaving_early_closes_the_connection_and_frees_its_slot(connect: Connect) -> None:
    async def endless(exchange: Exchange) -> None:
        if len(server.log) > 1:
            return await respond(exchange)
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc")
        return await exchange.hang()

    async with fault_server(endless) as server:
        transport = connect(server.base_url, connections=1)
        async with transport.stream(GET) as response:
            assert await anext(response.chunks) == b"abc"
        await server.all_closed()
        assert (await transport.send(GET)).status == 200


@pytest.mark.parametrize("error", [TimeoutError("mine"), ValueError("mine"), RuntimeError("mine")])
async def test_an_error_of_the_reader_passes_through_unchanged(connect: Connect, error: Exception) -> None:
    async def endless(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc")
        await exchange.hang()

    async with fault_server(endless) as server:
        with pytest.raises(type(error), match="mine") as caught:
            async with connect(server.base_url).stream(GET):
                raise error
        assert caught.value is error
        await server.all_closed()


FILE = bytes(range(256)) * 2000


class InterruptingServer:
    """Serves a file but disconnects after each quarter of it. Offers the rest if `etag` is given."""

    def __init__(self, etag: bytes | None, first: bytes | None = None) -> None:
        self.etag = etag
        self.first = first
        self.served = 0

    async def __call__(self, exchange: Exchange) -> None:
        if self.first is not None:
            first, self.first = self.first, None
            return await exchange.send(first)
        self.served += 1
        start = int((exchange.header("range") or "bytes=0-")[6:-1])
        head = b"HTTP/1.1 200 OK\r\n"
        if start:
            assert exchange.header("if-range") == (self.etag or b"").decode()
            head = b"HTTP/1.1 206 Partial\r\nContent-Range: bytes %d-%d/%d\r\n" % (start, len(FILE) - 1, len(FILE))
        if self.etag is not None:
            head += b"Accept-Ranges: bytes\r\nETag: %s\r\n" % self.etag
        rest = FILE[start:]
        await exchange.send(b"%sContent-Length: %d\r\n\r\n%s" % (head, len(rest), rest[: len(FILE) // 4]))
        if len(rest) > len(FILE) // 4:
            exchange.writer.close()
        return None


def file_of(ecwid: Ecwid) -> Download:
    store = ecwid.store(1003, "secret_x")
    store.transport._sleep = lambda _: asyncio.sleep(0)  # type: ignore[attr-defined]
    return store.products.files.download(1, 2)


BUSY = b"HTTP/1.1 %s\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("first", [None, BUSY % b"429 Too many", BUSY % b"503 Busy"], ids=["file", "429", "503"])
async def test_an_interrupted_file_download_is_resumed(connect: Connect, tmp_path: Path, first: bytes | None) -> None:
    async with fault_server(InterruptingServer(b'"v1"', first)) as server:
        ecwid = Ecwid(transport=connect(server.base_url), retry=RetryPolicy(attempts=6), quota=None)
        assert await file_of(ecwid).save(tmp_path / "file") == len(FILE)
    assert (tmp_path / "file").read_bytes() == FILE


async def test_a_download_that_can_t_be_resumed_is_a_clear_error(connect: Connect, tmp_path: Path) -> None:
    async with fault_server(served := InterruptingServer(None)) as server:
        ecwid = Ecwid(transport=connect(server.base_url), quota=None)
        with pytest.raises(OutcomeUnknown, match=r"interrupted after .* can't be resumed: the server does not support"):
            await file_of(ecwid).save(tmp_path / "file")
    assert served.served == 1
    assert not list(tmp_path.iterdir())
