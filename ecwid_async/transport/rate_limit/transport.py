"""Never too fast: calls wait here until the API's rate limit has room for them.

The API takes 600 requests a minute and token, and does not say how it counts. Three rules together meet no 429 from a
sliding log, a fixed window or a bucket of 60:

- **slots**: a request holds one of 600 from before it is sent until a minute after its answer. The server has counted
  it by then for more than a minute, whatever the network did in between;
- **pace**: slots are given out at the quota's own rate, bulk calls one by one, interactive ones up to `burst` ahead;
- **gate**: after a 429 nobody sends with that token until the time the server named.

Bulk calls leave `reserve` slots to interactive ones and wait for them, but keep one request in twenty (`SHARE`), both
of a token and at the ceiling of the address: however many interactive calls there are, bulk ones go on.

A call waits at a closed gate for as long as its `patience` lasts, which counts the waits of its retries too; where it
would have to wait longer it fails at once. A token or store that can't work is put in quarantine: its calls fail
without a request, but for one probe in a while. Both errors say that nothing was sent, and until when.
"""

import hashlib
import math
import os
import threading
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeAlias

import anyio
import anyio.lowlevel
from attrs import evolve, frozen

from ecwid_async.errors import APIError, ConfigError, InvalidToken, NotSentInTime, RateLimited, StoreSuspended
from ecwid_async.transport.auth import Secret
from ecwid_async.transport.events import EventEmitter
from ecwid_async.transport.responses import parse_error, parse_retry_after
from ecwid_async.transport.throttle_time import add_throttled, throttled
from ecwid_async.transport.validation import check_count, check_number
from ecwid_async.wire import (
    EventKind,
    EventSink,
    Headers,
    Lane,
    Request,
    Response,
    StreamedResponse,
    Transport,
    printable,
)

__all__ = ["Limiter", "MemoryLimiter", "Quarantine", "QuarantineList", "Quota", "RateLimit", "Wait", "token_key"]

# No time of a quota is longer: Redis keeps what it knows for a month.
LONGEST: Final = 31 * 86_400.0
_MOST: Final = 10**9


def check_seconds(name: str, value: object) -> None:
    """Raise `ConfigError` unless `value` is a time that can be waited for."""
    check_number(name, value, above=True, most=LONGEST)


@frozen(kw_only=True)
class Quota:
    """What one token may ask for, and all together. Times are in seconds.

    `requests` in `window` per token, of which bulk calls leave `reserve`; interactive ones may run `burst` ahead of the
    pace. `ceiling` bounds the requests a second of all tokens, since the API also counts by address. A quarantined
    token or store is tried again every `probation`; `throttled` is the wait after a 429 that names none.

    Raises `ConfigError` for a value that is none of these: counts are whole numbers (`reserve` less than `requests`),
    `ceiling` and times are above zero and finite.
    """

    requests: int = 600
    window: float = 60.0
    reserve: int = 12
    burst: int = 40
    ceiling: float = 90.0
    probation: float = 900.0
    throttled: float = 10.0

    def __attrs_post_init__(self) -> None:
        for name, least in (("requests", 1), ("reserve", 0), ("burst", 0)):
            check_count(f"Quota.{name}", getattr(self, name), least=least, most=_MOST)
        if self.reserve >= self.requests:
            raise ConfigError(
                f"`reserve` of a quota is {self.reserve} of {self.requests} requests, which leaves bulk calls none: it "
                "has to be less than `requests`"
            )
        check_number("Quota.ceiling", self.ceiling, least=1 / LONGEST, most=_MOST)
        for name in ("window", "probation", "throttled"):
            check_seconds(f"Quota.{name}", getattr(self, name))

    @property
    def interval(self) -> float:
        """Seconds between two calls at the pace of a token."""
        return self.window / (self.requests - self.reserve)


