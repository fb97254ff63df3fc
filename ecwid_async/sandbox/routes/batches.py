"""Batches: ``/batch``. Their requests run through the same engine, with the token of the batch.

Batches run one after the other, in order of creation; a batch with ``allowParallelMode`` does not wait for others.
`Switches.batch_seconds` is the time that a request takes: at 0, a batch is completed before its ticket is returned.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

from attrs import evolve, field

from ecwid_async.primitives.lazy_attrs import define
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import Item, Store, decode_json, encode_json
from ecwid_async.wire import Options, Request, Response

__all__: list[str] = []

_MAX_REQUESTS: Final = 500
_PARALLEL_REQUESTS: Final = 100
_MAX_LISTED: Final = 100
# How long a deduplication key identifies its batch, and how long a finished batch can be read.
_KEY_SECONDS: Final = 3600
_RETENTION_SECONDS: Final = 24 * 3600
_METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE"})


@define
class _Batch:
    """One batch and its progress: `responses` belong to the first requests, in order.

    Once it is `finished`, no further requests are executed. The remaining requests of a `cancelled` batch count as
    completed, without a response.
    """

    ticket: str
    group: str | None
    requests: list[Item]
    stop_on_failure: bool
    parallel: bool
    created: float
    execute: Callable[[Request], Response]
    responses: list[Response] = field(factory=list)
    started: bool = False
    finished: bool = False
    cancelled: bool = False

    def __deepcopy__(self, memo: object) -> "_Batch":
        # Requests and responses never change.
        return evolve(self, responses=list(self.responses))

    @property
    def status(self) -> str:
        return "COMPLETED" if self.finished else "IN_PROGRESS" if self.started else "QUEUED"

    def advance(self, start: float, now: float, seconds_per_request: float) -> float:
        """Execute the requests that end by `now` if the first one starts at `start`.

        Returns when the last executed request ended, or when the next one will end. Times are in Unix seconds.
        """
        concurrency = _PARALLEL_REQUESTS if self.parallel else 1
        ended = start
        self.started = True
        while not self.finished:
            ended = start + (len(self.responses) // concurrency + 1) * seconds_per_request
            if ended > now:
                break
            response = self.execute(_inner_request(self.requests[len(self.responses)]))
            self.responses.append(response)
            failed = response.status != HTTPStatus.OK
            self.finished = len(self.responses) == len(self.requests) or (failed and self.stop_on_failure)
        return ended


class _Queue:
    """The batches of one store."""

    def __init__(self, store: Store) -> None:
        self._clock, self._seconds_per_request = store.clock, store.switches.batch_seconds
        self.batches: dict[str, _Batch] = {}
        self.keys: dict[str, tuple[float, str]] = {}
        self._waiting: list[_Batch] = []
        self._free_at = 0.0
        store.run_due_batches = self.advance

    def add(self, batch: _Batch) -> None:
        """Append a batch to the queue, and delete finished batches that are too old to be read."""
        expired = [
            ticket
            for ticket, other in self.batches.items()
            if other.finished and other.created < batch.created - _RETENTION_SECONDS
        ]
        for ticket in expired:
            del self.batches[ticket]
        self.batches[batch.ticket] = batch
        self._waiting.append(batch)

    def remove(self, ticket: str) -> bool:
        """Stop a batch and delete it."""
        batch = self.batches.pop(ticket, None)
        if batch is not None:
            batch.finished = True
        return batch is not None

    def advance(self) -> None:
        """Execute the requests that are due by now."""
        now, blocked = self._clock(), False
        for batch in self._waiting:
            if batch.finished or (blocked and not batch.parallel):
                continue
            ended = batch.advance(
                batch.created if batch.parallel else max(batch.created, self._free_at), now, self._seconds_per_request
            )
            if batch.parallel:
                continue
            if batch.finished:
                self._free_at = ended
            blocked = not batch.finished
        self._waiting = [batch for batch in self._waiting if not batch.finished]


def _queue_of(store: Store) -> _Queue:
    if "batches" not in store.section_data:
        store.section_data["batches"] = _Queue(store)
    queue: _Queue = store.section_data["batches"]
    return queue


@route("POST /batch")
def create_batch(request: StoreRequest) -> Result:
    """Create a batch, or return the ticket of the batch created with the same deduplication key in the last hour."""
    queue, key, now = _queue_of(request.store), request.params.get("deduplicationKey"), request.store.clock()
    if key in queue.keys and queue.keys[key][0] > now - _KEY_SECONDS:
        return {"ticket": queue.keys[key][1]}
    batch = _Batch(
        ticket=str(uuid4()),
        group=request.params.get("groupId"),
        requests=_check_requests(request.json),
        stop_on_failure=request.params.get("stopOnFirstFailure", True),
        parallel=request.flag("allowParallelMode"),
        created=now,
        execute=request.execute,
    )
    queue.add(batch)
    if key:
        queue.keys = {name: entry for name, entry in queue.keys.items() if entry[0] > now - _KEY_SECONDS}
        queue.keys[key] = (now, batch.ticket)
    queue.advance()
    return {"ticket": batch.ticket}


@route("GET /batch")
def get_batch_status(request: StoreRequest) -> Result:
    """The progress of a batch and its responses so far; without a ticket, the batches with a status, oldest first."""
    if "ticket" not in request.params:
        return _list_batches(request)
    batch = _queue_of(request.store).batches.get(request.params["ticket"])
    if batch is None:
        raise ErrorResponse.wrong_parameter(f"There is no batch with the ticket {request.params['ticket']!r}")
    escaped = request.flag("escapedJson")
    names = [str(item.get("id") or position) for position, item in enumerate(batch.requests)]
    responses = [
        _response_item(name, response, escaped) for name, response in zip(names, batch.responses, strict=False)
    ]
    if batch.finished:
        unexecuted = "COMPLETED" if batch.cancelled else "NOT_EXECUTED"
        responses += [{"id": name, "status": unexecuted} for name in names[len(responses) :]]
    return {
        "status": batch.status,
        "totalRequests": len(batch.requests),
        "completedRequests": len(batch.responses),
        "responses": responses,
    }


def _list_batches(request: StoreRequest) -> Result:
    if "status" not in request.params:
        raise ErrorResponse.wrong_parameter("Parameter 'ticket' is missing; send 'status' instead to list batches")
    matching = [
        batch for batch in _queue_of(request.store).batches.values() if batch.status == request.params["status"]
    ]
    first = max(request.params.get("offset", 0), 0)
    last = first + min(request.params.get("limit", request.endpoint.limit), _MAX_LISTED)
    return {"items": [{"ticket": batch.ticket, "status": batch.status} for batch in matching[first:last]]}


@route("DELETE /batch")
def delete_batch(request: StoreRequest) -> Result:
    """Stop a batch and delete it."""
    return {"deleteCount": int(_queue_of(request.store).remove(request.params["ticketId"]))}


@route("POST /batch/cancel-group")
def cancel_batch_group(request: StoreRequest) -> Result:
    """Cancel the batches of a group, or one of them; the response counts the cancelled batches."""
    queue, cancelled, ticket = _queue_of(request.store), 0, request.params.get("ticketId")
    for batch in queue.batches.values():
        if batch.group == request.params["groupId"] and not batch.finished and ticket in (None, batch.ticket):
            batch.finished = batch.cancelled = True
            cancelled += 1
    queue.advance()
    return {"updateCount": cancelled}


def _check_requests(items: list[Item]) -> list[Item]:
    if not 0 < len(items) <= _MAX_REQUESTS:
        raise ErrorResponse.wrong_parameter(f"A batch must have 1 to {_MAX_REQUESTS} requests, not {len(items)}")
    for position, item in enumerate(items):
        if not item.get("path") or item.get("method") not in _METHODS:
            raise ErrorResponse.wrong_parameter(
                f"Request {position} needs a 'path' and a 'method', one of {', '.join(sorted(_METHODS))}"
            )
        if item["path"].strip("/").partition("?")[0].startswith("batch"):
            raise ErrorResponse.wrong_parameter(f"Request {position} is a batch itself; send its requests instead")
    return items


def _inner_request(item: Item) -> Request:
    path, _, query = item["path"].removeprefix("/").partition("?")
    body: Any = item.get("body")
    return Request(
        method=item["method"],
        path=f"/{path}",
        params=tuple(parse_qsl(query, keep_blank_values=True)),
        body=None if body is None else encode_json(body),
        options=Options(operation=f"{item['method']} /{path}"),
    )


def _response_item(name: str, response: Response, escaped: bool) -> Item:
    text = response.body.decode(errors="replace")
    is_json = response.headers.get("Content-Type", "").startswith("application/json")
    return {
        "id": name,
        "status": "COMPLETED" if response.status == HTTPStatus.OK else "FAILED",
        "httpStatusCode": response.status,
        "httpStatusLine": HTTPStatus(response.status).phrase,
        **({"escapedHttpBody": text} if escaped else {"httpBody": decode_json(response.body) if is_json else text}),
    }
