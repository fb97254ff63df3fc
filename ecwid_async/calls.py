"""`Call`, one API call that is sent when it is awaited, and `Channel`, the connection to a store that it uses."""

import math
import warnings
from collections.abc import Awaitable, Callable, Collection, Coroutine, Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, NoReturn, Self, TypeVar, cast

from attrs import evolve, field

from ecwid_async.codec import Codec
from ecwid_async.errors import APIError, EcwidError
from ecwid_async.primitives.lazy_attrs import define, frozen
from ecwid_async.primitives.loop_time import loop_time
from ecwid_async.transport import check_number, parse_error, result_error
from ecwid_async.wire import Lane, Request, Response, StreamBody, Transport, with_deadline

__all__ = [
    "Call",
    "Channel",
    "Lookup",
    "TimeLimit",
    "current_deadline",
    "deadline",
    "past_cache",
    "refuse_calls",
    "within_deadline",
]

T = TypeVar("T")
# Covariant: calls with different results fit in one batch.
R = TypeVar("R", covariant=True)
E = TypeVar("E", bound=EcwidError)

_LONGEST_JOB_KEY: Final = 200
# In Python 3.11, an enum's class looks up a member in a slow function.
_INTERACTIVE: Final = Lane.INTERACTIVE
# Read in place of the empty body of a successful PUT or DELETE.
_EMPTY_OBJECT: Final = b"{}"

_time_limits: ContextVar[tuple["TimeLimit", ...]] = ContextVar("ecwid_time_limits", default=())


@define(eq=False)
class TimeLimit:
    """Until when the calls of a `deadline` block may take, in seconds of the event loop's clock."""

    at: float

    def lift(self) -> None:
        """Limit no further call. The limits of outer blocks stay."""
        self.at = math.inf


@contextmanager
def deadline(seconds: float) -> Iterator[TimeLimit]:
    """Limit all calls in the block, with their attempts and waits, to `seconds` from now on.

    It applies to every kind of call, also to bulk reads, batches and the opening of downloads, and to the tasks that
    are started in the block, until the block ends. Of several limits, such as nested blocks and `Call.with_timeout`,
    the earliest applies. A call that does not end in time raises `Timeout`, or `NotSentInTime` if it was not sent.

    Raises `ConfigError` for anything but an int or a float, and for NaN.
    """
    # Zero or less, where the caller's own time is over, is allowed: the calls raise `NotSentInTime`.
    check_number("seconds", seconds, minimum=-math.inf, unbounded=True)
    limit = TimeLimit(loop_time() + seconds)
    restore = _time_limits.set((*_time_limits.get(), limit))
    try:
        yield limit
    finally:
        # Also for tasks that outlive the block: they have a copy of its context.
        limit.lift()
        # A generator that yields in the block may be closed in another context.
        with suppress(ValueError):
            _time_limits.reset(restore)


def current_deadline() -> float | None:
    """When the calls of the current `deadline` blocks must end, by the event loop's clock; None without a limit."""
    earliest = min((limit.at for limit in _time_limits.get()), default=math.inf)
    return None if earliest == math.inf else earliest


def within_deadline(request: Request) -> Request:
    """The request, with the deadline of the current `deadline` blocks if that is earlier than its own.

    Raises `RuntimeError` in a `refuse_calls` block.
    """
    if (refusal := _refusals.get()) is not None and refusal.is_active:
        raise RuntimeError(refusal.reason)
    if not _time_limits.get():
        return request  # the usual case
    limit, own = current_deadline(), request.options.deadline
    if limit is None or (own is not None and own <= limit):
        return request
    return with_deadline(request, limit)


@define(eq=False)
class _Refusal:
    """Why no call may be sent now."""

    reason: str
    is_active: bool = True


_refusals: ContextVar[_Refusal | None] = ContextVar("ecwid_refusals", default=None)


@contextmanager
def refuse_calls(reason: str) -> Iterator[None]:
    """Let every call in the block, and in tasks that are started in it, raise `RuntimeError` until the block ends.

    For blocks that hold what others wait for, such as a transaction.
    """
    refusal = _Refusal(reason)
    restore = _refusals.set(refusal)
    try:
        yield
    finally:
        refusal.is_active = False
        with suppress(ValueError):
            _refusals.reset(restore)


