"""Shielded work runs to its end, however the task that waits for it is cancelled."""

import asyncio
import threading
import time
from functools import partial

import anyio
import anyio.lowlevel
import pytest
import trio

from ecwid_async.primitives.shielding import run_shielded, run_shielded_in_thread
from tests.cancelling import KINDS, cancel_at_every_await


class Work:
    """Three steps, counting starts and ends."""

    def __init__(self) -> None:
        self.started = self.ended = 0

    async def __call__(self):
        self.started += 1
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        self.ended += 1
        return "done"


async def test_it_returns_the_result_of_the_work():
    assert await run_shielded(Work()) == "done"
    assert await run_shielded_in_thread(lambda: "done") == "done"


async def test_it_raises_the_error_of_the_work():
    async def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run_shielded(fail)
    with pytest.raises(ZeroDivisionError):
        await run_shielded_in_thread(lambda: 1 // 0)


@pytest.mark.parametrize("kind", KINDS)
async def test_work_that_has_started_ends_wherever_it_is_cancelled(kind):
    work = Work()

    def check():
        assert work.started == work.ended

    assert await cancel_at_every_await(lambda: run_shielded(work), kind, check) > 3


@pytest.mark.parametrize("kind", KINDS)
async def test_it_waits_for_the_thread_wherever_it_is_cancelled(kind):
    working = threading.Event()

    def work():
        working.set()
        time.sleep(0.01)
        working.clear()

    def check():
        assert not working.is_set()

    assert await cancel_at_every_await(lambda: run_shielded_in_thread(work), kind, check) > 0


def test_a_second_ctrl_c_waits_for_the_thread_too():
    """It cancels every task, also the one that runs the work."""
    working, seen = threading.Event(), []

    def work():
        working.set()
        time.sleep(0.05)
        working.clear()

    async def main():
        try:
            await run_shielded_in_thread(work)
        finally:
            seen.append(working.is_set())

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        task = loop.create_task(main())
        loop.run_until_complete(asyncio.to_thread(working.wait, 10))
        for each in asyncio.all_tasks(loop):
            each.cancel()
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)
    assert seen == [False]


async def test_a_cancellation_is_raised_once_the_work_has_ended():
    work, continued = Work(), []

    async def wait():
        await run_shielded(work)
        continued.append(True)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (work.ended, continued) == (1, [])


async def test_a_timeout_of_asyncio_raises_timeout_error():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await run_shielded(partial(asyncio.sleep, 0.1))


async def test_the_error_of_cancelled_work_is_the_cause():
    async def fail():
        await asyncio.sleep(0.01)
        raise ZeroDivisionError

    task = asyncio.create_task(run_shielded(fail))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_cancelled_scope_does_not_stop_the_work_under_trio():
    work = Work()

    async def main():
        with trio.CancelScope() as scope:
            scope.cancel()
            assert await run_shielded(work) == "done"
            await trio.lowlevel.checkpoint()
        return scope.cancelled_caught

    assert trio.run(main)
    assert work.ended == 1
