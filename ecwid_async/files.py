"""Bytes in and out: what is uploaded from memory, disk or a stream, and what is downloaded, never whole in memory."""

import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from contextlib import ExitStack, aclosing, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from ecwid_async.calls import Channel
from ecwid_async.errors import ResponseTooLarge, TransportError, UploadChanged, UploadTooLarge
from ecwid_async.primitives.finishing import finish_in_thread
from ecwid_async.wire import Body, Request, Response, StreamBody, StreamedResponse, content_length

__all__ = ["IMAGE_LIMIT", "READ_LIMIT", "Download", "Progress", "Source", "upload_body"]

Source = bytes | os.PathLike[str] | AsyncIterable[bytes]
"""What can be uploaded: bytes, the path of a file, or chunks as they come."""

Progress = Callable[[int, int | None], object]
"""Hears how many bytes have moved, and how many there are in all where that is known."""

IMAGE_LIMIT: Final = 20 * 1024 * 1024
"""The most bytes that the API takes for an image: 20 MB."""

READ_LIMIT: Final = 256 * 1024 * 1024
"""The most bytes that `Download.read` takes into memory unless told otherwise."""

_SAVE_IT: Final = "Save it to disk with `save`, or pass a larger `most`."
_CHUNK: Final = 64 * 1024
# Each costs a turn of a worker thread.
_FILE_CHUNK: Final = 256 * 1024
_ERROR_BODY: Final = 64 * 1024


def upload_body(source: Source, *, most: int | None = None, progress: Progress | None = None) -> Body:
    """The body of a request that uploads `source`, read while it is sent.

    Bytes can be sent again after a failure; a file or a stream can not. Raises `UploadTooLarge` for more than `most`
    bytes: at once where the size is known, else as soon as they are reached. Raises `OSError` for a file that is not
    there. Sending it raises `UploadChanged` for a file that another one replaced or that is written to meanwhile.
    """
    if isinstance(source, bytes):
        _check(len(source), most)
        return (
            source
            if progress is None
            else StreamBody(_Counted(_sliced(source), most, progress, len(source)), len(source))
        )
    if isinstance(source, os.PathLike):
        path = Path(source)
        found = path.stat()
        _check(found.st_size, most)
        return StreamBody(_Counted(_read(path, found), most, progress, found.st_size), found.st_size)
    if not isinstance(source, AsyncIterable):
        raise TypeError(
            f"a {type(source).__name__} can't be uploaded: pass bytes, a pathlib.Path, or an async iterable"
        )
    return StreamBody(_Counted(source, most, progress, None))


def _check(size: int, most: int | None) -> None:
    if most is not None and size > most:
        raise UploadTooLarge(size, most)


async def _sliced(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]


async def _read(path: Path, found: os.stat_result) -> AsyncIterator[bytes]:
    # The stack closes also what a thread opens for a task that is cancelled meanwhile.
    with ExitStack() as opened:
        file = await finish_in_thread(lambda: opened.enter_context(path.open("rb")))
        _check_same(found, file)
        while chunk := await finish_in_thread(partial(file.read, _FILE_CHUNK)):
            yield chunk
        _check_same(found, file)


def _check_same(found: os.stat_result, file: BinaryIO) -> None:
    now = os.fstat(file.fileno())
    if now.st_size != found.st_size:
        raise UploadChanged(f"it was {found.st_size:,} bytes and is {now.st_size:,} now")
    if now.st_mtime_ns != found.st_mtime_ns:
        raise UploadChanged("it was written to")


class _Counted:
    """Chunks that are counted while they are sent. Closing it closes their source, also where it was never read."""

    def __init__(
        self, chunks: AsyncIterable[bytes], most: int | None, progress: Progress | None, total: int | None
    ) -> None:
        self._chunks = chunks
        self._most = most
        self._progress = progress
        self._total = total

    async def __aiter__(self) -> AsyncIterator[bytes]:
        sent = 0
        async for chunk in self._chunks:
            sent += len(chunk)
            _check(sent, self._most)
            yield chunk
            if self._progress is not None:
                self._progress(sent, self._total)

    async def aclose(self) -> None:
        await StreamBody(self._chunks).aclose()


class Download:
    """A file that the API answers with, not asked for yet.

    `read` gives its bytes, `save` writes it to disk, `open` yields chunks while they arrive. Each asks anew. What is
    interrupted is repeated, and resumed once some of it was yielded, where the server offers parts of the file.
    """

    __slots__ = ("_channel", "_request")

    def __init__(self, request: Request, channel: Channel) -> None:
        self._request = request
        self._channel = channel

    @property
    def request(self) -> Request:
        """What is sent, relative to a store and without credentials."""
        return self._request

    def __repr__(self) -> str:
        return f"<Download {self._request}>"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[StreamedResponse]:
        """The answer with its chunks to iterate, its connection open until the block ends.

        Raises `APIError` for an answer that is no file, `TransportError` where it breaks off and can't be resumed.
        """
        async with self._channel.transport.stream(self._request) as response:
            if not 200 <= response.status < 300:
                body = b""
                # The status alone says enough, should the rest be cut off.
                with suppress(TransportError):
                    async for chunk in response.chunks:
                        body += chunk
                        if len(body) > _ERROR_BODY:
                            break
                raise self._channel.error(self._request, Response(response.status, response.headers, body))
            yield response

    async def read(self, *, most: int = READ_LIMIT, progress: Progress | None = None) -> bytes:
        """The whole file in memory.

        Raises `ResponseTooLarge` as soon as it has more than `most` bytes: `save` takes files of any size.
        """
        parts = bytearray()
        async with aclosing(self._chunks(progress, most)) as chunks:
            async for chunk in chunks:
                parts += chunk
        return bytes(parts)

    async def save(self, path: str | os.PathLike[str], *, progress: Progress | None = None) -> int:
        """Write the file to `path` and tell its size in bytes.

        It appears there only when it is whole, in place of what had that name. Raises `OSError` where the disk refuses.
        """
        target = Path(path)
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        size = 0
        try:
            # As in `_read`.
            with ExitStack() as opened:
                file = await finish_in_thread(lambda: opened.enter_context(part.open("xb")))
                async with aclosing(self._chunks(progress)) as chunks:
                    async for chunk in chunks:
                        size += await finish_in_thread(partial(file.write, chunk))
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return size

    async def _chunks(self, progress: Progress | None, most: int | None = None) -> AsyncGenerator[bytes]:
        async with self.open() as response:
            plain = "content-encoding" not in response.headers
            total = content_length(response.headers) if plain else None
            received = 0
            async for chunk in response.chunks:
                received += len(chunk)
                if most is not None and max(received, total or 0) > most:
                    raise ResponseTooLarge(self._request, response.status, most, advice=_SAVE_IT)
                yield chunk
                if progress is not None:
                    progress(received, total)
