"""Processes that are killed, stopped and continued: no event is lost, and none has two effects.

The processes and the signals are real. `nox -s chaos` does more of them.
"""

import asyncio
import os
import random
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

pytest.importorskip("aiosqlite")
pytest.importorskip("sqlalchemy")

from ecwid_async.apps.inbox import SQLiteInbox
from tests.apps.inbox.clock import new_event
from tests.processes import ChildProcess, start_process

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

# `nox -s chaos` runs more examples than the default of Hypothesis.
THOROUGH = settings().max_examples > 100
LEASE: Final = 1.0
STORES_AT_ONCE: Final = 4
PROGRAM: Final = f"""
import asyncio, random, signal, sys
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from ecwid_async.apps import InboxSettings, SQLiteInbox, handled_once

SETTINGS = InboxSettings(
    stores_at_once={STORES_AT_ONCE},
    lease={LEASE},
    poll_interval=0.02,
    first_delay=0.02,
    max_delay=0.1,
    max_attempts=1000,
)
EFFECT = text("INSERT INTO effects VALUES (:store_id, :event_id)")

async def main(folder, log):
    engine = create_async_engine(f"sqlite+aiosqlite:///{{folder}}/app.db", connect_args={{"timeout": 30}})
    with open(log, "a") as lines:

        async def handle(group):
            (event,) = group.events
            print(event.store_id, event.event_id, file=lines, flush=True)
            await asyncio.sleep(1.0 if event.event_type == "slow" else random.uniform(0, 0.005))
            async with handled_once(engine, event.store_id, group.event_ids) as connection:
                await connection.execute(EFFECT, {{"store_id": event.store_id, "event_id": event.event_id}})

        async with SQLiteInbox(f"{{folder}}/inbox.db", SETTINGS) as inbox:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, inbox.stop)
            open(f"{{log}}.ready", "w").close()
            await inbox.run(handle)
    await engine.dispose()

asyncio.run(main(*sys.argv[1:]))
"""


