"""A store whose calls are counted, and sent in the lane of bulk calls."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from attrs import evolve

from ecwid_async.client import Store
from ecwid_async.wire import Lane, Request, Response, StreamedResponse, Transport

__all__ = ["CountedRequests", "counted_store"]


class CountedRequests:
    """A transport that counts its requests, and lets interactive calls of other tasks go first."""

    def __init__(self, inner: Transport) -> None:
        self.count = 0
        self._inner = inner

    async def send(self, request: Request) -> Response:
        """Send a request."""
        return await self._inner.send(self._bulk(request))

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        """Send a request whose response is streamed."""
        return self._inner.stream(self._bulk(request))

    async def aclose(self) -> None:
        """Do nothing: the connections belong to the client."""

    def _bulk(self, request: Request) -> Request:
        self.count += 1
        return evolve(request, options=evolve(request.options, lane=Lane.BULK))


def counted_store(store: Store) -> tuple[Store, Callable[[], int]]:
    """Return the store with counted bulk requests, and a function that returns their number."""
    transport = CountedRequests(store.transport)
    counted = Store(store.store_id, evolve(store._channel, transport=transport), quota=store._quota)
    return counted, lambda: transport.count
