"""One call of the API: nothing is sent until it is awaited."""

import math
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from types import NoneType
from typing import Any, Final, Generic, Literal, Self, TypeVar, cast

import anyio
from attrs import evolve, field, frozen

from ecwid_async.codec import Codec
from ecwid_async.errors import APIError, EcwidError, api_error, no_result, unreadable
from ecwid_async.transport import check_number
from ecwid_async.wire import Lane, Request, Response, StreamBody, Transport

__all__ = ["Call", "Channel", "LookUp"]

T = TypeVar("T")
# Calls of several kinds fit in one batch.
R = TypeVar("R", covariant=True)

_LONGEST_JOB_KEY: Final = 200
E = TypeVar("E", bound=EcwidError)


@frozen(eq=False)
class Channel:
    """What calls go through: the transport of one store, and how its answers are read.

    `timeout` is the deadline, in seconds from when it is sent, of an interactive request that has none. `secrets` are
    masked in what an answer says. `server` is the base URL, or what else distinguishes the server: the journals of jobs
    are kept by it. `store_id` is that of the store.
    """

    transport: Transport
    codec: Codec
    timeout: float | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    server: str = ""
    store_id: int | None = None

    async def exchange(self, request: Request) -> Response:
        """Send and return a success. Raises `APIError` for any other answer, `TransportError` for none."""
        if self.timeout is not None and request.options.deadline is None and request.options.lane is Lane.INTERACTIVE:
            request = due_in(self.timeout, request)
        try:
            response = await self.transport.send(request)
        finally:
            if isinstance(request.body, StreamBody):
                await request.body.aclose()  # it may not have come as far as a transport
        if not 200 <= response.status < 300:
            raise self.error(request, response)
        return response

    def error(self, request: Request, response: Response) -> APIError:
        """The error that an unsuccessful answer stands for."""
        return api_error(request, response, self.secrets)


def due_in(seconds: float, request: Request) -> Request:
    """The request with a deadline so many seconds from now."""
    return evolve(request, options=evolve(request.options, deadline=anyio.current_time() + seconds))


LookUp = Callable[[Channel], Awaitable[object | None]]
"""Finds, in the store behind a channel, what a call was to make; None where it is not there."""

# What a PUT or DELETE says that was answered with nothing.
_NOTHING: Final = b"{}"


