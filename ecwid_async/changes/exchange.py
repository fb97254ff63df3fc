"""One request and its response, with the time of the state that the response shows."""

import time
from collections.abc import Callable

from attrs import field

from ecwid_async.calls import Channel, within_deadline
from ecwid_async.changes.read_interval import ReadInterval
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.wire import Request, Response

__all__ = ["Exchange", "exchange"]


@frozen
class Exchange:
    """A response with any status, and the time of the state that it shows."""

    response: Response = field(repr=False)
    read: ReadInterval


async def exchange(
    channel: Channel, request: Request, *, lag: float = 0.0, clock: Callable[[], float] = time.time
) -> Exchange:
    """Send a request. `lag` is how many seconds a search may be behind the store.

    Raises `TransportError` if there is no complete response.
    """
    response = await channel.transport.send(within_deadline(request))
    return Exchange(response, ReadInterval.of_response(response, lag=lag, clock=clock))
