"""Failures of other mirrors, as users reported them: each is built in a simulated store, and this mirror is right.

The first line of each docstring names reports. Where it is cheap, a mirror with the rule of the report is run as well,
to show that it loses the row.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve

from ecwid_async.sandbox import Switches
from ecwid_async.sync import Mirror
from ecwid_async.wire import Request, Response
from tests.scan.faulty_server import Faults
from tests.scan.lists import Row
from tests.sync.simulation.changes import Change, Moment
from tests.sync.simulation.machine import THOROUGH
from tests.sync.simulation.naive_mirror import NaiveMirror
from tests.sync.simulation.oracle import check_cursors, check_equal, differences
from tests.sync.simulation.process import SETTINGS, MirrorProcess
from tests.sync.simulation.strategies import Interruption
from tests.sync.simulation.world import DAY, LAG, START, WEEK, MirrorWorld

NEXT_ROUND: Final = 60.0
_MEMORY: Final = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, if there is one: each commit waits for the disk."""
    if not _MEMORY.is_dir():
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="mirror-", dir=_MEMORY))
    yield folder
    shutil.rmtree(folder)


def sync(process: MirrorProcess, *, rounds: int = 1, after: float = NEXT_ROUND) -> None:
    """Run rounds of one process, none of which may fail."""

    async def run(mirror: Mirror) -> None:
        for _ in range(rounds):
            process.world.now += after
            await process.sync(mirror)

    process.run(run)
    assert not process.errors, process.errors
    for report in process.reports[-rounds:]:
        assert not report.failed, report


def requests_for(world: MirrorWorld, path: str, action: Callable[[], object]) -> int:
    """Return how many requests for this path an action sends."""
    world.sandbox.requests.clear()
    action()
    return sum(exchange.path.endswith(path) for exchange in world.sandbox.requests)


def test_equal_timestamps_at_the_boundary(folder: Path) -> None:
    """airbyte #15427, #14732, #10782, aerogear/graphback #1724.

    Items with the update time of the cursor are lost: at the end of a read, and where it is interrupted.
    """
    world = MirrorWorld(switches=Switches(page_size=25))
    process, naive = MirrorProcess.in_folder(world, folder), NaiveMirror(world)
    world.load("products", 5)
    sync(process)
    world.change(Change("create", count=250))
    naive.round()
    world.now = int(world.now)
    world.change(Change("create", count=250))
    naive.round()
    assert any("is missing" in found for found in differences(world, naive.contents))
    for after in (30, 60, 90):
        process.round(Interruption("cancelled", after))
        check_cursors(world, process.contents, process.cursors, lag=LAG)
    sync(process)
    check_equal(world, process.contents)


@pytest.mark.parametrize("late", [60, 240])
def test_late_commit(folder: Path, late: int) -> None:
    """dlt #2269, airbyte #80152, #85918: an item is committed after the read, with an earlier time than the cursor."""
    world = MirrorWorld()
    process, naive = MirrorProcess.in_folder(world, folder), NaiveMirror(world)
    world.load("products", 5)
    world.change(Change("create"))
    sync(process)
    naive.round()
    world.put("products", Row(number=100, created=START, updated=int(world.now) - late))
    naive.round()
    assert differences(world, naive.contents) == ["products 100 is missing"]
    sync(process)
    check_equal(world, process.contents)


