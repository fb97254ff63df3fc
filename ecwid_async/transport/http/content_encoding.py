"""Decompressing response bodies, the same way for every HTTP library. An incomplete body is an error."""

import zlib
from collections.abc import Iterator
from typing import Final, TypeAlias

from ecwid_async.wire import Headers, Request

__all__ = ["ACCEPT_ENCODING", "PARTIAL_CONTENT", "BodyError", "Chunk", "Decoder"]

ACCEPT_ENCODING: Final = "gzip, deflate"
PARTIAL_CONTENT: Final = 206

Chunk: TypeAlias = bytes | memoryview | bytearray

# Bytes to decompress at once: data may expand a thousandfold.
_MAX_PIECE: Final = 1 << 16
# Each member of a gzip stream costs time in proportion to the bytes that follow it.
_MAX_MEMBERS: Final = 1000
_STATUSES_WITHOUT_BODY: Final = frozenset({204, 304})


class BodyError(Exception):
    """A body that can't be decompressed, or is incomplete. The message is short and quotes no data."""


class Decoder:
    """Decodes the body of one response by its ``Content-Encoding``.

    Raises `BodyError` for an encoding that was not requested, and for a partial response to a request for the whole.
    """

    def __init__(self, request: Request, status: int, headers: Headers) -> None:
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BodyError("a content encoding that was not requested")
        if headers.get("transfer-encoding", "chunked").strip().lower() not in ("chunked", "identity"):
            raise BodyError("a transfer encoding that was not requested")
        if status == PARTIAL_CONTENT and "range" not in request.headers:
            raise BodyError("a part of the body instead of the whole")
        self.plain = encoding in ("", "identity")
        self._gzip = encoding != "deflate"
        # Some servers name an encoding even if the body is empty.
        self._complete = self.plain or request.method != "GET" or status in _STATUSES_WITHOUT_BODY
        self._members = 0
        self._stream: zlib._Decompress | None = None

    def feed(self, data: Chunk) -> Iterator[bytes]:
        """Decompress a chunk and yield the data in pieces of bounded size. Raises `BodyError` if it is damaged."""
        if self.plain:
            yield bytes(data)
            return
        piece = b""
        while data or len(piece) == _MAX_PIECE:
            stream = self._stream or self._next_member(data)
            try:
                piece = stream.decompress(data, _MAX_PIECE)
            except zlib.error as error:
                raise BodyError("a body that can't be decompressed") from error
            self._complete = stream.eof
            if stream.eof:
                self._stream, data = None, stream.unused_data
            else:
                self._stream, data = stream, stream.unconsumed_tail
            if piece:
                yield piece
            if stream.eof:
                piece = b""

    def finish(self) -> None:
        """Call after the last chunk. Raises `BodyError` if the body is incomplete."""
        if not self._complete:
            raise BodyError("an incomplete compressed body")

    def _next_member(self, data: Chunk) -> "zlib._Decompress":
        self._members += 1
        if self._members > (_MAX_MEMBERS if self._gzip else 1):
            raise BodyError("more data after the end of a compressed body")
        if self._gzip:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # Some servers omit the zlib header; its first byte distinguishes it from raw deflate.
        return zlib.decompressobj(zlib.MAX_WBITS if data[0] & 0x0F == 8 else -zlib.MAX_WBITS)
