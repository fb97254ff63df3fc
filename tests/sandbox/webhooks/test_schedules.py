"""Whatever happens, each event is sent until it is delivered, has failed for 24 hours or is blocked."""

import asyncio
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ecwid_async.sandbox import Delivery, WebhookFaults, sample_event
from ecwid_async.sandbox.webhooks import DELIVERED_STATUSES
from tests.sandbox.api import Clock
from tests.sandbox.webhooks.apps import CLIENT_ID, STORE_ID, Receiver, empty_store

HOUR = 3600
TYPES = ["order.created", "order.updated", "unfinished_order.created", "unfinished_order.updated"]
STATUSES = [200, 204, 209, 203, 301, 500]


class Schedules(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock, self.receiver = Clock(), Receiver()
        self.api = empty_store(self.clock, self.receiver)
        self.deliveries = self.api.sandbox.deliveries
        self.emitted: list[Delivery] = []

    @rule(event_type=st.sampled_from(TYPES), entity=st.integers(1, 3), count=st.integers(1, 4))
    def emit(self, event_type: str, entity: int, count: int) -> None:
        for _ in range(count):
            event = sample_event(event_type, store_id=STORE_ID, entity_id=entity, event_created=int(self.clock.now))
            self.emitted += self.api.sandbox.emit(event)

    @rule(seconds=st.sampled_from([0.5, 1, 60, 900, HOUR, 24 * HOUR, 15 * 24 * HOUR]))
    def advance(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(status=st.sampled_from(STATUSES))
    def answer(self, status: int) -> None:
        self.receiver.status = status

    @rule(shuffled=st.booleans(), doubled=st.booleans(), delay=st.sampled_from([0, 0, 7200]))
    def choose_faults(self, shuffled: bool, doubled: bool, delay: int) -> None:
        self.deliveries.faults = WebhookFaults(shuffled=shuffled, doubled=doubled, delay=delay)

    @rule(at_most=st.sampled_from([1, 3, 1000]))
    def deliver(self, at_most: int) -> None:
        before = sum(len(delivery.attempts) for delivery in self.emitted)
        attempts = asyncio.run(self.deliveries.deliver_due(at_most=at_most))
        assert attempts <= at_most
        assert sum(len(delivery.attempts) for delivery in self.emitted) == before + attempts
        due = self.deliveries.next_due
        assert attempts == at_most or due is None or due > self.clock.now

    @rule()
    def unblock(self) -> None:
        self.deliveries.unblock(CLIENT_ID)

    @invariant()
    def nothing_is_lost_or_sent_too_often(self) -> None:
        assert list(self.deliveries) == self.emitted
        queued = sorted(id(delivery) for _, _, delivery in self.deliveries._queue if delivery.outcome == "waiting")
        assert queued == sorted(id(delivery) for delivery in self.emitted if delivery.outcome == "waiting")
        for delivery in self.emitted:
            successes = [attempt.status in DELIVERED_STATUSES for attempt in delivery.attempts]
            assert successes == [False] * (len(successes) - 1) + successes[-1:]
            assert (delivery.outcome == "delivered") == any(successes)
            assert len(successes) <= 28
            assert (delivery.outcome == "failed") <= (len(successes) == 28)
            times = [attempt.at for attempt in delivery.attempts]
            assert all(later - earlier >= 900 for earlier, later in pairwise(times))
            if delivery.outcome == "superseded":
                assert delivery.event.event_type.startswith("unfinished_order.")
                assert successes == []

    def teardown(self) -> None:
        """In the end every event has its outcome, once the app answers again."""
        self.deliveries.unblock(CLIENT_ID)
        self.receiver.status = 200
        self.clock.now += 48 * HOUR
        asyncio.run(self.deliveries.deliver_due())
        assert {delivery.outcome for delivery in self.emitted} <= {"delivered", "failed", "blocked", "superseded"}
        assert self.deliveries.next_due is None


Schedules.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestSchedules = Schedules.TestCase
