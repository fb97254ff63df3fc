"""An event loop's clock that a test puts forward: a minute passes at once, and not before the test says so."""

import asyncio
from collections.abc import Awaitable
from typing import Any

__all__ = ["Clock"]


class Clock:
    """The running loop's clock, which goes on by itself as well."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._real = loop.time
        self._ahead = 0.0
        loop.time = self.time  # type: ignore[method-assign]

    def time(self) -> float:
        return self._real() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._ahead += seconds

    async def wait(self, work: Awaitable[Any], *, most: float = 3600.0) -> Any:
        """What the work comes to, with as much time passing as it takes."""
        task = asyncio.ensure_future(work)
        until = self._ahead + most
        while not task.done():
            assert self._ahead < until, "nothing ends it"
            self.advance(1.0)
            # Until all that is due has happened, and what other threads have to say to it was heard.
            for _ in range(5):
                await asyncio.sleep(0)
        return task.result()
