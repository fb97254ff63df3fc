"""Never too fast: calls wait here until the API's rate limit has room for them.

The API takes 600 requests a minute and token, and does not say how it counts. Three rules together meet no 429 from a
sliding log, a fixed window or a bucket of 60:

- **slots**: a request holds one of 600 from before it is sent until a minute after its answer. The server has counted
  it by then for more than a minute, whatever the network did in between;
- **pace**: slots are given out at the quota's own rate, bulk calls one by one, interactive ones up to `burst` ahead;
- **gate**: after a 429 nobody sends with that token until the time the server named.

Bulk calls leave `reserve` slots to interactive ones and wait for them. A token or store that can't work is put in
quarantine: its calls get the first answer again, without a request, but for one probe in a while.
"""

import hashlib
import math
import os
import threading
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol

import anyio
import anyio.lowlevel
from attrs import frozen

from ecwid_async.errors import InvalidToken, NotSentInTime, StoreSuspended, api_error, retry_after
from ecwid_async.transport.telling import Teller
from ecwid_async.wire import (
    EventKind,
    EventSink,
    Headers,
    Lane,
    Request,
    Response,
    StreamedResponse,
    Transport,
)

__all__ = ["Govern", "GovernorState", "MemoryState", "Quota", "Verdict", "Wait", "token_key"]


@frozen(kw_only=True)
class Quota:
    """What one token may ask for, and all together. Times are in seconds.

    `requests` in `window` per token, of which bulk calls leave `reserve`; interactive ones may run `burst` ahead of the
    pace. `ceiling` bounds the requests a second of all tokens, since the API also counts by address. A quarantined
    token or store is tried again every `probation`; `throttled` is the wait after a 429 that names none.
    """

    requests: int = 600
    window: float = 60.0
    reserve: int = 12
    burst: int = 40
    ceiling: float = 90.0
    probation: float = 900.0
    throttled: float = 10.0


@frozen
class Verdict:
    """Why a token or store is in quarantine: the answer that said so."""

    status: int
    body: bytes

    def response(self) -> Response:
        """That answer once more."""
        return Response(self.status, Headers((("Content-Type", "application/json"),)), self.body)


@frozen
class Wait:
    """Not yet: ask again after so many seconds. `at_ceiling` says that other tokens, not this one, are in the way."""

    seconds: float
    at_ceiling: bool = False


