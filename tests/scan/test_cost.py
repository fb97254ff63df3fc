"""The number of requests of a scan: little more than its pages, and at most half as many again during deletions."""

import math
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import settings

from tests.scan.lists import KINDS, Row
from tests.scan.world import START, Move, Scene, Step, check, play

# `nox -s chaos` sets more examples than Hypothesis's default: then every list is long.
THOROUGH = settings().max_examples > 100
ROW_COUNT = 20_000 if THOROUGH else 2_000
REQUESTS_PER_SECOND = 10

pytestmark = pytest.mark.chaos


def rows(number: int) -> tuple[Row, ...]:
    """Return rows created three a minute up to an hour ago, every seventh updated yesterday."""
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
def test_a_long_quiet_list_costs_at_most_five_percent_and_two_requests_more_than_its_pages(name: str) -> None:
    kind = KINDS[name]
    outcome = play(kind, Scene(rows=rows(ROW_COUNT), concurrency=8, lag_margin=120.0))
    check(outcome)
    assert not outcome.drifted
    assert len(outcome.numbers) >= ROW_COUNT
    assert outcome.requests <= 1.05 * kind.passes * pages(len(outcome.numbers)) + kind.extra_requests + 2


def deletions(move: Move) -> Iterator[Step]:
    """Yield steps at ten requests a second that delete a row every ten seconds, the first after one second."""
    # A request takes two steps: one serves it, one answers it.
    seconds = 1 / REQUESTS_PER_SECOND / 2
    for step in count(1):
        is_deletion = step % (2 * REQUESTS_PER_SECOND * 10) == 2 * REQUESTS_PER_SECOND
        yield Step((move,) if is_deletion else (), seconds)


def check_during_deletions(name: str, row_count: int, at: int) -> None:
    kind = KINDS[name]
    scene = Scene(rows=rows(row_count), concurrency=8, lag_margin=120.0)
    outcome = play(kind, scene, deletions(Move("delete", at=at)))
    check(outcome)
    assert not outcome.drifted
    assert not outcome.lasting.issuperset(range(1, row_count + 1)), "no row was deleted"
    assert outcome.requests <= 1.5 * kind.passes * pages(row_count) + kind.extra_requests + 2


@pytest.mark.parametrize("name", KINDS)
def test_a_row_deleted_every_ten_seconds_costs_at_most_half_as_many_requests_again(name: str) -> None:
    # A pass over a list without times has to fit between two deletions.
    check_during_deletions(name, ROW_COUNT if KINDS[name].has_times else min(ROW_COUNT, 4_000), at=0)


@pytest.mark.parametrize("at", [0, 10_000], ids=["from the front", "from the middle"])
def test_deletions_from_a_long_list_cost_at_most_half_as_many_requests_again(at: int) -> None:
    check_during_deletions("products", 20_000, at)
