"""`AsgiApp`: webhooks, installs and pages as an ASGI app."""

from collections.abc import Mapping

from ecwid_async.apps.asgi.lifespan import run_lifespan
from ecwid_async.apps.asgi.messages import (
    BodyTooLarge,
    BodyTooSlow,
    ClientGone,
    hide_query,
    incoming_request,
    route_path,
    send_response,
)
from ecwid_async.apps.asgi.types import Receive, Scope, Send
from ecwid_async.apps.http import OutgoingResponse
from ecwid_async.apps.web import (
    DEFAULT_BODY_TIMEOUT,
    DEFAULT_MAX_BODY,
    Handler,
    Routes,
    Service,
    check_limits,
    respond,
    too_large,
    too_slow,
)

__all__ = ["AsgiApp"]


class AsgiApp:
    """An ASGI app, for a framework to mount or a server to run.

    ``app.mount("/ecwid", AsgiApp({"/webhooks": webhooks.handle}))``

    - `routes`: a function for each path below the address of the app, or one for all paths.
    - `service`: what must be running, such as the handling of webhooks. A server starts and stops it. A framework does
      not start what it mounts: pass ``lifespan=service.lifespan`` to the framework too. Until the service is started,
      every response is a 503.
    - `max_body`: the largest body in bytes; a larger one gets a 413 before it is in memory.
    - `body_timeout`: how many seconds the body may take to arrive.

    Raises `ConfigError` for invalid routes or limits.
    """

    def __init__(
        self,
        routes: Mapping[str, Handler] | Handler,
        *,
        service: Service | None = None,
        max_body: int = DEFAULT_MAX_BODY,
        body_timeout: float = DEFAULT_BODY_TIMEOUT,
    ) -> None:
        check_limits(max_body, body_timeout)
        self._routes = Routes(routes) if isinstance(routes, Mapping) else None
        self._handler = None if isinstance(routes, Mapping) else routes
        self._service = service
        self._max_body = max_body
        self._body_timeout = body_timeout

    def __repr__(self) -> str:
        return f"<AsgiApp for {', '.join(self._routes.paths) if self._routes is not None else 'all paths'}>"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request, as a server or framework calls it."""
        if scope["type"] == "lifespan":
            await run_lifespan(self._service, None, scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        else:
            response = await self._respond(scope, receive)
            if response is not None:
                await send_response(send, response)

    async def _respond(self, scope: Scope, receive: Receive) -> OutgoingResponse | None:
        if self._service is not None and not self._service.started:
            hide_query(scope)  # the code in it is not used yet
            return self._service.unavailable()
        handler = self._routes.find(route_path(scope)) if self._routes is not None else self._handler
        assert handler is not None  # noqa: S101  one of the two is set
        try:
            request = await incoming_request(scope, receive, max_body=self._max_body, body_timeout=self._body_timeout)
        except BodyTooLarge:
            return too_large(self._max_body)
        except BodyTooSlow:
            return too_slow()
        except ClientGone:
            return None
        finally:
            hide_query(scope)
        return await respond(handler, request)
