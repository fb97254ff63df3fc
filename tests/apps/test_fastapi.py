"""Dependencies of FastAPI: a path operation gets a verified event, or is not called."""

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Annotated, Any

import pytest
from fastapi import Body, Depends, FastAPI, Response

from ecwid_async import ConfigError
from ecwid_async.apps import IncomingRequest, OutgoingResponse, VerifiedEvent, WebhookVerifier
from ecwid_async.apps.fastapi import as_response, read_request, verified_event
from tests.apps.asgi.messages import Client, Received

SECRET = "secret_of_the_app"
NOW = 1_790_000_000


@pytest.fixture
def verifier() -> WebhookVerifier:
    return WebhookVerifier(SECRET, max_body=1000, clock=lambda: NOW)


def signed(**changes: Any) -> tuple[list[bytes], list[tuple[bytes, bytes]]]:
    event = {
        "eventId": "e-1",
        "eventCreated": NOW,
        "storeId": 1003,
        "entityId": 7,
        "eventType": "product.updated",
        **changes,
    }
    digest = hmac.digest(SECRET.encode(), f"{event['eventCreated']}.{event['eventId']}".encode(), hashlib.sha256)
    headers = [(b"x-ecwid-webhook-signature", base64.b64encode(digest)), (b"content-type", b"application/json")]
    return [json.dumps(event).encode()], headers


@pytest.fixture
def client(verifier: WebhookVerifier) -> Client:
    app = FastAPI()

    @app.post("/hooks")
    async def hook(event: Annotated[VerifiedEvent, Depends(verified_event(verifier))]) -> dict[str, Any]:
        return {"type": event.event_type, "store": event.store_id, "entity": event.entity_id}

    @app.post("/page")
    async def page(request: Annotated[IncomingRequest, Depends(read_request)]) -> Response:
        cookies = tuple(("Set-Cookie", value) for value in request.header_values("Cookie"))
        return as_response(OutgoingResponse(201, (*cookies, ("Content-Type", "text/plain")), request.query.encode()))

    return Client(app)


async def post(client: Client, body: list[bytes], headers: list[tuple[bytes, bytes]]) -> Received:
    return await client.request("/hooks", body=body, headers=headers)


async def test_a_path_operation_gets_the_event(client: Client) -> None:
    body, headers = signed()
    response = await post(client, body, headers)
    assert response.status == 200
    assert json.loads(response.body) == {"type": "product.updated", "store": 1003, "entity": "7"}


async def test_a_body_may_arrive_in_parts(client: Client) -> None:
    (body,), headers = signed()
    assert (await post(client, [body[:10], body[10:]], headers)).status == 200


async def test_what_can_not_be_trusted_is_refused(client: Client) -> None:
    body, headers = signed()
    assert (await post(client, body, [])).status == 401
    assert (await post(client, body, [*headers, headers[0]])).status == 401
    assert (await post(client, [body[0].replace(b"e-1", b"e-2")], headers)).status == 401
    old_body, old_headers = signed(eventCreated=NOW - 26 * 3600)
    assert (await post(client, old_body, old_headers)).status == 401


async def test_a_body_that_is_too_large_is_not_read_to_its_end(client: Client) -> None:
    _, headers = signed()
    body = [b"x" * 600] * 4
    assert (await post(client, body, headers)).status == 413
    assert (await post(client, [b"x"], [*headers, (b"content-length", b"1001")])).status == 413


async def test_a_refusal_does_not_say_how_the_signature_differs(client: Client) -> None:
    body, headers = signed()
    response = await post(client, body, [(headers[0][0], b"A" * 43 + b"="), headers[1]])
    assert response.status == 401
    assert SECRET.encode() not in response.body
    assert json.loads(response.body) == {
        "detail": "The webhook was refused (wrong_signature). The log of the app says why."
    }


async def test_a_body_that_does_not_arrive_gets_a_408(verifier: WebhookVerifier) -> None:
    app = FastAPI()

    @app.post("/hooks")
    async def hook(event: Annotated[VerifiedEvent, Depends(verified_event(verifier, body_timeout=0.01))]) -> None:
        raise AssertionError

    async def receive() -> Any:
        await asyncio.Event().wait()

    statuses = []

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    scope = {"type": "http", "method": "POST", "path": "/hooks", "root_path": "", "query_string": b"", "headers": []}
    await app(scope, receive, send)
    assert statuses[0] == 408


async def test_the_request_and_the_response_of_a_part_of_this_library(client: Client) -> None:
    response = await client.request("/page", query=b"a=%20", headers=[(b"cookie", b"a=1"), (b"cookie", b"b=2")])
    assert (response.status, response.body) == (201, b"a=%20")
    assert [value for name, value in response.headers if name == b"set-cookie"] == [b"a=1", b"b=2"]
    assert [value for name, value in response.headers if name == b"content-type"] == [b"text/plain"]


async def test_a_form_of_a_page_can_be_sent(client: Client) -> None:
    """The page reads its session, and FastAPI the form."""
    response = await client.request("/page", body=[b"csrf=1"], headers=[(b"content-length", b"6")])
    assert response.status == 201


async def test_the_body_can_be_a_parameter_of_the_path_operation_too(verifier: WebhookVerifier) -> None:
    app = FastAPI()

    @app.post("/hooks")
    async def hook(
        event: Annotated[VerifiedEvent, Depends(verified_event(verifier))], body: Annotated[dict[str, Any], Body()]
    ) -> list[Any]:
        return [event.event_id, body["eventId"]]

    body, headers = signed()
    response = await post(Client(app), body, headers)
    assert (response.status, response.body) == (200, b'["e-1","e-1"]')


async def test_a_client_that_goes_away_before_the_body_is_complete_is_not_an_error(verifier: WebhookVerifier) -> None:
    app = FastAPI()

    @app.post("/hooks")
    async def hook(event: Annotated[VerifiedEvent, Depends(verified_event(verifier))]) -> None:
        raise AssertionError

    messages = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    statuses = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    scope = {"type": "http", "method": "POST", "path": "/hooks", "root_path": "", "query_string": b"", "headers": []}
    await app(scope, receive, send)
    assert statuses[0] == 408


def test_it_is_in_the_documentation_of_the_api_without_parameters(client: Client) -> None:
    assert isinstance(client.app, FastAPI)
    operation = client.app.openapi()["paths"]["/hooks"]["post"]
    assert "parameters" not in operation
    assert "requestBody" not in operation


def test_an_invalid_limit_is_refused(verifier: WebhookVerifier) -> None:
    with pytest.raises(ConfigError, match="body_timeout"):
        verified_event(verifier, body_timeout=0)
