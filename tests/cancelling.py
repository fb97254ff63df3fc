"""Cancels work at each of its awaits in turn, by `task.cancel` or by a cancel scope."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from itertools import count
from typing import Any, Final, Literal

import anyio

__all__ = ["KINDS", "Kind", "cancel_at_every_await", "run_cancelled_at"]

Kind = Literal["task", "scope"]
KINDS: Final[tuple[Kind, ...]] = ("task", "scope")
"""`task.cancel` cancels once, as asyncio does; a cancel scope of anyio cancels every await."""


async def cancel_at_every_await(work: Callable[[], Awaitable[object]], kind: Kind, check: Callable[[], object]) -> int:
    """Run the work repeatedly, cancelled at its first await, its second and so on, until it ends before that.

    Awaits of all tasks that it starts count. `check` is called after each run. Returns the number of awaits.
    """
    for step in count(1):
        reached = await run_cancelled_at(step, work, kind)
        check()
        if not reached:
            return step - 1
    raise AssertionError


async def run_cancelled_at(step: int, work: Callable[[], Awaitable[object]], kind: Kind) -> bool:
    """Run the work once and cancel it at await number `step`. Returns whether it got that far."""
    loop = asyncio.get_running_loop()
    seen = 0
    scope = anyio.CancelScope()
    task: asyncio.Task[None]

    def tick() -> None:
        nonlocal seen
        seen += 1
        if seen == step:
            scope.cancel() if kind == "scope" else task.cancel()

    async def run() -> None:
        with scope:
            await work()

    def factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> asyncio.Task[Any]:
        return asyncio.Task(_CountedCoroutine(coroutine, tick), loop=loop, **more)

    before = loop.get_task_factory()
    loop.set_task_factory(factory)  # type: ignore[arg-type]  # typeshed requires more than is used
    try:
        task = loop.create_task(run())
        await asyncio.wait([task])
    finally:
        loop.set_task_factory(before)
    if not task.cancelled():
        task.result()
    return seen >= step


class _CountedCoroutine(Coroutine[Any, Any, Any]):
    """A coroutine that calls `tick` each time it waits."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], tick: Callable[[], None]) -> None:
        self._coroutine = coroutine
        self._tick = tick

    def send(self, value: Any) -> Any:
        awaited = self._coroutine.send(value)
        self._tick()
        return awaited

    def throw(self, *error: Any) -> Any:
        awaited = self._coroutine.throw(*error)
        self._tick()
        return awaited

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        raise NotImplementedError("tasks send")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coroutine, name)  # anyio looks at its state
