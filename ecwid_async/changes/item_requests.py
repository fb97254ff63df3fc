"""Reading single items: up to 100 with one search, and each other one by its id."""

import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Final

import anyio
import msgspec
from attrs import evolve

from ecwid_async.calls import Channel
from ecwid_async.changes.batch import Deletion, ItemBatch, ItemId
from ecwid_async.changes.exchange import Exchange, exchange
from ecwid_async.changes.plans import change_plan_for
from ecwid_async.codec import add_fields, format_selection, parse_selection
from ecwid_async.errors import (
    APIError,
    ConfigError,
    DecodeError,
    EcwidError,
    InvalidToken,
    LimiterUnavailable,
    MissingScope,
    NotFound,
    PaymentRequired,
    RateLimited,
    StoreNotFound,
)
from ecwid_async.scan import ListPlan, plan_for, raw_without_fields, seconds
from ecwid_async.transport import check_count, check_number
from ecwid_async.wire import Lane, Request, new_request_id

__all__ = ["ItemRequests"]

_IDS_PER_SEARCH: Final = 100
# Requests that are sent before the items of their responses are yielded, for each that is sent at once.
_ROUND: Final = 4
# If all of at least this many requests fail, the reason is not the items.
_MANY_FAILURES: Final = 8
_ERRORS_OF_THE_STORE: Final = (
    InvalidToken,
    LimiterUnavailable,
    MissingScope,
    PaymentRequired,
    RateLimited,
    StoreNotFound,
)


