"""The token endpoint: one request, whatever happens, and only a complete response is a token."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest

from ecwid_async import NotSent
from ecwid_async.apps import Grant, InstallError, TokenEndpoint
from ecwid_async.transport import MemoryTransport, make_response
from ecwid_async.wire import Options, Request, Response, Transport
from tests.tokens.conftest import shown_by
from tests.transport.fault_server import Exchange, FaultServer, Handler, fault_server

CODE = "Yb7tQw3nXk9fLm2sVz6c"
CLIENT_SECRET = "Cs5uW8kXo2PzMq6BvTf9rNyGh4Jd7Sla"
TOKEN = "secret_Tk7fQ2mZ9xVb4LwRn8Ys3HdC6gJp1aEt"
EMAIL = "jane.roe.4711@owner.example"
REDIRECT = "https://app.example.com/callback"
ANSWER: dict[str, Any] = {
    "access_token": TOKEN,
    "token_type": "Bearer",
    "scope": "read_orders read_store_profile",
    "store_id": 1003,
    "public_token": "public_abc",
    "email": EMAIL,
}


def endpoint(transport: Transport) -> TokenEndpoint:
    return TokenEndpoint("app", CLIENT_SECRET, transport=transport)


async def exchange(*responses: Response, store_id: int | None = 1003) -> Grant:
    return await endpoint(MemoryTransport(responses)).exchange(CODE, redirect_uri=REDIRECT, store_id=store_id)


async def error_of(*responses: Response, store_id: int | None = 1003) -> InstallError:
    with pytest.raises(InstallError) as caught:
        await exchange(*responses, store_id=store_id)
    return caught.value


@asynccontextmanager
async def served(handler: Handler, seconds: float = 30.0) -> AsyncIterator[tuple[FaultServer, TokenEndpoint]]:
    async with fault_server(handler) as server:
        url = f"http://127.0.0.1:{server.port}/api/oauth"
        async with TokenEndpoint("app", CLIENT_SECRET, oauth_url=url, timeout=seconds) as found:
            yield server, found


@pytest.mark.parametrize(("store_id", "path"), [(1003, "/token/1003"), (None, "/token")])
async def test_the_code_is_sent_as_a_form(store_id: int | None, path: str) -> None:
    transport = MemoryTransport([make_response(ANSWER)])
    await endpoint(transport).exchange(CODE, redirect_uri=REDIRECT, store_id=store_id)
    (request,) = transport.requests
    assert (request.method, request.path, request.params) == ("POST", path, ())
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not request.options.repeatable
    assert isinstance(request.body, bytes)
    assert parse_qs(request.body.decode()) == {
        "client_id": ["app"],
        "client_secret": [CLIENT_SECRET],
        "code": [CODE],
        "redirect_uri": [REDIRECT],
        "grant_type": ["authorization_code"],
    }


async def test_a_partner_sends_its_credentials_only() -> None:
    transport = MemoryTransport([make_response(ANSWER)])
    grant = await endpoint(transport).partner_token(1003)
    assert grant.access_token == TOKEN
    (request,) = transport.requests
    assert (request.path, request.params) == ("/token/1003", ())
    assert isinstance(request.body, bytes)
    assert set(parse_qs(request.body.decode())) == {"client_id", "client_secret", "grant_type"}


async def test_the_response_is_read() -> None:
    grant = await exchange(make_response(ANSWER))
    assert grant == Grant(
        store_id=1003,
        access_token=grant.access_token,
        scopes=frozenset({"read_orders", "read_store_profile"}),
        public_token=grant.public_token,
        email=EMAIL,
    )
    assert (grant.access_token, grant.public_token) == (TOKEN, "public_abc")
    assert repr(grant) == f"Grant(store_id=1003, scopes={grant.scopes!r})"


@pytest.mark.parametrize(
    "changes",
    [
        {"token_type": "bearer"},
        {"token_type": "BEARER"},
        {"token_type": None},
        {"access_token": "secure_old"},
        {"access_token": "4f1e0bare"},
        {"store_id": "1003"},
        {"scope": None, "public_token": None, "email": None},
        {"email": 7, "public_token": ["x"], "scope": 1, "unknown": {}},
    ],
)
async def test_what_ecwid_spells_in_different_ways_is_accepted(changes: dict[str, Any]) -> None:
    assert (await exchange(make_response(ANSWER | changes))).store_id == 1003


async def test_scopes_may_be_missing_or_separated_by_commas() -> None:
    assert (await exchange(make_response(ANSWER | {"scope": None}))).scopes is None
    assert (await exchange(make_response(ANSWER | {"scope": ""}))).scopes == frozenset()
    assert (await exchange(make_response(ANSWER | {"scope": "a,b c"}))).scopes == {"a", "b", "c"}


@pytest.mark.parametrize(
    "response",
    [
        make_response(b""),
        make_response(b"{"),
        make_response(b"<html>"),
        make_response(b"\xff"),
        make_response(b"[" * 100_000),
        make_response([ANSWER]),
        make_response(ANSWER | {"x": "x" * 100_000}),
        make_response(ANSWER | {"access_token": None}),
        make_response(ANSWER | {"access_token": ""}),
        make_response(ANSWER | {"access_token": "a b"}),
        make_response(ANSWER | {"access_token": "a\n"}),
        make_response(ANSWER | {"access_token": "a" * 5000}),
        make_response(ANSWER | {"access_token": 7}),
        make_response(ANSWER | {"token_type": "mac"}),
        make_response(ANSWER | {"token_type": 7}),
        make_response(ANSWER | {"store_id": None}),
        make_response(ANSWER | {"store_id": True}),
        make_response(ANSWER | {"store_id": -1}),
        make_response(ANSWER | {"store_id": 1003.0}),
        make_response(ANSWER, status=201),
        make_response(b"", status=204),
        make_response(b"", status=500),
        make_response(b"", status=503),
        make_response(b"", status=408),
    ],
)
async def test_an_unclear_response_may_have_issued_a_token(response: Response) -> None:
    error = await error_of(response)
    assert (error.reason, error.status, error.response_status) == ("outcome_unknown", 502, response.status)
    assert "Start the installation again" in str(error)


@pytest.mark.parametrize(
    "response",
    [
        make_response({"error": "invalid_grant"}),
        make_response({"error": {"code": 1}}),
        make_response(ANSWER | {"error": "invalid_grant"}),
        make_response({"error": "invalid_grant"}, status=400),
        make_response(b"forbidden", status=403),
        make_response(b"", status=301, headers={"Location": "https://my.ecwid.com/api/oauth/token/1003"}),
        make_response(b"", status=429),
    ],
)
async def test_a_refusal_keeps_its_status_and_text(response: Response) -> None:
    error = await error_of(response)
    assert (error.reason, error.response_status, error.store_id) == ("refused", response.status, 1003)
    assert error.detail is not None
    if b"invalid_grant" in response.body:
        assert "invalid_grant" in error.detail


async def test_a_token_of_another_store_is_refused() -> None:
    assert (await error_of(make_response(ANSWER | {"store_id": 1004}))).reason == "wrong_store"
    assert (await exchange(make_response(ANSWER | {"store_id": 1004}), store_id=None)).store_id == 1004


async def test_secrets_that_are_quoted_are_masked() -> None:
    for secret in (CODE, CLIENT_SECRET):
        for text in (secret, json.dumps({"error": secret})):
            for status in (200, 400, 500):
                error = await error_of(make_response(text.encode(), status=status))
                assert secret not in shown_by(error)
    request = Request(method="POST", path="/token", options=Options(operation="POST /token"))
    not_sent = NotSent(f"no route {CODE} {CLIENT_SECRET}", request=request)
    with pytest.raises(InstallError) as caught:
        await endpoint(MemoryTransport(lambda _: not_sent)).exchange(CODE, redirect_uri=REDIRECT)
    assert caught.value.reason == "unavailable"
    assert not {CODE, CLIENT_SECRET} & set(shown_by(caught.value).split())


@pytest.mark.parametrize("status", [200, 400, 500])
async def test_no_error_quotes_the_owner(status: int) -> None:
    for body in (f"sent to {EMAIL}.", json.dumps({"error": f"unknown user <{EMAIL}>"})):
        assert EMAIL not in shown_by(await error_of(make_response(body.encode(), status=status)))


@pytest.mark.parametrize("status", [201, 400, 500])
@pytest.mark.parametrize("body", [json.dumps(ANSWER), json.dumps(ANSWER)[:-9], f"error: {json.dumps(ANSWER)}"])
async def test_no_error_quotes_a_token(status: int, body: str) -> None:
    error = await error_of(make_response(body.encode(), status=status))
    assert error.response_status == status
    shown = shown_by(error)
    assert not [secret for secret in (TOKEN, "public_abc", EMAIL) if secret in shown]


async def test_errors_of_the_api_are_described() -> None:
    refusal = {"errorCode": "INVALID_CLIENT", "errorMessage": "no such\x1b[0m app", "error": None}
    assert (await error_of(make_response(refusal, status=403))).detail == "INVALID_CLIENT: no such\\x1b[0m app"
    assert (await error_of(make_response(b"<h1>Blocked</h1>", status=403))).detail == "<h1>Blocked</h1>"
    assert (await error_of(make_response(b"x" * 100_000, status=403))).detail == "a large body"


# Over HTTP.


async def test_a_connection_that_drops_is_not_tried_again() -> None:
    async def reset(exchange: Exchange) -> None:
        exchange.reset()

    async with served(reset) as (server, found):
        with pytest.raises(InstallError) as caught:
            await found.exchange(CODE, redirect_uri=REDIRECT, store_id=1003)
        assert caught.value.reason == "outcome_unknown"
        assert len(server.log) == 1
        assert server.log[0].line == "POST /api/oauth/token/1003 HTTP/1.1"


async def test_a_redirect_is_not_followed() -> None:
    async def redirect(exchange: Exchange) -> None:
        await exchange.respond(b"", status="307 Temporary Redirect", headers=b"Location: /api/oauth/elsewhere\r\n")

    async with served(redirect) as (server, found):
        with pytest.raises(InstallError) as caught:
            await found.exchange(CODE, redirect_uri=REDIRECT, store_id=1003)
        assert (caught.value.reason, caught.value.response_status) == ("refused", 307)
        assert len(server.log) == 1


async def test_a_server_that_hangs_has_a_time_limit() -> None:
    async def hang(exchange: Exchange) -> None:
        await exchange.hang()

    async with served(hang, seconds=0.05) as (server, found):
        with pytest.raises(InstallError) as caught:
            await found.exchange(CODE, redirect_uri=REDIRECT, store_id=1003)
        assert caught.value.reason == "outcome_unknown"
        assert len(server.log) == 1


async def test_a_server_that_is_not_there_has_issued_nothing() -> None:
    async with served(lambda exchange: exchange.hang()) as (server, found):
        port = server.port
    async with TokenEndpoint("app", CLIENT_SECRET, oauth_url=f"http://127.0.0.1:{port}/api/oauth") as found:
        with pytest.raises(InstallError) as caught:
            await found.exchange(CODE, redirect_uri=REDIRECT, store_id=1003)
    assert (caught.value.reason, caught.value.status) == ("unavailable", 503)


async def test_nothing_shows_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    async def respond(exchange: Exchange) -> None:
        # As a proxy that quotes the request, and a server that fails after it has issued the token.
        await exchange.respond(exchange.body + json.dumps(ANSWER).encode(), status="400 Bad Request")

    caplog.set_level(logging.DEBUG)
    async with served(respond) as (_, found):
        with pytest.raises(InstallError) as caught:
            await found.exchange(CODE, redirect_uri=REDIRECT, store_id=1003)
    shown = shown_by(caught.value) + caplog.text + "".join(traceback.format_exception(caught.value)) + repr(found)
    for secret in (CODE, CLIENT_SECRET):
        assert secret not in shown


async def test_cancelling_closes_the_connection() -> None:
    async def hang(exchange: Exchange) -> None:
        await exchange.hang()

    async with served(hang) as (server, found):
        task = asyncio.ensure_future(found.exchange(CODE, redirect_uri=REDIRECT))
        await server.arrived(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.all_closed()
