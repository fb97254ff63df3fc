"""Queues of calls that wait for a slot of their token, or for the ceiling. Each lane is served in order of arrival."""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

import anyio
import anyio.lowlevel

from ecwid_async.transport.rate_limit.limiter import Wait
from ecwid_async.transport.throttle_time import throttle_time
from ecwid_async.wire import Lane, Request

__all__ = ["CallQueue", "QueueKey", "Waiter", "join_queue", "waiting_calls"]

QueueKey: TypeAlias = tuple[int, str, Lane]
"""The id of a limiter, the key of a token, and a lane."""

waiting_calls: Final[dict[QueueKey, int]] = {}
"""The number of calls in each queue, over all event loops and threads of this process."""

# A queue belongs to one event loop, as its events do.
_queues: Final[anyio.lowlevel.RunVar[dict[QueueKey, "CallQueue"]]] = anyio.lowlevel.RunVar("ecwid_async queues")
_waiting_lock: Final = threading.Lock()

if hasattr(os, "register_at_fork"):
    # Held during the fork: otherwise the child could inherit it locked by a thread that it does not have.
    os.register_at_fork(
        before=_waiting_lock.acquire, after_in_parent=_waiting_lock.release, after_in_child=_waiting_lock.release
    )
    os.register_at_fork(after_in_child=waiting_calls.clear)


class Waiter:
    """A call in a queue. It fails if it would have to wait for 429s for more than `timeout` seconds in total.

    - `throttled_before`: the seconds that it waited for 429s before it joined.
    - `closed_before`: the seconds that the gate had been closed, as seen by the queue, when it joined.
    - `turn`: set when its turn comes. `scope`: cancelled to end its wait. `refused`: true if its timeout ends first.
    """

    __slots__ = ("closed_before", "refused", "scope", "throttled_before", "timeout", "turn")

    def __init__(self, throttled_before: float, closed_before: float, timeout: float) -> None:
        self.throttled_before = throttled_before
        self.closed_before = closed_before
        self.timeout = timeout
        self.turn: anyio.Event | None = None
        self.scope: anyio.CancelScope | None = None
        self.refused = False


class CallQueue:
    """Waiters in order of arrival; the first one has its turn. A queue exists as long as it has waiters."""

    __slots__ = ("_closed_seconds", "_closed_since", "_closed_until", "waiters")

    def __init__(self) -> None:
        self.waiters: OrderedDict[Waiter, None] = OrderedDict()
        # The seconds for which the gate was closed while the queue existed, including those until it opens.
        self._closed_seconds = 0.0
        self._closed_since = self._closed_until = float("-inf")

    def join(self, request: Request, timeout: float, now: float) -> Waiter:
        """Add a call at the end."""
        waiter = Waiter(throttle_time(request), self._closed_by(now), timeout)
        self.waiters[waiter] = None
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Remove a call, and wake up the next one if it was the first."""
        del self.waiters[waiter]
        first = next(iter(self.waiters), None)
        if first is not None and first.turn is not None:
            first.turn.set()

    def close_gate(self, wait: Wait, now: float) -> None:
        """Record that the gate is closed. Waiters whose timeout ends before it opens fail at once."""
        until = now + wait.seconds
        self._closed_since = now - (wait.closed_for or 0.0)
        self._closed_seconds += max(0.0, until - max(now, self._closed_until))
        self._closed_until = max(until, self._closed_until)
        for waiter in self.waiters:
            if waiter.scope is not None and self.times_out(waiter):
                waiter.refused = True
                waiter.scope.cancel()

    def times_out(self, waiter: Waiter) -> bool:
        """Whether the waiter's timeout ends before the gate opens."""
        return waiter.throttled_before + self._closed_seconds - waiter.closed_before > waiter.timeout

    def gate(self, now: float) -> Wait:
        """How long the gate remains closed, and how long it has been."""
        return Wait(max(0.0, self._closed_until - now), closed_for=now - self._closed_since)

    def throttled(self, waiter: Waiter, now: float) -> float:
        """The seconds that the waiter has waited in this queue because of the gate."""
        return self._closed_by(now) - waiter.closed_before

    def _closed_by(self, now: float) -> float:
        return self._closed_seconds - max(0.0, self._closed_until - now)


@contextmanager
def join_queue(key: QueueKey, request: Request, timeout: float, now: float) -> Iterator[tuple[CallQueue, Waiter]]:
    """Join a queue for the duration of the block."""
    queues = _queues.get(None)
    if queues is None:
        _queues.set(queues := {})
    queue = queues.get(key)
    if queue is None:
        queue = queues[key] = CallQueue()
    waiter = queue.join(request, timeout, now)
    _change_count(key, 1)
    try:
        yield queue, waiter
    finally:
        _change_count(key, -1)
        queue.leave(waiter)
        if not queue.waiters:
            del queues[key]


def _change_count(key: QueueKey, change: int) -> None:
    with _waiting_lock:
        left = waiting_calls.get(key, 0) + change
        if left:
            waiting_calls[key] = left
        else:
            del waiting_calls[key]