def test_a_commit_that_is_later_than_the_lag_is_found_and_counted(folder: Path) -> None:
    """dlt #2269, airbyte #69203: nothing says that a lookback was too short.

    An audit reads again what changed an hour ago, long before the whole list is read again.
    """
    world = MirrorWorld()
    process = MirrorProcess.in_folder(world, folder, evolve(SETTINGS, rolling_interval=WEEK))
    world.load("products", 5)
    sync(process, rounds=2, after=2 * LAG)
    # A store without changes is not polled.
    world.change(Change("edit"))
    sync(process, after=2 * LAG)
    world.put("products", Row(number=100, created=START - 9, updated=int(world.now) - int(1.5 * LAG)))
    sync(process, rounds=3, after=3700)
    check_equal(world, process.contents)
    counters = process.counters("products")
    assert counters["late"] == 1
    assert counters["silent"] == 0


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("name", ["products", "subscriptions"])
def test_rounding_gap(folder: Path, name: str, inclusive: bool) -> None:
    """airbyte #84400, #9915: a cursor that is rounded up skips the rest of its second.

    These lists have update times in milliseconds.
    """
    world = MirrorWorld(
        (name,), switches=Switches(millisecond_sections=frozenset({"products"}), inclusive_bounds=inclusive)
    )
    process = MirrorProcess.in_folder(world, folder)
    world.load(name, 5)
    for nth in range(20):
        world.now += 0.37
        world.change(Change("edit", at=nth))
        world.change(Change("create"))
        if nth % 3 == 0:
            sync(process, after=0.21)
            cursor = process.cursors[name]
            assert isinstance(cursor, int)
            assert cursor <= world.now - LAG
    sync(process)
    check_equal(world, process.contents)


def test_record_moves_while_read(folder: Path) -> None:
    """airbyte #21500, #31176, planningcenter/developers #640: an item that is edited during the read moves others."""
    world = MirrorWorld(switches=Switches(page_size=5))
    process = MirrorProcess.in_folder(world, folder)
    naive = NaiveMirror(world, page_size=5, until_now=True)
    world.load("products", 60)
    sync(process)
    world.now += WEEK
    world.change(Change("edit", at=0, count=60))
    moves = [Moment((Change("edit", at=3 * nth, count=3),), seconds=1.0) for nth in range(6)]
    world.script = iter(moves)
    naive.round()
    naive.round()
    assert any("is missing" in found for found in differences(world, naive.contents))
    world.now += WEEK
    world.change(Change("edit", at=0, count=60))
    world.script = iter(moves)
    process.round()
    check_cursors(world, process.contents, process.cursors, lag=LAG)
    world.calm_down()
    sync(process)
    check_equal(world, process.contents)


class FreshContent(MirrorWorld):
    """Searches find items by their indexed state, and show them as they are now."""

    def handle(self, request: Request) -> Response | Exception:
        response = super().handle(request)
        if isinstance(response, Exception) or not request.path.endswith("/products"):
            return response
        body = response.body
        for row in self.existing["products"].values():
            old = self.rows["products"].table.index.raw(row.number)
            new = self.rows["products"].table.raw(row.number)
            if old is not None and new is not None:
                body = body.replace(old, new)
        return evolve(response, body=body)


def test_an_item_at_its_old_position_with_new_content(folder: Path) -> None:
    """estuary/connectors PR #2210: an item with an update time beyond the requested range is dropped, or moves on.

    It must be kept, and must not advance the cursor: other items before its time were not read yet.
    """
    world = FreshContent(switches=Switches(page_size=5))
    process = MirrorProcess.in_folder(world, folder)
    world.load("products", 20)
    sync(process)
    world.now += DAY
    world.change(Change("edit", at=0, count=12))
    world.set_switches(upsert_lag=LAG - 60)
    world.now += 30
    # Of these, searches show the new content, with the position of the last edit.
    world.change(Change("edit", at=3, count=3))
    world.now += 20
    world.change(Change("edit", at=10, count=1))
    process.round()
    check_cursors(world, process.contents, process.cursors, lag=LAG)
    cursor = process.cursors["products"]
    assert cursor is not None
    assert cursor <= world.now - LAG
    world.calm_down()
    sync(process, after=2 * LAG)
    check_equal(world, process.contents)


def test_index_lag(folder: Path) -> None:
    """estuary/connectors #1861, airbyte PR #69203, supaglue-labs/supaglue #665: searches miss what was just written."""
    world = MirrorWorld(switches=Switches(upsert_lag=LAG - 30))
    process, naive = MirrorProcess.in_folder(world, folder), NaiveMirror(world, strict=False)
    world.load("products", 5)
    sync(process)
    world.change(Change("create"))
    world.set_switches(upsert_lag=0.0)
    world.now += 10
    world.change(Change("create"))
    naive.round()
    sync(process)
    world.now += LAG
    naive.round()
    assert differences(world, naive.contents) == ["products 6 is missing"]
    sync(process)
    check_equal(world, process.contents)
    assert process.counters("products")["late"] == 0


