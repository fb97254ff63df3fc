"""Reading the ticket and the status of a batch, and the responses inside it, by the id of their call."""

import re
from collections import Counter
from typing import Final, TypeVar

from ecwid_async.codec import Codec, dumps
from ecwid_async.errors import DecodeError, OutcomeUnknown
from ecwid_async.models.batches import BatchResponseItem, BatchStatus, BatchTicket
from ecwid_async.wire import Request, Response

__all__ = ["http_body", "http_status", "read_status", "read_ticket", "responses_by_id"]

T = TypeVar("T")

_MAX_TICKET_LENGTH: Final = 200
# Strings, whose brackets don't count, and single brackets.
_BRACKETS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
# The depth at which the bodies of a batch's responses begin, and the maximum depth of JSON inside them.
_BODY_DEPTH: Final = 4
_MAX_DEPTH: Final = 200
_TOO_DEEP: Final = b"nested too deeply"


def read_ticket(codec: Codec, request: Request, response: Response) -> str:
    """Return the ticket of a new batch. Raises `OutcomeUnknown` if there is none."""
    try:
        ticket = _read(codec, request, response, BatchTicket).ticket
    except DecodeError as error:
        raise OutcomeUnknown("the response to its creation can't be read", request=request) from error
    if not ticket or len(ticket) > _MAX_TICKET_LENGTH or not ticket.isprintable():
        raise OutcomeUnknown("the response to its creation has no ticket", request=request)
    return ticket


def read_status(codec: Codec, request: Request, response: Response) -> BatchStatus:
    """Return the status of a batch. Raises `DecodeError` if the response has none."""
    status = _read(codec, request, response, BatchStatus)
    if status.status is None:
        raise DecodeError(operation=request.options.operation, path="status", expected="text", found="none")
    return status


def _read(codec: Codec, request: Request, response: Response, model: type[T]) -> T:
    """Decode a response leniently, even with a strict codec: one odd value must not affect the other calls."""
    operation = request.options.operation
    try:
        data = codec.parse(response.body, operation)
    except DecodeError:
        data = codec.parse(_without_deep_bodies(response.body), operation)
    if isinstance(data, dict) and isinstance(data.get("responses"), list):
        data["responses"] = [item for item in data["responses"] if isinstance(item, dict)]
    return (Codec() if codec.strict else codec).structure(data, model, operation)


def _without_deep_bodies(text: bytes) -> bytes:
    """Replace each response body that is nested too deeply to be read."""
    kept: list[bytes] = []
    depth = deepest = start = end = 0
    for found in _BRACKETS.finditer(text):
        match found[0]:
            case b"[" | b"{":
                depth += 1
                deepest = max(deepest, depth)
                if depth == _BODY_DEPTH:
                    start, deepest = found.start(), depth
            case b"]" | b"}":
                if depth == _BODY_DEPTH and deepest > _MAX_DEPTH:
                    kept += [text[end:start], b'"%s"' % _TOO_DEEP]
                    end = found.end()
                depth -= 1
    return b"".join([*kept, text[end:]])


def responses_by_id(status: BatchStatus) -> dict[str, BatchResponseItem]:
    """Map the ids of calls to their responses, leaving out responses without an id or with a repeated one."""
    items = status.responses or []
    counts = Counter(item.id for item in items)
    return {item.id: item for item in items if item.id is not None and counts[item.id] == 1}


def http_status(item: BatchResponseItem) -> int | None:
    """The HTTP status of a response inside a batch. None if it has no valid one."""
    # One example in the API reference has "httpCode".
    status = item.http_status_code if item.http_status_code is not None else item.extra.get("httpCode")
    return status if isinstance(status, int) and 100 <= status < 600 else None


def http_body(item: BatchResponseItem) -> bytes | None:
    """The body of a response inside a batch."""
    body = item.escaped_http_body if item.escaped_http_body is not None else item.http_body
    if body is None or isinstance(body, str):
        return None if body is None else body.encode("utf-8", "replace")
    try:
        return dumps(body)
    except RecursionError:
        return _TOO_DEEP
