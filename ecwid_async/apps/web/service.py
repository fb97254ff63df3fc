"""`Service`: what a web app opens, runs in the background and closes with its process."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Any, Final, Self

from ecwid_async.apps.http import OutgoingResponse
from ecwid_async.apps.web.background import Background, BackgroundRun, BackgroundStatus, Restarts
from ecwid_async.apps.web.problem import Problem
from ecwid_async.errors import ConfigError
from ecwid_async.transport import check_number

__all__ = ["Service"]

_DEFAULT_RESTARTS: Final = Restarts()


class Service:
    """What a web app opens when it starts and closes when it ends, and what runs meanwhile.

    ``service = Service(ecwid, inbox, background=[webhooks])``

    - FastAPI, Starlette: ``lifespan=service.lifespan``. Litestar: ``lifespan=[service.lifespan]``. aiohttp.web:
      ``app.cleanup_ctx.append(service.cleanup_ctx)``.
    - Beside a lifespan of the app's own: ``async with service:`` in it. Around any ASGI app: `LifespanMiddleware`.

    `resources` are opened in order and closed in reverse. Each of `background` runs in a task. If it fails, or ends by
    itself, it is started again after a delay (`restarts`), and `background_status` and the health checks show it. When
    the service ends, it may finish what is in progress for `grace` seconds, and is cancelled then.

    A service can be started again once it has ended. Raises `ConfigError` if it is started twice at a time.
    """

    def __init__(
        self,
        *resources: AbstractAsyncContextManager[Any],
        background: Iterable[Background] = (),
        grace: float = 10.0,
        restarts: Restarts = _DEFAULT_RESTARTS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        check_number("grace", grace)
        self._resources = resources
        self._grace = grace
        self._runs = tuple(BackgroundRun(each, restarts, clock, sleep) for each in background)
        self._stack: AsyncExitStack | None = None
        self._opening = False

    def __repr__(self) -> str:
        return f"<Service {'started' if self.started else 'not started'}>"

    @property
    def started(self) -> bool:
        """Whether everything is open and running."""
        return self._stack is not None

    @property
    def alive(self) -> bool:
        """Whether it is started, and everything in the background runs or will be started again."""
        return self.started and all(run.alive for run in self._runs)

    @property
    def background_status(self) -> tuple[BackgroundStatus, ...]:
        """The state of what runs in the background."""
        return tuple(run.status for run in self._runs)

    async def __aenter__(self) -> Self:
        if self._stack is not None or self._opening:
            raise ConfigError("the service is started already: pass it to one app, or to one lifespan")
        self._opening = True
        try:
            async with AsyncExitStack() as stack:
                stack.callback(self._forget)
                for resource in self._resources:
                    await stack.enter_async_context(resource)
                for run in self._runs:
                    stack.push_async_callback(run.stop, self._grace)
                    run.start()
                self._stack = stack.pop_all()
        finally:
            self._opening = False
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._stack is not None:
            await self._stack.__aexit__(exc_type, exc, traceback)

    def _forget(self) -> None:
        self._stack = None

    @asynccontextmanager
    async def lifespan(self, app: object = None) -> AsyncIterator[None]:
        """The service as the lifespan of an app under FastAPI, Starlette or Litestar."""
        del app
        async with self:
            yield

    async def cleanup_ctx(self, app: object) -> AsyncIterator[None]:
        """The service as a cleanup context of aiohttp.web."""
        del app
        async with self:
            yield

    def unavailable(self) -> OutgoingResponse:
        """The response while it is not started, which the log of the app explains."""
        problem = Problem(
            status=503,
            detail="The app is not started. If it never is: pass `lifespan=service.lifespan` to the framework.",
            error="ServiceNotStarted",
            retry_after=5,
        )
        problem.log()
        return problem.response()
