"""Any number of calls, carried out in batches: typed results in order, failures as values or raised."""

import asyncio
import pickle
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from ecwid_async.batch import BatchOptions
from ecwid_async.calls import Channel
from ecwid_async.client import Ecwid, Store
from ecwid_async.codec import Codec
from ecwid_async.errors import (
    APIError,
    BadRequest,
    BatchError,
    ConfigError,
    DecodeError,
    EcwidError,
    InvalidToken,
    NotExecuted,
    NotFound,
    NotSent,
    OutcomeUnknown,
    ServerError,
    Timeout,
)
from ecwid_async.models.products import Product, ProductDraft
from ecwid_async.sandbox import Sandbox
from ecwid_async.transport.auth import Auth
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quota, RateLimit
from ecwid_async.transport.retry import RetryPolicy
from ecwid_async.wire import Lane, Request, Response
from tests.batch.world import STORE, TOKEN, World, deltas, kinds


async def test_results_are_typed_and_in_the_callers_order() -> None:
    world = World.made()
    product = await world.product(stock=5)
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


async def test_more_calls_than_a_batch_takes_go_out_in_several() -> None:
    world = World.made()
    product = await world.product()
    results = await world.run(deltas(world, product, 1203))
    assert kinds(results) == ["done"] * 1203
    assert await world.stock(product) == 1203
    assert len(world.batches()) == 3
    assert len({batch.params["deduplicationKey"] for batch in world.batches()}) == 3


async def test_the_quota_bounds_a_batch_only_where_each_call_counts() -> None:
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


@pytest.mark.parametrize(("each", "minutes"), [(True, 7), (False, 1)])
async def test_batches_keep_to_the_rate_limit(each: bool, minutes: int) -> None:
    world = World.made(batch_costs_each=each)
    product = await world.product()
    world.sandbox.requests_per_minute = 600
    quota = Quota()
    state = MemoryLimiter(quota, clock=world.clock)
    signed = Auth.of_store(world.sandbox, STORE, TOKEN)
    governed = RateLimit(signed, state, token=TOKEN, quota=quota, clock=world.clock, sleep=world.sleep)
    world.store = Store(STORE, Channel(governed, Codec()), quota=quota)
    before = world.clock.now
    assert (
        kinds(await world.run(deltas(world, product, 3000), cost="per_call" if each else "per_batch"))
        == ["done"] * 3000
    )
    assert world.clock.now - before <= minutes * 60


async def test_failures_are_raised_together_with_what_succeeded() -> None:
    world = World.made()
    product = await world.product()
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


async def test_a_failure_stops_the_rest_only_if_asked_to() -> None:
    world = World.made()
    product = await world.product()

    def calls() -> list[Any]:
        return [*deltas(world, product, 1), world.store.products.get(1), *deltas(world, product, 4)]

    went_on = await world.run(calls(), most=3)
    assert kinds(went_on) == ["done", "NotFound", "done", "done", "done", "done"]
    assert await world.stock(product) == 5
    before = len(world.batches())
    rest = calls()
    stopped = await world.run(rest, most=3, stop_on_first_failure=True)
    assert kinds(stopped) == ["done", "NotFound", *["NotExecuted"] * 4]
    assert await world.stock(product) == 6
    assert len(world.batches()) == before + 1
    assert stopped[5].request is rest[5].request
    # What was never sent can still be.
    assert kinds(await world.run(rest[3:])) == ["done"] * 3


async def test_calls_in_a_batch_are_used_up_and_do_not_warn() -> None:
    world = World.made()
    call = world.store.profile.get()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await world.run([call])
    with pytest.raises(RuntimeError, match="was already sent"):
        await call
    with pytest.raises(RuntimeError, match="was already sent"):
        await world.run([call])