def test_more_rows_than_a_window_in_one_second(folder: Path) -> None:
    """airbyte #43317, #23630, estuary/connectors PR #1743: a cap on the result ends the read, or it never ends.

    A bulk import writes many items in one second, and searches return equal times in a new order each time.
    """
    world = MirrorWorld(switches=Switches(page_size=20, ties="unstable"))
    process = MirrorProcess.in_folder(world, folder)
    world.load("products", 5)
    sync(process)
    world.now += DAY
    world.change(Change("create", count=400))
    world.now += DAY
    world.script = iter([Moment((Change("edit", at=7 * nth),), seconds=1.0) for nth in range(10)])
    process.round()
    check_cursors(world, process.contents, process.cursors, lag=LAG)
    world.calm_down()
    sync(process)
    assert process.cursors["products"] == int(world.now - LAG) or process.states()["products"]["unproven_since"] is None
    check_equal(world, process.contents)


def test_short_page(folder: Path) -> None:
    """airbyte-python-cdk PR #1073: a page with fewer items than requested ends the read."""
    world = MirrorWorld(switches=Switches(page_size=7))
    process, naive = MirrorProcess.in_folder(world, folder), NaiveMirror(world)
    world.load("products", 40)
    naive.round()
    assert len(differences(world, naive.contents)) == 33
    sync(process)
    check_equal(world, process.contents)


@pytest.mark.parametrize("name", ["products", "carts", "categories", "promotions", "customer_groups", "redirects"])
def test_deletions(folder: Path, name: str) -> None:
    """airbyte #10140, #23905, #13077, #10281: items that were deleted stay.

    Products are in a list of deleted items. The others are in none: only a comparison of ids finds them.
    """
    world = MirrorWorld((name,))
    process = MirrorProcess.in_folder(world, folder)
    world.load(name, 30)
    sync(process)
    world.change(Change("delete", at=3, count=4))
    if name == "products":
        sync(process)
    else:
        sync(process, rounds=3, after=DAY)
    check_equal(world, process.contents)
    gone = {number for number, stored in process.contents[name].items() if stored.deleted}
    assert gone == set(world.deleted[name])
    world.change(Change("restore", at=1, count=2))
    sync(process, rounds=3, after=DAY)
    check_equal(world, process.contents)


def test_missed_delete(folder: Path) -> None:
    """stripe/sync-engine #265, PR #368: a deletion that was missed once is wrong for ever.

    Here it is neither reported nor in the list of deleted items. An item that searches do not show, although it exists,
    is not deleted.
    """
    world = MirrorWorld(("products", "categories"))
    process = MirrorProcess.in_folder(world, folder)
    world.load("products", 30)
    world.load("categories", 30)
    sync(process)
    for section in (0, 1):
        world.change(Change("silent delete", section=section, at=3))
    # From now on, searches do not show these.
    world.set_switches(upsert_lag=10.0 * WEEK)
    for name, number in (("products", 10), ("categories", 40)):
        world.rows[name].table.remove(number)
        world.rows[name].put(world.existing[name][number])
    sync(process, rounds=10, after=DAY)
    contents = process.contents
    deleted = [number for name in contents for number, stored in contents[name].items() if stored.deleted]
    assert deleted == [4, 34]
    assert not contents["products"][10].deleted
    assert not contents["categories"][40].deleted


def test_same_second_update(folder: Path) -> None:
    """stripe/sync-engine #268, PR #177, PostHog PR #98651: of two changes in one second, the newer one is dropped."""
    world = MirrorWorld()
    process, naive = MirrorProcess.in_folder(world, folder), NaiveMirror(world)
    world.load("products", 5)
    sync(process)
    naive.round()
    world.now = int(world.now) + 0.1
    world.change(Change("edit", at=2))
    world.script = iter([Moment(seconds=0.0)] * 50)
    process.round()
    naive.round()
    assert int(world.now) == int(world.now - 0.1)
    world.change(Change("edit", at=2))
    naive.round()
    assert differences(world, naive.contents)
    sync(process)
    check_equal(world, process.contents)


