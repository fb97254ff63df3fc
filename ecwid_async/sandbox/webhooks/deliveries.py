"""The webhooks that a sandbox sends: queued when something happens, sent when they are due, retried as Ecwid does."""

import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from itertools import count
from logging import getLogger
from random import Random
from threading import get_ident
from typing import Final

import anyio

from ecwid_async.sandbox.app_request import AppRequest
from ecwid_async.sandbox.state import App, StateCopy, Store
from ecwid_async.sandbox.webhooks.delivery import Attempt, Delivery
from ecwid_async.sandbox.webhooks.event import WebhookEvent
from ecwid_async.sandbox.webhooks.event_types import required_scope
from ecwid_async.sandbox.webhooks.faults import WebhookFaults
from ecwid_async.sandbox.webhooks.loopback import NotLoopback
from ecwid_async.sandbox.webhooks.request import build_request

__all__ = ["Deliveries", "WebhookSender"]

WebhookSender = Callable[[AppRequest], Awaitable[int]]
"""Sends a webhook and returns the status of the response. It raises an exception if there is none."""

_MAX_DELIVERIES: Final = 10_000
_CONCURRENCY: Final = 8
_TWO_WEEKS: Final = 14 * 24 * 3600
_UNFINISHED: Final = frozenset({"unfinished_order.created", "unfinished_order.updated"})
# Ecwid sends nothing about an unfinished order whose order is placed within a second.
_UNFINISHED_SECONDS: Final = 1.0
# How long an attempt may take with any sender: 3 s to connect and 10 s to respond.
_ATTEMPT_SECONDS: Final = 13.0
# The clock may be advanced at any time, and events may come from other threads.
_POLL_SECONDS: Final = 0.25
_SHUFFLE_SEED: Final = 1
_STATE: Final = (
    *("faults", "dropped", "_log", "_queue", "_sending", "_unfinished"),
    *("_failing_since", "_blocked", "_random"),
)
_log: Final = getLogger(__name__)


