"""No log, error, traceback or `repr` contains a token, a client secret or customer data.

The tests send them through every transport, collect everything that a program could print, and search it.
"""

import asyncio
import base64
import io
import json
import logging
import pickle
import traceback
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from urllib.parse import quote

import pytest
from attrs import define, field
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from rich.traceback import Traceback

from ecwid_async import ConfigError, Ecwid, EcwidError, Event, RetryPolicy
from ecwid_async.client import Store
from ecwid_async.models.customers import CustomerDraft
from ecwid_async.observe import LogSink
from ecwid_async.observe.opentelemetry import OpenTelemetrySink
from ecwid_async.transport.aiohttp import AiohttpTransport
from ecwid_async.transport.auth import Secret
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Transport
from tests.transport.fault_server import Exchange, fault_server

TOKEN = "secret_Tk7fQ2mZ9xVb4LwRn8Ys3HdC6gJp1aEt"
CLIENT_SECRET = "Cs5uW8kXo2PzMq6BvTf9rNyGh4Jd7Sla"
MAIL_NAME = "jane.roe.4711"
EMAIL = f"{MAIL_NAME}@customer.example"
# Any eight characters in a row count as a leak, so that parts of a secret are found.
PARTS = {
    name: [secret[start : start + 8] for start in range(len(prefix), len(secret) - 7)]
    for name, secret, prefix in [("token", TOKEN, "secret_"), ("client secret", CLIENT_SECRET, "")]
}


def secrets_in(text: str) -> list[str]:
    return [name for name, parts in PARTS.items() if any(part in text for part in parts)]


def customer_data_in(text: str) -> bool:
    return MAIL_NAME in text


class VerboseFormatter(logging.Formatter):
    """The most verbose log format: all attributes, and tracebacks with local variables."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{record.getMessage()} {vars(record)!r} {pickle.dumps(vars(record) | {'exc_info': None})!r}"
        error = record.exc_info and record.exc_info[1]
        return text + (with_locals(error) if error else "")


@define
class Printed:
    """Everything that a program could print: `own` by the library, `shown` by others about its objects."""

    own: io.StringIO = field(factory=io.StringIO)
    shown: io.StringIO = field(factory=io.StringIO)
    calls: int = 0
    errors: list[BaseException] = field(factory=list)

    def show(self, *things: object) -> None:
        for thing in things:
            print(repr(thing), str(thing), file=self.shown)

    def record_error(self, error: BaseException) -> None:
        self.errors.append(error)
        # As a program logs it: the errors of the HTTP library in the chain must not contain customer data either.
        self.own.write(f"{error!r}\n{''.join(traceback.TracebackException.from_exception(error).format())}")
        self.shown.write(with_locals(error))
        for shortened in (80, 12):
            self.shown.write(with_locals_by_rich(error, shortened))
        copy = pickle.loads(pickle.dumps(error))
        self.shown.write(f"{pickle.dumps(error)!r} {copy} {copy!r} {vars(copy)!r}")


def with_locals(error: BaseException) -> str:
    """Every traceback in the chain, with the local variables of every frame, including the HTTP library's."""
    texts, chain, seen = [], [error], set[int]()
    while chain:
        link = chain.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        texts += traceback.TracebackException.from_exception(link, capture_locals=True).format()
        texts.append(f"{vars(link)!r} {link.args!r}")
        chain += [further for further in (link.__cause__, link.__context__) if further is not None]
    return "".join(texts)


def with_locals_by_rich(error: BaseException, shortened: int) -> str:
    """The local variables as rich shows them, with shortened texts; without source lines, which take seconds."""
    trace = Traceback.extract(
        type(error),
        error,
        error.__traceback__,
        show_locals=True,
        locals_max_length=1000,
        locals_max_string=shortened,
        locals_hide_dunder=False,
        locals_hide_sunder=False,
    )
    frames = [frame for stack in trace.stacks for frame in stack.frames]
    assert any(frame.locals for frame in frames)
    return "".join(node.render() for frame in frames for node in (frame.locals or {}).values())


