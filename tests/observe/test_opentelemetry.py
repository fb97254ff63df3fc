"""Each call is one span, a child of the caller's span, and metrics cover all calls."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from attrs import define, field
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from ecwid_async import APIError, Ecwid, Event, EventKind, NotFound, NotSent, RetryPolicy
from ecwid_async.observe.opentelemetry import OpenTelemetrySink
from ecwid_async.transport import MemoryCache
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Options, Request

OPERATION = "GET /orders/{orderId}"
COMMON = {
    "http.request.method": "GET",
    "url.template": "/orders/{orderId}",
    "server.address": "example.com",
    "server.port": 443,
}
CACHE_READS = "ecwid.client.cache.reads"
NOT_SENT = NotSent("refused", request=Request(method="GET", path="/", options=Options(operation="GET /")))


@define
class Telemetry:
    """A tracer and a meter that keep spans and metrics in memory."""

    exporter: InMemorySpanExporter = field(factory=InMemorySpanExporter)
    reader: InMemoryMetricReader = field(factory=InMemoryMetricReader)
    tracers: TracerProvider = field(factory=TracerProvider)
    meters: MeterProvider = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.meters = MeterProvider([self.reader])

    @property
    def sink(self) -> OpenTelemetrySink:
        return OpenTelemetrySink(tracer_provider=self.tracers, meter_provider=self.meters)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()

    def points(self, name: str) -> list[tuple[dict[str, object], Any]]:
        """The attributes and the data points of a metric."""
        data = self.reader.get_metrics_data()
        return [
            (dict(point.attributes), point)
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]

    def ecwid(self, *script: object, **settings: Any) -> Ecwid:
        return Ecwid(
            transport=MemoryTransport(script),
            base_url="https://example.com/api/v3",
            events=self.sink,
            retry=RetryPolicy(base_delay=0.0, attempts=2),
            **settings,
        )


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    telemetry = Telemetry()
    yield telemetry
    telemetry.meters.shutdown()
    telemetry.tracers.shutdown()


async def test_a_call_is_one_span_with_the_attributes_of_the_conventions(telemetry: Telemetry) -> None:
    async with telemetry.ecwid(make_response({"id": "A"})) as ecwid:
        call = ecwid.store(1003, "secret_x").orders.get("A")
        request_id = call.request.id
        await call
    (span,) = telemetry.spans
    assert (span.name, span.kind, span.status.status_code) == (OPERATION, SpanKind.CLIENT, StatusCode.UNSET)
    assert dict(span.attributes) == {
        **COMMON,
        "ecwid.request.id": request_id,
        "ecwid.store.id": 1003,
        "http.response.status_code": 200,
    }
    assert [event.name for event in span.events] == ["ecwid.attempt_started", "ecwid.attempt_ended"]


async def test_attempts_and_delays_are_events_of_the_span(telemetry: Telemetry) -> None:
    async with telemetry.ecwid(make_response(status=503), make_response({"id": "A"})) as ecwid:
        await ecwid.store(1003, "secret_x").orders.get("A")
    (span,) = telemetry.spans
    assert [(event.name, event.attributes["ecwid.attempt"]) for event in span.events] == [
        ("ecwid.attempt_started", 1),
        ("ecwid.attempt_ended", 1),
        ("ecwid.delayed", 1),
        ("ecwid.retrying", 2),
        ("ecwid.attempt_started", 2),
        ("ecwid.attempt_ended", 2),
    ]
    assert span.events[1].attributes["http.response.status_code"] == 503
    assert span.events[1].attributes["error.type"] == "503"
    assert span.events[2].attributes["ecwid.seconds"] == 0.0
    assert span.attributes["http.request.resend_count"] == 1
    assert span.attributes["http.response.status_code"] == 200
    assert "error.type" not in span.attributes


@pytest.mark.parametrize(
    ("script", "error", "error_type"),
    [
        ([make_response({"errorMessage": "no such order"}, status=404)], NotFound, "404"),
        ([make_response(status=500)] * 2, APIError, "500"),
        ([NOT_SENT] * 2, NotSent, "NotSent"),
    ],
)
async def test_a_failed_call_is_a_failed_span(
    telemetry: Telemetry, script: list[object], error: type[Exception], error_type: str
) -> None:
    async with telemetry.ecwid(*script) as ecwid:
        with pytest.raises(error):
            await ecwid.store(1003, "secret_x").orders.get("A")
    (span,) = telemetry.spans
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == error_type
    assert "no such order" not in span.to_json()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_call_ends_its_span(telemetry: Telemetry, backend: str) -> None:
    class Hanging(MemoryTransport):
        async def send(self, request: Request) -> Any:
            await anyio.sleep_forever()

    async def main() -> None:
        ecwid = Ecwid(transport=Hanging([]), events=telemetry.sink)
        with anyio.move_on_after(0.01) as scope:
            await ecwid.store(1003, "secret_x").orders.get("A")
        assert scope.cancelled_caught
        assert not trace.get_current_span().get_span_context().is_valid

    anyio.run(main, backend=backend)
    (span,) = telemetry.spans
    assert span.attributes["error.type"] in ("CancelledError", "Cancelled")
    assert [point.value for _, point in telemetry.points("ecwid.client.active_calls")] == [0]


async def test_spans_are_children_of_the_caller_s_span_in_each_task(telemetry: Telemetry) -> None:
    tracer = telemetry.tracers.get_tracer("the program")
    inner: list[int] = []

    class Instrumented(MemoryTransport):
        """Makes a span for each attempt, as instrumentation of an HTTP library does."""

        async def send(self, request: Request) -> Any:
            with tracer.start_as_current_span("attempt") as span:
                inner.append(span.parent.span_id)
                await asyncio.sleep(0)
                return make_response({"id": "A"})

    store = Ecwid(transport=Instrumented([]), events=telemetry.sink).store(1003, "secret_x")

    async def work(name: str) -> None:
        with tracer.start_as_current_span(name) as outer:
            await store.orders.get("A")
            assert trace.get_current_span() is outer
            await store.orders.get("B")
            assert trace.get_current_span() is outer

    await asyncio.gather(*(work(f"task {number}") for number in range(5)))
    calls = [span for span in telemetry.spans if span.name == OPERATION]
    tasks = {span.context.span_id: span for span in telemetry.spans if span.name.startswith("task")}
    assert len(calls) == 10
    assert sorted(tasks[call.parent.span_id].name for call in calls) == sorted([f"task {n}" for n in range(5)] * 2)
    assert sorted(inner) == sorted(call.context.span_id for call in calls)


async def test_a_download_is_a_span_that_lasts_until_its_end(telemetry: Telemetry) -> None:
    async with telemetry.ecwid(make_response(b"%PDF"), make_response(b"%PDF")) as ecwid:
        store = ecwid.store(1003, "secret_x")
        request = store.orders.get("A").request
        async with store.transport.stream(request):
            assert not telemetry.spans
        (span,) = telemetry.spans
        assert span.attributes["http.response.status_code"] == 200
        assert not trace.get_current_span().get_span_context().is_valid

        opened = store.transport.stream(request)
        await opened.__aenter__()
        await asyncio.create_task(opened.__aexit__(None, None, None))  # by another task, as during a server's cleanup
    assert len(telemetry.spans) == 2
    assert [point.value for _, point in telemetry.points("ecwid.client.active_calls")] == [0]


async def test_one_request_sent_twice_at_a_time_leaves_nothing_open(telemetry: Telemetry) -> None:
    async with telemetry.ecwid(make_response({"id": "A"}), make_response({"id": "A"})) as ecwid:
        store = ecwid.store(1003, "secret_x")
        request = store.orders.get("A").request
        async with store.transport.stream(request), store.transport.stream(request):
            pass
    assert len(telemetry.spans) == 1
    assert not trace.get_current_span().get_span_context().is_valid
    assert [point.value for _, point in telemetry.points("ecwid.client.active_calls")] == [0]


async def test_calls_and_delays_are_measured(telemetry: Telemetry) -> None:
    script = [
        make_response(status=503),
        make_response({"id": "A"}),
        NOT_SENT,
        make_response({"id": "B"}),
        make_response(status=404),
    ]
    async with telemetry.ecwid(*script) as ecwid:
        store = ecwid.store(1003, "secret_x")
        await store.orders.get("A")
        await store.orders.get("B")
        with pytest.raises(NotFound):
            await store.orders.get("C")

    ok = {**COMMON, "http.response.status_code": 200}
    missing = {**COMMON, "http.response.status_code": 404, "error.type": "404"}
    busy = {**COMMON, "http.response.status_code": 503, "error.type": "503"}
    unsent = {**COMMON, "error.type": "NotSent"}

    def counts(name: str, field: str) -> list[tuple[dict[str, object], int]]:
        return sorted(((attributes, getattr(point, field)) for attributes, point in telemetry.points(name)), key=str)

    assert counts("ecwid.client.call.duration", "count") == sorted([(ok, 2), (missing, 1)], key=str)
    assert counts("ecwid.client.attempts", "value") == sorted([(ok, 2), (missing, 1), (busy, 1), (unsent, 1)], key=str)
    assert counts("ecwid.client.delay.duration", "count") == sorted([(busy, 1), (unsent, 1)], key=str)
    assert counts("ecwid.client.active_calls", "value") == [(COMMON, 0)]


async def test_calls_in_progress_are_counted(telemetry: Telemetry) -> None:
    async with telemetry.ecwid(make_response(b"%PDF")) as ecwid:
        store = ecwid.store(1003, "secret_x")
        async with store.transport.stream(store.orders.get("A").request):
            assert [point.value for _, point in telemetry.points("ecwid.client.active_calls")] == [1]


def test_the_duration_is_that_of_the_whole_call(telemetry: Telemetry) -> None:
    sink = telemetry.sink
    for kind, seconds in [(EventKind.CALL_STARTED, None), (EventKind.ATTEMPT_ENDED, 0.2), (EventKind.CALL_ENDED, 1.5)]:
        sink(Event(kind=kind, operation=OPERATION, request_id="a", status=200, seconds=seconds))
    ((_, point),) = telemetry.points("ecwid.client.call.duration")
    assert point.sum == 1.5


@pytest.mark.parametrize(
    "kind", [kind for kind in EventKind if kind not in (EventKind.CALL_STARTED, EventKind.CALL_ENDED)]
)
def test_every_event_of_a_call_shows_in_its_span(telemetry: Telemetry, kind: EventKind) -> None:
    sink = telemetry.sink
    for each in (EventKind.CALL_STARTED, kind, EventKind.CALL_ENDED):
        sink(Event(kind=each, operation=OPERATION, request_id="a", store_id=1003, seconds=0.5))
    (span,) = telemetry.spans
    ((name, attributes),) = [(event.name, dict(event.attributes)) for event in span.events]
    assert name == f"ecwid.{kind.value}"
    assert attributes == {"ecwid.attempt": 1, "ecwid.seconds": 0.5}


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind is not EventKind.CALL_STARTED])
def test_an_event_of_an_unknown_call_is_ignored(telemetry: Telemetry, kind: EventKind) -> None:
    telemetry.sink(Event(kind=kind, operation=OPERATION, request_id="a"))
    assert not telemetry.spans


def test_the_api_package_suffices_at_run_time() -> None:
    """The program chooses the SDK. Without one, nothing is recorded and everything works."""
    script = """
