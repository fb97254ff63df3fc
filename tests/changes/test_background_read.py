"""Reads in a task of their own: an iteration that is cancelled never looks complete."""

import anyio
import pytest

from ecwid_async.changes.background_read import BackgroundRead
from tests.cancelling import KINDS, Kind, cancel_at_every_await


@pytest.mark.parametrize("kind", KINDS)
async def test_an_iteration_that_is_cancelled_never_ends_as_if_it_was_complete(kind: Kind):
    iterations: list[list[int]] = []

    async def iterate() -> None:
        async def read() -> None:
            for number in range(3):
                await anyio.lowlevel.checkpoint()
                await background.deliver(number)

        background = BackgroundRead[int](read, "the read")
        await background.open()
        try:
            iterations.append([number async for number in background.close_at_exit(background.batches())])
        finally:
            await background.close()

    assert await cancel_at_every_await(iterate, kind, lambda: None) > 3
    assert all(iteration == [0, 1, 2] for iteration in iterations)
    assert iterations


async def test_an_error_of_the_read_is_raised_once_everything_before_it_was_yielded():
    async def read() -> None:
        await background.deliver(1)
        raise ValueError("no more")

    background = BackgroundRead[int](read, "the read")
    await background.open()
    numbers = background.close_at_exit(background.batches())
    assert await anext(numbers) == 1
    with pytest.raises(ValueError, match="no more"):
        await anext(numbers)
    await background.close()


async def test_a_read_is_iterated_once_and_while_it_is_open():
    async def read() -> None:
        await background.deliver(1)

    background = BackgroundRead[int](read, "the read")
    with pytest.raises(RuntimeError, match="open 'the read' first"):
        await anext(background.batches())
    await background.open()
    assert [number async for number in background.batches()] == [1]
    with pytest.raises(RuntimeError, match="only once"):
        await anext(background.batches())
    await background.close()
    with pytest.raises(RuntimeError, match="only once"):
        await background.open()
