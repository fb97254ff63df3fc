"""The faults that a server can act out, as values that Hypothesis draws and shrinks.

A fault defines how the server responds to one request, and whether its write takes effect (`applied`). A valid response
is also true: a refused request has no effect, a successful one has.
"""

import gzip
from enum import StrEnum
from typing import Final

from attrs import frozen

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


class ConnectionOutcome(StrEnum):
    """The state of the connection after a response."""

    KEPT = "kept"
    CLOSED = "closed"
    RESET = "reset"
    STALLED = "stalled"


@frozen
class ServerReply:
    """The bytes of a response, whether the write took effect, and the state of the connection afterwards."""

    data: bytes
    applied: bool
    connection: ConnectionOutcome
    refused: bool = False
    slow: bool = False


@frozen
class ValidResponse:
    """A valid response, after which the connection may end, announced or not."""

    connection: ConnectionOutcome = ConnectionOutcome.KEPT
    announced: bool = False
    slow: bool = False

    def reply(self, body: bytes) -> ServerReply:
        data = ok_response(body)
        if self.announced:
            data = data.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        connection = (
            ConnectionOutcome.CLOSED
            if self.announced and self.connection is ConnectionOutcome.KEPT
            else self.connection
        )
        return ServerReply(data, True, connection, slow=self.slow)


@frozen
class TruncatedResponse:
    """A valid response cut after `after` bytes. At least its last byte is missing."""

    after: int
    connection: ConnectionOutcome
    applied: bool

    def reply(self, body: bytes) -> ServerReply:
        data = ok_response(body)
        return ServerReply(data[: min(self.after, len(data) - 1)], self.applied, self.connection)


@frozen
class Refusal:
    """A refusal, which has no effect."""

    status: int
    code: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    connection: ConnectionOutcome = ConnectionOutcome.KEPT

    def reply(self, body: bytes) -> ServerReply:
        del body
        return ServerReply(_error(self.status, self.code, self.headers), False, self.connection, refused=True)


@frozen
class ServerFailure:
    """A server error, which may occur before or after the write takes effect."""

    status: int
    applied: bool
    connection: ConnectionOutcome = ConnectionOutcome.KEPT
    html: bool = False

    def reply(self, body: bytes) -> ServerReply:
        del body
        if self.html:
            page = b"<html><h1>Bad gateway</h1></html>"
            head = b"HTTP/1.1 %d X\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % (self.status, len(page))
            return ServerReply(head + page, self.applied, self.connection)
        return ServerReply(_error(self.status, "INTERNAL_ERROR", ()), self.applied, self.connection)


class Malformation(StrEnum):
    """Ways in which the length or the end of a response can be wrong."""

    TOO_LONG = "a length beyond the body"
    NEGATIVE = "a negative length"
    NO_NUMBER = "a length that is not a number"
    TWO = "two lengths"
    BAD_CHUNK = "a chunk without a size"
    UNENDED_CHUNKS = "chunks without an end"
    NO_LENGTH = "no length, ended by the connection"
    HUGE = "a length of terabytes"
    ENDLESS_HEAD = "a head of a megabyte"
    BAD_GZIP = "invalid gzip"
    HALF_GZIP = "half of a gzip stream, with that length"
    ENDLESS_LENGTH = "a length of thousands of digits"
    ODD_DIGITS = "a length in invalid digits"
    ENDLESS_CHUNK = "a chunk's size of thousands of digits"
    UNREQUESTED = "an encoding that was not requested"


MALFORMED_RESPONSES: Final = {
    Malformation.TOO_LONG: b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n%s",
    Malformation.NEGATIVE: b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n%s",
    Malformation.NO_NUMBER: b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n%s",
    Malformation.TWO: b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4000\r\n\r\n%s",
    Malformation.BAD_CHUNK: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n%s\r\n0\r\n\r\n",
    Malformation.UNENDED_CHUNKS: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    Malformation.NO_LENGTH: b"HTTP/1.1 200 OK\r\n\r\n%s",
    Malformation.HUGE: b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\n%s",
    Malformation.ENDLESS_HEAD: b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1_000_000 + b"\r\n\r\n",
    Malformation.BAD_GZIP: b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
    Malformation.HALF_GZIP: b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n"
    + gzip.compress(b'{"updateCount":1}', mtime=0)[:20],
    Malformation.ENDLESS_LENGTH: b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n%s",
    Malformation.ODD_DIGITS: b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n%s",
    Malformation.ENDLESS_CHUNK: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"9" * 5000
    + b"\r\n%s\r\n0\r\n\r\n",
    Malformation.UNREQUESTED: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: br, chunked\r\n\r\n4\r\nnone\r\n0\r\n\r\n",
}


@frozen
class MalformedResponse:
    """A response with a wrong length or end."""

    malformation: Malformation
    connection: ConnectionOutcome
    applied: bool

    def reply(self, body: bytes) -> ServerReply:
        data = MALFORMED_RESPONSES[self.malformation]
        # Once the connection ends, this is a valid response; aiohttp accepts a reset as an end too.
        applied = self.applied or (
            self.malformation is Malformation.NO_LENGTH and self.connection is not ConnectionOutcome.STALLED
        )
        return ServerReply(data % body if b"%s" in data else data, applied, self.connection)


@frozen
class Garbage:
    """Bytes that are not HTTP."""

    data: bytes
    connection: ConnectionOutcome
    applied: bool

    def reply(self, body: bytes) -> ServerReply:
        del body
        return ServerReply(self.data, self.applied, self.connection)


@frozen
class InterimResponse:
    """A valid response after an interim one."""

    status: int

    def reply(self, body: bytes) -> ServerReply:
        return ServerReply(b"HTTP/1.1 %d Wait\r\n\r\n" % self.status + ok_response(body), True, ConnectionOutcome.KEPT)


@frozen
class ForeignPage:
    """A success from a proxy or the like: it contains no result, whether the write took effect or not."""

    body: bytes
    applied: bool

    def reply(self, body: bytes) -> ServerReply:
        del body
        return ServerReply(ok_response(self.body), self.applied, ConnectionOutcome.KEPT)


@frozen
class EmptySuccess:
    """A success without a body."""

    status: int

    def reply(self, body: bytes) -> ServerReply:
        del body
        length = b"" if self.status == 204 else b"Content-Length: 0\r\n"
        return ServerReply(b"HTTP/1.1 %d X\r\n%s\r\n" % (self.status, length), True, ConnectionOutcome.KEPT)


@frozen
class SurplusData:
    """A valid response followed by more data: another response, or noise."""

    data: bytes

    def reply(self, body: bytes) -> ServerReply:
        return ServerReply(ok_response(body) + self.data, True, ConnectionOutcome.KEPT)


Fault = (
    ValidResponse
    | TruncatedResponse
    | Refusal
    | ServerFailure
    | MalformedResponse
    | Garbage
    | InterimResponse
    | ForeignPage
    | EmptySuccess
    | SurplusData
)


@frozen
class DroppedConnection:
    """A connection that ends after `after` bytes of its first request."""

    after: int
    connection: ConnectionOutcome


def ok_response(body: bytes) -> bytes:
    return OK % (len(body), body)


def _error(status: int, code: str | None, headers: tuple[tuple[str, str], ...]) -> bytes:
    body = b"" if code is None else b'{"errorCode":"%s","errorMessage":"no"}' % code.encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), lines, body)
