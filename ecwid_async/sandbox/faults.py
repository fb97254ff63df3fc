"""Faults of a sandbox: what goes wrong with which of its requests."""

import math
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import Final

from attrs import Attribute, define, evolve, field, frozen, validators

from ecwid_async.errors import OutcomeUnknown
from ecwid_async.sandbox.request_pattern import RequestPattern
from ecwid_async.wire import Headers, Request, Response

__all__ = ["Fault", "Faults", "FaultyResponse", "complete_response"]

_MAX_FAULTS: Final = 1000
_MAX_DELAY: Final = 600.0
_MAX_BODY: Final = 1024 * 1024
_CODES: Final = {429: "RATE_LIMITED", 500: "INTERNAL_ERROR", 404: "NOT_FOUND"}


@frozen
class FaultyResponse:
    """What a client gets: no response at all, or one that is `complete` or ends in the middle of its body."""

    response: Response | None
    complete: bool = True


def complete_response(answer: FaultyResponse, request: Request) -> Response:
    """The response. Raises `OutcomeUnknown`, as a client in another process does, if it is not complete."""
    if answer.response is None or not answer.complete:
        raise OutcomeUnknown("no complete response (a fault of the sandbox)", request=request)
    return answer.response


def _at_least_one(_: object, attribute: "Attribute[int | None]", value: int | None) -> None:
    if value is not None and value < 1:
        raise ValueError(f"{attribute.name} must be at least 1, not {value}")


def _parse(text: str | RequestPattern) -> RequestPattern:
    return RequestPattern.parse(text)


@define(kw_only=True, eq=False)
class Fault:
    """What goes wrong with some requests to a sandbox: ``Fault(request="GET /products", nth=3, status=503)``.

    Which requests:

    - `request`: a pattern such as ``GET /products``, ``PUT /orders/{orderId}``, ``/orders/**``, ``*``, or for installs
      ``POST /oauth/token/**``; `store_id`: only those with the path of this store.
    - `nth`: the first of them that fails; by default the first, or the one of that number with `every`.
    - `every`: each one of this number after that fails, too.
    - `times`: how many fail; by default one, or with `every` any number.

    What goes wrong; at least one of:

    - `status`: of the response, with an `error_code`, a `message` and a ``Retry-After`` of `retry_after` seconds.
    - `dropped`: the connection ends without a response.
    - `truncated`: the connection ends in the middle of the body.
    - `delay`: the response is late by so many seconds.
    - `content_type` and `body` of the response.

    `executed` is whether the request takes effect nevertheless: by default not with `dropped` or an error status.
    `hits` counts the requests that it made fail, and `id` identifies it in this process. Raises `ValueError` for a
    fault that makes no sense.
    """

    request: RequestPattern = field(default=RequestPattern(None, None), converter=_parse)
    store_id: int | None = None
    nth: int | None = field(default=None, validator=_at_least_one)
    every: int | None = field(default=None, validator=_at_least_one)
    times: int | None = field(default=None, validator=_at_least_one)
    status: int | None = field(
        default=None, validator=validators.optional(validators.and_(validators.ge(200), validators.le(599)))
    )
    error_code: str | None = None
    message: str = "A fault of the sandbox"
    retry_after: int | None = field(default=None, validator=validators.optional(validators.ge(0)))
    dropped: bool = False
    truncated: bool = False
    delay: float = field(default=0.0, validator=[validators.ge(0), validators.le(_MAX_DELAY)])
    content_type: str | None = None
    body: bytes | None = field(default=None, repr=False)
    executed: bool = field()
    matched: int = field(default=0, init=False)
    """How many requests matched so far."""
    hits: int = field(default=0, init=False)
    id: int = field(factory=partial(next, count(1)), init=False)

    @executed.default
    def _executed(self) -> bool:
        return not self.dropped and (self.status is None or self.status < 300)

    def __attrs_post_init__(self) -> None:
        altered = self.truncated or self.content_type is not None or self.body is not None
        if not (self.dropped or altered or self.delay or self.status is not None):
            raise ValueError("a fault needs a status, dropped, truncated, delay, content_type or body")
        if self.dropped and (altered or self.status is not None):
            raise ValueError("a dropped connection has no response: omit status, truncated, content_type and body")
        if self.status is None and (self.error_code is not None or self.retry_after is not None):
            raise ValueError("error_code and retry_after belong to an error: add status, such as 429")
        if not self.executed and not self.dropped and self.status is None:
            raise ValueError("a request that is not executed has no response: add status or dropped")
        if len(self.body or b"") > _MAX_BODY:
            raise ValueError(f"body has more than {_MAX_BODY:,} bytes")
        if any(not 32 <= ord(char) < 127 for char in self.content_type or ""):
            raise ValueError("content_type must be printable ASCII")

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is one of those that may fail. `path` starts with the store's id."""
        store = str(self.store_id)
        return (
            self.store_id is None or path.startswith(f"/{store}/") or path == f"/oauth/token/{store}"
        ) and self.request.matches(method, path)

    def note(self) -> bool:
        """Count a request that matches. Returns whether it fails."""
        self.matched += 1
        first = self.nth or self.every or 1
        times = self.times or (math.inf if self.every else 1)
        return self.hits < times and self.matched >= first and (self.matched - first) % (self.every or 1) == 0

    def apply(self, response: Response) -> FaultyResponse:
        """What the client gets instead of a response: the one of the request, or without one, an empty one."""
        if self.dropped:
            return FaultyResponse(None)
        extra: dict[str, str] = {}
        if self.body is not None:
            response = evolve(response, body=self.body)
        if self.content_type is not None:
            extra["Content-Type"] = self.content_type
        if self.retry_after is not None:
            extra["Retry-After"] = str(self.retry_after)
        if self.status is not None:
            response = evolve(response, status=self.status)
        extra["Content-Length"] = str(len(response.body))
        names = {name.lower() for name in extra}
        kept = [(name, value) for name, value in response.headers.items() if name not in names]
        response = evolve(response, headers=Headers((*kept, *extra.items())))
        return FaultyResponse(response, complete=not self.truncated)

    @property
    def error(self) -> tuple[str, str]:
        """The error code and the message of a response with `status`."""
        status = self.status or 0
        if self.error_code is not None:
            return self.error_code, self.message
        try:
            return _CODES.get(status, HTTPStatus(status).name), self.message
        except ValueError:
            return "ERROR", self.message


class Faults:
    """The faults of a sandbox, at most 1,000. A request that several of them match gets the first that is due.

    Requests inside a batch have no faults of their own.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        return iter(tuple(self._faults))

    def __len__(self) -> int:
        return len(self._faults)

    def __repr__(self) -> str:
        return f"<Faults {self._faults!r}>"

    def add(self, fault: Fault) -> Fault:
        """Let requests fail from now on. Raises `ValueError` if there are too many faults."""
        if len(self._faults) >= _MAX_FAULTS:
            raise ValueError(f"there are {_MAX_FAULTS} faults already: clear them first")
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Take a fault away. Raises `ValueError` if it is not one of them."""
        self._faults.remove(fault)

    def clear(self) -> None:
        """Let all requests succeed again."""
        self._faults.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Count a request, and return the fault that it gets."""
        # All of them count it, whichever is taken.
        due = [fault for fault in self._faults if fault.matches(method, path) and fault.note()]
        if not due:
            return None
        due[0].hits += 1
        return due[0]
