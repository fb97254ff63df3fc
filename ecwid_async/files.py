"""Bytes in and out: what is uploaded from memory, disk or a stream, and what is downloaded, never whole in memory."""

import os
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from ecwid_async.calls import Channel
from ecwid_async.errors import UploadTooLarge, api_error
from ecwid_async.wire import Body, Request, Response, StreamBody, StreamedResponse

__all__ = ["IMAGE_LIMIT", "Download", "Progress", "Source", "upload_body"]

Source = bytes | os.PathLike[str] | AsyncIterable[bytes]
"""What can be uploaded: bytes, the path of a file, or chunks as they come."""

Progress = Callable[[int, int | None], object]
"""Hears how many bytes have moved, and how many there are in all where that is known."""

IMAGE_LIMIT: Final = 20 * 1024 * 1024
"""The most bytes that the API takes for an image: 20 MB."""

_CHUNK: Final = 64 * 1024
_ERROR_BODY: Final = 64 * 1024


def upload_body(source: Source, *, most: int | None = None, progress: Progress | None = None) -> Body:
    """The body of a request that uploads `source`, read while it is sent.

    Bytes can be sent again after a failure; a file or a stream can not. Raises `UploadTooLarge` for more than `most`
    bytes: at once where the size is known, else as soon as they are reached. Raises `OSError` for a file that is not
    there.
    """
    if isinstance(source, bytes):
        _check(len(source), most)
        return (
            source
            if progress is None
            else StreamBody(_counted(_sliced(source), most, progress, len(source)), len(source))
        )
    if isinstance(source, os.PathLike):
        path = Path(source)
        size = path.stat().st_size
        _check(size, most)
        return StreamBody(_counted(_read(path), most, progress, size), size)
    if not isinstance(source, AsyncIterable):
        raise TypeError(
            f"a {type(source).__name__} can't be uploaded: pass bytes, a pathlib.Path, or an async iterable"
        )
    return StreamBody(_counted(source, most, progress, None))


def _check(size: int, most: int | None) -> None:
    if most is not None and size > most:
        raise UploadTooLarge(size, most)


async def _sliced(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]


async def _read(path: Path) -> AsyncIterator[bytes]:
    # Closed without an await, so that it is closed however the sending ends.
    with await anyio.to_thread.run_sync(path.open, "rb") as file:
        while chunk := await anyio.to_thread.run_sync(file.read, _CHUNK):
            yield chunk


async def _counted(
    chunks: AsyncIterable[bytes], most: int | None, progress: Progress | None, total: int | None
) -> AsyncIterator[bytes]:
    sent = 0
    try:
        async for chunk in chunks:
            sent += len(chunk)
            _check(sent, most)
            yield chunk
            if progress is not None:
                progress(sent, total)
    finally:
        await StreamBody(chunks).aclose()


class Download:
    """A file that the API answers with, not asked for yet.

    `read` gives its bytes, `save` writes it to disk, `open` hands out chunks while they arrive. Each asks anew.
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

        Raises `APIError` for an answer that is no file, `TransportError` where it breaks off.
        """
        async with self._channel.transport.stream(self._request) as response:
            if not 200 <= response.status < 300:
                body = b""
                async for chunk in response.chunks:
                    body += chunk
                    if len(body) > _ERROR_BODY:
                        break
                raise api_error(self._request, Response(response.status, response.headers, body))
            yield response

    async def read(self, *, progress: Progress | None = None) -> bytes:
        """The whole file in memory."""
        return b"".join([chunk async for chunk in self._chunks(progress)])

    async def save(self, path: str | os.PathLike[str], *, progress: Progress | None = None) -> int:
        """Write the file to `path` and tell its size in bytes.

        It appears there only when it is whole, in place of what had that name. Raises `OSError` where the disk refuses.
        """
        target = Path(path)
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        size = 0
        try:
            async with await anyio.open_file(part, "xb") as file:
                async for chunk in self._chunks(progress):
                    size += await file.write(chunk)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return size

    async def _chunks(self, progress: Progress | None) -> AsyncIterator[bytes]:
        async with self.open() as response:
            length = response.headers.get("content-length", "")
            total = int(length) if length.isdigit() and "content-encoding" not in response.headers else None
            received = 0
            async for chunk in response.chunks:
                received += len(chunk)
                yield chunk
                if progress is not None:
                    progress(received, total)
