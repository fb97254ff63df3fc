"""`BackgroundRun`: something that runs for as long as the process, started again whenever it fails."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import check_number

__all__ = ["Background", "BackgroundRun", "BackgroundStatus", "Restarts"]

_CANCELLATIONS: Final = 2
_CANCEL_SECONDS: Final = 10.0
_log: Final = logging.getLogger("ecwid_async")


class Background(Protocol):
    """What runs in the background, such as the handling of webhooks."""

    async def run(self) -> None:
        """Run until `stop` is called, then finish what is in progress and return."""

    def stop(self) -> None:
        """Let `run` return."""


@frozen(kw_only=True)
class Restarts:
    """When a background run that has failed is started again, in seconds: the delay doubles up to a maximum.

    After a run of `reset_after`, the next delay is the `first` again. Raises `ConfigError` for a number that is not
    above 0.
    """

    first: float = 1.0
    longest: float = 60.0
    reset_after: float = 120.0

    def __attrs_post_init__(self) -> None:
        for name in ("first", "longest", "reset_after"):
            check_number(name, getattr(self, name), exclusive=True)


@frozen(kw_only=True)
class BackgroundStatus:
    """The state of a background run. `last_error` is the class of the error that ended it last."""

    name: str
    running: bool
    restarts: int
    last_error: str | None


class BackgroundRun:
    """Runs one `Background` in a task. `clock` and `sleep` count seconds."""

    def __init__(
        self,
        background: Background,
        restarts: Restarts,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._background = background
        self._restarts = restarts
        self._clock = clock
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._running = False
        self._restart_count = 0
        self._last_error: str | None = None

    @property
    def name(self) -> str:
        """The class of what runs."""
        return type(self._background).__name__

    @property
    def status(self) -> BackgroundStatus:
        """Whether it runs, and how often it was started again."""
        return BackgroundStatus(
            name=self.name, running=self._running, restarts=self._restart_count, last_error=self._last_error
        )

    @property
    def alive(self) -> bool:
        """Whether it runs, or will be started again."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Start it in a task of the running event loop."""
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name=f"ecwid {self.name}")

    async def stop(self, timeout: float) -> None:  # noqa: ASYNC109  the run is cancelled only afterwards
        """Let it finish what is in progress, for at most `timeout` seconds, and cancel it then."""
        task, self._task = self._task, None
        if task is None:
            return
        self._stopping = True
        try:
            if self._running:
                self._background.stop()
                await asyncio.wait([task], timeout=timeout)
        finally:
            await self._cancel(task)

    async def _cancel(self, task: asyncio.Task[None]) -> None:
        """Cancel the run, which may clean up, and leave it running if it swallows that: the process has to end."""
        for _ in range(_CANCELLATIONS):
            task.cancel()
            await asyncio.wait([task], timeout=_CANCEL_SECONDS)
            if task.done():
                break
        else:
            _log.error("%s does not end although it is cancelled", self.name)
            return
        if not task.cancelled():
            task.exception()  # or asyncio reports that nobody looked at it

    async def _run(self) -> None:
        delay = self._restarts.first
        while not self._stopping:
            started = self._clock()
            self._running = True
            try:
                await self._background.run()
                reason = "it ended by itself"
                self._last_error = None if self._stopping else "Ended"
            except Exception as error:
                self._last_error = reason = type(error).__name__
                # The message may have data of a customer.
                _log.debug("%s failed", self.name, exc_info=True)
            finally:
                self._running = False
            if self._stopping:
                return
            if self._clock() - started >= self._restarts.reset_after:
                delay = self._restarts.first
            _log.error("%s stopped (%s) and is started again in %g seconds", self.name, reason, delay)
            await self._sleep(delay)
            delay = min(delay * 2, self._restarts.longest)
            self._restart_count += 1
