"""A scan of a changing list yields every row that exists throughout exactly once, or raises `ScanDrifted`.

Hypothesis prints the smallest failing scene: pass it to `play` to repeat it.
"""

import math

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from ecwid_async.sandbox import Switches
from tests.scan.lists import KINDS, Item, Row
from tests.scan.scenes import quiet_scenes, scenes
from tests.scan.world import START, Output, Scene, check, play

pytestmark = pytest.mark.chaos

# `nox -s chaos` sets more examples than Hypothesis's default.
THOROUGH = settings().max_examples > 100
EXAMPLES, FEWER_EXAMPLES = (settings().max_examples, settings().max_examples // 5) if THOROUGH else (6, 4)

# Without Phase.explain, which runs failures under a slow tracer.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
SLOW_IS_OK = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=SLOW_IS_OK)
@given(data=st.data())
def test_every_row_that_exists_throughout_is_yielded_exactly_once_or_the_scan_drifts(
    name: str, data: st.DataObject
) -> None:
    outcome = play(KINDS[name], data.draw(scenes(KINDS[name])))
    note(repr(outcome))
    check(outcome)


def has_stable_order(switches: Switches) -> bool:
    """Return whether the list has the same order for every request while nothing changes."""
    return "unstable" not in {switches.ties, switches.unsorted}


def fewest_requests(rows: int, switches: Switches) -> int:
    """Return the minimum number of requests that return this many rows."""
    return max(1, math.ceil(rows / min(100, switches.page_size or 100)))


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=FEWER_EXAMPLES, phases=PHASES, suppress_health_check=SLOW_IS_OK)
@given(data=st.data())
def test_a_quiet_list_is_read_whole_with_few_extra_requests(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    scene: Scene = data.draw(quiet_scenes(kind))
    outcome = play(kind, scene)
    note(repr(outcome))
    check(outcome)
    if has_stable_order(scene.switches):
        assert not outcome.drifted
        assert set(outcome.numbers) == outcome.lasting
        # Rows written within the lag may not have reached the search yet, which costs a little more.
        quiet = all(row.updated < START - scene.lag - 1 for row in scene.rows)
        # Omitted items are a list of their own, with pages of their own.
        if quiet and not (scene.omits and any(row.hidden for row in scene.rows)):
            assert (
                outcome.requests
                <= 1.05 * kind.passes * fewest_requests(len(outcome.lasting), scene.switches) + kind.extra_requests + 2
            )


@pytest.mark.parametrize("name", ["products", "orders", "customers", "coupons"])
@pytest.mark.parametrize("output", ["dicts", "raw"])
def test_items_without_a_creation_time_are_read_too(name: str, output: Output) -> None:
    rows = tuple(Row(number=n, created=START - 9000 + n // 3, updated=START - 9000 + n) for n in range(1, 60))
    kind = KINDS[name]

    def show(row: Row) -> list[Item]:
        (item,) = kind.show(row)
        if row.number % 5 == 0:
            del item[next(name for name in item if name in {"createTimestamp", "registered", "creationDate"})]
        return [item]

    outcome = play(
        evolve(kind, show=show), Scene(rows=rows, switches=Switches(page_size=7), concurrency=3, output=output)
    )
    check(outcome)
    assert not outcome.drifted
    assert len(outcome.numbers) == len(rows)