@frozen(eq=False)
class Channel:
    """The connection of calls to one store: its transport, and the codec that reads responses.

    `timeout` limits interactive requests that have no deadline, in seconds from sending. `secrets` are masked in error
    messages. `server` is the base URL, or another identifier of the server; journals of jobs are kept per server. With
    `fresh`, all reads go past the cache.
    """

    transport: Transport
    codec: Codec
    timeout: float | None = None
    secrets: Collection[str] = field(default=(), repr=False)
    server: str = ""
    store_id: int | None = None
    fresh: bool = False

    async def exchange(self, request: Request) -> Response:
        """Send a request and return the response if it is a success.

        Raises `APIError` for any other status, and `TransportError` if there is no complete response.
        """
        if self.timeout is not None and request.options.deadline is None and request.options.lane is _INTERACTIVE:
            request = _with_timeout(request, self.timeout)
        request = within_deadline(request)
        if self.fresh:
            request = past_cache(request)
        try:
            response = await self.transport.send(request)
        finally:
            if isinstance(request.body, StreamBody):
                await request.body.aclose()  # no transport has closed it if the request failed before reaching one
        if not 200 <= response.status < 300:
            raise self.error(request, response)
        return response

    def error(self, request: Request, response: Response) -> APIError:
        """The error for an unsuccessful response."""
        return parse_error(request, response, self.secrets)


def _with_timeout(request: Request, seconds: float) -> Request:
    return with_deadline(request, loop_time() + seconds)


def past_cache(request: Request) -> Request:
    """The request, as one that goes past the cache."""
    return evolve(request, options=evolve(request.options, fresh=True))


Lookup = Callable[[Channel], Awaitable[object | None]]
"""Finds the item that a call was meant to create, in the store of a channel; returns None if it is not there."""

# A "new" call warns when it is dropped, a "used" one does not; neither was sent.
_State = Literal["new", "used", "sent", "closed"]


def _get_coroutine_state(name: str, call: "Call[Any]") -> Any:
    return getattr(call._coroutine, name, None)


