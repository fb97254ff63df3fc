"""`AsgiApp` without a framework: addresses, messages of servers, and a service that must be running."""

import asyncio
from typing import Any

import pytest

from ecwid_async import ConfigError
from ecwid_async.apps import IncomingRequest, OutgoingResponse, Service
from ecwid_async.apps.asgi import AsgiApp, LifespanMiddleware
from tests.apps.asgi.messages import Client, lifespan_of


async def echo(request: IncomingRequest) -> OutgoingResponse:
    return OutgoingResponse(200, (), f"{request.path}?{request.query}".encode() + request.body)


@pytest.mark.parametrize(
    ("path", "root", "status"),
    [
        ("/hooks", "", 200),
        ("/hooks/", "", 200),
        ("/ecwid/hooks", "/ecwid", 200),  # the path has the prefix, as in Starlette
        ("/hooks", "/ecwid", 200),  # or it has not, as behind a proxy
        ("/ecwid/hooks", "/ecwid/", 200),
        ("/ecwidhooks", "/ecwid", 404),
        ("/ecwid", "/ecwid", 404),
        ("/Hooks", "", 404),
        ("", "", 404),
    ],
)
async def test_routes_are_below_the_address_of_the_app(path: str, root: str, status: int) -> None:
    client = Client(AsgiApp({"/hooks": echo}))
    assert (await client.request(path, root_path=root)).status == status


@pytest.mark.parametrize("path", ["", "/", "/ecwid", "/ecwid/"])
async def test_the_address_of_the_app_itself_can_be_a_route(path: str) -> None:
    client = Client(AsgiApp({"/": echo}))
    assert (await client.request(path, root_path="/ecwid")).status == 200


async def test_one_function_can_respond_at_all_paths() -> None:
    response = await Client(AsgiApp(echo)).request("/any/thing", query=b"a=1", body=[b"x", b"", b"y"])
    assert response.body == b"/any/thing?a=1xy"


async def test_a_server_without_a_raw_path_gets_it_encoded() -> None:
    response = await Client(AsgiApp(echo)).request("/a b/é", raw_path=None)
    assert response.body == b"/a%20b/%C3%A9?"


async def test_some_servers_put_the_query_into_the_raw_path() -> None:
    response = await Client(AsgiApp(echo)).request("/a", raw_path=b"/a?b=1", query=b"b=1")
    assert response.body == b"/a?b=1"


async def test_access_logs_lack_the_parameters() -> None:
    """They may be the code of an installation, or a payload."""
    client = Client(AsgiApp(echo))
    response = await client.request("/", query=b"payload=abc&installed&eventtype=order.created&code=")
    assert response.body == b"/?payload=abc&installed&eventtype=order.created&code="
    assert client.scope["query_string"] == b"payload=***&installed&eventtype=order.created&code=***"


async def test_access_logs_lack_the_parameters_of_requests_before_the_start() -> None:
    """Their codes can still be used."""
    client = Client(AsgiApp(echo, service=Service()))
    assert (await client.request("/", query=b"code=abc")).status == 503
    assert client.scope["query_string"] == b"code=***"


async def test_no_length_is_sent_with_a_response_that_has_no_body() -> None:
    async def empty(request: IncomingRequest) -> OutgoingResponse:
        return OutgoingResponse(204)

    response = await Client(AsgiApp(empty)).request("/")
    assert (response.status, response.headers) == (204, [])


async def test_a_function_that_takes_too_long_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecwid_async.apps.web.routes._HANDLER_TIMEOUT", 0.01)

    async def hang(request: IncomingRequest) -> OutgoingResponse:
        await asyncio.Event().wait()
        raise AssertionError

    assert (await Client(AsgiApp(hang)).request("/")).status == 504


async def test_other_errors_reach_the_framework() -> None:
    async def fail(request: IncomingRequest) -> OutgoingResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Client(AsgiApp(fail)).request("/")


async def test_a_websocket_is_closed() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await AsgiApp(echo)({"type": "websocket"}, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


async def test_a_server_starts_and_ends_the_service() -> None:
    service = Service()
    app = AsgiApp(echo, service=service)
    async with lifespan_of(app) as sent:
        assert service.started
        assert (await Client(app).request("/")).status == 200
    assert not service.started
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_service_that_nobody_started_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    """A framework does not start what it mounts: events would be accepted and never handled."""
    response = await Client(AsgiApp(echo, service=Service())).request("/")
    assert response.status == 503
    assert b"lifespan=service.lifespan" in response.body
    assert "ServiceNotStarted" in caplog.text


@pytest.mark.parametrize(
    "routes",
    [{"hooks": echo}, {"/hooks": echo, "/hooks/": echo}, {"/hooks": None}, {None: echo}],
    ids=["no slash", "twice", "no function", "no path"],
)
def test_invalid_routes_are_refused(routes: Any) -> None:
    with pytest.raises(ConfigError):
        AsgiApp(routes)


@pytest.mark.parametrize("limits", [{"max_body": 0}, {"max_body": 2.5}, {"body_timeout": 0}, {"body_timeout": "1"}])
def test_invalid_limits_are_refused(limits: Any) -> None:
    with pytest.raises(ConfigError):
        AsgiApp(echo, **limits)


async def test_middleware_passes_on_everything_but_the_lifespan() -> None:
    client = Client(LifespanMiddleware(AsgiApp(echo), Service()))
    assert (await client.request("/x")).body == b"/x?"
