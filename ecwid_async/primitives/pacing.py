"""Long work in the process of a web app, which makes room for the requests to the app.

The interpreter, and perhaps the core, belong to one thread at a time, and that of the event loop has no priority. A
turn of the event loop between two parts is not enough either: a request takes several turns.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

__all__ = ["REQUESTS", "Pacing", "RecentRequests", "ThreadPacing"]

# In seconds.
_RECENT: Final = 1.0
_LONG_PART: Final = 0.002
# After a pause of the whole process, a part would seem to have taken long.
_MAX_REST: Final = 0.02


class RecentRequests:
    """Whether this process is handling requests. `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._latest: float | None = None

    def note(self) -> None:
        """Note that a request has arrived."""
        self._latest = self._clock()

    def __bool__(self) -> bool:
        """Return whether one arrived in the last second."""
        return self._latest is not None and self._clock() - self._latest < _RECENT


REQUESTS: Final = RecentRequests()
"""The requests to the app of this process. They share its interpreter, whatever event loop they arrive in."""


class Pacing:
    """Lets other tasks of an event loop of asyncio run between the parts of long work."""

    def __init__(self, requests: RecentRequests = REQUESTS) -> None:
        self._requests = requests
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()

    async def rest(self) -> None:
        """Give up a turn after a part.

        While there are requests, wait as long as the parts since the last wait took, once that is 2 ms.
        """
        worked = self._loop.time() - self._since
        is_long = worked >= _LONG_PART and self._requests
        await asyncio.sleep(min(worked, _MAX_REST) if is_long else 0)
        if is_long:
            self._since = self._loop.time()


class ThreadPacing:
    """Lets other threads run between the parts of long work of this thread. `clock` and `sleep` are in seconds."""

    def __init__(
        self,
        requests: RecentRequests = REQUESTS,
        *,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._requests = requests
        self._clock = clock
        self._sleep = sleep
        self._since = clock()

    def rest(self) -> None:
        """While there are requests, wait as long as the parts since the last wait took, once that is 2 ms."""
        worked = self._clock() - self._since
        if worked >= _LONG_PART and self._requests:
            self._sleep(min(worked, _MAX_REST))
            self._since = self._clock()
