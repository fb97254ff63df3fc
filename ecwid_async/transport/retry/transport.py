"""`Retry`: the transport wrapper that repeats requests if that does no harm.

What happened                                  repeatable call    any other call
never sent (DNS, refused, TLS, pool)           retried            retried
sent, no complete response                     retried            error
429                                            retried after the delay that the server names
408, 500, 502, 503, 504                        retried            the response
404 to a DELETE, after one of the above        success
2xx to a write, without a result in it         retried            error
anything else                                  the response       the response

The final error or response covers all attempts: if an earlier one may have taken effect, the error of the last one
does not claim that nothing was sent or done.
"""

import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

import anyio

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
from ecwid_async.transport.retry.policy import RetryBudget, RetryPolicy
from ecwid_async.transport.throttle_time import add_throttle_time, throttle_time
from ecwid_async.wire import EventKind, EventSink, Request, Response, StreamBody, StreamedResponse, Transport

if TYPE_CHECKING:
    from ecwid_async.transport.retry.resume import PartialDownload

__all__ = ["Retry"]

_TRANSIENT_STATUSES: Final = frozenset({408, 500, 502, 503, 504})
# The body of the response to a repeated DELETE that gets a 404: an earlier attempt succeeded.
_DELETED: Final = b'{"success":true}'
# `max_delay` is reached long before, and about a thousand doublings overflow a float.
_MAX_DOUBLINGS: Final = 100
# The events of a call that succeeds at once.
_EVERY_CALL: Final = (
    EventKind.CALL_STARTED,
    EventKind.CALL_ENDED,
    EventKind.ATTEMPT_STARTED,
    EventKind.ATTEMPT_ENDED,
)
_WITHOUT_EFFECT: Final = frozenset({"not_sent", "refused"})


class _Progress:
    """The current attempt of a call, whether an earlier one may have reached the server, and the last status."""

    __slots__ = ("attempt", "may_have_arrived", "status")

    def __init__(self) -> None:
        self.attempt = 1
        self.may_have_arrived = False
        self.status: int | None = None


