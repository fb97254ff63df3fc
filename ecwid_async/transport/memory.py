"""A transport without a network: answers come from a script or a function, requests are kept for assertions."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

import msgspec
from attrs import evolve

from ecwid_async.wire import Headers, Request, Response, StreamBody, StreamedResponse

__all__ = ["MemoryTransport", "make_response"]

Answer = Response | Exception


def make_response(data: object = None, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A response with `data` as its JSON body; bytes are taken as they are, None makes an empty body."""
    body = data if isinstance(data, bytes) else b"" if data is None else msgspec.json.encode(data)
    return Response(status, Headers((headers or {}).items()), body)


class MemoryTransport:
    """Answers each request with the next of `script`, or with what a function makes of it.

    An exception in the script is raised. `requests` lists what was sent. Raises `LookupError` when the script has run
    out.
    """

    def __init__(self, script: Iterable[Answer] | Callable[[Request], Answer]) -> None:
        self.requests: list[Request] = []
        self.closed = False
        self._script = script if callable(script) else iter(script)

    async def send(self, request: Request) -> Response:
        """Record the request, a streamed body as the bytes it was made of, and answer it."""
        if isinstance(request.body, StreamBody):
            request = evolve(request, body=await request.body.read())
        self.requests.append(request)
        reply = self._script(request) if callable(self._script) else next(self._script, None)
        if reply is None:
            raise LookupError(f"the script has no answer left for {request.method} {request.target}")
        if isinstance(reply, Exception):
            raise reply
        return reply

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Record the request and hand out the answer's body in one chunk."""
        response = await self.send(request)

        async def chunks() -> AsyncIterator[bytes]:
            yield response.body

        yield StreamedResponse(response.status, response.headers, chunks())

    async def aclose(self) -> None:
        """Remember that it was closed."""
        self.closed = True
