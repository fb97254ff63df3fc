"""Offsets of a read in order of creation: pages are adjacent, or overlap after a gap."""

from itertools import islice

import pytest

from ecwid_async.scan.assumptions import ListPart
from ecwid_async.scan.coverage import OrderedCoverage, Slice
from ecwid_async.scan.ordered import GapSearch, OrderedRead, overlapping_stride


def rows(offset: int, count: int, total: int | None = 9) -> Slice:
    """Return a slice of a list in which the item at each index has that id, and was created at that second."""
    return Slice(offset, total, list(range(offset, offset + count)), list(range(offset, offset + count)))


def test_offsets_end_at_the_latest_total() -> None:
    part = ListPart(latest_total=9)
    read = OrderedRead(OrderedCoverage(rising=True), None, 4)
    assert list(read.offsets(part, lambda group: 4)) == [0, 4, 8]


def test_offsets_have_no_end_until_a_page_reports_the_total() -> None:
    part = ListPart()
    offsets = OrderedRead(OrderedCoverage(rising=True), None, 4).offsets(part, lambda group: 4)
    assert list(islice(offsets, 3)) == [0, 4, 8]
    part.latest_total = 9
    assert list(offsets) == []


def test_slices_are_joined_in_the_order_of_their_offsets() -> None:
    read = OrderedRead(OrderedCoverage(rising=True), None, 3)
    list(read.offsets(ListPart(latest_total=9), lambda group: 3))
    assert list(read.in_order(rows(6, 3))) == []
    assert list(read.in_order(rows(0, 3))) == [rows(0, 3)]
    assert list(read.in_order(rows(3, 3))) == [rows(3, 3), rows(6, 3)]


def started(first_slice: Slice) -> OrderedCoverage:
    """Return a coverage that begins with the first page of the whole list, whose total counts other items too."""
    coverage = OrderedCoverage(rising=True)
    assert coverage.join(Slice(0, None, first_slice.ids, first_slice.times))
    return coverage


def test_a_first_page_that_saves_a_page_joins_by_its_total() -> None:
    first_slice = rows(0, 3)
    coverage = started(first_slice)
    read = OrderedRead(coverage, first_slice, 3)
    assert list(read.offsets(ListPart(latest_total=9), lambda group: 3)) == [3, 6]
    for piece in read.in_order(rows(3, 3)):
        assert coverage.join(piece)


def test_a_first_page_of_another_total_does_not_join() -> None:
    first_slice = rows(0, 3)
    coverage = started(first_slice)
    read = OrderedRead(coverage, first_slice, 3)
    list(read.offsets(ListPart(latest_total=8), lambda group: 3))
    for piece in read.in_order(rows(3, 3, total=8)):
        assert not coverage.join(piece)


def test_a_first_page_that_saves_nothing_is_read_again_by_overlap() -> None:
    first_slice = rows(0, 3, total=7)
    read = OrderedRead(started(first_slice), first_slice, 3)
    assert next(read.offsets(ListPart(latest_total=7), lambda group: 3)) == 1


@pytest.mark.parametrize(("capacity", "group", "stride"), [(100, 1, 96), (100, 50, 75), (4, 1, 3), (1, 1, 1)])
def test_overlapping_pages_share_a_quarter_at_most(capacity: int, group: int, stride: int) -> None:
    assert overlapping_stride(capacity, group) == stride


def test_a_gap_search_moves_left_in_growing_steps_until_a_page_joins() -> None:
    coverage = OrderedCoverage(rising=True)
    coverage.join(rows(0, 50, total=100))
    search = GapSearch(coverage)
    offsets = []
    for _ in range(3):
        offsets.append(search.offset(99))
        assert not search.join(Slice(60, 99, [60, 61], [60, 61]))
    assert offsets == [47, 46, 44]
    assert search.join(rows(40, 20, total=99))


def test_a_gap_search_moves_right_if_a_page_adds_nothing() -> None:
    coverage = OrderedCoverage(rising=True)
    coverage.join(rows(0, 50, total=100))
    search = GapSearch(coverage)
    assert search.offset(70) == 18
    assert not search.join(rows(18, 11, total=70))
    assert search.offset(70) == 28