class Call(Generic[R]):
    """One call of the API that is not sent yet.

    ``await call`` sends it and gives the typed result; so does ``call.send()``, a coroutine for
    ``create_task``. It is sent at most once: a second await raises `RuntimeError`. `request` tells what would be sent.
    Calls compare by identity and pickle without their client; ``store.send(call)`` sends one from there.
    """

    __slots__ = (
        "__weakref__",
        "_channel",
        "_job_key",
        "_look_up",
        "_origin",
        "_reads",
        "_request",
        "_state",
        "_unwrap",
    )

    def __init__(
        self,
        request: Request,
        reads: type[R],
        channel: Channel | None = None,
        *,
        unwrap: str | None = None,
        look_up: LookUp | None = None,
    ) -> None:
        self._origin: Call[R] | None = None
        self._state: Literal["new", "seen", "sent"] = "new"
        self._request = request
        self._reads = reads
        self._channel = channel
        self._unwrap = unwrap
        self._look_up = look_up
        self._job_key: str | None = None

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

        Raises `APIError`, `TransportError` or `DecodeError`; the `outcome` of each says whether the call took effect.
        """
        # From here on the coroutine warns if it is dropped; a task that is cancelled before its first step does not.
        if self._state == "new":
            self._state = "seen"
        return self._send(timeout)

    async def _send(self, timeout: float | None) -> R:  # noqa: ASYNC109  the deadline travels with the request
        response = await self.response(timeout=timeout)
        return self.read(response, self._bound())

    def read(self, response: Response, channel: Channel) -> R:
        """What a successful answer says, which may have come on another way than by sending the call.

        Raises `DecodeError`, and `OutcomeUnknown` for a write's that is no result at all.
        """
        body = response.body
        if self._request.method != "GET":
            found = unreadable(self._request, response)
            if found is not None:
                raise self.told(no_result(self._request, response, found), channel)
            if not body or body.isspace():
                body = _NOTHING
        if self._reads is NoneType:
            return cast(R, None)
        if self._reads is str:
            # A page of HTML: no endpoint answers a JSON string.
            return cast(R, body.decode("utf-8", "replace"))
        codec = channel.codec
        operation = self._request.options.operation
        if self._unwrap is None:
            return codec.decode(body, self._reads, operation)
        data = codec.parse(body, operation)
        inside = data.get(self._unwrap) if isinstance(data, dict) else None
        return codec.structure(inside, self._reads, operation, self._unwrap)

    def hand_over(self) -> Request:
        """The request, for somebody else to send: the call itself can't be sent any more."""
        if self.sent:
            raise RuntimeError(f"{self!r} was already sent: build the call again to repeat it")
        (self._origin or self)._state = self._state = "sent"
        return self._request

    @property
    def sent(self) -> bool:
        """Whether it was sent, or handed over to be, wherever it is bound."""
        return (self._origin or self)._state == "sent"

    @property
    def channel(self) -> Channel | None:
        """What it would go through; None where it was unpickled."""
        return self._channel

    def told(self, error: E, channel: Channel | None = None) -> E:
        """An error of this call, which can look up what the call was to make, through `channel` unless its own."""
        channel = channel or self._channel
        if error.outcome == "unknown" and self._look_up is not None and channel is not None:
            error.look_up = partial(self._look_up, channel)
        return error

    @property
    def job_key(self) -> str | None:
        """What identifies the call within a job; None where it has no key."""
        return self._job_key

    def with_job_key(self, key: str | int) -> Self:
        """Give the call a key that identifies it within a job, such as an SKU or an order's number; returns the call.

        A job whose calls have keys may be run again with its input reordered, shortened or extended: only calls whose
        key was not executed are sent. Raises `ValueError` for a key that is empty or longer than 200 characters.
        """
        if isinstance(key, bool) or not isinstance(key, str | int):
            raise TypeError(f"{key!r} can't be a job key: pass text or a whole number")
        # Of an enum of texts its value, not its name.
        text = str.__str__(key) if isinstance(key, str) else str(key)
        if not 0 < len(text) <= _LONGEST_JOB_KEY:
            raise ValueError(f"a job key has 1 to {_LONGEST_JOB_KEY} characters, not {len(text)}")
        self._job_key = text
        return self

    async def response(self, *, timeout: float | None = None) -> Response:  # noqa: ASYNC109  as in `send`
        """Send the call and return the successful answer unread: status, headers and the body's bytes.

        Raises `APIError` or `TransportError`.
        """
        if timeout is not None:
            # Below zero is what is left of a time that is over.
            check_number("timeout", timeout, least=-math.inf, endless=True)
        channel = self._bound()
        request = self.hand_over()
        if timeout is not None:
            request = due_in(timeout, request)
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
        """The same call, to be sent through another channel: whichever is sent first, the other can't be any more."""
        bound = Call(self.request, self._reads, channel, unwrap=self._unwrap, look_up=self._look_up)
        bound._origin = self._origin or self
        bound._job_key = self._job_key
        return bound

    def __repr__(self) -> str:
        return f"<Call {self._request}>"

    def __reduce__(self) -> tuple[Any, ...]:
        if isinstance(self._request.body, StreamBody):
            raise TypeError(f"{self!r} uploads a stream, which exists once and can't be pickled: upload bytes instead")
        return _unpickled, (self.request, self._reads, self._unwrap, self._look_up, self.sent, self._job_key)

    def __del__(self) -> None:
        # A constructor that raised leaves no state to look at.
        if getattr(self, "_state", "sent") == "new" and not self.sent:
            warnings.warn(f"{self!r} was never awaited", RuntimeWarning, stacklevel=1, source=self)


def _unpickled(
    request: Request, reads: type[T], unwrap: str | None, look_up: LookUp | None, sent: bool, job_key: str | None
) -> Call[T]:
    call = Call(request, reads, unwrap=unwrap, look_up=look_up)
    call._job_key = job_key
    # Whether it gets sent is up to whoever unpickled it.
    call._state = "sent" if sent else "seen"
    return call
