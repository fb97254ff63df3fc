"""Retrying requests, and resuming interrupted downloads."""

from ecwid_async.transport.retry.policy import RetryBudget, RetryPolicy
from ecwid_async.transport.retry.transport import Retry

__all__ = ["Retry", "RetryBudget", "RetryPolicy"]
