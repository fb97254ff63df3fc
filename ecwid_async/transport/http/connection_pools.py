"""One connection pool for each event loop and process: connections can't move between them."""

import asyncio
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

__all__ = ["PoolPerLoop"]

P = TypeVar("P")
A = TypeVar("A")


class PoolPerLoop(Generic[P]):
    """Creates a pool for each event loop and process on first use. Threads with a loop each may share it.

    `new_pool` creates a pool, `running_loop` returns the running event loop. Pools of connections to `server` that were
    not closed are reported, and given to `abandon` in the thread of their loop. In a forked process, pools of the
    parent are given to `disown`, which must not use their loop: both processes share its epoll. There is no lock,
    because a fork could inherit it locked: each thread uses only the entry of its own loop, and every operation on the
    dict is atomic.
    """

    def __init__(
        self,
        new_pool: Callable[[], P],
        running_loop: Callable[[], object] = asyncio.get_running_loop,
        *,
        server: str | None = None,
        abandon: Callable[[P], None] | None = None,
        disown: Callable[[P], None] | None = None,
    ) -> None:
        self._new_pool = new_pool
        self._running_loop = running_loop
        self._server = server
        self._abandon = abandon
        self._disown = disown
        self._pools: dict[tuple[object, int], _OpenPool[P]] = {}

    def __len__(self) -> int:
        return len(self._pools)

    def get(self) -> P:
        """The pool of the running event loop. Creating one drops the pools of closed loops."""
        loop, process = self._running_loop(), os.getpid()
        entry = self._pools.get((loop, process))
        if entry is None:
            for other in list(self._pools):
                if _is_closed(other[0]):
                    self._pools.pop(other, None)
            entry = _OpenPool(self._new_pool(), loop, process, self._server, self._abandon, self._disown)
            self._pools[loop, process] = entry
        return entry.pool

    def pop(self) -> P | None:
        """Remove and return the pool of the running event loop, if there is one. `get` creates a new one."""
        entry = self._pools.pop((self._running_loop(), os.getpid()), None)
        return None if entry is None else entry.take()


class _OpenPool(Generic[P]):
    """A pool that reports if it is dropped before it is taken, to be closed."""

    def __init__(
        self,
        pool: P,
        loop: object,
        process: int,
        server: str | None,
        abandon: Callable[[P], None] | None,
        disown: Callable[[P], None] | None,
    ) -> None:
        self.pool = pool
        self._loop = loop
        self._process = process
        self._server = server
        self._abandon = abandon
        self._disown = disown
        self._taken = False

    def take(self) -> P:
        self._taken = True
        return self.pool

    def __del__(self) -> None:
        if self._taken:
            return
        if self._process != os.getpid():
            # A forked process does not close what belongs to its parent.
            if self._disown is not None:
                self._disown(self.pool)
            return
        if self._is_in_frozen_thread():
            if self._disown is not None:
                self._disown(self.pool)
        elif self._abandon is not None:
            self._in_loop(self._abandon, self.pool)
        if self._server is None:
            return
        message = (
            f"connections to {self._server} were not closed: use `async with Ecwid() as ecwid`, or "
            "`await ecwid.aclose()` before the event loop ends"
        )
        # As asyncio and aiohttp do, since Python hides the warning unless it is in development mode.
        if isinstance(self._loop, asyncio.AbstractEventLoop):
            self._in_loop(self._loop.call_exception_handler, {"message": message})
        warnings.warn(message, ResourceWarning, stacklevel=2, source=self)

    def _in_loop(self, function: Callable[[A], None], argument: A) -> None:
        """Call a function where the loop can be used: in its own thread if it runs in another one."""
        if isinstance(self._loop, asyncio.AbstractEventLoop) and self._runs_elsewhere() and not sys.is_finalizing():
            with suppress(RuntimeError):  # it was closed meanwhile
                self._loop.call_soon_threadsafe(function, argument)
        else:
            function(argument)

    def _runs_elsewhere(self) -> bool:
        loop = self._loop
        return isinstance(loop, asyncio.AbstractEventLoop) and loop.is_running() and _running_loop_or_none() is not loop

    def _is_in_frozen_thread(self) -> bool:
        """Whether the loop runs in a daemon thread, which goes on no more at the end of the interpreter."""
        return sys.is_finalizing() and self._runs_elsewhere()


def _running_loop_or_none() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _is_closed(loop: object) -> bool:
    is_closed = getattr(loop, "is_closed", None)
    return is_closed is not None and bool(is_closed())
