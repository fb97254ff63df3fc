"""Sending again, where that does no harm.

What happened                                 repeatable call   any other call
never sent (lookup, refused, TLS, pool)       again             again
sent, no whole answer                         again             the error
429                                           after the wait    after the wait
408, 500, 502, 503, 504                       again             the answer
404 to a DELETE, after one of the above       success
2xx to a write, without a result in it        again             the error
anything else                                 the answer        the answer

What is raised or returned in the end speaks of all attempts: where an earlier one may have taken effect, no error says
that nothing was sent, and no refusal that nothing was done.
"""

import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from typing import Final

import anyio
from attrs import frozen

from ecwid_async.errors import (
    APIError,
    EcwidError,
    LimiterUnavailable,
    NotSent,
    OutcomeUnknown,
    Timeout,
    TransportError,
)
from ecwid_async.transport.events import EventEmitter
from ecwid_async.transport.responses import parse_retry_after, result_error
from ecwid_async.transport.retry.resume import Received
from ecwid_async.transport.throttle_time import add_throttled, throttled
from ecwid_async.transport.validation import check_count, check_number
from ecwid_async.wire import EventKind, EventSink, Request, Response, StreamBody, StreamedResponse, Transport

__all__ = ["Retry", "RetryBudget", "RetryPolicy"]

_PASSING: Final = frozenset({408, 500, 502, 503, 504})
# What a repeated DELETE is answered where the item is gone: it had worked the time before.
_DELETED: Final = b'{"success":true}'
# More would not fit into a float; the cap is reached long before.
_MOST_DOUBLINGS: Final = 100
_NOTHING_DONE: Final = frozenset({"not_sent", "refused"})


@frozen(kw_only=True)
class RetryPolicy:
    """How often and how patiently to try again. Times are in seconds.

    `attempts` counts sends in all. The wait before try n is random between 0 and ``base * 2**(n-1)``, at most `cap`
    (full jitter). A 429 waits as long as the server asks, `throttled` where it does not say, and all 429s of a call at
    most `patience` together, those of other calls with its token that it waits for included.
    `budget` bounds the repeats of one store: each takes one, each call puts a tenth back, so that a server that fails
    throughout gets a tenth more calls and not four times as many.

    Raises `ConfigError` for what can't be waited or counted.
    """

    attempts: int = 4
    base: float = 0.5
    cap: float = 20.0
    throttled: float = 10.0
    patience: float = 300.0
    budget: float = 20.0

    def __attrs_post_init__(self) -> None:
        check_count("RetryPolicy.attempts", self.attempts)
        for name in ("base", "cap", "throttled"):
            check_number(f"RetryPolicy.{name}", getattr(self, name))
        for name in ("patience", "budget"):
            check_number(f"RetryPolicy.{name}", getattr(self, name), endless=True)


class RetryBudget:
    """What one store may still repeat; its views share it."""

    __slots__ = ("_left", "_most")

    def __init__(self, policy: RetryPolicy) -> None:
        self._left = self._most = policy.budget

    def call(self) -> None:
        """A call was made: put a part of a repeat back."""
        if self._left < self._most:
            self._left = min(self._most, self._left + 0.1)

    def spend(self) -> bool:
        """Take one repeat, if there is one."""
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class _Progress:
    """How far a call has come: its attempt, whether an earlier one reached the server, and the last status."""

    __slots__ = ("arrived", "attempt", "status")

    def __init__(self) -> None:
        self.attempt = 1
        self.arrived = False
        self.status: int | None = None


