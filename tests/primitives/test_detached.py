"""Detached work runs outside the caller's task, scope and context."""

import asyncio
import gc
from contextvars import ContextVar

import anyio
import anyio.lowlevel
import pytest

from ecwid_async.primitives.detached import start_detached

caller: ContextVar[str] = ContextVar("caller", default="nobody")


async def _start_and_leave(seen: list[str], ended: anyio.Event) -> None:
    async def work() -> None:
        await anyio.lowlevel.checkpoint()
        gc.collect()
        seen.append(caller.get())
        ended.set()

    caller.set("Ann")
    with anyio.CancelScope() as scope:
        start_detached(work)
        scope.cancel()
        await anyio.lowlevel.checkpoint()
    with anyio.fail_after(10):
        await ended.wait()


async def test_under_asyncio() -> None:
    seen: list[str] = []
    before = asyncio.all_tasks()
    await _start_and_leave(seen, anyio.Event())
    await asyncio.sleep(0)
    assert (seen, asyncio.all_tasks()) == (["nobody"], before)


def test_under_trio() -> None:
    trio = pytest.importorskip("trio")
    seen: list[str] = []

    async def main() -> None:
        await _start_and_leave(seen, anyio.Event())

    trio.run(main)
    assert seen == ["nobody"]


def test_work_that_never_ends_does_not_stop_the_event_loop_from_ending() -> None:
    ended: list[str] = []

    async def forever() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("cancelled")

    async def main() -> None:
        start_detached(forever)
        await anyio.lowlevel.checkpoint()
        await anyio.lowlevel.checkpoint()

    asyncio.run(main())
    pytest.importorskip("trio").run(main)
    assert ended == ["cancelled", "cancelled"]