class ItemRequests:
    """Requests items of a list by their ids. `failed` has the error for each item that could not be read.

    `request` is the request for the first page of the whole list, and `get_request` builds the request of one item. At
    most `concurrency` requests are sent at once.

    Raises `ConfigError` for an invalid number.
    """

    def __init__(
        self,
        request: Request,
        get_request: Callable[[ItemId], Request],
        channel: Channel,
        *,
        lag: float,
        concurrency: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        check_count("concurrency, how many requests are sent at once,", concurrency)
        check_number("lag, how many seconds a search may be behind the store,", lag)
        self.failed: dict[ItemId, EcwidError] = {}
        self.requests = 0
        """The number of requests sent."""
        self._operation = request.options.operation
        self._list_plan = plan_for(self._operation)
        self._multi_get = change_plan_for(self._operation).multi_get
        self._request, self._added_fields = _with_fields(request, self._list_plan, inside="items")
        self._get_request = get_request
        self._channel = channel
        self._lag = lag
        self._concurrency = concurrency
        self._clock = clock

    @property
    def can_search(self) -> bool:
        """Whether the list has a search for several ids."""
        return self._multi_get is not None

    async def search(self, ids: Collection[ItemId]) -> AsyncGenerator[ItemBatch[msgspec.Raw], None]:
        """Search for items by their ids, and yield a batch for each response with any of them.

        A search that fails finds nothing. Raises the errors of the store, such as `InvalidToken`.
        """
        # The ids are separated by commas.
        chunks = _chunks([each for each in ids if "," not in str(each)], _IDS_PER_SEARCH)
        while round_ := list(islice(chunks, _ROUND * self._concurrency)):
            results, fatal_error = await self._send_all([partial(self._search_once, chunk) for chunk in round_])
            for batch in results:
                if isinstance(batch, ItemBatch) and batch.items:
                    yield batch
            if fatal_error is not None:
                raise fatal_error

    async def get(self, ids: Collection[ItemId]) -> AsyncGenerator[ItemBatch[msgspec.Raw], None]:
        """Read items by their ids, and yield a batch for each: with the item, or with its deletion after a 404.

        An item that can't be read is in `failed`. Raises the errors of the store, and the error of an item if all of
        many items fail.
        """
        requests: list[tuple[ItemId, Request]] = []
        for item_id in ids:
            try:
                requests.append((item_id, _with_fields(self._get_request(item_id), self._list_plan)[0]))
            except ValueError as error:  # a server may send ids that can't be a part of a path
                self.failed[item_id] = ConfigError(str(error))
        remaining = iter(requests)
        while round_ := list(islice(remaining, _ROUND * self._concurrency)):
            results, fatal_error = await self._send_all([partial(self._get_once, *each) for each in round_])
            for batch in results:
                if isinstance(batch, ItemBatch):
                    yield batch
            errors = [batch for batch in results if not isinstance(batch, ItemBatch)]
            if fatal_error is None and len(errors) == len(results) >= _MANY_FAILURES:
                fatal_error = errors[-1]
            if fatal_error is not None:
                raise fatal_error

    async def _send_all(
        self, sends: Sequence[Callable[[], Awaitable[ItemBatch[msgspec.Raw]]]]
    ) -> tuple[list[ItemBatch[msgspec.Raw] | EcwidError], Exception | None]:
        """Send several requests. Return their results, and the error that stopped them or None."""
        limiter = anyio.CapacityLimiter(self._concurrency)
        results: list[ItemBatch[msgspec.Raw] | EcwidError] = []
        fatal_errors: list[Exception] = []

        async def run(send: Callable[[], Awaitable[ItemBatch[msgspec.Raw]]]) -> None:
            async with limiter:
                if fatal_errors:
                    return
                try:
                    results.append(await send())
                except _ERRORS_OF_THE_STORE as error:
                    fatal_errors.append(error)
                except EcwidError as error:
                    results.append(error)
                except Exception as error:  # a task group would wrap it
                    fatal_errors.append(error)

        async with anyio.create_task_group() as tasks:
            for send in sends:
                tasks.start_soon(run, send)
        return results, next(iter(fatal_errors), None)

    async def _search_once(self, ids: Sequence[ItemId]) -> ItemBatch[msgspec.Raw]:
        params = {**dict(self._request.params), str(self._multi_get): ",".join(map(str, ids))}
        for name, value in self._list_plan.show_hidden:
            params.setdefault(name, value)
        request = evolve(self._request, params=tuple(params.items()))
        result, error = await self._send(request, lag=self._lag)
        if error is not None:
            raise error
        items, _ = self._channel.codec.split_page(result.response.body, self._operation)
        wanted, added = set(map(str, ids)), self._added_fields
        batch: ItemBatch[msgspec.Raw] = ItemBatch(read=result.read, kind="search")
        for position, item in enumerate(items):
            item_id, updated = self._id_and_time(item, self._operation, position)
            # The search may find other items, too: that of orders finds parts of ids.
            if str(item_id) in wanted:
                wanted.remove(str(item_id))
                batch.items.append(raw_without_fields(item, added, self._operation) if added else item)
                batch.ids.append(item_id)
                batch.updated.append(updated)
        return batch

    async def _get_once(self, item_id: ItemId, request: Request) -> ItemBatch[msgspec.Raw]:
        try:
            return await self._get_or_raise(item_id, request)
        except _ERRORS_OF_THE_STORE:
            raise
        except EcwidError as error:
            self.failed[item_id] = error
            raise

    async def _get_or_raise(self, item_id: ItemId, request: Request) -> ItemBatch[msgspec.Raw]:
        operation = request.options.operation
        result, error = await self._send(request)
        # A 404 without the API's own error may come from a proxy.
        if type(error) is NotFound and (error.code or error.message):
            deletion = Deletion(item_id, math.ceil(result.read.end), "get")
            return ItemBatch(read=result.read, kind="get", deletions=[deletion])
        if error is not None:
            raise error
        item = msgspec.Raw(result.response.body)
        found, updated = self._id_and_time(item, operation)
        if str(found) != str(item_id):
            # An order can be read by its number as well, so this does not show whether the item exists.
            raise DecodeError(
                operation=operation, path=self._list_plan.key, expected="the requested id", found="another one"
            )
        if self._added_fields:
            item = raw_without_fields(item, self._added_fields, operation)
        return ItemBatch(items=[item], ids=[found], updated=[updated], read=result.read, kind="get")

    async def _send(self, request: Request, *, lag: float = 0.0) -> tuple[Exchange, APIError | None]:
        request = evolve(request, options=evolve(request.options, lane=Lane.BULK), id=new_request_id())
        self.requests += 1
        result = await exchange(self._channel, request, lag=lag, clock=self._clock)
        if 200 <= result.response.status < 300:
            return result, None
        return result, self._channel.error(request, result.response)

    def _id_and_time(self, item: msgspec.Raw, operation: str, position: int | str = "") -> tuple[ItemId, int | None]:
        data = self._channel.codec.parse(item, operation, position)
        item_id = data.get(self._list_plan.key) if isinstance(data, dict) else None
        if not isinstance(item_id, int | str) or isinstance(item_id, bool):
            raise DecodeError(operation=operation, path=self._list_plan.key, expected="an id", found="none")
        updated = self._list_plan.updated
        return item_id, None if updated is None else seconds(data.get(updated))


def _with_fields(request: Request, plan: ListPlan, *, inside: str | None = None) -> tuple[Request, tuple[str, ...]]:
    """Add the id and the update time to the fields that a request selects, and return those that it lacked."""
    params = dict(request.params)
    if "responseFields" not in params:
        return request, ()
    names = [name for name in (plan.key, plan.updated) if name is not None]
    selection = parse_selection(params["responseFields"])
    selected = selection if inside is None else selection.get(inside)
    if selected is None:
        return request, ()
    extended = add_fields(selected, names)
    params["responseFields"] = format_selection(extended if inside is None else {**selection, inside: extended})
    return evolve(request, params=tuple(params.items())), tuple(name for name in names if name not in selected)


def _chunks(ids: Sequence[ItemId], size: int) -> Iterator[Sequence[ItemId]]:
    for begin in range(0, len(ids), size):
        yield ids[begin : begin + size]