async def test_what_a_batch_cannot_carry_is_refused_before_anything_is_sent() -> None:
    world, other = World.made(), World.made()
    fine = world.store.profile.get()
    upload = world.store.products.images.upload(7, b"png")
    for calls, refusal, words in [
        ([fine, upload], ValueError, "uploads bytes, which a batch can't do: pass external_url"),
        ([fine, fine], ValueError, "the same call is in the batch twice"),
        ([fine, other.store.profile.get()], ValueError, "built by another store"),
        ([fine, world.store.profile.get().with_timeout(5)], ValueError, "limit the whole batch, with its `timeout`"),
        ([fine, "profile"], TypeError, "a batch takes calls, .* not a str"),
    ]:
        with pytest.raises(refusal, match=words):
            await world.run(calls, most=1)
    assert not world.sandbox.requests
    assert kinds(await world.run([fine])) == ["done"]


async def test_an_unpickled_call_goes_with_any_store() -> None:
    world = World.made()
    call = pickle.loads(pickle.dumps(world.store.profile.get()))
    assert kinds(await world.run([call])) == ["done"]


async def test_nothing_to_do_sends_nothing() -> None:
    world = World.made()
    assert await world.run([]) == []
    assert not world.sandbox.requests


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.5])
async def test_polls_are_few_however_long_a_call_takes(seconds: float) -> None:
    world = World.made(batch_seconds=seconds)
    product = await world.product()
    assert kinds(await world.run(deltas(world, product, 1000), most=50)) == ["done"] * 1000
    assert len(world.batches()) == 20
    assert len(world.polls()) <= 3 * 20
    assert max(world.slept) <= 30
    # And little is waited for nothing.
    assert sum(world.slept) <= 1000 * seconds * 1.25 + 5


async def test_polls_back_off_while_nothing_is_known() -> None:
    def script(request: Request) -> Response:
        if request.method == "POST":
            return make_response({"ticket": "t"})
        left = len(asked)
        asked.append(request)
        if left < 9:
            return make_response({"status": "QUEUED"})
        return make_response({"status": "COMPLETED", "responses": [{"id": "0", "status": "NOT_EXECUTED"}]})

    asked: list[Request] = []
    world = World.made(lambda sandbox: MemoryTransport(script))
    await world.run([world.store.profile.get()])
    assert [round(later / sooner, 6) for sooner, later in zip(world.slept, world.slept[1:], strict=False)][:8] == [
        2.0
    ] * 8
    assert all(dict(request.params)["escapedJson"] == "true" for request in asked)
    assert len({request.id for request in asked}) == len(asked)


async def test_answers_go_to_their_calls_by_name_and_a_missing_one_is_unknown() -> None:
    def script(request: Request) -> Response:
        if request.method == "POST":
            return make_response({"ticket": "t"})
        return make_response(
            {
                "status": "COMPLETED",
                "responses": [
                    {"id": "2", "status": "COMPLETED", "httpStatusCode": 200, "escapedHttpBody": '{"id": 3}'},
                    {"id": "0", "status": "FAILED", "httpStatusCode": 500, "escapedHttpBody": "<html>"},
                    {"id": "3", "status": "FAILED", "httpStatusCode": 202, "httpBody": {"deleteCount": 1}},
                ],
            }
        )

    world = World.made(lambda sandbox: MemoryTransport(script))
    products = world.store.products
    calls = [products.create(ProductDraft(name="x", sku="s")), products.get(2), products.get(3), products.delete(4)]
    failed, missing, found, deleted = await world.run(calls)
    assert isinstance(failed, ServerError)
    assert failed.outcome == "unknown"
    assert failed.look_up is not None
    assert isinstance(missing, OutcomeUnknown)
    assert missing.request.path == "/products/2"
    assert found.id == 3
    assert deleted.delete_count == 1


