"""Webhooks: their signature, and the functions that handle their events."""

from ecwid_async.apps.webhooks.verifier import VerifiedEvent, WebhookVerifier

__all__ = ["VerifiedEvent", "WebhookVerifier"]
