"""A file that changes while it is uploaded is an error: neither a part nor a mixture is accepted as the whole."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from attrs import evolve

from ecwid_async import Ecwid
from ecwid_async.errors import InvalidToken, UploadChanged
from ecwid_async.files import upload_body
from ecwid_async.sandbox import Sandbox
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import StreamBody, Transport
from tests.contract.conftest import Connect
from tests.contract.requests import GET, PUT, respond
from tests.transport.fault_server import FaultServer, fault_server

SIZE = 2_000_000


def grow(file: Path) -> None:
    with file.open("ab") as opened:
        opened.write(b"y" * 5000)


def shrink(file: Path) -> None:
    os.truncate(file, 1000)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def rewrite(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"y" * SIZE)
    later = file.stat().st_mtime_ns + 1_000_000
    os.utime(file, ns=(later, later))


CHANGES = {grow: "is longer now|is 2,005,000 now", shrink: "is 1,000 now", empty: "is 0 now", rewrite: "was written to"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * SIZE)
    return path


async def assert_refused(transport: Transport, server: FaultServer, body: StreamBody, message: str) -> None:
    async with asyncio.timeout(30):
        with pytest.raises(UploadChanged, match=message) as caught:
            await transport.send(evolve(PUT, body=body))
    assert caught.value.outcome == "not_sent"
    assert not server.log, "the server got a complete request"
    assert (await transport.send(GET)).status == 200


@pytest.mark.parametrize("change", CHANGES)
async def test_a_file_that_changed_before_it_is_sent_is_an_error(
    connect: Connect, file: Path, change: Callable[[Path], None]
) -> None:
    body = upload_body(file)
    assert isinstance(body, StreamBody)
    change(file)
    async with fault_server(respond) as server:
        await assert_refused(connect(server.base_url), server, body, CHANGES[change])


@pytest.mark.parametrize("change", CHANGES)
async def test_a_file_that_changes_while_it_is_sent_is_an_error(
    connect: Connect, file: Path, change: Callable[[Path], None]
) -> None:
    begun = False

    def change_once(_sent: int, _total: int | None) -> None:
        nonlocal begun
        if not begun:
            change(file)
        begun = True

    body = upload_body(file, progress=change_once)
    assert isinstance(body, StreamBody)
    async with fault_server(respond) as server:
        await assert_refused(connect(server.base_url), server, body, "it was")
    assert begun


async def test_a_file_replaced_while_it_is_sent_arrives_unchanged(connect: Connect, file: Path, tmp_path: Path) -> None:
    def replace(_sent: int, _total: int | None) -> None:
        (tmp_path / "new").write_bytes(b"y")
        (tmp_path / "new").replace(file)

    async with fault_server(respond) as server:
        await connect(server.base_url).send(evolve(PUT, body=upload_body(file, progress=replace)))
    assert server.log[0].body == b"x" * SIZE


@pytest.mark.parametrize("chunks", [[], [b"abc"], [b"abc", b"defg"], [b"abcdef", b"g"], [b"abcdefg"]], ids=str)
async def test_a_body_of_a_length_other_than_announced_is_an_error(connect: Connect, chunks: list[bytes]) -> None:
    async def source() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async with fault_server(respond) as server:
        await assert_refused(connect(server.base_url), server, StreamBody(source(), 6), "it was 6 bytes")


async def test_an_unchanged_file_arrives_in_any_number_of_chunks(connect: Connect, tmp_path: Path) -> None:
    async with fault_server(respond) as server:
        transport = connect(server.base_url)
        for size in (0, 1, 65_536, 262_144, 262_145):
            (tmp_path / "a.bin").write_bytes(b"x" * size)
            await transport.send(evolve(PUT, body=upload_body(tmp_path / "a.bin")))
            assert server.log[-1].body == b"x" * size


class Source:
    """Chunks from an object, because a generator would close itself."""

    def __init__(self) -> None:
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"abc"

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.parametrize("make", [lambda: MemoryTransport([make_response({})]), Sandbox], ids=["memory", "sandbox"])
async def test_a_transport_without_a_network_closes_the_source_too(make: Callable[[], Transport]) -> None:
    source = Source()
    await make().send(evolve(PUT, body=StreamBody(source)))
    assert source.closed


async def test_a_source_that_no_transport_read_is_closed() -> None:
    source = Source()
    dead = make_response({"errorCode": "INVALID_API_TOKEN"}, status=403)
    store = Ecwid(transport=MemoryTransport([dead])).store(1003, "secret_x")
    for call in (store.orders.get("A"), store.products.files.upload(1, source, file_name="a")):
        with pytest.raises(InvalidToken):
            await call
    assert source.closed
