"""A model of the inbox: two processes accept, claim, mark, crash, stop and continue in any order."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import pytest
from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.apps.inbox.table import Claim, EventTable, Outcome, create_tables
from tests.apps.inbox.clock import FakeTime, new_event

SETTINGS = InboxSettings(
    stores_at_once=2, lease=20.0, poll_interval=1.0, max_attempts=3, first_delay=10.0, max_delay=15.0, max_group=3
)
DELAYS = {1: 10.0, 2: 15.0, 3: 15.0}

stores = st.integers(1, 3)
numbers = st.integers(1, 12)
processes = st.integers(0, 1)
# Each with its number, and whether its type and its entity are the others.
batches = st.lists(st.tuples(numbers, st.booleans(), st.booleans()), min_size=1, max_size=4)
results = st.sampled_from(["handled", "failed", "dead", None])
outcomes_of_claims = st.lists(results, min_size=3, max_size=3)


@define
class ModelEvent:
    """What should be stored of an event."""

    order: int
    store: int
    event_id: str
    kind: tuple[str, str]
    state: str = "waiting"
    attempts: int = 0
    due: float = 0.0


@define
class Process:
    """A process: its table, and the claims that it believes to have."""

    table: EventTable
    connection: sqlite3.Connection
    epoch: int | None = None
    claims: list[Claim] = field(factory=list)


def coalesces(event_type: str) -> bool:
    return event_type == "product.updated"


class InboxMachine(RuleBasedStateMachine):
    in_memory: ClassVar[bool]

    def __init__(self) -> None:
        super().__init__()
        self.time = FakeTime()
        self.folder = tempfile.TemporaryDirectory()
        path = ":memory:" if self.in_memory else Path(self.folder.name) / "inbox.db"
        connections = [
            sqlite3.connect(path, isolation_level=None, timeout=0.1) for _ in range(1 if self.in_memory else 2)
        ]
        for connection in connections:
            if not self.in_memory:
                connection.execute("PRAGMA journal_mode = WAL")
            create_tables(connection, "test")
        self.processes = [
            Process(
                EventTable(SETTINGS, "test", clock=self.time, random=lambda: 1.0),
                connections[number % len(connections)],
            )
            for number in range(2)
        ]
        self.events: dict[tuple[int, str], ModelEvent] = {}
        self.order = 0
        # The epoch of the process that holds the lease, and until when.
        self.epoch = 0
        self.lease_ends = 0.0

    def connect(self) -> sqlite3.Connection:
        path = ":memory:" if self.in_memory else Path(self.folder.name) / "inbox.db"
        connection = sqlite3.connect(path, isolation_level=None, timeout=0.1)
        if not self.in_memory:
            connection.execute("PRAGMA journal_mode = WAL")
        create_tables(connection, "test")
        return connection

    def teardown(self) -> None:
        for process in self.processes:
            process.connection.close()
        self.folder.cleanup()

    @rule(
        process=processes,
        store=stores,
        batch=st.lists(st.tuples(numbers, st.booleans(), st.booleans()), min_size=1, max_size=4),
    )
    def put(self, process: int, store: int, batch: list[tuple[int, bool, bool]]) -> None:
        events, expected = [], []
        for number, is_other_type, is_other_entity in batch:
            kind = ("order.created" if is_other_type else "product.updated", "8" if is_other_entity else "7")
            event = new_event(number, store=store, event_type=kind[0], entity=kind[1])
            events.append(event)
            expected.append((store, event.event_id) not in self.events)
            if expected[-1]:
                self.order += 1
                self.events[store, event.event_id] = ModelEvent(self.order, store, event.event_id, kind)
        target = self.processes[process]
        assert target.table.insert(target.connection, events) == expected

    @rule(process=processes)
    def acquire(self, process: int) -> None:
        target = self.processes[process]
        epoch = target.table.acquire(target.connection)
        if self.time.now <= self.lease_ends:
            assert epoch is None
            return
        assert epoch == self.epoch + 1
        self.epoch, self.lease_ends = epoch, self.time.now + SETTINGS.lease
        target.epoch, target.claims = epoch, []
        for event in self.events.values():
            if event.state == "claimed":
                if event.attempts >= SETTINGS.max_attempts:
                    event.state = "dead"
                elif event.attempts == 1:
                    event.state = "waiting"
                else:
                    event.state, event.due = "retrying", self.time.now + DELAYS[event.attempts - 1]

    @rule(process=processes, results=outcomes_of_claims, limit=st.integers(0, 2))
    def step(self, process: int, results: list[str | None], limit: int) -> None:
        target = self.processes[process]
        if target.epoch is None:
            self.acquire(process)
        if target.epoch is None:
            return
        outcomes = [
            (claim, Outcome(claim.ids, result, "ValueError", "no"))  # type: ignore[arg-type]
            for claim, result in zip(list(target.claims), results, strict=False)
            if result is not None
        ]
        target.claims = [claim for claim in target.claims if claim not in [each for each, _ in outcomes]]
        room = min(limit, SETTINGS.stores_at_once - len(target.claims))
        step = target.table.step(target.connection, target.epoch, [outcome for _, outcome in outcomes], room, coalesces)
        if target.epoch != self.epoch or self.lease_ends < 0:
            # Whoever lost the lease marks nothing, and learns of it.
            assert step is None
            target.epoch, target.claims = None, []
            return
        assert step is not None
        self.renew()
        for claim, outcome in outcomes:
            self.mark(claim, outcome.result)
        if room:
            self.let_retries_wait()
        claimed_stores = {event.store for event in self.events.values() if event.state == "claimed"}
        for claim in step.claims:
            self.check_claim(claim, claimed_stores)
            claimed_stores.add(claim.events.store_id)
        target.claims += step.claims
        if len(step.claims) < room:
            waiting = {event.store for event in self.events.values() if event.state == "waiting"}
            assert waiting <= claimed_stores

    def renew(self) -> None:
        renewed = self.lease_ends - SETTINGS.lease
        if self.time.now >= renewed + SETTINGS.lease / 4:
            self.lease_ends = self.time.now + SETTINGS.lease

    def mark(self, claim: Claim, result: str) -> None:
        events = [self.events.get((claim.events.store_id, event_id)) for event_id in claim.events.event_ids]
        claimed = [event for event in events if event is not None and event.state == "claimed"]
        longest = max((event.attempts for event in claimed), default=1)
        for event in claimed:
            if result == "handled":
                event.state = "handled"
            elif result == "dead" or event.attempts >= SETTINGS.max_attempts:
                event.state = "dead"
            else:
                event.state, event.due = "retrying", self.time.now + DELAYS[longest]

    def let_retries_wait(self) -> None:
        for event in self.events.values():
            if event.state == "retrying" and event.due <= self.time.now:
                event.state = "waiting"

    def check_claim(self, claim: Claim, claimed_stores: set[int]) -> None:
        store = claim.events.store_id
        assert store not in claimed_stores
        waiting = sorted(
            (event for event in self.events.values() if event.store == store and event.state == "waiting"),
            key=lambda event: event.order,
        )
        expected = waiting[:1]
        if coalesces(waiting[0].kind[0]):
            for event in waiting[1 : SETTINGS.max_group]:
                if event.kind != waiting[0].kind:
                    break
                expected.append(event)
        assert claim.events.event_ids == tuple(event.event_id for event in expected)
        for event, given in zip(expected, claim.events.events, strict=True):
            event.state = "claimed"
            event.attempts += 1
            assert given.attempts == event.attempts
            assert (given.event_type, given.entity_id) == event.kind

    @rule(process=processes)
    def take_over(self, process: int) -> None:
        """Stop the other process past its lease."""
        self.time.advance(SETTINGS.lease + 1)
        self.acquire(process)

    @rule(process=processes)
    def crash(self, process: int) -> None:
        self.processes[process].epoch, self.processes[process].claims = None, []

    @rule(process=processes)
    def release(self, process: int) -> None:
        target = self.processes[process]
        if target.epoch is None:
            return
        target.table.release(target.connection, target.epoch, [])
        if target.epoch == self.epoch:
            self.lease_ends = -1.0
            for event in self.events.values():
                if event.state == "claimed":
                    event.state = "waiting"
                    event.attempts -= 1
        target.epoch, target.claims = None, []

    @rule(seconds=st.sampled_from([1.0, 6.0, 11.0, 21.0]))
    def wait(self, seconds: float) -> None:
        self.time.advance(seconds)

    @rule(process=processes, is_replay=st.booleans())
    def empty_the_dead_letters(self, process: int, is_replay: bool) -> None:
        target = self.processes[process]
        dead = [event for event in self.events.values() if event.state == "dead"]
        found = target.table.dead_page(target.connection, 0, None)
        assert [each.event_id for each in found] == [
            event.event_id for event in sorted(dead, key=lambda event: event.order)
        ]
        work = target.table.replay if is_replay else target.table.delete
        assert work(target.connection, [each.id for each in found]) == len(dead)
        for event in dead:
            event.state, event.attempts = ("waiting", 0) if is_replay else ("handled", event.attempts)

    @rule(process=processes, store=stores)
    def forget(self, process: int, store: int) -> None:
        target = self.processes[process]
        known = [key for key in self.events if key[0] == store]
        assert target.table.forget(target.connection, store) == len(known)
        for key in known:
            del self.events[key]

    @invariant()
    def the_states_are_those_of_the_model(self) -> None:
        rows = self.processes[0].connection.execute("SELECT store_id, event_id, state, attempts FROM events").fetchall()
        found = {(store, event_id): (state, attempts) for store, event_id, state, attempts in rows}
        assert found == {key: (event.state, event.attempts) for key, event in self.events.items()}


class MemoryMachine(InboxMachine):
    in_memory = True


class SQLiteMachine(InboxMachine):
    in_memory = False


@pytest.mark.chaos
def test_an_inbox_in_memory_behaves_like_its_model() -> None:
    run_state_machine_as_test(MemoryMachine, settings=settings(stateful_step_count=40))


@pytest.mark.chaos
def test_an_inbox_in_a_file_behaves_like_its_model() -> None:
    # Each example creates a file.
    examples = max(15, settings().max_examples // 3)
    run_state_machine_as_test(SQLiteMachine, settings=settings(stateful_step_count=30, max_examples=examples))


def test_the_indexes_of_the_table_are_used() -> None:
    """A backlog must not make claims slow."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create_tables(connection, "test")
        for query in (
            "SELECT store_id FROM events WHERE state = 'waiting' AND store_id > 1 ORDER BY store_id LIMIT 1",
            "SELECT id FROM events WHERE state = 'waiting' AND store_id = 1 ORDER BY id LIMIT 1 OFFSET 0",
            "SELECT 1 FROM events WHERE state = 'claimed' AND store_id = 1",
            "SELECT id FROM events WHERE state = 'retrying' AND (due_at <= 1 OR due_at > 9) LIMIT 5",
            "SELECT id FROM events WHERE state = 'handled' AND ended_at < 3 LIMIT 3",
        ):
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
            assert all("INDEX events_" in step for step in plan)
