"""What was there throughout comes exactly once, or `ScanDrifted` does: whatever moves while the list is read.

A scene that fails is printed in its smallest form; `watch` plays it again.
"""

import math

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from ecwid_async.sandbox import Switches
from tests.scan.lists import KINDS, Item, Row
from tests.scan.scenes import calm_scenes, scenes
from tests.scan.world import START, Scene, Way, judge, watch

pytestmark = pytest.mark.chaos

# `nox -s chaos` asks for more than Hypothesis does by itself.
THOROUGH = settings().max_examples > 100
EXAMPLES, FEWER_EXAMPLES = (settings().max_examples, settings().max_examples // 5) if THOROUGH else (6, 4)

# Explaining a failure would run it under a tracer, which takes longer than to read it.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=SLOW_IS_FINE)
@given(data=st.data())
def test_what_was_there_throughout_comes_exactly_once_or_the_scan_says_that_it_drifted(
    name: str, data: st.DataObject
) -> None:
    seen = watch(KINDS[name], data.draw(scenes(KINDS[name])))
    note(repr(seen))
    judge(seen)


def orderly(switches: Switches) -> bool:
    """Does the list stand in the same order for every request, as long as nothing moves."""
    return "unstable" not in {switches.ties, switches.unsorted}


def least(rows: int, switches: Switches) -> int:
    """How many requests a reader needs who knows how many rows there are."""
    return max(1, math.ceil(rows / min(100, switches.page_size or 100)))


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=FEWER_EXAMPLES, phases=PHASES, suppress_health_check=SLOW_IS_FINE)
@given(data=st.data())
def test_a_list_that_stands_still_is_read_whole_with_hardly_a_request_too_many(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    scene: Scene = data.draw(calm_scenes(kind))
    seen = watch(kind, scene)
    note(repr(seen))
    judge(seen)
    if orderly(scene.switches):
        assert not seen.drifted
        assert set(seen.numbers) == seen.lasting
        # What was written within the lag may still be on its way into searches: that costs a little more.
        quiet = all(row.updated < START - scene.lag - 1 for row in scene.rows)
        # And what is left out is a list of its own, with pages of its own.
        if quiet and not (scene.hides and any(row.hidden for row in scene.rows)):
            assert seen.requests <= 1.05 * kind.passes * least(len(seen.lasting), scene.switches) + kind.more + 2


@pytest.mark.parametrize("name", ["products", "orders", "customers", "coupons"])
@pytest.mark.parametrize("way", ["dicts", "raw"])
def test_items_that_do_not_tell_when_they_were_made_come_as_well(name: str, way: Way) -> None:
    rows = tuple(Row(number=n, created=START - 9000 + n // 3, updated=START - 9000 + n) for n in range(1, 60))
    kind = KINDS[name]

    def show(row: Row) -> list[Item]:
        (item,) = kind.show(row)
        if row.number % 5 == 0:
            del item[next(name for name in item if name in {"createTimestamp", "registered", "creationDate"})]
        return [item]

    seen = watch(evolve(kind, show=show), Scene(rows=rows, switches=Switches(page_size=7), concurrency=3, way=way))
    judge(seen)
    assert not seen.drifted
    assert len(seen.numbers) == len(rows)
