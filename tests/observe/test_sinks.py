"""Events reach logging and every sink, and a sink that fails harms nobody."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import anyio
import pytest
import trio
import trio.testing

from ecwid_async import ConfigError, Ecwid, Event, EventKind, NotSent, RetryPolicy
from ecwid_async.observe import LogSink, Sinks
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, RateLimit
from ecwid_async.wire import Options, Request

LOGGED = {
    EventKind.ATTEMPT_STARTED: logging.DEBUG,
    EventKind.ATTEMPT_ENDED: logging.DEBUG,
    EventKind.DELAYED: logging.INFO,
    EventKind.RETRYING: logging.INFO,
    EventKind.THROTTLED: logging.WARNING,
    EventKind.QUARANTINED: logging.WARNING,
    EventKind.GAVE_UP: logging.WARNING,
}

NOT_SENT = NotSent("refused", request=Request(method="GET", path="/", options=Options(operation="GET /")))


def event(kind: EventKind = EventKind.ATTEMPT_ENDED) -> Event:
    return Event(
        kind=kind,
        operation="GET /orders/{orderId}",
        request_id="ab12cd34",
        store_id=1003,
        attempt=2,
        status=503,
        seconds=0.25,
        error="OutcomeUnknown",
    )


def ecwid_of(*script: object, events: object = None) -> Ecwid:
    transport = MemoryTransport([make_response(data) if isinstance(data, dict) else data for data in script])
    return Ecwid(transport=transport, events=events, retry=RetryPolicy(base_delay=0.0))


@pytest.mark.parametrize(("seconds", "level"), [(0.1, logging.DEBUG), (1.0, logging.DEBUG), (1.1, logging.INFO)])
def test_the_pace_of_the_rate_limit_is_no_news_unless_somebody_waits_for_over_a_second(
    seconds: float, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "ecwid_async")
    LogSink()(Event(kind=EventKind.DELAYED, operation="GET /orders", request_id="ab12cd34", seconds=seconds))
    assert [record.levelno for record in caplog.records] == [level]
    assert caplog.messages == [
        f"GET /orders: delayed (for the rate limit, {seconds:.3f} s) [request ab12cd34, no store]"
    ]


def test_who_waits_for_the_rate_limit_for_over_a_second_is_seen_at_info(caplog: pytest.LogCaptureFixture) -> None:
    """The one at the gate as it begins to wait, and those behind it once they know for how long it was."""
    caplog.set_level(logging.INFO, "ecwid_async")

    async def main() -> None:
        network = MemoryTransport([make_response(status=429, headers={"Retry-After": "30"}), *[make_response({})] * 3])
        govern = RateLimit(
            network, MemoryLimiter(clock=trio.current_time), token="t", store_id=1003, events=Sinks(LogSink())
        )
        request = partial(Request, method="GET", path="/orders", options=Options(operation="GET /orders"))
        await govern.send(request())
        await trio.sleep(10)
        caplog.clear()
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(govern.send, request())
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


def test_a_record_reads_well_and_has_the_event_s_fields(caplog: pytest.LogCaptureFixture) -> None:
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


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.CRITICAL])
def test_only_what_the_logger_would_write_is_wanted(level: int) -> None:
    logger = logging.getLogger("test_observe.levels")
    logger.setLevel(level)
    sink = LogSink(logger)
    wanted = {kind for kind, its in LOGGED.items() if its >= level}
    assert {kind for kind in EventKind if sink.wants(kind)} == wanted
    assert {kind for kind in EventKind if Sinks(sink).wants(kind)} == wanted


async def test_by_default_events_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ecwid_async")
    async with ecwid_of(make_response(status=503), {"id": "A"}) as ecwid:
        await ecwid.store(1003, "secret_x").orders.get("A")
    assert [record.ecwid_kind for record in caplog.records] == ["delayed", "retrying"]


async def test_what_the_caller_gives_takes_the_place_of_logging(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "ecwid_async")
    heard: list[Event] = []
    async with ecwid_of({"id": "A"}, {"id": "A"}, events=heard.append) as ecwid:
        await ecwid.store(1003, "secret_x").orders.get("A")
    assert heard
    async with ecwid_of({"id": "A"}, events=()) as ecwid:
        await ecwid.store(1003, "secret_x").orders.get("A")
    assert not caplog.records
    async with ecwid_of({"id": "A"}, events=[heard.append, LogSink()]) as ecwid:
        await ecwid.store(1003, "secret_x").orders.get("A")
    assert [record.ecwid_kind for record in caplog.records] == ["attempt_started", "attempt_ended"]


async def test_an_event_that_nobody_wants_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_event(self: Event, **fields: object) -> None:
        raise AssertionError("an event was made")

    monkeypatch.setattr(Event, "__init__", no_event)
    logging.getLogger("ecwid_async").setLevel(logging.WARNING)
    try:
        async with ecwid_of(make_response(status=503), {"id": "A"}) as ecwid:
            await ecwid.store(1003, "secret_x").orders.get("A")
    finally:
        logging.getLogger("ecwid_async").setLevel(logging.NOTSET)


async def test_an_event_names_the_server_where_it_is_known() -> None:
    servers: set[str | None] = set()

    def listen(told: Event) -> None:
        servers.add(told.server)

    for given, known in [
        ({}, None),
        ({"base_url": "https://example.com/api/v3"}, "example.com:443"),
        ({"base_url": "http://127.0.0.1:8080/api/v3"}, "127.0.0.1:8080"),
        ({"base_url": "http://[::1]/api/v3"}, "::1:80"),
    ]:
        servers.clear()
        async with Ecwid(transport=MemoryTransport([make_response({"id": "A"})]), events=listen, **given) as ecwid:
            await ecwid.store(1003, "secret_x").orders.get("A")
        assert servers == {known}


class Broken:
    """Fails at every event."""

    def __call__(self, told: Event) -> None:
        raise ZeroDivisionError("of the hook")

    def __repr__(self) -> str:
        return "<hook that shows secret_of_the_caller>"


class BrokenQuestion(Broken):
    """Fails when it is asked, too."""

    def wants(self, kind: EventKind) -> bool:
        raise ZeroDivisionError("of the question")


@pytest.mark.parametrize("hook", [Broken(), BrokenQuestion(), Broken().__call__, partial(Broken())])
async def test_a_sink_that_raises_breaks_nothing_and_is_reported_once(
    hook: Callable[[Event], None], caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Event] = []
    async with ecwid_of(make_response(status=503), {"id": "A"}, {"id": "B"}, events=[hook, heard.append]) as ecwid:
        store = ecwid.store(1003, "secret_x")
        assert (await store.orders.get("A")).id == "A"
        assert (await store.orders.get("B")).id == "B"
    assert [told.kind.value for told in heard] == [
        *(
            "call_started",
            "attempt_started",
            "attempt_ended",
            "delayed",
            "retrying",
            "attempt_started",
            "attempt_ended",
            "call_ended",
        ),
        *("call_started", "attempt_started", "attempt_ended", "call_ended"),
    ]
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("ecwid_async", logging.ERROR)
    assert "of the hook" in caplog.text
    assert "secret_of_the_caller" not in caplog.text


async def test_each_sink_that_raises_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    sinks = Sinks(Broken(), Broken())
    sinks(event())
    sinks(event())
    assert len(caplog.records) == 2


async def test_a_sink_that_raises_is_reported_once_under_concurrency(caplog: pytest.LogCaptureFixture) -> None:
    async with Ecwid(transport=MemoryTransport(lambda _: make_response({"id": "A"})), events=Broken()) as ecwid:
        store = ecwid.store(1003, "secret_x")

        async def call() -> None:
            assert (await store.orders.get("A")).id == "A"

        async with anyio.create_task_group() as tasks:
            for _ in range(50):
                tasks.start_soon(call)
    assert len(caplog.records) == 1


def test_a_sink_that_raises_is_reported_once_by_several_threads(caplog: pytest.LogCaptureFixture) -> None:
    together = threading.Barrier(8)

    def broken(told: Event) -> None:
        together.wait(timeout=10)
        raise ZeroDivisionError

    sinks = Sinks(broken)
    threads = [threading.Thread(target=sinks, args=(event(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(caplog.records) == 1


async def test_logging_that_fails_breaks_nothing_either() -> None:
    class Refuses(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            raise ZeroDivisionError

    logger, refuses = logging.getLogger("ecwid_async"), Refuses()
    logger.addFilter(refuses)
    try:
        for events in (None, LogSink(), [LogSink()]):
            async with ecwid_of(NOT_SENT, {"id": "A"}, events=events) as ecwid:
                assert (await ecwid.store(1003, "secret_x").orders.get("A")).id == "A"
    finally:
        logger.removeFilter(refuses)


async def asynchronous(told: Event) -> None:
    raise AssertionError(told)


class AsynchronousSink:
    async def __call__(self, told: Event) -> None:
        raise AssertionError(told)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (asynchronous, "queue"),
        (AsynchronousSink(), "queue"),
        ([LogSink(), asynchronous], "queue"),
        (SimpleNamespace(), "SimpleNamespace is none"),
        (["log"], "str is none"),
    ],
)
def test_what_can_not_be_a_sink_is_refused_at_once(given: object, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Ecwid(events=given)
