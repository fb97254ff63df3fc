"""Requests that are handled as the faults of a sandbox say."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox.faults import Faults, FaultyResponse
from ecwid_async.wire import Request, Response

__all__ = ["FaultyHandler"]


class _Note(Protocol):
    def __call__(self, request: Request, status: int, *, handled: bool) -> None: ...


@frozen(kw_only=True)
class FaultyHandler:
    """Passes requests to `handle`, unless a fault prevents it.

    `refuse` builds an error response from a status, a code and a message. `note` records the status that a client got,
    0 for none, of a request that was handled, and so is the last one in the log, or was not.
    """

    faults: Faults
    handle: Callable[[Request], Response]
    refuse: Callable[[Request, int, str, str], Response]
    note: _Note
    sleep: Callable[[float], Awaitable[object]]

    async def respond(self, request: Request, path: str) -> FaultyResponse:
        """Handle a request whose faults are those of `path`."""
        # Browsers send preflight requests at will, so these count for no fault.
        fault = None if request.method == "OPTIONS" else self.faults.take(request.method, path)
        if fault is None:
            return FaultyResponse(self.handle(request))
        status, (code, message) = fault.status or 0, fault.error
        handled = self.handle(request) if fault.executed else None
        if handled is None or (status >= 300 and fault.body is None):
            answer = fault.apply(self.refuse(request, status, code, message))
        else:
            answer = fault.apply(handled)
        received = 0 if answer.response is None else answer.response.status
        self.note(request, received, handled=handled is not None)
        if fault.delay:
            # The request has taken effect, even if the client no longer waits.
            await self.sleep(fault.delay)
        return answer
