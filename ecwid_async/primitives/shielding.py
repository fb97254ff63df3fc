"""Running work to its end, even if the task that awaits it is cancelled."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, TypeVar

import anyio
import anyio.to_thread

__all__ = ["run_shielded", "run_shielded_in_thread"]

T = TypeVar("T")


async def run_shielded(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``work()`` to its end despite any cancellation, and raise the cancellation only then.

    A shielded scope of anyio blocks the cancellation of scopes, but not asyncio's own: `task.cancel`,
    `asyncio.timeout`, and Ctrl-C in `asyncio.run`. Under asyncio the work therefore runs in a task of its own: it must
    limit its own time, and must not leave a scope or task group that the caller has entered. If a scope was cancelled,
    the result is returned, and the caller's next await raises.
    """
    with anyio.CancelScope(shield=True):
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # trio, where only scopes are cancelled
            result = await work()
        else:
            result = await _wait_until_done(loop.create_task(work()))
    return result


async def _wait_until_done(task: asyncio.Task[T]) -> T:
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = cancelled or error
    if cancelled is not None:
        raise cancelled from (None if task.cancelled() else task.exception())
    return task.result()


async def run_shielded_in_thread(work: Callable[[], T]) -> T:
    """Run blocking ``work()`` in a worker thread, and return or raise only once the thread has finished it.

    If a second Ctrl-C cancels every task, the event loop itself waits. Use `run_shielded` for work that may block
    forever, such as reading a pipe.
    """
    future: Future[T] = Future()
    try:
        await run_shielded(lambda: anyio.to_thread.run_sync(_run, future, work))
    finally:
        while not (future.cancel() or future.done()):  # it has started
            with suppress(KeyboardInterrupt):
                wait([future])
    return future.result()


def _run(future: Future[T], work: Callable[[], T]) -> None:
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)