@pytest.mark.parametrize(
    ("creation", "kind"),
    [(make_response(status=403, data={"errorCode": "INVALID_API_TOKEN"}), InvalidToken), (None, NotSent)],
)
async def test_a_batch_that_is_refused_or_never_left_says_so_for_its_calls_and_stops(
    creation: Response | None, kind: type[EcwidError]
) -> None:
    def script(request: Request) -> Response:
        if creation is None:
            raise NotSent("refused", request=request)
        return creation

    transport = MemoryTransport(script)
    world = World.made(lambda sandbox: transport)
    store = Ecwid(transport=transport, quota=None, retry=RetryPolicy(attempts=1)).store(STORE, TOKEN)
    world.store = store
    results = await world.run([store.profile.get() for _ in range(6)], most=2)
    assert [type(result) for result in results] == [kind, kind, *[NotExecuted] * 4]
    assert len(transport.requests) == 1


async def test_a_batch_whose_answers_cannot_be_read_is_unknown_not_unsent() -> None:
    def script(request: Request) -> Response:
        if request.method == "POST":
            return make_response({"ticket": "t-77"})
        raise NotSent("refused", request=request)

    transport = MemoryTransport(script)
    world = World.made()
    world.store = Ecwid(transport=transport, quota=None, retry=RetryPolicy(attempts=1)).store(STORE, TOKEN)
    (result,) = await world.run([world.store.products.get(7)])
    assert isinstance(result, OutcomeUnknown)
    assert "t-77" in str(result)
    assert isinstance(result.__cause__, NotSent)


async def test_a_lost_answer_to_the_creation_is_asked_for_again_under_the_same_key() -> None:
    class Losing(MemoryTransport):
        def __init__(self, sandbox: Sandbox) -> None:
            super().__init__(self.lose)
            self.sandbox = sandbox

        def lose(self, request: Request) -> Response:
            response = self.sandbox.handle(request)
            if request.path.endswith("/batch") and len(self.requests) == 2:
                raise OutcomeUnknown("reset", request=request)
            return response

    world = World.made(Losing)
    world.store._channel.transport._sleep = world.sleep  # type: ignore[attr-defined]
    product = await world.product()
    assert kinds(await world.run(deltas(world, product, 3))) == ["done"] * 3
    first, second = world.batches()
    assert first.params == second.params
    assert await world.stock(product) == 3


async def test_time_that_is_over_is_said_of_what_was_under_way_and_nothing_more_is_sent() -> None:
    world = World.made(batch_seconds=1.0)
    product = await world.product()
    results = await world.run(deltas(world, product, 80), most=20, timeout=25)
    assert kinds(results[:20]) == ["done"] * 20
    assert set(kinds(results[20:])) <= {"Timeout", "NotExecuted"}
    assert isinstance(results[20], Timeout)
    assert len(world.batches()) < 5


async def test_a_cancelled_group_is_not_carried_on() -> None:
    world = World.made(batch_seconds=1.0)
    product = await world.product()
    sleep = world.sleep

    async def cancelling(seconds: float) -> None:
        if not world.slept:
            await sleep(4)
            assert (await world.store.batches.cancel_group("g")).update_count == 1
        await sleep(seconds)

    world.sleep = cancelling  # type: ignore[method-assign]
    results = await world.run(deltas(world, product, 30), most=10, group_id="g")
    executed = kinds(results).count("done")
    assert 0 < executed < 10
    # What was cancelled is COMPLETED as well, and nobody is told that it was executed.
    assert kinds(results)[executed:] == ["OutcomeUnknown"] * (10 - executed) + ["NotExecuted"] * 20
    assert "cancelled before it ran" in str(results[executed])
    assert len(world.batches()) == 1
    assert await world.stock(product) == executed


def scripted(*polls: Any, creation: Any = None) -> World:
    """A store that takes a batch and then answers its polls with these, the last for ever."""

    def script(request: Request) -> Response:
        if request.method == "POST":
            return make_response({"ticket": "t"}) if creation is None else creation
        found = left.pop(0) if len(left) > 1 else left[0]
        return found if isinstance(found, Response) else make_response(found)

    left = list(polls)
    return World.made(lambda sandbox: MemoryTransport(script))


def completed(*responses: Any) -> dict[str, Any]:
    return {"status": "COMPLETED", "totalRequests": len(responses), "responses": list(responses)}


