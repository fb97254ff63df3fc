"""The HTTP request of a webhook: its URL, its headers, its body and the signature."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote, urlsplit

from attrs import evolve

from ecwid_async.sandbox.app_request import AppRequest
from ecwid_async.sandbox.state import Item, encode_json
from ecwid_async.sandbox.webhooks.event import WebhookEvent
from ecwid_async.sandbox.webhooks.event_types import to_snake_case
from ecwid_async.sandbox.webhooks.faults import WebhookFaults

__all__ = ["SIGNATURE_HEADER", "build_request", "sign"]

SIGNATURE_HEADER: Final = "X-Ecwid-Webhook-Signature"
_NO_FAULTS: Final = WebhookFaults()
_UNKNOWN_TYPE: Final = "gift_card.redeemed"
# Older than any retry of Ecwid.
_STALE_SECONDS: Final = 26 * 3600


def sign(event_created: int | str, event_id: str, client_secret: str) -> str:
    """The signature of an event: the HMAC-SHA256 of its time and id under the app's client secret, as Base64."""
    message = f"{event_created}.{event_id}"
    return b64encode(hmac.digest(client_secret.encode(), message.encode(), hashlib.sha256)).decode()


def build_request(
    event: WebhookEvent,
    *,
    url: str,
    client_secret: str,
    headers: Iterable[tuple[str, str]] = (),
    faults: WebhookFaults = _NO_FAULTS,
) -> AppRequest:
    """The request that reports an event to an app. `headers` are the app's own, added to those that Ecwid sends.

    A header that Ecwid sends and the app has too is sent twice, as Ecwid does.
    """
    if faults.signature == "stale":
        event = evolve(event, event_created=event.event_created - _STALE_SECONDS)
    body = _with_faults(event.to_dict(), faults)
    signature = sign(body["eventCreated"], body["eventId"], client_secret)
    if faults.signature == "invalid":
        signature = sign(body["eventCreated"], body["eventId"], f"not {client_secret}")
    copies = {"missing": 0, "doubled": 2}.get(faults.signature or "", 1)
    return AppRequest(
        url=_with_event_type(url, body["eventType"]),
        headers=(
            ("Content-Type", "application/json; charset=UTF-8"),
            ("Cache-Control", "no-cache"),
            *((SIGNATURE_HEADER, signature),) * copies,
            *headers,
        ),
        body=encode_json(body),
    )


def _with_faults(body: Item, faults: WebhookFaults) -> Item:
    if faults.unknown_type:
        body["eventType"] = _UNKNOWN_TYPE
    if faults.snake_case:
        body["eventType"] = to_snake_case(body["eventType"])
    if faults.entity_id_as_text:
        body["entityId"] = str(body["entityId"])
    return _numbers_as_text(body) if faults.numbers_as_text else body


def _numbers_as_text(body: Item) -> Item:
    def convert(value: Any) -> Any:
        if isinstance(value, dict):
            return _numbers_as_text(value)
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value

    return {name: convert(value) for name, value in body.items()}


def _with_event_type(url: str, event_type: str) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, f"eventtype={quote(event_type)}")))
    return parts._replace(query=query, fragment="").geturl()
