"""`DeadlineMiddleware`: a request has a time limit, and so have the calls for it."""

from ecwid_async.apps.asgi.types import ASGIApp, Message, Receive, Scope, Send
from ecwid_async.apps.web import RequestTimeLimit, TimeUnit
from ecwid_async.calls import deadline
from ecwid_async.wire import Headers

__all__ = ["DeadlineMiddleware"]


class DeadlineMiddleware:
    """Limits all calls that respond to a request to `seconds` from its arrival: they raise `Timeout` in time.

    FastAPI, Starlette: ``app.add_middleware(DeadlineMiddleware, seconds=10)``

    It applies until the response starts, not to what is streamed or done in the background afterwards. `header` names
    a request header with the time that is left, in `unit`, which can only shorten the limit; use it behind a proxy that
    sets it, or removes it from requests of visitors. An invalid value is ignored.

    Raises `ConfigError` for an invalid number.
    """

    def __init__(self, app: ASGIApp, *, seconds: float, header: str | None = None, unit: TimeUnit = "seconds") -> None:
        self._app = app
        self._limit = RequestTimeLimit(seconds, header, unit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with a deadline."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with deadline(self._limit.seconds(Headers(tuple(scope["headers"])))) as limit:

            async def lift_and_send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    limit.lift()
                await send(message)

            await self._app(scope, receive, lift_and_send)
