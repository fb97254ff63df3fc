"""Polls of a list that changes meanwhile find every change that was made before they began, minus the lag.

Hypothesis prints the smallest failing scene.
"""

from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from ecwid_async.changes import reader
from tests.changes.polls import Table
from tests.scan.lists import KINDS, Item
from tests.scan.scenes import scenes
from tests.scan.world import DAY, World

pytestmark = pytest.mark.chaos

# `nox -s chaos` sets more examples than Hypothesis's default.
THOROUGH = settings().max_examples > 100
EXAMPLES = settings().max_examples if THOROUGH else 4

# Without Phase.explain, which runs failures under a slow tracer.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
SLOW_IS_OK = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def store_items(world: World) -> dict[Any, Item]:
    """Return the items of the list as they are in the store, by key."""
    kind = world.kind
    return {item[kind.key]: item for row in world.existing.values() for item in kind.show(row)}


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.rows.__name__ == "Rows"])
@settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=SLOW_IS_OK)
@given(data=st.data())
def test_polls_find_everything_that_changed_before_they_began(name: str, data: st.DataObject) -> None:
    world = World(KINDS[name], data.draw(scenes(KINDS[name])))
    lag = world.scene.lag
    table = Table(world)
    # Small ranges, so that they are halved.
    large = data.draw(st.sampled_from([4, 20, 10_000]))
    pauses = data.draw(st.lists(st.sampled_from([0.0, 1.0, 30.0, 4000.0, DAY]), min_size=2, max_size=5))
    left_after = data.draw(st.lists(st.sampled_from([None, None, 1, 2, 5]), min_size=5, max_size=5))

    async def poll() -> None:
        for pause, batches in zip(pauses, left_after, strict=False):
            await table.poll(lag=lag, batches=batches)
            note(f"{world.now}: {table}")
            world.now += pause
        # Two polls after everything has become visible: the first one may have begun before.
        for _ in range(2):
            world.script = iter(())
            world.now += 2 * lag + 5
            await table.poll(lag=lag)

    with mock.patch.object(reader, "_LARGE", large):
        world.run(poll())
    note(repr(table))
    assert not table.drifted
    expected, found = store_items(world), table.items_by_key()
    for key, item in expected.items():
        assert key in found, f"{key} is missing"
        differing = {name for name, value in item.items() if found[key].get(name) != value}
        assert not differing & {"name", "price", "orderComments", "review", "discount", "total"}, (item, found[key])
