"""Whatever happens to a store, its server and the reader: all that a cursor has passed was yielded.

A state machine of Hypothesis chooses what happens, and prints a failing sequence in its smallest form.
"""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.sync.simulation import strategies as drawn
from tests.sync.simulation.changes import Moment
from tests.sync.simulation.changes_process import ChangesProcess
from tests.sync.simulation.machine import THOROUGH, ChangingStore, run_machine
from tests.sync.simulation.oracle import check_cursors
from tests.sync.simulation.strategies import Interruption
from tests.sync.simulation.world import LAG

EXAMPLES, STEPS = (500, 20) if THOROUGH else (15, 12)


class ReadStore(ChangingStore):
    """A store whose changes are read by processes, one after another."""

    def begin(self) -> None:
        self.process = ChangesProcess(self.world)

    @rule(moments=drawn.moments, interruption=drawn.interruptions, listing=st.booleans())
    def read(self, moments: list[Moment], interruption: Interruption, listing: bool) -> None:
        self.world.script = iter(moments)
        self.process.round(interruption, listing=listing)
        if not self.dishonest:
            check_cursors(self.world, self.process.contents, self.process.cursors, lag=LAG)

    def end(self) -> None:
        self.world.calm_down()
        self.world.now += 2 * LAG
        self.process.errors.clear()
        self.process.round()
        assert not self.process.errors, self.process.errors
        if not self.dishonest:
            check_cursors(self.world, self.process.contents, self.process.cursors, lag=LAG)


@pytest.mark.chaos
def test_whatever_a_cursor_has_passed_was_yielded() -> None:
    run_machine(ReadStore, EXAMPLES, steps=STEPS)
