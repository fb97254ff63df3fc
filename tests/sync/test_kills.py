"""A process that mirrors a store is killed again and again, at any time, while the store changes: nothing is lost.

The process and the server are real, as are the kills. `nox -s chaos` does more of them.
"""

import asyncio
import json
import random
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from hypothesis import settings

from ecwid_async import Ecwid
from ecwid_async.sandbox.server import serve
from ecwid_async.sync import Mirror, MirrorSettings
from tests.processes import ChildProcess, start_process
from tests.sync.simulation.changes import Change
from tests.sync.simulation.oracle import Stored, differences
from tests.sync.simulation.world import STORE, TOKEN, MirrorWorld, number_of

# `nox -s chaos` runs more examples than the default of Hypothesis.
THOROUGH = settings().max_examples > 100
KILLS, KILLS_IN_POSTGRESQL = (60, 20) if THOROUGH else (5, 2)
SECTIONS: Final = ("products", "orders", "categories", "coupons")
# The last kills come when the mirror is complete, and only changes are read.
LONGEST: Final = 0.5

PROGRAM: Final = """
import asyncio, sys
from ecwid_async import Ecwid
from ecwid_async.errors import EcwidError
from ecwid_async.sync import Mirror, MirrorSettings, StoreBusy

async def main(url, base_url, store_id, token, *sections):
    settings = MirrorSettings(
        lag=3, rows_per_transaction=20, poll_interval=0.01, reconcile_interval=0.01, lookups_per_minute=100_000
    )
    async with Ecwid(base_url=base_url, quota=None) as ecwid, Mirror(url, settings=settings) as mirror:
        store = ecwid.store(int(store_id), token)
        print("started", flush=True)
        while True:
            await mirror.sync(store, only=sections)

asyncio.run(main(*sys.argv[1:]))
"""


class Database:
    """The database of a mirror, without the mirror."""

    def __init__(self, url: str) -> None:
        self.url = url

    def execute(self, statement: str) -> list[Any]:
        if self.url.startswith("sqlite"):
            connection = sqlite3.connect(self.url.removeprefix("sqlite:///"))
            try:
                with connection:
                    return list(connection.execute(statement))
            finally:
                connection.close()
        with psycopg.connect(self.url.replace("postgresql+psycopg://", "postgresql://")) as opened:
            found = opened.execute(statement)  # type: ignore[call-overload]
            return list(found) if found.description else []

    def end_leases(self) -> None:
        """Do as if the lease of the process that was killed had ended."""
        with suppress(sqlite3.OperationalError, psycopg.errors.UndefinedTable):
            self.execute("UPDATE ecwid_stores SET lease_until = NULL")

    def contents(self) -> dict[str, dict[int, Stored]]:
        return {
            name: {
                number_of(key): Stored(None if document is None else json.loads(bytes(document)), deleted is not None)
                for key, document, deleted in self.execute(f"SELECT id, document, deleted_at FROM ecwid_{name}")
            }
            for name in SECTIONS
        }


class RealTime(MirrorWorld):
    """A store that is served over loopback in real time."""

    def server_time(self) -> float:
        return time.time() + self.skew


async def change_all_the_time(world: MirrorWorld, choices: random.Random) -> None:
    while True:
        await asyncio.sleep(0.005)
        world.change(
            Change(
                choices.choice(("create", "edit", "edit", "rank", "hide", "delete", "restore")),
                section=choices.randrange(4),
                at=choices.randrange(200),
                count=choices.choice((1, 1, 3)),
                rank=choices.randrange(6),
            )
        )


async def started(process: ChildProcess) -> None:
    line = await asyncio.to_thread(process.stdout.readline)
    if line != "started\n":
        raise AssertionError((await asyncio.to_thread(process.communicate, 10))[1])


async def kill_and_compare(url: str, folder: Path, *, kills: int, seed: int) -> None:
    choices = random.Random(seed)
    world = RealTime(SECTIONS)
    for name in SECTIONS:
        world.load(name, 150)
    database = Database(url)
    async with serve(world.sandbox) as server:
        changing = asyncio.create_task(change_all_the_time(world, choices))
        for _ in range(kills):
            process = start_process(PROGRAM, url, server.base_url, str(STORE), TOKEN, *SECTIONS, cwd=folder)
            try:
                await started(process)
                await asyncio.sleep(choices.uniform(0.0, LONGEST))
                assert process.poll() is None, process.communicate(10)
            finally:
                process.close()  # SIGKILL
            database.end_leases()
        changing.cancel()
        # Reads of the same few seconds may not show which one is newer.
        world.step_clock(60.0)
        quick = MirrorSettings(lag=3, poll_interval=0.01, reconcile_interval=0.01, lookups_per_minute=100_000)
        async with Ecwid(base_url=server.base_url, quota=None) as ecwid, Mirror(url, settings=quick) as mirror:
            for _ in range(2):
                report = await mirror.sync(ecwid.store(STORE, TOKEN), only=SECTIONS)
                assert not report.failed, report
    found = differences(world, database.contents())
    assert not found, "\n".join(found[:20])
    assert not changing.done() or changing.cancelled()


@pytest.mark.chaos
@pytest.mark.slow
async def test_a_mirror_in_sqlite_survives_kills(tmp_path: Path) -> None:
    await kill_and_compare(f"sqlite:///{tmp_path / 'shop.db'}", tmp_path, kills=KILLS, seed=1)


@pytest.mark.chaos
@pytest.mark.slow
async def test_a_mirror_in_postgresql_survives_kills(tmp_path: Path, postgresql_url: str) -> None:
    await kill_and_compare(postgresql_url, tmp_path, kills=KILLS_IN_POSTGRESQL, seed=2)
