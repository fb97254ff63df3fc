"""A server of canned answers, in a process of its own: next to nothing is done per request.

``/{store}/orders/{id}`` is one small order; ``/{store}/products?offset=…`` a page of `total` products, 100 a page.
It listens on a free port of the loopback interface, prints it, and ends with its standard input.
"""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.harness.items import SMALL_ORDER, page

__all__ = ["STORE_ID", "TOKEN", "running"]

STORE_ID: Final = 1003
TOKEN: Final = "secret_benchmark"

_OFFSET: Final = re.compile(rb"[?&]offset=(\d+)")
_LIMIT: Final = 100
# What an answer of the API carries, give or take: parsing it costs both sides of a comparison the same.
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


class _Canned:
    """The answers, rendered once."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._order = _HEAD % len(SMALL_ORDER) + SMALL_ORDER
        whole = page("product", _LIMIT)
        first, self._items = re.split(rb'(?<="id":)\d+', whole[whole.index(b'"items":') :], maxsplit=1)
        self._first = first.replace(b"%", b"%%") + b"1%09d"

    def answer(self, target: bytes) -> list[bytes]:
        if b"/orders/" in target:
            return [self._order]
        found = _OFFSET.search(target)
        offset = int(found[1]) if found else 0
        start = b'{"total":%d,"count":%d,"offset":%d,"limit":%d,' % (self._total, _LIMIT, offset, _LIMIT)
        # The first item is another one on each page: a list that begins anew all the time would have no end.
        start += self._first % offset
        return [_HEAD % (len(start) + len(self._items)) + start, self._items]


class _Connection(asyncio.Protocol):
    def __init__(self, canned: _Canned) -> None:
        self._canned = canned
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            target = self._received.split(b" ", 2)[1]
            self._received = self._received[end + 4 :]
            self._transport.writelines(self._canned.answer(target))


async def _serve(total: int) -> None:
    loop = asyncio.get_running_loop()
    canned = _Canned(total)
    server = await loop.create_server(lambda: _Connection(canned), "127.0.0.1", 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        # The parent holds the other end: when it is gone, for whatever reason, so is this process.
        await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def running(
    total: int = 0,
    *,
    shared_core: bool = True,
    module: str = "benchmarks.harness.page_server",
    options: Iterable[object] = (),
) -> Iterator[str]:
    """Run the server beside this process and yield its base URL. `total` is the number of products it pretends to have.

    Where the system can pin processes, both run on one core, or on one each: left to the scheduler, the same call costs
    a third more or less from run to run, by whether the client had to be woken up for the answer. Another server's
    `module` gets its `options` after the total and before the cores.
    """
    own, servers = _cores(shared_core)
    command = [sys.executable, "-m", module, *map(str, (total, *options, *servers))]
    with _pinned(own):
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                port = process.stdout.readline()
                if not port:
                    raise RuntimeError(f"the server of canned pages did not start: `{' '.join(command)}` says why")
                yield f"http://127.0.0.1:{int(port)}"
            finally:
                process.stdin.close()


def _cores(shared: bool) -> tuple[set[int], set[int]]:
    if sys.platform != "linux":
        return set(), set()
    last, *others = sorted(os.sched_getaffinity(0), reverse=True)
    return {last}, {last} if shared or not others else {others[0]}


@contextmanager
def _pinned(cores: set[int]) -> Iterator[None]:
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


if __name__ == "__main__":
    total, *cores = map(int, sys.argv[1:])
    if cores:
        os.sched_setaffinity(0, cores)
    asyncio.run(_serve(total))
