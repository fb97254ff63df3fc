"""A server of a whole catalogue: distinct products, rendered in advance and sent without a copy.

``/{store}/products`` takes the parameters of a scan: `offset`, `limit`, `responseFields` and the four bounds on the
times of creation and update. ``/{store}/latest-stats`` and an empty ``/{store}/products/deleted`` serve mirrors; any
other endpoint is refused as one that the token's scopes do not open. ``/usage`` returns the number of requests and the
CPU time of the server. Responses are delayed by `latency` seconds. If `per_minute` is set, a store's requests above
that limit are refused. Each product has a number of `variations`. The server ends when its standard input closes.
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

from benchmarks.harness.items import CREATION_INTERVAL, FIRST_CREATED, UPDATED_AFTER, format_time, product_writer
from benchmarks.harness.server_process import run_server
from ecwid_async.codec import parse_selection
from ecwid_async.sandbox.state import RateLimiter, SlidingLog

__all__ = ["CatalogueServer", "run_catalogue_server"]

# Larger catalogues would fill the memory: their products are rendered on request.
_MAX_PRERENDERED: Final = 100_000
_LIMIT: Final = 100
_BOUNDS: Final = (
    (b"createdFrom", b"createdTo", FIRST_CREATED),
    (b"updatedFrom", b"updatedTo", FIRST_CREATED + UPDATED_AFTER),
)
_TARGET: Final = re.compile(rb"GET /(\w+)(?:/([^? ]+))?(?:\?([^ ]*))? ")
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


class _Products:
    """The products with selected members, as JSON separated by commas."""

    def __init__(self, total: int, fields: bytes, variations: int) -> None:
        selection = parse_selection(unquote_to_bytes(fields).decode())["items"] if fields else None
        self._render = product_writer(selection, variations=variations)
        self._ends = [0]
        self._file: IO[bytes] | None = None
        if total > _MAX_PRERENDERED:
            return
        self._file = _memory_file()
        for number in range(total):
            self._ends.append(self._ends[-1] + self._file.write(self._render(number) + b","))
        self._file.flush()

    def size(self, first: int, last: int) -> int:
        """Return the size in bytes of the products from `first` to before `last`."""
        return self._ends[last] - self._ends[first] - 1 if self._file is not None else len(self._rendered(first, last))

    def send(self, connection: socket.socket, first: int, last: int) -> None:
        """Send the products from `first` to before `last`."""
        if self._file is None:
            connection.sendall(self._rendered(first, last))
        else:
            position, end = self._ends[first], self._ends[last] - 1
            while position < end:
                position += os.sendfile(connection.fileno(), self._file.fileno(), position, end - position)

    def _rendered(self, first: int, last: int) -> bytes:
        return b",".join(map(self._render, range(first, last)))


def _memory_file() -> IO[bytes]:
    """Open a file in memory if possible: writing it to a disk would disturb the measurement."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("catalogue"), "w+b")
    return tempfile.TemporaryFile()


