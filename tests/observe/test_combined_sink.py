"""Events reach every sink, and a sink that fails affects neither calls nor other sinks."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import anyio
import pytest

from ecwid_async import ConfigError, Ecwid, Event, EventKind, NotSent
from ecwid_async.observe import CombinedSink, LogSink
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Options, Request
from tests.observe.sample_events import client_for, event

NOT_SENT = NotSent("refused", request=Request(method="GET", path="/", options=Options(operation="GET /")))


async def test_given_sinks_replace_logging(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "ecwid_async")
    received: list[Event] = []
    async with client_for({"id": "A"}, {"id": "A"}, events=received.append) as ecwid:
        await ecwid.store(1003, "secret_x").orders.get("A")
    assert received
    async with client_for({"id": "A"}, events=()) as ecwid:
        await ecwid.store(1003, "secret_x").orders.get("A")
    assert not caplog.records
    async with client_for({"id": "A"}, events=[received.append, LogSink()]) as ecwid:
        await ecwid.store(1003, "secret_x").orders.get("A")
    assert [record.ecwid_kind for record in caplog.records] == ["attempt_started", "attempt_ended"]


async def test_an_event_that_no_sink_wants_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_event(self: Event, **fields: object) -> None:
        raise AssertionError("an event was built")

    monkeypatch.setattr(Event, "__init__", no_event)
    logging.getLogger("ecwid_async").setLevel(logging.WARNING)
    try:
        async with client_for(make_response(status=503), {"id": "A"}) as ecwid:
            await ecwid.store(1003, "secret_x").orders.get("A")
    finally:
        logging.getLogger("ecwid_async").setLevel(logging.NOTSET)


class Selective:
    """Wants the events of one kind."""

    def __init__(self, kind: EventKind) -> None:
        self.kind = kind
        self.received: list[EventKind] = []

    def wants(self, kind: EventKind) -> bool:
        return kind is self.kind

    def __call__(self, event: Event) -> None:
        self.received.append(event.kind)


@pytest.mark.parametrize(
    "kind", [EventKind.CALL_STARTED, EventKind.ATTEMPT_ENDED, EventKind.RETRYING, EventKind.CALL_ENDED]
)
@pytest.mark.parametrize("others", [0, 1])
async def test_a_sink_receives_only_the_kinds_that_it_wants(kind: EventKind, others: int) -> None:
    selective, received = Selective(kind), list[Event]()
    sinks = [selective, *[received.append] * others]
    responses = make_response(status=503), {"id": "A"}
    async with client_for(*responses, events=sinks) as ecwid:
        await ecwid.store(1003, "secret_x").orders.get("A")
    assert selective.received == [kind] * (2 if kind is EventKind.ATTEMPT_ENDED else 1)
    assert (EventKind.CALL_STARTED in {event.kind for event in received}) == bool(others)


class Broken:
    """Fails at every event."""

    def __call__(self, event: Event) -> None:
        raise ZeroDivisionError("of the hook")

    def __repr__(self) -> str:
        return "<hook that shows secret_of_the_caller>"


class BrokenFilter(Broken):
    """Fails in `wants` too."""

    def wants(self, kind: EventKind) -> bool:
        raise ZeroDivisionError("of wants")


@pytest.mark.parametrize("hook", [Broken(), BrokenFilter(), Broken().__call__, partial(Broken())])
async def test_a_sink_that_raises_breaks_nothing_and_is_reported_once(
    hook: Callable[[Event], None], caplog: pytest.LogCaptureFixture
) -> None:
    received: list[Event] = []
    async with client_for(make_response(status=503), {"id": "A"}, {"id": "B"}, events=[hook, received.append]) as ecwid:
        store = ecwid.store(1003, "secret_x")
        assert (await store.orders.get("A")).id == "A"
        assert (await store.orders.get("B")).id == "B"
    assert [seen.kind.value for seen in received] == [
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
    assert "ZeroDivisionError" in caplog.text
    assert "secret_of_the_caller" not in caplog.text


async def test_each_sink_that_raises_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    sinks = CombinedSink(Broken(), Broken())
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

    def broken(event: Event) -> None:
        together.wait(timeout=10)
        raise ZeroDivisionError

    sinks = CombinedSink(broken)
    threads = [threading.Thread(target=sinks, args=(event(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(caplog.records) == 1


async def test_a_failing_logging_filter_breaks_no_call() -> None:
    class Refuses(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            raise ZeroDivisionError

    logger, refuses = logging.getLogger("ecwid_async"), Refuses()
    logger.addFilter(refuses)
    try:
        for events in (None, LogSink(), [LogSink()]):
            async with client_for(NOT_SENT, {"id": "A"}, events=events) as ecwid:
                assert (await ecwid.store(1003, "secret_x").orders.get("A")).id == "A"
    finally:
        logger.removeFilter(refuses)


async def asynchronous(event: Event) -> None:
    raise AssertionError(event)


class AsynchronousSink:
    async def __call__(self, event: Event) -> None:
        raise AssertionError(event)


@pytest.mark.parametrize(
    ("sink", "message"),
    [
        (asynchronous, "queue"),
        (AsynchronousSink(), "queue"),
        ([LogSink(), asynchronous], "queue"),
        (SimpleNamespace(), "SimpleNamespace is not an event sink"),
        (["log"], "str is not an event sink"),
    ],
)
def test_an_invalid_sink_is_refused_at_construction(sink: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Ecwid(events=sink)