def found(name: object, number: int, **other: Any) -> dict[str, Any]:
    body = f'{{"id": {number}}}'
    return {"id": name, "status": "COMPLETED", "httpStatusCode": 200, "escapedHttpBody": body, **other}


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ([found("0", 10), found(None, 11), found("2", 12)], [10, None, 12]),
        ([found("0", 10), {**found("1", 11), "id": {"id": "1"}}, found("2", 12)], [10, None, 12]),
        ([found("0", 10), found("0", 11), found("2", 12)], [None, None, 12]),
        ([found("0", 10), found("1", 11), found("1", 11)], [10, None, None]),
        ([found("2", 12), found("99", 11), found("0", 10)], [10, None, 12]),
        ([found(None, 10), found(None, 11), found(None, 12)], [None, None, None]),
        ([found(0, 10), found(1, 11), found(2, 12)], [10, 11, 12]),
        ([found("0", 10), None, "1", found("2", 12)], [10, None, 12]),
        ([], [None, None, None]),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
async def test_a_response_without_its_own_id_is_nobodys(
    responses: list[Any], expected: list[int | None], strict: bool
) -> None:
    world = scripted(completed(*responses))
    world.store._channel.codec.strict = strict
    results = await world.run([world.store.products.get(number) for number in (10, 11, 12)])
    assert [None if isinstance(one, OutcomeUnknown) else one.id for one in results] == expected


async def test_a_response_without_a_status_says_nothing_of_its_call() -> None:
    world = scripted(
        completed(
            found("0", 10, httpStatusCode=None),
            found("1", 11, httpStatusCode=-7),
            {**found("2", 12, httpCode=200), "httpStatusCode": None},
            found("3", 13, escapedHttpBody=None),
        )
    )
    delete, get = world.store.products.delete, world.store.products.get
    first, second, third, deleted = await world.run([delete(10), get(11), get(12), delete(13)], group_id="g")
    assert [first.outcome, second.outcome, deleted.outcome] == ["unknown"] * 3
    assert third.id == 12  # an example of the reference calls it so


async def test_a_body_that_cannot_be_read_concerns_its_call_alone() -> None:
    deep = "[" * 100_000
    world = scripted(
        completed(
            found("0", 10, escapedHttpBody="<html>Bad Gateway</html>"),
            found("1", 11, escapedHttpBody=f'{{"id": {deep}'),
            found("2", 12, escapedHttpBody=None, httpBody={"id": 12}),
            found("3", 13, httpStatusCode=400, escapedHttpBody=deep),
            found("4", 14, escapedHttpBody=""),
        )
    )
    products = world.store.products
    drafts = [ProductDraft(name="x", sku="s"), ProductDraft(name="y", sku="t")]
    made, deep_one, plain, refused, empty = await world.run(
        [products.create(drafts[0]), products.get(11), products.get(12), products.get(13), products.create(drafts[1])]
    )
    assert isinstance(made, OutcomeUnknown)
    assert isinstance(empty, OutcomeUnknown)
    assert None not in (made.look_up, empty.look_up)
    assert isinstance(deep_one, DecodeError)
    assert plain.id == 12
    assert isinstance(refused, BadRequest)