@pytest.fixture
def printed() -> Iterator[Printed]:
    """Collects all logs during the test, and searches everything that was printed at the end."""
    printed = Printed()
    ours, others = logging.StreamHandler(printed.own), logging.StreamHandler(printed.shown)
    ours.addFilter(lambda record: record.name.startswith("ecwid_async"))
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    for handler in (ours, others):
        handler.setFormatter(VerboseFormatter())
        root.addHandler(handler)
    yield printed
    root.setLevel(level)
    for handler in (ours, others):
        root.removeHandler(handler)
    assert printed.calls or printed.errors
    assert secrets_in(printed.own.getvalue() + printed.shown.getvalue()) == []
    assert not customer_data_in(printed.own.getvalue())


def failing_sink(event: Event) -> None:
    raise ZeroDivisionError("an event sink that fails")


@pytest.fixture(params=["aiohttp", "httpx2", "pyqwest"])
def transport(request: pytest.FixtureRequest) -> Callable[[str], Transport]:
    """The class of each transport."""
    pytest.importorskip(request.param)
    module = import_module(f"ecwid_async.transport.{request.param}")
    return getattr(module, f"{request.param.capitalize()}Transport")


@asynccontextmanager
async def connected(
    base_url: str, printed: Printed, transport: Callable[[str], Transport] = AiohttpTransport
) -> AsyncIterator[Ecwid]:
    """A client with every kind of event sink, whose output is collected."""
    exporter, reader, tracers = InMemorySpanExporter(), InMemoryMetricReader(), TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    meters = MeterProvider([reader])

    def keep(event: Event) -> None:
        printed.own.write(f"{event} {event!r} {pickle.dumps(event)!r}\n")

    telemetry = OpenTelemetrySink(tracer_provider=tracers, meter_provider=meters)
    ecwid = Ecwid(
        base_url=base_url,
        transport=transport(base_url),
        events=[LogSink(), telemetry, failing_sink, keep],
        retry=RetryPolicy(attempts=2, base_delay=0),
    )
    async with ecwid:
        yield ecwid
    spans = exporter.get_finished_spans()
    assert spans
    for span in spans:
        printed.own.write(span.to_json())
    data = reader.get_metrics_data()
    assert data is not None
    printed.own.write(data.to_json())
    meters.shutdown()
    tracers.shutdown()


def calls(store: Store) -> list[Callable[[], Awaitable[object]]]:
    """Calls with a customer's e-mail address in query and body."""
    return [
        lambda: store.customers.search(email=EMAIL).first(),
        lambda: store.customers.create(CustomerDraft(email=EMAIL)),
        lambda: store.customers.update(7, CustomerDraft(email=EMAIL)).with_timeout(5),
    ]


async def make_calls(base_url: str, printed: Printed, transport: Callable[[str], Transport] = AiohttpTransport) -> None:
    async with connected(base_url, printed, transport) as ecwid:
        store, app = ecwid.store(1003, TOKEN), ecwid.application("my-app", CLIENT_SECRET)
        printed.show(ecwid, store, app, ecwid.transport, store.transport, vars(store.transport))
        for call in [*calls(store), lambda: app.cancel("my-app")]:
            printed.calls += 1
            try:
                await call()
            except EcwidError as error:
                printed.record_error(error)


async def reset(exchange: Exchange) -> None:
    exchange.reset()


