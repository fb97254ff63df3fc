"""Calls are divided into batches, and a job continues the batches that earlier runs began."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from ecwid_async.batch import BatchOptions
from ecwid_async.batch.chunks import Chunk
from ecwid_async.batch.plan import BatchPlanner
from ecwid_async.errors import JobError
from tests.batch.world import (
    CALLS,
    SIZE,
    InterruptingTransport,
    World,
    interrupt_job,
    interrupting_transport,
    outcomes,
    run_job,
    run_keyed_job,
    stock_changes,
    stocks,
)


async def test_calls_that_cannot_be_batched_are_refused_before_sending() -> None:
    world, other = World.create(), World.create()
    fine = world.store.profile.get()
    upload = world.store.products.images.upload(7, b"png")
    for calls, refusal, words in [
        ([fine, upload], ValueError, "uploads bytes, which a batch can't do: pass external_url"),
        ([fine, fine], ValueError, "the same call is in the batch twice"),
        ([fine, other.store.profile.get()], ValueError, "built by another store"),
        ([fine, world.store.profile.get().with_timeout(5)], ValueError, "limit the whole batch, with its `timeout`"),
        ([fine, "profile"], TypeError, "a batch takes calls, .* not str"),
    ]:
        with pytest.raises(refusal, match=words):
            await world.run(calls, batch_size=1)
    assert not world.sandbox.requests
    assert outcomes(await world.run([fine])) == ["done"]


async def test_an_unpickled_call_can_be_sent_by_any_store() -> None:
    world = World.create()
    call = pickle.loads(pickle.dumps(world.store.profile.get()))
    assert outcomes(await world.run([call])) == ["done"]


async def test_other_input_under_the_same_job_name_is_refused_before_sending(tmp_path: Path) -> None:
    world = World.create(InterruptingTransport)
    product = await world.create_product()
    await interrupt_job(world, product, tmp_path, at=2)
    sent = len(world.batch_requests())
    other = [*stock_changes(world, product, 15), world.store.products.get(product), *stock_changes(world, product, 19)]
    for calls in (other, stock_changes(world, product, 10)):
        with pytest.raises(JobError, match=r"not the one that the job 'job' began with.*with_job_key.*1003-job-\w{8}"):
            await world.run(calls, batch_size=SIZE, job="job", journal_folder=tmp_path)
    assert len(world.batch_requests()) == sent
    assert outcomes(await run_job(world, product, tmp_path)) == ["done"] * CALLS
    for count, words in ((50, "it had 4 batches and is complete"), (34, "it had more than 34 calls")):
        with pytest.raises(JobError, match=words):
            await run_job(world, product, tmp_path, count=count)
    assert await world.stock(product) == CALLS


async def test_no_calls_can_be_added_to_a_complete_job(tmp_path: Path) -> None:
    world = World.create()
    product = await world.create_product()
    await run_job(world, product, tmp_path, count=20)
    with pytest.raises(JobError, match="it had 2 batches"):
        await run_job(world, product, tmp_path, count=30)
    assert await world.stock(product) == 20


@pytest.mark.parametrize("batch_size", [7, 20])
async def test_a_rerun_keeps_started_batches_and_divides_the_rest_by_the_current_quota(
    tmp_path: Path, batch_size: int
) -> None:
    world = World.create(InterruptingTransport)
    product = await world.create_product()
    await interrupt_job(world, product, tmp_path, at=2)
    results = await world.run(
        stock_changes(world, product, CALLS), batch_size=batch_size, job="job", journal_folder=tmp_path
    )
    assert outcomes(results) == ["done"] * CALLS
    assert await world.stock(product) == CALLS
    assert world.batch_sizes == ([10, 10, 7, 7, 1] if batch_size == 7 else [10, 10, 15])


async def test_an_empty_input_neither_starts_nor_completes_a_job(tmp_path: Path) -> None:
    world = World.create()
    product = await world.create_product()
    assert await run_job(world, product, tmp_path, count=0) == []
    assert outcomes(await run_job(world, product, tmp_path)) == ["done"] * CALLS
    with pytest.raises(JobError, match="it had 4 batches or more, not 0"):
        await run_job(world, product, tmp_path, count=0)


async def test_a_job_with_keys_accepts_reordered_shortened_and_extended_input(tmp_path: Path) -> None:
    world = World.create()
    products = [await world.create_product() for _ in range(26)]
    assert outcomes(await run_keyed_job(world, products[:24], tmp_path)) == ["done"] * 24
    sent = len(world.batch_requests())
    changed = [products[25], *reversed(products[3:24]), products[24]]
    assert outcomes(await run_keyed_job(world, changed, tmp_path)) == ["done"] * 23
    assert len(world.batch_requests()) == sent + 1
    assert await stocks(world, products) == [1] * 26
    assert outcomes(await run_keyed_job(world, products, tmp_path)) == ["done"] * 26
    assert len(world.batch_requests()) == sent + 1


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("reached", [True, False])
@pytest.mark.parametrize("way", ["batch", "bulk"])
async def test_an_interrupted_job_with_keys_resumes_with_any_input(
    tmp_path: Path, at: int, reached: bool, way: str
) -> None:
    world = World.create(InterruptingTransport)
    products = [await world.create_product() for _ in range(32)]
    breaking = interrupting_transport(world)
    breaking.at, breaking.reached = breaking.created + at, reached
    with pytest.raises(KeyboardInterrupt):
        await run_keyed_job(world, products[:28], tmp_path)
    # The calls of the interrupted batch are far apart, and some are missing.
    changed = [product for product in (*products[1::2], *products[::2]) if product != products[SIZE * (at - 1) + 4]]
    results: list[Any]
    if way == "batch":
        results = await run_keyed_job(world, changed, tmp_path)
    else:
        calls = [world.store.products.inventory.adjust(one, 1).with_job_key(f"sku-{one}") for one in changed]
        options = BatchOptions(job="job", journal_folder=tmp_path)
        results = [result async for result in world.runner(SIZE).bulk(calls, options)]
    assert outcomes(results) == ["done"] * 31
    assert await stocks(world, changed) == [1] * 31
    assert outcomes(await run_keyed_job(world, products, tmp_path)) == ["done"] * 32
    assert await stocks(world, products) == [1] * 32


async def test_a_job_key_with_other_content_is_refused_by_name_before_sending(tmp_path: Path) -> None:
    world = World.create()
    products = [await world.create_product() for _ in range(25)]
    await run_keyed_job(world, products[:3], tmp_path)
    sent = len(world.batch_requests())
    calls = [world.store.products.inventory.adjust(one, 1).with_job_key(f"sku-{one}") for one in products[3:]]
    calls.append(world.store.products.inventory.adjust(products[2], 2).with_job_key(f"sku-{products[2]}"))
    with pytest.raises(JobError, match=rf"job key 'sku-{products[2]}' was sent with other content .*another key"):
        await world.run(calls, batch_size=SIZE, job="job", journal_folder=tmp_path)
    assert len(world.batch_requests()) == sent
    assert outcomes(await run_keyed_job(world, products, tmp_path)) == ["done"] * 25


async def test_calls_that_had_no_effect_are_sent_again_even_with_other_content(tmp_path: Path) -> None:
    world = World.create()
    product, other = await world.create_product(), await world.create_product()

    def calls(number: int) -> list[Any]:
        adjust = world.store.products.inventory.adjust
        numbers = [product, number, other]
        return [adjust(one, 1).with_job_key(key) for key, one in zip("abc", numbers, strict=True)]

    options: dict[str, Any] = {"job": "job", "journal_folder": tmp_path, "stop_on_first_failure": True}
    assert outcomes(await world.run(calls(1), **options)) == ["done", "NotFound", "NotExecuted"]
    third = await world.create_product()
    assert outcomes(await world.run(calls(third), **options)) == ["done", "done", "done"]
    assert await stocks(world, [product, third, other]) == [1] * 3


async def test_all_calls_of_a_job_have_unique_job_keys_or_none(tmp_path: Path) -> None:
    world = World.create()
    product = await world.create_product()
    options: dict[str, Any] = {"job": "job", "journal_folder": tmp_path}

    def calls(*keys: str | int | None) -> list[Any]:
        made = stock_changes(world, product, len(keys))
        return [call if key is None else call.with_job_key(key) for call, key in zip(made, keys, strict=True)]

    with pytest.raises(ValueError, match="two calls of the job have the key 'a'"):
        await world.run(calls("a", "b", "a"), **options)
    with pytest.raises(ValueError, match="has no job key, but other calls do"):
        await world.run(calls("a", None), **options)
    assert not world.batch_requests()
    assert outcomes(await world.run(calls("a", 7, "\ud83d"), **options)) == ["done"] * 3
    assert outcomes(await world.run(calls("7"), **options)) == ["done"]
    with pytest.raises(JobError, match="it began with job keys, and these calls have none"):
        await world.run(calls(None), **options)
    # Without a job, job keys have no effect.
    assert outcomes(await world.run(calls("a", None))) == ["done"] * 2
    assert await world.stock(product) == 5

    async def twice() -> list[Any]:
        twice = calls("u", "v", "w", "u")
        return [one async for one in world.runner(2).bulk(twice, BatchOptions(job="other", journal_folder=tmp_path))]

    with pytest.raises(ValueError, match="two calls of the job have the key 'u'"):
        await twice()


def test_a_job_key_is_text_or_a_number_and_stays_with_its_call() -> None:
    store = World.create().store
    call = store.products.get(7)
    assert call.request
    assert call.job_key is None
    for refused in ("", "x" * 201):
        with pytest.raises(ValueError, match="a job key has 1 to 200 characters"):
            call.with_job_key(refused)
    for odd in (True, None, 1.5):
        with pytest.raises(TypeError, match="can't be a job key"):
            call.with_job_key(odd)  # type: ignore[arg-type]
    assert call.with_job_key(7) is call
    assert (call.job_key, call.with_job_key("a").job_key) == ("7", "a")
    bound = call.bind(store._channel)
    assert bound.request
    assert (bound.job_key, pickle.loads(pickle.dumps(call)).job_key) == ("a", "a")


def test_a_chunk_is_divided_into_batches_whose_calls_have_ids_of_their_own() -> None:
    store = World.create().store
    chunk = Chunk.of([store.products.get(number) for number in range(5)])
    planner = BatchPlanner(store._channel, None, 2, is_complete_input=True)
    batches = planner.plan(chunk)
    assert [batch.positions for batch in batches] == [[0, 1], [2, 3], [4]]
    assert [batch.indexes for batch in batches] == [[0, 1], [0, 1], [0]]
    assert batches[1].body() == [
        {"id": "0", "method": "GET", "path": "products/2"},
        {"id": "1", "method": "GET", "path": "products/3"},
    ]
    batches[1].settle(["c", "d"])
    assert (chunk.results, chunk.unsettled) == ([None, None, "c", "d", None], 3)
