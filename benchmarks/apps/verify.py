"""The CPU time of verifying a webhook: a small event, one with data, and one that is refused."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from time import process_time
from typing import Final

from benchmarks.harness.report import Table, ValueGoal
from ecwid_async.apps import IncomingRequest, WebhookRejected, WebhookVerifier
from ecwid_async.wire import Headers

__all__ = ["measure_verification"]

_SECRET: Final = "client_secret_0123456789abcdef"
_NOW: Final = 1_700_000_000
_GOAL: Final = 25.0
_DATA: Final = {
    "orderId": "XJ12H",
    "oldPaymentStatus": "AWAITING_PAYMENT",
    "newPaymentStatus": "PAID",
    "oldFulfillmentStatus": "AWAITING_PROCESSING",
    "newFulfillmentStatus": "PROCESSING",
}


def measure_verification(*, quick: bool = False) -> tuple[Table, list[ValueGoal]]:
    """Return the CPU time in µs of each kind of webhook, and the goal for those that are accepted."""
    verifier = WebhookVerifier(_SECRET, clock=lambda: _NOW)
    several = WebhookVerifier([*(f"{_SECRET}{number}" for number in range(2)), _SECRET], clock=lambda: _NOW)
    product, order = _request("product.updated"), _request("order.updated", data=_DATA)
    forged = _request("order.updated", secret="another", data=_DATA)
    candidates: dict[str, Callable[[], object]] = {
        "product.updated": lambda: verifier.verify(product),
        "order.updated, with data": lambda: verifier.verify(order),
        "order.updated, third of 3 secrets": lambda: several.verify(order),
        "forged, with its explanation": lambda: _refuse(verifier, forged),
    }
    rounds, calls = (1, 50) if quick else (7, 20_000)
    samples: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, call in candidates.items():
            start = process_time()
            for _ in range(calls):
                call()
            samples[name].append((process_time() - start) / calls * 1e6)
    table = Table("verify a webhook", "µs of CPU", "product.updated", samples)
    return table, [ValueGoal(table, name, _GOAL) for name in candidates if not name.startswith("forged")]


def _refuse(verifier: WebhookVerifier, request: IncomingRequest) -> None:
    try:
        verifier.verify(request)
    except WebhookRejected:
        return
    raise RuntimeError("a forged webhook was accepted")


def _request(event_type: str, *, secret: str = _SECRET, **values: object) -> IncomingRequest:
    """A webhook with the headers that Ecwid and a proxy send."""
    event_id = "80aece08-40e8-4145-8764-6c2f0d386783"
    event = {"eventId": event_id, "eventCreated": _NOW, "storeId": 1003, "entityId": 103878161, "eventType": event_type}
    digest = hmac.digest(secret.encode(), f"{_NOW}.{event_id}".encode(), hashlib.sha256)
    headers = (
        (b"host", b"app.example.com"),
        (b"content-type", b"application/json; charset=UTF-8"),
        (b"cache-control", b"no-cache"),
        (b"content-length", b"300"),
        (b"accept-encoding", b"gzip"),
        (b"user-agent", b"Ecwid"),
        (b"x-forwarded-for", b"192.0.2.1"),
        (b"x-forwarded-proto", b"https"),
        (b"x-ecwid-webhook-signature", base64.b64encode(digest)),
    )
    body = json.dumps({**event, **values}).encode()
    return IncomingRequest(method="POST", path="/webhooks", headers=Headers(headers), body=body)
