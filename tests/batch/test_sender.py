"""Batches are sent under a key, with their cost, lane and deadline, and never twice."""

from pathlib import Path
from typing import Any

import pytest

from ecwid_async.calls import Channel
from ecwid_async.client import Ecwid, Store
from ecwid_async.codec import Codec
from ecwid_async.errors import EcwidError, InvalidToken, NotExecuted, NotSent, OutcomeUnknown
from ecwid_async.models.products import ProductDraft
from ecwid_async.sandbox import Sandbox
from ecwid_async.transport.auth import Auth
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quota, RateLimit
from ecwid_async.transport.retry import RetryPolicy
from ecwid_async.wire import Lane, Request, Response
from tests.batch.world import (
    CALLS,
    STORE,
    TOKEN,
    InterruptingTransport,
    World,
    interrupt_job,
    interrupting_transport,
    outcomes,
    run_job,
    run_keyed_job,
    scripted_world,
    stock_changes,
    stocks,
)


async def test_the_quota_limits_a_batch_only_if_each_call_counts() -> None:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(STORE, token=TOKEN)
    ecwid = Ecwid(transport=sandbox, quota=Quota(requests=30, reserve=5, burst=30))
    store = ecwid.store(STORE, TOKEN)
    costs: list[tuple[int, Lane]] = []
    send = sandbox.send

    async def noted(request: Request) -> Response:
        costs.append((request.options.cost, request.options.lane))
        return await send(request)

    sandbox.send = noted  # type: ignore[method-assign]
    assert len(await store.batch([store.profile.get() for _ in range(25)])) == 25
    assert len(await store.batch([store.profile.get() for _ in range(40)], cost="per_batch")) == 40
    assert costs == [(25, Lane.INTERACTIVE), *[(1, Lane.INTERACTIVE)] * 3]
    assert store._runner()._max_batch_size == 25


@pytest.mark.parametrize(("counts_each", "minutes"), [(True, 7), (False, 1)])
async def test_batches_keep_to_the_rate_limit(counts_each: bool, minutes: int) -> None:
    world = World.create(count_batched_requests=counts_each)
    product = await world.create_product()
    world.sandbox.requests_per_minute = 600
    quota = Quota()
    state = MemoryLimiter(quota, clock=world.clock)
    signed = Auth.for_store(world.sandbox, STORE, TOKEN)
    limited = RateLimit(signed, state, token=TOKEN, quota=quota, clock=world.clock, sleep=world.sleep)
    world.store = Store(STORE, Channel(limited, Codec()), quota=quota)
    before = world.clock.now
    assert (
        outcomes(await world.run(stock_changes(world, product, 3000), cost="per_call" if counts_each else "per_batch"))
        == ["done"] * 3000
    )
    assert world.clock.now - before <= minutes * 60


@pytest.mark.parametrize(
    ("creation", "kind"),
    [(make_response(status=403, data={"errorCode": "INVALID_API_TOKEN"}), InvalidToken), (None, NotSent)],
)
async def test_a_batch_refused_or_never_sent_fails_its_calls_and_stops_the_run(
    creation: Response | None, kind: type[EcwidError]
) -> None:
    def script(request: Request) -> Response:
        if creation is None:
            raise NotSent("refused", request=request)
        return creation

    transport = MemoryTransport(script)
    world = World.create(lambda sandbox: transport)
    store = Ecwid(transport=transport, quota=None, retry=RetryPolicy(attempts=1)).store(STORE, TOKEN)
    world.store = store
    results = await world.run([store.profile.get() for _ in range(6)], batch_size=2)
    assert [type(result) for result in results] == [kind, kind, *[NotExecuted] * 4]
    assert len(transport.requests) == 1


