"""`LifespanMiddleware`: a service starts before an ASGI app, and ends after it."""

from contextlib import AsyncExitStack

from ecwid_async.apps.asgi.types import ASGIApp, Message, Receive, Scope, Send
from ecwid_async.apps.web import Service

__all__ = ["LifespanMiddleware", "run_lifespan"]


class LifespanMiddleware:
    """An ASGI app with a service that starts before it and ends after it, whether or not it has a lifespan of its own.

    ``uvicorn.run(LifespanMiddleware(app, service))``

    A server starts only the outermost app: if `app` is mounted in another one, wrap that one.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the service around the app's lifespan."""
        if scope["type"] == "lifespan":
            await run_lifespan(self._service, self._app, scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def run_lifespan(
    service: Service | None, app: ASGIApp | None, scope: Scope, receive: Receive, send: Send
) -> None:
    """Run the lifespan of an app, if it has one, with a service around it.

    An error of the service at the start or end is reported to the server and raised.
    """
    inner = _InnerLifespan(await receive(), receive, send)
    try:
        async with AsyncExitStack() as stack:
            if service is not None:
                await stack.enter_async_context(service)
            if app is not None:
                await inner.run(app, scope)
            if inner.failed:
                return
            if not inner.started:
                await inner.send({"type": "lifespan.startup.complete"})
            if not inner.stopping:
                await receive()
    except Exception as error:
        stage = "shutdown" if inner.started else "startup"
        await send({"type": f"lifespan.{stage}.failed", "message": f"{type(error).__name__}: {error}"})
        raise
    await send(inner.last_message)


class _InnerLifespan:
    """The messages between a server and the lifespan of the inner app, which may have none."""

    def __init__(self, startup: Message, receive: Receive, send: Send) -> None:
        self._startup: Message | None = startup
        self._receive = receive
        self._send = send
        self.started = False
        self.failed = False
        self.stopping = False
        self.last_message: Message = {"type": "lifespan.shutdown.complete"}

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self.receive, self.send)
        except Exception:
            if self.started:
                raise
            # Before its start it says in this way that it has no lifespan. Or it has reported the error.

    async def receive(self) -> Message:
        if self._startup is not None:
            message, self._startup = self._startup, None
            return message
        message = await self._receive()
        self.stopping = True
        return message

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind.startswith("lifespan.shutdown"):
            self.last_message = message  # sent once the service has ended
            return
        self.started = kind == "lifespan.startup.complete"
        self.failed = not self.started
        await self._send(message)
