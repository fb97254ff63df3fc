"""Several batches are in progress at once, and their results are returned in order."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ecwid_async.batch import BatchOptions, BatchRunner
from ecwid_async.client import Ecwid
from ecwid_async.errors import JobError
from ecwid_async.models.products import ProductDraft
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.wire import Headers, Request, Response
from tests.batch.world import (
    STORE,
    TOKEN,
    InterruptingTransport,
    World,
    interrupting_transport,
    outcomes,
    run_job,
    stock_changes,
)


async def test_more_calls_than_fit_are_sent_in_several_batches() -> None:
    world = World.create()
    product = await world.create_product()
    results = await world.run(stock_changes(world, product, 1203))
    assert outcomes(results) == ["done"] * 1203
    assert await world.stock(product) == 1203
    assert len(world.batch_requests()) == 3
    assert len({batch.params["deduplicationKey"] for batch in world.batch_requests()}) == 3


async def test_results_of_sent_calls_are_yielded_before_an_error_of_the_source() -> None:
    world = World.create()
    product = await world.create_product()

    async def source() -> AsyncIterator[Any]:
        for call in stock_changes(world, product, 25):
            yield call
        raise LookupError("the file ends early")

    results = []

    async def collect() -> None:
        async for result in world.runner(10).bulk(source(), BatchOptions()):
            results.append(result)  # noqa: PERF401  results from before the error are kept

    with pytest.raises(LookupError, match="the file ends early"):
        await collect()
    assert outcomes(results) == ["done"] * 20
    assert await world.stock(product) == 20


async def test_a_call_of_a_later_batch_cannot_be_sent_elsewhere_meanwhile() -> None:
    world = World.create(batch_seconds=0.1)
    product = await world.create_product()
    calls = stock_changes(world, product, 80)
    refused = []
    sleep = world.sleep

    async def interfere(seconds: float) -> None:
        if not refused:
            with pytest.raises(RuntimeError, match="was already sent") as raised:
                await calls[-1]
            refused.append(raised.value)
        await sleep(seconds)

    world.sleep = interfere  # type: ignore[method-assign]
    assert outcomes(await world.run(calls, batch_size=10)) == ["done"] * 80
    assert len(refused) == 1
    assert await world.stock(product) == 80


@pytest.mark.parametrize("unusable", ["closed", "bound twice"])
async def test_a_call_that_cannot_be_sent_is_found_before_anything_is_sent(unusable: str) -> None:
    world = World.create()
    product = await world.create_product()
    calls = stock_changes(world, product, 25)
    if unusable == "closed":
        calls[-1].close()
    else:
        calls.append(calls[0].bind(world.store._channel))
    with pytest.raises(RuntimeError, match="build the call again"):
        await world.run(calls, batch_size=10)
    assert await world.stock(product) == 0
    # The others can still be sent.
    assert outcomes(await world.run(calls[:-1], batch_size=10)) == ["done"] * (len(calls) - 1)


async def test_calls_that_a_cancelled_run_did_not_send_can_still_be_sent() -> None:
    world = World.create(batch_seconds=0.1)
    product = await world.create_product()
    calls = stock_changes(world, product, 50)

    async def give_up(seconds: float) -> None:
        raise LookupError("cancelled")

    with pytest.raises(LookupError):
        await BatchRunner(world.store._channel, STORE, max_batch_size=10, sleep=give_up).batch(
            calls, BatchOptions(), raise_on_failure=False
        )
    unsent = [call for call in calls if not call.sent]
    assert 0 < len(unsent) < 50
    assert outcomes(await world.run(unsent)) == ["done"] * len(unsent)


async def test_a_job_starts_over_if_its_sandbox_was_restarted(tmp_path: Path) -> None:
    url = ""
    for _ in range(2):
        sandbox = Sandbox(requests_per_minute=None)
        sandbox.add_store(STORE, token=TOKEN)
        with serve_in_thread(sandbox, port=int(url.rpartition(":")[2].partition("/")[0] or 0)) as served:
            url = served.base_url
            async with Ecwid(base_url=url, quota=None) as ecwid:
                store = ecwid.store(STORE, TOKEN)
                product = (await store.products.create(ProductDraft(name="Mug", quantity=0))).id or 0
                for _ in range(2):
                    calls = [store.products.inventory.adjust(product, 1) for _ in range(3)]
                    results = await store.batch(calls, job="job", journal_folder=tmp_path)
                    assert [one.update_count for one in results] == [1] * 3
                assert (await store.products.get(product)).quantity == 3
    assert len(list(tmp_path.glob("1003-job-*.jsonl"))) == 1


async def test_a_job_of_a_sandbox_does_not_resume_on_another_server(tmp_path: Path) -> None:
    class Plain(InterruptingTransport):
        hides = False

        def reply(self, request: Request) -> Response:
            response = super().reply(request)
            return evolve(response, headers=Headers()) if self.hides else response

    world = World.create(Plain)
    product = await world.create_product()
    await run_job(world, product, tmp_path)
    interrupting_transport(world).hides = True
    with pytest.raises(JobError, match=r"began on a sandbox, and .* is no longer one: delete .*jsonl"):
        await run_job(world, product, tmp_path)
