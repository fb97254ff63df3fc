"""The public `Changes`: opening and iterating a read of the changes of a list."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from contextlib import aclosing
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

import msgspec
from attrs import evolve

from ecwid_async.calls import Channel
from ecwid_async.changes.background_read import BackgroundRead
from ecwid_async.changes.batch import ChangeBatch, ItemId
from ecwid_async.changes.cursor import Cursor
from ecwid_async.changes.run import ChangeRun
from ecwid_async.errors import EcwidError
from ecwid_async.transport import check_count, check_number
from ecwid_async.wire import Request

__all__ = ["Changes"]

T = TypeVar("T")
R = TypeVar("R")

_LIMIT: Final = 100


class Changes(Generic[T]):
    """The changes of a list since a cursor, read while they are iterated inside ``async with``.

    Built by the `changes` method of a list. ``async for batch in changes`` yields each `ChangeBatch` with typed items,
    `dicts` with plain data, `raw` with unparsed items. Use one of them, once. Store the items and the cursor of each
    batch together: they belong to each other even if the read is interrupted or fails.

    All items are yielded in their state at some time after the start of the read, minus the lag, and may be yielded
    more than once: insert or update them by id. Raises `ScanDrifted` at the end, once everything else was yielded, if
    a part could not be proven complete; the next read since the last cursor reads that part again. Raises
    `TooManyDeletions` at the end if so many of the known items are gone that this has to be confirmed.
    """

    def __init__(
        self,
        request: Request,
        item: type[T],
        channel: Channel,
        *,
        since: Cursor | str | None = None,
        get_request: Callable[[ItemId], Request] | None = None,
        known: Collection[ItemId] | None = None,
        limit: int = _LIMIT,
        concurrency: int = 8,
        lag: float = 300.0,
        max_lookups: int = 200,
        confirm_deletions: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        check_count("concurrency, how many pages are requested at once,", concurrency)
        check_number("lag, how many seconds a search may be behind the store,", lag)
        check_count("max_lookups, how many items are read one by one,", max_lookups, minimum=0)
        if isinstance(known, str):
            raise TypeError("known is a single text: pass the ids of all known items")
        self._operation = request.options.operation
        self._item = item
        self._channel = channel
        self._run = ChangeRun(
            request,
            get_request,
            channel,
            Cursor.of(since, store_id=channel.store_id or 0, operation=self._operation),
            deliver=lambda batch: self._background.deliver(batch),
            known=known,
            limit=limit,
            concurrency=concurrency,
            lag=lag,
            max_lookups=max_lookups,
            confirm_deletions=confirm_deletions,
            clock=clock,
        )
        self._background = BackgroundRead[ChangeBatch[msgspec.Raw]](self._run.read, self)

    def __repr__(self) -> str:
        return f"<Changes of {self._operation}: {self.requests} requests>"

    @property
    def requests(self) -> int:
        """The number of requests sent."""
        return self._run.requests

    @property
    def deletions_problem(self) -> str:
        """Why the list of deleted items does not have all deletions since the cursor. Empty if it has.

        For instance, the token does not open it, or there is none. Known ids find those deletions nevertheless.
        """
        return self._run.problem

    @property
    def unidentified_deletions(self) -> int:
        """The number of deletions for which the server did not report what was deleted."""
        return self._run.unidentified

    @property
    def failed(self) -> dict[ItemId, EcwidError]:
        """The error for each item that could not be looked up. They are in `ChangeBatch.missing`, too."""
        return self._run.failed

    async def __aenter__(self) -> Self:
        await self._background.open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._background.close()

    def __aiter__(self) -> AsyncIterator[ChangeBatch[T]]:
        return self._background.close_at_exit(self._iterate_typed())

    def dicts(self) -> AsyncGenerator[ChangeBatch[dict[str, Any]], None]:
        """Yield batches of plain data: fractional numbers are exact `Decimal`, dates are text.

        Raises `ScanDrifted` at the end if a part can't be proven complete, `TooManyDeletions`, and what `Pages` raises.
        """
        return self._background.close_at_exit(self._iterate_dicts())

    def raw(self) -> AsyncGenerator[ChangeBatch[msgspec.Raw], None]:
        """Yield batches of unparsed items, as sent by the server. Raises the same errors as `dicts`."""
        return self._background.close_at_exit(self._background.batches())

    async def _iterate_typed(self) -> AsyncGenerator[ChangeBatch[T], None]:
        parse, structure = self._channel.codec.parse, self._channel.codec.structure
        item_type, operation = self._item, self._operation
        async with aclosing(self._background.batches()) as batches:
            async for batch in batches:
                items = [structure(parse(raw, operation), item_type, operation, "items[]") for raw in batch.items]
                yield _with_items(batch, items)

    async def _iterate_dicts(self) -> AsyncGenerator[ChangeBatch[dict[str, Any]], None]:
        parse, operation = self._channel.codec.parse, self._operation
        async with aclosing(self._background.batches()) as batches:
            async for batch in batches:
                yield _with_items(batch, [parse(raw, operation) for raw in batch.items])


def _with_items(batch: ChangeBatch[Any], items: list[R]) -> ChangeBatch[R]:
    return evolve(batch, items=items)
