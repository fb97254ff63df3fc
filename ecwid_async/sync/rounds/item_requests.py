"""Reading items by their ids in a section that is a single response, such as order statuses."""

import math
import time
from collections.abc import AsyncGenerator, Callable, Collection

import msgspec
from attrs import evolve

from ecwid_async.changes import Deletion, ItemBatch, ItemId, ReadInterval
from ecwid_async.client import Store
from ecwid_async.errors import EcwidError, InvalidToken, MissingScope, NotFound, PaymentRequired, StoreNotFound
from ecwid_async.sections import Section
from ecwid_async.wire import new_request_id

__all__ = ["get_items"]

_ERRORS_OF_THE_STORE = (InvalidToken, MissingScope, PaymentRequired, StoreNotFound)


async def get_items(
    store: Store,
    section: Section,
    ids: Collection[ItemId],
    failed: dict[ItemId, EcwidError],
    *,
    clock: Callable[[], float] = time.time,
) -> AsyncGenerator[ItemBatch[msgspec.Raw], None]:
    """Read items one by one, and yield a batch for each: with the item, or with its deletion after a 404.

    An item that can't be read is added to `failed`. Raises the errors of the store.
    """
    for item_id in ids:
        try:
            batch = await _get_item(store, section, item_id, clock)
        except _ERRORS_OF_THE_STORE:
            raise
        except EcwidError as error:
            failed[item_id] = error
        else:
            yield batch


async def _get_item(
    store: Store, section: Section, item_id: ItemId, clock: Callable[[], float]
) -> ItemBatch[msgspec.Raw]:
    if section.get is None:
        raise TypeError(f"the items of {section.name} can't be read by their ids")
    request = section.get(store, str(item_id)).request
    request = evolve(request, id=new_request_id())
    # Not `Call.response`, whose error has no `Date`.
    response = await store.transport.send(request)
    read = ReadInterval.of_response(response, clock=clock)
    if 200 <= response.status < 300:
        return ItemBatch(items=[msgspec.Raw(response.body)], ids=[item_id], updated=[None], read=read, kind="get")
    error = store._channel.error(request, response)
    # A 404 without the API's own error may come from a proxy.
    if type(error) is NotFound and (error.code or error.message):
        return ItemBatch(read=read, kind="get", deletions=[Deletion(item_id, math.ceil(read.end), "get")])
    raise error
