"""A client in an event loop of its own thread, for pipelines that are not async."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Final, Generic, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from ecwid_async.client import Ecwid

__all__ = ["PartQueue", "SharedClient"]

T = TypeVar("T")

# Pages that wait to be converted, for each section.
_CAPACITY: Final = 16


class SharedClient:
    """Opens a client in a thread when the first user needs it, and closes both after the last one.

    `new_client` returns the client as an async context manager.
    """

    def __init__(self, new_client: Callable[[], AbstractAsyncContextManager[Ecwid]]) -> None:
        self._new_client = new_client
        self._lock = Lock()
        self._users = 0
        self._stack = ExitStack()
        self._opened: tuple[BlockingPortal, Ecwid] | None = None

    @contextmanager
    def use(self) -> Iterator[tuple[BlockingPortal, Ecwid]]:
        """Yield a portal to the event loop, and the client."""
        with self._lock:
            if self._opened is None:
                with ExitStack() as stack:
                    portal = stack.enter_context(start_blocking_portal())
                    ecwid = stack.enter_context(portal.wrap_async_context_manager(self._new_client()))
                    self._stack = stack.pop_all()
                self._opened = portal, ecwid
            self._users += 1
            opened = self._opened
        try:
            yield opened
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._opened = None
                    self._stack.close()


class PartQueue(Generic[T]):
    """Passes values from tasks of an event loop to another thread. Create it in the loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._free = asyncio.Semaphore(_CAPACITY)
        self._values: SimpleQueue[T] = SimpleQueue()

    async def put(self, value: T) -> None:
        """Add a value, and wait while there are too many."""
        await self._free.acquire()
        self._values.put(value)

    def take(self) -> T | None:
        """Return the next value in the other thread, None if there is none yet."""
        try:
            value = self._values.get_nowait()
        except Empty:
            return None
        self._loop.call_soon_threadsafe(self._free.release)
        return value
