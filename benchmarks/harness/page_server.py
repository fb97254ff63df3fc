"""A server of prepared responses, which does almost nothing per request.

``/{store}/orders/{id}`` returns one small order; ``/{store}/products?offset=…`` returns 100 of `total` products.
It listens on a free port of the loopback interface, prints the port, and ends when its standard input closes.
"""

import asyncio
import os
import re
import sys
from typing import Final

from benchmarks.harness.items import SMALL_ORDER, page_body

_OFFSET: Final = re.compile(rb"[?&]offset=(\d+)")
_LIMIT: Final = 100
# Roughly the headers of the API: both sides of a comparison parse them.
_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\n"
    b"Date: Tue, 11 Feb 2025 14:05:37 GMT\r\n"
    b"Content-Type: application/json;charset=UTF-8\r\n"
    b"Content-Length: %d\r\n"
    b"Connection: keep-alive\r\n"
    b"Cache-Control: no-store\r\n"
    b"Vary: Accept-Encoding\r\n"
    b"X-Ecwid-Api-Request-Id: 5f1d03ac\r\n"
    b"Server: canned\r\n"
    b"\r\n"
)


class _PreparedResponses:
    """The responses, rendered once."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._order = _HEAD % len(SMALL_ORDER) + SMALL_ORDER
        page = page_body("product", _LIMIT)
        before_id, self._after_id = re.split(rb'(?<="id":)\d+', page[page.index(b'"items":') :], maxsplit=1)
        self._first_id = before_id.replace(b"%", b"%%") + b"1%09d"

    def render(self, target: bytes) -> list[bytes]:
        if b"/orders/" in target:
            return [self._order]
        found = _OFFSET.search(target)
        offset = int(found[1]) if found else 0
        start = b'{"total":%d,"count":%d,"offset":%d,"limit":%d,' % (self._total, _LIMIT, offset, _LIMIT)
        # The first item differs on each page: the client rejects a list that repeats its first page.
        start += self._first_id % offset
        return [_HEAD % (len(start) + len(self._after_id)) + start, self._after_id]


class _Connection(asyncio.Protocol):
    def __init__(self, responses: _PreparedResponses) -> None:
        self._responses = responses
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            target = self._received.split(b" ", 2)[1]
            self._received = self._received[end + 4 :]
            self._transport.writelines(self._responses.render(target))


async def _serve(total: int) -> None:
    loop = asyncio.get_running_loop()
    responses = _PreparedResponses(total)
    server = await loop.create_server(lambda: _Connection(responses), "127.0.0.1", 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        # The parent holds the other end: this process ends with the parent.
        await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    total, *cores = map(int, sys.argv[1:])
    if cores:
        os.sched_setaffinity(0, cores)
    asyncio.run(_serve(total))
