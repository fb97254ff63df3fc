"""Responses that are streamed, as transports return them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ecwid_async.wire import Request, Response, StreamedResponse

__all__ = ["stream_response"]


@asynccontextmanager
async def stream_response(
    send: Callable[[Request], Awaitable[Response]], request: Request
) -> AsyncIterator[StreamedResponse]:
    """Send a request, and yield its response, whose body is a single chunk."""
    response = await send(request)

    async def chunks() -> AsyncIterator[bytes]:
        yield response.body

    yield StreamedResponse(response.status, response.headers, chunks())
