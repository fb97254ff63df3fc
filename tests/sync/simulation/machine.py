"""A state machine of Hypothesis that chooses what happens to a store and to its server."""

from typing import Any, Final

from attrs import evolve
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ecwid_async.sandbox import Switches
from tests.scan.faulty_server import Faults
from tests.sync.simulation import strategies as drawn
from tests.sync.simulation.changes import Change
from tests.sync.simulation.world import DAY, MirrorWorld

__all__ = ["THOROUGH", "ChangingStore", "run_machine"]

# `nox -s chaos` runs more examples than the default of Hypothesis.
THOROUGH: Final = settings().max_examples > 100


class ChangingStore(RuleBasedStateMachine):
    """A store that changes. Subclasses read it in further rules, and check at the `end` what they have."""

    world: MirrorWorld
    dishonest = False
    """Whether the server was ever dishonest."""

    @initialize(
        sections=drawn.section_sets,
        switches=drawn.switches(),
        counts=st.lists(st.integers(0, 40), min_size=3, max_size=3),
        spread=st.sampled_from((0, 1, 600, DAY)),
    )
    def start(self, sections: tuple[str, ...], switches: Switches, counts: list[int], spread: int) -> None:
        self.world = MirrorWorld(sections, switches=switches)
        self.milliseconds = switches.millisecond_sections
        for name, count in zip(sections, counts, strict=False):
            self.world.load(name, count, spread=spread)
        self.begin()

    def begin(self) -> None:
        """Begin to read the store."""

    def end(self) -> None:
        """Check what was read, at the end."""

    @rule(changes=drawn.changes)
    def change(self, changes: list[Change]) -> None:
        for change in changes:
            self.world.change(change)

    @rule(seconds=drawn.waits)
    def wait(self, seconds: float) -> None:
        self.world.now += seconds

    @rule(switches=drawn.switches())
    def switch(self, switches: Switches) -> None:
        # Another unit of times would change all items at once.
        self.world.sandbox.set_switches(evolve(switches, millisecond_sections=self.milliseconds))

    @rule(seconds=st.sampled_from((-5.0, -2.0, -1.0, 1.0, 2.0, 5.0)))
    def step_clock(self, seconds: float) -> None:
        self.world.step_clock(seconds)

    @rule(faults=drawn.dishonest())
    def deceive(self, faults: Faults | None) -> None:
        self.world.faults = faults
        self.dishonest |= faults is not None

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.end()


def run_machine(machine: Any, examples: int, *, steps: int) -> None:
    """Run a state machine with this many examples of up to `steps` rules."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            # Without the phase "explain", which runs failures under a tracer and takes long.
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