class Retry:
    """Retries requests within the call's deadline, and emits an event for every attempt and delay.

    `store_id` and `server` appear in the events. `clock` and `sleep` default to those of the event loop, in seconds;
    `jitter` returns a number between two others.
    """

    def __init__(
        self,
        inner: Transport,
        *,
        policy: RetryPolicy | None = None,
        budget: RetryBudget | None = None,
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
        self._emit = EventEmitter(events, store_id, server)
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    def __repr__(self) -> str:
        return f"<Retry over {self._inner!r}>"

    async def send(self, request: Request) -> Response:
        """Send until a response is final, or raise the last error.

        If an earlier attempt of a write may have taken effect, the error is `OutcomeUnknown` or `Timeout`, however the
        last attempt ended, and a response has `in_doubt` set.
        """
        self._budget.record_call()
        if self._emit.wants_any(_EVERY_CALL):
            with self._call_events(request) as progress:
                return await self._retry_until_final(request, progress, await self._attempt(request, progress))
        # The usual case: no sink wants events, and the first attempt succeeds.
        try:
            response = await self._inner.send(request)
        except EcwidError as error:
            return await self._retry_until_final(request, _Progress(), error)
        if response.status < 400 and (request.method == "GET" or result_error(request, response) is None):
            return response
        return await self._retry_until_final(request, _Progress(), _check_result(request, response))

    async def _attempt(self, request: Request, progress: _Progress) -> Response | EcwidError:
        started = self._clock()
        self._emit(EventKind.ATTEMPT_STARTED, request, progress.attempt)
        try:
            response = await self._inner.send(request)
        except EcwidError as error:
            self._emit(EventKind.ATTEMPT_ENDED, request, progress.attempt, None, self._clock() - started, error)
            return error
        self._emit(EventKind.ATTEMPT_ENDED, request, progress.attempt, response.status, self._clock() - started)
        return _check_result(request, response)

    async def _retry_until_final(self, request: Request, progress: _Progress, last: Response | EcwidError) -> Response:
        in_doubt = False
        while True:
            if isinstance(last, Response):
                progress.attempt += last.attempts - 1  # the transport below may have sent it with two tokens
            attempt = progress.attempt
            error = last if isinstance(last, EcwidError) else None
            if isinstance(last, EcwidError):
                progress.status = None
                delay = self._delay_after_error(request, last, attempt)
            else:
                progress.status = last.status
                delay = self._delay_after_response(request, last, progress)
            if delay is None or self._exceeds_deadline(request, delay):
                if isinstance(last, Response):
                    return _final_response(request, last, attempt, in_doubt)
                self._give_up(request, progress, last)
                if in_doubt and last.outcome in _WITHOUT_EFFECT:
                    raise _in_doubt_error(request, last, attempt) from last
                raise last
            in_doubt |= _may_have_taken_effect(request, last)
            await self._wait_to_retry(request, progress, delay, error)
            last = await self._attempt(request, progress)

    async def _wait_to_retry(
        self, request: Request, progress: _Progress, delay: float, error: EcwidError | None
    ) -> None:
        progress.may_have_arrived |= error is None or error.outcome != "not_sent"
        self._emit(EventKind.DELAYED, request, progress.attempt, progress.status, delay, error)
        if progress.status == 429:
            add_throttle_time(request, delay)
        await self._sleep(delay)
        progress.attempt += 1
        self._emit(EventKind.RETRYING, request, progress.attempt, progress.status, error=error)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Stream the body of the first final response; if it is interrupted, resume it.

        Until the first byte arrives, the request is retried as by `send`. After an interruption only the rest is
        requested, if the server supports range requests and confirms that the file is unchanged. Otherwise, or once all
        attempts are used up, the chunks raise `OutcomeUnknown`.
        """
        self._budget.record_call()
        with self._call_events(request) as progress:
            async with AsyncExitStack() as stack:
                first, chunk = await self._open_until_final(request, progress, stack)
                async with aclosing(self._all_chunks(request, progress, stack, first, chunk)) as chunks:
                    yield StreamedResponse(first.status, first.headers, chunks)

    async def _open_until_final(
        self, request: Request, progress: _Progress, stack: AsyncExitStack
    ) -> tuple[StreamedResponse, bytes]:
        """Open until a response is final. Returns it with the first chunk of its body."""
        while True:
            last = await self._open(request, progress, stack)
            error = last if isinstance(last, EcwidError) else None
            if isinstance(last, EcwidError):
                delay = self._delay_after_error(request, last, progress.attempt)
            else:
                delay = self._delay_after_response(request, last[0], progress)
            if delay is None or self._exceeds_deadline(request, delay):
                if isinstance(last, EcwidError):
                    self._give_up(request, progress, last)
                    raise last
                return last
            await stack.aclose()
            await self._wait_to_retry(request, progress, delay, error)

    async def _open(
        self, request: Request, progress: _Progress, stack: AsyncExitStack
    ) -> tuple[StreamedResponse, bytes] | EcwidError:
        started = self._clock()
        self._emit(EventKind.ATTEMPT_STARTED, request, progress.attempt)
        progress.status = None
        try:
            response = await stack.enter_async_context(self._inner.stream(request))
            progress.status = response.status
            self._emit(EventKind.ATTEMPT_ENDED, request, progress.attempt, response.status, self._clock() - started)
            if response.status < 400:
                async for chunk in response.chunks:
                    if chunk:
                        return response, chunk
            return response, b""
        except EcwidError as error:
            if progress.status is None:
                self._emit(EventKind.ATTEMPT_ENDED, request, progress.attempt, None, self._clock() - started, error)
            progress.status = None
            return error

    async def _all_chunks(
        self,
        request: Request,
        progress: _Progress,
        stack: AsyncExitStack,
        response: StreamedResponse,
        first: bytes,
    ) -> AsyncGenerator[bytes]:
        from ecwid_async.transport.retry.resume import PartialDownload  # for downloads only

        download = PartialDownload(response)
        while True:
            download.size += len(first)
            if first:
                yield first
            try:
                async for chunk in response.chunks:
                    download.size += len(chunk)
                    yield chunk
            except TransportError as error:
                failure = error
            else:
                if download.is_complete():
                    return
                failure = OutcomeUnknown("the rest does not have the announced length", request=request)
            reason = download.why_not_resumable()
            delay = self._delay_after_error(request, failure, progress.attempt) if reason is None else None
            if delay is None or self._exceeds_deadline(request, delay):
                raise self._interrupted(request, progress, failure, download, reason)
            await stack.aclose()
            await self._wait_to_retry(request, progress, delay, failure)
            response, first = await self._open_until_final(download.request_for_rest(request), progress, stack)
            mismatch = download.mismatch(response)
            if mismatch is not None:
                raise self._interrupted(request, progress, failure, download, mismatch)

    def _interrupted(
        self,
        request: Request,
        progress: _Progress,
        failure: TransportError,
        download: "PartialDownload",
        why: str | None,
    ) -> TransportError:
        """The error of an interrupted download that is not resumed."""
        error = failure
        if download.size and not isinstance(failure, Timeout):
            reason = f"the download was interrupted after {download.size:,} bytes ({failure.reason})"
            error = OutcomeUnknown(f"{reason} and can't be resumed: {why}" if why else reason, request=request)
            error.__cause__ = failure
        self._give_up(request, progress, error)
        return error

    def _give_up(self, request: Request, progress: _Progress, error: EcwidError) -> None:
        # A closed gate or a quarantine emitted its event when it began.
        if not isinstance(error, APIError):
            self._emit(EventKind.GAVE_UP, request, progress.attempt, progress.status, error=error)
        if isinstance(error, TransportError):
            error.attempts = progress.attempt
        if progress.may_have_arrived and error.outcome == "not_sent":
            error.outcome = "refused"  # this attempt was not sent, and earlier ones had no effect

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()

    def _delay_after_error(self, request: Request, error: EcwidError, attempt: int) -> float | None:
        if isinstance(error, Timeout):
            return None  # the deadline has passed, also for the subclass NotSentInTime
        safe = isinstance(error, NotSent) or (isinstance(error, OutcomeUnknown) and request.options.repeatable)
        return self._backoff(request, attempt) if safe else None

    def _delay_after_response(
        self, request: Request, response: Response | StreamedResponse, progress: _Progress
    ) -> float | None:
        if response.status < 400:
            return None
        if response.status == 429:
            seconds = parse_retry_after(response.headers)
            delay = self._policy.default_retry_after if seconds is None else max(seconds, 1.0)
            too_long = throttle_time(request) + delay > self._policy.throttle_timeout
            return None if too_long or isinstance(request.body, StreamBody) else delay
        if response.status in _TRANSIENT_STATUSES and request.options.repeatable:
            return self._backoff(request, progress.attempt)
        return None

    def _backoff(self, request: Request, attempt: int) -> float | None:
        if attempt >= self._policy.attempts or isinstance(request.body, StreamBody) or not self._budget.spend():
            return None
        delay = self._policy.base_delay * 2.0 ** min(attempt - 1, _MAX_DOUBLINGS)
        return self._jitter(0.0, min(self._policy.max_delay, delay))

    def _exceeds_deadline(self, request: Request, delay: float) -> bool:
        deadline = request.options.deadline
        return deadline is not None and self._clock() + delay >= deadline

    @contextmanager
    def _call_events(self, request: Request) -> Iterator[_Progress]:
        """Emit an event at the start of a call, and one at its end, however it ends."""
        progress = _Progress()
        started = self._clock()
        error: BaseException | None = None
        self._emit(EventKind.CALL_STARTED, request, 1)
        try:
            yield progress
        except BaseException as raised:
            error = raised
            raise
        finally:
            # The event loop of an abandoned call, and with it the clock, may be closed.
            seconds = None if isinstance(error, GeneratorExit) else self._clock() - started
            self._emit(EventKind.CALL_ENDED, request, progress.attempt, progress.status, seconds, error)


def _check_result(request: Request, response: Response) -> Response | OutcomeUnknown:
    """The response, or the error if it is a successful response to a write and has no result."""
    if response.status >= 300 or request.method == "GET":
        return response
    return result_error(request, response) or response


def _may_have_taken_effect(request: Request, attempt: Response | EcwidError) -> bool:
    if request.method == "GET":
        return False
    return attempt.outcome == "unknown" if isinstance(attempt, EcwidError) else attempt.status != 429


def _final_response(request: Request, last: Response, attempt: int, in_doubt: bool) -> Response:
    """The final response of a call: the last one, with the number of attempts and whether earlier ones are in doubt."""
    if in_doubt and request.method == "DELETE" and last.status == 404:
        return Response(200, last.headers, _DELETED, attempt, duration=last.duration)
    if attempt == 1:
        return last
    return Response(last.status, last.headers, last.body, attempt, in_doubt, last.duration)


def _in_doubt_error(request: Request, last: EcwidError, attempts: int) -> OutcomeUnknown | Timeout:
    """The error of a write whose last attempt did not take effect, but an earlier one may have."""
    reason = last.reason if isinstance(last, TransportError | LimiterUnavailable) else type(last).__name__
    timed_out = isinstance(last, Timeout)
    error = (Timeout if timed_out else OutcomeUnknown)(
        f"an earlier attempt was sent; the last one failed with {reason}", request=request
    )
    error.attempts = attempts
    return error
