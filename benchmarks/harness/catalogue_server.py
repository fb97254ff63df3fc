"""A server of a whole catalogue: distinct products, written before they are asked for and sent without a copy.

``/{store}/products`` takes `offset`, `limit`, `responseFields` and the four bounds on times of creation and of change,
as a scan sends them; ``/usage`` tells what was served and what it cost. With a latency, an answer takes that long;
with a limit, more requests in a minute are refused, of each store on its own. It ends with its standard input.
"""

import json
import os
import re
import socket
import socketserver
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from functools import lru_cache
from http.client import HTTPConnection
from typing import IO, Any, Final
from urllib.parse import unquote_to_bytes

from benchmarks.harness.items import CHANGED_AFTER, FIRST_CREATED, SPACING, product
from benchmarks.harness.page_server import running
from ecwid_async.codec import parse_selection
from ecwid_async.sandbox.state import RateLimiter, SlidingLog

__all__ = ["Catalogue", "serving"]

# Beyond this the products are written when they are asked for, lest they fill the memory.
_STORED: Final = 100_000
_LIMIT: Final = 100
_BOUNDS: Final = (
    (b"createdFrom", b"createdTo", FIRST_CREATED),
    (b"updatedFrom", b"updatedTo", FIRST_CREATED + CHANGED_AFTER),
)
_TARGET: Final = re.compile(rb"GET /(\w+)(?:/products\?([^ ]*))? ")
_PARAMETER: Final = re.compile(rb"(\w+)=([^&]*)")
_HEAD: Final = (
    b"HTTP/1.1 %d %b\r\n"
    b"Date: %b\r\n"
    b"Content-Type: application/json;charset=UTF-8\r\n"
    b"Content-Length: %d\r\n"
    b"Connection: keep-alive\r\n"
    b"Cache-Control: no-store\r\n"
    b"Vary: Accept-Encoding\r\n"
    b"X-Ecwid-Api-Request-Id: 5f1d03ac\r\n"
    b"Server: canned\r\n"
)


class _Items:
    """The products with some of their members, each a comma away from the next."""

    def __init__(self, total: int, fields: bytes) -> None:
        selection = parse_selection(unquote_to_bytes(fields).decode())["items"] if fields else None
        self._write = product(selection)
        self._ends = [0]
        self._file: IO[bytes] | None = None
        if total > _STORED:
            return
        self._file = _file()
        for number in range(total):
            self._ends.append(self._ends[-1] + self._file.write(self._write(number) + b","))
        self._file.flush()

    def size(self, first: int, last: int) -> int:
        """How many bytes the products of these numbers are, without the last."""
        return self._ends[last] - self._ends[first] - 1 if self._file is not None else len(self._written(first, last))

    def send(self, connection: socket.socket, first: int, last: int) -> None:
        """Send them."""
        if self._file is None:
            connection.sendall(self._written(first, last))
        else:
            at, end = self._ends[first], self._ends[last] - 1
            while at < end:
                at += os.sendfile(connection.fileno(), self._file.fileno(), at, end - at)

    def _written(self, first: int, last: int) -> bytes:
        return b",".join(map(self._write, range(first, last)))


def _file() -> IO[bytes]:
    """A file in memory, where the system has such: writing it back to a disk would disturb what is measured."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("catalogue"), "w+b")
    return tempfile.TemporaryFile()


class _Server(socketserver.ThreadingTCPServer):
    """A thread a connection: each does little but wait for the kernel."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, total: int, latency: float, per_minute: int) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.total = total
        self.latency = latency
        self.per_minute = per_minute
        self.served: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._items: dict[bytes, _Items] = {}
        self._limits: defaultdict[str, RateLimiter] = defaultdict(SlidingLog)
        self._lock = threading.Lock()

    def items(self, fields: bytes) -> _Items:
        """The products with these fields; the first to ask waits until they are written."""
        with self._lock:
            if fields not in self._items:
                self._items[fields] = _Items(self.total, fields)
            return self._items[fields]

    def admit(self, store: str) -> float:
        """Count a request. Gives the seconds after which it may come again, or 0."""
        with self._lock:
            wait = self._limits[store].admit(time.monotonic(), self.per_minute) if self.per_minute else 0.0
            (self.refused if wait else self.served)[store] += 1
            return wait

    def usage(self) -> bytes:
        """What was served, and the CPU seconds it took."""
        return json.dumps({"cpu": time.process_time(), "served": self.served, "refused": self.refused}).encode()


