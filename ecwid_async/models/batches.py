"""Batches of requests."""

from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "BatchRequestItemDraft",
    "BatchResponseItem",
    "BatchResponseState",
    "BatchState",
    "BatchStatus",
    "BatchSummary",
    "BatchTicket",
]


class BatchResponseState(StrEnum):
    """The state of one request of a batch."""

    COMPLETED = "COMPLETED"  # Also if cancelled before execution: then without an HTTP status.
    FAILED = "FAILED"
    NOT_EXECUTED = "NOT_EXECUTED"


class BatchState(StrEnum):
    """The state of a batch."""

    QUEUED = "QUEUED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"


@draft
class BatchRequestItemDraft(Draft):
    """One request of a batch. Requires `method` and `path`."""

    id: str | Unset | None = UNSET  # Returned with the response.
    path: str | Unset | None = UNSET  # Without leading slash and store id; may contain a query.
    method: str | Unset | None = UNSET  # ``GET``, ``POST``, ``PUT`` or ``DELETE``.
    body: object | Unset | None = UNSET  # JSON, not text.


@model
class BatchTicket(Model):
    """The ticket that identifies a batch."""

    ticket: str | None = None


@model
class BatchSummary(Model):
    """One batch in the list of a store's batches."""

    ticket: str | None = None
    status: BatchState | str | None = None


@model
class BatchResponseItem(Model):
    """The response to one request of a batch."""

    id: str | None = None
    status: BatchResponseState | str | None = None
    http_body: object | None = None  # If requested without escaping.
    escaped_http_body: str | None = None  # JSON text.
    http_status_code: int | None = None  # ``httpCode`` in one example of the reference.
    http_status_line: str | None = None


@model
class BatchStatus(Model):
    """The progress of a batch and the responses so far, in the order of the requests.

    API reference: https://docs.ecwid.com/api-reference/rest-api/batch-requests
    """

    status: BatchState | str | None = None
    total_requests: int | None = None
    completed_requests: int | None = None
    responses: list[BatchResponseItem] | None = None