class Handlers:
    """Processes that handle events, and the files with what they were given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[ChildProcess] = []
        self.running: list[ChildProcess] = []
        with closing(sqlite3.connect(folder / "app.db")) as connection:
            connection.execute("CREATE TABLE effects (store_id, event_id)")

    def start(self) -> None:
        log = self.folder / f"{len(self.processes)}.log"
        log.touch()
        process = start_process(PROGRAM, str(self.folder), str(log), cwd=self.folder)
        self.processes.append(process)
        self.running.append(process)

    def kill(self, process: ChildProcess) -> None:
        self.running.remove(process)
        process.close()

    async def end(self) -> None:
        """End the processes gracefully. Before one is ready, a signal would end it at once."""
        for process in list(self.running):
            ready = self.folder / f"{self.processes.index(process)}.log.ready"
            async with asyncio.timeout(60):
                while not ready.exists():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            _, err = await asyncio.to_thread(process.communicate, 60)
            assert process.returncode == 0, err
            self.running.remove(process)
            process.close()

    def runs(self) -> Counter[str]:
        """How often each event was given to a handler."""
        return Counter(line for log in self.folder.glob("*.log") for line in log.read_text().splitlines())

    def effects(self) -> list[str]:
        with closing(sqlite3.connect(self.folder / "app.db")) as connection:
            return [f"{store} {event}" for store, event in connection.execute("SELECT * FROM effects ORDER BY rowid")]

    def holders(self) -> int:
        """How often a process has taken the lease."""
        with closing(sqlite3.connect(self.folder / "inbox.db")) as connection:
            return int(connection.execute("SELECT epoch FROM lease").fetchone()[0])


@contextmanager
def handlers_in(folder: Path) -> Iterator[Handlers]:
    handlers = Handlers(folder)
    try:
        yield handlers
    finally:
        for process in list(handlers.running):
            handlers.kill(process)


async def accept(inbox: SQLiteInbox, events: int, stores: int) -> None:
    for number in range(events):
        await inbox.put(new_event(number, store=1 + number % stores))
        await asyncio.sleep(0.001)


async def until_handled(inbox: SQLiteInbox, events: int) -> None:
    async with asyncio.timeout(120):
        while (await inbox.status()).handled < events:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("events", "kills"),
    [(150, 3), pytest.param(3000, 30, marks=[pytest.mark.chaos, pytest.mark.skipif(not THOROUGH, reason="chaos")])],
)
async def test_kills_lose_no_event_and_repeat_only_those_in_progress(tmp_path: Path, events: int, kills: int) -> None:
    randomness = random.Random(13)
    stores = 6
    async with SQLiteInbox(tmp_path / "inbox.db") as inbox:
        await inbox.status()
        with handlers_in(tmp_path) as handlers:
            handlers.start()
            handlers.start()
            accepting = asyncio.create_task(accept(inbox, events, stores))
            for _ in range(kills):
                await asyncio.sleep(randomness.uniform(0.05, 0.3))
                handlers.kill(randomness.choice(handlers.running))
                handlers.start()
            await accepting
            await until_handled(inbox, events)
            await handlers.end()
            runs, effects, holders = handlers.runs(), handlers.effects(), handlers.holders()
        status = await inbox.status()
    assert (status.waiting, status.in_progress, status.retrying, status.dead) == (0, 0, 0, 0)
    # Each event has had one effect, and each store its effects in order unless they were interrupted.
    assert sorted(effects) == sorted(f"{1 + number % stores} event-{number}" for number in range(events))
    # Each holder of the lease handles an event at most once, and leaves only what it had in progress to the next one.
    assert max(runs.values()) <= holders
    assert sum(runs.values()) - events <= (holders - 1) * STORES_AT_ONCE


def is_locked(path: Path) -> bool:
    with closing(sqlite3.connect(path, timeout=0.2, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
        return False


async def stop_outside_of_transactions(process: ChildProcess, path: Path) -> None:
    """Stop a process. One that is stopped within a transaction keeps the file locked, as with any program."""
    process.send_signal(signal.SIGSTOP)
    while is_locked(path):
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.005)
        process.send_signal(signal.SIGSTOP)


async def test_a_process_that_is_stopped_past_its_lease_and_continued_marks_nothing(tmp_path: Path) -> None:
    async with SQLiteInbox(tmp_path / "inbox.db") as inbox:
        await inbox.put(new_event(0, store=7, event_type="slow"))
        with handlers_in(tmp_path) as handlers:
            handlers.start()
            async with asyncio.timeout(60):
                while not handlers.runs():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            await stop_outside_of_transactions(handlers.processes[0], inbox.path)
            handlers.start()
            await accept(inbox, 30, 6)
            await until_handled(inbox, 31)
            handlers.processes[0].send_signal(signal.SIGCONT)
            await handlers.end()
            runs, effects, holders = handlers.runs(), handlers.effects(), handlers.holders()
    assert runs["7 event-0"] >= 2
    assert len(effects) == len(set(effects)) == 31
    assert sum(runs.values()) - 31 <= (holders - 1) * STORES_AT_ONCE


async def test_a_killed_acceptor_loses_no_event_that_it_acknowledged(tmp_path: Path) -> None:
    program = """
import asyncio, sys
from ecwid_async.apps import SQLiteInbox, StoredEvent

async def main(path, name):
    inbox = SQLiteInbox(path)
    async def accept(part):
        for number in range(100000):
            event_id = f"{name}-{part}-{number}"
            await inbox.put(StoredEvent(
                store_id=1, event_id=event_id, event_type="a", entity_id="", body=b"", received_at=0.0
            ))
            print(event_id, flush=True)
    await asyncio.gather(*(accept(part) for part in range(4)))

asyncio.run(main(*sys.argv[1:]))
"""
    path = tmp_path / "inbox.db"
    acknowledged: set[str] = set()
    for name in ("a", "b"):
        process = start_process(program, str(path), name, cwd=tmp_path)
        try:
            for _ in range(40):
                acknowledged.add((await asyncio.to_thread(process.stdout.readline)).strip())
            process.send_signal(signal.SIGKILL)
            rest = await asyncio.to_thread(process.stdout.read)
            acknowledged.update(rest.splitlines()[:-1])
        finally:
            process.close()
    async with SQLiteInbox(path) as inbox:
        await inbox.status()
    with closing(sqlite3.connect(path)) as connection:
        stored = {row[0] for row in connection.execute("SELECT event_id FROM events")}
    assert len(acknowledged) >= 80
    assert acknowledged <= stored