class _Server(socketserver.ThreadingTCPServer):
    """One thread per connection, which mostly waits for the kernel."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, total: int, latency: float, per_minute: int, variations: int) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.total = total
        self.latency = latency
        self.per_minute = per_minute
        self.variations = variations
        self.served: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._products: dict[bytes, _Products] = {}
        self._limits: defaultdict[str, RateLimiter] = defaultdict(SlidingLog)
        self._lock = threading.Lock()

    def products(self, fields: bytes) -> _Products:
        """Return the products with these fields. The first request for them waits until they are rendered."""
        with self._lock:
            if fields not in self._products:
                self._products[fields] = _Products(self.total, fields, self.variations)
            return self._products[fields]

    def admit(self, store: str) -> float:
        """Count a request. Return the seconds to wait before the next attempt, or 0 if it is admitted."""
        with self._lock:
            wait = self._limits[store].admit(time.monotonic(), self.per_minute) if self.per_minute else 0.0
            (self.refused if wait else self.served)[store] += 1
            return wait

    def usage(self) -> bytes:
        """Return the requests served and refused, and the CPU seconds so far."""
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
                self._respond(head)
        except ConnectionError:
            return  # the client has gone

    def _respond(self, head: bytes) -> None:
        found = _TARGET.match(head)
        if found is None:
            raise ValueError(f"unknown request {head[:80]!r}: send GET /usage or GET /{{store}}/products")
        store, path, query = found[1].decode(), found[2], found[3] or b""
        if path is None:
            self._send(200, self.server.usage())
            return
        if self.server.latency:
            time.sleep(self.server.latency / 2)
        wait = self.server.admit(store)
        if self.server.latency:
            time.sleep(self.server.latency / 2)
        if wait:
            self._send(429, b"{}", b"Retry-After: %d\r\n" % (int(wait) + 1))
        elif path == b"products":
            self._send_page(dict(_PARAMETER.findall(query)))
        elif path == b"products/deleted":
            self._send(200, b'{"total":0,"count":0,"offset":0,"limit":100,"items":[]}')
        elif path == b"latest-stats":
            updated = FIRST_CREATED + UPDATED_AFTER + CREATION_INTERVAL * self.server.total
            self._send(200, b'{"productsUpdated":%b}' % format_time(updated))
        else:
            self._send(403, b'{"errorCode":"INSUFFICIENT_APP_SCOPE"}')

    def _send_page(self, params: dict[bytes, bytes]) -> None:
        begin, end = _matching_range(params, self.server.total)
        offset, limit = int(params.get(b"offset", 0)), min(int(params.get(b"limit", _LIMIT)), _LIMIT)
        first, last = min(begin + offset, end), min(begin + offset + limit, end)
        start = b'{"total":%d,"count":%d,"offset":%d,"limit":%d,"items":[' % (end - begin, last - first, offset, limit)
        if first == last:
            self._send(200, start + b"]}")
            return
        products = self.server.products(params.get(b"responseFields", b""))
        length = len(start) + products.size(first, last) + 2
        self.request.sendmsg(
            [_HEAD % (200, b"OK", _http_date(int(time.time())), length), b"\r\n", start], [], _MSG_MORE
        )
        products.send(self.request, first, last)
        self.request.sendall(b"]}")

    def _send(self, status: int, body: bytes, extra_headers: bytes = b"") -> None:
        reason = _REASONS[status]
        self.request.sendall(
            _HEAD % (status, reason, _http_date(int(time.time())), len(body)) + extra_headers + b"\r\n" + body
        )


_REASONS: Final = {200: b"OK", 403: b"Forbidden", 429: b"Too Many Requests"}
_MSG_MORE: Final[int] = getattr(socket, "MSG_MORE", 0)


def _matching_range(params: dict[bytes, bytes], total: int) -> tuple[int, int]:
    """Return the range of products created and updated within the bounds, which are inclusive."""
    begin, end = 0, total
    for since, until, first in _BOUNDS:
        if since in params:
            begin = max(begin, -((first - int(params[since])) // CREATION_INTERVAL))
        if until in params:
            end = min(end, (int(params[until]) - first) // CREATION_INTERVAL + 1)
    return begin, max(begin, end)


@lru_cache(maxsize=1)
def _http_date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


class CatalogueServer:
    """A running server, as seen by the client process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = HTTPConnection(url.removeprefix("http://"))

    def usage(self) -> dict[str, Any]:
        """Return the CPU seconds so far (`cpu`) and the requests `served` and `refused` per store."""
        self._connection.request("GET", "/usage")
        usage: dict[str, Any] = json.load(self._connection.getresponse())
        return usage

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@contextmanager
def run_catalogue_server(
    total: int, *, latency: float = 0.0, per_minute: int = 0, variations: int = 0
) -> Iterator[CatalogueServer]:
    """Run the server beside this process, on a separate core if there are several."""
    module = "benchmarks.harness.catalogue_server"
    with run_server(module, total=total, shared_core=False, options=(latency, per_minute, variations)) as url:
        server = CatalogueServer(url)
        try:
            yield server
        finally:
            server.close()


def _main(total: str, latency: str, per_minute: str, variations: str, *cores: str) -> None:
    if cores:
        os.sched_setaffinity(0, set(map(int, cores)))
    with _Server(int(total), float(latency), int(per_minute), int(variations)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        # The parent holds the other end: this process ends with the parent.
        sys.stdin.read()


if __name__ == "__main__":
    _main(*sys.argv[1:])
