"""Webhooks: their signature, and the functions that handle their events."""

from typing import TYPE_CHECKING, Final

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.apps.webhooks.diagnosis import SignatureDiagnosis as SignatureDiagnosis
    from ecwid_async.apps.webhooks.diagnosis import diagnose_signature as diagnose_signature
    from ecwid_async.apps.webhooks.loop_guard import LoopLimit as LoopLimit
    from ecwid_async.apps.webhooks.received_event import ReceivedEvent as ReceivedEvent
    from ecwid_async.apps.webhooks.records import WebhookCounts as WebhookCounts
    from ecwid_async.apps.webhooks.records import WebhookOutcome as WebhookOutcome
    from ecwid_async.apps.webhooks.records import WebhookRecord as WebhookRecord
    from ecwid_async.apps.webhooks.records import WebhookSink as WebhookSink
    from ecwid_async.apps.webhooks.records import log_webhook as log_webhook
    from ecwid_async.apps.webhooks.router import WebhookRouter as WebhookRouter
    from ecwid_async.apps.webhooks.verifier import VerifiedEvent as VerifiedEvent
    from ecwid_async.apps.webhooks.verifier import WebhookVerifier as WebhookVerifier
    from ecwid_async.apps.webhooks.webhooks import EventPolicy as EventPolicy
    from ecwid_async.apps.webhooks.webhooks import KnownStores as KnownStores
    from ecwid_async.apps.webhooks.webhooks import Webhooks as Webhooks

_MODULES: Final = {
    "diagnosis": ("SignatureDiagnosis", "diagnose_signature"),
    "loop_guard": ("LoopLimit",),
    "received_event": ("ReceivedEvent",),
    "records": ("WebhookCounts", "WebhookOutcome", "WebhookRecord", "WebhookSink", "log_webhook"),
    "router": ("WebhookRouter",),
    "verifier": ("VerifiedEvent", "WebhookVerifier"),
    "webhooks": ("EventPolicy", "KnownStores", "Webhooks"),
}

if not TYPE_CHECKING:  # or type checkers accept any name
    __getattr__, __dir__, __all__ = lazy_exports(__name__, _MODULES)
