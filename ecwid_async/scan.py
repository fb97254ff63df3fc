"""The bulk read of a whole list: parallel, bounded, complete or an error."""

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Generic, Self, TypeVar

import msgspec
from attrs import evolve

from ecwid_async.calls import Channel
from ecwid_async.codec import loads
from ecwid_async.ids import Ids
from ecwid_async.wire import Lane, Request, new_request_id

__all__ = ["Scan"]

T = TypeVar("T")


class Scan(Generic[T]):
    """All of a list, read while it is iterated inside ``async with``.

    ``async for item in scan`` gives typed items, `dicts` plain data, `raw` whole pages of unparsed items; iterate one
    of them, once. `done` items came so far of about `total`; `requests` were sent. `token` says where to go on from in
    another scan of the same list: ``scan(resume=token)``.
    """

    def __init__(
        self,
        request: Request,
        item: type[T],
        channel: Channel,
        *,
        ordered: bool = False,
        concurrency: int = 8,
        lag: float = 120.0,
        resume: str | None = None,
    ) -> None:
        options = evolve(request.options, lane=Lane.BULK)
        self._request = evolve(request, options=options)
        self._item = item
        self._channel = channel
        self._ids = Ids()
        self.done = 0
        self.total: int | None = None
        self.requests = 0
        self.token = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    async def __aiter__(self) -> AsyncIterator[T]:
        codec, operation = self._channel.codec, self._request.options.operation
        async for item in self.dicts():
            yield codec.structure(item, self._item, operation, "items[]")

    async def dicts(self) -> AsyncIterator[dict[str, object]]:
        """The items as plain data: fractional numbers are exact `Decimal`, dates are text."""
        async for page in self.raw():
            for item in page:
                yield loads(item)

    async def raw(self) -> AsyncIterator[list[msgspec.Raw]]:
        """The items as the bytes the server sent, page by page."""
        offset = 0
        while True:
            position = (("offset", str(offset)), ("limit", "100"))
            request = evolve(self._request, params=self._request.params + position, id=new_request_id())
            response = await self._channel.exchange(request)
            self.requests += 1
            items, self.total = self._channel.codec.slice(response.body, request.options.operation)
            new = self._ids.add(str(loads(item).get("id")) for item in items)
            fresh = [item for item, is_new in zip(items, new, strict=True) if is_new]
            self.done += len(fresh)
            yield fresh
            offset += len(items)
            if not items or (self.total is not None and offset >= self.total):
                return
