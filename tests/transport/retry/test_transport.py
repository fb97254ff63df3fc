"""Requests are retried only if that does no harm, within the deadline. The clock is virtual."""

import asyncio
from collections.abc import AsyncIterator

import anyio
import anyio.lowlevel
import pytest
from attrs import evolve

from ecwid_async.errors import (
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
from ecwid_async.transport.retry import Retry, RetryPolicy
from ecwid_async.wire import Event, EventKind, Options, Request, Response, StreamBody
from tests.transport.retry.retry_setup import OK, READ, UNKNOWN, RetrySetup, VirtualClock

WRITE = Request(method="POST", path="/orders", options=Options(operation="POST /orders"))
PUT = Request(
    method="PUT",
    path="/orders/A",
    options=Options(operation="PUT /orders/{orderId}", repeatable=True, expects="object"),
)
CREATE = evolve(WRITE, options=evolve(WRITE.options, expects="object"))
NOT_SENT = NotSent("refused", request=READ)


@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
@pytest.mark.parametrize(
    "first", [NOT_SENT, make_response(status=429, headers={"Retry-After": "7"})], ids=["never sent", "429"]
)
async def test_a_request_without_effect_is_retried(request_: Request, first: Response | Exception) -> None:
    setup = RetrySetup.of(first, OK)
    assert (await setup.retry.send(request_)).body == OK.body
    assert len(setup.inner.requests) == 2


async def test_a_response_counts_its_attempts() -> None:
    assert (await RetrySetup.of(make_response(status=503), OK).retry.send(READ)).attempts == 2
    assert (await RetrySetup.of(OK).retry.send(READ)).attempts == 1


@pytest.mark.parametrize("first", [UNKNOWN, *(make_response(status=status) for status in (408, 500, 502, 503, 504))])
async def test_a_request_that_may_have_had_an_effect_is_retried_only_if_repeatable(
    first: Response | Exception,
) -> None:
    setup = RetrySetup.of(first, OK)
    assert (await setup.retry.send(READ)).body == OK.body

    setup = RetrySetup.of(first, OK)
    if isinstance(first, Response):
        assert await setup.retry.send(WRITE) is first
    else:
        with pytest.raises(OutcomeUnknown):
            await setup.retry.send(WRITE)
    assert len(setup.inner.requests) == 1


@pytest.mark.parametrize("status", [200, 202, 302, 400, 401, 402, 403, 404, 405, 409, 415, 422, 501])
async def test_any_other_response_is_final(status: int) -> None:
    setup = RetrySetup.of(make_response(status=status), OK)
    assert (await setup.retry.send(READ)).status == status
    assert not setup.clock.slept


@pytest.mark.parametrize("first", [UNKNOWN, make_response(status=503)])
async def test_a_write_stays_in_doubt_if_an_earlier_attempt_was_sent(
    first: Response | Exception,
) -> None:
    setup = RetrySetup.of(first, NOT_SENT, NOT_SENT, NOT_SENT)
    with pytest.raises(OutcomeUnknown, match="an earlier attempt was sent") as caught:
        await setup.retry.send(evolve(READ, method="PUT"))
    assert caught.value.attempts == 4
    for had_no_effect in (READ, evolve(READ, method="PUT")):
        setup = RetrySetup.of(
            first if had_no_effect is READ else make_response(status=429), NOT_SENT, NOT_SENT, NOT_SENT
        )
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
async def test_no_error_of_a_retry_claims_that_nothing_was_sent_or_done(
    last: EcwidError, raised: type[TransportError]
) -> None:
    with pytest.raises(raised, match="an earlier attempt was sent") as caught:
        await RetrySetup.of(UNKNOWN, last).retry.send(PUT)
    assert not isinstance(caught.value, NotSent)
    assert (caught.value.outcome, caught.value.attempts, caught.value.__cause__) == ("unknown", 2, last)
    # If nothing was sent before either, the error is unchanged.
    for first in (NOT_SENT, make_response(status=429)):
        with pytest.raises(type(last)) as alone:
            await RetrySetup.of(first, last).retry.send(PUT)
        assert alone.value is last
        assert alone.value.outcome in ("not_sent", "refused")


@pytest.mark.parametrize("first", [UNKNOWN, make_response(status=503), make_response(b"<html>")])
@pytest.mark.parametrize("status", [403, 404, 409, 429])
async def test_a_refused_retry_leaves_the_outcome_of_earlier_attempts_unknown(
    first: Response | Exception, status: int
) -> None:
    policy = RetryPolicy(throttle_timeout=0)
    response = await RetrySetup.of(first, make_response(status=status), policy=policy).retry.send(PUT)
    error = parse_error(PUT, response)
    assert (error.status, error.outcome, error.attempts) == (status, "unknown", 2)
    for harmless in (NOT_SENT, make_response(status=429, headers={"Retry-After": "0"})):
        setup = RetrySetup.of(harmless, make_response(status=403), policy=RetryPolicy(throttle_timeout=1))
        assert parse_error(PUT, await setup.retry.send(PUT)).outcome == "refused"
    assert (
        parse_error(READ, await RetrySetup.of(UNKNOWN, make_response(status=403)).retry.send(READ)).outcome == "refused"
    )


@pytest.mark.parametrize("first", [UNKNOWN, make_response(status=503)], ids=["no response", "503"])
async def test_a_read_counts_as_sent_if_one_attempt_was(first: Response | Exception) -> None:
    setup = RetrySetup.of(first, NotSent("refused", request=READ), policy=RetryPolicy(attempts=2))
    with pytest.raises(NotSent) as caught:
        await setup.retry.send(READ)
    assert caught.value.outcome == "refused"


NO_RESULTS = [b"<html>Log in</html>", b"OK", b'"OK"', b"[]", b"null", b'{"id":', b"{" * 100_000, b"\xff", b"{}{}"]


@pytest.mark.parametrize("body", NO_RESULTS, ids=lambda body: repr(body[:8]))
async def test_a_success_without_a_result_proves_nothing_about_a_write(body: bytes) -> None:
    page, result = make_response(body), make_response({"updateCount": 1})
    setup = RetrySetup.of(page, result)
    assert (await setup.retry.send(PUT)).body == result.body
    setup = RetrySetup.of(page, page, policy=RetryPolicy(attempts=2))
    with pytest.raises(OutcomeUnknown, match="does not confirm the write"):
        await setup.retry.send(PUT)
    setup = RetrySetup.of(page, result)
    with pytest.raises(OutcomeUnknown, match=r"status 200 with .* instead of a result") as caught:
        await setup.retry.send(CREATE)
    assert len(setup.inner.requests) == 1
    assert caught.value.outcome == "unknown"
    # Without events the result is the same.
    silent = Retry(MemoryTransport([page]))
    with pytest.raises(OutcomeUnknown):
        await silent.send(CREATE)
    # Reads, and writes that expect no result, return the response.
    for request in (READ, WRITE):
        assert await RetrySetup.of(page).retry.send(request) is page


@pytest.mark.parametrize("body", [b"", b" \r\n"])
@pytest.mark.parametrize("status", [200, 204])
async def test_an_empty_success_counts_for_a_put_or_delete_but_not_for_a_create(status: int, body: bytes) -> None:
    empty = make_response(body, status=status)
    for method in ("PUT", "DELETE"):
        assert await RetrySetup.of(empty).retry.send(evolve(PUT, method=method)) is empty
    with pytest.raises(OutcomeUnknown, match="with nothing instead of a result"):
        await RetrySetup.of(empty).retry.send(CREATE)


@pytest.mark.parametrize("first", [UNKNOWN, make_response(status=503)])
async def test_a_delete_that_finds_nothing_after_an_uncertain_attempt_has_succeeded(
    first: Response | Exception,
) -> None:
    delete = evolve(READ, method="DELETE")
    gone = make_response({"errorCode": "ORDER_NOT_FOUND"}, status=404)
    response = await RetrySetup.of(first, gone).retry.send(delete)
    assert (response.status, response.body) == (200, b'{"success":true}')
    for never_left in (NOT_SENT, make_response(status=429)):
        assert (await RetrySetup.of(never_left, gone).retry.send(delete)).status == 404
    for another in (READ, evolve(READ, method="PUT")):
        assert (await RetrySetup.of(first, gone).retry.send(another)).status == 404
    assert await RetrySetup.of(gone).retry.send(delete) is gone


@pytest.mark.parametrize("late", [Timeout, NotSentInTime])
async def test_a_passed_deadline_is_not_retried(late: type[TransportError]) -> None:
    setup = RetrySetup.of(late("late", request=READ), OK)
    with pytest.raises(late):
        await setup.retry.send(READ)
    assert len(setup.inner.requests) == 1


async def test_delays_double_up_to_a_maximum_and_attempts_are_limited() -> None:
    setup = RetrySetup.of(*[UNKNOWN] * 6, policy=RetryPolicy(attempts=6, base_delay=1.0, max_delay=5.0))
    with pytest.raises(OutcomeUnknown) as caught:
        await setup.retry.send(READ)
    assert setup.clock.slept == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert caught.value.attempts == 6


async def test_a_delay_is_random_up_to_its_bound() -> None:
    bounds: list[tuple[float, float]] = []

    def jitter(least: float, most: float) -> float:
        bounds.append((least, most))
        return 0.0

    clock = VirtualClock()
    retry = Retry(MemoryTransport([UNKNOWN, OK]), clock=lambda: clock.now, sleep=clock.sleep, jitter=jitter)
    await retry.send(READ)
    assert bounds == [(0.0, RetryPolicy().base_delay)]


@pytest.mark.parametrize(
    ("headers", "waited"),
    [({"Retry-After": "7"}, 7.0), ({"Retry-After": "0"}, 1.0), ({}, 10.0), ({"Retry-After": "soon"}, 10.0)],
)
async def test_a_429_is_retried_after_the_delay_that_the_server_names(headers: dict[str, str], waited: float) -> None:
    setup = RetrySetup.of(make_response(status=429, headers=headers), OK)
    await setup.retry.send(WRITE)
    assert setup.clock.slept == [waited]


async def test_a_429_uses_up_no_attempts_and_one_with_too_long_a_delay_is_returned() -> None:
    setup = RetrySetup.of(*[make_response(status=429, headers={"Retry-After": "1"})] * 10, OK)
    assert (await setup.retry.send(WRITE)).body == OK.body
    setup = RetrySetup.of(make_response(status=429, headers={"Retry-After": "86400"}), OK)
    assert (await setup.retry.send(WRITE)).status == 429
    assert not setup.clock.slept


@pytest.mark.parametrize(
    "first", [UNKNOWN, NOT_SENT, make_response(status=503), make_response(status=429, headers={"Retry-After": "7"})]
)
async def test_no_delay_exceeds_the_deadline(first: Response | Exception) -> None:
    setup = RetrySetup.of(first, OK)
    with_deadline = evolve(READ, options=evolve(READ.options, deadline=setup.clock.now + 0.1))
    if isinstance(first, Response):
        assert await setup.retry.send(with_deadline) is first
    else:
        with pytest.raises(TransportError):
            await setup.retry.send(with_deadline)
    assert not setup.clock.slept


@pytest.mark.parametrize(
    "first", [UNKNOWN, NOT_SENT, make_response(status=503), make_response(status=429, headers={"Retry-After": "7"})]
)
async def test_a_streamed_body_is_never_sent_again(first: Response | Exception) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b""

    setup = RetrySetup.of(first, OK)
    streamed = evolve(READ, method="PUT", body=StreamBody(chunks()))
    if isinstance(first, Response):
        assert await setup.retry.send(streamed) is first
    else:
        with pytest.raises(TransportError):
            await setup.retry.send(streamed)


@pytest.mark.parametrize("retry_after", ["0", "1", "60"])
async def test_a_call_that_only_gets_429s_ends_at_its_throttle_timeout(retry_after: str) -> None:
    setup = RetrySetup.of(*[make_response(status=429, headers={"Retry-After": retry_after})] * 400)
    assert (await setup.retry.send(READ)).status == 429
    assert 240 <= sum(setup.clock.slept) <= RetryPolicy().throttle_timeout


async def test_every_attempt_and_delay_emits_an_event() -> None:
    setup = RetrySetup.of(make_response(status=503), UNKNOWN, OK)
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
    assert setup.events[-1].seconds == sum(setup.clock.slept)


async def test_giving_up_emits_an_event() -> None:
    setup = RetrySetup.of(UNKNOWN)
    with pytest.raises(OutcomeUnknown):
        await setup.retry.send(WRITE)
    assert [event.kind for event in setup.events[-2:]] == [EventKind.GAVE_UP, EventKind.CALL_ENDED]
    assert setup.events[-1].error == "OutcomeUnknown"


async def test_the_end_of_a_cancelled_call_emits_an_event() -> None:
    setup = RetrySetup.of(make_response(status=503), OK)
    with anyio.CancelScope() as scope:

        async def sleep(seconds: float) -> None:
            scope.cancel()
            await anyio.lowlevel.checkpoint()

        setup.retry._sleep = sleep
        await setup.retry.send(READ)
    assert scope.cancelled_caught
    ended = setup.events[-1]
    assert (ended.kind, ended.status, ended.error) == (EventKind.CALL_ENDED, 503, "CancelledError")


async def test_a_dropped_call_emits_its_end_without_reading_the_clock() -> None:
    """Its event loop may be closed."""
    setup = RetrySetup.of(make_response(status=503), OK)

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


async def test_a_stream_emits_events_too() -> None:
    setup = RetrySetup.of(OK, NOT_SENT, policy=RetryPolicy(attempts=1))
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


async def test_a_sink_that_wants_nothing_costs_no_reading_of_the_clock() -> None:
    class Uninterested:
        def wants(self, kind: EventKind) -> bool:
            return False

        def __call__(self, event: Event) -> None:
            raise AssertionError(event)

    def clock() -> float:
        raise AssertionError("the clock was read")

    assert await Retry(MemoryTransport([OK]), events=Uninterested(), clock=clock).send(READ) is OK
    assert await Retry(MemoryTransport([OK]), clock=clock).send(READ) is OK


async def test_closing_closes_the_wrapped_transport() -> None:
    setup = RetrySetup.of()
    await setup.retry.aclose()
    assert setup.inner.closed
