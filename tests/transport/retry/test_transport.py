"""Sending again only where that does no harm, patiently, inside the deadline. No clock runs here but a made-up one."""

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from attrs import define, evolve, field

from ecwid_async.errors import (
    ConfigError,
    EcwidError,
    LimiterUnavailable,
    NotSent,
    NotSentInTime,
    OutcomeUnknown,
    ResponseTooLarge,
    Timeout,
    TransportError,
)
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.responses import parse_error
from ecwid_async.transport.retry import Retry, RetryBudget, RetryPolicy
from ecwid_async.wire import Event, EventKind, Options, Request, Response, StreamBody

READ = Request(method="GET", path="/orders", options=Options(operation="GET /orders", repeatable=True))
WRITE = Request(method="POST", path="/orders", options=Options(operation="POST /orders"))
PUT = Request(
    method="PUT",
    path="/orders/A",
    options=Options(operation="PUT /orders/{orderId}", repeatable=True, expects="object"),
)
CREATE = evolve(WRITE, options=evolve(WRITE.options, expects="object"))
NOT_SENT = NotSent("refused", request=READ)
UNKNOWN = OutcomeUnknown("reset", request=READ)
OK = make_response({"ok": True})


@define
class Time:
    """A clock that moves only while somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@define
class Setup:
    inner: MemoryTransport
    time: Time
    events: list[Event]
    retry: Retry

    @classmethod
    def of(cls, *script: Response | Exception, policy: RetryPolicy | None = None) -> "Setup":
        inner, time, events = MemoryTransport(script), Time(), list[Event]()
        retry = Retry(
            inner,
            policy=policy,
            events=events.append,
            store_id=1003,
            clock=lambda: time.now,
            sleep=time.sleep,
            jitter=lambda _, most: most,
        )
        return cls(inner, time, events, retry)


@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
@pytest.mark.parametrize(
    "first", [NOT_SENT, make_response(status=429, headers={"Retry-After": "7"})], ids=["never sent", "429"]
)
async def test_what_surely_had_no_effect_is_sent_again(request_: Request, first: Response | Exception) -> None:
    setup = Setup.of(first, OK)
    assert (await setup.retry.send(request_)).body == OK.body
    assert len(setup.inner.requests) == 2


async def test_an_answer_tells_how_often_it_was_asked_for() -> None:
    assert (await Setup.of(make_response(status=503), OK).retry.send(READ)).attempts == 2
    assert (await Setup.of(OK).retry.send(READ)).attempts == 1


@pytest.mark.parametrize("first", [UNKNOWN, *(make_response(status=status) for status in (408, 500, 502, 503, 504))])
async def test_what_may_have_had_an_effect_is_sent_again_only_where_that_does_no_harm(
    first: Response | Exception,
) -> None:
    setup = Setup.of(first, OK)
    assert (await setup.retry.send(READ)).body == OK.body

    setup = Setup.of(first, OK)
    if isinstance(first, Response):
        assert await setup.retry.send(WRITE) is first
    else:
        with pytest.raises(OutcomeUnknown):
            await setup.retry.send(WRITE)
    assert len(setup.inner.requests) == 1


@pytest.mark.parametrize("status", [200, 202, 302, 400, 401, 402, 403, 404, 405, 409, 415, 422, 501])
async def test_any_other_answer_is_the_answer(status: int) -> None:
    setup = Setup.of(make_response(status=status), OK)
    assert (await setup.retry.send(READ)).status == status
    assert not setup.time.slept


@pytest.mark.parametrize("first", [UNKNOWN, make_response(status=503)])
async def test_a_write_of_which_one_attempt_left_is_in_doubt_also_when_the_last_did_not(
    first: Response | Exception,
) -> None:
    setup = Setup.of(first, NOT_SENT, NOT_SENT, NOT_SENT)
    with pytest.raises(OutcomeUnknown, match="an earlier attempt was sent") as caught:
        await setup.retry.send(evolve(READ, method="PUT"))
    assert caught.value.attempts == 4
    for had_no_effect in (READ, evolve(READ, method="PUT")):
        setup = Setup.of(first if had_no_effect is READ else make_response(status=429), NOT_SENT, NOT_SENT, NOT_SENT)
        with pytest.raises(NotSent):
            await setup.retry.send(had_no_effect)


@pytest.mark.parametrize(
    ("last", "raised"),
    [
        (LimiterUnavailable("connection refused"), OutcomeUnknown),
        (NotSentInTime("the rate limit has no room before the deadline", request=PUT), Timeout),
        (ResponseTooLarge(PUT, 403, 10), OutcomeUnknown),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_no_error_of_a_repeat_says_that_nothing_was_sent_or_done(
    last: EcwidError, raised: type[TransportError]
) -> None:
    with pytest.raises(raised, match="an earlier attempt was sent") as caught:
        await Setup.of(UNKNOWN, last).retry.send(PUT)
    assert not isinstance(caught.value, NotSent)
    assert (caught.value.outcome, caught.value.attempts, caught.value.__cause__) == ("unknown", 2, last)
    # Where nothing had left before, it is so.
    for first in (NOT_SENT, make_response(status=429)):
        with pytest.raises(type(last)) as alone:
            await Setup.of(first, last).retry.send(PUT)
        assert alone.value is last
        assert alone.value.outcome in ("not_sent", "refused")


@pytest.mark.parametrize("first", [UNKNOWN, make_response(status=503), make_response(b"<html>")])
@pytest.mark.parametrize("status", [403, 404, 409, 429])
async def test_a_refusal_of_a_repeat_says_nothing_of_the_attempt_before(
    first: Response | Exception, status: int
) -> None:
    policy = RetryPolicy(throttle_timeout=0)
    response = await Setup.of(first, make_response(status=status), policy=policy).retry.send(PUT)
    error = parse_error(PUT, response)
    assert (error.status, error.outcome, error.attempts) == (status, "unknown", 2)
    for harmless in (NOT_SENT, make_response(status=429, headers={"Retry-After": "0"})):
        setup = Setup.of(harmless, make_response(status=403), policy=RetryPolicy(throttle_timeout=1))
        assert parse_error(PUT, await setup.retry.send(PUT)).outcome == "refused"
    assert parse_error(READ, await Setup.of(UNKNOWN, make_response(status=403)).retry.send(READ)).outcome == "refused"


NO_RESULTS = [b"<html>Log in</html>", b"OK", b'"OK"', b"[]", b"null", b'{"id":', b"{" * 100_000, b"\xff", b"{}{}"]


@pytest.mark.parametrize("first", [UNKNOWN, make_response(status=503)], ids=["no answer", "503"])
async def test_a_read_of_which_one_attempt_left_was_sent(first: Response | Exception) -> None:
    setup = Setup.of(first, NotSent("refused", request=READ), policy=RetryPolicy(attempts=2))
    with pytest.raises(NotSent) as caught:
        await setup.retry.send(READ)
    assert caught.value.outcome == "refused"


@pytest.mark.parametrize("body", NO_RESULTS, ids=lambda body: repr(body[:8]))
async def test_a_success_without_a_result_proves_nothing_of_a_write(body: bytes) -> None:
    page, result = make_response(body), make_response({"updateCount": 1})
    setup = Setup.of(page, result)
    assert (await setup.retry.send(PUT)).body == result.body
    setup = Setup.of(page, page, policy=RetryPolicy(attempts=2))
    with pytest.raises(OutcomeUnknown, match="which proves nothing"):
        await setup.retry.send(PUT)
    setup = Setup.of(page, result)
    with pytest.raises(OutcomeUnknown, match=r"status 200 came with .* in place of a result") as caught:
        await setup.retry.send(CREATE)
    assert len(setup.inner.requests) == 1
    assert caught.value.outcome == "unknown"
    # Whoever listens hears of the same.
    silent = Retry(MemoryTransport([page]))
    with pytest.raises(OutcomeUnknown):
        await silent.send(CREATE)
    # What nobody needs a result of, and what writes nothing, is handed on.
    for request in (READ, WRITE):
        assert await Setup.of(page).retry.send(request) is page


@pytest.mark.parametrize("body", [b"", b" \r\n"])
@pytest.mark.parametrize("status", [200, 204])
async def test_an_empty_success_is_one_to_a_put_or_delete_and_proves_nothing_of_a_create(
    status: int, body: bytes
) -> None:
    empty = make_response(body, status=status)
    for method in ("PUT", "DELETE"):
        assert await Setup.of(empty).retry.send(evolve(PUT, method=method)) is empty
    with pytest.raises(OutcomeUnknown, match="came with nothing in place of a result"):
        await Setup.of(empty).retry.send(CREATE)


@pytest.mark.parametrize("first", [UNKNOWN, make_response(status=503)])
async def test_a_delete_that_finds_nothing_after_one_that_left_has_worked(first: Response | Exception) -> None:
    delete = evolve(READ, method="DELETE")
    gone = make_response({"errorCode": "ORDER_NOT_FOUND"}, status=404)
    response = await Setup.of(first, gone).retry.send(delete)
    assert (response.status, response.body) == (200, b'{"success":true}')
    for never_left in (NOT_SENT, make_response(status=429)):
        assert (await Setup.of(never_left, gone).retry.send(delete)).status == 404
    for another in (READ, evolve(READ, method="PUT")):
        assert (await Setup.of(first, gone).retry.send(another)).status == 404
    assert await Setup.of(gone).retry.send(delete) is gone


@pytest.mark.parametrize("late", [Timeout, NotSentInTime])
async def test_a_deadline_that_passed_is_not_tried_again(late: type[TransportError]) -> None:
    setup = Setup.of(late("late", request=READ), OK)
    with pytest.raises(late):
        await setup.retry.send(READ)
    assert len(setup.inner.requests) == 1


async def test_waits_double_up_to_a_cap_and_attempts_end() -> None:
    setup = Setup.of(*[UNKNOWN] * 6, policy=RetryPolicy(attempts=6, base_delay=1.0, max_delay=5.0))
    with pytest.raises(OutcomeUnknown) as caught:
        await setup.retry.send(READ)
    assert setup.time.slept == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert caught.value.attempts == 6


async def test_a_wait_is_anything_up_to_its_bound() -> None:
    bounds: list[tuple[float, float]] = []

    def jitter(least: float, most: float) -> float:
        bounds.append((least, most))
        return 0.0

    time = Time()
    retry = Retry(MemoryTransport([UNKNOWN, OK]), clock=lambda: time.now, sleep=time.sleep, jitter=jitter)
    await retry.send(READ)
    assert bounds == [(0.0, RetryPolicy().base_delay)]


@pytest.mark.parametrize(
    ("headers", "waited"),
    [({"Retry-After": "7"}, 7.0), ({"Retry-After": "0"}, 1.0), ({}, 10.0), ({"Retry-After": "soon"}, 10.0)],
)
async def test_a_429_waits_as_long_as_the_server_says(headers: dict[str, str], waited: float) -> None:
    setup = Setup.of(make_response(status=429, headers=headers), OK)
    await setup.retry.send(WRITE)
    assert setup.time.slept == [waited]


async def test_a_429_does_not_use_up_the_attempts_but_an_absurd_wait_is_handed_to_the_caller() -> None:
    setup = Setup.of(*[make_response(status=429, headers={"Retry-After": "1"})] * 10, OK)
    assert (await setup.retry.send(WRITE)).body == OK.body
    setup = Setup.of(make_response(status=429, headers={"Retry-After": "86400"}), OK)
    assert (await setup.retry.send(WRITE)).status == 429
    assert not setup.time.slept


@pytest.mark.parametrize(
    "first", [UNKNOWN, NOT_SENT, make_response(status=503), make_response(status=429, headers={"Retry-After": "7"})]
)
async def test_no_wait_goes_past_the_deadline(first: Response | Exception) -> None:
    setup = Setup.of(first, OK)
    hurried = evolve(READ, options=evolve(READ.options, deadline=setup.time.now + 0.1))
    if isinstance(first, Response):
        assert await setup.retry.send(hurried) is first
    else:
        with pytest.raises(TransportError):
            await setup.retry.send(hurried)
    assert not setup.time.slept


@pytest.mark.parametrize(
    "first", [UNKNOWN, NOT_SENT, make_response(status=503), make_response(status=429, headers={"Retry-After": "7"})]
)
async def test_a_stream_exists_once_and_is_never_sent_again(first: Response | Exception) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b""

    setup = Setup.of(first, OK)
    streamed = evolve(READ, method="PUT", body=StreamBody(chunks()))
    if isinstance(first, Response):
        assert await setup.retry.send(streamed) is first
    else:
        with pytest.raises(TransportError):
            await setup.retry.send(streamed)


async def test_a_store_that_fails_throughout_is_not_asked_many_times_more() -> None:
    inner, time = MemoryTransport(lambda _: UNKNOWN), Time()
    policy = RetryPolicy(attempts=4, budget=5.0)
    budget = RetryBudget(policy)
    for _ in range(100):
        view = Retry(inner, policy=policy, budget=budget, clock=lambda: time.now, sleep=time.sleep)
        with pytest.raises(OutcomeUnknown):
            await view.send(READ)
    assert 100 + 5 <= len(inner.requests) <= 100 + 5 + 100 / 10


@pytest.mark.parametrize("asked", ["0", "1", "60"])
async def test_a_call_that_meets_nothing_but_429_ends_when_its_patience_does(asked: str) -> None:
    setup = Setup.of(*[make_response(status=429, headers={"Retry-After": asked})] * 400)
    assert (await setup.retry.send(READ)).status == 429
    assert 240 <= sum(setup.time.slept) <= RetryPolicy().throttle_timeout


async def test_a_429_costs_nothing_of_the_budget() -> None:
    setup = Setup.of(
        *[make_response(status=429, headers={"Retry-After": "1"})] * 30, OK, policy=RetryPolicy(budget=1.0)
    )
    assert (await setup.retry.send(READ)).body == OK.body


async def test_every_attempt_and_wait_is_told() -> None:
    setup = Setup.of(make_response(status=503), UNKNOWN, OK)
    await setup.retry.send(READ)
    assert [(event.kind, event.attempt, event.status, event.error) for event in setup.events] == [
        (EventKind.CALL_STARTED, 1, None, None),
        (EventKind.ATTEMPT_STARTED, 1, None, None),
        (EventKind.ATTEMPT_ENDED, 1, 503, None),
        (EventKind.DELAYED, 1, 503, None),
        (EventKind.RETRYING, 2, 503, None),
        (EventKind.ATTEMPT_STARTED, 2, None, None),
        (EventKind.ATTEMPT_ENDED, 2, None, "OutcomeUnknown"),
        (EventKind.DELAYED, 2, None, "OutcomeUnknown"),
        (EventKind.RETRYING, 3, None, "OutcomeUnknown"),
        (EventKind.ATTEMPT_STARTED, 3, None, None),
        (EventKind.ATTEMPT_ENDED, 3, 200, None),
        (EventKind.CALL_ENDED, 3, 200, None),
    ]
    assert {(event.operation, event.request_id, event.store_id) for event in setup.events} == {
        ("GET /orders", READ.id, 1003)
    }
    assert setup.events[3].seconds == 0.5
    assert setup.events[-1].seconds == sum(setup.time.slept)


async def test_giving_up_is_told() -> None:
    setup = Setup.of(UNKNOWN)
    with pytest.raises(OutcomeUnknown):
        await setup.retry.send(WRITE)
    assert [event.kind for event in setup.events[-2:]] == [EventKind.GAVE_UP, EventKind.CALL_ENDED]
    assert setup.events[-1].error == "OutcomeUnknown"


async def test_the_end_of_a_call_is_told_when_it_is_cancelled() -> None:
    setup = Setup.of(make_response(status=503), OK)
    with anyio.CancelScope() as scope:

        async def sleep(seconds: float) -> None:
            scope.cancel()
            await anyio.lowlevel.checkpoint()

        setup.retry._sleep = sleep
        await setup.retry.send(READ)
    assert scope.cancelled_caught
    ended = setup.events[-1]
    assert (ended.kind, ended.status, ended.error) == (EventKind.CALL_ENDED, 503, "CancelledError")


async def test_a_call_that_is_dropped_unfinished_is_told_to_have_ended_without_asking_a_clock() -> None:
    """Its event loop may be gone."""
    setup = Setup.of(make_response(status=503), OK)

    async def forever(seconds: float) -> None:
        await asyncio.get_running_loop().create_future()

    def stopped() -> float:
        raise RuntimeError("no running event loop")

    setup.retry._sleep = forever
    sending = setup.retry.send(READ)
    sending.send(None)
    setup.retry._clock = stopped
    sending.close()
    assert (setup.events[-1].kind, setup.events[-1].seconds) == (EventKind.CALL_ENDED, None)


async def test_a_stream_is_told_of_too() -> None:
    setup = Setup.of(OK, NOT_SENT, policy=RetryPolicy(attempts=1))
    async with setup.retry.stream(READ):
        pass
    assert [event.kind for event in setup.events] == [
        EventKind.CALL_STARTED,
        EventKind.ATTEMPT_STARTED,
        EventKind.ATTEMPT_ENDED,
        EventKind.CALL_ENDED,
    ]
    with pytest.raises(NotSent):
        async with setup.retry.stream(READ):
            pass
    assert [(event.kind, event.error) for event in setup.events[6:]] == [
        (EventKind.ATTEMPT_ENDED, "NotSent"),
        (EventKind.GAVE_UP, "NotSent"),
        (EventKind.CALL_ENDED, "NotSent"),
    ]


async def test_a_sink_that_wants_nothing_costs_no_look_at_the_clock() -> None:
    class Deaf:
        def wants(self, kind: EventKind) -> bool:
            return False

        def __call__(self, event: Event) -> None:
            raise AssertionError(event)

    def clock() -> float:
        raise AssertionError("asked for the time")

    assert await Retry(MemoryTransport([OK]), events=Deaf(), clock=clock).send(READ) is OK
    assert await Retry(MemoryTransport([OK]), clock=clock).send(READ) is OK


async def test_closing_closes_what_is_wrapped() -> None:
    setup = Setup.of()
    await setup.retry.aclose()
    assert setup.inner.closed


@pytest.mark.parametrize(
    "settings",
    [
        {"attempts": 0},
        {"attempts": 2.0},
        {"attempts": True},
        *(
            {name: value}
            for name in ("base_delay", "max_delay", "default_retry_after")
            for value in (-1, math.nan, math.inf, 1e308, 10**30, "1", None)
        ),
        *({name: value} for name in ("throttle_timeout", "budget") for value in (-0.1, math.nan, "1")),
    ],
    ids=str,
)
def test_a_policy_that_makes_no_sense_is_refused_where_it_is_made(settings: dict[str, Any]) -> None:
    [(name, _)] = settings.items()
    with pytest.raises(ConfigError, match=rf"RetryPolicy\.{name} is .*: give a .*number .*(above|at least)"):
        RetryPolicy(**settings)


async def test_any_policy_that_is_taken_can_be_kept() -> None:
    assert RetryPolicy(throttle_timeout=math.inf, budget=math.inf, base_delay=0, max_delay=0, default_retry_after=0)
    policy = RetryPolicy(attempts=2000, base_delay=1e9, max_delay=7.0, budget=math.inf)
    setup = Setup.of(*[UNKNOWN] * 2000, policy=policy)
    with pytest.raises(OutcomeUnknown):
        await setup.retry.send(READ)
    assert set(setup.time.slept) == {7.0}
