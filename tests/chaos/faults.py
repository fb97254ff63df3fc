"""What can go wrong between a client and a server, as values: what Hypothesis draws and shrinks.

A fault says what the server does with one request, and whether the write in it takes effect all the same. The server
that acts them out is truthful in what it understands as an answer: what it refuses has no effect, what it grants has.
"""

import gzip
from enum import StrEnum
from typing import Final

from attrs import frozen

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


class Ends(StrEnum):
    """What becomes of the connection after what was sent."""

    KEPT = "kept"
    CLOSED = "closed"
    RESET = "reset"
    STALLED = "stalled"


@frozen
class Reply:
    """What goes over the wire, whether the write took effect, and how the connection ends."""

    text: bytes
    applied: bool
    ends: Ends
    refused: bool = False
    slowly: bool = False


@frozen
class Serve:
    """A proper answer, after which the connection may be gone."""

    ends: Ends = Ends.KEPT
    announced: bool = False
    slowly: bool = False

    def reply(self, body: bytes) -> Reply:
        text = whole(body)
        if self.announced:
            text = text.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        ends = Ends.CLOSED if self.announced and self.ends is Ends.KEPT else self.ends
        return Reply(text, True, ends, slowly=self.slowly)


@frozen
class Cut:
    """An answer that ends after so many bytes, at the latest one before its end."""

    after: int
    ends: Ends
    applied: bool

    def reply(self, body: bytes) -> Reply:
        text = whole(body)
        return Reply(text[: min(self.after, len(text) - 1)], self.applied, self.ends)


@frozen
class Refuse:
    """An answer that says no, truthfully."""

    status: int
    code: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    ends: Ends = Ends.KEPT

    def reply(self, body: bytes) -> Reply:
        del body
        return Reply(_error(self.status, self.code, self.headers), False, self.ends, refused=True)


@frozen
class Fail:
    """An answer that says that something went wrong, which it may have before or after the write."""

    status: int
    applied: bool
    ends: Ends = Ends.KEPT
    html: bool = False

    def reply(self, body: bytes) -> Reply:
        del body
        if self.html:
            page = b"<html><h1>Bad gateway</h1></html>"
            head = b"HTTP/1.1 %d X\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % (self.status, len(page))
            return Reply(head + page, self.applied, self.ends)
        return Reply(_error(self.status, "INTERNAL_ERROR", ()), self.applied, self.ends)


class Lie(StrEnum):
    """Ways not to tell the length of an answer, or where it ends."""

    TOO_LONG = "a length beyond the body"
    NEGATIVE = "a negative length"
    NO_NUMBER = "a length that is none"
    TWO = "two lengths"
    BAD_CHUNK = "a chunk of no size"
    UNENDED_CHUNKS = "chunks without an end"
    NO_LENGTH = "no length, and the end is the connection's"
    HUGE = "a length of terabytes"
    ENDLESS_HEAD = "a head of a megabyte"
    BAD_GZIP = "gzip that is none"
    HALF_GZIP = "half of a gzip, and its length"
    ENDLESS_LENGTH = "a length of thousands of digits"
    ODD_DIGITS = "a length in digits that are none"
    ENDLESS_CHUNK = "a chunk's size of thousands of digits"
    UNASKED = "an encoding that nobody asked for"


LIES: Final = {
    Lie.TOO_LONG: b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n%s",
    Lie.NEGATIVE: b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n%s",
    Lie.NO_NUMBER: b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n%s",
    Lie.TWO: b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4000\r\n\r\n%s",
    Lie.BAD_CHUNK: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n%s\r\n0\r\n\r\n",
    Lie.UNENDED_CHUNKS: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    Lie.NO_LENGTH: b"HTTP/1.1 200 OK\r\n\r\n%s",
    Lie.HUGE: b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\n%s",
    Lie.ENDLESS_HEAD: b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1_000_000 + b"\r\n\r\n",
    Lie.BAD_GZIP: b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
    Lie.HALF_GZIP: b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n"
    + gzip.compress(b'{"updateCount":1}', mtime=0)[:20],
    Lie.ENDLESS_LENGTH: b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n%s",
    Lie.ODD_DIGITS: b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n%s",
    Lie.ENDLESS_CHUNK: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"9" * 5000 + b"\r\n%s\r\n0\r\n\r\n",
    Lie.UNASKED: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: br, chunked\r\n\r\n4\r\nnone\r\n0\r\n\r\n",
}


@frozen
class Mislead:
    """An answer that lies about its length."""

    lie: Lie
    ends: Ends
    applied: bool

    def reply(self, body: bytes) -> Reply:
        text = LIES[self.lie]
        # Once the connection ends this is a proper answer; aiohttp takes a reset for an end too.
        applied = self.applied or (self.lie is Lie.NO_LENGTH and self.ends is not Ends.STALLED)
        return Reply(text % body if b"%s" in text else text, applied, self.ends)


@frozen
class Babble:
    """Bytes that are no answer at all."""

    text: bytes
    ends: Ends
    applied: bool

    def reply(self, body: bytes) -> Reply:
        del body
        return Reply(self.text, self.applied, self.ends)


@frozen
class Interim:
    """A proper answer after one that only says that it will come."""

    status: int

    def reply(self, body: bytes) -> Reply:
        return Reply(b"HTTP/1.1 %d Wait\r\n\r\n" % self.status + whole(body), True, Ends.KEPT)


@frozen
class Page:
    """A success of somebody else, who answers in the API's place: no result of a write, whether it arrived or not."""

    body: bytes
    applied: bool

    def reply(self, body: bytes) -> Reply:
        del body
        return Reply(whole(self.body), self.applied, Ends.KEPT)


@frozen
class Silence:
    """A success with nothing in it."""

    status: int

    def reply(self, body: bytes) -> Reply:
        del body
        length = b"" if self.status == 204 else b"Content-Length: 0\r\n"
        return Reply(b"HTTP/1.1 %d X\r\n%s\r\n" % (self.status, length), True, Ends.KEPT)


@frozen
class Surplus:
    """A proper answer, and with it more than was asked for: an answer to nobody, or noise."""

    text: bytes

    def reply(self, body: bytes) -> Reply:
        return Reply(whole(body) + self.text, True, Ends.KEPT)


Fault = Serve | Cut | Refuse | Fail | Mislead | Babble | Interim | Page | Silence | Surplus


@frozen
class Door:
    """What happens to a connection before it has brought a whole request: it ends after so many bytes of it."""

    after: int
    ends: Ends


def whole(body: bytes) -> bytes:
    return OK % (len(body), body)


def _error(status: int, code: str | None, headers: tuple[tuple[str, str], ...]) -> bytes:
    body = b"" if code is None else b'{"errorCode":"%s","errorMessage":"no"}' % code.encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), lines, body)
