"""Cancels a piece of work at every await of it in turn, in each of the ways that there are."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from itertools import count
from typing import Any, Final, Literal

import anyio

__all__ = ["KINDS", "Kind", "at_every_await", "cancelled_at"]

Kind = Literal["task", "scope"]
KINDS: Final[tuple[Kind, ...]] = ("task", "scope")
"""`task.cancel`, once and never again, as asyncio does it; and a cancel scope of anyio, which cancels every await."""


async def at_every_await(work: Callable[[], Awaitable[object]], kind: Kind, check: Callable[[], object]) -> int:
    """Run the work again and again, cancelled at its first await, its second and so on, until it ends before that.

    Awaits of all tasks that it starts count. After each run comes `check`. Gives the number of awaits.
    """
    for step in count(1):
        reached = await cancelled_at(step, work, kind)
        check()
        if not reached:
            return step - 1
    raise AssertionError


async def cancelled_at(step: int, work: Callable[[], Awaitable[object]], kind: Kind) -> bool:
    """Run the work once and cancel it as it awaits something for the nth time; whether it got that far."""
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
        return asyncio.Task(_Counted(coroutine, tick), loop=loop, **more)

    before = loop.get_task_factory()
    loop.set_task_factory(factory)  # type: ignore[arg-type]  # typeshed asks for more than is used
    try:
        task = loop.create_task(run())
        await asyncio.wait([task])
    finally:
        loop.set_task_factory(before)
    if not task.cancelled():
        task.result()
    return seen >= step


class _Counted(Coroutine[Any, Any, Any]):
    """A coroutine that is counted each time it waits."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], tick: Callable[[], None]) -> None:
        self._coroutine = coroutine
        self._tick = tick

    def send(self, value: Any) -> Any:
        waits_for = self._coroutine.send(value)
        self._tick()
        return waits_for

    def throw(self, *error: Any) -> Any:
        waits_for = self._coroutine.throw(*error)
        self._tick()
        return waits_for

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        raise NotImplementedError("tasks send")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coroutine, name)  # its state, for which anyio looks
