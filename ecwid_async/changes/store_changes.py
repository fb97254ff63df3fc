"""When the parts of a store last changed, as the store reports it: one request tells which lists need not be read."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from attrs import field

from ecwid_async.calls import Channel
from ecwid_async.changes.exchange import exchange
from ecwid_async.changes.read_interval import ReadInterval
from ecwid_async.errors import DecodeError, MissingScope, PaymentRequired, StoreSuspended
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.scan import seconds
from ecwid_async.wire import SANDBOX_HEADER, Lane, Options, Request

__all__ = ["StoreChanges", "read_store_changes"]

_OPERATION: Final = "GET /latest-stats"
# Without these parameters, the response lacks the times of reviews and subscriptions.
_PARAMS: Final = (("reviewsUpdatesRequired", "true"), ("subscriptionRequired", "true"))


@frozen(kw_only=True)
class StoreChanges:
    """The times of the last changes in Unix seconds, by field. Empty if the token may not read them.

    `identity` is what a sandbox sends about itself, and `read` the interval of the response.
    """

    times: Mapping[str, int] = field(factory=dict)
    identity: str | None
    read: ReadInterval


async def read_store_changes(channel: Channel, *, clock: Callable[[], float] = time.time) -> StoreChanges:
    """Read when the parts of a store last changed. Raises `APIError`, `TransportError` and `DecodeError`.

    ``GET /latest-stats``
    """
    options = Options(operation=_OPERATION, repeatable=True, lane=Lane.BULK)
    request = Request(method="GET", path="/latest-stats", params=_PARAMS, options=options)
    result = await exchange(channel, request, clock=clock)
    identity = result.response.headers.get(SANDBOX_HEADER)
    if not 200 <= result.response.status < 300:
        error = channel.error(request, result.response)
        if isinstance(error, MissingScope | PaymentRequired) and not isinstance(error, StoreSuspended):
            return StoreChanges(identity=identity, read=result.read)
        raise error
    data = channel.codec.parse(result.response.body, _OPERATION)
    if not isinstance(data, dict):
        raise DecodeError(operation=_OPERATION, path="", expected="an object", found="something else")
    times = {name: second for name, value in data.items() if (second := seconds(value)) is not None}
    return StoreChanges(times=times, identity=identity, read=result.read)