class Retry:
    """Repeats what may be repeated, inside the call's deadline, and reports every attempt and wait to `events`.

    `store_id` and `server` are what the events name. `clock` and `sleep` are the event loop's own unless given;
    `jitter` picks a number between two.
    """

    def __init__(
        self,
        inner: Transport,
        *,
        policy: RetryPolicy | None = None,
        budget: "RetryBudget | None" = None,
        events: EventSink | None = None,
        store_id: int | None = None,
        server: str | None = None,
        clock: Callable[[], float] = anyio.current_time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._inner = inner
        self._policy = policy or RetryPolicy()
        self._budget = budget or RetryBudget(self._policy)
        self._tell = EventEmitter(events, store_id, server)
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    def __repr__(self) -> str:
        return f"<Retry over {self._inner!r}>"

    async def send(self, request: Request) -> Response:
        """Send until there is an answer worth returning. Raises the last error where there is none.

        Where an earlier attempt of a write may have taken effect, that is an `OutcomeUnknown` or `Timeout` whatever the
        last one came to, and an answer says so in `in_doubt`.
        """
        self._budget.call()
        wants = self._tell.wants
        if wants(EventKind.CALL_STARTED):
            with self._told(request) as progress:
                return await self._until_settled(request, progress, await self._attempt(request, progress))
        progress = _Progress()
        if wants(EventKind.ATTEMPT_STARTED) or wants(EventKind.ATTEMPT_ENDED):
            return await self._until_settled(request, progress, await self._attempt(request, progress))
        # Nobody looks and all goes well, which is the common case.
        try:
            response = await self._inner.send(request)
        except EcwidError as error:
            return await self._until_settled(request, progress, error)
        if response.status < 400 and (request.method == "GET" or result_error(request, response) is None):
            return response
        return await self._until_settled(request, progress, _checked(request, response))

    async def _attempt(self, request: Request, progress: _Progress) -> Response | EcwidError:
        started = self._clock()
        self._tell(EventKind.ATTEMPT_STARTED, request, progress.attempt)
        try:
            response = await self._inner.send(request)
        except EcwidError as error:
            self._tell(EventKind.ATTEMPT_ENDED, request, progress.attempt, None, self._clock() - started, error)
            return error
        self._tell(EventKind.ATTEMPT_ENDED, request, progress.attempt, response.status, self._clock() - started)
        return _checked(request, response)

    async def _until_settled(self, request: Request, progress: _Progress, last: Response | EcwidError) -> Response:
        in_doubt = False
        while True:
            attempt = progress.attempt
            error = last if isinstance(last, EcwidError) else None
            if isinstance(last, EcwidError):
                progress.status = None
                wait = self._after_failure(request, last, attempt)
            else:
                progress.status = last.status
                wait = self._after_answer(request, last, progress)
            if wait is None or self._too_late(request, wait):
                if isinstance(last, Response):
                    return _concluded(request, last, attempt, in_doubt)
                self._give_up(request, progress, last)
                if in_doubt and last.outcome in _NOTHING_DONE:
                    raise _doubtful(request, last, attempt) from last
                raise last
            in_doubt |= _may_have_worked(request, last)
            await self._before_again(request, progress, wait, error)
            last = await self._attempt(request, progress)

    async def _before_again(self, request: Request, progress: _Progress, wait: float, error: EcwidError | None) -> None:
        progress.arrived |= error is None or error.outcome != "not_sent"
        self._tell(EventKind.DELAYED, request, progress.attempt, progress.status, wait, error)
        if progress.status == 429:
            add_throttled(request, wait)
        await self._sleep(wait)
        progress.attempt += 1
        self._tell(EventKind.RETRYING, request, progress.attempt, progress.status, error=error)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Stream once there is an answer worth reading; where its body breaks off, read on from there.

        Up to the first byte the request is sent again as by `send`. Later the rest is asked for, where the server
        offers it and vouches for the file being the same; else, and where the attempts are used up, the chunks raise
        `OutcomeUnknown`.
        """
        self._budget.call()
        with self._told(request) as progress:
            async with AsyncExitStack() as opened:
                first, chunk = await self._begun(request, progress, opened)
                async with aclosing(self._to_the_end(request, progress, opened, first, chunk)) as chunks:
                    yield StreamedResponse(first.status, first.headers, chunks)

    async def _begun(
        self, request: Request, progress: _Progress, opened: AsyncExitStack
    ) -> tuple[StreamedResponse, bytes]:
        """An answer worth reading, and the first of its body."""
        while True:
            last = await self._open(request, progress, opened)
            error = last if isinstance(last, EcwidError) else None
            if isinstance(last, EcwidError):
                wait = self._after_failure(request, last, progress.attempt)
            else:
                wait = self._after_answer(request, last[0], progress)
            if wait is None or self._too_late(request, wait):
                if isinstance(last, EcwidError):
                    self._give_up(request, progress, last)
                    raise last
                return last
            await opened.aclose()
            await self._before_again(request, progress, wait, error)

    async def _open(
        self, request: Request, progress: _Progress, opened: AsyncExitStack
    ) -> tuple[StreamedResponse, bytes] | EcwidError:
        started = self._clock()
        self._tell(EventKind.ATTEMPT_STARTED, request, progress.attempt)
        progress.status = None
        try:
            response = await opened.enter_async_context(self._inner.stream(request))
            progress.status = response.status
            self._tell(EventKind.ATTEMPT_ENDED, request, progress.attempt, response.status, self._clock() - started)
            if response.status < 400:
                async for chunk in response.chunks:
                    if chunk:
                        return response, chunk
            return response, b""
        except EcwidError as error:
            if progress.status is None:
                self._tell(EventKind.ATTEMPT_ENDED, request, progress.attempt, None, self._clock() - started, error)
            progress.status = None
            return error

    async def _to_the_end(
        self,
        request: Request,
        progress: _Progress,
        opened: AsyncExitStack,
        response: StreamedResponse,
        first: bytes,
    ) -> AsyncGenerator[bytes]:
        received = Received(response)
        while True:
            received.size += len(first)
            if first:
                yield first
            try:
                async for chunk in response.chunks:
                    received.size += len(chunk)
                    yield chunk
            except TransportError as error:
                broken = error
            else:
                if received.is_whole():
                    return
                broken = OutcomeUnknown("the rest has another length than was announced", request=request)
            hindrance = received.hindrance()
            wait = self._after_failure(request, broken, progress.attempt) if hindrance is None else None
            if wait is None or self._too_late(request, wait):
                raise self._interrupted(request, progress, broken, received, hindrance)
            await opened.aclose()
            await self._before_again(request, progress, wait, broken)
            response, first = await self._begun(received.rest_of(request), progress, opened)
            mismatch = received.mismatch(response)
            if mismatch is not None:
                raise self._interrupted(request, progress, broken, received, mismatch)

    def _interrupted(
        self, request: Request, progress: _Progress, broken: TransportError, received: Received, why: str | None
    ) -> TransportError:
        """What to raise for a download that broke off and is not read on."""
        error = broken
        if received.size and not isinstance(broken, Timeout):
            reason = f"the download was interrupted after {received.size:,} bytes ({broken.reason})"
            error = OutcomeUnknown(f"{reason} and can't be resumed: {why}" if why else reason, request=request)
            error.__cause__ = broken
        self._give_up(request, progress, error)
        return error

    def _give_up(self, request: Request, progress: _Progress, error: EcwidError) -> None:
        # A closed gate and quarantine were told of when they began.
        if not isinstance(error, APIError):
            self._tell(EventKind.GAVE_UP, request, progress.attempt, progress.status, error=error)
        if isinstance(error, TransportError):
            error.attempts = progress.attempt
        if progress.arrived and error.outcome == "not_sent":
            error.outcome = "refused"  # this attempt never left, and those before did nothing

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()

    def _after_failure(self, request: Request, error: EcwidError, attempt: int) -> float | None:
        if isinstance(error, Timeout):
            return None  # also NotSentInTime: the deadline is over
        may = isinstance(error, NotSent) or (isinstance(error, OutcomeUnknown) and request.options.repeatable)
        return self._backoff(request, attempt) if may else None

    def _after_answer(
        self, request: Request, response: Response | StreamedResponse, progress: _Progress
    ) -> float | None:
        if response.status < 400:
            return None
        if response.status == 429:
            asked = parse_retry_after(response.headers)
            wait = self._policy.throttled if asked is None else max(asked, 1.0)
            late = throttled(request) + wait > self._policy.patience
            return None if late or isinstance(request.body, StreamBody) else wait
        if response.status in _PASSING and request.options.repeatable:
            return self._backoff(request, progress.attempt)
        return None

    def _backoff(self, request: Request, attempt: int) -> float | None:
        if attempt >= self._policy.attempts or isinstance(request.body, StreamBody) or not self._budget.spend():
            return None
        return self._jitter(0.0, min(self._policy.cap, self._policy.base * 2.0 ** min(attempt - 1, _MOST_DOUBLINGS)))

    def _too_late(self, request: Request, wait: float) -> bool:
        deadline = request.options.deadline
        return deadline is not None and self._clock() + wait >= deadline

    @contextmanager
    def _told(self, request: Request) -> Iterator[_Progress]:
        """Tell of the beginning and the end of a call, however it ends."""
        progress = _Progress()
        started = self._clock()
        error: BaseException | None = None
        self._tell(EventKind.CALL_STARTED, request, 1)
        try:
            yield progress
        except BaseException as raised:
            error = raised
            raise
        finally:
            # A call that is dropped may outlive its event loop, and with it the loop's clock.
            seconds = None if isinstance(error, GeneratorExit) else self._clock() - started
            self._tell(EventKind.CALL_ENDED, request, progress.attempt, progress.status, seconds, error)


def _checked(request: Request, response: Response) -> Response | OutcomeUnknown:
    """The answer, or for a write's success without a result in it the error that it amounts to."""
    if response.status >= 300 or request.method == "GET":
        return response
    return result_error(request, response) or response


def _may_have_worked(request: Request, attempt: Response | EcwidError) -> bool:
    if request.method == "GET":
        return False
    return attempt.outcome == "unknown" if isinstance(attempt, EcwidError) else attempt.status != 429


def _concluded(request: Request, last: Response, attempt: int, in_doubt: bool) -> Response:
    """The last answer, as that to all attempts."""
    if in_doubt and request.method == "DELETE" and last.status == 404:
        return Response(200, last.headers, _DELETED, attempt)
    return last if attempt == 1 else Response(last.status, last.headers, last.body, attempt, in_doubt)


def _doubtful(request: Request, last: EcwidError, attempts: int) -> OutcomeUnknown | Timeout:
    """What to raise for a write of which an earlier attempt left, where the last one surely did nothing."""
    reason = last.reason if isinstance(last, TransportError | LimiterUnavailable) else type(last).__name__
    late = isinstance(last, Timeout)
    error = (Timeout if late else OutcomeUnknown)(
        f"an earlier attempt left, and for the last there was {reason}", request=request
    )
    error.attempts = attempts
    return error
