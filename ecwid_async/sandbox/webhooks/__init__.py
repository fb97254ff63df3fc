"""Webhooks: the sandbox tells apps what happened in their stores, as Ecwid does.

- `event`, `event_types` and `samples` have the events of all types.
- `derived_events` finds the events that follow from the changes of a request.
- `request` builds and signs the HTTP request; `faults` are what may be wrong with it.
- `deliveries` sends the requests and retries them; `delivery` is one event on its way to one app.
- `http` sends them over HTTP, to this machine only, as `loopback` checks.
"""

from ecwid_async.sandbox.webhooks.deliveries import Deliveries, WebhookSender
from ecwid_async.sandbox.webhooks.delivery import DELIVERED_STATUSES, RETRY_SECONDS, Attempt, Delivery
from ecwid_async.sandbox.webhooks.derived_events import AddressedEvent, derive_events
from ecwid_async.sandbox.webhooks.event import WebhookEvent
from ecwid_async.sandbox.webhooks.event_types import EVENT_TYPES
from ecwid_async.sandbox.webhooks.faults import SignatureFault, WebhookFaults
from ecwid_async.sandbox.webhooks.loopback import NotLoopback, check_loopback
from ecwid_async.sandbox.webhooks.request import build_request, sign
from ecwid_async.sandbox.webhooks.samples import sample_event

__all__ = [
    "DELIVERED_STATUSES",
    "EVENT_TYPES",
    "RETRY_SECONDS",
    "AddressedEvent",
    "Attempt",
    "Deliveries",
    "Delivery",
    "NotLoopback",
    "SignatureFault",
    "WebhookEvent",
    "WebhookFaults",
    "WebhookSender",
    "build_request",
    "check_loopback",
    "derive_events",
    "sample_event",
    "sign",
]
