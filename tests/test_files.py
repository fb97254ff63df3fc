"""Files are uploaded and downloaded in chunks; a file that is too large or interrupted leaves nothing behind."""

import asyncio
import json
import pickle
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ecwid_async import Call, NotFound, OutcomeUnknown, ResponseTooLarge, UploadTooLarge
from ecwid_async.calls import Channel
from ecwid_async.codec import Codec
from ecwid_async.files import IMAGE_LIMIT, Download, Progress, Source, upload_body
from ecwid_async.models.base import Model, model
from ecwid_async.resources.base import Resource
from ecwid_async.transport.aiohttp import AiohttpTransport
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import StreamBody
from tests.transport.fault_server import Exchange, FaultServer, Handler, fault_server


@model
class Uploaded(Model):
    """The result of an upload."""

    id: int | None = None


class Files(Resource):
    """A section with files, for these tests."""

    __slots__ = ()

    def upload(
        self,
        source: Source | None = None,
        *,
        external_url: str | None = None,
        max_bytes: int | None = None,
        progress: Progress | None = None,
    ) -> Call[Uploaded]:
        return self._upload(
            "POST /files/{fileId}",
            7,
            result_type=Uploaded,
            source=source,
            external_url=external_url,
            query={"fileName": "a.png"},
            max_bytes=max_bytes,
            progress=progress,
        )

    def download(self) -> Download:
        return self._download("GET /files/{fileId}", 7)


@asynccontextmanager
async def serve(handler: Handler) -> AsyncIterator[tuple[FaultServer, Files]]:
    async with fault_server(handler) as server:
        transport = AiohttpTransport(server.base_url)
        yield server, Files(Channel(transport, Codec()))
        await transport.aclose()


async def accept(exchange: Exchange) -> None:
    await exchange.respond(b'{"id":1}')


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_bytes_a_file_and_a_stream_arrive_unchanged(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x" * 200_000)
    async with serve(accept) as (server, files):
        for source in (b"x" * 200_000, tmp_path / "a.png", stream(b"x" * 150_000, b"x" * 50_000)):
            assert await files.upload(source) == Uploaded(id=1)
    for exchange in server.log:
        assert exchange.body == b"x" * 200_000
        assert exchange.line == "POST /api/v3/files/7?fileName=a.png HTTP/1.1"
        assert exchange.header("content-type") == "application/octet-stream"
    assert [exchange.header("content-length") for exchange in server.log] == ["200000", "200000", None]


async def test_megabytes_in_memory_are_sent_without_a_warning() -> None:
    """aiohttp warns about large bodies of plain bytes, and tests turn warnings into errors."""
    async with serve(accept) as (server, files):
        await files.upload(bytes(3 << 20))
    assert len(server.log[0].body) == 3 << 20
    assert server.log[0].header("content-length") == str(3 << 20)


async def test_a_url_is_sent_as_a_parameter_without_a_body() -> None:
    async with serve(accept) as (server, files):
        await files.upload(external_url="https://example.com/a b.png")
    assert server.log[0].line.split()[1].endswith("externalUrl=https%3A%2F%2Fexample.com%2Fa+b.png")
    assert server.log[0].body == b""


def test_an_upload_takes_exactly_one_source() -> None:
    files = Files(Channel(MemoryTransport([]), Codec()))
    for settings in ({}, {"source": b"", "external_url": "https://example.com"}):
        with pytest.raises(ValueError, match=r"POST /files/\{fileId\} needs exactly one of source and external_url"):
            files.upload(**settings)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"a str can't be uploaded: pass bytes, a pathlib\.Path"):
        files.upload("a.png")  # type: ignore[arg-type]


