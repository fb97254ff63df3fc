"""Webhooks: their signature, and the functions that handle their events."""

from ecwid_async.apps.webhooks.diagnosis import SignatureDiagnosis, diagnose_signature
from ecwid_async.apps.webhooks.verifier import VerifiedEvent, WebhookVerifier

__all__ = ["SignatureDiagnosis", "VerifiedEvent", "WebhookVerifier", "diagnose_signature"]