@pytest.mark.parametrize("depth", [300, 100_000])
async def test_a_body_that_is_nested_too_deeply_costs_no_other_call_its_result(depth: int) -> None:
    deep = f'{{"id": 11, "name]": {"[" * depth}"]\\"}}"{"]" * depth}}}'
    bodies = [f'{{"id": {number}}}' for number in (10, 12)]
    bodies.insert(1, deep)
    responses = [
        f'{{"id": "{at}", "status": "COMPLETED", "httpStatusCode": 200, "httpBody": {body}}}'
        for at, body in enumerate(bodies)
    ]
    world = scripted(make_response(f'{{"status": "COMPLETED", "responses": [{", ".join(responses)}]}}'.encode()))
    products = world.store.products
    results = await world.run([products.get(10), products.create(ProductDraft(name="x")), products.get(12)])
    assert (results[0].id, results[2].id) == (10, 12)
    if depth > 1000:
        assert isinstance(results[1], OutcomeUnknown)


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"{}", b"[]", b'{"ticket": null}', b'{"ticket": "a\\n"}', b"[" * 5000]
)
async def test_a_creation_that_is_answered_with_no_ticket_is_unknown_to_each_of_its_calls(body: bytes) -> None:
    world = scripted({}, creation=make_response(body))
    calls = [world.store.products.create(ProductDraft(name="x", sku=sku)) for sku in ("a", "b")]
    later = world.store.profile.get()
    first, second, third = await world.run([*calls, later], most=2)
    assert isinstance(first, OutcomeUnknown)
    assert (first.outcome, second.outcome) == ("unknown", "unknown")
    assert first is not second
    assert [first.request, second.request] == [call.request for call in calls]
    assert isinstance(third, NotExecuted)


async def test_each_call_of_a_batch_whose_creation_is_unknown_can_be_looked_up() -> None:
    class Losing(MemoryTransport):
        def __init__(self, sandbox: Sandbox) -> None:
            super().__init__(self.lose)
            self.sandbox = sandbox

        def lose(self, request: Request) -> Response:
            response = self.sandbox.handle(request)
            if request.method == "POST":
                raise OutcomeUnknown("reset", request=request)
            return response

    world = World.made(Losing)
    results = await world.run(
        [world.store.products.create(ProductDraft(name=sku, sku=sku)) for sku in ("a", "b")]
        + [world.store.products.get(7)]
    )
    assert kinds(results) == ["OutcomeUnknown"] * 3
    assert [(await error.resolve()).sku for error in results[:2]] == ["a", "b"]
    with pytest.raises(LookupError):
        await results[2].resolve()


async def test_polls_that_cannot_be_read_are_repeated_and_end() -> None:
    page = make_response(b"<html>")
    world = scripted(page, make_response(b"[" * 9000), {}, page, completed(found("0", 10)))
    assert (await world.run([world.store.products.get(10)]))[0].id == 10
    world = scripted(page)
    (unknown,) = await world.run([world.store.products.get(10)])
    assert isinstance(unknown, OutcomeUnknown)
    assert "has the ticket t" in str(unknown)
    assert isinstance(unknown.__cause__, DecodeError)