def test_child_change(folder: Path) -> None:
    """woocommerce #17841, #27991, craftcms/shopify #61, airbyte #28926: a change of a part moves no time."""
    world = MirrorWorld()
    process, naive = MirrorProcess.in_folder(world, folder), NaiveMirror(world)
    world.load("products", 30)
    sync(process)
    naive.round()
    world.change(Change("silent edit", at=4, count=2))
    naive.round()
    assert len(differences(world, naive.contents)) == 2
    sync(process, rounds=9, after=DAY)
    check_equal(world, process.contents)
    assert process.counters("products")["silent"] == 2
    assert process.counters("products")["late"] == 0


@pytest.mark.chaos
def test_state_after_crash(folder: Path) -> None:
    """dlt #4052, #4023, singer-io/getting-started PR #28: the state is stored and the rows are not, or the reverse.

    The process is killed at each of its statements, before and after it was executed.
    """
    world = MirrorWorld(("products", "orders"), switches=Switches(page_size=10))
    process = MirrorProcess.in_folder(world, folder)
    world.load("products", 25)
    world.load("orders", 25)
    kills = 0
    for after in range(1, 1000, 1 if THOROUGH else 7):
        world.now += NEXT_ROUND
        for section in (0, 1):
            world.change(Change("edit", section=section, at=after, count=3))
            world.change(Change("create", section=section))
            world.change(Change("delete", section=section, at=after + 5))
        process.round(Interruption("statement", after, "killed" if after % 2 else "killed before"))
        if not process.killed:
            break
        kills += 1
        if process.exists:
            check_cursors(world, process.contents, process.cursors, lag=LAG)
    assert kills > 5
    process.errors.clear()
    sync(process, rounds=2)
    check_equal(world, process.contents)


def test_a_cursor_that_does_not_move(folder: Path) -> None:
    """airbyte #39336, #4923, meltano #8316: nothing moves, and nobody notices; the state can't be read by people."""
    world = MirrorWorld(("products", "orders"))
    process = MirrorProcess.in_folder(world, folder)
    world.load("products", 5)
    world.load("orders", 5)
    sync(process)
    statuses: list[Any] = []

    async def look(mirror: Mirror) -> None:
        statuses.extend(await mirror.status())

    process.run(look)
    (status,) = statuses
    assert status.healthy, status.problems
    assert isinstance(process.cursors["products"], int)
    world.broken = "/products"
    world.change(Change("create"))
    for _ in range(3):
        world.now += 3600
        process.round()
    statuses.clear()
    process.run(look)
    (status,) = statuses
    assert any(problem.startswith("products:") for problem in status.problems)
    assert not any(problem.startswith("orders:") for problem in status.problems)
    world.broken = None
    sync(process, after=2 * 3600)
    check_equal(world, process.contents)


def test_state_per_section(folder: Path) -> None:
    """meltano #8033: reading one table anew resets the state of the others."""
    world = MirrorWorld(("products", "orders"), switches=Switches(page_size=10))
    process = MirrorProcess.in_folder(world, folder)
    world.load("products", 50)
    world.load("orders", 50)
    sync(process, rounds=3)
    before = process.cursors["orders"]
    process.execute("UPDATE ecwid_section_states SET cursor = NULL WHERE section = 'products'")
    assert requests_for(world, "/orders", lambda: sync(process)) <= 2
    after = process.cursors["orders"]
    assert before is not None
    assert after is not None
    assert after >= before
    check_equal(world, process.contents)


def test_the_same_page_over_and_over(folder: Path) -> None:
    """NangoHQ/nango-sync #20, apache/devlake PR #5032: the offset is ignored, and the count is right by luck."""
    world = MirrorWorld(switches=Switches(page_size=10))
    process = MirrorProcess.in_folder(world, folder)
    world.load("products", 30)
    world.faults = Faults(ignores=frozenset({"offset"}))
    process.round()
    assert process.cursors.get("products") is None, "the list was not read completely"
    world.faults = None
    sync(process, after=2 * 3600)
    check_equal(world, process.contents)
    assert process.cursors["products"] is not None


