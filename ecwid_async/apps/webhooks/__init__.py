"""Webhooks: their signature, and the functions that handle their events."""
