"""Uploads from memory, disk or a stream, and downloads, without holding a whole file in memory."""

import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from contextlib import ExitStack, aclosing, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from ecwid_async.calls import Channel, within_deadline
from ecwid_async.errors import ResponseTooLarge, TransportError, UploadChanged, UploadTooLarge
from ecwid_async.primitives.shielding import run_shielded_in_thread
from ecwid_async.wire import Body, Request, Response, StreamBody, StreamedResponse, parse_content_length

__all__ = ["IMAGE_LIMIT", "READ_LIMIT", "Download", "Progress", "Source", "upload_body"]

Source = bytes | os.PathLike[str] | AsyncIterable[bytes]
"""An upload: bytes, the path of a file, or an async iterable of chunks."""

Progress = Callable[[int, int | None], object]
"""Called with the number of bytes transferred so far and the total, None if it is unknown."""

IMAGE_LIMIT: Final = 20 * 1024 * 1024
"""The largest image that the API accepts, in bytes (20 MB)."""

READ_LIMIT: Final = 256 * 1024 * 1024
"""The default limit of `Download.read`, in bytes (256 MB)."""

_READ_ADVICE: Final = "Save it to disk with `save`, or pass a larger `max_bytes`."
_CHUNK_SIZE: Final = 64 * 1024
# Larger, since each read switches to a worker thread.
_FILE_CHUNK_SIZE: Final = 256 * 1024
_MAX_ERROR_BODY: Final = 64 * 1024


def upload_body(source: Source, *, max_bytes: int | None = None, progress: Progress | None = None) -> Body:
    """Return the body of a request that uploads `source`, which is read while it is sent.

    Bytes can be sent again after a failure; a file or a stream can't. Raises `UploadTooLarge` for more than `max_bytes`
    bytes: at once if the size is known, otherwise as soon as the limit is exceeded. Raises `OSError` for a file that
    does not exist, and `TypeError` for any other kind of source. Sending raises `UploadChanged` if the file is replaced
    or written to meanwhile.
    """
    if isinstance(source, bytes):
        _check_size(len(source), max_bytes)
        if progress is None:
            return source
        return StreamBody(_CountedChunks(_split(source), max_bytes, progress, len(source)), len(source))
    if isinstance(source, os.PathLike):
        path = Path(source)
        status = path.stat()
        _check_size(status.st_size, max_bytes)
        return StreamBody(_CountedChunks(_read_file(path, status), max_bytes, progress, status.st_size), status.st_size)
    if not isinstance(source, AsyncIterable):
        raise TypeError(
            f"a {type(source).__name__} can't be uploaded: pass bytes, a pathlib.Path, or an async iterable"
        )
    return StreamBody(_CountedChunks(source, max_bytes, progress, None))


def _check_size(size: int, max_bytes: int | None) -> None:
    if max_bytes is not None and size > max_bytes:
        raise UploadTooLarge(size, max_bytes)


async def _split(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), _CHUNK_SIZE):
        yield data[start : start + _CHUNK_SIZE]


async def _read_file(path: Path, expected: os.stat_result) -> AsyncIterator[bytes]:
    # The stack also closes a file that a thread opens for a task that is cancelled meanwhile.
    with ExitStack() as stack:
        file = await run_shielded_in_thread(lambda: stack.enter_context(path.open("rb")))
        _check_unchanged(expected, file)
        while chunk := await run_shielded_in_thread(partial(file.read, _FILE_CHUNK_SIZE)):
            yield chunk
        _check_unchanged(expected, file)


def _check_unchanged(expected: os.stat_result, file: BinaryIO) -> None:
    now = os.fstat(file.fileno())
    if now.st_size != expected.st_size:
        raise UploadChanged(f"it was {expected.st_size:,} bytes and is {now.st_size:,} now")
    if now.st_mtime_ns != expected.st_mtime_ns:
        raise UploadChanged("it was written to")


