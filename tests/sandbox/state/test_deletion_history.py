"""The deletions from a list by time."""

import math

from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox.state import DeletionHistory

DAY = 24 * 3600


@given(st.lists(st.integers(0, 50)), st.integers(0, 50), st.integers(0, 50))
def test_a_period_contains_the_deletions_within_its_bounds(times, start, end):
    history = DeletionHistory()
    for number, at in enumerate(times):
        history.add({"id": number}, at)
    expected = sorted((at, number) for number, at in enumerate(times) if start <= at <= end)
    assert [(at, entry["id"]) for at, entry in history.between(start, end, now=60)] == expected


def test_deletions_are_forgotten_after_half_a_year():
    history = DeletionHistory()
    history.add({"id": 1}, 0)
    assert len(history.between(0, math.inf, now=182 * DAY)) == 1
    assert history.between(0, math.inf, now=184 * DAY) == []
