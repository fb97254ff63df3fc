"""Compressed bodies, undone alike for every transport. The end of one is checked: half of it is no body."""

import zlib
from collections.abc import Iterator
from typing import Final

from ecwid_async.wire import Headers, Request

__all__ = ["ACCEPT_ENCODING", "PARTIAL", "BodyError", "Chunk", "Decoder"]

ACCEPT_ENCODING: Final = "gzip, deflate"

Chunk = bytes | memoryview | bytearray

# How much is decompressed at once: what comes may grow a thousandfold.
_PIECE: Final = 1 << 16
# Each member of a gzip stream costs as much as there are bytes after it.
_MOST_MEMBERS: Final = 1000
PARTIAL: Final = 206
_WITHOUT_BODY: Final = frozenset({204, 304})


class BodyError(Exception):
    """A body that can't be decompressed, or not to its end. Its text says which."""


class Decoder:
    """Undoes the content encoding of one response, as its headers name it.

    Raises `BodyError` for an encoding that was not asked for, and for a part where the whole was asked for.
    """

    def __init__(self, request: Request, status: int, headers: Headers) -> None:
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BodyError("an encoding that was not asked for")
        if headers.get("transfer-encoding", "chunked").strip().lower() not in ("chunked", "identity"):
            raise BodyError("a transfer encoding that was not asked for")
        if status == PARTIAL and "range" not in request.headers:
            raise BodyError("a part of the body where the whole was asked for")
        self.plain = encoding in ("", "identity")
        self._gzip = encoding != "deflate"
        # A server that compresses names the encoding also where it has nothing to say.
        self._complete = self.plain or request.method != "GET" or status in _WITHOUT_BODY
        self._members = 0
        self._stream: zlib._Decompress | None = None

    def feed(self, data: Chunk) -> Iterator[bytes]:
        """What comes out of the next chunk, in pieces of bounded size. Raises `BodyError` where it is damaged."""
        if self.plain:
            yield bytes(data)
            return
        piece = b""
        while data or len(piece) == _PIECE:
            stream = self._stream or self._next_member(data)
            try:
                piece = stream.decompress(data, _PIECE)
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
        """To be called at the body's end. Raises `BodyError` where what was compressed goes on."""
        if not self._complete:
            raise BodyError("a compressed body that is cut off")

    def _next_member(self, data: Chunk) -> "zlib._Decompress":
        self._members += 1
        if self._members > (_MOST_MEMBERS if self._gzip else 1):
            raise BodyError("more after the end of a compressed body")
        if self._gzip:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # Some servers leave out the header of zlib, whose first byte tells it from raw deflate.
        return zlib.decompressobj(zlib.MAX_WBITS if data[0] & 0x0F == 8 else -zlib.MAX_WBITS)
