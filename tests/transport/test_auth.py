"""Credentials are added innermost, and are never shown."""

import anyio
import pytest
from attrs import evolve

from ecwid_async.errors import NotSent
from ecwid_async.transport.auth import Auth, FormAuth, Secret
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.retry import Retry
from ecwid_async.wire import Headers, Lane, Options, Request, Response

TOKEN = "secret_abc123"
REQUEST = Request(
    method="GET",
    path="/orders/A",
    params=(("limit", "1"),),
    headers=Headers([("Content-Type", "application/json")]),
    options=Options(operation="GET /orders/{orderId}"),
)


async def test_store_token_and_request_id_are_added() -> None:
    inner = MemoryTransport([make_response({})])
    await Auth.for_store(inner, 1003, TOKEN).send(REQUEST)
    (sent,) = inner.requests
    assert sent.target == "/1003/orders/A?limit=1"
    assert dict(sent.headers) == {
        "content-type": "application/json",
        "authorization": f"Bearer {TOKEN}",
        "x-ecwid-api-request-id": REQUEST.id,
    }
    assert "authorization" not in REQUEST.headers, "the caller's request stays as it was"


async def test_an_application_sends_its_id_and_secret_but_no_store() -> None:
    inner = MemoryTransport([make_response({})])
    auth = Auth.for_application(inner, "my-app", TOKEN)
    await auth.send(REQUEST)
    (sent,) = inner.requests
    assert sent.path == "/orders/A"
    assert sent.headers["x-ecwid-app-client-id"] == "my-app"
    assert sent.headers["x-ecwid-app-secret-key"] == TOKEN
    assert "authorization" not in sent.headers
    for shown in (auth, sent, sent.headers, vars(auth)):
        assert TOKEN not in repr(shown)


async def test_a_stream_is_authenticated_too() -> None:
    inner = MemoryTransport([make_response(b"%PDF")])
    async with Auth.for_store(inner, 1003, TOKEN).stream(REQUEST) as response:
        assert [chunk async for chunk in response.chunks] == [b"%PDF"]
    assert inner.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_an_error_contains_the_request_without_credentials() -> None:
    def fail(request: Request) -> Exception:
        return NotSent("refused", request=request)

    auth = Auth.for_store(MemoryTransport(fail), 1003, TOKEN)
    with pytest.raises(NotSent) as caught:
        await auth.send(REQUEST)
    assert caught.value.request is REQUEST
    with pytest.raises(NotSent) as caught:
        async with auth.stream(REQUEST):
            pass
    assert caught.value.request is REQUEST


async def test_an_error_of_another_call_in_a_download_keeps_its_request() -> None:
    other = NotSent("refused", request=evolve(REQUEST, path="/another"))
    with pytest.raises(NotSent) as caught:
        async with Auth.for_store(MemoryTransport([make_response(b"%PDF")]), 1003, TOKEN).stream(REQUEST):
            raise other
    assert caught.value.request.path == "/another"


async def test_the_token_is_in_no_repr() -> None:
    inner = MemoryTransport([make_response({})])
    auth = Auth.for_store(inner, 1003, TOKEN)
    await auth.send(REQUEST)
    for shown in (auth, inner.requests[0], inner.requests[0].headers, vars(auth)):
        assert TOKEN not in repr(shown)


def test_a_secret_hides_its_repr() -> None:
    assert Secret("abc") == "abc"
    assert repr(Secret("abc")) == "'***'"
    assert repr({"Authorization": Secret("abc")}) == "{'Authorization': '***'}"


def test_the_duration_of_a_response_is_that_of_the_last_attempt() -> None:
    trio, testing = pytest.importorskip("trio"), pytest.importorskip("trio.testing")

    class SlowTransport(MemoryTransport):
        async def send(self, request: Request) -> Response:
            await anyio.sleep(2)
            return await super().send(request)

    async def main() -> None:
        script = [make_response(), make_response(status=429, headers={"Retry-After": "30"}), make_response()]
        auth = Auth.for_store(SlowTransport(script), 1003, TOKEN)
        bulk = evolve(REQUEST, options=evolve(REQUEST.options, lane=Lane.BULK))
        assert (await auth.send(bulk)).duration == pytest.approx(2)
        repeated = await Retry(auth).send(bulk)
        assert repeated.attempts == 2
        assert repeated.duration == pytest.approx(2)

    trio.run(main, clock=testing.MockClock(autojump_threshold=0))


def form_auth(inner: MemoryTransport) -> FormAuth:
    return FormAuth(inner, "the token endpoint", {"client_id": "my app"}, {"code": Secret("c/12345678")})


async def test_a_form_with_secrets_is_added_as_the_body() -> None:
    inner = MemoryTransport([make_response({})])
    request = Request(method="POST", path="/token", options=Options(operation="POST /token"))
    await form_auth(inner).send(request)
    (sent,) = inner.requests
    assert sent.body == b"client_id=my+app&code=c%2F12345678"
    assert sent.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.body is None


async def test_a_quoted_form_is_masked() -> None:
    request = Request(method="POST", path="/token", options=Options(operation="POST /token"))
    echo = make_response(b"bad form: client_id=my+app&code=c%2F12345678", status=400)
    response = await form_auth(MemoryTransport([echo])).send(request)
    assert response.body == b"bad form: client_id=my+app&code=***"
    failing = form_auth(MemoryTransport([NotSent("no route for c/12345678", request=request)]))
    with pytest.raises(NotSent) as caught:
        await failing.send(request)
    assert "2345678" not in str(caught.value)
    assert caught.value.request is request
