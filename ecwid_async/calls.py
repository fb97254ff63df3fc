"""What a resource method returns: one call, or the pages of a list. Nothing is sent until it is awaited or iterated."""

import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from types import NoneType
from typing import Any, Final, Generic, Literal, TypeVar, cast

import anyio
import msgspec
from attrs import evolve, field, frozen

from ecwid_async.codec import Codec
from ecwid_async.errors import EcwidError, Uncertain, api_error
from ecwid_async.wire import Request, Response, StreamBody, Transport, new_request_id

__all__ = ["Call", "Channel", "Page", "Pages"]

T = TypeVar("T")
P = TypeVar("P")
# Calls of several kinds fit in one batch.
R = TypeVar("R", covariant=True)

_PAGE_LIMIT: Final = 100
_ENVELOPE: Final = ("total", "count", "offset", "limit")


@frozen(eq=False)
class Channel:
    """What calls go through: the transport of one store, and how its answers are read."""

    transport: Transport
    codec: Codec

    async def exchange(self, request: Request) -> Response:
        """Send and return a success. Raises `APIError` for any other answer, `TransportError` for none."""
        response = await self.transport.send(request)
        if not 200 <= response.status < 300:
            raise api_error(request, response)
        return response


class Call(Generic[R]):
    """One call of the API that is not sent yet.

    ``await call`` sends it and gives the typed result; so does ``call.send()``, a coroutine for
    ``create_task``. It is sent at most once: a second await raises `RuntimeError`. `request` tells what would be sent.
    Calls compare by identity and pickle without their client; ``store.send(call)`` binds one again.
    """

    __slots__ = ("__weakref__", "_channel", "_look_up", "_reads", "_request", "_state", "_unwrap")

    def __init__(
        self,
        request: Request,
        reads: type[R],
        channel: Channel | None = None,
        *,
        unwrap: str | None = None,
        look_up: Callable[[], Awaitable[object | None]] | None = None,
    ) -> None:
        self._state: Literal["new", "seen", "sent"] = "new"
        self._request = request
        self._reads = reads
        self._channel = channel
        self._unwrap = unwrap
        self._look_up = look_up

    @property
    def request(self) -> Request:
        """What is sent, relative to a store and without credentials."""
        if self._state == "new":
            self._state = "seen"
        return self._request

    def __await__(self) -> Generator[Any, None, R]:
        return self.send().__await__()

    def send(self, *, timeout: float | None = None) -> Coroutine[Any, Any, R]:
        """Send the call and read its answer, within `timeout` seconds where given.

        Raises `APIError`, `TransportError` or `DecodeError`.
        """
        # From here on the coroutine warns if it is dropped; a task that is cancelled before its first step does not.
        if self._state == "new":
            self._state = "seen"
        return self._send(timeout)

    async def _send(self, timeout: float | None) -> R:  # noqa: ASYNC109  the deadline travels with the request
        response = await self.response(timeout=timeout)
        return self.read(response, self._bound())

    def read(self, response: Response, channel: Channel) -> R:
        """What a successful answer says, which came on another way than by sending the call. Raises `DecodeError`."""
        if self._reads is NoneType:
            return cast(R, None)
        if self._reads is str:
            # A page of HTML: no endpoint answers a JSON string.
            return cast(R, response.body.decode("utf-8", "replace"))
        codec = channel.codec
        operation = self._request.options.operation
        if self._unwrap is None:
            return codec.decode(response.body, self._reads, operation)
        data = codec.parse(response.body, operation)
        inside = data.get(self._unwrap) if isinstance(data, dict) else None
        return codec.structure(inside, self._reads, operation, self._unwrap)

    def hand_over(self) -> Request:
        """The request, for somebody else to send: the call itself can't be sent any more."""
        if self._state == "sent":
            raise RuntimeError(f"{self!r} was already sent: build the call again to repeat it")
        self._state = "sent"
        return self._request

    @property
    def sent(self) -> bool:
        """Whether it was sent, or handed over to be."""
        return self._state == "sent"

    @property
    def channel(self) -> Channel | None:
        """What it would go through; None where it was unpickled."""
        return self._channel

    def told(self, error: EcwidError) -> EcwidError:
        """An error of this call, which can look up what the call was to make."""
        if isinstance(error, Uncertain):
            error.look_up = self._look_up
        return error

    async def response(self, *, timeout: float | None = None) -> Response:  # noqa: ASYNC109  as in `send`
        """Send the call and return the successful answer unread: status, headers and the body's bytes.

        Raises `APIError` or `TransportError`.
        """
        channel = self._bound()
        request = self.hand_over()
        if timeout is not None:
            options = evolve(request.options, deadline=anyio.current_time() + timeout)
            request = evolve(request, options=options)
        try:
            return await channel.exchange(request)
        except EcwidError as error:
            self.told(error)
            raise

    def _bound(self) -> Channel:
        if self._channel is None:
            raise RuntimeError(f"{self!r} belongs to no store: send it with `await store.send(call)`")
        return self._channel

    def bind(self, channel: Channel) -> "Call[R]":
        """The same call, to be sent through another channel."""
        return Call(self.request, self._reads, channel, unwrap=self._unwrap)

    def __repr__(self) -> str:
        return f"<Call {self._request}>"

    def __reduce__(self) -> tuple[Any, ...]:
        if isinstance(self._request.body, StreamBody):
            raise TypeError(f"{self!r} uploads a stream, which exists once and can't be pickled: upload bytes instead")
        return _unpickled, (self.request, self._reads, self._unwrap)

    def __del__(self) -> None:
        # A constructor that raised leaves no state to look at.
        if getattr(self, "_state", "sent") == "new":
            warnings.warn(f"{self!r} was never awaited", RuntimeWarning, stacklevel=1, source=self)


