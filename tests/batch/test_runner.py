"""`batch` and `bulk`: typed results in order, failures as values or raised."""

import asyncio
import pickle
import warnings
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from ecwid_async.batch import BatchOptions
from ecwid_async.calls import Call
from ecwid_async.client import Ecwid
from ecwid_async.errors import APIError, BatchError, EcwidError, NotFound
from ecwid_async.models.products import Product
from tests.batch.world import World, outcomes, stock_changes


async def test_results_are_typed_and_in_the_callers_order() -> None:
    world = World.create()
    product = await world.create_product(stock=5)
    found, adjusted, listed, gone = await world.run(
        [
            world.store.products.get(product),
            world.store.products.inventory.adjust(product, -2),
            world.store.products.delete(product),
            world.store.products.get(product),
        ]
    )
    assert isinstance(found, Product)
    assert (found.id, found.quantity) == (product, 5)
    assert adjusted.update_count == 1
    assert listed.delete_count == 1
    assert isinstance(gone, NotFound)
    assert (gone.status, gone.request.path) == (404, f"/products/{product}")
    assert gone.message


async def test_an_async_iterable_of_calls_is_refused_in_favour_of_bulk() -> None:
    async def calls() -> AsyncIterator[Call[Product]]:
        yield world.store.products.get(1)

    world = World.create()
    with pytest.raises(TypeError, match="pass an async one to `bulk`"):
        await world.store.batch(calls())  # type: ignore[call-overload]  this is the mistake


async def test_failures_are_raised_with_all_results() -> None:
    world = World.create()
    product = await world.create_product()
    calls = [world.store.products.get(product), world.store.products.get(1), world.store.products.get(2)]
    with pytest.raises(
        BatchError, match=r"2 of 3 calls did not succeed \(2 NotFound\).*The first, at 1: GET /prod"
    ) as e:
        await world.runner().batch(calls, BatchOptions(), raise_on_failure=True)
    assert isinstance(e.value.results[0], Product)
    assert [at for at, _ in e.value.failures] == [1, 2]
    assert e.value.__cause__ is e.value.results[1]
    again = pickle.loads(pickle.dumps(e.value))
    assert str(again) == str(e.value)
    assert again.results[0] == e.value.results[0]


async def test_calls_in_a_batch_are_used_up_and_do_not_warn() -> None:
    world = World.create()
    call = world.store.profile.get()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await world.run([call])
    with pytest.raises(RuntimeError, match="was already sent"):
        await call
    with pytest.raises(RuntimeError, match="was already sent"):
        await world.run([call])


async def test_no_calls_send_no_requests() -> None:
    world = World.create()
    assert await world.run([]) == []
    assert not world.sandbox.requests


async def test_batches_are_listed_stopped_and_deleted() -> None:
    world = World.create(batch_seconds=1.0)
    batches = world.store.batches
    calls = [{"method": "GET", "path": "profile"}] * 3
    tickets = [(await batches.create(calls, group_id="g")).ticket or "" for _ in range(3)]
    assert [one.ticket async for one in batches.search("QUEUED")] == tickets[1:]
    assert (await batches.cancel_group("g", ticket=tickets[1])).update_count == 1
    assert (await batches.delete(tickets[2])).delete_count == 1
    assert [(one.ticket, one.status) async for one in batches.search("COMPLETED")] == [(tickets[1], "COMPLETED")]
    assert [one.ticket async for one in batches.search("QUEUED")] == []


async def test_cancelling_leaves_no_task() -> None:
    world = World.create(batch_seconds=1.0)
    running: list[asyncio.Task[Any]] = []

    async def forever(seconds: float) -> None:
        running[0].cancel()
        await asyncio.Event().wait()

    world.sleep = forever  # type: ignore[method-assign]
    running.append(asyncio.create_task(world.run([world.store.profile.get() for _ in range(30)], batch_size=30)))
    with pytest.raises(asyncio.CancelledError):
        await running[0]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_bulk_reads_calls_as_needed_and_holds_few_batches() -> None:
    world = World.create()
    product = await world.create_product()
    read = returned = most_held = 0

    async def source() -> AsyncIterator[Any]:
        nonlocal read, most_held
        for number in range(1000):
            read += 1
            most_held = max(most_held, read - returned)
            yield world.store.products.get(number) if number == 700 else stock_changes(world, product, 1)[0]

    results = []
    async for result in world.runner(20).bulk(source(), BatchOptions()):
        returned += 1
        results.append(result)
    assert outcomes(results) == ["done"] * 700 + ["NotFound"] + ["done"] * 299
    assert await world.stock(product) == 999
    assert most_held <= 3 * 20
    assert len(world.batch_requests()) == 50


async def test_bulk_sends_nothing_more_once_it_is_left_early() -> None:
    world = World.create()
    product = await world.create_product()
    calls = (world.store.products.inventory.adjust(product, 1) for _ in range(200))
    async with aclosing(world.runner(10).bulk(calls, BatchOptions())) as results:
        async for _ in results:
            break
    assert len(world.batch_requests()) <= 3
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_store_sends_batches_over_http(ecwid_sandbox_url: str) -> None:
    async with Ecwid(base_url=ecwid_sandbox_url, quota=None) as ecwid:
        store = ecwid.store(1003, "secret_demo")
        products = [product async for product in store.products.search(limit=10)][:10]
        found = await store.batch(store.products.get(product.id or 0) for product in products)
        assert [one.id for one in found] == [one.id for one in products]
        results = [result async for result in store.bulk([store.products.get(1), store.profile.get()])]
        assert isinstance(results[0], APIError)
        assert not isinstance(results[1], EcwidError)