class GovernorState(Protocol):
    """What is known of tokens and stores, in memory or shared between processes. Keys are hashes or store ids."""

    async def enter(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Verdict | None:
        """Take `cost` slots at once and return None, or return why not and take nothing.

        One caller in a while gets None in quarantine too, to probe it.
        """

    async def leave(self, key: str, store: str, cost: int, *, closed_for: float = 0.0, cleared: bool = False) -> None:
        """An exchange is over: its slots free in a window's time.

        For `closed_for` seconds nobody enters with that key; `cleared` ends the quarantine of key and store.
        """

    async def condemn(self, key: str, verdict: Verdict) -> None:
        """Put a key or a store into quarantine."""


def token_key(token: str) -> str:
    """What stands for a token where it must not stand itself."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def most_slots(quota: Quota, lane: Lane, cost: int) -> int:
    """How many slots may be held where a call of that lane is let in. Raises `ValueError` if the call never fits."""
    most = quota.requests - quota.reserve if lane is Lane.BULK else quota.requests
    if cost > most:
        raise ValueError(f"a call that counts as {cost} requests never fits into the {most} of a window: split it")
    return most


# Less than this is no wait: added to the time it may leave it as it is.
_TICK: Final = 1e-6


# Plain classes here: attrs would take a millisecond of every start to make each of them.


class _Pace:
    """Evenly spaced moments, with what was missed made up for: a virtual schedule (GCRA)."""

    __slots__ = ("interval", "next")

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.next = float("-inf")

    def wait(self, now: float, ahead: float) -> float:
        """Seconds until a caller that may run `ahead` intervals before the schedule is due."""
        due = self.next - ahead * self.interval - now
        return due if due > _TICK else 0.0

    def take(self, now: float) -> None:
        self.next = max(self.next, now) + self.interval


# What a sleep that ends late may make up for, so that the pace is kept on average.
SLACK: Final = 2.0


class _Token:
    """The slots of one token: how many are held, those of calls under way, and when the others become free."""

    __slots__ = ("frees", "held", "opens", "pace", "under_way")

    def __init__(self, pace: _Pace) -> None:
        self.pace = pace
        self.under_way = 0
        self.frees: deque[tuple[float, int]] = deque()
        self.held = 0
        self.opens = float("-inf")

    def settle(self, now: float) -> None:
        while self.frees and self.frees[0][0] <= now:
            self.held -= self.frees.popleft()[1]

    @property
    def idle(self) -> bool:
        return not self.frees and not self.under_way


class _Quarantine:
    __slots__ = ("probe", "verdict")

    def __init__(self, verdict: Verdict, probe: float) -> None:
        self.verdict = verdict
        self.probe = probe


_states: "Final[weakref.WeakSet[MemoryState]]" = weakref.WeakSet()


class MemoryState:
    """The state of this process; event loops and threads may share it. `clock` tells seconds."""

    def __init__(self, quota: Quota | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.quota = quota or Quota()
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: OrderedDict[str, _Token] = OrderedDict()
        self._quarantine: dict[str, _Quarantine] = {}
        self._ceiling = _Pace(1 / self.quota.ceiling)
        _states.add(self)

    async def enter(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Verdict | None:
        """See `GovernorState.enter`. Raises `ValueError` for a cost that never fits."""
        quota = self.quota
        bulk = lane is Lane.BULK
        most = most_slots(quota, lane, cost)
        with self._lock:
            now = self._clock()
            token = self._tokens.get(key)
            if token is None:
                self._forget(now)
                token = self._tokens[key] = _Token(_Pace(quota.window / (quota.requests - quota.reserve)))
            token.settle(now)
            if self._quarantine and (verdict := self._verdict(key, store, now)) is not None:
                return verdict
            if token.opens > now:
                return Wait(token.opens - now)
            if token.held + cost > most:
                return Wait(max(token.frees[0][0] - now, 0.001) if token.frees else token.pace.interval)
            due = token.pace.wait(now, SLACK if bulk else quota.burst)
            if due > 0:
                return Wait(due)
            due = self._ceiling.wait(now, SLACK if bulk else quota.burst)
            if due > 0:
                return Wait(due, at_ceiling=True)
            self._ceiling.take(now)
            # A batch is one request on the wire: what it counts it takes in slots, or the next call would wait for it.
            token.pace.take(now)
            token.under_way += 1
            token.held += cost
            return None

    async def leave(self, key: str, store: str, cost: int, *, closed_for: float = 0.0, cleared: bool = False) -> None:
        """See `GovernorState.leave`."""
        with self._lock:
            now = self._clock()
            token = self._tokens[key]
            token.under_way -= 1
            token.frees.append((now + self.quota.window, cost))
            if closed_for:
                token.opens = max(token.opens, now + closed_for)
            if cleared and self._quarantine:
                self._quarantine.pop(key, None)
                self._quarantine.pop(store, None)

    async def condemn(self, key: str, verdict: Verdict) -> None:
        """See `GovernorState.condemn`."""
        with self._lock:
            self._quarantine[key] = _Quarantine(verdict, self._clock() + self.quota.probation)

    def forget_under_way(self) -> None:
        """Let go of the slots of exchanges that end elsewhere: in the process that this one was forked from."""
        self._lock = threading.Lock()
        for token in self._tokens.values():
            token.under_way = 0
            token.held = sum(cost for _, cost in token.frees)

    def _verdict(self, key: str, store: str, now: float) -> Verdict | None:
        for found in filter(None, (self._quarantine.get(key), self._quarantine.get(store))):
            if found.probe > now:
                return found.verdict
            found.probe = now + self.quota.probation
        return None

    def _forget(self, now: float) -> None:
        """Drop tokens that nothing is known of any more; looks at the oldest few, whenever a new one comes."""
        for _ in range(min(4, len(self._tokens))):
            key, token = next(iter(self._tokens.items()))
            token.settle(now)
            if token.idle and token.opens <= now:
                del self._tokens[key]
            else:
                self._tokens.move_to_end(key)


_CEILING: Final = "ceiling"

_Place = tuple[int, str, Lane]

# The queues belong to an event loop, as everything one can wait on does; how many stand in them does not.
_queues: anyio.lowlevel.RunVar[dict[_Place, "_Queue"]] = anyio.lowlevel.RunVar("ecwid_async queues")
_waiting: dict[_Place, int] = {}
_counting: Final = threading.Lock()


def _forked() -> None:
    _waiting.clear()
    for state in _states:
        state.forget_under_way()


if hasattr(os, "register_at_fork"):
    # Held across the fork, so that the child does not get it locked by a thread that it has not.
    os.register_at_fork(before=_counting.acquire, after_in_parent=_counting.release, after_in_child=_counting.release)
    os.register_at_fork(after_in_child=_forked)


class _Queue:
    """Callers in the order in which they came; it exists while somebody is in it."""

    __slots__ = ("callers", "lock")

    def __init__(self) -> None:
        self.lock = anyio.Lock(fast_acquire=True)
        self.callers = 0


@asynccontextmanager
async def _in_turn(owner: object, key: str, request: Request) -> AsyncIterator[None]:
    """Stand in a queue until it is one's turn, or raise `NotSentInTime` at the request's deadline."""
    lane, deadline = request.options.lane, request.options.deadline
    queues = _queues.get(None)
    if queues is None:
        _queues.set(queues := {})
    place = (id(owner), key, lane)
    queue = queues.setdefault(place, _Queue())
    queue.callers += 1
    _count(place, 1)
    try:
        with anyio.CancelScope(deadline=math.inf if deadline is None else deadline) as waiting:
            await queue.lock.acquire()
        if waiting.cancelled_caught:
            raise _no_room(request)
        try:
            yield
        finally:
            queue.lock.release()
    finally:
        _count(place, -1)
        queue.callers -= 1
        if not queue.callers:
            del queues[place]


def _no_room(request: Request) -> NotSentInTime:
    return NotSentInTime("the rate limit has no room before the deadline; nothing was sent", request=request)


def _count(place: _Place, change: int) -> None:
    with _counting:
        left = _waiting.get(place, 0) + change
        if left:
            _waiting[place] = left
        else:
            del _waiting[place]


_QUEUED: Final = Wait(0.0)


class Govern:
    """Lets requests of one token and store through as the state allows, and tells it of the answers.

    The queue is first come, first served within a lane; who is cancelled leaves it. Among stores, the ceiling serves
    one call of each in turn. Raises `NotSentInTime` where a deadline would pass in the queue.
    """

    def __init__(
        self,
        inner: Transport,
        state: GovernorState,
        *,
        token: str,
        store_id: int | None = None,
        quota: Quota | None = None,
        events: EventSink | None = None,
        server: str | None = None,
        clock: Callable[[], float] = anyio.current_time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._inner = inner
        self._state = state
        self._key = token_key(token)
        self._store = f"store {store_id}"
        self._quota = quota or Quota()
        self._tell = Teller(events, store_id, server)
        self._clock = clock
        self._sleep = sleep

    def __repr__(self) -> str:
        return f"<Govern over {self._inner!r}>"

    async def send(self, request: Request) -> Response:
        """Wait for room, send, and take note of the answer."""
        options = request.options
        # Where nobody waits for anything, which is the common case, no queue is made.
        found = _QUEUED if _waiting else await self._state.enter(self._key, self._store, options.lane, options.cost)
        if found is not None:
            verdict = await self._wait(request) if isinstance(found, Wait) else found
            if verdict is not None:
                return verdict.response()
        closed_for = 0.0
        try:
            response = await self._inner.send(request)
            if response.status >= 400:
                closed_for = await self._learn(request, response)
        except BaseException:
            await self._give_back(request)
            raise
        cleared = response.status < 400
        await self._state.leave(self._key, self._store, options.cost, closed_for=closed_for, cleared=cleared)
        return response

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Wait for room and stream; the slot counts from the answer's head."""
        verdict = await self._wait(request)
        if verdict is not None:
            answer = verdict.response()
            yield StreamedResponse(answer.status, answer.headers, _once(answer.body))
            return
        left = False
        try:
            async with self._inner.stream(request) as response:
                closed_for = self._closed_for(response.headers) if response.status == 429 else 0.0
                await self._state.leave(self._key, self._store, request.options.cost, closed_for=closed_for)
                left = True
                yield response
        finally:
            if not left:
                await self._give_back(request)

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()

    async def _wait(self, request: Request) -> Verdict | None:
        """Return None once the request may be sent, or why it may not be."""
        async with _in_turn(self._state, self._key, request):
            found = await self._until(request, leave_at_ceiling=True)
            if not isinstance(found, Wait):
                return found
            async with _in_turn(self._state, _CEILING, request):
                found = await self._until(request, leave_at_ceiling=False)
        return found if isinstance(found, Verdict) else None

    async def _enter(self, request: Request) -> Wait | Verdict | None:
        options = request.options
        return await self._state.enter(self._key, self._store, options.lane, options.cost)

    async def _give_back(self, request: Request) -> None:
        """Let a slot go after an exchange that has no answer. Shielded: a slot that is kept is lost for good."""
        with anyio.CancelScope(shield=True):
            await self._state.leave(self._key, self._store, request.options.cost)

    async def _until(self, request: Request, *, leave_at_ceiling: bool) -> Wait | Verdict | None:
        deadline = request.options.deadline
        while isinstance(found := await self._enter(request), Wait):
            if leave_at_ceiling and found.at_ceiling:
                break
            if deadline is not None and self._clock() + found.seconds >= deadline:
                raise _no_room(request)
            self._tell(EventKind.WAITED, request, seconds=found.seconds)
            await self._sleep(found.seconds)
        return found

    async def _learn(self, request: Request, response: Response) -> float:
        """Close the gate or put into quarantine, as the answer says. Returns how long the gate is closed."""
        if response.status == 429:
            seconds = self._closed_for(response.headers)
            self._tell(EventKind.THROTTLED, request, status=response.status, seconds=seconds)
            return seconds
        if response.status in (401, 402, 403):
            error = api_error(request, response)
            key = {InvalidToken: self._key, StoreSuspended: self._store}.get(type(error))
            if key is not None:
                await self._state.condemn(key, Verdict(response.status, response.body))
                self._tell(EventKind.QUARANTINED, request, status=response.status, seconds=self._quota.probation)
        return 0.0

    def _closed_for(self, headers: Headers) -> float:
        asked = retry_after(headers)
        # Not for no time at all: whoever is told so would be refused at the quota's own pace.
        return self._quota.throttled if asked is None else max(asked, 1.0)


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body
