"""Ending exchanges at their deadlines, with one timer of the event loop for all of them."""

import asyncio
import math
from types import TracebackType

__all__ = ["TimeLimit", "TimeLimits"]


class TimeLimits:
    """The open time limits of `loop`.

    asyncio and aiohttp set and cancel a timer for each exchange, which takes a twentieth of a call. Here the timer is
    set again only once it has fired, or for an exchange that ends before it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.open: set[TimeLimit] = set()
        self.next_end = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def set_timer(self, end: float) -> None:
        """End what is due at this time."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_at(end, self._expire)
        self.next_end = end

    def _expire(self) -> None:
        # The timer may fire a little early.
        now = max(self.next_end, self.loop.time())
        self._timer, self.next_end = None, math.inf
        for limit in [limit for limit in self.open if limit.end <= now]:
            self.open.discard(limit)
            limit.expire()
        if self.open:
            self.set_timer(min(limit.end for limit in self.open))


class TimeLimit:
    """A block that is cancelled at `end`, in seconds of the event loop's clock, and then raises `TimeoutError`.

    Like `asyncio.Timeout`, it counts cancellations to tell its own from others, which take precedence.
    """

    __slots__ = ("_cancelling", "_expired", "_limits", "_task", "end")

    def __init__(self, limits: TimeLimits, end: float) -> None:
        self._limits = limits
        self._expired = False
        self.end = end

    def __enter__(self) -> None:
        limits = self._limits
        task = asyncio.current_task(limits.loop)
        if task is None:
            raise RuntimeError("a request is sent in a task of asyncio")
        self._task = task
        self._cancelling = task.cancelling()
        limits.open.add(self)
        if self.end < limits.next_end:
            limits.set_timer(self.end)

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._limits.open.discard(self)  # the timer stays, since the next exchange will need it
        if self._expired and self._task.uncancel() <= self._cancelling and exc_type is asyncio.CancelledError:
            raise TimeoutError from exc

    def expire(self) -> None:
        """Cancel the block."""
        self._expired = True
        self._task.cancel()
