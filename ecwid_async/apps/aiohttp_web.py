"""Apps under aiohttp.web."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from attrs import evolve

from ecwid_async.apps.http import IncomingRequest, OutgoingResponse
from ecwid_async.apps.web import (
    DEFAULT_BODY_TIMEOUT,
    DEFAULT_MAX_BODY,
    Handler,
    Problem,
    RequestTimeLimit,
    Routes,
    TimeUnit,
    check_limits,
    find_error,
    respond,
    too_large,
    too_slow,
    unreadable,
)
from ecwid_async.calls import TimeLimit, deadline
from ecwid_async.errors import EcwidError
from ecwid_async.wire import Headers

__all__ = ["AccessLogger", "as_response", "read_request", "routes", "setup_deadlines", "setup_problems"]

_AiohttpHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_TIME_LIMIT: Final = web.RequestKey("ecwid_time_limit", TimeLimit)


def routes(
    handlers: Mapping[str, Handler],
    *,
    max_body: int = DEFAULT_MAX_BODY,
    body_timeout: float = DEFAULT_BODY_TIMEOUT,
) -> list[web.RouteDef]:
    """Routes of aiohttp.web for the functions of an app, by path.

    ``app.add_routes(routes({"/webhooks": webhooks.handle}))``

    A body of more than `max_body` bytes gets a 413 before it is in memory.
    It may take `body_timeout` seconds to arrive.
    Webhooks and installs run to their end if the client goes away.

    Raises `ConfigError` for invalid routes or limits.
    """
    check_limits(max_body, body_timeout)
    known = Routes(handlers)
    return [
        web.route("*", address, _aiohttp_handler(known.find(path), max_body, body_timeout))
        for path in known.paths
        for address in ([path] if path == "/" else [path, f"{path}/"])
    ]


def _aiohttp_handler(handler: Handler, max_body: int, body_timeout: float) -> _AiohttpHandler:
    async def handle(request: web.Request) -> web.StreamResponse:
        # Not `request.read`: its limit is that of the whole application.
        if (request.content_length or 0) > max_body:
            return as_response(too_large(max_body))
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            return as_response(unreadable())  # aiohttp would decompress it
        body = bytearray()
        try:
            async with asyncio.timeout(body_timeout):
                async for chunk in request.content.iter_any():
                    body += chunk
                    if len(body) > max_body:
                        return as_response(too_large(max_body))
        except TimeoutError:
            return as_response(too_slow())
        except (web.RequestPayloadError, ConnectionError):
            return as_response(unreadable())  # or nobody is there to read the response
        incoming = evolve(read_request(request), body=bytes(body))
        return as_response(await respond(handler, incoming))

    return handle


def read_request(request: web.Request) -> IncomingRequest:
    """The request as the parts of this library take it, without its body.

    ``session = sessions.session_of(read_request(request))``
    """
    # As it was sent: `request.path` is decoded.
    path, _, query = request.raw_path.partition("?")
    return IncomingRequest(method=request.method, path=path, query=query, headers=Headers(request.raw_headers))


def as_response(response: OutgoingResponse) -> web.Response:
    """The response of a part of this library, for a handler to return."""
    return web.Response(status=response.status, headers=response.headers, body=response.body)


class AccessLogger(AbstractAccessLogger):
    """An access log without queries, which may have the code of an installation or a payload.

    ``web.run_app(app, access_log_class=AccessLogger)``
    """

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Log a request."""
        size = response.body_length
        shown = request.remote, request.method, request.rel_url.raw_path, response.status, size, time
        self.logger.info('%s "%s %s" %d, %d bytes, %.3f s', *shown)


def setup_problems(app: web.Application) -> None:
    """Let an app respond to an `EcwidError` of any of its handlers with problem details.

    To a group of nothing else, such as that of a task group, it responds like to the first of them.
    """

    @web.middleware
    async def respond_with_problem(request: web.Request, handler: _AiohttpHandler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (EcwidError, ExceptionGroup) as error:
            found = find_error(error)
            if found is None:
                raise
            problem = Problem.of(found)
            problem.log()
            return as_response(problem.response())

    app.middlewares.append(respond_with_problem)


def setup_deadlines(
    app: web.Application, *, seconds: float, header: str | None = None, unit: TimeUnit = "seconds"
) -> None:
    """Let an app limit all calls that respond to a request to `seconds` from its arrival: they raise `Timeout` in time.

    It applies until the response starts, not to what is streamed afterwards. `header` names a request header with the
    time that is left, in `unit`, which can only shorten the limit; use it behind a proxy that sets it, or removes it
    from requests of visitors. An invalid value is ignored.

    aiohttp cancels the handler of a client that has gone, and with it its calls, only with
    ``web.run_app(app, handler_cancellation=True)``.

    Raises `ConfigError` for an invalid number.
    """
    limit = RequestTimeLimit(seconds, header, unit)

    @web.middleware
    async def limit_calls(request: web.Request, handler: _AiohttpHandler) -> web.StreamResponse:
        with deadline(limit.seconds(request.headers)) as current:
            request[_TIME_LIMIT] = current
            return await handler(request)

    async def lift(request: web.Request, response: web.StreamResponse) -> None:
        del response
        current = request.get(_TIME_LIMIT)
        if current is not None:
            current.lift()

    app.middlewares.append(limit_calls)
    app.on_response_prepare.append(lift)
