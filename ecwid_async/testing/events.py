"""Events of webhooks, and their signed requests."""

import json
from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve

from ecwid_async.sandbox import AppRequest
from ecwid_async.sandbox.webhooks import (
    SignatureFault,
    WebhookEvent,
    WebhookFaults,
    build_request,
    sample_event,
)
from ecwid_async.sandbox.webhooks import sign as sign_event

__all__ = ["make_event", "make_webhook", "sign"]

_STORE_ID: Final = 1003
_URL: Final = "http://127.0.0.1:8000/webhooks"


def make_event(
    event_type: str,
    *,
    store_id: int = _STORE_ID,
    entity_id: int | str | None = None,
    event_id: str | None = None,
    event_created: int | None = None,
    **data: object,
) -> WebhookEvent:
    """An event of any type, with plausible values for what is not given, and a new `event_id`.

    ``make_event("order.updated", entity_id=7, order_id="XJ12H", new_payment_status="PAID")``

    `data` adds to the data of the event or replaces some of it; its names are those of Ecwid, also in snake_case.
    `event_created` is in Unix seconds, by default now. Raises `ValueError` for a type that does not exist.
    """
    event = sample_event(
        event_type,
        store_id=store_id,
        entity_id=entity_id,
        data={_to_camel_case(name): value for name, value in data.items()},
        event_created=event_created,
    )
    return event if event_id is None else evolve(event, event_id=event_id)


def sign(event: WebhookEvent | Mapping[str, Any] | bytes | str, client_secret: str) -> str:
    """The value of ``X-Ecwid-Webhook-Signature`` for an event, or for a body as it is sent.

    Raises `ValueError` for a body without ``eventCreated`` and ``eventId``, which are what is signed.
    """
    if isinstance(event, WebhookEvent):
        return sign_event(event.event_created, event.event_id, client_secret)
    try:
        body = json.loads(event) if isinstance(event, bytes | str) else event
        return sign_event(body["eventCreated"], body["eventId"], client_secret)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ValueError("the body of a webhook is a JSON object with eventCreated and eventId") from None


def make_webhook(
    event: WebhookEvent | str,
    client_secret: str,
    *,
    url: str = _URL,
    signature: SignatureFault | None = None,
    faults: WebhookFaults | None = None,
) -> AppRequest:
    """The request with which Ecwid reports an event, or one that `make_event` makes of a type.

    `signature` is what is wrong with it: "invalid", "missing", "doubled", or "stale" for an event that is 26 hours old.
    `faults` may be wrong, too, such as ``WebhookFaults(numbers_as_text=True)``.
    """
    if isinstance(event, str):
        event = make_event(event)
    faults = faults or WebhookFaults()
    if signature is not None:
        faults = evolve(faults, signature=signature)
    return build_request(event, url=url, client_secret=client_secret, faults=faults)


def _to_camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)
