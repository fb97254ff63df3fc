"""Processes that handle events, and are killed, stopped and continued: no event is lost, and none has two effects.

The processes, the server and the signals are real. `nox -s chaos` does more of them.
"""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

from ecwid_async.apps.inbox.postgresql import PostgreSQLInbox
from tests.apps.inbox.clock import new_event
from tests.apps.inbox.postgresql.test_inbox import execute, until
from tests.processes import ChildProcess, start_process

# `nox -s chaos` runs more examples than the default of Hypothesis.
THOROUGH = settings().max_examples > 100
PROGRAM: Final = """
import asyncio, random, signal, sys
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from ecwid_async.apps import InboxSettings, PostgreSQLInbox, handled_once

SETTINGS = InboxSettings(
    lease=1.0, poll_interval=0.05, grace=2.0, first_delay=0.05, max_delay=0.5, max_attempts=200
)
EFFECT = text("INSERT INTO effects (store_id, event_id) VALUES (:store_id, :event_id)")

async def main(url, log):
    # A process that is stopped within a transaction would keep others from its store.
    options = "-c idle_in_transaction_session_timeout=1000"
    engine = create_async_engine(url, connect_args={"options": options})
    with open(log, "a") as lines:

        async def handle(group):
            (event,) = group.events
            print(event.store_id, event.event_id, "begins", file=lines, flush=True)
            await asyncio.sleep(random.uniform(0, 0.01))
            if event.event_type == "customer.updated" and event.attempts < 3:
                raise ValueError("it fails twice")
            async with handled_once(engine, event.store_id, group.event_ids) as connection:
                await connection.execute(EFFECT, {"store_id": event.store_id, "event_id": event.event_id})

        async with PostgreSQLInbox(url, SETTINGS) as inbox:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, inbox.stop)
            print("ready", file=lines, flush=True)
            await inbox.run(handle)
    await engine.dispose()

asyncio.run(main(*sys.argv[1:]))
"""