class _CountedChunks:
    """Counts chunks while they are sent. `aclose` closes their source, even if it was never read."""

    def __init__(
        self, chunks: AsyncIterable[bytes], max_bytes: int | None, progress: Progress | None, total: int | None
    ) -> None:
        self._chunks = chunks
        self._max_bytes = max_bytes
        self._progress = progress
        self._total = total

    async def __aiter__(self) -> AsyncIterator[bytes]:
        sent = 0
        async for chunk in self._chunks:
            sent += len(chunk)
            _check_size(sent, self._max_bytes)
            yield chunk
            if self._progress is not None:
                self._progress(sent, self._total)

    async def aclose(self) -> None:
        await StreamBody(self._chunks).aclose()


class Download:
    """A file to download; nothing is requested until `read`, `save` or `open` is called.

    `read` returns the bytes, `save` writes them to disk, `open` yields chunks as they arrive. Each call sends a new
    request. An interrupted download is repeated; once part of it was yielded, it is resumed if the server supports
    range requests.
    """

    __slots__ = ("_channel", "_request")

    def __init__(self, request: Request, channel: Channel) -> None:
        self._request = request
        self._channel = channel

    @property
    def request(self) -> Request:
        """The request to send, relative to a store and without credentials."""
        return self._request

    def __repr__(self) -> str:
        return f"<Download {self._request}>"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[StreamedResponse]:
        """Open the response to iterate over its chunks. The connection stays open until the block ends.

        Raises `APIError` for a response that is not a file, and `TransportError` if it is interrupted and can't be
        resumed.
        """
        async with self._channel.transport.stream(within_deadline(self._request)) as response:
            try:
                if not 200 <= response.status < 300:
                    raise self._channel.error(self._request, await _read_error_response(response))
                yield response
            finally:
                # Closes a generator of chunks that was not read to its end.
                await StreamBody(response.chunks).aclose()

    async def read(self, *, max_bytes: int = READ_LIMIT, progress: Progress | None = None) -> bytes:
        """Return the whole file as bytes.

        Raises `ResponseTooLarge` as soon as it exceeds `max_bytes` bytes; `save` accepts files of any size.
        """
        data = bytearray()
        async with aclosing(self._chunks(progress, max_bytes)) as chunks:
            async for chunk in chunks:
                data += chunk
        return bytes(data)

    async def save(self, path: str | os.PathLike[str], *, progress: Progress | None = None) -> int:
        """Write the file to `path` and return its size in bytes.

        The file appears under that name only when it is complete, and replaces an existing file. Raises `OSError` if it
        can't be written.
        """
        target = Path(path)
        partial_file = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        size = 0
        try:
            # The stack also closes a file that a thread opens for a task that is cancelled meanwhile.
            with ExitStack() as stack:
                file = await run_shielded_in_thread(lambda: stack.enter_context(partial_file.open("xb")))
                async with aclosing(self._chunks(progress)) as chunks:
                    async for chunk in chunks:
                        size += await run_shielded_in_thread(partial(file.write, chunk))
            partial_file.replace(target)
        except BaseException:
            partial_file.unlink(missing_ok=True)
            raise
        return size

    async def _chunks(self, progress: Progress | None, max_bytes: int | None = None) -> AsyncGenerator[bytes]:
        async with self.open() as response:
            encoded = "content-encoding" in response.headers
            total = None if encoded else parse_content_length(response.headers)
            received = 0
            async for chunk in response.chunks:
                received += len(chunk)
                if max_bytes is not None and max(received, total or 0) > max_bytes:
                    raise ResponseTooLarge(self._request, response.status, max_bytes, advice=_READ_ADVICE)
                yield chunk
                if progress is not None:
                    progress(received, total)


async def _read_error_response(response: StreamedResponse) -> Response:
    body = b""
    # The status is enough if the body is interrupted.
    with suppress(TransportError):
        async for chunk in response.chunks:
            body += chunk
            if len(body) > _MAX_ERROR_BODY:
                break
    return Response(response.status, response.headers, body)
