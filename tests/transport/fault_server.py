"""A server on a raw socket, which a handler can make misbehave in any way, and which logs the requests it receives."""

import asyncio
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from attrs import define, field

Handler = Callable[["Exchange"], Awaitable[None]]


@define
class Exchange:
    """One request as sent over the wire, and the connection to respond on."""

    head: bytes
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    connection: int

    @property
    def line(self) -> str:
        return self.head.split(b"\r\n")[0].decode()

    def header(self, name: str) -> str | None:
        """The value of a header. Several values are joined by commas."""
        lines = [line.partition(":") for line in self.head.decode("latin-1").split("\r\n")[1:]]
        values = [value.strip() for key, _, value in lines if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    async def send(self, text: bytes) -> None:
        self.writer.write(text)
        await self.writer.drain()

    async def respond(self, body: bytes = b"{}", *, status: str = "200 OK", headers: bytes = b"") -> None:
        await self.send(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status.encode(), len(body), headers, body))

    async def hang(self) -> None:
        """Send nothing until the client disconnects."""
        await self.reader.read()

    def reset(self) -> None:
        """Reset the connection and drop unsent data."""
        self.writer.transport.abort()


@define
class FaultServer:
    """Passes every request to `handler`. `log` has all requests in order of arrival."""

    handler: Handler
    port: int = 0
    log: list[Exchange] = field(factory=list)
    scheme: str = "http"
    connections: int = 0
    closed: int = 0
    _changed: asyncio.Event = field(factory=asyncio.Event)

    @property
    def base_url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/api/v3"

    async def all_closed(self) -> None:
        """Wait until no connection is open."""
        await self._until(lambda: self.closed == self.connections)

    def wait_all_closed(self) -> None:
        """Wait, from another thread, until no connection is open."""
        give_up = time.monotonic() + 20
        while self.closed < self.connections:
            assert time.monotonic() < give_up, f"{self.connections - self.closed} connections are open"
            time.sleep(0.002)

    async def arrived(self, requests: int) -> None:
        """Wait until `requests` have arrived."""
        await self._until(lambda: len(self.log) >= requests)

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = self.connections
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                exchange = Exchange(head[:-4], b"", reader, writer, connection)
                length = exchange.header("content-length")
                if length is not None:
                    exchange.body = await reader.readexactly(int(length))
                elif exchange.header("transfer-encoding") == "chunked":
                    while size := int(await reader.readline(), 16):
                        exchange.body += (await reader.readexactly(size + 2))[:-2]
                    await reader.readline()
                self.log.append(exchange)
                self._changed.set()
                await self.handler(exchange)
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass  # the client disconnected, perhaps in the middle of a chunk's size
        finally:
            self.closed += 1
            self._changed.set()
            writer.close()


@asynccontextmanager
async def fault_server(
    handler: Handler, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[FaultServer]:
    """A fault server on the loopback interface, on a free port unless one is given."""
    server = FaultServer(handler, scheme="http" if tls is None else "https")
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not listening.is_serving():
            return writer.transport.abort()
        task = asyncio.ensure_future(server.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        # The `finally` of a task that is cancelled before its first step does not run.
        task.add_done_callback(lambda _: writer.close())
        return None

    listening = await asyncio.start_server(accept, "127.0.0.1", port, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await _closed(listening)


async def _closed(listening: asyncio.Server) -> None:
    """Close connections that never reached `accept`: TLS handshakes that the client aborted."""
    abort_clients = getattr(listening, "abort_clients", None)  # from Python 3.13 on; uvloop has none
    if abort_clients is not None:
        abort_clients()
        return
    give_up = time.monotonic() + 5
    while getattr(listening, "_active_count", 0) and time.monotonic() < give_up:  # noqa: ASYNC110  there is no event for it
        await asyncio.sleep(0.001)


@contextmanager
def fault_server_thread(handler: Handler) -> Iterator[FaultServer]:
    """`fault_server` in a thread, for clients outside of its event loop."""
    started: list[FaultServer] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        async with fault_server(handler) as server:
            started.append(server)
            ready.set()
            await stop.wait()

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert ready.wait(20), "the fault server did not start"
    try:
        yield started[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
