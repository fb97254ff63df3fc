"""`RateLimit`: the transport wrapper in which calls wait for a slot."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import anyio

from ecwid_async.errors import APIError, InvalidToken, StoreSuspended
from ecwid_async.transport.auth import Secret
from ecwid_async.transport.events import EventEmitter
from ecwid_async.transport.rate_limit.keys import store_key, token_key
from ecwid_async.transport.rate_limit.limiter import Limiter, Wait
from ecwid_async.transport.rate_limit.quarantine import Quarantine
from ecwid_async.transport.rate_limit.queue import CallQueue, QueueKey, Waiter, join_queue, waiting_calls
from ecwid_async.transport.rate_limit.quota import Quota
from ecwid_async.transport.rate_limit.refusals import closed_gate_error, late_slot_error, quarantine_error
from ecwid_async.transport.responses import parse_error, parse_retry_after
from ecwid_async.transport.throttle_time import add_throttle_time
from ecwid_async.wire import (
    EventKind,
    EventSink,
    Headers,
    Lane,
    Request,
    Response,
    StreamedResponse,
    Transport,
    to_printable,
)

__all__ = ["RateLimit"]

_CEILING: Final = "ceiling"
_JOIN_QUEUE: Final = Wait(0.0)
_MAX_CODE: Final = 60
_MAX_MESSAGE: Final = 200


class RateLimit:
    """Sends requests of one token and store when the limiter admits them, and reports the responses to the limiter.

    Calls of a lane are served in order of arrival; a cancelled call leaves the queue. At the ceiling, stores take
    turns. Raises, without sending anything: `NotSentInTime` if the deadline would pass in the queue, `RateLimited` if
    the gate stays closed beyond `throttle_timeout` seconds, `InvalidToken` or `StoreSuspended` in quarantine, and
    `ValueError` for a cost beyond the quota.
    """

    def __init__(
        self,
        inner: Transport,
        limiter: Limiter,
        *,
        token: str,
        store_id: int | None = None,
        quota: Quota | None = None,
        throttle_timeout: float = 300.0,
        events: EventSink | None = None,
        server: str | None = None,
        clock: Callable[[], float] = anyio.current_time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._inner = inner
        self._limiter = limiter
        self._secret = token if isinstance(token, Secret) else Secret(token)
        self._key = token_key(token)
        self._store_id = store_id
        self._store = store_key(store_id)
        self._quota = quota or Quota()
        self._throttle_timeout = throttle_timeout
        self._emit = EventEmitter(events, store_id, server)
        self._clock = clock
        self._sleep = sleep

    def __repr__(self) -> str:
        return f"<RateLimit over {self._inner!r}>"

    async def send(self, request: Request) -> Response:
        """Wait for a slot, send, and report the response."""
        options = request.options
        # In the usual case no call waits, and the limiter is asked at once, without a queue.
        if waiting_calls and self._has_waiters(options.lane):
            refusal: Wait | Quarantine | None = _JOIN_QUEUE
        else:
            refusal = await self._limiter.acquire(self._key, self._store, options.lane, options.cost)
        if refusal is not None:
            await self._wait_or_raise(request, refusal)
        try:
            response = await self._inner.send(request)
        except BaseException:
            await self._release(request)
            raise
        if response.status < 400:
            await self._limiter.release(self._key, self._store, options.cost, succeeded=True)
        else:
            await self._report(request, response)
        return response

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Wait for a slot and stream. The slot becomes free a window after the head of the response arrives."""
        await self._wait_or_raise(request, _JOIN_QUEUE)
        released = False
        try:
            async with self._inner.stream(request) as response:
                close_gate_for = self._retry_after(response.headers) if response.status == 429 else 0.0
                released = True
                await self._release(request, close_gate_for=close_gate_for, succeeded=response.status < 400)
                yield response
        finally:
            if not released:
                await self._release(request)

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()

    async def _wait_or_raise(self, request: Request, refusal: Wait | Quarantine) -> None:
        """Acquire a slot, which must be released once, or raise."""
        quarantine = await self._wait_in_queue(request) if isinstance(refusal, Wait) else refusal
        if quarantine is not None:
            raise quarantine_error(request, quarantine)

    def _has_waiters(self, lane: Lane) -> bool:
        return self._queue_key(self._key, lane) in waiting_calls or self._queue_key(_CEILING, lane) in waiting_calls

    def _queue_key(self, key: str, lane: Lane) -> QueueKey:
        return id(self._limiter), key, lane

    async def _wait_in_queue(self, request: Request) -> Quarantine | None:
        """Wait in the queue of the token and, if needed, of the ceiling. Returns None once a slot is acquired."""
        lane, timeout = request.options.lane, self._throttle_timeout
        with join_queue(self._queue_key(self._key, lane), request, timeout, self._clock()) as (queue, waiter):
            await self._wait_for_turn(queue, waiter, request)
            while True:
                found = await self._poll(request, queue, waiter, at_ceiling=False)
                if isinstance(found, Wait):
                    # If the call then has to wait for its own token again, it leaves this queue to others.
                    ceiling = self._queue_key(_CEILING, lane)
                    with join_queue(ceiling, request, timeout, self._clock()) as (at_ceiling, ceiling_waiter):
                        await self._wait_for_turn(at_ceiling, ceiling_waiter, request)
                        found = await self._poll(request, queue, waiter, at_ceiling=True)
                if not isinstance(found, Wait):
                    if seconds := queue.throttled(waiter, self._clock()):
                        add_throttle_time(request, seconds)
                    return found

    async def _wait_for_turn(self, queue: CallQueue, waiter: Waiter, request: Request) -> None:
        if len(queue.waiters) == 1:
            return
        start, deadline = self._clock(), request.options.deadline
        if queue.times_out(waiter):
            raise closed_gate_error(request, queue.gate(start), self._throttle_timeout)
        waiter.turn = anyio.Event()
        with anyio.CancelScope(deadline=math.inf if deadline is None else deadline) as scope:
            waiter.scope = scope
            await waiter.turn.wait()
        waiter.scope = None
        if waiter.refused:
            raise closed_gate_error(request, queue.gate(self._clock()), self._throttle_timeout)
        if scope.cancelled_caught:
            raise late_slot_error(request)
        self._emit(EventKind.DELAYED, request, seconds=self._clock() - start)

    async def _poll(
        self, request: Request, queue: CallQueue, waiter: Waiter, *, at_ceiling: bool
    ) -> Wait | Quarantine | None:
        """Acquire until the result is not a wait for this reason: the ceiling if `at_ceiling`, else the token."""
        options = request.options
        while (
            isinstance(
                found := await self._limiter.acquire(self._key, self._store, options.lane, options.cost),
                Wait,
            )
            and found.at_ceiling is at_ceiling
        ):
            now = self._clock()
            if found.closed_for is not None:
                queue.close_gate(found, now)
                if queue.times_out(waiter):
                    raise closed_gate_error(request, found, self._throttle_timeout)
            if options.deadline is not None and now + found.seconds >= options.deadline:
                raise late_slot_error(request)
            self._emit(EventKind.DELAYED, request, seconds=found.seconds)
            await self._sleep(found.seconds)
        return found

    async def _release(self, request: Request, *, close_gate_for: float = 0.0, succeeded: bool = False) -> None:
        cost = request.options.cost
        await self._limiter.release(self._key, self._store, cost, close_gate_for=close_gate_for, succeeded=succeeded)

    async def _report(self, request: Request, response: Response) -> None:
        """Close the gate or quarantine, depending on the response, and release the slots."""
        close_gate_for = 0.0
        try:
            if response.status == 429:
                close_gate_for = self._retry_after(response.headers)
                self._emit(EventKind.THROTTLED, request, status=response.status, seconds=close_gate_for)
            elif response.status in (401, 402, 403):
                error = parse_error(request, response)
                # Only for this store: the token may be valid for another one.
                if isinstance(error, InvalidToken):
                    await self._quarantine(self._key, request, error)
                elif isinstance(error, StoreSuspended):
                    await self._quarantine(None, request, error)
        finally:
            await self._release(request, close_gate_for=close_gate_for)

    async def _quarantine(self, key: str | None, request: Request, error: APIError) -> None:
        interval, now = self._quota.probe_interval, datetime.now(UTC)
        quarantine = Quarantine(
            store_id=self._store_id,
            status=error.status,
            code=self._masked(error.code, _MAX_CODE),
            message=self._masked(error.message, _MAX_MESSAGE),
            request_id=request.id,
            since=now,
            until=now + timedelta(seconds=interval),
        )
        await self._limiter.quarantine(key, self._store, quarantine)
        self._emit(EventKind.QUARANTINED, request, status=error.status, seconds=interval)

    def _masked(self, text: str | None, limit: int) -> str | None:
        return to_printable(text, (self._secret,), limit) if text else None

    def _retry_after(self, headers: Headers) -> float:
        seconds = parse_retry_after(headers)
        # At least a second: at the pace of the quota, the next call would come too soon and be refused again.
        return self._quota.default_retry_after if seconds is None else max(seconds, 1.0)
