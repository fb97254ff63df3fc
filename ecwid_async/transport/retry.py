"""Sending again, where that does no harm.

What happened                                 repeatable call   any other call
never sent (lookup, refused, TLS, pool)       again             again
sent, no whole answer                         again             the error
429                                           after the wait    after the wait
408, 500, 502, 503, 504                       again             the answer
anything else                                 the answer        the answer
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import anyio
from attrs import frozen

from ecwid_async.errors import NotSent, OutcomeUnknown, TransportError, retry_after
from ecwid_async.wire import Event, EventKind, EventSink, Request, Response, StreamBody, StreamedResponse, Transport

__all__ = ["Retry", "RetryPolicy"]

_PASSING: Final = frozenset({408, 500, 502, 503, 504})


@frozen(kw_only=True)
class RetryPolicy:
    """How often and how patiently to try again. Times are in seconds.

    `attempts` counts sends in all. The wait before try n is random between 0 and ``base * 2**(n-1)``, at most `cap`
    (full jitter). A 429 waits as long as the server asks, `throttled` where it does not say, at most `patience`.
    """

    attempts: int = 4
    base: float = 0.5
    cap: float = 20.0
    throttled: float = 10.0
    patience: float = 120.0


class Retry:
    """Repeats what may be repeated, inside the call's deadline, and reports every attempt and wait to `events`.

    `clock` and `sleep` are the event loop's own unless given; `jitter` picks a number between two.
    """

    def __init__(
        self,
        inner: Transport,
        *,
        policy: RetryPolicy | None = None,
        events: EventSink | None = None,
        store_id: int | None = None,
        clock: Callable[[], float] = anyio.current_time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._inner = inner
        self._policy = policy or RetryPolicy()
        self._events = events
        self._store_id = store_id
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    def __repr__(self) -> str:
        return f"<Retry over {self._inner!r}>"

    async def send(self, request: Request) -> Response:
        """Send until there is an answer worth returning. Raises the last `TransportError` where there is none."""
        attempt = 1
        while True:
            response: Response | None = None
            error: TransportError | None = None
            started = self._clock() if self._events is not None else 0.0
            self._tell(EventKind.SENT, request, attempt)
            try:
                response = await self._inner.send(request)
            except TransportError as failure:
                failure.attempts = attempt
                error = failure
                wait = self._after_failure(request, failure, attempt)
            else:
                wait = self._after_answer(request, response, attempt)
            status = response.status if response is not None else None
            if self._events is not None:
                self._tell(EventKind.ANSWERED, request, attempt, status, self._clock() - started, error)
            if wait is None or self._too_late(request, wait):
                if error is not None:
                    self._tell(EventKind.GAVE_UP, request, attempt, error=error)
                    raise error
                assert response is not None  # noqa: S101  one of the two is there
                return response
            self._tell(EventKind.WAITED, request, attempt, status, wait)
            await self._sleep(wait)
            attempt += 1
            self._tell(EventKind.RETRIED, request, attempt, status, error=error)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Stream once: a download that broke off is taken up by whoever reads it."""
        async with self._inner.stream(request) as response:
            yield response

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()

    def _after_failure(self, request: Request, error: TransportError, attempt: int) -> float | None:
        may = isinstance(error, NotSent) or (isinstance(error, OutcomeUnknown) and request.options.repeatable)
        return self._backoff(request, attempt) if may else None

    def _after_answer(self, request: Request, response: Response, attempt: int) -> float | None:
        if response.status == 429:
            asked = retry_after(response.headers)
            wait = self._policy.throttled if asked is None else asked
            return None if wait > self._policy.patience or isinstance(request.body, StreamBody) else wait
        if response.status in _PASSING and request.options.repeatable:
            return self._backoff(request, attempt)
        return None

    def _backoff(self, request: Request, attempt: int) -> float | None:
        if attempt >= self._policy.attempts or isinstance(request.body, StreamBody):
            return None
        return self._jitter(0.0, min(self._policy.cap, self._policy.base * 2 ** (attempt - 1)))

    def _too_late(self, request: Request, wait: float) -> bool:
        deadline = request.options.deadline
        return deadline is not None and self._clock() + wait >= deadline

    def _tell(
        self,
        kind: EventKind,
        request: Request,
        attempt: int,
        status: int | None = None,
        seconds: float | None = None,
        error: TransportError | None = None,
    ) -> None:
        if self._events is None:
            return
        self._events(
            Event(
                kind=kind,
                operation=request.options.operation,
                request_id=request.id,
                store_id=self._store_id,
                attempt=attempt,
                status=status,
                seconds=seconds,
                error=type(error).__name__ if error is not None else None,
            )
        )
