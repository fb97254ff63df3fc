"""One connection pool for each event loop and process: connections can't move between them."""

import asyncio
import os
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["PoolPerLoop"]

P = TypeVar("P")


class PoolPerLoop(Generic[P]):
    """Creates a pool for each event loop and process on first use. Threads with a loop each may share it.

    `new_pool` creates a pool, `running_loop` returns the running event loop. There is no lock, because a fork could
    inherit it locked: each thread uses only the entry of its own loop, and every operation on the dict is atomic.
    """

    def __init__(
        self, new_pool: Callable[[], P], running_loop: Callable[[], object] = asyncio.get_running_loop
    ) -> None:
        self._new_pool = new_pool
        self._running_loop = running_loop
        self._pools: dict[tuple[object, int], P] = {}

    def __len__(self) -> int:
        return len(self._pools)

    def get(self) -> P:
        """The pool of the running event loop. Creating one drops the pools of closed loops."""
        key = (self._running_loop(), os.getpid())
        pool = self._pools.get(key)
        if pool is None:
            for other in list(self._pools):
                if _is_closed(other[0]):
                    self._pools.pop(other, None)
            pool = self._pools[key] = self._new_pool()
        return pool

    def pop(self) -> P | None:
        """Remove and return the pool of the running event loop, if there is one. `get` creates a new one."""
        return self._pools.pop((self._running_loop(), os.getpid()), None)


def _is_closed(loop: object) -> bool:
    is_closed = getattr(loop, "is_closed", None)
    return is_closed is not None and bool(is_closed())