class _Connection(socketserver.BaseRequestHandler):
    server: _Server
    request: socket.socket

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        try:
            while True:
                while b"\r\n\r\n" not in received:
                    chunk = self.request.recv(1 << 16)
                    if not chunk:
                        return
                    received += chunk
                head, _, received = received.partition(b"\r\n\r\n")
                self._answer(head)
        except ConnectionError:
            return  # whoever asked has gone

    def _answer(self, head: bytes) -> None:
        found = _TARGET.match(head)
        if found is None:
            raise ValueError(f"nothing here answers {head[:80]!r}")
        store, query = found[1].decode(), found[2]
        if query is None:
            self._send(200, self.server.usage())
            return
        if self.server.latency:
            time.sleep(self.server.latency / 2)
        wait = self.server.admit(store)
        if self.server.latency:
            time.sleep(self.server.latency / 2)
        if wait:
            self._send(429, b"{}", b"Retry-After: %d\r\n" % (int(wait) + 1))
        else:
            self._page(dict(_PARAMETER.findall(query)))

    def _page(self, params: dict[bytes, bytes]) -> None:
        begin, end = _matching(params, self.server.total)
        offset, limit = int(params.get(b"offset", 0)), min(int(params.get(b"limit", _LIMIT)), _LIMIT)
        first, last = min(begin + offset, end), min(begin + offset + limit, end)
        start = b'{"total":%d,"count":%d,"offset":%d,"limit":%d,"items":[' % (end - begin, last - first, offset, limit)
        if first == last:
            self._send(200, start + b"]}")
            return
        items = self.server.items(params.get(b"responseFields", b""))
        length = len(start) + items.size(first, last) + 2
        self.request.sendmsg([_HEAD % (200, b"OK", _date(int(time.time())), length), b"\r\n", start], [], _MORE)
        items.send(self.request, first, last)
        self.request.sendall(b"]}")

    def _send(self, status: int, body: bytes, more: bytes = b"") -> None:
        reason = b"OK" if status == 200 else b"Too Many Requests"
        self.request.sendall(_HEAD % (status, reason, _date(int(time.time())), len(body)) + more + b"\r\n" + body)


_MORE: Final[int] = getattr(socket, "MSG_MORE", 0)


def _matching(params: dict[bytes, bytes], total: int) -> tuple[int, int]:
    """The numbers of the products that were created, and changed, within the bounds, ends included."""
    begin, end = 0, total
    for since, until, first in _BOUNDS:
        if since in params:
            begin = max(begin, -((first - int(params[since])) // SPACING))
        if until in params:
            end = min(end, (int(params[until]) - first) // SPACING + 1)
    return begin, max(begin, end)


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


class Catalogue:
    """The server as seen from here."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = HTTPConnection(url.removeprefix("http://"))

    def usage(self) -> dict[str, Any]:
        """CPU seconds (`cpu`) so far, and requests `served` and `refused` of each store."""
        self._connection.request("GET", "/usage")
        usage: dict[str, Any] = json.load(self._connection.getresponse())
        return usage

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


@contextmanager
def serving(total: int, *, latency: float = 0.0, per_minute: int = 0) -> Iterator[Catalogue]:
    """Run it beside this process, on a core of its own where there are several."""
    with running(
        total, shared_core=False, module="benchmarks.harness.catalogue_server", options=(latency, per_minute)
    ) as url:
        catalogue = Catalogue(url)
        try:
            yield catalogue
        finally:
            catalogue.close()


def _main(total: str, latency: str, per_minute: str, *cores: str) -> None:
    if cores:
        os.sched_setaffinity(0, set(map(int, cores)))
    with _Server(int(total), float(latency), int(per_minute)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        # The parent holds the other end: when it is gone, for whatever reason, so is this process.
        sys.stdin.read()


if __name__ == "__main__":
    _main(*sys.argv[1:])