@frozen(kw_only=True)
class Quarantine:
    """A token or a store whose calls are not sent, since the API said that they can't work.

    `store_id` is None for what an app asks about itself. `status`, `code` and `message` are those of the response to
    the request `request_id`, which came at `since`; the first call after `until` is sent, to see whether that still
    holds. Both are in UTC.
    """

    store_id: int | None
    status: int
    code: str | None
    message: str | None
    request_id: str
    since: datetime
    until: datetime

    @property
    def reason(self) -> str:
        """Status and code of the response, as in ``403 INVALID_API_TOKEN``."""
        return f"{self.status} {self.code}" if self.code else str(self.status)


@frozen
class Wait:
    """Not yet: ask again after so many seconds.

    `at_ceiling` says that other tokens, not this one, are in the way. `closed_for` is given where a 429 has closed the
    gate: for how many seconds it has been closed.
    """

    seconds: float
    at_ceiling: bool = False
    closed_for: float | None = None


class Limiter(Protocol):
    """What is known of tokens and stores, in memory or shared between processes. Keys are hashes of tokens."""

    async def enter(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Quarantine | None:
        """Take `cost` slots at once and return None, or return why not and take nothing, also where it is cancelled.

        One caller in a while gets None in quarantine too, to probe it.
        """

    async def leave(self, key: str, store: str, cost: int, *, closed_for: float = 0.0, cleared: bool = False) -> None:
        """An exchange is over: its slots free in a window's time. Called once for each `enter` that returned None.

        For `closed_for` seconds nobody enters with that key; `cleared` ends the quarantine of key and store. It does
        its work whatever is cancelled meanwhile.
        """

    async def quarantine(self, key: str | None, store: str, quarantine: Quarantine) -> None:
        """Put a store into quarantine: for the token of `key`, or for every token."""

    async def quarantined(self) -> list[Quarantine]:
        """All quarantines, the oldest first."""

    async def lift(self, store: str | None) -> None:
        """End the quarantines of a store, or all."""


class QuarantineList:
    """The quarantines of a client: ``await ecwid.quarantine()`` lists them, `clear` lifts them."""

    def __init__(self, state: Limiter | None) -> None:
        self._state = state

    def __await__(self) -> Generator[object, object, list[Quarantine]]:
        return self._list().__await__()

    async def _list(self) -> list[Quarantine]:
        return await self._state.quarantined() if self._state is not None else []

    async def clear(self, store_id: int | None = None) -> None:
        """Lift the quarantines of one store, or all: the next call is sent. Do it where the reason is gone."""
        if self._state is not None:
            await self._state.lift(None if store_id is None else store_key(store_id))


def token_key(token: str) -> str:
    """What stands for a token where it must not stand itself."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def store_key(store_id: int | None) -> str:
    """What stands for a store."""
    return f"store {store_id}"


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
# Bulk calls are owed one in so many requests, whatever interactive calls there are.
SHARE: Final = 20
# A bulk call that waits asks again within this part of a window after the time that it was told, or is gone.
GRACE: Final = 0.1
# The oldest quarantine is forgotten where there are more, and found out again by a call.
MOST_QUARANTINES: Final = 10_000


class _Share:
    """What bulk calls are owed: a request in every `interval`, from `start` on.

    Time without bulk calls counts for one request at most. Where a call waits for `cost` slots, interactive calls leave
    free as many of them as it is owed by then.
    """

    __slots__ = ("cost", "interval", "start", "until")

    def __init__(self, interval: float) -> None:
        self.interval = SHARE * interval
        self.start = float("-inf")
        self.cost = 0
        self.until = float("-inf")

    def begin(self, now: float) -> None:
        if self.until <= now:
            self.start = max(self.start, now - self.interval)

    def wait(self, now: float, cost: int = 1) -> float:
        """Seconds until so many requests are owed."""
        due = self.start + cost * self.interval - now
        return due if due > _TICK else 0.0

    def claim(self, now: float, cost: int, until: float) -> None:
        """A call for `cost` slots waits, and will ask again before `until`."""
        self.cost, self.until = cost, until

    def left(self, now: float) -> int:
        """How many slots interactive calls leave free."""
        return 0 if self.until <= now else min(self.cost, int((now - self.start + _TICK) / self.interval))

    def take(self, now: float, cost: int = 1) -> None:
        self.start = min(now, max(self.start + cost * self.interval, now - self.interval))
        self.until = float("-inf")


class _Token:
    """The slots of one token: how many are held, those of calls under way, and when the others become free."""

    __slots__ = ("closed", "frees", "held", "opens", "pace", "share", "under_way")

    def __init__(self, interval: float) -> None:
        self.pace = _Pace(interval)
        self.share: _Share | None = None  # without bulk calls there is none
        self.under_way = 0
        self.frees: deque[tuple[float, int]] = deque()
        self.held = 0
        self.closed = self.opens = float("-inf")

    def settle(self, now: float) -> None:
        while self.frees and self.frees[0][0] <= now:
            self.held -= self.frees.popleft()[1]

    @property
    def idle(self) -> bool:
        return not self.frees and not self.under_way


class _Held:
    """A quarantine, and when one call may probe it, by the state's clock."""

    __slots__ = ("probe", "quarantine")

    def __init__(self, quarantine: Quarantine, probe: float) -> None:
        self.quarantine = quarantine
        self.probe = probe


_states: "Final[weakref.WeakSet[MemoryLimiter]]" = weakref.WeakSet()


class MemoryLimiter:
    """The state of this process; event loops and threads may share it. `clock` tells seconds."""

    def __init__(self, quota: Quota | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.quota = quota or Quota()
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: OrderedDict[str, _Token] = OrderedDict()
        # By token and store, or by store alone.
        self._quarantine: OrderedDict[tuple[str | None, str], _Held] = OrderedDict()
        self._ceiling = _Pace(1 / self.quota.ceiling)
        self._share = _Share(1 / self.quota.ceiling)
        with _counting:
            _states.add(self)

    async def enter(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Quarantine | None:
        """See `Limiter.enter`. Raises `ValueError` for a cost that never fits."""
        quota = self.quota
        bulk = lane is Lane.BULK
        most = most_slots(quota, lane, cost)
        with self._lock:
            now = self._clock()
            token = self._tokens.get(key)
            if token is None:
                self._forget(now)
                token = self._tokens[key] = _Token(quota.interval)
            token.settle(now)
            if self._quarantine and (quarantine := self._quarantined(key, store, now)) is not None:
                return quarantine
            if token.opens > now:
                return Wait(token.opens - now, closed_for=now - token.closed)
            if bulk:
                if (wait := self._let_bulk_in(token, most, cost, now)) is not None:
                    return wait
            else:
                if token.share is not None:
                    most -= token.share.left(now)
                if token.held + cost > most:
                    return Wait(self._next_slot(token, now))
                due = token.pace.wait(now, quota.burst)
                if due > 0:
                    return Wait(due)
                due = self._ceiling.wait(now, quota.burst)
                if due > 0:
                    return Wait(due, at_ceiling=True)
            if self._quarantine:
                self._probe(key, store, now)
            self._ceiling.take(now)
            # A batch is one request on the wire: what it counts it takes in slots, or the next call would wait for it.
            token.pace.take(now)
            token.under_way += 1
            token.held += cost
            return None

    def _let_bulk_in(self, token: _Token, most: int, cost: int, now: float) -> Wait | None:
        """The pace and the slots that interactive calls leave, or else the share."""
        share, owed = token.share, self._share
        if share is None:
            share = token.share = _Share(token.pace.interval)
        share.begin(now)
        owed.begin(now)
        wait = 0.0
        if share.wait(now, cost) == 0:
            most = self.quota.requests
        if token.held + cost > most:
            wait = self._next_slot(token, now)
        elif (due := token.pace.wait(now, SLACK)) > 0:
            wait = min(due, share.wait(now))
        if wait > 0:
            share.claim(now, cost, now + wait + GRACE * self.quota.window)
            return Wait(wait)
        if (due := self._ceiling.wait(now, SLACK)) > 0 and (due := min(due, owed.wait(now))) > 0:
            return Wait(due, at_ceiling=True)
        share.take(now, cost)
        owed.take(now)
        return None

    @staticmethod
    def _next_slot(token: _Token, now: float) -> float:
        return max(token.frees[0][0] - now, 0.001) if token.frees else token.pace.interval

    async def leave(self, key: str, store: str, cost: int, *, closed_for: float = 0.0, cleared: bool = False) -> None:
        """See `Limiter.leave`."""
        with self._lock:
            now = self._clock()
            token = self._tokens[key]
            token.under_way -= 1
            token.frees.append((now + self.quota.window, cost))
            if closed_for:
                if token.opens <= now:
                    token.closed = now
                token.opens = max(token.opens, now + closed_for)
            if cleared and self._quarantine:
                self._quarantine.pop((key, store), None)
                self._quarantine.pop((None, store), None)

    async def quarantine(self, key: str | None, store: str, quarantine: Quarantine) -> None:
        """See `Limiter.quarantine`."""
        with self._lock:
            known = self._quarantine.pop((key, store), None)
            if known is not None:
                quarantine = evolve(quarantine, since=known.quarantine.since)
            self._quarantine[key, store] = _Held(quarantine, self._clock() + self.quota.probation)
            if len(self._quarantine) > MOST_QUARANTINES:
                self._quarantine.popitem(last=False)

    async def quarantined(self) -> list[Quarantine]:
        """See `Limiter.quarantined`."""
        with self._lock:
            found = [held.quarantine for held in self._quarantine.values()]
        return sorted(found, key=lambda quarantine: quarantine.since)

    async def lift(self, store: str | None) -> None:
        """See `Limiter.lift`."""
        with self._lock:
            for place in [place for place in self._quarantine if store is None or place[1] == store]:
                del self._quarantine[place]

    def forget_under_way(self) -> None:
        """Let go of the slots of exchanges that end elsewhere: in the process that this one was forked from."""
        self._lock = threading.Lock()
        for token in self._tokens.values():
            token.under_way = 0
            token.held = sum(cost for _, cost in token.frees)

    def _quarantined(self, key: str, store: str, now: float) -> Quarantine | None:
        for place in ((key, store), (None, store)):
            held = self._quarantine.get(place)
            if held is not None and held.probe > now:
                return held.quarantine
        return None

    def _probe(self, key: str, store: str, now: float) -> None:
        """Somebody enters: in quarantine, the others wait for what comes of it."""
        for place in ((key, store), (None, store)):
            held = self._quarantine.get(place)
            if held is not None:
                held.probe = now + self.quota.probation
                held.quarantine = evolve(held.quarantine, until=_in(self.quota.probation))

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

_Place: TypeAlias = tuple[int, str, Lane]

# The queues belong to an event loop, as everything one can wait on does; how many stand in them does not.
_queues: anyio.lowlevel.RunVar[dict[_Place, "_Queue"]] = anyio.lowlevel.RunVar("ecwid_async queues")
_waiting: dict[_Place, int] = {}
_counting: Final = threading.Lock()


def _forked() -> None:
    _waiting.clear()
    for state in list(_states):
        state.forget_under_way()


if hasattr(os, "register_at_fork"):
    # Held across the fork, so that the child does not get it locked by a thread that it has not.
    os.register_at_fork(before=_counting.acquire, after_in_parent=_counting.release, after_in_child=_counting.release)
    os.register_at_fork(after_in_child=_forked)


class _Caller:
    """One call in a queue. `spent` is what it has waited because of 429s before, `mark` what the queue had by then."""

    __slots__ = ("mark", "patience", "refused", "scope", "spent", "turn")

    def __init__(self, spent: float, mark: float, patience: float) -> None:
        self.spent = spent
        self.mark = mark
        self.patience = patience
        self.turn: anyio.Event | None = None
        self.scope: anyio.CancelScope | None = None
        self.refused = False


class _Queue:
    """Callers in the order in which they came, of whom the first has its turn; it exists while somebody is in it."""

    __slots__ = ("_closed", "_since", "_until", "callers")

    def __init__(self) -> None:
        self.callers: OrderedDict[_Caller, None] = OrderedDict()
        # How long the gate was seen closed, up to the time at which it opens.
        self._closed = 0.0
        self._since = self._until = float("-inf")

    def join(self, request: Request, patience: float, now: float) -> _Caller:
        caller = _Caller(throttled(request), self._closed_by(now), patience)
        self.callers[caller] = None
        return caller

    def leave(self, caller: _Caller) -> None:
        del self.callers[caller]
        first = next(iter(self.callers), None)
        if first is not None and first.turn is not None:
            first.turn.set()

    def close(self, wait: Wait, now: float) -> None:
        """The gate is closed: callers who can't wait until it opens are turned away at once."""
        until = now + wait.seconds
        self._since = now - (wait.closed_for or 0.0)
        self._closed += max(0.0, until - max(now, self._until))
        self._until = max(until, self._until)
        for caller in self.callers:
            if caller.scope is not None and self.refuses(caller):
                caller.refused = True
                caller.scope.cancel()

    def refuses(self, caller: _Caller) -> bool:
        """Whether the patience of a caller ends before the gate opens."""
        return caller.spent + self._closed - caller.mark > caller.patience

    def gate(self, now: float) -> Wait:
        """How long the gate is closed yet."""
        return Wait(max(0.0, self._until - now), closed_for=now - self._since)

    def waited(self, caller: _Caller, now: float) -> float:
        """How long a caller has waited because of the gate."""
        return self._closed_by(now) - caller.mark

    def _closed_by(self, now: float) -> float:
        return self._closed - max(0.0, self._until - now)


def _count(place: _Place, change: int) -> None:
    with _counting:
        left = _waiting.get(place, 0) + change
        if left:
            _waiting[place] = left
        else:
            del _waiting[place]


_QUEUED: Final = Wait(0.0)


class RateLimit:
    """Lets requests of one token and store through as the state allows, and tells it of the answers.

    The queue is first come, first served within a lane; who is cancelled leaves it. Among stores, the ceiling serves
    one call of each in turn. Raises, nothing having been sent: `NotSentInTime` where a deadline would pass in the
    queue, `RateLimited` where the gate stays closed for longer than the call's `patience` in seconds, `InvalidToken`
    and `StoreSuspended` in quarantine.
    """

    def __init__(
        self,
        inner: Transport,
        state: Limiter,
        *,
        token: str,
        store_id: int | None = None,
        quota: Quota | None = None,
        patience: float = 300.0,
        events: EventSink | None = None,
        server: str | None = None,
        clock: Callable[[], float] = anyio.current_time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._inner = inner
        self._state = state
        self._secret = token if isinstance(token, Secret) else Secret(token)
        self._key = token_key(token)
        self._store_id = store_id
        self._store = store_key(store_id)
        self._quota = quota or Quota()
        self._patience = patience
        self._tell = EventEmitter(events, store_id, server)
        self._clock = clock
        self._sleep = sleep

    def __repr__(self) -> str:
        return f"<RateLimit over {self._inner!r}>"

    async def send(self, request: Request) -> Response:
        """Wait for room, send, and take note of the answer."""
        options = request.options
        # Where nobody waits for anything, which is the common case, no queue is made.
        if _waiting and self._others_wait(options.lane):
            found: Wait | Quarantine | None = _QUEUED
        else:
            found = await self._state.enter(self._key, self._store, options.lane, options.cost)
        if found is not None:
            await self._let_in(request, found)
        try:
            response = await self._inner.send(request)
        except BaseException:
            await self._leave(request)
            raise
        if response.status < 400:
            await self._state.leave(self._key, self._store, options.cost, cleared=True)
        else:
            await self._learn(request, response)
        return response

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Wait for room and stream; the slot counts from the answer's head."""
        await self._let_in(request, _QUEUED)
        left = False
        try:
            async with self._inner.stream(request) as response:
                closed_for = self._closed_for(response.headers) if response.status == 429 else 0.0
                left = True
                await self._leave(request, closed_for=closed_for, cleared=response.status < 400)
                yield response
        finally:
            if not left:
                await self._leave(request)

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()

    async def _let_in(self, request: Request, found: Wait | Quarantine) -> None:
        """Return once the request may be sent: then it has to leave again, once."""
        quarantine = await self._wait(request) if isinstance(found, Wait) else found
        if quarantine is not None:
            raise self._in_quarantine(request, quarantine)

    def _others_wait(self, lane: Lane) -> bool:
        return self._place(self._key, lane) in _waiting or self._place(_CEILING, lane) in _waiting

    async def _wait(self, request: Request) -> Quarantine | None:
        """Stand in the queues until there is room, or until it is known that the request may not be sent."""
        async with self._in_turn(self._key, request) as (queue, caller):
            while True:
                found = await self._until(request, queue, caller, at_ceiling=False)
                if isinstance(found, Wait):
                    # Whoever then has to wait for its own token again makes room for others at the ceiling.
                    async with self._in_turn(_CEILING, request):
                        found = await self._until(request, queue, caller, at_ceiling=True)
                if not isinstance(found, Wait):
                    if waited := queue.waited(caller, self._clock()):
                        add_throttled(request, waited)
                    return found

    @asynccontextmanager
    async def _in_turn(self, key: str, request: Request) -> AsyncIterator[tuple[_Queue, _Caller]]:
        """Stand in a queue until it is one's turn."""
        queues = _queues.get(None)
        if queues is None:
            _queues.set(queues := {})
        place = self._place(key, request.options.lane)
        queue = queues.get(place)
        if queue is None:
            queue = queues[place] = _Queue()
        caller = queue.join(request, self._patience, self._clock())
        _count(place, 1)
        try:
            if len(queue.callers) > 1:
                await self._turn(queue, caller, request)
            yield queue, caller
        finally:
            _count(place, -1)
            queue.leave(caller)
            if not queue.callers:
                del queues[place]

    async def _turn(self, queue: _Queue, caller: _Caller, request: Request) -> None:
        began, deadline = self._clock(), request.options.deadline
        if queue.refuses(caller):
            raise self._closed(request, queue.gate(began))
        caller.turn = anyio.Event()
        with anyio.CancelScope(deadline=math.inf if deadline is None else deadline) as scope:
            caller.scope = scope
            await caller.turn.wait()
        caller.scope = None
        if caller.refused:
            raise self._closed(request, queue.gate(self._clock()))
        if scope.cancelled_caught:
            raise _no_room(request)
        self._tell(EventKind.DELAYED, request, seconds=self._clock() - began)

    def _place(self, key: str, lane: Lane) -> _Place:
        return id(self._state), key, lane

    async def _enter(self, request: Request) -> Wait | Quarantine | None:
        options = request.options
        return await self._state.enter(self._key, self._store, options.lane, options.cost)

    async def _leave(self, request: Request, *, closed_for: float = 0.0, cleared: bool = False) -> None:
        cost = request.options.cost
        await self._state.leave(self._key, self._store, cost, closed_for=closed_for, cleared=cleared)

    async def _until(
        self, request: Request, queue: _Queue, caller: _Caller, *, at_ceiling: bool
    ) -> Wait | Quarantine | None:
        """Ask until there is no more to wait for at this place."""
        deadline = request.options.deadline
        while isinstance(found := await self._enter(request), Wait) and found.at_ceiling is at_ceiling:
            now = self._clock()
            if found.closed_for is not None:
                queue.close(found, now)
                if queue.refuses(caller):
                    raise self._closed(request, found)
            if deadline is not None and now + found.seconds >= deadline:
                raise _no_room(request)
            self._tell(EventKind.DELAYED, request, seconds=found.seconds)
            await self._sleep(found.seconds)
        return found

    async def _learn(self, request: Request, response: Response) -> None:
        """Close the gate or put into quarantine, as the answer says, and leave."""
        closed_for = 0.0
        try:
            if response.status == 429:
                closed_for = self._closed_for(response.headers)
                self._tell(EventKind.THROTTLED, request, status=response.status, seconds=closed_for)
            elif response.status in (401, 402, 403):
                error = parse_error(request, response)
                # Another store's token is refused as well: that says nothing of the token where it belongs.
                if isinstance(error, InvalidToken):
                    await self._condemn(self._key, request, error)
                elif isinstance(error, StoreSuspended):
                    await self._condemn(None, request, error)
        finally:
            await self._leave(request, closed_for=closed_for)

    async def _condemn(self, key: str | None, request: Request, error: APIError) -> None:
        probation, now = self._quota.probation, datetime.now(UTC)
        quarantine = Quarantine(
            store_id=self._store_id,
            status=error.status,
            code=self._shown(error.code, 60),
            message=self._shown(error.message, 200),
            request_id=request.id,
            since=now,
            until=now + timedelta(seconds=probation),
        )
        await self._state.quarantine(key, self._store, quarantine)
        self._tell(EventKind.QUARANTINED, request, status=error.status, seconds=probation)

    def _shown(self, text: str | None, limit: int) -> str | None:
        return printable(text, (self._secret,), limit) if text else None

    def _closed_for(self, headers: Headers) -> float:
        asked = parse_retry_after(headers)
        # Not for no time at all: whoever is told so would be refused at the quota's own pace.
        return self._quota.throttled if asked is None else max(asked, 1.0)

    def _closed(self, request: Request, gate: Wait) -> APIError:
        since, until = _shown_time(_in(-(gate.closed_for or 0.0))), _shown_time(_in(gate.seconds))
        error = RateLimited(status=429, request=request, outcome="not_sent", attempts=0)
        error.retry_after = gate.seconds
        return _unsent(
            error,
            f"the server answered 429 at {since} and takes no request with this token until {until}, which is longer "
            f"than `patience` ({self._patience:g} s)",
        )

    def _in_quarantine(self, request: Request, found: Quarantine) -> APIError:
        cls = StoreSuspended if found.code == "STORE_IS_SUSPENDED" else InvalidToken
        error = cls(
            status=found.status, code=found.code, message=found.message, request=request, outcome="not_sent", attempts=0
        )
        of = "an app" if found.store_id is None else f"store {found.store_id}"
        said = f": {found.message}" if found.message else ""
        return _unsent(
            error,
            f"{of if cls is StoreSuspended else f'this token of {of}'} has been in quarantine since "
            f"{_shown_time(found.since)}, when the server answered {found.reason}{said} [request {found.request_id}]; "
            f"after {_shown_time(found.until)} a call is sent again, or at once after "
            f"`await ecwid.quarantine().clear({found.store_id or ''})`",
        )


def _unsent(error: APIError, reason: str) -> APIError:
    """The error with a message that says why nothing was sent, in place of what the server answered."""
    request = error.request
    error.args = (f"{request.options.operation} was not sent: {reason} [request {request.id}]. {error.hint}",)
    return error


def _no_room(request: Request) -> NotSentInTime:
    return NotSentInTime("the rate limit has no room before the deadline; nothing was sent", request=request)


def _in(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _shown_time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