def test_unknown_fields(folder: Path) -> None:
    """airbyte #30211, PostHog PR #98651: the API adds or moves a field, and tables break or columns become empty.

    The mirror keeps the bytes that the server sent, so that new columns can be filled from them.
    """
    world = MirrorWorld()
    process = MirrorProcess.in_folder(world, folder)
    world.load("products", 3)
    sync(process)
    item = world.rows["products"].table.get(2)
    assert item is not None
    odd = {"newField": {"deep": [1, "é", None]}, "costPrice": {"moved": 1}, "updateTimestamp": int(world.now)}
    world.rows["products"].table.put(item | odd)
    world.existing["products"][2] = evolve(world.existing["products"][2], updated=int(world.now))
    sync(process)
    (row,) = process.query("SELECT document, cost_price AS cost FROM ecwid_products WHERE id = 2")
    assert bytes(row["document"]) == world.rows["products"].table.raw(2)
    assert row["cost"] is None
    check_equal(world, process.contents)


def test_interrupted_backfill(folder: Path) -> None:
    """airbyte #15427, estuary/connectors PR #1743: a first read that is interrupted starts over."""
    whole = MirrorWorld(switches=Switches(page_size=10))
    whole.load("products", 300, spread=3600)
    (folder / "whole").mkdir()
    undisturbed = MirrorProcess.in_folder(whole, folder / "whole")
    needed = requests_for(whole, "/products", lambda: sync(undisturbed))
    world = MirrorWorld(switches=Switches(page_size=10))
    world.load("products", 300, spread=3600)
    process = MirrorProcess.in_folder(world, folder)

    def interrupted() -> None:
        for after in (60, 120, 120, 120):
            process.round(Interruption("cancelled", after))
        sync(process)

    assert requests_for(world, "/products", interrupted) < 2 * needed
    check_equal(world, process.contents)


def test_two_stores_in_one_database(folder: Path) -> None:
    """fivetran/dbt_stripe_source #33: merged items can't be told apart by account."""
    worlds = [MirrorWorld(("products", "categories"), store_id=number) for number in (1003, 1004)]
    processes = [MirrorProcess.in_folder(world, folder) for world in worlds]
    for nth, world in enumerate(worlds):
        world.load("products", 10 + nth)
        world.load("categories", 10)
    for process in processes:
        sync(process)
    worlds[0].change(Change("delete", at=2, count=3))
    worlds[1].change(Change("edit", at=2, count=3))
    for process in processes:
        sync(process)
    for world, process in zip(worlds, processes, strict=True):
        check_equal(world, process.contents)


def test_changes_during_the_first_read(folder: Path) -> None:
    """Debezium's snapshots, stripe/sync-engine #177: what changes during the first read is in neither of the two."""
    world = MirrorWorld(("products", "categories"), switches=Switches(page_size=5))
    process = MirrorProcess.in_folder(world, folder)
    world.load("products", 60)
    world.load("categories", 30)
    world.script = iter(
        Moment(
            (
                Change("edit", at=0),
                Change("delete", at=1),
                Change("edit", section=1, at=2),
                Change("create", section=nth % 2),
            ),
            seconds=2.0,
            pick=nth % 3,
        )
        for nth in range(25)
    )
    process.round()
    check_cursors(world, process.contents, process.cursors, lag=LAG)
    world.calm_down()
    sync(process)
    sync(process, rounds=3, after=DAY)
    check_equal(world, process.contents)


def test_a_burst_of_hints(folder: Path) -> None:
    """stripe/sync-engine PR #185: a burst of events is a burst of reads."""
    world = MirrorWorld()
    process = MirrorProcess.in_folder(world, folder)
    world.load("products", 60)
    sync(process)
    sync(process, after=2 * LAG)

    async def mark(mirror: Mirror) -> None:
        for _ in range(5):
            for number in range(1, 61):
                await mirror.mark(world.store_id, "products", number)

    world.now += 3600
    world.change(Change("edit", at=0, count=60))
    process.run(mark)
    world.sandbox.requests.clear()
    sync(process, rounds=12, after=LAG / 2)
    assert len(world.sandbox.requests) < 60 + 2 * 12 + 20, "each item is read once at most"
    check_equal(world, process.contents)
    assert process.query("SELECT COUNT(*) AS open FROM ecwid_due_items")[0]["open"] == 0