import asyncio, sys
sys.modules["opentelemetry.sdk"] = None
from ecwid_async import Ecwid
from ecwid_async.observe.opentelemetry import OpenTelemetrySink
from ecwid_async.transport.memory import MemoryTransport, make_response

failures = []
class Checked(OpenTelemetrySink):
    def __call__(self, event):
        try:
            super().__call__(event)
        except Exception as error:
            failures.append(error)

async def main():
    async with Ecwid(transport=MemoryTransport([make_response({"id": "A"})]), events=Checked()) as ecwid:
        assert (await ecwid.store(1003, "secret_x").orders.get("A")).id == "A"

asyncio.run(main())
assert not failures, failures
assert "aiohttp" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def test_reads_with_a_cache_are_counted_by_result(telemetry: Telemetry) -> None:
    async with telemetry.ecwid(make_response({"id": 1}), cache=MemoryCache()) as ecwid:
        for _ in range(3):
            await ecwid.store(1003, "secret_x").products.get(1)
    counted = {attributes["ecwid.cache.result"]: point.value for attributes, point in telemetry.points(CACHE_READS)}
    assert counted == {"cache_miss": 1, "cache_hit": 2}
    assert len(telemetry.spans) == 1
    (calls,) = [point for _, point in telemetry.points("ecwid.client.call.duration")]
    assert calls.count == 1, "a response from the cache is not a call to the API"