class Deliveries:
    """The webhooks of a sandbox, newest last: iterate over the latest 10,000, delivered or not.

    Nothing is sent by itself: `deliver_due` sends what is due, and `run` does so until it is cancelled. A server does
    that too. `sender` sends the requests; by default over HTTP, to this machine only. `faults` are what is wrong with
    the requests. At most 10,000 webhooks wait; further ones are dropped and counted in `dropped`.

    Webhooks of an app that only fail for two weeks are blocked, for all stores, until you `unblock` them.
    """

    def __init__(
        self, *, apps: Mapping[str, App], clock: Callable[[], float] = time.time, sender: WebhookSender | None = None
    ) -> None:
        self.sender = sender
        self.faults = WebhookFaults()
        self.dropped = 0
        self.on_attempt: Callable[[Delivery], object] | None = None
        """Called after each attempt. Its errors are logged."""
        self._apps = apps
        self._clock = clock
        self._log: deque[Delivery] = deque(maxlen=_MAX_DELIVERIES)
        self._queue: list[tuple[float, int, Delivery]] = []
        # What `deliver_due` has taken from the queue. Without being in here, an attempt has no effect any more.
        self._sending: set[Delivery] = set()
        self._numbers = count()
        # Recent events of unfinished orders.
        self._unfinished: deque[Delivery] = deque(maxlen=_MAX_DELIVERIES)
        self._failing_since: dict[str, float] = {}
        self._blocked: set[str] = set()
        self._random = Random(_SHUFFLE_SEED)  # noqa: S311  chooses an order
        self._wake: tuple[int, anyio.Event] | None = None

    def __iter__(self) -> Iterator[Delivery]:
        return iter(tuple(self._log))

    def __len__(self) -> int:
        return len(self._log)

    def __repr__(self) -> str:
        return f"<Deliveries {len(self._queue)} waiting>"

    @property
    def waiting(self) -> int:
        """The number of webhooks that wait for their next attempt."""
        return len(self._queue)

    @property
    def next_due(self) -> float | None:
        """The time of the next attempt in Unix seconds; None if nothing waits."""
        return self._queue[0][0] if self._queue else None

    @property
    def blocked(self) -> frozenset[str]:
        """The client ids of the apps whose webhooks are blocked."""
        return frozenset(self._blocked)

    def unblock(self, client_id: str) -> None:
        """Send the app's webhooks again. Those that were blocked are lost."""
        self._blocked.discard(client_id)
        self._failing_since.pop(client_id, None)

    def clear(self) -> None:
        """Forget all webhooks, also those that wait."""
        self._log.clear()
        self._queue.clear()
        self._sending.clear()
        self._unfinished.clear()

    def copy_state(self) -> StateCopy:
        """A copy of all webhooks, of what is wrong with them, and of the apps that are blocked.

        Those that are being sent now wait in the copy, since their attempts are not part of it.
        """
        sending, queue = self._sending, self._queue
        try:
            self._sending = set()
            self._queue = [*queue, *((delivery.due, next(self._numbers), delivery) for delivery in sending)]
            heapify(self._queue)
            return StateCopy(self, _STATE)
        finally:
            self._sending, self._queue = sending, queue

    # Queueing.

    def add(self, event: WebhookEvent, store: Store, client_id: str | None = None) -> list[Delivery]:
        """Queue an event for the apps that get it, or for one app only. Returns its deliveries.

        An app gets an event if it has a URL for webhooks, is installed in the store, was granted the scope of the event
        and did not choose other types. It also gets its own ``application.uninstalled``.
        """
        added = []
        for app in self._apps.values():
            if client_id in (None, app.client_id) and _gets(app, event, store):
                added += [self._add(event, app) for _ in range(1 + self.faults.doubled)]
        self._wake_up()
        return added

    def _add(self, event: WebhookEvent, app: App) -> Delivery:
        now = self._clock()
        hold = _UNFINISHED_SECONDS if event.event_type == "unfinished_order.created" else 0.0
        delivery = Delivery(event=event, client_id=app.client_id, due=now + max(self.faults.delay, hold))
        if app.client_id in self._blocked:
            delivery.outcome = "blocked"
        elif len(self._queue) >= _MAX_DELIVERIES:
            self.dropped += 1
            delivery.outcome = "dropped"
            return delivery
        else:
            if event.event_type == "order.created":
                self._supersede(event, now)
            elif event.event_type in _UNFINISHED:
                self._unfinished.append(delivery)
            self._push(delivery)
        self._log.append(delivery)
        return delivery

    def _supersede(self, order_created: WebhookEvent, now: float) -> None:
        """Drop what was not yet sent about the unfinished order that became this order within a second."""
        while self._unfinished and now - self._unfinished[0].event.event_created > _UNFINISHED_SECONDS:
            self._unfinished.popleft()
        for delivery in self._unfinished:
            event = delivery.event
            same_order = (event.store_id, event.entity_id) == (order_created.store_id, order_created.entity_id)
            if same_order and delivery.outcome == "waiting" and not delivery.attempts:
                delivery.outcome = "superseded"

    def _push(self, delivery: Delivery) -> None:
        heappush(self._queue, (delivery.due, next(self._numbers), delivery))

    def _wake_up(self) -> None:
        # An event of a loop may only be set in the loop's thread. Otherwise the loop looks again soon.
        if self._wake is not None and self._wake[0] == get_ident():
            self._wake[1].set()

    # Sending.

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        while True:
            self._wake = get_ident(), anyio.Event()
            if not await self.deliver_due():
                with anyio.move_on_after(_POLL_SECONDS):
                    await self._wake[1].wait()

    async def deliver_due(self, *, at_most: int = 1000) -> int:
        """Send what is due, and what becomes due meanwhile; return the number of attempts, which is limited."""
        attempts = 0
        while attempts < at_most and (due := self._pop_due(at_most - attempts)):
            attempts += len(due)
            if self.faults.shuffled:
                self._random.shuffle(due)
            await self._attempt_all(deque(due))
        return attempts

    async def _attempt_all(self, due: deque[Delivery]) -> None:
        async def work() -> None:
            while due:
                delivery = due.popleft()
                try:
                    await self._attempt(delivery)
                finally:
                    # A cancelled attempt does not count.
                    self._put_back(delivery)
                if delivery.attempts:
                    self._report(delivery)

        try:
            async with anyio.create_task_group() as tasks:
                for _ in range(min(_CONCURRENCY, len(due))):
                    tasks.start_soon(work)
        finally:
            for delivery in due:
                self._put_back(delivery)

    def _put_back(self, delivery: Delivery) -> None:
        if delivery in self._sending:
            self._sending.discard(delivery)
            if delivery.outcome == "waiting":
                self._push(delivery)

    def _report(self, delivery: Delivery) -> None:
        if self.on_attempt is not None:
            try:
                self.on_attempt(delivery)
            except Exception:
                _log.exception("the function for attempts to send webhooks failed")

    def _pop_due(self, at_most: int) -> list[Delivery]:
        now, due = self._clock(), list[Delivery]()
        while self._queue and self._queue[0][0] <= now and len(due) < at_most:
            delivery = heappop(self._queue)[2]
            if delivery.outcome == "waiting" and delivery.client_id in self._blocked:
                delivery.outcome = "blocked"
            if delivery.outcome == "waiting":
                due.append(delivery)
        self._sending.update(due)
        return due

    async def _attempt(self, delivery: Delivery) -> None:
        app = self._apps.get(delivery.client_id)
        if app is None or app.webhook_url is None:
            delivery.outcome = "refused"
            return
        started, now = time.monotonic(), self._clock()
        status, error = None, None
        try:
            # Also within: the URL of one app must not keep the others from their webhooks.
            request = build_request(
                delivery.event,
                url=app.webhook_url,
                client_secret=app.client_secret,
                headers=app.webhook_headers,
                faults=self.faults,
            )
            with anyio.fail_after(_ATTEMPT_SECONDS):
                status = await self._send(request)
        except Exception as failure:
            error = failure
        seconds = time.monotonic() - started
        if delivery not in self._sending:
            return  # forgotten meanwhile
        delivery.record(
            Attempt(at=now, seconds=seconds, status=status, error=None if error is None else type(error).__name__)
        )
        if isinstance(error, NotLoopback):
            delivery.outcome = "refused"
            _log.warning("a webhook of the app %r was not sent: %s", delivery.client_id, error)
        self._note(delivery, now)

    async def _send(self, request: AppRequest) -> int:
        if self.sender is not None:
            return await self.sender(request)
        from ecwid_async.sandbox.webhooks.http import send_over_http

        return await send_over_http(request)

    def _note(self, delivery: Delivery, now: float) -> None:
        """Block the app's webhooks if they have failed for two weeks."""
        client_id = delivery.client_id
        if delivery.outcome == "delivered":
            self._failing_since.pop(client_id, None)
        elif delivery.outcome != "refused" and now - self._failing_since.setdefault(client_id, now) >= _TWO_WEEKS:
            self._blocked.add(client_id)
            delivery.outcome = "blocked"


def _gets(app: App, event: WebhookEvent, store: Store) -> bool:
    if app.webhook_url is None or (app.webhook_events is not None and event.event_type not in app.webhook_events):
        return False
    if event.event_type == "application.uninstalled":
        return True
    install = store.installs.get(app.client_id)
    if install is None:
        return False
    scope = required_scope(event.event_type)
    return scope is None or install.scopes is None or scope in install.scopes
