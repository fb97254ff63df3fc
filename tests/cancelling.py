"""Cancels work at each of its awaits in turn, by `task.cancel` or by a cancel scope."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from itertools import count
from typing import Any, Final, Literal

import anyio

__all__ = ["KINDS", "Kind", "cancel_at_every_await", "run_cancelled_at"]

Kind = Literal["task", "scope"]
KINDS: Final[tuple[Kind, ...]] = ("task", "scope")
"""`task.cancel` cancels one await, as asyncio does; an anyio cancel scope also cancels every later one."""


async def cancel_at_every_await(work: Callable[[], Awaitable[object]], kind: Kind, check: Callable[[], object]) -> int:
    """Run the work repeatedly, cancelled at its first await, then at its second and so on, until it ends uncancelled.

    Awaits of all tasks that it starts count. `check` is called after each run. Returns the number of awaits.
    """
    for step in count(1):
        reached = await run_cancelled_at(step, work, kind)
        check()
        if not reached:
            return step - 1
    raise AssertionError


async def run_cancelled_at(step: int, work: Callable[[], Awaitable[object]], kind: Kind) -> bool:
    """Run the work once and cancel it at await number `step`. Returns whether it reached that await."""
    loop = asyncio.get_running_loop()
    awaits = 0
    scope = anyio.CancelScope()
    task: asyncio.Task[None]

    def count_await() -> None:
        nonlocal awaits
        awaits += 1
        if awaits == step:
            scope.cancel() if kind == "scope" else task.cancel()

    async def run() -> None:
        with scope:
            await work()

    def create_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        return asyncio.Task(_CountedCoroutine(coroutine, count_await), loop=loop, **options)

    original_factory = loop.get_task_factory()
    loop.set_task_factory(create_task)  # type: ignore[arg-type]  # typeshed requires more than is used
    try:
        task = loop.create_task(run())
        await asyncio.wait([task])
    finally:
        loop.set_task_factory(original_factory)
    if not task.cancelled():
        task.result()
    return awaits >= step


class _CountedCoroutine(Coroutine[Any, Any, Any]):
    """A coroutine that calls `on_await` each time it waits."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], on_await: Callable[[], None]) -> None:
        self._coroutine = coroutine
        self._on_await = on_await

    def send(self, value: Any) -> Any:
        awaited = self._coroutine.send(value)
        self._on_await()
        return awaited

    def throw(self, *error: Any) -> Any:
        awaited = self._coroutine.throw(*error)
        self._on_await()
        return awaited

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        raise NotImplementedError("tasks call `send`")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coroutine, name)  # anyio reads its state
