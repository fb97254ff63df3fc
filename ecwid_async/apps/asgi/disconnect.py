"""`DisconnectMiddleware`: the calls of a request end when its client goes away."""

from typing import Final

import anyio
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from ecwid_async.apps.asgi.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["DisconnectMiddleware"]

_DISCONNECT: Final[str] = "http.disconnect"


class DisconnectMiddleware:
    """Cancels the handling of a request whose client has closed the connection, and with it all of its calls.

    FastAPI, Starlette: ``app.add_middleware(DisconnectMiddleware)``

    A write that is cancelled may have taken effect: shield what must be completed (``anyio.CancelScope(shield=True)``).
    `AsgiApp` completes webhooks and installs by itself. What is done in the background after the response is not
    cancelled, and functions that run in threads can't be. It reads at most two parts of the request's body ahead of the
    app; an app that leaves a body of several parts unread is not cancelled.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and watch its connection meanwhile."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        failure: Exception | None = None
        ahead, messages = anyio.create_memory_object_stream[Message](1)
        with ahead, messages:
            async with anyio.create_task_group() as tasks:
                connection = _Connection(receive, send, ahead, messages, tasks)
                tasks.start_soon(connection.watch)
                try:
                    await self._app(scope, connection.receive, connection.send)
                except Exception as error:  # so that it is not raised in a group
                    failure = error
                tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure


class _Connection:
    """The connection of one request, and whether it is still open."""

    def __init__(
        self,
        receive: Receive,
        send: Send,
        ahead: MemoryObjectSendStream[Message],
        messages: MemoryObjectReceiveStream[Message],
        tasks: TaskGroup,
    ) -> None:
        self._receive = receive
        self._send = send
        self._ahead = ahead
        self._messages = messages
        self._tasks = tasks
        self._gone: Message | None = None
        self._responded = False

    async def watch(self) -> None:
        """Read what the client sends, and cancel the request once it has gone."""
        while self._gone is None:
            message = await self._receive()
            if message["type"] == _DISCONNECT:
                self._gone = message
                self._ahead.close()
                if not self._responded:
                    self._tasks.cancel_scope.cancel()
            else:
                await self._ahead.send(message)

    async def receive(self) -> Message:
        try:
            return await self._messages.receive()
        except anyio.EndOfStream:
            return self._gone or {"type": _DISCONNECT}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            # Servers report a disconnect after the response too.
            self._responded = True
        await self._send(message)
