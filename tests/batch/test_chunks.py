"""Calls are read in chunks, and a generator of calls is closed."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from ecwid_async.batch import BatchOptions
from ecwid_async.batch.chunks import read_calls, read_chunks
from tests.batch.world import World


async def test_bulk_closes_the_generator_it_reads_calls_from() -> None:
    world = World.create()
    product = await world.create_product()
    closed = []

    def calls() -> Iterator[Any]:
        try:
            while True:
                yield world.store.products.inventory.adjust(product, 1)
        finally:
            closed.append("sync")

    async def later() -> AsyncIterator[Any]:
        try:
            for call in calls():
                yield call
        finally:
            closed.append("async")

    source = calls()
    async with aclosing(world.runner(10).bulk(source, BatchOptions())) as results:
        await anext(results)
    assert closed == ["sync"]
    async_source = later()
    async with aclosing(world.runner(10).bulk(async_source, BatchOptions())) as results:
        await anext(results)
    assert "async" in closed
    # It is closed as well if a call is refused.
    refused = (call for call in [world.store.profile.get(), 7])
    with pytest.raises(TypeError, match="not int"):
        assert [one async for one in world.runner(10).bulk(refused, BatchOptions())]  # type: ignore[list-item]
    assert refused.gi_frame is None


async def test_calls_are_read_in_chunks_of_the_sizes_requested() -> None:
    world = World.create()
    sizes = iter([3, 1, 10, 10])
    calls = read_calls([world.store.products.get(number) for number in range(6)])
    chunks = [[call.request.path for call in chunk] async for chunk in read_chunks(calls, lambda: next(sizes))]
    assert [len(chunk) for chunk in chunks] == [3, 1, 2]
    assert [path for chunk in chunks for path in chunk] == [f"/products/{number}" for number in range(6)]
