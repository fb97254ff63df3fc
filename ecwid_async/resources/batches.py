"""Batches of requests, which the store executes by itself."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ecwid_async.calls import Call
from ecwid_async.codec import loads
from ecwid_async.models.batches import BatchRequestItemDraft, BatchState, BatchStatus, BatchSummary, BatchTicket
from ecwid_async.models.results import DeleteResult, UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import Resource
from ecwid_async.wire import Request, StreamBody

__all__ = ["MAX_REQUESTS", "BatchItem", "Batches", "to_batch_item"]

BatchItem = Call[Any] | Request | BatchRequestItemDraft | Mapping[str, object]
"""One request of a batch: a call, a `Request`, or a draft or dict with a method and a path without leading slash."""

MAX_REQUESTS: Final = 500
"""The API's limit for one batch."""


class Batches(Resource):
    """The API's batches: each gets a ticket, and is polled until it is complete. `Store.batch` does both."""

    __slots__ = ()

    def create(
        self,
        items: Iterable[BatchItem],
        *,
        stop_on_first_failure: bool | None = None,
        allow_parallel_mode: bool | None = None,
        deduplication_key: str | None = None,
        group_id: str | None = None,
    ) -> Call[BatchTicket]:
        """Execute up to 500 requests. By default, the batch stops at the first failure.

        `allow_parallel_mode` executes up to 100 requests at a time. For an hour, a batch with the same
        `deduplication_key` (a UUID) returns the first ticket again; without a key, a batch with an unknown outcome is
        never sent again.

        Raises `ValueError` for an empty batch, too many requests, and uploads without an `external_url`.

        ``POST /batch``
        """
        # `list` exhausts a generator, so that an error below does not leave it half-read.
        requests = [_to_item(item) for item in list(items)]
        if not 0 < len(requests) <= MAX_REQUESTS:
            raise ValueError(f"a batch has 1 to {MAX_REQUESTS} requests, not {len(requests)}: split it")
        return self._call(
            "POST /batch",
            result_type=BatchTicket,
            query={
                "stopOnFirstFailure": stop_on_first_failure,
                "allowParallelMode": allow_parallel_mode,
                "deduplicationKey": deduplication_key,
                "groupId": group_id,
            },
            body=requests,
            repeatable=deduplication_key is not None,
        )

    def get(self, ticket: str, *, escaped_json: bool | None = None) -> Call[BatchStatus]:
        """Get the progress of a batch and the responses so far. `escaped_json` returns bodies as JSON text.

        ``GET /batch``
        """
        return self._call("GET /batch", result_type=BatchStatus, query={"ticket": ticket, "escapedJson": escaped_json})

    def search(
        self, status: BatchState | str, *, limit: int | None = None, offset: int | None = None
    ) -> Pages[BatchSummary]:
        """List the batches of the store with this `status`: QUEUED, IN_PROGRESS or COMPLETED.

        A store executes its batches one after the other: a batch that hangs blocks all later ones.

        ``GET /batch``
        """
        return self._pages(
            "GET /batch", model=BatchSummary, into=None, query={"status": status}, limit=limit, offset=offset
        )

    def delete(self, ticket: str) -> Call[DeleteResult]:
        """Stop a batch and delete it from the history. Executed requests are not undone.

        ``DELETE /batch``
        """
        return self._call("DELETE /batch", result_type=DeleteResult, query={"ticketId": ticket})

    def cancel_group(self, group_id: str, *, ticket: str | None = None) -> Call[UpdateResult]:
        """Cancel the remaining requests of all batches with this `group_id`, or of the one with this `ticket`.

        Cancelled requests get the status COMPLETED and no result: it does not mean that they were executed.

        ``POST /batch/cancel-group``
        """
        return self._call(
            "POST /batch/cancel-group",
            result_type=UpdateResult,
            query={"ticketId": ticket, "groupId": group_id},
            repeatable=True,
        )


def _to_item(item: BatchItem) -> object:
    if isinstance(item, Call):
        item = item.request
    return to_batch_item(item) if isinstance(item, Request) else item


def to_batch_item(request: Request) -> dict[str, object]:
    """Convert a request to an item of a batch. Raises `ValueError` if it uploads bytes or text."""
    item: dict[str, object] = {"method": request.method, "path": request.target.removeprefix("/")}
    if request.body is None:
        return item
    if isinstance(request.body, StreamBody) or "octet-stream" in request.headers.get("content-type", ""):
        raise ValueError(
            f"{request.method} {request.path} uploads bytes, which a batch can't do: pass external_url instead"
        )
    try:
        return item | {"body": loads(request.body)}
    except ValueError:
        raise ValueError(
            f"{request.method} {request.path} sends text that is not JSON, which a batch can't do: send it separately"
        ) from None
