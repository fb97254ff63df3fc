"""The cursor moves over ranges of update times that were read completely, and what remains is read next time."""

from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.changes.ranges import MAX_PROVEN, UpdateRange, add_proven, unproven_ranges

SECONDS = st.integers(0, 60)
RANGES = st.lists(st.tuples(SECONDS, SECONDS).map(lambda ends: (min(ends), max(ends))), max_size=8)


def seconds(ranges: list[tuple[int, int]]) -> set[int]:
    return {second for low, high in ranges for second in range(low, high + 1)}


@given(SECONDS, RANGES)
def test_the_cursor_ends_at_the_first_gap_and_keeps_the_ranges_after_it(
    since: int, ranges: list[tuple[int, int]]
) -> None:
    proven: tuple[tuple[int, int], ...] = ()
    position = since
    for each in ranges:
        position, proven = add_proven(position, proven, each)
    covered = seconds(ranges) | set(range(since))
    assert position == next(second for second in range(since, 100) if second not in covered)
    assert seconds(list(proven)) == {second for second in covered if second > position}
    assert list(proven) == sorted(proven)
    remaining = unproven_ranges(position, proven)
    assert remaining[-1].high is None
    closed = seconds([(each.low, each.high) for each in remaining if each.high is not None])
    assert closed | set(range(remaining[-1].low, 100)) == set(range(100)) - covered


def test_too_many_ranges_are_read_again() -> None:
    proven: tuple[tuple[int, int], ...] = ()
    for nth in range(MAX_PROVEN + 10):
        _, proven = add_proven(0, proven, (10 * nth + 5, 10 * nth + 6 + nth % 3))
    assert len(proven) == MAX_PROVEN
    assert all(high - low > 1 for low, high in proven[:20])


@given(SECONDS, st.none() | SECONDS, st.integers(0, 70))
def test_halves_cover_the_range_and_end_before_the_start(low: int, high: int | None, start: int) -> None:
    whole = UpdateRange(low, high)
    halves = whole.halves(start)
    end = start - 1 if high is None else high
    if halves is None:
        assert end <= low
        return
    earlier, later = halves
    assert earlier.high is not None
    assert (earlier.low, later.low, later.high) == (low, earlier.high + 1, high)
    assert low <= earlier.high < end


def test_a_range_is_requested_with_a_second_more_on_each_side() -> None:
    assert UpdateRange(100, 200).bounds == (("updatedFrom", "99"), ("updatedTo", "201"))
    assert UpdateRange(0).bounds == (("updatedFrom", "0"),)


def test_what_was_updated_after_the_start_is_separated_from_what_can_be_proven() -> None:
    assert UpdateRange(100).closed_and_recent(150) == (UpdateRange(100, 149), UpdateRange(150))
    assert UpdateRange(150).closed_and_recent(150) is None
    assert UpdateRange(150).is_recent(150)
    assert UpdateRange(100, 120).closed_and_recent(150) is None
