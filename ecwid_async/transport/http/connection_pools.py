"""Connections belong to an event loop and a process: which of them are the running one's."""

import asyncio
import os
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["PerLoop"]

P = TypeVar("P")


class PerLoop(Generic[P]):
    """One pool for each event loop and process, made on first use; threads with a loop each may share this.

    `loop` gives the running event loop. There is no lock, which a fork might find taken for ever: each thread uses the
    entry of its own loop only, and takes every step on the dict in one.
    """

    def __init__(self, make: Callable[[], P], loop: Callable[[], object] = asyncio.get_running_loop) -> None:
        self._make = make
        self._loop = loop
        self._pools: dict[tuple[object, int], P] = {}

    def __len__(self) -> int:
        return len(self._pools)

    def get(self) -> P:
        """The pool of the running event loop."""
        home = (self._loop(), os.getpid())
        pool = self._pools.get(home)
        if pool is None:
            for other in list(self._pools):
                if _has_ended(other[0]):
                    self._pools.pop(other, None)
            pool = self._pools[home] = self._make()
        return pool

    def pop(self) -> P | None:
        """The pool of the running event loop, which the next call of `get` replaces; None where there is none."""
        return self._pools.pop((self._loop(), os.getpid()), None)


def _has_ended(loop: object) -> bool:
    is_closed = getattr(loop, "is_closed", None)
    return is_closed is not None and bool(is_closed())
