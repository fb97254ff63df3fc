"""Events are logged at the right level, with their fields."""

import logging
from functools import partial

import pytest
import trio
import trio.testing

from ecwid_async import Event, EventKind
from ecwid_async.observe import CombinedSink, LogSink
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, RateLimit
from ecwid_async.wire import Options, Request
from tests.observe.sample_events import LOGGED, client_for, event


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
    level = None if kind in (EventKind.CALL_STARTED, EventKind.CALL_ENDED) else LOGGED[kind]
    expected = [] if level is None else [("ecwid_async", level)] * 2
    assert [(record.name, record.levelno) for record in caplog.records] == expected


async def test_by_default_events_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ecwid_async")
    async with client_for(make_response(status=503), {"id": "A"}) as ecwid:
        await ecwid.store(1003, "secret_x").orders.get("A")
    assert [record.ecwid_kind for record in caplog.records] == ["delayed", "retrying"]
