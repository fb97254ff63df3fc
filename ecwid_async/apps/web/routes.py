"""`Routes`: which function responds to a request, and what all frameworks need to call it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

import anyio

from ecwid_async.apps.http import IncomingRequest, OutgoingResponse
from ecwid_async.apps.web.problem import Problem
from ecwid_async.errors import ConfigError, EcwidError
from ecwid_async.primitives.pacing import REQUESTS
from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.transport import check_count, check_number

__all__ = [
    "DEFAULT_BODY_TIMEOUT",
    "DEFAULT_MAX_BODY",
    "Handler",
    "Routes",
    "check_limits",
    "respond",
    "too_large",
    "too_slow",
    "unreadable",
]

Handler: TypeAlias = Callable[[IncomingRequest], Awaitable[OutgoingResponse]]
"""Responds to a request, such as ``webhooks.handle``."""

DEFAULT_MAX_BODY: Final = 1024 * 1024
"""The largest body of a request in bytes. Those of Ecwid have a few kilobytes."""

DEFAULT_BODY_TIMEOUT: Final = 10.0
"""How long a client may take to send the body, in seconds. Ecwid waits no longer for a response."""

_LARGEST_MAX_BODY: Final = 1024**3
# Seconds, for an exchange of a code at Ecwid with several writes to a database.
_HANDLER_TIMEOUT: Final = 60.0


class Routes:
    """Functions by path. A path may end with a slash or not: Ecwid follows no redirect.

    Raises `ConfigError` for a path that does not begin with a slash, and for two that are the same.
    """

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers: dict[str, Handler] = {}
        for path, handler in handlers.items():
            if not isinstance(path, str) or not path.startswith("/") or not callable(handler):
                raise ConfigError(f"{path!r} is not a route: pass a path such as '/webhooks', and a function")
            if _canonical(path) in self._handlers:
                raise ConfigError(f"two routes have the path {path!r}: remove one")
            self._handlers[_canonical(path)] = handler

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths, without a slash at their end."""
        return tuple(self._handlers)

    def find(self, path: str) -> Handler:
        """The function for a decoded path; one that responds with 404 if there is none."""
        return self._handlers.get(_canonical(path), _not_found)


def _canonical(path: str) -> str:
    return path.rstrip("/") or "/"


async def _not_found(_: IncomingRequest) -> OutgoingResponse:
    return Problem(status=404, detail="There is nothing at this address.").response()


async def respond(handler: Handler, request: IncomingRequest) -> OutgoingResponse:
    """Call a function, and turn an `EcwidError` into a problem.

    It runs to its end even if the client goes away, for at most a minute: an event that is being stored, or a code that
    is being exchanged for a token, would be lost.
    """
    REQUESTS.note()

    async def run() -> OutgoingResponse:
        with anyio.move_on_after(_HANDLER_TIMEOUT):
            try:
                return await handler(request)
            except EcwidError as error:
                problem = Problem.of(error)
                problem.log()
                return problem.response()
        return Problem(status=504, detail="The app took too long to respond. Try again later.").response()

    return await run_shielded(run)


def check_limits(max_body: int, body_timeout: float) -> None:
    """Raise `ConfigError` for invalid limits of requests."""
    check_count("max_body", max_body, maximum=_LARGEST_MAX_BODY)
    check_number("body_timeout", body_timeout, exclusive=True)


def too_large(limit: int) -> OutgoingResponse:
    """The response to a body of more than `limit` bytes."""
    return Problem(status=413, detail=f"The body of the request has more than {limit:,} bytes.").response()


def too_slow() -> OutgoingResponse:
    """The response to a body that does not arrive in time."""
    return Problem(status=408, detail="The body of the request did not arrive in time.").response()


def unreadable() -> OutgoingResponse:
    """The response to a body that is cut or encoded incorrectly."""
    return Problem(status=400, detail="The body of the request can't be read: it is cut, or compressed.").response()
