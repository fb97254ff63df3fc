"""Batches are polled rarely, and not forever."""

import pytest

from ecwid_async.batch import BatchOptions
from ecwid_async.batch.chunks import Chunk
from ecwid_async.batch.plan import BatchPlanner
from ecwid_async.batch.poller import BatchPoller
from ecwid_async.batch.run_state import RunState
from ecwid_async.batch.sender import PendingBatch
from ecwid_async.errors import DecodeError, OutcomeUnknown, Timeout
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Request, Response
from tests.batch.world import World, completed_status, outcomes, response_item, scripted_world, stock_changes


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.5])
async def test_polls_are_few_however_long_a_call_takes(seconds: float) -> None:
    world = World.create(batch_seconds=seconds)
    product = await world.create_product()
    assert outcomes(await world.run(stock_changes(world, product, 1000), batch_size=50)) == ["done"] * 1000
    assert len(world.batch_requests()) == 20
    assert len(world.poll_requests()) <= 3 * 20
    assert max(world.slept) <= 30
    # Little time passes between the end of a batch and its last poll.
    assert sum(world.slept) <= 1000 * seconds * 1.25 + 5


async def test_polls_back_off_and_have_request_ids_of_their_own() -> None:
    def script(request: Request) -> Response:
        if request.method == "POST":
            return make_response({"ticket": "t"})
        left = len(asked)
        asked.append(request)
        if left < 9:
            return make_response({"status": "QUEUED"})
        return make_response({"status": "COMPLETED", "responses": [{"id": "0", "status": "NOT_EXECUTED"}]})

    asked: list[Request] = []
    world = World.create(lambda sandbox: MemoryTransport(script))
    await world.run([world.store.profile.get()])
    assert [round(later / sooner, 6) for sooner, later in zip(world.slept, world.slept[1:], strict=False)][:8] == [
        2.0
    ] * 8
    assert all(dict(request.params)["escapedJson"] == "true" for request in asked)
    assert len({request.id for request in asked}) == len(asked)


async def test_calls_in_progress_at_the_deadline_time_out_and_no_more_are_sent() -> None:
    world = World.create(batch_seconds=1.0)
    product = await world.create_product()
    results = await world.run(stock_changes(world, product, 80), batch_size=20, timeout=25)
    assert outcomes(results[:20]) == ["done"] * 20
    assert set(outcomes(results[20:])) <= {"Timeout", "NotExecuted"}
    assert isinstance(results[20], Timeout)
    assert len(world.batch_requests()) < 5


async def test_unreadable_polls_are_repeated_a_few_times() -> None:
    page = make_response(b"<html>")
    world = scripted_world(page, make_response(b"[" * 9000), {}, page, completed_status(response_item("0", 10)))
    assert (await world.run([world.store.products.get(10)]))[0].id == 10
    world = scripted_world(page)
    (unknown,) = await world.run([world.store.products.get(10)])
    assert isinstance(unknown, OutcomeUnknown)
    assert "has the ticket t" in str(unknown)
    assert isinstance(unknown.__cause__, DecodeError)


@pytest.mark.parametrize("counts", [[1], [2], [1, 0], [2, 1, 7], [-1], [10**30]], ids=str)
async def test_a_stalled_batch_is_given_up_after_24_hours(counts: list[int]) -> None:
    script = [{"status": "IN_PROGRESS", "completedRequests": count} for count in counts]
    world = scripted_world(*script * (4000 // len(counts)))
    results = await world.run([world.store.products.get(10), world.store.products.get(11)])
    assert outcomes(results) == ["OutcomeUnknown"] * 2
    assert "no progress for 24 hours" in str(results[0])
    assert len(world.slept) < 3000  # waits grow while nothing happens


async def test_the_first_poll_is_sent_when_the_batch_should_be_done() -> None:
    polls = iter([{"status": "IN_PROGRESS", "completedRequests": 5}, {"status": "COMPLETED"}, {"status": "COMPLETED"}])
    world = World.create(lambda sandbox: MemoryTransport(lambda request: make_response(next(polls))))
    run = RunState(world.store._channel, BatchOptions(), None, 500, world.clock, world.sleep)
    chunk = Chunk.of(stock_changes(world, 7, 10))
    (planned,) = BatchPlanner(run.channel, None, 500, is_complete_input=True).plan(chunk)
    poller = BatchPoller(run)
    pending = PendingBatch(planned, world.clock(), "key", None, resumed=False, ticket="t")
    await poller.wait(pending)
    # 0.25 seconds are assumed for ten calls; half of them are done then.
    assert world.slept == [pytest.approx(0.25), pytest.approx(0.25 / 5.5 * 5)]
    taken = sum(world.slept)
    world.slept.clear()
    await poller.wait(PendingBatch(planned, world.clock(), "key", None, resumed=False, ticket="u"))
    # The next ten calls should take as long as the first.
    assert world.slept == [pytest.approx(taken)]
