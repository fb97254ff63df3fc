"""A scan that stopped goes on from its token: what it handed out is not read again, and nothing is left out."""

import base64
import json
from collections import Counter

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ecwid_async import Ecwid
from ecwid_async.errors import ConfigError, ScanDrifted
from ecwid_async.primitives.checksummed_lines import add_checksum
from ecwid_async.sandbox import Sandbox, Switches
from tests.scan.lists import KINDS, Kind, Row
from tests.scan.scenes import calm_scenes, scenes
from tests.scan.test_moving import orderly
from tests.scan.world import START, STORE, TOKEN, Scene, World

THOROUGH = settings().max_examples > 100
EXAMPLES = settings().max_examples // 5 if THOROUGH else 3
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
        twice = {number for number, count in Counter(self.numbers).items() if count > 1}
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
    # Rows written within the lag count as moving, and may cost their neighbours a second time.
    if all(row.updated < START - scene.lag - 1 for row in scene.rows):
        assert not stops.again(), stops.parts
    if in_order(kind, scene) and not scene.hides:
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


@pytest.mark.parametrize("name", ["products", "orders", "carts"])
@pytest.mark.parametrize("most", [1, 2, 4])
def test_a_token_stays_short_in_a_crowd_of_one_second(name: str, most: int) -> None:
    before = [Row(number=n, created=START - 9000, updated=START - 9000) for n in range(1, 51)]
    crowd = [Row(number=n, created=START - 8000, updated=START - 8000) for n in range(51, 600)]
    scene = Scene(rows=(*before, *crowd), switches=Switches(unsorted="oldest"))
    stops = Stops(KINDS[name], scene, [most, 1, 1])
    assert set(stops.numbers) == stops.lasting
    assert not stops.anew
    # The second is read again as a whole, and nothing else is.
    assert not stops.again() & set(range(1, 51))


def test_a_scan_that_was_read_to_its_end_has_nothing_to_go_on_with() -> None:
    rows = tuple(Row(number=n, created=START - 9000 + n, updated=START - 9000 + n) for n in range(1, 30))
    world = World(KINDS["products"], Scene(rows=rows, switches=Switches(page_size=4)))

    async def read() -> list[int]:
        async with world.scan() as scan:
            assert scan.token == ""
            assert len([item async for item in scan.dicts()]) == len(rows)
        async with world.scan(resume=scan.token) as rest:
            return [item["id"] async for item in rest.dicts()]

    assert world.run(read()) == []


def test_a_token_of_another_list_or_of_none_is_refused() -> None:
    rows = tuple(Row(number=n, created=START - 9000 + n, updated=START - 9000 + n) for n in range(1, 30))
    world = World(KINDS["products"], Scene(rows=rows, switches=Switches(page_size=4), ordered=True, way="raw"))

    async def read() -> str:
        async with world.scan() as scan:
            async for _ in scan.raw():
                break
            return scan.token

    token = world.run(read())
    store = Ecwid(transport=world).store(STORE, TOKEN)
    assert store.products.scan(resume=token).token == token
    for other in (store.orders.scan, store.products.search(enabled=True).scan):
        with pytest.raises(ConfigError, match="another list"):
            other(resume=token)
    with pytest.raises(ConfigError, match="another list"):
        Ecwid(transport=world).store(STORE + 1, TOKEN).products.scan(resume=token)
    for wrong in ("products", token[:-5], "äöü"):
        with pytest.raises(ConfigError, match="not a valid scan token"):
            store.products.scan(resume=wrong)


def _a_token() -> str:
    rows = tuple(Row(number=n, created=START - 9000 + n, updated=START - 9000 + n) for n in range(1, 30))
    world = World(KINDS["products"], Scene(rows=rows, switches=Switches(page_size=4), ordered=True, way="raw"))

    async def read() -> str:
        async with world.scan() as scan:
            pages = scan.raw()
            await anext(pages)
            await anext(pages)
            return scan.token

    return world.run(read())


GOOD_TOKEN = _a_token()


def refused_or_the_same(token: str) -> None:
    products = Ecwid(transport=Sandbox()).store(STORE, TOKEN).products
    try:
        scan = products.scan(resume=token)
    except ConfigError as error:
        assert "resume is not a valid scan token" in str(error)  # noqa: PT017
    else:
        assert scan.token in {GOOD_TOKEN, ""} or token == "end"


def test_a_token_with_any_bit_of_it_changed_or_cut_off_anywhere_is_refused() -> None:
    for at in range(len(GOOD_TOKEN)):
        refused_or_the_same(GOOD_TOKEN[:at])
        for bit in range(8):
            refused_or_the_same(GOOD_TOKEN[:at] + chr(ord(GOOD_TOKEN[at]) ^ 1 << bit) + GOOD_TOKEN[at + 1 :])


@pytest.mark.chaos
@given(
    token=st.one_of(
        st.text(),
        st.binary().map(lambda content: base64.urlsafe_b64encode(content).decode()),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=3),
            lambda inner: st.lists(inner, max_size=12),
            max_leaves=20,
        ).map(lambda data: base64.urlsafe_b64encode(add_checksum(json.dumps(data).encode())).decode()),
    )
)
def test_whatever_is_no_token_is_refused(token: str) -> None:
    refused_or_the_same(token)
