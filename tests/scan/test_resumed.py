"""A scan that stopped goes on from its token: what it handed out is not read again, and nothing is left out."""

import base64
from collections import Counter

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ecwid_async.errors import ScanDrifted
from tests.scan.lists import KINDS, Kind
from tests.scan.scenes import calm_scenes, scenes
from tests.scan.test_moving import orderly
from tests.scan.world import TOKEN, Scene, World

THOROUGH = settings().max_examples > 100
EXAMPLES = settings().max_examples // 5 if THOROUGH else 6
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

LONGEST = 2048


class Stops:
    """Reads a scene in stretches: after so many pages each, another scan goes on from the token."""

    def __init__(self, kind: Kind, scene: Scene, stretches: list[int]) -> None:
        self.world = World(kind, evolve(scene, ordered=True, way="raw"))
        self.stretches = stretches
        self.parts: list[list[int]] = []
        self.anew: list[list[list[int]]] = []
        """What came before a token that was empty."""
        self.started = self.world.now
        self.world.run(self._read())
        self.lasting = self.world.lasting

    @property
    def numbers(self) -> list[int]:
        return [number for part in self.parts for number in part]

    async def _read(self) -> None:
        resume = ""
        for most in (*self.stretches, None):
            part: list[int] = []
            self.parts.append(part)
            async with self.world.scan(resume=resume) as scan:
                came = 0
                async for page in self.world.pages(scan):
                    part += page
                    came += 1
                    if came == most:
                        break
                else:
                    return
                resume = scan.token
                self._check(resume)
                if not resume:
                    # The next one starts anew.
                    self.anew.append(self.parts)
                    self.parts = []

    def _check(self, token: str) -> None:
        assert token.isascii()
        assert len(token) < LONGEST
        readable = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        assert TOKEN not in token
        assert TOKEN.encode() not in readable

    def again(self) -> set[int]:
        """What came twice, though nobody has changed it since shortly before the start."""
        since = self.started - self.world.scene.lag - 1
        rows = self.world.there
        twice = (number for number, count in Counter(self.numbers).items() if count > 1)
        return {number for number in twice if number in rows and rows[number].updated < since}


def in_order(kind: Kind, scene: Scene) -> bool:
    """Does the list come in the order of creation."""
    return kind.sorts or (kind.dated and scene.switches.unsorted in {"newest", "oldest"})


STRETCHES = st.lists(st.integers(1, 6), min_size=1, max_size=4)


@pytest.mark.chaos
@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=SLOW_IS_FINE)
@given(data=st.data())
def test_a_scan_that_stops_after_any_page_goes_on_from_its_token(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    scene = data.draw(calm_scenes(kind).filter(lambda scene: orderly(scene.switches)))
    stops = Stops(kind, scene, data.draw(STRETCHES))
    assert set(stops.numbers) == stops.lasting, stops.parts
    assert not stops.again(), stops.parts
    if in_order(kind, scene):
        # There is always a place to go on from, until everything was read.
        assert all(set().union(*parts) == stops.lasting for parts in stops.anew), stops.anew


@pytest.mark.chaos
@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=SLOW_IS_FINE)
@given(data=st.data())
def test_nothing_is_missing_after_stops_in_a_list_that_moves(name: str, data: st.DataObject) -> None:
    scene = data.draw(scenes(KINDS[name]))
    try:
        stops = Stops(KINDS[name], scene, data.draw(STRETCHES))
    except ScanDrifted:
        return
    missing = stops.lasting - set(stops.numbers)
    assert not missing, stops.parts
    assert all(len(part) == len(set(part)) for part in stops.parts)
