"""The simulation itself: it finds the losses of mirrors that follow other rules."""

import pytest

from ecwid_async.sandbox import Switches
from tests.scan.lists import Row
from tests.sync.simulation.changes import Change, Moment
from tests.sync.simulation.naive_mirror import NaiveMirror
from tests.sync.simulation.oracle import SHOWN, check_equal, differences
from tests.sync.simulation.world import DAY, LISTS, MirrorWorld, number_of


def test_a_mirror_of_a_store_that_does_not_change_is_equal() -> None:
    world = MirrorWorld()
    world.load("products", 250)
    mirror = NaiveMirror(world)
    mirror.round()
    check_equal(world, mirror.contents)


def lossy(world: MirrorWorld, mirror: NaiveMirror) -> list[str]:
    """Return the differences that are left after a quiet day."""
    world.calm_down()
    world.now += DAY
    mirror.round()
    return differences(world, mirror.contents)


def test_it_finds_an_item_with_the_time_of_the_cursor() -> None:
    world = MirrorWorld()
    world.load("products", 3)
    world.change(Change("create"))
    mirror = NaiveMirror(world)
    mirror.round()
    world.now = int(world.now)
    world.change(Change("create"))
    assert lossy(world, mirror) == ["products 5 is missing"]


def test_it_finds_an_item_that_searches_showed_late() -> None:
    world = MirrorWorld(switches=Switches(upsert_lag=60))
    world.load("products", 3)
    mirror = NaiveMirror(world)
    world.change(Change("edit", at=0))
    world.now += 10
    world.set_switches(upsert_lag=0)
    world.change(Change("edit", at=1))
    mirror.round()
    (found,) = lossy(world, mirror)
    assert found.startswith("products 1 is ")


def test_it_finds_a_deletion() -> None:
    world = MirrorWorld()
    world.load("products", 3)
    mirror = NaiveMirror(world)
    mirror.round()
    world.change(Change("delete", at=1))
    assert lossy(world, mirror) == ["products 2 was deleted, and the mirror has it"]


def test_it_finds_an_edit_that_does_not_change_the_update_time() -> None:
    world = MirrorWorld()
    world.load("products", 3)
    mirror = NaiveMirror(world)
    mirror.round()
    world.change(Change("silent edit", at=1))
    (found,) = lossy(world, mirror)
    assert found.startswith("products 2 is ")


@pytest.mark.parametrize("strict", [True, False])
def test_it_finds_items_that_moved_while_they_were_read(strict: bool) -> None:
    world = MirrorWorld(switches=Switches(page_size=5))
    world.load("products", 40)
    mirror = NaiveMirror(world, strict=strict, page_size=5, until_now=True)
    # Items of the page that was read move to the end, and the rest moves up.
    world.script = iter([Moment((Change("edit", at=3 * nth, count=3),), seconds=1.0) for nth in range(6)])
    mirror.round()
    assert any("missing" in found for found in lossy(world, mirror))


@pytest.mark.parametrize("name", sorted(LISTS.keys() - {"brands", "profile"}))
def test_each_list_shows_the_changes_that_the_simulation_makes(name: str) -> None:
    world = MirrorWorld((name,))
    world.load(name, 5)
    for change in (
        Change("create", count=3),
        Change("edit", at=1, count=2),
        Change("silent edit", at=2),
        Change("hide", at=3),
        Change("delete", at=0, count=2),
        Change("silent delete", at=0),
        Change("restore", at=1),
    ):
        world.now += 1
        world.change(change)
    listed = world.lists[name]
    items = world.items(name)
    # General customer groups and product types always exist.
    assert items.keys() - {0} == world.existing[name].keys() - {0}
    assert len(items.keys() - {0}) == 6
    for number, item in items.items():
        row = world.existing[name].get(number, Row(number=0, created=0, updated=0))
        if name in SHOWN:
            assert number == 0 or SHOWN[name](item) == row.edits
        if listed.has_get:
            assert world.api.get(f"{listed.path}/{item[listed.key]}")
    if listed.has_deleted_items:
        deleted = world.api.all(f"{listed.path.replace('/discount_coupons', '/coupons')}/deleted")
        assert {number_of(entry.get("orderId", entry["id"])) for entry in deleted} == {1, 2}
