"""Thousands of items of one second, which every response returns in another order, are read completely."""

import random
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import settings

from ecwid_async.sandbox import Switches
from tests.scan import world
from tests.scan.lists import KINDS, Row
from tests.scan.world import START, Action, Move, Scene, Step, check, play

# `nox -s chaos` sets more examples than Hypothesis's default: then the items are as many as a bulk import creates.
THOROUGH = settings().max_examples > 100
ROW_COUNT, PAGE_SIZE = (20_000, 100) if THOROUGH else (500, 5)
REQUESTS_PER_SECOND = 10

pytestmark = pytest.mark.chaos

SWITCHES = Switches(ties="unstable", unsorted="unstable", page_size=PAGE_SIZE)


def rows() -> tuple[Row, ...]:
    return tuple(Row(number=nth + 1, created=START - 9000, updated=START - 9000) for nth in range(ROW_COUNT))


def changes(action: Action, every: float) -> Iterator[Step]:
    """Yield steps at ten requests a second that change one row after each `every` seconds."""
    chance, seconds = random.Random(1), 1 / REQUESTS_PER_SECOND / 2
    due = every
    for step in count(1):
        changed = step * seconds >= due
        due += every if changed else 0
        yield Step((Move(action, at=chance.randrange(ROW_COUNT)),) if changed else (), seconds)


@pytest.mark.parametrize("name", ["products", "orders"])
def test_a_second_with_thousands_of_items_is_read_completely(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "MAX_REQUESTS", 5_000)
    outcome = play(KINDS[name], Scene(rows=rows(), switches=SWITCHES, concurrency=8))
    check(outcome)
    assert not outcome.drifted
    assert len(outcome.numbers) == ROW_COUNT
    assert outcome.requests <= 15 * ROW_COUNT / PAGE_SIZE


@pytest.mark.parametrize("action", ["edit", "delete"])
def test_items_may_leave_the_second_while_it_is_read(action: Action, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "MAX_REQUESTS", 5_000)
    scene = Scene(rows=rows(), switches=SWITCHES, concurrency=8, lag_margin=120.0)
    # A row changes about as often as a pass is completed.
    outcome = play(KINDS["products"], scene, changes(action, 7.0 if not THOROUGH else 15.0))
    check(outcome)
    assert not outcome.drifted
