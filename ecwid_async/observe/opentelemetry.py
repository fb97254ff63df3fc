"""Exporting events as traces and metrics of OpenTelemetry (extra ``otel``)."""

from collections.abc import Mapping
from typing import Final

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.wire import Event, EventKind

try:
    from opentelemetry import context, metrics, trace
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, SpanKind, Status, StatusCode
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: OpenTelemetrySink needs pip install 'ecwid-async[otel]'") from None

__all__ = ["OpenTelemetrySink"]

Attributes = dict[str, str | int | float]

_SCOPE: Final = "ecwid_async"
# Of the histograms, in seconds. The longest are for calls that wait for the rate limit.
_BOUNDARIES: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)

_CACHE_RESULTS: Final = frozenset({EventKind.CACHE_HIT, EventKind.CACHE_MISS, EventKind.COALESCED})


@frozen
class _Call:
    """A call in progress: its span, the attributes of its metrics, and the context in which it started."""

    span: Span
    attributes: Attributes
    parent_context: Context


class OpenTelemetrySink:
    """Records a span for each call, with its attempts and delays as span events, and metrics of all calls.

    The span is named after the operation, has the attributes of the semantic conventions for HTTP clients, and is the
    current span during the call. Spans and metrics contain no URL, body or error message, because these may contain a
    customer's data. The metrics:

    - ``ecwid.client.call.duration``, a histogram in seconds: whole calls, including delays
    - ``ecwid.client.delay.duration``, a histogram in seconds: delays, by the preceding status or error; delays without
      either are for the rate limit
    - ``ecwid.client.attempts``, a counter: attempts, by status or error
    - ``ecwid.client.cache.reads``, a counter: reads with a cache, by ``ecwid.cache.result``: a response from
      the cache is a "cache_hit" and has no span, a "cache_miss" is sent, and a "coalesced" read waits for one that is
      in progress, whose span belongs to no caller
    - ``ecwid.client.active_calls``, an up-down counter: calls in progress

    Without arguments, OpenTelemetry's global providers are used.
    """

    def __init__(
        self,
        *,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
    ) -> None:
        self._tracer = trace.get_tracer(_SCOPE, tracer_provider=tracer_provider)
        meter = metrics.get_meter(_SCOPE, meter_provider=meter_provider)
        self._durations = meter.create_histogram(
            "ecwid.client.call.duration",
            unit="s",
            description="Duration of calls, including delays and retries.",
            explicit_bucket_boundaries_advisory=_BOUNDARIES,
        )
        self._delays = meter.create_histogram(
            "ecwid.client.delay.duration",
            unit="s",
            description="Delays before a request is sent or retried.",
            explicit_bucket_boundaries_advisory=_BOUNDARIES,
        )
        self._attempts = meter.create_counter(
            "ecwid.client.attempts", unit="{attempt}", description="Requests sent, by status or error."
        )
        self._cached_reads = meter.create_counter(
            "ecwid.client.cache.reads", unit="{read}", description="Reads of a client with a cache, by result."
        )
        self._active = meter.create_up_down_counter(
            "ecwid.client.active_calls", unit="{call}", description="Calls in progress."
        )
        # By request id, not by current span: a call may end in another task than it started in.
        self._calls: dict[str, _Call] = {}

    def __call__(self, event: Event) -> None:
        """Start, extend or end the span of the event's call, and record its metrics."""
        if event.kind is EventKind.CALL_STARTED:
            self._start(event)
            return
        call = self._calls.get(event.request_id)
        attributes = call.attributes if call is not None else _attributes(event)
        if event.kind is EventKind.CALL_ENDED:
            self._end(event, attributes)
            return
        outcome = _outcome(event)
        if event.kind is EventKind.ATTEMPT_ENDED:
            self._attempts.add(1, {**attributes, **outcome})
        elif event.kind is EventKind.DELAYED and event.seconds is not None:
            self._delays.record(event.seconds, {**attributes, **outcome})
        elif event.kind in _CACHE_RESULTS:
            self._cached_reads.add(1, {**_attributes(event), "ecwid.cache.result": event.kind.value})
        if call is not None and call.span.is_recording():
            details: Attributes = {"ecwid.attempt": event.attempt, **outcome}
            if event.seconds is not None:
                details["ecwid.seconds"] = event.seconds
            call.span.add_event(f"ecwid.{event.kind}", details)

    def _start(self, event: Event) -> None:
        attributes = _attributes(event)
        self._active.add(1, attributes)
        if event.request_id in self._calls:
            return  # one request is sent twice at the same time: the span of the first send covers both
        span_attributes = {**attributes, "ecwid.request.id": event.request_id}
        if event.store_id is not None:
            span_attributes["ecwid.store.id"] = event.store_id
        parent_context = context.get_current()
        span = self._tracer.start_span(event.operation, parent_context, SpanKind.CLIENT, span_attributes)
        self._calls[event.request_id] = _Call(span, attributes, parent_context)
        context.attach(trace.set_span_in_context(span, parent_context))

    def _end(self, event: Event, attributes: Attributes) -> None:
        self._active.add(-1, attributes)
        outcome = _outcome(event)
        if event.seconds is not None:
            self._durations.record(event.seconds, {**attributes, **outcome})
        call = self._calls.pop(event.request_id, None)
        if call is None:
            return
        if trace.get_current_span() is call.span:
            # Not `detach`, which fails if another task closes a download.
            context.attach(call.parent_context)
        call.span.set_attributes(outcome)
        if event.attempt > 1:
            call.span.set_attribute("http.request.resend_count", event.attempt - 1)
        if "error.type" in outcome:
            call.span.set_status(Status(StatusCode.ERROR, event.error))
        call.span.end()


def _attributes(event: Event) -> Attributes:
    method, _, template = event.operation.partition(" ")
    attributes: Attributes = {"http.request.method": method, "url.template": template}
    if event.server is not None:
        host, _, port = event.server.rpartition(":")
        attributes["server.address"] = host
        attributes["server.port"] = int(port)
    return attributes


def _outcome(event: Event) -> Mapping[str, str | int]:
    outcome: dict[str, str | int] = {}
    if event.status is not None:
        outcome["http.response.status_code"] = event.status
    if event.error is not None:
        outcome["error.type"] = event.error
    elif event.status is not None and event.status >= 400:
        outcome["error.type"] = str(event.status)
    return outcome