async def reset_in_the_head(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-")
    exchange.reset()


async def cut_off(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    exchange.writer.close()


async def garbage(exchange: Exchange) -> None:
    await exchange.send(b"\x00\x01 no HTTP at all\r\n\r\n")


async def throttling(exchange: Exchange) -> None:
    """Throttle only the first call, once, so that the others do not wait."""
    call = exchange.header("x-ecwid-api-request-id") or ""
    refused_before = not exchange.line.startswith("GET ") or call in _refused
    _refused.add(call)
    status = "400 Bad Request" if refused_before else "429 Too Many Requests"
    await exchange.respond(status=status, headers=b"Retry-After: 0\r\n")


_refused: set[str] = set()


def respond_with(status: str, body: bytes = b"", headers: bytes = b"") -> Callable[[Exchange], Awaitable[None]]:
    async def handler(exchange: Exchange) -> None:
        await exchange.respond(body, status=status, headers=headers)

    return handler


@pytest.mark.parametrize(
    "handler",
    [
        reset,
        reset_in_the_head,
        cut_off,
        garbage,
        respond_with("200 OK", b'{"total": 0, "items": [], "id": 7, "updateCount": 1, "deleteCount": 1}'),
        respond_with("200 OK", b"<html>"),
        respond_with("200 OK", b"not gzip", b"Content-Encoding: gzip\r\n"),
        respond_with("302 Found", b"", b"Location: http://127.0.0.1:1/\r\n"),
        respond_with("400 Bad Request", b'{"errorMessage": "wrong", "errorCode": "INVALID"}'),
        respond_with("403 Forbidden", b'{"errorCode": "INVALID_API_TOKEN"}'),
        respond_with("409 Conflict", b"\xff"),
        throttling,
        respond_with("500 Internal Server Error", b"<html>"),
    ],
)
async def test_nothing_leaks_for_any_server_behaviour(
    handler: Callable[[Exchange], Awaitable[None]], transport: Callable[[str], Transport], printed: Printed
) -> None:
    async with fault_server(handler) as server:
        await make_calls(server.base_url, printed, transport)
        heads = b"".join(exchange.head + exchange.body for exchange in server.log).decode()
    # Without these secrets in the requests, the test would prove nothing.
    assert TOKEN in heads
    assert CLIENT_SECRET in heads
    assert MAIL_NAME in heads


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_nothing_leaks_if_no_connection_can_be_made(
    scheme: str, transport: Callable[[str], Transport], printed: Printed
) -> None:

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    listening = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    if scheme == "http":
        listening.close()
        await listening.wait_closed()
    await make_calls(f"{scheme}://127.0.0.1:{port}/api/v3", printed, transport)
    listening.close()
    assert len(printed.errors) == 4


async def test_nothing_leaks_if_the_time_runs_out(transport: Callable[[str], Transport], printed: Printed) -> None:
    async def stall(exchange: Exchange) -> None:
        await asyncio.sleep(60)

    async def run_out_of_time(base_url: str) -> None:
        async with connected(base_url, printed, transport) as ecwid:
            store = ecwid.store(1003, TOKEN)
            for call in (store.customers.update(7, CustomerDraft(email=EMAIL)), store.customers.get(7)):
                with pytest.raises(EcwidError) as caught:
                    await call.with_timeout(0.05)
                printed.record_error(caught.value)
            with pytest.raises(TimeoutError) as late:
                async with asyncio.timeout(0.05):
                    await store.customers.create(CustomerDraft(email=EMAIL))
            printed.shown.write(with_locals(late.value))

    # The server's log contains the token, so the frame that holds it must not be in the searched tracebacks.
    async with fault_server(stall) as server:
        await run_out_of_time(server.base_url)


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_nothing_leaks_if_sending_is_interrupted(transport: Callable[[str], Transport], printed: Printed) -> None:
    """With a body larger than the buffers, the library fails while it writes."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    listening = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with connected(f"http://127.0.0.1:{port}/api/v3", printed, transport) as ecwid:
        with pytest.raises(EcwidError) as caught:
            await ecwid.store(1003, TOKEN).customers.update(
                7, CustomerDraft(email=EMAIL, private_admin_notes="x" * 2**23)
            )
        printed.record_error(caught.value)
    listening.close()


async def test_nothing_leaks_if_the_connection_closes_at_the_first_byte(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """aiohttp then fails in a frame that has the request head as bytes."""
    from aiohttp.http_writer import StreamWriter

    def fail(self: StreamWriter, chunks: object) -> None:
        raise ConnectionResetError("Cannot write to closing transport")

    for method in ("_write", "_writelines"):
        monkeypatch.setattr(StreamWriter, method, fail)
    async with fault_server(respond_with("200 OK", b"{}")) as server:
        await make_calls(server.base_url, printed)
    assert len(printed.errors) == 4


@pytest.mark.parametrize("store_id", [None, "a store", 1003])
def test_refused_settings_show_no_secret(store_id: object, printed: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token with a newline, read from a file, is a likely mistake."""
    monkeypatch.setenv("ECWID_TOKEN", f"{TOKEN}\n")
    monkeypatch.setenv("ECWID_CLIENT_SECRET", f"{CLIENT_SECRET}\n")
    mistakes: list[Callable[[], object]] = [
        lambda: Ecwid().store(store_id, f"{TOKEN}\n"),
        lambda: Ecwid().store(store_id),
        lambda: Ecwid().application("my-app", f"{CLIENT_SECRET}\n"),
        lambda: Ecwid().application(None, CLIENT_SECRET),
        lambda: Ecwid().application("my-app"),
    ]
    for mistake in mistakes:
        with pytest.raises(ConfigError) as caught:
            mistake()
        printed.record_error(caught.value)


async def test_calls_show_neither_secrets_nor_customers(printed: Printed) -> None:
    printed.calls += 1
    async with Ecwid(base_url="http://127.0.0.1:1") as ecwid:
        store = ecwid.store(1003, TOKEN)
        pages = store.customers.search(email=EMAIL)
        call = store.customers.create(CustomerDraft(email=EMAIL))
        for shown in (pages, call, ecwid, store):
            printed.own.write(f"{shown} {shown!r}")
        printed.shown.write(f"{pickle.dumps(call)!r} {call.request!r} {pickle.dumps(call.request)!r}")
        forgotten = store.customers.delete(7)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            del forgotten
        printed.own.write(str(caught[0].message))


def test_a_part_of_a_secret_is_hidden_too() -> None:
    secret = Secret(TOKEN)
    assert secret == TOKEN
    for shown in (secret, secret[:10], secret[3:], secret[0]):
        assert secrets_in(f"{[shown]!r}") == []
        assert repr(shown) == "'***'"


def test_the_search_for_leaks_finds_leaks() -> None:
    assert secrets_in(f"Bearer {TOKEN[:20]}…") == ["token"]
    assert secrets_in(f"…{CLIENT_SECRET[-9:]}") == ["client secret"]
    assert secrets_in("secret_ token ***") == []

    def leaky() -> None:
        header = f"Bearer {TOKEN}"
        raise ValueError(len(header))

    with pytest.raises(ValueError, match=r"\d+") as caught:
        leaky()
    assert secrets_in(with_locals(caught.value)) == ["token"]


def quoted(secret: str, before: str) -> bytes:
    """The secret in plain text, URL-encoded, escaped as in JSON, and in Base64."""
    forms = [
        secret,
        quote(secret, safe="").replace("_", "%5F"),
        secret.replace("_", "\\u005f").replace("k", "\\u006B"),
        base64.b64encode(f"{before}{secret}".encode()).decode(),
    ]
    return " ".join(forms).encode()


# The server quotes the secret that each path receives.
QUOTES = {"/1003/": quoted(TOKEN, "Bearer "), "/application": quoted(CLIENT_SECRET, "my-app:")}


def in_base64(text: str) -> list[str]:
    """Parts of a secret that the text contains in Base64."""
    encoded = [base64.b64encode(b"x" * at + secret.encode()) for secret in (TOKEN, CLIENT_SECRET) for at in range(3)]
    parts = [whole[at : at + 12].decode() for whole in encoded for at in range(4, len(whole) - 16)]
    return [part for part in parts if part in text]


def raw_response(status: bytes, body: bytes, header: bytes = b"X-A: b") -> bytes:
    return b"HTTP/1.1 %s\r\n%s\r\nConnection: close\r\n\r\n%s" % (status, header, body)


ERROR = b'{"errorMessage":"M %s","errorCode":"%s","args":{"%s":"%s"}}'


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(raw_response(b"400 Bad", ERROR % (b"@@", b"C", b"a", b"b")), id="message"),
        pytest.param(raw_response(b"409 Bad", ERROR % (b"", b"C", b"@@", b"@@")), id="details"),
        pytest.param(raw_response(b"403 Bad", ERROR % (b"", b"@@", b"a", b"b")), id="code"),
        pytest.param(raw_response(b"502 Bad", b"<html>\x1b[2J@@"), id="page"),
        pytest.param(raw_response(b"500 Bad", b"{}", b"X-Echo: Bearer @@"), id="header"),
        pytest.param(raw_response(b"500 @@", b"{}"), id="status line"),
        pytest.param(b"Bearer @@ is not welcome\r\n\r\n", id="garbage"),
        pytest.param(raw_response(b"200 OK", b"{}", b"Content-Encoding: @@"), id="encoding"),
        pytest.param(raw_response(b"200 OK", b"{}", b"X-Echo: Bearer @@"), id="success"),
        pytest.param(raw_response(b"200 OK", b"@@"), id="proxy"),
    ],
)
async def test_a_secret_that_the_server_quotes_is_masked(
    response: bytes, transport: Callable[[str], Transport], printed: Printed, caplog: pytest.LogCaptureFixture
) -> None:
    """In every encoding and in every part of the response."""
    for library in ("httpcore2", "httpx2", "pyqwest"):
        # Their own logs of a response are not ours.
        caplog.set_level(logging.CRITICAL, logger=library)

    async def quote_it(exchange: Exchange) -> None:
        [secret] = [secret for place, secret in QUOTES.items() if place in exchange.line]
        await exchange.send(response.replace(b"@@", secret))
        exchange.writer.close()

    async def show(call: Callable[[], Awaitable[object]]) -> None:
        result = await call()
        # Only the body of a successful response may contain the secret: it is data.
        if not isinstance(result, bytes):
            printed.show(result)

    async def make_all_calls(base_url: str) -> None:
        async with connected(base_url, printed, transport) as ecwid:
            store, app = ecwid.store(1003, TOKEN), ecwid.application("my-app", CLIENT_SECRET)
            update = store.customers.update(7, CustomerDraft(email="a@b.example"))
            for call in [
                update.response,
                lambda: store.customers.create(CustomerDraft(email="a@b.example")),
                lambda: store.transport.send(update.request),
                store.orders.invoices.pdf("A").read,
                lambda: app.cancel("my-app"),
            ]:
                printed.calls += 1
                try:
                    await show(call)
                except EcwidError as error:
                    printed.record_error(error)
                    printed.show(*vars(error).values())

    # The server's frame must not be in the searched tracebacks.
    async with fault_server(quote_it) as server:
        await make_all_calls(server.base_url)
    text = printed.own.getvalue() + printed.shown.getvalue()
    assert in_base64(text) == []
    assert "\x1b" not in printed.own.getvalue()


