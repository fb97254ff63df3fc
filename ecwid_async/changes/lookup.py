"""The public `ItemLookup`: reads items by their ids, and finds out which of them were deleted."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing
from typing import Any, Generic, TypeVar

import msgspec

from ecwid_async.calls import Channel
from ecwid_async.changes.batch import ItemBatch, ItemId
from ecwid_async.changes.item_requests import ItemRequests
from ecwid_async.errors import DecodeError, EcwidError
from ecwid_async.wire import Request

__all__ = ["ItemLookup"]

T = TypeVar("T")
R = TypeVar("R")


class ItemLookup(Generic[T]):
    """Reads items by their ids, while it is iterated. Built by ``look_up``, such as ``store.products.look_up(ids)``.

    ``async for batch in lookup`` yields typed items, `dicts` plain data, `raw` unparsed items. Use one of them, once.
    There is a batch for each response, in any order.
    """

    def __init__(
        self,
        ids: Iterable[ItemId],
        request: Request,
        get_request: Callable[[ItemId], Request],
        item: type[T],
        channel: Channel,
        *,
        lag: float = 300.0,
        concurrency: int = 8,
        multi_get: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if isinstance(ids, str):
            raise TypeError("ids is a single text: pass a list of ids")
        self._ids = dict.fromkeys(ids)
        for item_id in self._ids:
            get_request(item_id)  # raises for an invalid id
        self._requests = ItemRequests(request, get_request, channel, lag=lag, concurrency=concurrency, clock=clock)
        self._operation = request.options.operation
        self._item = item
        self._channel = channel
        self._multi_get = multi_get
        self._iterated = False

    def __repr__(self) -> str:
        return f"<ItemLookup {self._operation}: {len(self._ids)} ids>"

    @property
    def failed(self) -> dict[ItemId, EcwidError]:
        """The error for each item that could not be read, so far. It is unknown whether the item exists."""
        return self._requests.failed

    @property
    def requests(self) -> int:
        """The number of requests sent."""
        return self._requests.requests

    def __aiter__(self) -> AsyncIterator[ItemBatch[T]]:
        structure, parse = self._channel.codec.structure, self._channel.codec.parse
        item_type, operation = self._item, self._operation
        return self._convert(lambda raw: structure(parse(raw, operation, ""), item_type, operation))

    def dicts(self) -> AsyncGenerator[ItemBatch[dict[str, Any]], None]:
        """Yield batches of plain data: fractional numbers are exact `Decimal`, dates are text.

        Raises the errors of the store, such as `InvalidToken`, and the error of an item if all of many items fail.
        """
        parse, operation = self._channel.codec.parse, self._operation
        return self._convert(lambda raw: parse(raw, operation, ""))

    def raw(self) -> AsyncGenerator[ItemBatch[msgspec.Raw], None]:
        """Yield batches of unparsed items, as sent by the server. Raises the same errors as `dicts`."""
        return self._batches()

    async def _convert(self, convert: Callable[[msgspec.Raw], R]) -> AsyncGenerator[ItemBatch[R], None]:
        async with aclosing(self._batches()) as batches:
            async for batch in batches:
                items: list[R] = []
                read: list[int] = []
                for position, raw in enumerate(batch.items):
                    try:
                        items.append(convert(raw))
                    except DecodeError as error:
                        self.failed[batch.ids[position]] = error
                    else:
                        read.append(position)
                yield ItemBatch(
                    items=items,
                    ids=[batch.ids[position] for position in read],
                    updated=[batch.updated[position] for position in read],
                    read=batch.read,
                    kind=batch.kind,
                    deletions=batch.deletions,
                )

    async def _batches(self) -> AsyncGenerator[ItemBatch[msgspec.Raw], None]:
        if self._iterated:
            raise RuntimeError(f"{self!r} can be read only once: build another one to read the items again")
        self._iterated = True
        remaining = dict.fromkeys(map(str, self._ids))
        if self._multi_get and self._requests.can_search:
            async with aclosing(self._requests.search(self._ids)) as batches:
                async for batch in batches:
                    for item_id in batch.ids:
                        remaining.pop(str(item_id), None)
                    yield batch
        async with aclosing(self._requests.get([each for each in self._ids if str(each) in remaining])) as batches:
            async for batch in batches:
                yield batch
