"""Deadlines, for transports that do not keep them themselves."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import anyio

from ecwid_async.errors import Timeout
from ecwid_async.transport.http.failures import deadline_error
from ecwid_async.wire import Request, Response, StreamedResponse, Transport

__all__ = ["Deadline", "with_deadlines"]


def with_deadlines(transport: Transport) -> Transport:
    """The transport, wrapped in `Deadline` unless it has a true attribute `enforces_deadlines`."""
    return transport if getattr(transport, "enforces_deadlines", False) else Deadline(transport)


class Deadline:
    """Cancels a request at its deadline. A request whose deadline has passed is not sent.

    Raises `NotSentInTime` before the request is sent, and `Timeout` after.
    """

    def __init__(self, inner: Transport, clock: Callable[[], float] = anyio.current_time) -> None:
        self._inner = inner
        self._clock = clock

    def __repr__(self) -> str:
        return f"<Deadline over {self._inner!r}>"

    async def send(self, request: Request) -> Response:
        """Send the request, and cancel it at its deadline."""
        deadline = request.options.deadline
        if deadline is None:
            return await self._inner.send(request)
        self._check(request)
        with anyio.CancelScope(deadline=deadline):
            return await self._inner.send(request)
        raise Timeout("the deadline passed before the response was complete", request=request)

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        """Open the response. Reading its body takes as long as it takes."""
        self._check(request)
        return self._inner.stream(request)

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()

    def _check(self, request: Request) -> None:
        deadline = request.options.deadline
        if deadline is not None and self._clock() >= deadline:
            raise deadline_error(request)