class Handlers:
    """Processes that handle events, and the files with what they did."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.processes: list[ChildProcess] = []
        self.killed: list[ChildProcess] = []

    def start(self) -> ChildProcess:
        log = self.folder / f"{len(self.processes)}.log"
        log.touch()
        self.processes.append(start_process(PROGRAM, self.url, str(log), cwd=self.folder))
        return self.processes[-1]

    def lines(self, process: ChildProcess) -> list[str]:
        return (self.folder / f"{self.processes.index(process)}.log").read_text().splitlines()

    def runs(self) -> Counter[str]:
        """How often each event was given to a handler."""
        lines = [line for process in self.processes for line in self.lines(process)]
        return Counter(line.removesuffix(" begins") for line in lines if line.endswith(" begins"))

    def kill(self, process: ChildProcess) -> None:
        process.close()
        self.killed.append(process)

    async def end(self, process: ChildProcess) -> None:
        """End a process gracefully. Before it is ready, a signal would end it at once."""
        await until(lambda: "ready" in self.lines(process))
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.to_thread(process.communicate, 60)
        assert process.returncode == 0, err

    def close(self) -> None:
        for process in self.processes:
            if process not in self.killed:
                process.close()


@asynccontextmanager
async def handlers_of(url: str, folder: Path) -> AsyncIterator[Handlers]:
    async with PostgreSQLInbox(url) as inbox:
        await inbox.status()
    execute(
        url,
        "DROP TABLE IF EXISTS effects; CREATE TABLE effects (store_id bigint, event_id text, number bigserial)",
    )
    handlers = Handlers(url, folder)
    try:
        yield handlers
    finally:
        handlers.close()


def handled(url: str) -> int:
    return int(execute(url, "SELECT count(*) FROM ecwid_inbox_events WHERE state = 'handled'")[0][0])


async def accept(inbox: PostgreSQLInbox, numbers: range, *, stores: int, pause: float) -> None:
    for number in numbers:
        event_type = "customer.updated" if number % 10 == 0 else "product.updated"
        event = new_event(number, store=1 + number % stores, event_type=event_type, received_at=time.time())
        assert await inbox.put(event)
        await asyncio.sleep(pause)


def check(url: str, handlers: Handlers, *, events: int, stores: int, interruptions: int) -> None:
    """Each event was handled, with one effect; events that do not fail are in order; repetitions have a bound."""
    assert execute(url, "SELECT count(*), count(DISTINCT event_id) FROM effects") == [(events, events)]
    runs = handlers.runs()
    assert len(runs) == events
    for name, count in runs.items():
        expected = 3 if int(name.rpartition("-")[2]) % 10 == 0 else 1
        assert count <= expected + interruptions, name
    for store in range(1, stores + 1):
        found = execute(url, f"SELECT event_id FROM effects WHERE store_id = {store} ORDER BY number")
        numbers = [int(event_id.rpartition("-")[2]) for (event_id,) in found]
        steady = [number for number in numbers if number % 10]
        if interruptions <= 1:  # from the second one on, an event is repeated later
            assert steady == sorted(steady)
    assert {status for (status,) in execute(url, "SELECT status::text FROM procrastinate_jobs")} <= {"todo"}


async def test_a_process_that_is_killed_loses_no_event_and_repeats_the_one_in_progress(
    url: str, tmp_path: Path
) -> None:
    async with handlers_of(url, tmp_path) as handlers, PostgreSQLInbox(url) as inbox:
        first = handlers.start()
        await until(lambda: "ready" in handlers.lines(first))
        accepting = asyncio.create_task(accept(inbox, range(40), stores=4, pause=0.005))
        await until(lambda: len(handlers.lines(first)) > 12)
        handlers.kill(first)
        second = handlers.start()
        await accepting
        await until(lambda: handled(url) == 40)
        await handlers.end(second)
        # Every store has one event in progress at most.
        runs = handlers.runs()
        repeated = sum(runs.values()) - sum(3 if int(name.rpartition("-")[2]) % 10 == 0 else 1 for name in runs)
        assert 0 <= repeated <= 4
        check(url, handlers, events=40, stores=4, interruptions=1)


@pytest.mark.slow
async def test_a_process_that_is_stopped_past_its_lease_is_replaced_and_takes_part_again(
    url: str, tmp_path: Path
) -> None:
    async with handlers_of(url, tmp_path) as handlers, PostgreSQLInbox(url) as inbox:
        stopped = handlers.start()
        await until(lambda: "ready" in handlers.lines(stopped))
        accepting = asyncio.create_task(accept(inbox, range(60), stores=4, pause=0.02))
        await until(lambda: len(handlers.lines(stopped)) > 10)
        stopped.send_signal(signal.SIGSTOP)
        other = handlers.start()
        await accepting
        await until(lambda: handled(url) == 60)
        stopped.send_signal(signal.SIGCONT)
        await handlers.end(other)
        await accept(inbox, range(60, 70), stores=4, pause=0.0)
        await until(lambda: handled(url) == 70)
        await handlers.end(stopped)
        check(url, handlers, events=70, stores=4, interruptions=1)


@pytest.mark.chaos
@pytest.mark.slow
async def test_no_event_is_lost_by_kills_stops_and_several_acceptors(url: str, tmp_path: Path) -> None:
    choices = random.Random(1)
    events, actions = (10_000, 60) if THOROUGH else (400, 6)
    async with (
        handlers_of(url, tmp_path) as handlers,
        PostgreSQLInbox(url) as first_inbox,
        PostgreSQLInbox(url) as second_inbox,
    ):
        running = [handlers.start(), handlers.start()]
        middle = events // 2
        accepting = asyncio.gather(
            accept(first_inbox, range(middle), stores=20, pause=0.005),
            accept(second_inbox, range(middle, events), stores=20, pause=0.005),
        )
        for _ in range(actions):
            index = choices.randrange(len(running))
            await asyncio.sleep(choices.uniform(0.1, 0.8))
            if choices.random() < 0.5:
                handlers.kill(running[index])
                running[index] = handlers.start()
            else:
                # Past the lease, or not.
                running[index].send_signal(signal.SIGSTOP)
                await asyncio.sleep(choices.choice((0.2, 1.5, 3.0)))
                running[index].send_signal(signal.SIGCONT)
        await accepting
        await until(lambda: handled(url) == events, timeout=600)
        for process in running:
            await handlers.end(process)
        check(url, handlers, events=events, stores=20, interruptions=actions)