async def test_a_known_size_over_the_limit_fails_before_sending(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"12345")
    transport = MemoryTransport([])
    files = Files(Channel(transport, Codec()))
    for source in (b"12345", tmp_path / "a.png"):
        with pytest.raises(UploadTooLarge, match="the file has 5 bytes or more, and the API accepts 4") as caught:
            files.upload(source, max_bytes=4)
        assert (caught.value.size, caught.value.limit) == (5, 4)
        assert (await _drained(files.upload(source, max_bytes=5, progress=lambda *_: None).request.body)) == b"12345"
    with pytest.raises(FileNotFoundError):
        files.upload(tmp_path / "none.png")
    assert not transport.requests


async def _drained(body: object) -> bytes:
    assert isinstance(body, StreamBody)
    return b"".join([chunk async for chunk in body.chunks])


async def test_an_unknown_size_over_the_limit_fails_while_sending() -> None:
    async with serve(accept) as (server, files):
        with pytest.raises(UploadTooLarge):
            await files.upload(stream(b"123", b"45"), max_bytes=4)
    assert not server.log, "the server received no complete request"


@pytest.mark.parametrize("fails", [False, True])
async def test_a_stream_is_closed_after_the_exchange(fails: bool) -> None:
    """aiohttp reads only up to the announced length, so it does not reach the end of the generator."""
    closed: list[bool] = []

    async def source() -> AsyncIterator[bytes]:
        try:
            yield b"123"
        finally:
            closed.append(True)

    async def handle(exchange: Exchange) -> None:
        if fails:
            exchange.reset()
        else:
            await accept(exchange)

    async with serve(handle) as (_, files):
        call = files.upload(source())
        if fails:
            with pytest.raises(OutcomeUnknown):
                await call
        else:
            await call
        assert closed == [True]


async def test_an_error_in_a_stream_reaches_the_caller_unchanged() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"123"
        raise OSError("the disk is gone")

    async with serve(accept) as (_, files):
        with pytest.raises(OSError, match="the disk is gone"):
            await files.upload(broken())


def test_an_image_has_at_most_20_mb() -> None:
    assert IMAGE_LIMIT == 20 * 1024 * 1024
    assert upload_body(bytes(10), max_bytes=IMAGE_LIMIT) == bytes(10)


@pytest.mark.parametrize("known", [True, False])
async def test_progress_is_reported_in_bytes(known: bool) -> None:
    reported: list[tuple[int, int | None]] = []
    source = b"x" * 100_000 if known else stream(b"x" * 65_536, b"x" * 34_464)
    async with serve(accept) as (_, files):
        await files.upload(source, progress=lambda done, total: reported.append((done, total)))
    assert reported == [(65_536, 100_000 if known else None), (100_000, 100_000 if known else None)]


def test_a_call_with_a_stream_cannot_be_pickled() -> None:
    call = Files(Channel(MemoryTransport([]), Codec())).upload(stream(b"1"))
    with pytest.raises(TypeError, match="uploads a stream, which exists once and can't be pickled"):
        pickle.dumps(call)
    assert call.request.method == "POST"


async def test_a_download_is_read_saved_or_iterated(tmp_path: Path) -> None:
    async def send(exchange: Exchange) -> None:
        await exchange.respond(b"x" * 200_000)

    reported: list[tuple[int, int | None]] = []
    async with serve(send) as (server, files):
        assert await files.download().read() == b"x" * 200_000
        saved = await files.download().save(tmp_path / "a.pdf", progress=lambda *sizes: reported.append(sizes))
        async with files.download().open() as response:
            assert sum([len(chunk) async for chunk in response.chunks]) == 200_000
    assert saved == 200_000
    assert (tmp_path / "a.pdf").read_bytes() == b"x" * 200_000
    assert reported[-1] == (200_000, 200_000)
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]
    assert len(server.log) == 3


