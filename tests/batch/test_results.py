"""Calls without a response get an error with all that is known about them."""

from pathlib import Path
from typing import Any

from ecwid_async.batch.results import failed_status_of_call, failed_statuses_of_batch
from ecwid_async.client import Ecwid
from ecwid_async.errors import NotExecuted, NotFound, NotSent, OutcomeUnknown, ResponseExpired
from ecwid_async.models.batches import BatchResponseItem
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


def test_a_journal_records_the_status_of_failed_calls_only() -> None:
    request = World.create().store.products.get(7).request
    assert failed_status_of_call(3, {"id": 7}) == {}
    assert failed_status_of_call(3, NotExecuted(request)) == {3: None}
    assert failed_status_of_call(3, OutcomeUnknown("lost", request=request)) == {3: 0}
    assert failed_status_of_call(3, NotFound(status=404, request=request)) == {3: 404}


def test_the_statuses_of_a_whole_batch_come_from_its_responses() -> None:
    responses = {
        "0": BatchResponseItem(id="0", status="COMPLETED", http_status_code=200),
        "1": BatchResponseItem(id="1", status="FAILED", http_status_code=409),
        "2": BatchResponseItem(id="2", status="NOT_EXECUTED"),
        "3": BatchResponseItem(id="3", status="COMPLETED"),
    }
    assert failed_statuses_of_batch(responses, 5, missing_were_sent=True) == {1: 409, 2: None, 3: 0, 4: 0}
    assert failed_statuses_of_batch(responses, 5, missing_were_sent=False) == {1: 409, 2: None, 3: 0, 4: None}
