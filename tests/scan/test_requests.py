"""What a scan costs: hardly more requests than there are pages, and no more than half as many again while rows go."""

import math
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import settings

from tests.scan.lists import KINDS, Row
from tests.scan.world import START, Beat, Move, Scene, judge, watch

# `nox -s chaos` asks for more than Hypothesis does by itself: every list is a long one then.
THOROUGH = settings().max_examples > 100
MANY = 20_000 if THOROUGH else 2_000
PER_SECOND = 10

pytestmark = pytest.mark.chaos


def rows(number: int) -> tuple[Row, ...]:
    """Three a minute up to an hour ago, every seventh changed yesterday."""
    first = START - 3600 - number * 20
    return tuple(
        Row(
            number=nth + 1,
            created=first + nth * 20,
            updated=START - 24 * 3600 if nth % 7 == 0 else first + nth * 20,
            rank=nth % 50,
        )
        for nth in range(number)
    )


def pages(number: int) -> int:
    return math.ceil(number / 100)


@pytest.mark.parametrize("name", KINDS)
def test_a_long_list_that_stands_still_costs_its_pages_and_two_requests_at_most(name: str) -> None:
    kind = KINDS[name]
    seen = watch(kind, Scene(rows=rows(MANY), concurrency=8, margin=120.0))
    judge(seen)
    assert not seen.drifted
    assert len(seen.numbers) >= MANY
    assert seen.requests <= 1.05 * kind.passes * pages(len(seen.numbers)) + kind.more + 2


def deletions(move: Move) -> Iterator[Beat]:
    """Ten requests a second, and every ten seconds a row goes; the first one after one."""
    # A step serves or answers: there are two to a request.
    seconds = 1 / PER_SECOND / 2
    for step in count(1):
        gone = step % (2 * PER_SECOND * 10) == 2 * PER_SECOND
        yield Beat((move,) if gone else (), seconds)


def loses_rows(name: str, many: int, at: int) -> None:
    kind = KINDS[name]
    scene = Scene(rows=rows(many), concurrency=8, margin=120.0)
    seen = watch(kind, scene, deletions(Move("delete", at=at)))
    judge(seen)
    assert not seen.drifted
    assert not seen.lasting.issuperset(range(1, many + 1)), "nothing went"
    assert seen.requests <= 1.5 * kind.passes * pages(many) + kind.more + 2


@pytest.mark.parametrize("name", KINDS)
def test_a_row_that_goes_every_ten_seconds_costs_half_as_many_requests_again_at_most(name: str) -> None:
    # Passes of a list without times have to fit in between.
    loses_rows(name, MANY if KINDS[name].dated else min(MANY, 4_000), at=0)


@pytest.mark.parametrize("at", [0, 10_000], ids=["from the front", "from the middle"])
def test_so_does_a_row_of_a_long_list(at: int) -> None:
    loses_rows("products", 20_000, at)