async def test_a_refused_download_raises_the_error_of_the_api(tmp_path: Path) -> None:
    transport = MemoryTransport(lambda _: make_response({"errorMessage": "File #7 not found"}, status=404))
    download = Files(Channel(transport, Codec())).download()
    with pytest.raises(NotFound, match="File #7 not found"):
        await download.save(tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


async def test_an_error_response_that_is_cut_off_raises_its_error() -> None:
    async def cut(exchange: Exchange) -> None:
        await exchange.send(b'HTTP/1.1 404 Not Found\r\nContent-Length: 600\r\n\r\n{"errorMess')
        exchange.writer.close()

    async with serve(cut) as (_, files):
        with pytest.raises(NotFound):
            await files.download().read()


@pytest.mark.parametrize("announced", [True, False])
async def test_reading_a_file_into_memory_has_a_limit(announced: bool) -> None:
    async def send(exchange: Exchange) -> None:
        if announced:
            await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n1")
        else:
            await exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n%b\r\n" % bytes(1000))
        await exchange.hang()

    async with serve(send) as (_, files):
        with pytest.raises(ResponseTooLarge, match=r"more than 999 bytes .* Save it to disk"):
            await files.download().read(max_bytes=999)
        if announced:
            with pytest.raises(ResponseTooLarge, match="268,435,456"):
                await files.download().read()


async def test_a_file_of_exactly_the_limit_is_read() -> None:
    download = Files(Channel(MemoryTransport([make_response(b"x" * 1000)]), Codec())).download()
    assert await download.read(max_bytes=1000) == b"x" * 1000


async def test_an_interrupted_download_keeps_the_existing_file(tmp_path: Path) -> None:
    async def send_half(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        exchange.writer.close()

    (tmp_path / "a.pdf").write_bytes(b"before")
    async with serve(send_half) as (_, files):
        with pytest.raises(OutcomeUnknown):
            await files.download().save(tmp_path / "a.pdf")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.pdf": b"before"}


async def test_a_cancelled_download_leaves_no_file(tmp_path: Path) -> None:
    async def stall(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        await asyncio.Event().wait()

    begun = asyncio.Event()
    async with serve(stall) as (_, files):
        saving = asyncio.create_task(files.download().save(tmp_path / "a.pdf", progress=lambda *_: begun.set()))
        await begun.wait()
        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving
    assert list(tmp_path.iterdir()) == []


SERVER = """
import asyncio

async def serve(reader, writer):
    head = (await reader.readuntil(b"\\r\\n\\r\\n")).decode()
    if head.startswith("GET"):
        writer.write(b"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n" % SIZE)
        for _ in range(SIZE >> 16):
            writer.write(bytes(1 << 16))
            await writer.drain()
    else:
        left = SIZE
        while left:
            left -= len(await reader.read(1 << 16))
        writer.write(b'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 8\\r\\n\\r\\n{"id":1}')
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

SIZE = 200 << 20
asyncio.run(main())
"""
CLIENT = """
import asyncio, json, pathlib, resource, sys
from ecwid_async.calls import Channel
from ecwid_async.codec import Codec
from ecwid_async.transport.aiohttp import AiohttpTransport
from tests.test_files import Files

async def main(port, folder):
    transport = AiohttpTransport(f"http://127.0.0.1:{port}/api/v3")
    files = Files(Channel(transport, Codec()))
    big = folder / "big"
    with big.open("wb") as file:
        file.truncate(200 << 20)
    transport._sessions.get()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await files.upload(big)
    saved = await files.download().save(folder / "copy")
    print(json.dumps([saved, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
    await transport.aclose()

asyncio.run(main(sys.argv[1], pathlib.Path(sys.argv[2])))
"""


@pytest.mark.slow
def test_200_mb_are_uploaded_and_downloaded_in_less_than_16_mb_of_memory(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            client = subprocess.run(
                [sys.executable, "-c", CLIENT, port, str(tmp_path)], capture_output=True, text=True, timeout=120
            )
        finally:
            server.terminate()
    assert client.returncode == 0, client.stderr
    saved, grown_kb = json.loads(client.stdout)
    assert saved == 200 << 20
    assert grown_kb < 16 * 1024
