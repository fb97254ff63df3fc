"""The server that acts out a schedule of faults, and keeps the log against which the client is judged."""

import asyncio
import re
import socket
import struct
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from attrs import define, field, frozen

from tests.chaos.faults import Door, Ends, Fault, Reply, Serve

_TARGET = re.compile(r"(?P<method>\w+) /api/v3/(?P<store>\d+)/(?P<path>(?:orders|products)/(?P<number>\d+)\S*) ")


@frozen
class Arrival:
    """A request that came whole, at a moment of the loop's clock, and what was done with it."""

    at: float
    store: int
    number: int
    reply: Reply


@define
class ChaosServer:
    """Each item (an order, a product) has a number and faults of its own; with none left, it is served properly."""

    faults: dict[int, deque[Fault]]
    doors: deque[Door]
    port: int = 0
    log: list[Arrival] = field(factory=list)
    applied: Counter[int] = field(factory=Counter)
    strays: list[str] = field(factory=list)
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

    def shut(self) -> None:
        """Refuse connections from now on; those that are there stay."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def drop(self, ends: Ends) -> None:
        """End all connections, idle ones too."""
        for writer in self._writers:
            _reset(writer) if ends is Ends.RESET else writer.close()

    def say(self, text: bytes) -> None:
        """Send what nobody asked for on all connections."""
        for writer in self._writers:
            writer.write(text)

    def of(self, number: int) -> list[Arrival]:
        return [arrival for arrival in self.log if arrival.number == number]

    async def deserted(self) -> None:
        """Wait until no connection is open or being accepted, in real time: a client's threads know no other."""
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
        # A task that is cancelled before its first step has no `finally`.
        task.add_done_callback(lambda _: self._leave(writer))

    def _leave(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        self._writers.discard(writer)
        if not self._writers:
            self._empty.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.doors:
                door = self.doors.popleft()
                if door.after:
                    await reader.readexactly(door.after)
                return await _end(door.ends, reader, writer)
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"(?i)\r\ncontent-length: *(\d+)", head)
                if length:
                    await reader.readexactly(int(length[1]))
                reply = self._settle(head)
                for piece in _pieces(reply):
                    writer.write(piece)
                    await writer.drain()
                    if reply.slowly:
                        await asyncio.sleep(0.01)
                if reply.ends is not Ends.KEPT:
                    return await _end(reply.ends, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # gone
        return None

    def _settle(self, head: str) -> Reply:
        found = _TARGET.match(head)
        if found is None:
            self.strays.append(head.split("\r\n")[0])
            return Reply(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n", False, Ends.KEPT, refused=True)
        number = int(found["number"])
        faults = self.faults.get(number)
        fault = faults.popleft() if faults else Serve()
        body = b'{"id":"%d"}' % number if found["method"] == "GET" else b'{"updateCount":1}'
        reply = fault.reply(body)
        self.applied[number] += reply.applied
        self.log.append(Arrival(asyncio.get_running_loop().time(), int(found["store"]), number, reply))
        return reply


def _accepting() -> bool:
    """Whether the event loop is taking a connection that a client has already given up."""
    return any(getattr(task.get_coro(), "__name__", "") == "_accept_connection2" for task in asyncio.all_tasks())


def _pieces(reply: Reply) -> Iterable[bytes]:
    return (reply.text[start : start + 7] for start in range(0, len(reply.text), 7)) if reply.slowly else [reply.text]


async def _end(ends: Ends, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if ends is Ends.RESET:
        _reset(writer)
    elif ends is Ends.CLOSED:
        writer.close()
    else:
        while await reader.read(65536):
            pass


def _reset(writer: asyncio.StreamWriter) -> None:
    # Without a linger time, closing sends a reset; by itself it would say a proper goodbye.
    open_socket = writer.get_extra_info("socket")
    if open_socket.fileno() >= 0:
        open_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def chaos_server(faults: dict[int, list[Fault]], doors: Iterable[Door] = ()) -> AsyncIterator[ChaosServer]:
    queues: dict[int, deque[Fault]] = defaultdict(deque)
    queues.update({number: deque(of_one) for number, of_one in faults.items()})
    server = ChaosServer(queues, deque(doors))
    server._empty.set()
    await server.open()
    try:
        yield server
    finally:
        server.shut()
        server.drop(Ends.RESET)
        for task in server.tasks:
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)
