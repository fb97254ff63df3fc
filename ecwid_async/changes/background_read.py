"""A read that runs in a task of its own, so that it can use tasks itself, and is iterated inside ``async with``."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Generic, Literal, TypeVar

import anyio
import anyio.lowlevel

__all__ = ["BackgroundRead"]

B = TypeVar("B")
R = TypeVar("R")


class BackgroundRead(Generic[B]):
    """Runs `read` in a task once `batches` is iterated, which yields what it passes to `deliver`.

    A generator with tasks of its own would break the cancel scopes of its caller. `owner` is used in error messages.
    """

    def __init__(self, read: Callable[[], Awaitable[None]], owner: object) -> None:
        self._read = read
        self._owner = owner
        self._state: Literal["new", "open", "iterated"] = "new"
        self._error: Exception | None = None
        self._is_finished = False
        self._generators: list[AsyncGenerator[object, None]] = []

    async def open(self) -> None:
        """Allow the iteration. Raises `RuntimeError` the second time."""
        if self._state != "new":
            raise RuntimeError(f"{self._owner!r} can be read only once: build another one to read again")
        self._state = "open"
        self._batches_in, self._batches_out = anyio.create_memory_object_stream[B](0)
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()

    async def close(self) -> None:
        """Cancel the read, and close its generators."""
        self._tasks.cancel_scope.cancel()
        async with AsyncExitStack() as stack:
            # All of these run, the last one first, even if one is cancelled or fails.
            stack.callback(self._batches_out.close)
            stack.callback(self._batches_in.close)
            # The group would wrap an error of the body, so it doesn't get it.
            stack.push_async_callback(self._tasks.__aexit__, None, None, None)
            for generator in self._generators:
                stack.push_async_callback(_close, generator)

    def close_at_exit(self, generator: AsyncGenerator[R, None]) -> AsyncGenerator[R, None]:
        """Close a generator on exit: a loop that is left early leaves it open."""
        self._generators.append(generator)
        return generator

    async def batches(self) -> AsyncGenerator[B, None]:
        """Yield the batches.

        Raises the error of the read at the end, and `RuntimeError` before `open` and after `close`.
        """
        if self._state == "new":
            raise RuntimeError(f"open {self._owner!r} first, with async with")
        if self._state == "iterated":
            raise RuntimeError(f"{self._owner!r} can be read only once: build another one to read again")
        self._state = "iterated"
        self._tasks.start_soon(self._run)
        async for batch in self._batches_out:
            yield batch
        if self._error is not None:
            raise self._error
        if not self._is_finished:
            # The read was cancelled, and so is this iteration: it must not look like a complete one.
            await anyio.lowlevel.checkpoint()
            raise RuntimeError(f"{self._owner!r} was closed while it was iterated")

    async def deliver(self, batch: B) -> None:
        """Pass on a batch, and wait until the iteration takes it."""
        await self._batches_in.send(batch)

    async def _run(self) -> None:
        try:
            await self._read()
        except Exception as error:
            self._error = error
        else:
            self._is_finished = True
        finally:
            self._batches_in.close()


async def _close(generator: AsyncGenerator[object, None]) -> None:
    with suppress(RuntimeError):  # another task is running it, and closes it
        await generator.aclose()
