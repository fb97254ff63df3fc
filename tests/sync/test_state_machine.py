"""Whatever happens to a store, to the server and to the process that mirrors it: at last, the mirror equals the store.

A state machine of Hypothesis chooses what happens. After each round, all that the cursors have passed is in the mirror;
after a quiet week, everything is. Hypothesis prints a failing sequence in its smallest form.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from ecwid_async.sync import Mirror
from tests.postgresql import PostgreSQL
from tests.sync.simulation import strategies as drawn
from tests.sync.simulation.changes import Moment
from tests.sync.simulation.machine import THOROUGH, ChangingStore, run_machine
from tests.sync.simulation.oracle import check_cursors, check_equal
from tests.sync.simulation.process import MirrorProcess
from tests.sync.simulation.strategies import Interruption
from tests.sync.simulation.world import LAG

EXAMPLES, FEWER_EXAMPLES, STEPS = (500, 100, 20) if THOROUGH else (6, 2, 10)
# In memory, if there is such a folder: each commit waits for the disk.
FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None


class MirroredStore(ChangingStore):
    """A store, and processes that mirror it, one after another or at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="mirror-", dir=FOLDER))

    def new_url(self) -> str:
        return f"sqlite:///{self.folder / 'shop.db'}"

    def begin(self) -> None:
        self.process = MirrorProcess(self.world, self.new_url())

    @rule(moments=drawn.moments, interruption=drawn.interruptions)
    def sync(self, moments: list[Moment], interruption: Interruption) -> None:
        self.world.script = iter(moments)
        self.process.round(interruption)
        self.check()

    @rule(moments=drawn.moments)
    def sync_twice_at_once(self, moments: list[Moment]) -> None:
        self.world.script = iter(moments)
        self.process.round(processes=2)
        self.check()

    @precondition(lambda self: self.world.hints)
    @rule(times=st.sampled_from((0, 1, 1, 2)), known=st.booleans())
    def report_hints(self, times: int, known: bool) -> None:
        """Mark items as changed, as webhooks do: late, twice, never, or items that do not exist."""
        hints, self.world.hints = self.world.hints, []

        async def mark(mirror: Mirror) -> None:
            for _ in range(times):
                for name, number in hints:
                    row = self.world.existing[name].get(number) or self.world.deleted[name].get(number)
                    if row is not None:
                        await mirror.mark(self.world.store_id, name, self.world.item_id(name, row))

        self.process.run(mark)

    def check(self) -> None:
        contents, cursors = self.process.contents, self.process.cursors
        if not self.dishonest:
            check_cursors(self.world, contents, cursors, lag=LAG)

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def end(self) -> None:
        self.process.errors.clear()
        self.process.quiet()
        assert not self.process.errors, self.process.errors
        check_equal(self.world, self.process.contents)
        self.process.check_children()
        assert not any(report.failed for report in self.process.reports[-1:]), self.process.reports[-1]
        for name in self.world.sections:
            counters = self.process.counters(name)
            assert not counters["refused"]
            honest = not self.dishonest and not self.world.skipped_time and self.world.longest_lag < LAG - 30
            silent = any(
                version.silent and version.row is not None
                for (section, _), versions in self.world.history.items()
                for version in versions
                if section == name
            )
            if honest:
                assert not counters["late"], f"{name}: {counters}"
                assert silent or not counters["silent"], f"{name}: {counters}"


@pytest.mark.chaos
def test_a_mirror_in_sqlite_equals_the_store_at_last() -> None:
    run_machine(MirroredStore, EXAMPLES, steps=STEPS)


@pytest.mark.chaos
@pytest.mark.slow
def test_a_mirror_in_postgresql_equals_the_store_at_last(postgresql_server: PostgreSQL) -> None:
    class InPostgreSQL(MirroredStore):
        def new_url(self) -> str:
            asyncio.run(self.empty_database())
            return postgresql_server.url("machine")

        async def empty_database(self) -> None:
            if not await postgresql_server.find_database("machine"):
                await postgresql_server.disconnect_all("machine")
                await postgresql_server.execute("DROP SCHEMA public CASCADE", "machine")
                await postgresql_server.execute("CREATE SCHEMA public", "machine")

    run_machine(InPostgreSQL, FEWER_EXAMPLES, steps=STEPS)
