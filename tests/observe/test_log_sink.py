"""Events are logged at the right level, with their fields."""

import logging
from functools import partial
from itertools import combinations

import pytest
import trio
import trio.testing

from ecwid_async import Event, EventKind
from ecwid_async.observe import CombinedSink, LogSink
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, RateLimit
from ecwid_async.wire import Options, Request
from tests.observe.sample_events import LOG_LEVELS, client_for, event


def test_a_record_has_a_readable_text_and_the_fields_of_the_event(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "ecwid_async")
    LogSink()(event())
    LogSink()(Event(kind=EventKind.GAVE_UP, operation="GET /orders", request_id="ab12cd34", error="NotSent"))
    assert caplog.messages == [
        "GET /orders/{orderId}: attempt ended (attempt 2, status 503, OutcomeUnknown, 0.250 s) "
        "[request ab12cd34, store 1003]",
        "GET /orders: gave up (attempt 1, NotSent) [request ab12cd34, no store]",
    ]
    fields = {name: value for name, value in vars(caplog.records[0]).items() if name.startswith("ecwid_")}
    assert fields == {
        "ecwid_kind": "attempt_ended",
        "ecwid_operation": "GET /orders/{orderId}",
        "ecwid_request_id": "ab12cd34",
        "ecwid_store_id": 1003,
        "ecwid_attempt": 2,
        "ecwid_status": 503,
        "ecwid_seconds": 0.25,
        "ecwid_error": "OutcomeUnknown",
    }


def test_what_a_cache_does_is_logged_in_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "ecwid_async")
    of_request = {"operation": "GET /products", "request_id": "ab12cd34", "store_id": 1003}
    LogSink()(Event(kind=EventKind.CACHE_HIT, status=200, seconds=12.0, **of_request))
    LogSink()(Event(kind=EventKind.CACHE_MISS, **of_request))
    LogSink()(Event(kind=EventKind.COALESCED, **of_request))
    LogSink()(Event(kind=EventKind.CACHE_UNAVAILABLE, error="ConnectionError", **of_request))
    assert caplog.messages == [
        "GET /products: cache hit (no request, status 200, 12.000 s) [request ab12cd34, store 1003]",
        "GET /products: cache miss (a request follows) [request ab12cd34, store 1003]",
        "GET /products: coalesced (waits for an identical read) [request ab12cd34, store 1003]",
        "GET /products: cache unavailable (reads go to the API, ConnectionError) [request ab12cd34, store 1003]",
    ]


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.CRITICAL])
def test_a_sink_wants_the_kinds_that_its_logger_is_enabled_for(level: int) -> None:
    logger = logging.getLogger("test_observe.levels")
    logger.setLevel(level)
    sink = LogSink(logger)
    wanted = {kind for kind, logged_at in LOG_LEVELS.items() if logged_at >= level}
    assert {kind for kind in EventKind if sink.wants(kind)} == wanted
    assert {kind for kind in EventKind if CombinedSink(sink).wants(kind)} == wanted
    for kinds in combinations(EventKind, 2):
        assert CombinedSink(sink).wants_any(kinds) is bool(wanted.intersection(kinds)), kinds


def test_a_subclass_that_wants_other_kinds_is_asked() -> None:
    class Verbose(LogSink):
        def wants(self, kind: EventKind) -> bool:
            return kind is EventKind.CALL_ENDED

    assert CombinedSink(Verbose()).wants_any((EventKind.CALL_STARTED, EventKind.CALL_ENDED))


@pytest.mark.parametrize(("seconds", "level"), [(0.1, logging.DEBUG), (1.0, logging.DEBUG), (1.1, logging.INFO)])
def test_a_delay_for_the_rate_limit_of_up_to_a_second_is_logged_at_debug(
    seconds: float, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "ecwid_async")
    LogSink()(Event(kind=EventKind.DELAYED, operation="GET /orders", request_id="ab12cd34", seconds=seconds))
    assert [record.levelno for record in caplog.records] == [level]
    assert caplog.messages == [
        f"GET /orders: delayed (for the rate limit, {seconds:.3f} s) [request ab12cd34, no store]"
    ]


def test_a_delay_of_over_a_second_for_the_rate_limit_is_logged_at_info(caplog: pytest.LogCaptureFixture) -> None:
    """The first call logs its delay when it starts, those queued behind it when it is over."""
    caplog.set_level(logging.INFO, "ecwid_async")

    async def main() -> None:
        network = MemoryTransport([make_response(status=429, headers={"Retry-After": "30"}), *[make_response({})] * 3])
        rate_limit = RateLimit(
            network, MemoryLimiter(clock=trio.current_time), token="t", store_id=1003, events=CombinedSink(LogSink())
        )
        request = partial(Request, method="GET", path="/orders", options=Options(operation="GET /orders"))
        await rate_limit.send(request())
        await trio.sleep(10)
        caplog.clear()
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(rate_limit.send, request())
            await trio.testing.wait_all_tasks_blocked()
            assert [record.ecwid_seconds for record in caplog.records] == [20.0]

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    assert [(record.levelno, record.ecwid_kind, record.ecwid_seconds) for record in caplog.records] == [
        (logging.INFO, "delayed", 20.0)
    ] * 3


@pytest.mark.parametrize("kind", EventKind)
def test_every_event_of_an_attempt_is_logged_at_its_level(kind: EventKind, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "ecwid_async")
    LogSink()(event(kind))
    LogSink()(Event(kind=kind, operation="GET /orders", request_id="ab12cd34", status=503))
    level = None if kind in (EventKind.CALL_STARTED, EventKind.CALL_ENDED) else LOG_LEVELS[kind]
    expected = [] if level is None else [("ecwid_async", level)] * 2
    assert [(record.name, record.levelno) for record in caplog.records] == expected


async def test_by_default_events_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ecwid_async")
    async with client_for(make_response(status=503), {"id": "A"}) as ecwid:
        await ecwid.store(1003, "secret_x").orders.get("A")
    assert [record.ecwid_kind for record in caplog.records] == ["delayed", "retrying"]
