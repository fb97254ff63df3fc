"""Batches: many requests sent as one."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ecwid_async.calls import Call
from ecwid_async.codec import loads
from ecwid_async.models.batches import BatchRequestItemDraft, BatchState, BatchStatus, BatchSummary, BatchTicket
from ecwid_async.models.results import DeleteResult, UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import Resource
from ecwid_async.wire import Request, StreamBody

__all__ = ["MOST_REQUESTS", "BatchItem", "Batches", "as_item"]

BatchItem = Call[Any] | Request | BatchRequestItemDraft | Mapping[str, object]
"""One request of a batch: a call, which is not sent by itself then, or its method and path without leading slash."""

MOST_REQUESTS: Final = 500
"""What the API takes in one batch."""


class Batches(Resource):
    """Batches as the API has them: created under a ticket, asked for until they are done."""

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
        """Have the store carry out up to 500 requests. Unless told otherwise, it stops at the first that fails.

        `allow_parallel_mode` carries out up to 100 at a time. The same `deduplication_key`, a UUID, within an hour
        answers the first ticket again; without one, an unclear outcome is never resolved by sending it again.

        Raises `ValueError` for none, for too many, and for uploads: give those an `external_url`.

        ``POST /batch``
        """
        # All of them before the first is looked at: a generator is not left half read.
        requests = [_as_sent(item) for item in list(items)]
        if not 0 < len(requests) <= MOST_REQUESTS:
            raise ValueError(f"a batch has 1 to {MOST_REQUESTS} requests, not {len(requests)}: split it")
        return self._call(
            "POST /batch",
            reads=BatchTicket,
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
        """How far the batch is, and the answers so far. With `escaped_json` their bodies are JSON text.

        ``GET /batch``
        """
        return self._call("GET /batch", reads=BatchStatus, query={"ticket": ticket, "escapedJson": escaped_json})

    def search(
        self, status: BatchState | str, *, limit: int | None = None, offset: int | None = None
    ) -> Pages[BatchSummary]:
        """The batches of the store that are QUEUED, IN_PROGRESS or COMPLETED.

        A store executes its batches one after the other: one that is stuck holds up all that were created after it.

        ``GET /batch``
        """
        return self._pages(
            "GET /batch", model=BatchSummary, into=None, query={"status": status}, limit=limit, offset=offset
        )

    def delete(self, ticket: str) -> Call[DeleteResult]:
        """Stop a batch and delete it from the history. What was executed stays as it is.

        ``DELETE /batch``
        """
        return self._call("DELETE /batch", reads=DeleteResult, query={"ticketId": ticket})

    def cancel_group(self, group_id: str, *, ticket: str | None = None) -> Call[UpdateResult]:
        """Cancel what is left of the batches that were created with this `group_id`, or of that with this `ticket`.

        Requests that are cancelled get the status COMPLETED, and no result: it does not mean that they were executed.

        ``POST /batch/cancel-group``
        """
        return self._call(
            "POST /batch/cancel-group",
            reads=UpdateResult,
            query={"ticketId": ticket, "groupId": group_id},
            repeatable=True,
        )


def _as_sent(item: BatchItem) -> object:
    if isinstance(item, Call):
        item = item.request
    return as_item(item) if isinstance(item, Request) else item


def as_item(request: Request) -> dict[str, object]:
    """A request as a batch takes it. Raises `ValueError` for one that uploads bytes or text."""
    item: dict[str, object] = {"method": request.method, "path": request.target.removeprefix("/")}
    if request.body is None:
        return item
    if isinstance(request.body, StreamBody) or "octet-stream" in request.headers.get("content-type", ""):
        raise ValueError(
            f"{request.method} {request.path} uploads bytes, which a batch can't: pass external_url instead"
        )
    try:
        return item | {"body": loads(request.body)}
    except ValueError:
        raise ValueError(
            f"{request.method} {request.path} sends text that is no JSON, which a batch can't: send it by itself"
        ) from None
