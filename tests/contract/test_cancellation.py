"""An exchange cancelled at any await, natively or by a scope, frees its connection and leaves no partial file."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from pathlib import Path

import pytest
from attrs import evolve

from ecwid_async.calls import Channel
from ecwid_async.codec import Codec
from ecwid_async.files import Download, upload_body
from ecwid_async.wire import StreamBody, Transport
from tests.cancelling import KINDS, Kind, run_cancelled_at
from tests.contract.conftest import Connect
from tests.contract.requests import GET, PUT
from tests.transport.fault_server import Exchange, fault_server

FILE = b"x" * 100_000


async def in_chunks(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(2):
        await exchange.send(b"c350\r\n" + FILE[:50_000] + b"\r\n")
        await asyncio.sleep(0)
    await exchange.send(b"0\r\n\r\n")


async def read(transport: Transport, folder: Path) -> None:
    assert (await transport.send(GET)).body == FILE


async def stream(transport: Transport, folder: Path) -> None:
    async with transport.stream(GET) as response:
        assert b"".join([chunk async for chunk in response.chunks]) == FILE


async def save(transport: Transport, folder: Path) -> None:
    await Download(GET, Channel(transport, Codec())).save(folder / "saved")


async def upload(transport: Transport, folder: Path) -> None:
    await transport.send(evolve(PUT, body=upload_body(folder / "source")))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("work", [read, stream, save, upload])
async def test_a_cancelled_exchange_frees_its_connection_and_leaves_no_partial_file(
    connect: Connect, tmp_path: Path, work: Callable[[Transport, Path], Awaitable[None]], kind: Kind
) -> None:
    source = tmp_path / "source"
    source.write_bytes(FILE)
    saved = tmp_path / "saved"
    async with fault_server(in_chunks) as server:
        transport = connect(server.base_url, connections=1)
        for step in count(1):
            reached = await run_cancelled_at(step, lambda: work(transport, tmp_path), kind)
            assert {path.name for path in tmp_path.iterdir()} <= {"source", "saved"}
            assert not saved.exists() or saved.read_bytes() == FILE
            saved.unlink(missing_ok=True)
            async with asyncio.timeout(20):
                assert (await transport.send(GET)).status == 200
            if not reached:
                break
    assert step > 1


@pytest.mark.parametrize("kind", KINDS)
async def test_closing_completes_wherever_it_is_cancelled(connect: Connect, kind: Kind) -> None:
    async with fault_server(in_chunks) as server:
        for step in count(1):
            transport = connect(server.base_url)
            await transport.send(GET)
            reached = await run_cancelled_at(step, transport.aclose, kind)
            await server.all_closed()
            if not reached:
                break


@pytest.mark.parametrize("kind", KINDS)
async def test_the_source_of_a_cancelled_upload_is_closed(connect: Connect, kind: Kind) -> None:
    opened = closed = 0

    async def source() -> AsyncIterator[bytes]:
        nonlocal opened, closed
        opened += 1
        try:
            for _ in range(3):
                await asyncio.sleep(0)
                yield FILE
        finally:
            closed += 1

    async with fault_server(in_chunks) as server:
        transport = connect(server.base_url)
        for step in count(1):
            reached = await run_cancelled_at(step, lambda: transport.send(evolve(PUT, body=StreamBody(source()))), kind)
            async with asyncio.timeout(20):
                while opened > closed:  # noqa: ASYNC110  its reader closes it
                    await asyncio.sleep(0)
            if not reached:
                break
    assert opened