async def test_a_batch_whose_response_is_lost_is_sent_again_under_the_same_key() -> None:
    class LosingTransport(MemoryTransport):
        def __init__(self, sandbox: Sandbox) -> None:
            super().__init__(self.lose)
            self.sandbox = sandbox

        def lose(self, request: Request) -> Response:
            response = self.sandbox.handle(request)
            if request.path.endswith("/batch") and len(self.requests) == 2:
                raise OutcomeUnknown("reset", request=request)
            return response

    world = World.create(LosingTransport)
    world.store._channel.transport._sleep = world.sleep  # type: ignore[attr-defined]
    product = await world.create_product()
    assert outcomes(await world.run(stock_changes(world, product, 3))) == ["done"] * 3
    first, second = world.batch_requests()
    assert first.params == second.params
    assert await world.stock(product) == 3


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"{}", b"[]", b'{"ticket": null}', b'{"ticket": "a\\n"}', b"[" * 5000]
)
async def test_a_response_without_a_ticket_leaves_each_call_unknown(body: bytes) -> None:
    world = scripted_world({}, creation=make_response(body))
    calls = [world.store.products.create(ProductDraft(name="x", sku=sku)) for sku in ("a", "b")]
    later = world.store.profile.get()
    first, second, third = await world.run([*calls, later], batch_size=2)
    assert isinstance(first, OutcomeUnknown)
    assert (first.outcome, second.outcome) == ("unknown", "unknown")
    assert first is not second
    assert [first.request, second.request] == [call.request for call in calls]
    assert isinstance(third, NotExecuted)


async def test_each_call_of_a_batch_with_an_unknown_outcome_can_be_looked_up() -> None:
    class LosingTransport(MemoryTransport):
        def __init__(self, sandbox: Sandbox) -> None:
            super().__init__(self.lose)
            self.sandbox = sandbox

        def lose(self, request: Request) -> Response:
            response = self.sandbox.handle(request)
            if request.method == "POST":
                raise OutcomeUnknown("reset", request=request)
            return response

    world = World.create(LosingTransport)
    results = await world.run(
        [world.store.products.create(ProductDraft(name=sku, sku=sku)) for sku in ("a", "b")]
        + [world.store.products.get(7)]
    )
    assert outcomes(results) == ["OutcomeUnknown"] * 3
    assert [(await error.resolve()).sku for error in results[:2]] == ["a", "b"]
    with pytest.raises(LookupError):
        await results[2].resolve()


async def test_parallel_mode_is_requested() -> None:
    world = World.create()
    await world.run([world.store.profile.get()], allow_parallel_mode=True)
    assert world.batch_requests()[0].params["allowParallelMode"] == "true"
    assert world.batch_requests()[0].params["stopOnFirstFailure"] == "false"


@pytest.mark.parametrize(("minutes", "kind"), [(54, "done"), (56, "OutcomeUnknown")])
async def test_a_batch_open_for_too_long_is_not_sent_again(tmp_path: Path, minutes: int, kind: str) -> None:
    world = World.create(InterruptingTransport)
    product = await world.create_product()
    await interrupt_job(world, product, tmp_path, at=2)
    world.clock.now += minutes * 60
    results = await run_job(world, product, tmp_path)
    # The first batch has a ticket, the second has none, the others were never sent.
    assert outcomes(results) == ["done"] * 10 + [kind] * 10 + ["done"] * 15
    assert await world.stock(product) == CALLS
    assert outcomes(await run_job(world, product, tmp_path)) == outcomes(results)
    if kind == "OutcomeUnknown":
        assert isinstance(results[10], OutcomeUnknown)
        assert "first sent more than 55 minutes ago" in str(results[10])
        assert results[10].request.path == f"/products/{product}/inventory"