async def test_a_secret_in_a_response_inside_a_batch_is_masked() -> None:
    refusal = {"errorMessage": f"no {TOKEN}"}
    item = {"id": "0", "status": "COMPLETED", "httpStatusCode": 403, "escapedHttpBody": json.dumps(refusal)}
    script = [make_response({"ticket": "t"}), make_response({"status": "COMPLETED", "responses": [item]})]
    async with Ecwid(transport=MemoryTransport(script)) as ecwid:
        store = ecwid.store(1003, TOKEN)
        [error] = await store.batch([store.customers.get(7)], raise_on_failure=False)
    assert secrets_in(f"{error!r} {error} {vars(error)!r}") == []
    assert "no ***" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        f"https://user:{TOKEN}@app.example/api",
        f"https://:{TOKEN}@app.example",
        f"https://{TOKEN}@",
        f"https://app.example/?token={TOKEN}",
        f"https://app.example/#{TOKEN}",
        f"https://us er:{TOKEN}@app.exa mple",
        f"//u:{TOKEN}@[::1",
    ],
)
def test_a_refused_base_url_shows_no_password(url: str) -> None:
    with pytest.raises(ConfigError, match="not a valid base URL") as caught:
        Ecwid(base_url=url)
    assert secrets_in(f"{caught.value!r}") == []