def _unpickled(request: Request, reads: type[T], unwrap: str | None) -> Call[T]:
    call = Call(request, reads, unwrap=unwrap)
    # Whether it gets sent is up to whoever unpickled it.
    call._state = "seen"
    return call


@frozen(kw_only=True)
class Page(Generic[T]):
    """One page of a list. `total` counts all matches, None where the server did not say."""

    items: list[T] = field(repr=False)
    total: int | None
    offset: int


class Pages(Generic[T]):
    """A list that is read page by page while it is iterated.

    ``async for item in pages`` gives typed items, `pages()` whole pages, `dicts()` plain data. The offset moves by the
    rows that came; the list ends at the server's ``total`` or at an empty page, never at a short one. Rows that are
    added, removed or re-sorted meanwhile can be missed or come twice: offsets promise no more.
    Each iteration starts anew.
    """

    __slots__ = ("_channel", "_item", "_limit", "_offset", "_request")

    def __init__(
        self,
        request: Request,
        item: type[T],
        channel: Channel,
        *,
        limit: int | None = None,
        offset: int | None = None,
    ) -> None:
        if limit is not None and limit < 1:
            raise ValueError(f"limit is the number of items in a page and must be at least 1, not {limit}")
        if offset is not None and offset < 0:
            raise ValueError(f"offset is the number of items to skip and can't be {offset}")
        self._request = evolve(request, params=_with_envelope(request.params))
        self._item = item
        self._channel = channel
        self._limit = _PAGE_LIMIT if limit is None else limit
        self._offset = offset or 0

    @property
    def request(self) -> Request:
        """What is sent for the first page, relative to a store and without credentials."""
        return self._at(self._offset)

    def __repr__(self) -> str:
        return f"<Pages {self.request}>"

    async def __aiter__(self) -> AsyncIterator[T]:
        codec, operation = self._channel.codec, self._request.options.operation
        # Parsed and typed one at a time: an item that is dropped at once never meets the garbage collector.
        async for page in self.raw():
            for position, item in enumerate(page.items):
                yield codec.structure(codec.parse(item, operation), self._item, operation, f"items[{position}]")

    def pages(self) -> AsyncIterator[Page[T]]:
        """The pages, with typed items."""
        codec, operation = self._channel.codec, self._request.options.operation
        return self._walk(lambda body: codec.page(body, self._item, operation))

    async def dicts(self) -> AsyncIterator[dict[str, object]]:
        """The items as plain data: fractional numbers are exact `Decimal`, dates are text."""
        parse, operation = self._channel.codec.parse, self._request.options.operation
        async for page in self.raw():
            for item in page.items:
                yield parse(item, operation)

    def raw(self) -> AsyncIterator[Page[msgspec.Raw]]:
        """The pages, with each item as the bytes the server sent: for copying, without a parse."""
        codec, operation = self._channel.codec, self._request.options.operation
        return self._walk(lambda body: codec.slice(body, operation))

    async def first(self) -> T | None:
        """The first item, or None where nothing matches."""
        codec, operation = self._channel.codec, self._request.options.operation
        page = await self._resized(1)._page(self._offset, lambda body: codec.page(body, self._item, operation))
        return page.items[0] if page.items else None

    async def count(self) -> int:
        """How many items match. Asks the server for its total; counts the items where it has none."""
        codec, operation = self._channel.codec, self._request.options.operation
        page = await self._resized(1)._page(self._offset, lambda body: codec.slice(body, operation))
        if page.total is not None:
            return max(0, page.total - self._offset)
        return len([item async for item in self.dicts()])

    async def all(self) -> list[T]:
        """Every item, in a list."""
        return [item async for item in self]

    def _resized(self, limit: int) -> "Pages[T]":
        return Pages(self._request, self._item, self._channel, limit=limit, offset=self._offset)

    def _at(self, offset: int) -> Request:
        position = (("offset", str(offset)), ("limit", str(self._limit)))
        return evolve(self._request, params=self._request.params + position, id=new_request_id())

    async def _walk(self, read: Callable[[bytes], tuple[list[P], int | None]]) -> AsyncIterator[Page[P]]:
        offset = self._offset
        while True:
            page = await self._page(offset, read)
            if page.items or offset == self._offset:
                yield page
            offset += len(page.items)
            if not page.items or (page.total is not None and offset >= page.total):
                return

    async def _page(self, offset: int, read: Callable[[bytes], tuple[list[P], int | None]]) -> Page[P]:
        response = await self._channel.exchange(self._at(offset))
        items, total = read(response.body)
        return Page(items=items, total=total, offset=offset)


def _with_envelope(params: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Add what paging needs to a selection of fields: without `total` a list has no end to see."""
    return tuple(
        (name, ",".join((*(key for key in _ENVELOPE if key not in _top_level(value)), value)))
        if name == "responseFields"
        else (name, value)
        for name, value in params
    )


def _top_level(selection: str) -> list[str]:
    names, depth = [""], 0
    for char in selection:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            names.append("")
        elif depth == 0 and char not in "() ":
            names[-1] += char
    return names
