"""An interrupted scan resumes from its token: nothing is missing, and what was yielded is not read again."""

import base64
from collections import Counter

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ecwid_async.errors import ScanDrifted
from ecwid_async.sandbox import Switches
from tests.scan.lists import KINDS, Kind, Row
from tests.scan.scenes import quiet_scenes, scenes
from tests.scan.test_moving_list import has_stable_order
from tests.scan.world import START, TOKEN, Scene, World

THOROUGH = settings().max_examples > 100
EXAMPLES = settings().max_examples // 5 if THOROUGH else 3
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
SLOW_IS_OK = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

MAX_TOKEN_LENGTH = 2048


class InterruptedScan:
    """Reads a scene in stretches of pages, each by a new scan that resumes from the token of the previous one."""

    def __init__(self, kind: Kind, scene: Scene, stretches: list[int]) -> None:
        self.world = World(kind, evolve(scene, ordered=True, output="raw"))
        self.stretches = stretches
        self.parts: list[list[int]] = []
        self.restarts: list[list[list[int]]] = []
        """The parts that were read before a token was empty."""
        self.started = self.world.now
        self.world.run(self._read())
        self.lasting = self.world.lasting

    @property
    def numbers(self) -> list[int]:
        return [number for part in self.parts for number in part]

    async def _read(self) -> None:
        resume = ""
        for page_count in (*self.stretches, None):
            part: list[int] = []
            self.parts.append(part)
            async with self.world.scan(resume=resume) as scan:
                pages_read = 0
                async for page in self.world.pages(scan):
                    part += page
                    pages_read += 1
                    if pages_read == page_count:
                        break
                else:
                    return
                resume = scan.token
                self._check(resume)
                if not resume:
                    # The next scan starts from the beginning.
                    self.restarts.append(self.parts)
                    self.parts = []

    def _check(self, token: str) -> None:
        assert token.isascii()
        assert len(token) < MAX_TOKEN_LENGTH
        readable = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        assert TOKEN not in token
        assert TOKEN.encode() not in readable

    def repeated(self) -> set[int]:
        """Return the rows that were yielded twice although they were last updated before the lag."""
        since = self.started - self.world.scene.lag - 1
        rows = self.world.existing
        twice = {number for number, count in Counter(self.numbers).items() if count > 1}
        return {number for number in twice if number in rows and rows[number].updated < since}


def in_order(kind: Kind, scene: Scene) -> bool:
    """Return whether the list is in order of creation."""
    return kind.is_sortable or (kind.has_times and scene.switches.unsorted in {"newest", "oldest"})


STRETCHES = st.lists(st.integers(1, 6), min_size=1, max_size=4)


@pytest.mark.chaos
@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=SLOW_IS_OK)
@given(data=st.data())
def test_a_scan_resumes_from_its_token_after_any_page(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    scene = data.draw(quiet_scenes(kind).filter(lambda scene: has_stable_order(scene.switches)))
    interrupted = InterruptedScan(kind, scene, data.draw(STRETCHES))
    assert set(interrupted.numbers) == interrupted.lasting, interrupted.parts
    # Rows written within the lag count as moving, and their neighbours may be read again.
    if all(row.updated < START - scene.lag - 1 for row in scene.rows):
        assert not interrupted.repeated(), interrupted.parts
    if in_order(kind, scene) and not scene.omits:
        # The token is empty only before the first page, or after everything was read.
        assert all(set().union(*parts) == interrupted.lasting for parts in interrupted.restarts), interrupted.restarts


@pytest.mark.chaos
@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=SLOW_IS_OK)
@given(data=st.data())
def test_nothing_is_missing_from_a_resumed_scan_of_a_moving_list(name: str, data: st.DataObject) -> None:
    scene = data.draw(scenes(KINDS[name]))
    try:
        interrupted = InterruptedScan(KINDS[name], scene, data.draw(STRETCHES))
    except ScanDrifted:
        return
    missing = interrupted.lasting - set(interrupted.numbers)
    assert not missing, interrupted.parts
    assert all(len(part) == len(set(part)) for part in interrupted.parts)


@pytest.mark.parametrize("name", ["products", "orders", "carts"])
@pytest.mark.parametrize("page_count", [1, 2, 4])
def test_a_token_stays_short_if_many_rows_were_created_in_one_second(name: str, page_count: int) -> None:
    before = [Row(number=n, created=START - 9000, updated=START - 9000) for n in range(1, 51)]
    same_second = [Row(number=n, created=START - 8000, updated=START - 8000) for n in range(51, 600)]
    scene = Scene(rows=(*before, *same_second), switches=Switches(unsorted="oldest"))
    interrupted = InterruptedScan(KINDS[name], scene, [page_count, 1, 1])
    assert set(interrupted.numbers) == interrupted.lasting
    assert not interrupted.restarts
    # The whole second is read again, and nothing else.
    assert not interrupted.repeated() & set(range(1, 51))


def test_a_finished_scan_resumes_without_items() -> None:
    rows = tuple(Row(number=n, created=START - 9000 + n, updated=START - 9000 + n) for n in range(1, 30))
    world = World(KINDS["products"], Scene(rows=rows, switches=Switches(page_size=4)))

    async def read() -> list[int]:
        async with world.scan() as scan:
            assert scan.token == ""
            assert len([item async for item in scan.dicts()]) == len(rows)
        async with world.scan(resume=scan.token) as rest:
            return [item["id"] async for item in rest.dicts()]

    assert world.run(read()) == []