@pytest.mark.parametrize("counts", [[1], [2], [1, 0], [2, 1, 7], [-1], [10**30]], ids=str)
async def test_a_batch_that_stands_still_is_not_waited_for_for_ever(counts: list[int]) -> None:
    script = [{"status": "IN_PROGRESS", "completedRequests": count} for count in counts]
    world = scripted(*script * (4000 // len(counts)))
    results = await world.run([world.store.products.get(10), world.store.products.get(11)])
    assert kinds(results) == ["OutcomeUnknown"] * 2
    assert "no progress for 24 hours" in str(results[0])
    assert len(world.slept) < 3000  # not the shortest wait for all that time


async def test_batches_are_listed_stopped_and_deleted() -> None:
    world = World.made(batch_seconds=1.0)
    batches = world.store.batches
    calls = [{"method": "GET", "path": "profile"}] * 3
    tickets = [(await batches.create(calls, group_id="g")).ticket or "" for _ in range(3)]
    assert [one.ticket async for one in batches.search("QUEUED")] == tickets[1:]
    assert (await batches.cancel_group("g", ticket=tickets[1])).update_count == 1
    assert (await batches.delete(tickets[2])).delete_count == 1
    assert [(one.ticket, one.status) async for one in batches.search("COMPLETED")] == [(tickets[1], "COMPLETED")]
    assert [one.ticket async for one in batches.search("QUEUED")] == []


@pytest.mark.parametrize("timeout", [-1, float("nan"), True, "5", 10**400])
def test_a_timeout_is_no_less_than_nothing(timeout: Any) -> None:
    with pytest.raises(ValueError, match=r"timeout is .*: give a number of at least 0"):
        BatchOptions(timeout=timeout)


@pytest.mark.parametrize("cost", ["One", "", 1, None])
def test_what_a_batch_counts_is_one_of_two(cost: Any) -> None:
    with pytest.raises(ConfigError, match="it must be 'per_call' or 'per_batch'"):
        BatchOptions(cost=cost)


async def test_parallel_mode_is_asked_for() -> None:
    world = World.made()
    await world.run([world.store.profile.get()], allow_parallel_mode=True)
    assert world.batches()[0].params["allowParallelMode"] == "true"
    assert world.batches()[0].params["stopOnFirstFailure"] == "false"


async def test_cancelling_leaves_no_task() -> None:
    world = World.made(batch_seconds=1.0)
    running: list[asyncio.Task[Any]] = []

    async def forever(seconds: float) -> None:
        running[0].cancel()
        await asyncio.Event().wait()

    world.sleep = forever  # type: ignore[method-assign]
    running.append(asyncio.create_task(world.run([world.store.profile.get() for _ in range(30)], most=30)))
    with pytest.raises(asyncio.CancelledError):
        await running[0]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_bulk_takes_calls_as_they_come_and_holds_a_few_batches() -> None:
    world = World.made()
    product = await world.product()
    taken = handed = most_held = 0

    async def source() -> AsyncIterator[Any]:
        nonlocal taken, most_held
        for number in range(1000):
            taken += 1
            most_held = max(most_held, taken - handed)
            yield world.store.products.get(number) if number == 700 else deltas(world, product, 1)[0]

    results = []
    async for result in world.runner(20).bulk(source(), BatchOptions()):
        handed += 1
        results.append(result)
    assert kinds(results) == ["done"] * 700 + ["NotFound"] + ["done"] * 299
    assert await world.stock(product) == 999
    assert most_held <= 3 * 20
    assert len(world.batches()) == 50


async def test_bulk_that_is_left_early_sends_no_more() -> None:
    world = World.made()
    product = await world.product()
    calls = (world.store.products.inventory.adjust(product, 1) for _ in range(200))
    async with aclosing(world.runner(10).bulk(calls, BatchOptions())) as results:
        async for _ in results:
            break
    assert len(world.batches()) <= 3
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_bulk_closes_the_generator_that_it_takes_calls_from() -> None:
    world = World.made()
    product = await world.product()
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
    # Likewise where a call is refused.
    refused = (call for call in [world.store.profile.get(), 7])
    with pytest.raises(TypeError, match="not a int"):
        assert [one async for one in world.runner(10).bulk(refused, BatchOptions())]  # type: ignore[list-item]
    assert refused.gi_frame is None


async def test_what_was_sent_is_handed_out_before_an_error_of_the_source() -> None:
    world = World.made()
    product = await world.product()

    async def source() -> AsyncIterator[Any]:
        for call in deltas(world, product, 25):
            yield call
        raise LookupError("the file ends early")

    results = []

    async def collect() -> None:
        async for result in world.runner(10).bulk(source(), BatchOptions()):
            results.append(result)  # noqa: PERF401  what came before the error is what counts

    with pytest.raises(LookupError, match="the file ends early"):
        await collect()
    assert kinds(results) == ["done"] * 20
    assert await world.stock(product) == 20


async def test_over_loopback_with_the_stores_own_methods(ecwid_sandbox_url: str) -> None:
    async with Ecwid(base_url=ecwid_sandbox_url, quota=None) as ecwid:
        store = ecwid.store(1003, "secret_demo")
        products = [product async for product in store.products.search(limit=10)][:10]
        found = await store.batch(store.products.get(product.id or 0) for product in products)
        assert [one.id for one in found] == [one.id for one in products]
        answers = [answer async for answer in store.bulk([store.products.get(1), store.profile.get()])]
        assert isinstance(answers[0], APIError)
        assert not isinstance(answers[1], EcwidError)
