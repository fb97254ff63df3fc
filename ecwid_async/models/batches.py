"""Many requests sent as one."""

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
    """What became of one request of a batch."""

    COMPLETED = "COMPLETED"  # Also of one that was cancelled before it ran: then it has no HTTP status.
    FAILED = "FAILED"
    NOT_EXECUTED = "NOT_EXECUTED"


class BatchState(StrEnum):
    """How far a batch has come."""

    QUEUED = "QUEUED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"


@draft
class BatchRequestItemDraft(Draft):
    """One request of a batch. Needs `method` and `path`."""

    id: str | Unset | None = UNSET  # Comes back with the answer.
    path: str | Unset | None = UNSET  # Without a leading slash and without the store; it may hold a query.
    method: str | Unset | None = UNSET  # ``GET``, ``POST``, ``PUT`` or ``DELETE``.
    body: object | Unset | None = UNSET  # JSON, not text.


@model
class BatchTicket(Model):
    """What a batch is asked for by."""

    ticket: str | None = None


@model
class BatchSummary(Model):
    """One batch of a store, in the list of them."""

    ticket: str | None = None
    status: BatchState | str | None = None


@model
class BatchResponseItem(Model):
    """The answer to one request of a batch."""

    id: str | None = None
    status: BatchResponseState | str | None = None
    http_body: object | None = None  # Where asked for without escaping.
    escaped_http_body: str | None = None  # JSON text.
    http_status_code: int | None = None  # One example of the reference calls it ``httpCode``.
    http_status_line: str | None = None


@model
class BatchStatus(Model):
    """How far a batch has come, and the answers so far, in the order of the requests.

    API reference: https://docs.ecwid.com/api-reference/rest-api/batch-requests
    """

    status: BatchState | str | None = None
    total_requests: int | None = None
    completed_requests: int | None = None
    responses: list[BatchResponseItem] | None = None
