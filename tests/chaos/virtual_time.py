"""An event loop whose clock stands still while anything can happen, and then jumps to what is waited for.

Real sockets, and no real waiting: a stalled server, a pause of an hour and a rate limit cost a millisecond each. A jump
that comes too early, on a busy machine, is a network that was slow: a schedule is none the less valid for it.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

# A server and a client in one loop are done at once; a client with threads of its own takes a moment.
GRACE = 0.001
STUCK = 20.0


class _Selector(selectors.DefaultSelector):  # type: ignore[valid-type,misc]  # which class it is depends on the system
    def __init__(self, grace: float) -> None:
        super().__init__()
        self.grace = grace
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        ready = super().select(STUCK if timeout is None else self.grace)
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits for what nobody will do")
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, grace: float = GRACE) -> None:
        self._virtual = _Selector(grace)
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


def run(main: Coroutine[Any, Any, T], grace: float = GRACE) -> T:
    """`asyncio.run` in virtual time."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(grace)) as runner:
        return runner.run(main)
