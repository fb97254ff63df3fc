"""Collecting a batch settles its calls, and may stop the run."""

from pathlib import Path
from typing import Any

from tests.batch.world import CALLS, STORE, World, outcomes, run_job, stock_changes


async def test_a_failure_stops_the_rest_only_if_requested() -> None:
    world = World.create()
    product = await world.create_product()

    def calls() -> list[Any]:
        return [*stock_changes(world, product, 1), world.store.products.get(1), *stock_changes(world, product, 4)]

    continued = await world.run(calls(), batch_size=3)
    assert outcomes(continued) == ["done", "NotFound", "done", "done", "done", "done"]
    assert await world.stock(product) == 5
    before = len(world.batch_requests())
    rest = calls()
    stopped = await world.run(rest, batch_size=3, stop_on_first_failure=True)
    assert outcomes(stopped) == ["done", "NotFound", *["NotExecuted"] * 4]
    assert await world.stock(product) == 6
    assert len(world.batch_requests()) == before + 1
    assert stopped[5].request is rest[5].request
    # Calls that were not sent can still be sent.
    assert outcomes(await world.run(rest[3:])) == ["done"] * 3


async def test_a_cancelled_group_stops_the_run() -> None:
    world = World.create(batch_seconds=1.0)
    product = await world.create_product()
    sleep = world.sleep

    async def cancelling(seconds: float) -> None:
        if not world.slept:
            await sleep(4)
            assert (await world.store.batches.cancel_group("g")).update_count == 1
        await sleep(seconds)

    world.sleep = cancelling  # type: ignore[method-assign]
    results = await world.run(stock_changes(world, product, 30), batch_size=10, group_id="g")
    executed = outcomes(results).count("done")
    assert 0 < executed < 10
    # Cancelled calls are COMPLETED too. They are not reported as executed.
    assert outcomes(results)[executed:] == ["OutcomeUnknown"] * (10 - executed) + ["NotExecuted"] * 20
    assert "cancelled before it ran" in str(results[executed])
    assert len(world.batch_requests()) == 1
    assert await world.stock(product) == executed


async def test_a_forgotten_ticket_is_recovered_by_its_key(tmp_path: Path) -> None:
    world = World.create(batch_seconds=1.0)
    product = await world.create_product()
    await run_job(world, product, tmp_path, timeout=5)
    queue = world.sandbox.stores[STORE].section_data["batches"]
    (key, (since, ticket)) = next(iter(queue.keys.items()))
    queue.batches["another"] = queue.batches.pop(ticket)
    queue.keys[key] = (since, "another")
    assert outcomes(await run_job(world, product, tmp_path)) == ["done"] * CALLS
    assert [batch.params["deduplicationKey"] for batch in world.batch_requests()].count(key) == 2
    assert await world.stock(product) == CALLS
