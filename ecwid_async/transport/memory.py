"""A transport without a network, for tests: responses come from a script or a function, and requests are recorded."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias

import msgspec
from attrs import evolve

from ecwid_async.wire import Headers, Request, Response, StreamBody, StreamedResponse

__all__ = ["MemoryTransport", "make_response"]

ScriptedResponse: TypeAlias = Response | Exception


def make_response(data: object = None, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A response with `data` as its JSON body. Bytes are the body as they are, and None makes an empty one."""
    body = data if isinstance(data, bytes) else b"" if data is None else msgspec.json.encode(data)
    return Response(status, Headers((headers or {}).items()), body)


class MemoryTransport:
    """Responds to each request with the next item of `script`, or with the result of calling `script` with the request.

    Exceptions among the responses are raised. `requests` lists the requests sent. Raises `LookupError` when the script
    is exhausted.
    """

    def __init__(self, script: Iterable[ScriptedResponse] | Callable[[Request], ScriptedResponse]) -> None:
        self.requests: list[Request] = []
        self.closed = False
        self._script = script if callable(script) else iter(script)

    async def send(self, request: Request) -> Response:
        """Record the request, with a streamed body read into bytes, and respond."""
        if isinstance(request.body, StreamBody):
            request = evolve(request, body=await request.body.read())
        self.requests.append(request)
        response = self._script(request) if callable(self._script) else next(self._script, None)
        if response is None:
            raise LookupError(f"the script has no response left for {request.method} {request.target}")
        if isinstance(response, Exception):
            raise response
        return response

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Record the request, and yield the body of the response in one chunk."""
        response = await self.send(request)

        async def chunks() -> AsyncIterator[bytes]:
            yield response.body

        yield StreamedResponse(response.status, response.headers, chunks())

    async def aclose(self) -> None:
        """Set `closed`."""
        self.closed = True