class Call(Coroutine[Any, Any, R], Generic[R]):
    """One API call, sent when it is awaited: ``await call`` returns the typed result.

    It is a coroutine: ``asyncio.create_task``, ``TaskGroup.create_task``, ``asyncio.run``, ``gather`` and ``wait_for``
    take it. Like any coroutine it runs at most once: awaiting it again raises `RuntimeError`, and dropping it unused
    emits a `RuntimeWarning`. `request` shows the request without sending it.
    Calls compare by identity. They pickle without their store; ``store.send(call)`` sends an unpickled one.

    Awaiting raises `APIError`, `TransportError` or `DecodeError`; ``error.outcome`` says whether the call took effect.
    """

    __slots__ = (
        "__weakref__",
        "_channel",
        "_coroutine",
        "_job_key",
        "_look_up",
        "_origin",
        "_request",
        "_result_type",
        "_state",
        "_timeout",
        "_unwrap",
    )

    def __init__(
        self,
        request: Request,
        result_type: type[R],
        channel: Channel | None = None,
        *,
        unwrap: str | None = None,
        look_up: Lookup | None = None,
    ) -> None:
        self._origin: Call[R] | None = None
        self._state: _State = "new"
        self._request = request
        self._result_type = result_type
        self._channel = channel
        self._unwrap = unwrap
        self._look_up = look_up
        self._job_key: str | None = None
        self._timeout: float | None = None
        self._coroutine: Coroutine[Any, Any, R] | None = None

    @property
    def request(self) -> Request:
        """The request that awaiting sends, relative to a store and without credentials."""
        if self._state == "new":
            self._state = "used"
        return self._request

    if not TYPE_CHECKING:  # typeshed declares a plain attribute

        @property
        def __name__(self) -> str:
            """The endpoint: the name of the coroutine in the `repr` of its task."""
            return self._request.options.operation

    # For `asyncio.Task.print_stack` and debuggers; None before the start.
    cr_await, cr_code, cr_frame, cr_running, cr_suspended = (
        property(partial(_get_coroutine_state, name))
        for name in ("cr_await", "cr_code", "cr_frame", "cr_running", "cr_suspended")
    )

    # The coroutine protocol: tasks use `send` and `throw`, `await` uses the generator of `__await__`.

    def __await__(self) -> Generator[Any, None, R]:
        return self._create_coroutine().__await__()

    def send(self, value: Any, /) -> Any:
        """Run to the next suspension, as an event loop does. To send the call, await it."""
        coroutine = self._coroutine
        if coroutine is None:
            coroutine = self._create_coroutine()
        return coroutine.send(value)

    def throw(self, *exception: Any) -> Any:
        """Raise an exception where the call is suspended, as an event loop does to cancel it."""
        try:
            return self._coroutine_to_end().throw(*exception)
        finally:
            del exception  # its traceback contains this frame: a cycle would keep the call in memory

    def close(self) -> None:
        """End the call. A call that was not sent can't be sent afterwards."""
        self._coroutine_to_end().close()

    def _create_coroutine(self) -> Coroutine[Any, Any, R]:
        if self._coroutine is not None:
            self._raise_already_used()
        if self._state == "new":
            self._state = "used"
        self._coroutine = coroutine = self._run()
        return coroutine

    def _coroutine_to_end(self) -> Coroutine[Any, Any, R]:
        if self._coroutine is None:
            self._coroutine = self._run()
            if not self.sent:
                self._state = "closed"
        return self._coroutine

    def _raise_already_used(self) -> NoReturn:
        reason = "was already sent" if self.sent else "was closed" if self._state == "closed" else "is already awaited"
        raise RuntimeError(f"{self!r} {reason}: build the call again to repeat it")

    async def _run(self) -> R:
        return self.read(await self._exchange(), self._bound())

    def response(self) -> Coroutine[Any, Any, Response]:
        """Send the call and return the successful response undecoded: status, headers and the bytes of the body.

        Raises `APIError` or `TransportError`.
        """
        # Here, since a task that is cancelled before its first step never runs the coroutine.
        if self._state == "new":
            self._state = "used"
        return self._exchange()

    async def _exchange(self) -> Response:
        channel = self._bound()
        request = self.take_request()
        if self._timeout is not None:
            request = _with_timeout(request, self._timeout)
        try:
            return await channel.exchange(request)
        except EcwidError as error:
            self.with_lookup(error)
            raise

    def read(self, response: Response, channel: Channel) -> R:
        """The typed result in a successful response, which may come from a batch.

        Raises `DecodeError`, and `OutcomeUnknown` if the response to a write is not a result at all.
        """
        body = response.body
        if self._request.method != "GET":
            error = result_error(self._request, response)
            if error is not None:
                raise self.with_lookup(error, channel)
            if not body or body.isspace():
                body = _EMPTY_OBJECT
        if self._result_type is NoneType:
            return cast(R, None)
        if self._result_type is str:
            # An HTML page: no endpoint returns a JSON string.
            return cast(R, body.decode("utf-8", "replace"))
        codec = channel.codec
        operation = self._request.options.operation
        if self._unwrap is None:
            return codec.decode(body, self._result_type, operation)
        data = codec.parse(body, operation)
        inside = data.get(self._unwrap) if isinstance(data, dict) else None
        return codec.structure(inside, self._result_type, operation, self._unwrap)

    def take_request(self) -> Request:
        """Return the request for another sender, such as a batch. The call itself can't be sent any more.

        Raises `RuntimeError` if it was already sent or closed.
        """
        origin = self._origin or self
        if origin._state == "sent" or self._state == "closed":
            self._raise_already_used()
        origin._state = self._state = "sent"
        return self._request

    def release_request(self) -> None:
        """Undo `take_request`, for a request that was not sent after all: the call can be sent again."""
        (self._origin or self)._state = self._state = "used"

    @property
    def sent(self) -> bool:
        """Whether the request was sent or taken, by this call or by one that shares it (see `bind`)."""
        return (self._origin or self)._state == "sent"

    @property
    def channel(self) -> Channel | None:
        """The channel that sends it; None for an unpickled call."""
        return self._channel

    def with_lookup(self, error: E, channel: Channel | None = None) -> E:
        """Let ``error.resolve()`` look for the item that this call was meant to create; returns the error.

        It searches through `channel`, by default the call's own.
        """
        channel = channel or self._channel
        if error.outcome == "unknown" and self._look_up is not None and channel is not None:
            error.look_up = partial(self._look_up, evolve(channel, fresh=True))
        return error

    @property
    def timeout(self) -> float | None:
        """The call's own timeout in seconds; None if the timeout of the store or client applies."""
        return self._timeout

    def with_timeout(self, seconds: float | None) -> Self:
        """Limit the call, with all its attempts and waits, to `seconds` from when it is awaited; returns the call.

        It replaces the timeout of the client or store. `math.inf` means no limit; None restores theirs. When the time
        is up, the call raises `Timeout`. A batch refuses a call with a timeout of its own: pass `timeout` to the batch.

        Raises `ConfigError` for anything but an int or a float, and for NaN.
        """
        # A caller's own deadline may have passed, which leaves zero or less: the call then times out before sending.
        if seconds is not None:
            check_number("timeout", seconds, minimum=-math.inf, unbounded=True)
        self._timeout = seconds
        return self

    def without_cache(self) -> Self:
        """Read from the server, even if the client's cache has a response; returns the call.

        The response is not kept either, and the request not shared with identical reads in progress.
        """
        self._request = past_cache(self._request)
        return self

    @property
    def job_key(self) -> str | None:
        """The key that identifies the call within a job; None if it has no key."""
        return self._job_key

    def with_job_key(self, key: str | int) -> Self:
        """Give the call a key that identifies it within a job, such as an SKU or an order number; returns the call.

        A job whose calls have keys may run again with its input reordered, shortened or extended: only calls whose
        key was not executed are sent.

        Raises `ValueError` for a key that is empty or longer than 200 characters, and `TypeError` for anything but text
        or a whole number.
        """
        if isinstance(key, bool) or not isinstance(key, str | int):
            raise TypeError(f"{key!r} can't be a job key: pass text or a whole number")
        # `str` would return the name of an enum's member.
        text = str.__str__(key) if isinstance(key, str) else str(key)
        if not 0 < len(text) <= _LONGEST_JOB_KEY:
            raise ValueError(f"a job key has 1 to {_LONGEST_JOB_KEY} characters, not {len(text)}")
        self._job_key = text
        return self

    def _bound(self) -> Channel:
        if self._channel is None:
            raise RuntimeError(f"{self!r} belongs to no store: send it with `await store.send(call)`")
        return self._channel

    def bind(self, channel: Channel) -> "Call[R]":
        """The same call through another channel. Once either of the two is sent, the other can't be."""
        bound = Call(self.request, self._result_type, channel, unwrap=self._unwrap, look_up=self._look_up)
        bound._origin = self._origin or self
        bound._job_key = self._job_key
        bound._timeout = self._timeout
        if self._state == "closed":
            bound._state = "closed"
        return bound

    def __repr__(self) -> str:
        return f"<Call {self._request}>"

    def __reduce__(self) -> tuple[Any, ...]:
        if isinstance(self._request.body, StreamBody):
            raise TypeError(f"{self!r} uploads a stream, which exists once and can't be pickled: upload bytes instead")
        # The receiver decides whether to send it, so the copy does not warn either.
        state: _State = "sent" if self.sent else "closed" if self._state == "closed" else "used"
        return _unpickled, (
            self.request,
            self._result_type,
            self._unwrap,
            self._look_up,
            state,
            self._job_key,
            self._timeout,
        )

    def __del__(self) -> None:
        # A constructor that raised leaves no state.
        if getattr(self, "_state", "sent") == "new" and not self.sent:
            # At the line that dropped the call: Python's filters show a warning once per line.
            warnings.warn(f"{self!r} was never awaited", RuntimeWarning, stacklevel=2, source=self)


def _unpickled(
    request: Request,
    result_type: type[T],
    unwrap: str | None,
    look_up: Lookup | None,
    state: _State,
    job_key: str | None,
    timeout: float | None,
) -> Call[T]:
    call = Call(request, result_type, unwrap=unwrap, look_up=look_up)
    call._state = state
    call._job_key = job_key
    call._timeout = timeout
    return call
