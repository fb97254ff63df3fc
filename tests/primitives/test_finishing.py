import asyncio
import threading
import time
from functools import partial

import anyio
import anyio.lowlevel
import pytest
import trio

from ecwid_async.primitives.finishing import finish, finish_in_thread
from tests.cancelling import KINDS, at_every_await


class Work:
    """Three steps that tell how far they are."""

    def __init__(self) -> None:
        self.begun = self.ended = 0

    async def __call__(self):
        self.begun += 1
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        self.ended += 1
        return "done"


async def test_the_result_is_that_of_the_work():
    assert await finish(Work()) == "done"
    assert await finish_in_thread(lambda: "done") == "done"


async def test_so_is_an_error():
    async def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await finish(fail)
    with pytest.raises(ZeroDivisionError):
        await finish_in_thread(lambda: 1 // 0)


@pytest.mark.parametrize("kind", KINDS)
async def test_work_that_began_ends_wherever_it_is_cancelled(kind):
    work = Work()

    def check():
        assert work.begun == work.ended

    assert await at_every_await(lambda: finish(work), kind, check) > 3


@pytest.mark.parametrize("kind", KINDS)
async def test_a_thread_is_waited_for_wherever_it_is_cancelled(kind):
    working = threading.Event()

    def work():
        working.set()
        time.sleep(0.01)
        working.clear()

    def check():
        assert not working.is_set()

    assert await at_every_await(lambda: finish_in_thread(work), kind, check) > 0


def test_a_second_ctrl_c_waits_for_the_thread_too():
    """It cancels every task there is, also the one in which the work runs."""
    working, seen = threading.Event(), []

    def work():
        working.set()
        time.sleep(0.05)
        working.clear()

    async def main():
        try:
            await finish_in_thread(work)
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
    work, went_on = Work(), []

    async def wait():
        await finish(work)
        went_on.append(True)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (work.ended, went_on) == (1, [])


async def test_a_timeout_of_asyncio_stays_one():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await finish(partial(asyncio.sleep, 0.1))


async def test_work_that_fails_while_it_is_cancelled_leaves_its_error_as_the_cause():
    async def fail():
        await asyncio.sleep(0.01)
        raise ZeroDivisionError

    task = asyncio.create_task(finish(fail))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_on_trio_a_scope_is_all_that_can_cancel():
    work = Work()

    async def main():
        with trio.CancelScope() as scope:
            scope.cancel()
            assert await finish(work) == "done"
            await trio.lowlevel.checkpoint()
        return scope.cancelled_caught

    assert trio.run(main)
    assert work.ended == 1
