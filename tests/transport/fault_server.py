"""A server on a raw socket that misbehaves on purpose, and keeps a log of what reached it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from attrs import define, field

Handler = Callable[["Exchange"], Awaitable[None]]


@define
class Exchange:
    """One request as it stood on the wire, and the socket to answer on."""

    head: bytes
    body: bytes
    writer: asyncio.StreamWriter
    connection: int

    @property
    def line(self) -> str:
        return self.head.split(b"\r\n")[0].decode()

    def header(self, name: str) -> str | None:
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None

    async def send(self, text: bytes) -> None:
        self.writer.write(text)
        await self.writer.drain()

    async def answer(self, body: bytes = b"{}", *, status: str = "200 OK", headers: bytes = b"") -> None:
        await self.send(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status.encode(), len(body), headers, body))

    def reset(self) -> None:
        """Break the connection, with what is unsent lost."""
        self.writer.transport.abort()


@define
class FaultServer:
    """Hands every request to `handler`; `log` has them all, in the order in which they came."""

    handler: Handler
    port: int = 0
    log: list[Exchange] = field(factory=list)
    connections: int = 0
    closed: int = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v3"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = self.connections
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                exchange = Exchange(head[:-4], b"", writer, connection)
                length = exchange.header("content-length")
                if length is not None:
                    exchange.body = await reader.readexactly(int(length))
                elif exchange.header("transfer-encoding") == "chunked":
                    while size := int(await reader.readline(), 16):
                        exchange.body += (await reader.readexactly(size + 2))[:-2]
                    await reader.readline()
                self.log.append(exchange)
                await self.handler(exchange)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.closed += 1
            writer.close()


@asynccontextmanager
async def fault_server(handler: Handler, port: int = 0) -> AsyncIterator[FaultServer]:
    """A fault server on the loopback, on a free port unless one is named."""
    server = FaultServer(handler)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(server.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(accept, "127.0.0.1", port)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
