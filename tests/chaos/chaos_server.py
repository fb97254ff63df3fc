"""The server that acts out faults, and logs every request for the checks."""

import asyncio
import re
import socket
import struct
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from attrs import define, field, frozen

from tests.chaos.faults import ConnectionOutcome, DroppedConnection, Fault, ServerReply, ValidResponse

_TARGET = re.compile(r"(?P<method>\w+) /api/v3/(?P<store>\d+)/(?P<path>(?:orders|products)/(?P<number>\d+)\S*) ")


@frozen
class ReceivedRequest:
    """A complete request: when it arrived, by the loop's clock, and the reply to it."""

    at: float
    store: int
    number: int
    reply: ServerReply


@define
class ChaosServer:
    """Each item (an order, a product) has a number and its own faults. With none left, responses are valid."""

    faults: dict[int, deque[Fault]]
    dropped_connections: deque[DroppedConnection]
    port: int = 0
    log: list[ReceivedRequest] = field(factory=list)
    applied: Counter[int] = field(factory=Counter)
    unexpected: list[str] = field(factory=list)
    tasks: set[asyncio.Task[None]] = field(factory=set)
    _writers: set[asyncio.StreamWriter] = field(factory=set)
    _listening: asyncio.Server | None = None
    _empty: asyncio.Event = field(factory=asyncio.Event)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v3"

    async def open(self) -> None:
        self._listening = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    def refuse_connections(self) -> None:
        """Refuse new connections from now on; open ones stay."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def drop(self, connection: ConnectionOutcome) -> None:
        """End all connections, including idle ones."""
        for writer in self._writers:
            _reset(writer) if connection is ConnectionOutcome.RESET else writer.close()

    def send_unrequested(self, text: bytes) -> None:
        """Send data that was not requested on all connections."""
        for writer in self._writers:
            writer.write(text)

    def requests_for(self, number: int) -> list[ReceivedRequest]:
        return [request for request in self.log if request.number == number]

    async def all_closed(self) -> None:
        """Wait until no connection is open or being accepted, in real time, which the threads of a client use."""
        give_up = time.monotonic() + 20
        while not self._empty.is_set() or _accepting():
            assert time.monotonic() < give_up, f"{len(self._writers)} connections are open"
            await asyncio.sleep(0.01)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self._empty.clear()
        task = asyncio.ensure_future(self._serve(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        # The `finally` of a task that is cancelled before its first step does not run.
        task.add_done_callback(lambda _: self._leave(writer))

    def _leave(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        self._writers.discard(writer)
        if not self._writers:
            self._empty.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.dropped_connections:
                dropped = self.dropped_connections.popleft()
                if dropped.after:
                    await reader.readexactly(dropped.after)
                return await _end(dropped.connection, reader, writer)
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"(?i)\r\ncontent-length: *(\d+)", head)
                if length:
                    await reader.readexactly(int(length[1]))
                reply = self._reply_to(head)
                for piece in _pieces(reply):
                    writer.write(piece)
                    await writer.drain()
                    if reply.slow:
                        await asyncio.sleep(0.01)
                if reply.connection is not ConnectionOutcome.KEPT:
                    return await _end(reply.connection, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client closed the connection
        return None

    def _reply_to(self, head: str) -> ServerReply:
        found = _TARGET.match(head)
        if found is None:
            self.unexpected.append(head.split("\r\n")[0])
            return ServerReply(
                b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n", False, ConnectionOutcome.KEPT, refused=True
            )
        number = int(found["number"])
        faults = self.faults.get(number)
        fault = faults.popleft() if faults else ValidResponse()
        body = b'{"id":"%d"}' % number if found["method"] == "GET" else b'{"updateCount":1}'
        reply = fault.reply(body)
        self.applied[number] += reply.applied
        self.log.append(ReceivedRequest(asyncio.get_running_loop().time(), int(found["store"]), number, reply))
        return reply


def _accepting() -> bool:
    """Whether the event loop is accepting a connection that its client has already closed."""
    return any(getattr(task.get_coro(), "__name__", "") == "_accept_connection2" for task in asyncio.all_tasks())


def _pieces(reply: ServerReply) -> Iterable[bytes]:
    return (reply.data[start : start + 7] for start in range(0, len(reply.data), 7)) if reply.slow else [reply.data]


async def _end(connection: ConnectionOutcome, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if connection is ConnectionOutcome.RESET:
        _reset(writer)
    elif connection is ConnectionOutcome.CLOSED:
        writer.close()
    else:
        while await reader.read(65536):
            pass


def _reset(writer: asyncio.StreamWriter) -> None:
    # With a linger time of zero, closing sends a reset instead of a regular end.
    open_socket = writer.get_extra_info("socket")
    if open_socket.fileno() >= 0:
        open_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def chaos_server(
    faults: dict[int, list[Fault]], dropped_connections: Iterable[DroppedConnection] = ()
) -> AsyncIterator[ChaosServer]:
    queues: dict[int, deque[Fault]] = defaultdict(deque)
    queues.update({number: deque(faults_of_item) for number, faults_of_item in faults.items()})
    server = ChaosServer(queues, deque(dropped_connections))
    server._empty.set()
    await server.open()
    try:
        yield server
    finally:
        server.refuse_connections()
        server.drop(ConnectionOutcome.RESET)
        for task in server.tasks:
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)