async def test_a_key_is_not_used_if_a_wait_would_outlast_it(tmp_path: Path) -> None:
    """A batch of an earlier run is sent again in minute 54, and throttled for 15 minutes."""

    class ThrottlingTransport(InterruptingTransport):
        def reply(self, request: Request) -> Response:
            if self.throttles and request.method == "POST" and request.path.endswith("/batch"):
                self.throttles = False
                return make_response(status=429, headers={"Retry-After": "900"})
            return super().reply(request)

        throttles = False

    world = World.create(ThrottlingTransport)
    product = await world.create_product()
    await interrupt_job(world, product, tmp_path, at=1)
    sent = len(world.batch_requests())
    interrupting_transport(world).throttles = True
    world.clock.now += 54 * 60
    began = world.clock.now
    results = await run_job(world, product, tmp_path)
    assert outcomes(results) == ["OutcomeUnknown"] * 10 + ["NotExecuted"] * 25
    assert len(world.batch_requests()) == sent
    assert world.clock.now - began < 60
    world.clock.now += 15 * 60
    assert outcomes(await run_job(world, product, tmp_path))[:10] == ["OutcomeUnknown"] * 10
    assert await world.stock(product) == CALLS


@pytest.mark.parametrize("ago", [0, 30 * 60, 54 * 60])
async def test_the_deadline_of_a_batch_counts_from_the_first_use_of_its_key(tmp_path: Path, ago: int) -> None:
    deadlines: list[float | None] = []

    class RecordingTransport(InterruptingTransport):
        def reply(self, request: Request) -> Response:
            if request.method == "POST" and request.path.endswith("/batch"):
                deadlines.append(request.options.deadline)
            return super().reply(request)

    world = World.create(RecordingTransport)
    product = await world.create_product()
    first = world.clock.now
    await interrupt_job(world, product, tmp_path, at=1)
    world.clock.now += ago
    await run_job(world, product, tmp_path)
    assert deadlines[:2] == [first + 55 * 60] * 2
    # Later batches have keys of their own.
    assert all(deadline and deadline >= first + ago + 55 * 60 for deadline in deadlines[2:])


async def test_a_key_of_unknown_age_is_not_used(tmp_path: Path) -> None:
    world = World.create(InterruptingTransport)
    product = await world.create_product()
    await interrupt_job(world, product, tmp_path, at=1)
    world.clock.now -= 3600
    assert outcomes(await run_job(world, product, tmp_path))[:10] == ["OutcomeUnknown"] * 10


async def test_a_rerun_sends_a_batch_that_was_refused_or_never_sent(tmp_path: Path) -> None:
    class RefusingTransport(InterruptingTransport):
        responses: tuple[Any, ...] = ()

        def reply(self, request: Request) -> Response:
            if self.responses and request.path.endswith("/batch") and request.method == "POST":
                first, *rest = self.responses
                self.responses = tuple(rest)
                if isinstance(first, Response):
                    return first
                raise NotSent("refused", request=request)
            return super().reply(request)

    world = World.create(RefusingTransport)
    product = await world.create_product()
    for responses in ((make_response(status=403, data={"errorCode": "INVALID_API_TOKEN"}),), (None,) * 4):
        interrupting_transport(world).responses = responses
        results = await run_job(world, product, tmp_path)
        assert {error.outcome for error in results[:10]} <= {"refused", "not_sent"}
        assert outcomes(results[10:]) == ["NotExecuted"] * 25
        assert not world.batch_requests()
        world.clock.now += 24 * 3600
    assert outcomes(await run_job(world, product, tmp_path)) == ["done"] * CALLS
    assert await world.stock(product) == CALLS


async def test_a_batch_with_keys_open_for_too_long_is_unknown_and_the_rest_continues(tmp_path: Path) -> None:
    world = World.create(InterruptingTransport)
    products = [await world.create_product() for _ in range(12)]
    interrupting_transport(world).at = 1
    with pytest.raises(KeyboardInterrupt):
        await run_keyed_job(world, products[:8], tmp_path)
    world.clock.now += 56 * 60
    for _ in range(2):
        results = await run_keyed_job(world, products[4:], tmp_path)
        assert outcomes(results) == ["OutcomeUnknown"] * 4 + ["done"] * 4
    assert await stocks(world, products) == [1] * 12
