"""Webhooks as Ecwid sends them, signed by code of the tests."""

import base64
import hashlib
import hmac
import json
from typing import Any

from ecwid_async.apps import IncomingRequest
from ecwid_async.wire import Headers

SECRET = "test_client_secret"
NOW = 1_700_000_000.0
HEADER = "X-Ecwid-Webhook-Signature"


def sign(created: object, event_id: object, secret: str = SECRET) -> str:
    return digest(f"{created}.{event_id}".encode(), secret)


def digest(text: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def make_body(event_type: str = "order.created", **values: Any) -> bytes:
    event = {"eventId": "e-1", "eventCreated": int(NOW), "storeId": 1003, "entityId": 7, "eventType": event_type}
    return json.dumps({**event, **values}).encode()


def make_request(
    body: bytes | None = None, *signatures: str, secret: str = SECRET, method: str = "POST", query: str = ""
) -> IncomingRequest:
    """A request with these signatures, by default with the right one."""
    body = make_body() if body is None else body
    if not signatures:
        values = json.loads(body)
        signatures = (sign(values["eventCreated"], values["eventId"], secret),)
    pairs = tuple((HEADER, signature) for signature in signatures)
    headers = Headers((("Content-Type", "application/json; charset=UTF-8"), ("Cache-Control", "no-cache"), *pairs))
    return IncomingRequest(method=method, path="/webhooks", query=query, headers=headers, body=body)
