"""The limiter of one process. Event loops and threads may share it."""

import os
import threading
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import evolve

from ecwid_async.transport.rate_limit.limiter import Wait
from ecwid_async.transport.rate_limit.pacing import CLAIM_GRACE, PACE_SLACK, BulkShare, Pace
from ecwid_async.transport.rate_limit.quarantine import MAX_QUARANTINES, Quarantine
from ecwid_async.transport.rate_limit.quota import Quota, slot_limit
from ecwid_async.wire import Lane

__all__ = ["MemoryLimiter"]

# How many tokens are checked for removal when a new one is added.
_TOKENS_TO_CHECK: Final = 4
# The shortest wait for a slot, in seconds.
_MIN_WAIT: Final = 0.001
# In Python 3.11, an enum's class looks up a member in a slow function.
_BULK: Final = Lane.BULK


class _TokenState:
    """The slots of one token: `held` counts those of exchanges `in_progress` and those in `releases`.

    `releases` has the times at which slots become free, with their number. The gate is closed from `closed_at` to
    `opens_at`. All times are by the limiter's clock, in seconds.
    """

    __slots__ = ("closed_at", "held", "in_progress", "opens_at", "pace", "releases", "share")

    def __init__(self, interval: float) -> None:
        self.pace = Pace(interval)
        self.share: BulkShare | None = None  # until the first bulk call
        self.in_progress = 0
        self.releases: deque[tuple[float, int]] = deque()
        self.held = 0
        self.closed_at = self.opens_at = float("-inf")

    def free_slots(self, now: float) -> None:
        """Free the slots that are due."""
        while self.releases and self.releases[0][0] <= now:
            self.held -= self.releases.popleft()[1]

    def next_release(self, now: float) -> float:
        """Seconds until the next slots become free."""
        return max(self.releases[0][0] - now, _MIN_WAIT) if self.releases else self.pace.interval

    @property
    def idle(self) -> bool:
        return not self.releases and not self.in_progress


class _QuarantineEntry:
    """A quarantine, and the time of its next probe by the limiter's clock."""

    __slots__ = ("next_probe", "quarantine")

    def __init__(self, quarantine: Quarantine, next_probe: float) -> None:
        self.quarantine = quarantine
        self.next_probe = next_probe


