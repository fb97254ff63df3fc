"""Many requests at once: ``/batch``. They run through the same engine, with the token of the batch.

Batches run one after the other, in the order they came; those with ``allowParallelMode`` wait for nobody. How long a
request takes is a switch: at 0 everything is done when the ticket is handed out.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

from attrs import define, field

from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.state import Item, Store, decode, encode
from ecwid_async.wire import Options, Request, Response

__all__: list[str] = []

_MOST_REQUESTS: Final = 500
_SIDE_BY_SIDE: Final = 100
_MOST_LISTED: Final = 100
# How long a key stands for the batch that it was sent with, and how long a finished batch can be asked for.
_KEY_SECONDS: Final = 3600
_KEPT_SECONDS: Final = 24 * 3600
_METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE"})


@define
class _Batch:
    """One batch and how far it is. `answers` has what was executed; the rest never will be once `over`.

    Then the rest is not executed, or where the batch was `cancelled` completed without a result.
    """

    ticket: str
    group: str | None
    requests: list[Item]
    stops: bool
    parallel: bool
    created: float
    run: Callable[[Request], Response]
    answers: list[Response] = field(factory=list)
    started: bool = False
    over: bool = False
    cancelled: bool = False

    @property
    def status(self) -> str:
        return "COMPLETED" if self.over else "IN_PROGRESS" if self.started else "QUEUED"

    def advance(self, start: float, now: float, seconds: float) -> float:
        """Execute what is done by `now`, where the first request starts at `start`; gives when the last one ended."""
        width = _SIDE_BY_SIDE if self.parallel else 1
        ended = start
        self.started = True
        while not self.over:
            ended = start + (len(self.answers) // width + 1) * seconds
            if ended > now:
                break
            response = self.run(_request(self.requests[len(self.answers)]))
            self.answers.append(response)
            failed = response.status != HTTPStatus.OK
            self.over = len(self.answers) == len(self.requests) or (failed and self.stops)
        return ended


class _Queue:
    """The batches of one store."""

    def __init__(self, store: Store) -> None:
        self._clock, self._seconds = store.clock, store.switches.batch_seconds
        self.batches: dict[str, _Batch] = {}
        self.keys: dict[str, tuple[float, str]] = {}
        self._waiting: list[_Batch] = []
        self._free = 0.0
        store.due = self.advance

    def add(self, batch: _Batch) -> None:
        """Put a batch behind the others."""
        old = [
            ticket for ticket, one in self.batches.items() if one.over and one.created < batch.created - _KEPT_SECONDS
        ]
        for ticket in old:
            del self.batches[ticket]
        self.batches[batch.ticket] = batch
        self._waiting.append(batch)

    def remove(self, ticket: str) -> bool:
        """Stop a batch and forget it."""
        batch = self.batches.pop(ticket, None)
        if batch is not None:
            batch.over = True
        return batch is not None

    def advance(self) -> None:
        """Execute what time allows by now."""
        now, blocked = self._clock(), False
        for batch in self._waiting:
            if batch.over or (blocked and not batch.parallel):
                continue
            ended = batch.advance(
                batch.created if batch.parallel else max(batch.created, self._free), now, self._seconds
            )
            if batch.parallel:
                continue
            if batch.over:
                self._free = ended
            blocked = not batch.over
        self._waiting = [batch for batch in self._waiting if not batch.over]


def _queue(store: Store) -> _Queue:
    if "batches" not in store.odds:
        store.odds["batches"] = _Queue(store)
    queue: _Queue = store.odds["batches"]
    return queue


@route("POST /batch")
def create_batch(visit: Visit) -> Answer:
    """Take a batch. With a key that was sent within the last hour, give the ticket of that batch again."""
    queue, key, now = _queue(visit.store), visit.params.get("deduplicationKey"), visit.store.clock()
    if key in queue.keys and queue.keys[key][0] > now - _KEY_SECONDS:
        return {"ticket": queue.keys[key][1]}
    batch = _Batch(
        ticket=str(uuid4()),
        group=visit.params.get("groupId"),
        requests=_checked(visit.document),
        stops=visit.params.get("stopOnFirstFailure", True),
        parallel=visit.flag("allowParallelMode"),
        created=now,
        run=visit.run,
    )
    queue.add(batch)
    if key:
        queue.keys = {one: kept for one, kept in queue.keys.items() if kept[0] > now - _KEY_SECONDS}
        queue.keys[key] = (now, batch.ticket)
    queue.advance()
    return {"ticket": batch.ticket}


@route("GET /batch")
def get_batch_status(visit: Visit) -> Answer:
    """How far a batch is, and the answers so far; or without a ticket the batches of a status, oldest first."""
    if "ticket" not in visit.params:
        return _batches(visit)
    batch = _queue(visit.store).batches.get(visit.params["ticket"])
    if batch is None:
        raise Refusal.wrong(f"There is no batch with the ticket {visit.params['ticket']!r}")
    escaped = visit.flag("escapedJson")
    names = [str(request.get("id") or at) for at, request in enumerate(batch.requests)]
    responses = [_shown(name, answer, escaped) for name, answer in zip(names, batch.answers, strict=False)]
    if batch.over:
        rest = "COMPLETED" if batch.cancelled else "NOT_EXECUTED"
        responses += [{"id": name, "status": rest} for name in names[len(responses) :]]
    return {
        "status": batch.status,
        "totalRequests": len(batch.requests),
        "completedRequests": len(batch.answers),
        "responses": responses,
    }


def _batches(visit: Visit) -> Answer:
    if "status" not in visit.params:
        raise Refusal.wrong("The parameter 'ticket' is missing, or 'status' for the batches of a status")
    found = [batch for batch in _queue(visit.store).batches.values() if batch.status == visit.params["status"]]
    first = max(visit.params.get("offset", 0), 0)
    last = first + min(visit.params.get("limit", visit.endpoint.limit), _MOST_LISTED)
    return {"items": [{"ticket": batch.ticket, "status": batch.status} for batch in found[first:last]]}


@route("DELETE /batch")
def delete_batch(visit: Visit) -> Answer:
    """Execute no more of a batch, and forget it."""
    return {"deleteCount": int(_queue(visit.store).remove(visit.params["ticketId"]))}


@route("POST /batch/cancel-group")
def cancel_batch_group(visit: Visit) -> Answer:
    """Execute no more of the batches of a group, or of one of them; tells how many that were."""
    queue, stopped, ticket = _queue(visit.store), 0, visit.params.get("ticketId")
    for batch in queue.batches.values():
        if batch.group == visit.params["groupId"] and not batch.over and ticket in (None, batch.ticket):
            batch.over = batch.cancelled = True
            stopped += 1
    queue.advance()
    return {"updateCount": stopped}


def _checked(requests: list[Item]) -> list[Item]:
    if not 0 < len(requests) <= _MOST_REQUESTS:
        raise Refusal.wrong(f"A batch has 1 to {_MOST_REQUESTS} requests, not {len(requests)}")
    for at, request in enumerate(requests):
        if not request.get("path") or request.get("method") not in _METHODS:
            raise Refusal.wrong(f"Request {at} needs a 'path', and a 'method' that is {', '.join(sorted(_METHODS))}")
        if request["path"].strip("/").partition("?")[0].startswith("batch"):
            raise Refusal.wrong(f"Request {at} is itself a batch")
    return requests


def _request(item: Item) -> Request:
    path, _, query = item["path"].removeprefix("/").partition("?")
    body: Any = item.get("body")
    return Request(
        method=item["method"],
        path=f"/{path}",
        params=tuple(parse_qsl(query, keep_blank_values=True)),
        body=None if body is None else encode(body),
        options=Options(operation=f"{item['method']} /{path}"),
    )


def _shown(name: str, response: Response, escaped: bool) -> Item:
    text = response.body.decode(errors="replace")
    is_json = response.headers.get("Content-Type", "").startswith("application/json")
    return {
        "id": name,
        "status": "COMPLETED" if response.status == HTTPStatus.OK else "FAILED",
        "httpStatusCode": response.status,
        "httpStatusLine": HTTPStatus(response.status).phrase,
        **({"escapedHttpBody": text} if escaped else {"httpBody": decode(response.body) if is_json else text}),
    }
