"""Reading the body of a response: all of it up to a limit, or chunk by chunk."""

from collections.abc import AsyncGenerator, AsyncIterable

from ecwid_async.errors import ResponseTooLarge
from ecwid_async.transport.http.content_encoding import Chunk, Decoder
from ecwid_async.wire import Headers, Request, parse_content_length

__all__ = ["decoded_chunks", "read_body"]


async def read_body(chunks: AsyncIterable[Chunk], request: Request, status: int, headers: Headers, limit: int) -> bytes:
    """Read a whole body, and decompress it.

    Raises `ResponseTooLarge` as soon as it exceeds `limit` bytes, `BodyError` if it is damaged or incomplete.
    """
    announced = parse_content_length(headers)
    if announced is not None and announced > limit:
        raise ResponseTooLarge(request, status, limit)
    decoder = Decoder(request, status, headers)
    parts: list[Chunk] = []
    size = 0
    async for chunk in chunks:
        for piece in (chunk,) if decoder.plain else decoder.feed(chunk):
            size += len(piece)
            if size > limit:
                raise ResponseTooLarge(request, status, limit)
            parts.append(piece)
    decoder.finish()
    return b"".join(parts)


async def decoded_chunks(
    chunks: AsyncIterable[Chunk], request: Request, status: int, headers: Headers
) -> AsyncGenerator[bytes]:
    """Yield the decompressed chunks of a body. Raises `BodyError` if it is damaged or incomplete."""
    decoder = Decoder(request, status, headers)
    async for chunk in chunks:
        for piece in decoder.feed(chunk):
            yield piece
    decoder.finish()
