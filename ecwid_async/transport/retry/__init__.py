"""Retrying requests."""

from ecwid_async.transport.retry.transport import Retry, RetryBudget, RetryPolicy

__all__ = ["Retry", "RetryBudget", "RetryPolicy"]
