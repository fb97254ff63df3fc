"""An event loop with a virtual clock, which stands still while there is work and then jumps to the next timer.

It uses real sockets without real waiting: a stalled server, a pause of an hour or a rate limit take a millisecond each.
If the clock jumps too early, on a busy machine, that amounts to a slow network, and the schedule is still valid.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

# Real seconds without activity before the clock jumps. Threads outside of the loop need more.
IDLE_TIME = 0.001
DEADLOCK_TIMEOUT = 20.0


class _Selector(selectors.DefaultSelector):  # type: ignore[valid-type,misc]  # the class depends on the system
    def __init__(self, idle_time: float) -> None:
        super().__init__()
        self.idle_time = idle_time
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        ready = super().select(DEADLOCK_TIMEOUT if timeout is None else self.idle_time)
        if not ready:
            if timeout is None:
                raise RuntimeError("deadlock: every task waits, and no timer is set")
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, idle_time: float = IDLE_TIME) -> None:
        self._virtual = _Selector(idle_time)
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


def run_virtually(main: Coroutine[Any, Any, T], idle_time: float = IDLE_TIME) -> T:
    """`asyncio.run` in virtual time."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(idle_time)) as runner:
        return runner.run(main)
