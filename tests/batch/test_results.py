"""Calls without a response get a result that says what is known about them."""

from pathlib import Path
from typing import Any

from ecwid_async.client import Ecwid
from ecwid_async.errors import (
    NotSent,
    OutcomeUnknown,
    ResponseExpired,
)
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.retry import RetryPolicy
from ecwid_async.wire import Request, Response
from tests.batch.world import STORE, TOKEN, World, outcomes, stock_changes


async def test_a_batch_with_unreadable_responses_is_unknown_not_unsent() -> None:
    def script(request: Request) -> Response:
        if request.method == "POST":
            return make_response({"ticket": "t-77"})
        raise NotSent("refused", request=request)

    transport = MemoryTransport(script)
    world = World.create()
    world.store = Ecwid(transport=transport, quota=None, retry=RetryPolicy(attempts=1)).store(STORE, TOKEN)
    (result,) = await world.run([world.store.products.get(7)])
    assert isinstance(result, OutcomeUnknown)
    assert "t-77" in str(result)
    assert isinstance(result.__cause__, NotSent)


async def test_expired_responses_are_reported_with_their_recorded_status(tmp_path: Path) -> None:
    world = World.create()
    product = await world.create_product()

    def calls() -> list[Any]:
        return [*stock_changes(world, product, 2), world.store.products.get(1), *stock_changes(world, product, 1)]

    options = {"job": "job", "journal_folder": tmp_path, "stop_on_first_failure": True}
    await world.run(calls(), **options)
    world.clock.now += 25 * 3600
    await world.run([world.store.profile.get()])  # the sandbox removes old batches when it gets one
    world.sandbox.stores[STORE].section_data["batches"].batches.clear()
    results = await world.run(calls(), **options)
    assert outcomes(results) == ["ResponseExpired", "ResponseExpired", "ResponseExpired", "NotExecuted"]
    assert [result.status for result in results if isinstance(result, ResponseExpired)] == [200, 200, 404]
    assert await world.stock(product) == 2
