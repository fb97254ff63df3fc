"""Events that are handled by processes which are killed and started again.

Each handler has two effects: a line in a file of its process, which nothing protects, and a row in the application's
database, in the transaction of the event. Both are counted at the end.
"""

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.harness.report import Table, ValueGoal
from ecwid_async.apps import ClaimedEvents, InboxSettings, SQLiteInbox, StoredEvent, handled_once

__all__ = ["measure_kills"]

_ROOT: Final = Path(__file__).parents[2]
_STORES: Final = 40
_STORES_AT_ONCE: Final = 16
_SETTINGS: Final = InboxSettings(
    stores_at_once=_STORES_AT_ONCE, lease=0.5, poll_interval=0.05, first_delay=0.05, max_delay=0.5, max_attempts=1000
)
LOST, TWICE, REPEATED = "lost", "handled twice, in the transaction", "repeated beyond those in progress, without it"


def measure_kills(*, quick: bool = False) -> tuple[Table, list[ValueGoal]]:
    """Return how many events were lost or had too many effects, and the goals: none."""
    events, kills = (40, 1) if quick else (10_000, 12)
    with tempfile.TemporaryDirectory() as folder:
        faults = asyncio.run(_run(Path(folder), events, kills))
    table = Table(
        f"{events:,} events in SQLite, whose process was killed {kills} times",
        "events",
        None,
        {name: [float(count)] for name, count in faults.items()},
    )
    return table, [ValueGoal(table, name, 0.0) for name in faults]


async def _run(folder: Path, events: int, kills: int) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "app.db")) as connection:
        connection.execute("CREATE TABLE effects (store_id, event_id)")
        connection.execute("PRAGMA journal_mode = WAL")
    randomness = random.Random(13)
    async with SQLiteInbox(folder / "inbox.db") as inbox:
        with ExitStack() as stack:
            process = _start(folder, stack)
            accepting = asyncio.create_task(_accept(inbox, events))
            for number in range(1, kills + 1):
                # Spread over the whole work, however fast it is.
                handled = events * number // (kills + 1)
                while (await inbox.status()).handled < handled:  # noqa: ASYNC110
                    await asyncio.sleep(randomness.uniform(0.01, 0.05))
                process.kill()
                process = _start(folder, stack)
            await accepting
            while (status := await inbox.status()).handled < events and not status.dead:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait)
    return _count(folder, events)


async def _accept(inbox: SQLiteInbox, events: int) -> None:
    async def accept(first: int) -> None:
        for number in range(first, events, 8):
            await inbox.put(
                StoredEvent(
                    store_id=1 + number % _STORES,
                    event_id=f"event-{number}",
                    event_type="order.created",
                    entity_id=str(number),
                    body=b"{}",
                    received_at=0.0,
                )
            )

    await asyncio.gather(*map(accept, range(8)))


def _start(folder: Path, stack: ExitStack) -> "subprocess.Popen[bytes]":
    process = stack.enter_context(
        subprocess.Popen([sys.executable, "-m", "benchmarks.apps.kills", str(folder)], cwd=_ROOT)
    )
    stack.callback(process.kill)
    return process


def _count(folder: Path, events: int) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "app.db")) as connection:
        effects = Counter(connection.execute("SELECT store_id, event_id FROM effects").fetchall())
    with closing(sqlite3.connect(folder / "inbox.db")) as connection:
        ((holders,),) = connection.execute("SELECT epoch FROM lease").fetchall()
    runs = Counter(line for log in folder.glob("*.log") for line in log.read_text().splitlines())
    # A process that did not get to run in time has lost the lease, too. Events of one holder are handled once by it.
    allowed = (holders - 1) * _STORES_AT_ONCE
    return {
        LOST: events - len(effects),
        TWICE: effects.total() - len(effects),
        REPEATED: max(0, runs.total() - events - allowed) + sum(max(0, each - holders) for each in runs.values()),
    }


async def _handle_events(folder: Path) -> None:
    """Handle events until the process is ended or killed."""
    # One connection: SQLite lets transactions that wait for each other sleep.
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{folder}/app.db", connect_args={"timeout": 30}, pool_size=1, max_overflow=0
    )
    insert = text("INSERT INTO effects VALUES (:store_id, :event_id)")
    # One file for each process: lines of several ones could be mixed.
    with tempfile.NamedTemporaryFile("w", suffix=".log", dir=folder, delete=False) as log:

        async def handle(group: ClaimedEvents) -> None:
            (event,) = group.events
            print(event.store_id, event.event_id, file=log, flush=True)
            async with handled_once(engine, event.store_id, group.event_ids) as connection:
                await connection.execute(insert, {"store_id": event.store_id, "event_id": event.event_id})

        async with SQLiteInbox(folder / "inbox.db", _SETTINGS) as inbox:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, inbox.stop)
            await inbox.run(handle)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(_handle_events(Path(sys.argv[1])))
