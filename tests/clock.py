"""An event loop clock that a test moves forward, so that minutes pass at once."""

import asyncio
from collections.abc import Awaitable
from typing import Any

__all__ = ["Clock"]


class Clock:
    """The clock of a running loop. It also runs by itself."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._real = loop.time
        self._ahead = 0.0
        loop.time = self.time  # type: ignore[method-assign]

    def time(self) -> float:
        return self._real() + self._ahead

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        self._ahead += seconds

    async def wait(self, work: Awaitable[Any], *, at_most: float = 3600.0) -> Any:
        """Return the result of the work, and advance the clock until it is done, for at most `at_most` seconds."""
        task = asyncio.ensure_future(work)
        until = self._ahead + at_most
        while not task.done():
            assert self._ahead < until, f"the work did not end within {at_most} seconds"
            self.advance(1.0)
            # Let due callbacks run, also those from other threads.
            for _ in range(5):
                await asyncio.sleep(0)
        return task.result()
