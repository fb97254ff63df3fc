"""What has to finish, finishes: also where the task that waits for it is cancelled."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, TypeVar

import anyio
import anyio.to_thread

__all__ = ["finish", "finish_in_thread"]

T = TypeVar("T")


async def finish(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``work()`` to its end whatever is cancelled meanwhile, and only then raise the cancellation.

    A shielded scope of anyio holds off the cancellation of scopes, but not asyncio's own: `task.cancel`,
    `asyncio.timeout`, the Ctrl-C of `asyncio.run`. Therefore the work runs in a task of its own there: it must bound
    its time itself, and must not leave a scope or a task group that the caller has entered. Where a scope was
    cancelled, the result is returned, and the caller's next await raises.
    """
    with anyio.CancelScope(shield=True):
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # trio, which knows no cancellation but that of scopes
            result = await work()
        else:
            result = await _finish(loop.create_task(work()))
    return result


async def _finish(task: asyncio.Task[T]) -> T:
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = cancelled or error
    if cancelled is not None:
        raise cancelled from (None if task.cancelled() else task.exception())
    return task.result()


async def finish_in_thread(work: Callable[[], T]) -> T:
    """Run what blocks in a worker thread, likewise: nobody goes on while the thread still works.

    That holds also where a second Ctrl-C cancels every task: then the event loop itself waits, whatever comes. What may
    block for ever, such as a pipe, is better run by `finish`.
    """
    job: Future[T] = Future()
    try:
        await finish(lambda: anyio.to_thread.run_sync(_run, job, work))
    finally:
        while not (job.cancel() or job.done()):  # it has begun
            with suppress(KeyboardInterrupt):
                wait([job])
    return job.result()


def _run(job: Future[T], work: Callable[[], T]) -> None:
    if job.set_running_or_notify_cancel():
        try:
            job.set_result(work())
        except BaseException as error:
            job.set_exception(error)
