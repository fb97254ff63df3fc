"""When the parts of a store last changed, as the store reports it: the one request of a poll of a quiet store."""

import time
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from attrs import evolve, field, frozen

from ecwid_async.changes import ReadInterval, change_plan_for
from ecwid_async.client import Store
from ecwid_async.errors import DecodeError, MissingScope, PaymentRequired, StoreSuspended
from ecwid_async.scan import seconds
from ecwid_async.sync.rows import MirrorSection
from ecwid_async.wire import SANDBOX_HEADER, new_request_id

__all__ = ["StoreChanges", "read_store_changes", "stats_field"]

# The settings are no list, so they have no plan of changes.
_FIELDS_OF_SINGLE_RESPONSES: Final = {"profile": "profileUpdated"}


@frozen(kw_only=True)
class StoreChanges:
    """The times of the last changes in Unix seconds, by field. Empty if the token may not read them.

    `identity` is what a sandbox sends about itself, and `read` the interval of the response.
    """

    times: Mapping[str, int] = field(factory=dict)
    identity: str | None
    read: ReadInterval


def stats_field(section: MirrorSection) -> str | None:
    """Return the field with the time of a section's last change, None if there is none."""
    return change_plan_for(section.operation).stats or _FIELDS_OF_SINGLE_RESPONSES.get(section.name)


async def read_store_changes(store: Store, *, clock: Callable[[], float] = time.time) -> StoreChanges:
    """Read when the parts of a store last changed. Raises `APIError`, `TransportError` and `DecodeError`."""
    request = store.reports.latest_stats(reviews_updates_required=True, subscription_required=True).request
    response = await store.transport.send(evolve(request, id=new_request_id()))
    read = ReadInterval.of_response(response, clock=clock)
    identity = response.headers.get(SANDBOX_HEADER)
    if not 200 <= response.status < 300:
        error = store._channel.error(request, response)
        if isinstance(error, MissingScope | PaymentRequired) and not isinstance(error, StoreSuspended):
            return StoreChanges(identity=identity, read=read)
        raise error
    data = store._channel.codec.parse(msgspec.Raw(response.body), request.options.operation, "")
    if not isinstance(data, dict):
        raise DecodeError(operation=request.options.operation, path="", expected="an object", found="something else")
    times = {name: second for name, value in data.items() if (second := seconds(value)) is not None}
    return StoreChanges(times=times, identity=identity, read=read)