class MemoryLimiter:
    """A `Limiter` in the memory of this process. `clock` returns seconds."""

    def __init__(self, quota: Quota | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.quota = quota or Quota()
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: OrderedDict[str, _TokenState] = OrderedDict()
        # By the key of the token (None for every token) and of the store.
        self._quarantines: OrderedDict[tuple[str | None, str], _QuarantineEntry] = OrderedDict()
        self._ceiling = Pace(1 / self.quota.ceiling)
        self._ceiling_share = BulkShare(1 / self.quota.ceiling)
        with _limiters_lock:
            _limiters.add(self)

    async def acquire(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Quarantine | None:
        """See `Limiter.acquire`. Raises `ValueError` for a cost beyond the quota."""
        quota = self.quota
        limit = quota.requests if cost == 1 and lane is not _BULK else slot_limit(quota, lane, cost)
        with self._lock:
            now = self._clock()
            token = self._tokens.get(key)
            if token is None:
                self._forget_idle_tokens(now)
                token = self._tokens[key] = _TokenState(quota.interval)
            if token.releases and token.releases[0][0] <= now:
                token.free_slots(now)
            if self._quarantines and (quarantine := self._active_quarantine(key, store, now)) is not None:
                return quarantine
            if token.opens_at > now:
                return Wait(token.opens_at - now, closed_for=now - token.closed_at)
            if lane is _BULK:
                if (wait := self._admit_bulk(token, limit, cost, now)) is not None:
                    return wait
            else:
                if token.share is not None:
                    limit -= token.share.reserved(now)
                if token.held + cost > limit:
                    return Wait(token.next_release(now))
                if token.pace.next > now and (due := token.pace.wait(now, quota.burst)) > 0:
                    return Wait(due)
                if self._ceiling.next > now and (due := self._ceiling.wait(now, quota.burst)) > 0:
                    return Wait(due, at_ceiling=True)
            if self._quarantines:
                self._start_probe(key, store, now)
            self._ceiling.take(now)
            # A batch is one request on the wire. Its cost takes only slots: paced, it would delay the next call.
            token.pace.take(now)
            token.in_progress += 1
            token.held += cost
            return None

    def _admit_bulk(self, token: _TokenState, limit: int, cost: int, now: float) -> Wait | None:
        """Admit a bulk call by pace and free slots, or by its guaranteed share. Returns None if admitted."""
        share, ceiling_share = token.share, self._ceiling_share
        if share is None:
            share = token.share = BulkShare(token.pace.interval)
        share.begin(now)
        ceiling_share.begin(now)
        wait = 0.0
        if share.wait(now, cost) == 0:
            limit = self.quota.requests
        if token.held + cost > limit:
            wait = token.next_release(now)
        elif (due := token.pace.wait(now, PACE_SLACK)) > 0:
            wait = min(due, share.wait(now))
        if wait > 0:
            share.claim(now, cost, now + wait + CLAIM_GRACE * self.quota.window)
            return Wait(wait)
        if (due := self._ceiling.wait(now, PACE_SLACK)) > 0 and (due := min(due, ceiling_share.wait(now))) > 0:
            return Wait(due, at_ceiling=True)
        share.take(now, cost)
        ceiling_share.take(now)
        return None

    async def release(
        self, key: str, store: str, cost: int, *, close_gate_for: float = 0.0, succeeded: bool = False
    ) -> None:
        """See `Limiter.release`."""
        with self._lock:
            now = self._clock()
            token = self._tokens[key]
            token.in_progress -= 1
            token.releases.append((now + self.quota.window, cost))
            if close_gate_for:
                if token.opens_at <= now:
                    token.closed_at = now
                token.opens_at = max(token.opens_at, now + close_gate_for)
            if succeeded and self._quarantines:
                self._quarantines.pop((key, store), None)
                self._quarantines.pop((None, store), None)

    async def quarantine(self, key: str | None, store: str, quarantine: Quarantine) -> None:
        """See `Limiter.quarantine`."""
        with self._lock:
            known = self._quarantines.pop((key, store), None)
            if known is not None:
                quarantine = evolve(quarantine, since=known.quarantine.since)
            self._quarantines[key, store] = _QuarantineEntry(quarantine, self._clock() + self.quota.probe_interval)
            if len(self._quarantines) > MAX_QUARANTINES:
                self._quarantines.popitem(last=False)

    async def quarantines(self) -> list[Quarantine]:
        """See `Limiter.quarantines`."""
        with self._lock:
            found = [entry.quarantine for entry in self._quarantines.values()]
        return sorted(found, key=lambda quarantine: quarantine.since)

    async def lift_quarantines(self, store: str | None) -> None:
        """See `Limiter.lift_quarantines`."""
        with self._lock:
            for scope in [scope for scope in self._quarantines if store is None or scope[1] == store]:
                del self._quarantines[scope]

    def forget_in_progress(self) -> None:
        """Drop the slots of exchanges in progress: after a fork, these end in the parent process."""
        self._lock = threading.Lock()
        for token in self._tokens.values():
            token.in_progress = 0
            token.held = sum(cost for _, cost in token.releases)

    def _active_quarantine(self, key: str, store: str, now: float) -> Quarantine | None:
        for scope in ((key, store), (None, store)):
            entry = self._quarantines.get(scope)
            if entry is not None and entry.next_probe > now:
                return entry.quarantine
        return None

    def _start_probe(self, key: str, store: str, now: float) -> None:
        """Start the interval until the next probe: only this call is admitted."""
        interval = self.quota.probe_interval
        for scope in ((key, store), (None, store)):
            entry = self._quarantines.get(scope)
            if entry is not None:
                entry.next_probe = now + interval
                entry.quarantine = evolve(entry.quarantine, until=datetime.now(UTC) + timedelta(seconds=interval))

    def _forget_idle_tokens(self, now: float) -> None:
        """Drop idle tokens among the few that were checked least recently."""
        for _ in range(min(_TOKENS_TO_CHECK, len(self._tokens))):
            key, token = next(iter(self._tokens.items()))
            token.free_slots(now)
            if token.idle and token.opens_at <= now:
                del self._tokens[key]
            else:
                self._tokens.move_to_end(key)


_limiters: "Final[weakref.WeakSet[MemoryLimiter]]" = weakref.WeakSet()
_limiters_lock: Final = threading.Lock()


def _after_fork() -> None:
    for limiter in list(_limiters):
        limiter.forget_in_progress()


if hasattr(os, "register_at_fork"):
    # Held during the fork: otherwise the child could inherit it locked by a thread that it does not have.
    os.register_at_fork(
        before=_limiters_lock.acquire, after_in_parent=_limiters_lock.release, after_in_child=_limiters_lock.release
    )
    os.register_at_fork(after_in_child=_after_fork)
