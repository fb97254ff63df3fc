"""Nothing is missing between pages of equal total, or between pages that overlap by more than a second."""

import random

import pytest

from ecwid_async.scan.assumptions import ListPart
from ecwid_async.scan.coverage import (
    NotInCreationOrder,
    OrderedCoverage,
    ShrinkingCoverage,
    Slice,
    UnorderedCoverage,
)


def piece(offset: int, times: list[int], *, total: int | None = 100, first_id: int = 0, epoch: int = 0) -> Slice:
    """Return a slice whose ids count up from `first_id`."""
    return Slice(offset, total, [first_id + nth for nth in range(len(times))], times, epoch=epoch)


def test_adjacent_pages_with_the_same_total_join() -> None:
    coverage = OrderedCoverage()
    assert coverage.join(piece(0, [1, 2, 3], total=5))
    assert not coverage.complete
    assert coverage.join(piece(3, [4, 5], total=5, first_id=3))
    assert coverage.complete


def test_adjacent_pages_with_different_totals_do_not_join() -> None:
    coverage = OrderedCoverage()
    coverage.join(piece(0, [1, 2, 3]))
    assert not coverage.join(piece(3, [5, 6, 7], total=99, first_id=4))
    # One item was deleted, so the next page begins two items before the last second.
    assert coverage.next_offset(99) == 0


def test_equal_totals_of_different_epochs_do_not_join() -> None:
    coverage = OrderedCoverage()
    coverage.join(piece(0, [1, 2, 3]))
    assert not coverage.join(piece(3, [4, 5, 6], first_id=3, epoch=1))


def test_pages_with_different_totals_join_if_they_overlap_by_more_than_a_second() -> None:
    coverage = OrderedCoverage()
    coverage.join(piece(0, [1, 2, 3]))
    assert not coverage.join(piece(2, [3, 4, 5], total=99, first_id=2))
    assert coverage.join(piece(1, [2, 3, 4], total=99, first_id=1))
    assert coverage.last == 4


def test_a_page_that_begins_beyond_the_covered_end_does_not_join() -> None:
    coverage = OrderedCoverage()
    coverage.join(piece(0, [1, 2, 3]))
    assert not coverage.join(piece(4, [5, 6], first_id=4))
    assert coverage.next_offset(100) == 3


def test_a_list_in_descending_order_is_covered_too() -> None:
    coverage = OrderedCoverage()
    coverage.join(piece(0, [9, 8, 7], total=6))
    assert coverage.join(piece(3, [6, 5, 4], total=6, first_id=3))
    assert coverage.complete


def test_items_of_one_second_have_to_fill_every_index_of_their_group() -> None:
    coverage = OrderedCoverage(rising=True)
    coverage.join(Slice(0, 6, [1, 2, 3], [1, 5, 5]))
    # The server reorders equal times: the page shows 2 again in place of an item that was not seen.
    assert not coverage.join(Slice(3, 6, [2, 5, 6], [5, 7, 8]))
    assert coverage.next_offset(6) == 0
    assert coverage.join(Slice(0, 6, [1, 2, 3, 4, 5, 6], [1, 5, 5, 5, 7, 8]))
    assert coverage.complete


@pytest.mark.parametrize(
    "second",
    [
        piece(3, [3, 5, 4], first_id=3),
        piece(3, [9, 8, 7], first_id=3),
        piece(3, [1, 2, 3], first_id=3),
        Slice(3, 100, [3, 4], [5]),
    ],
    ids=["no order", "the other direction", "earlier times after it", "an item without a time"],
)
def test_pages_out_of_order_are_noticed(second: Slice) -> None:
    coverage = OrderedCoverage()
    coverage.join(piece(0, [2, 3, 4]))
    with pytest.raises(NotInCreationOrder):
        coverage.join(second)


def test_an_empty_list_is_complete_and_an_empty_page_is_not() -> None:
    coverage = OrderedCoverage()
    assert not coverage.join(Slice(100, 100, [], []))
    assert coverage.join(Slice(0, 0, [], []))
    assert coverage.complete


def test_items_in_any_order_are_complete_once_one_total_counts_exactly_those_seen() -> None:
    coverage = UnorderedCoverage()
    assert coverage.add(piece(0, [], total=4, first_id=0))
    assert coverage.add(piece(0, [9, 1], total=4))
    assert not coverage.complete
    assert coverage.add(piece(2, [5, 5], total=4, first_id=2))
    assert coverage.complete


def test_a_changed_total_discards_the_items_seen_before() -> None:
    coverage = UnorderedCoverage()
    coverage.add(piece(0, [9, 1], total=4))
    assert not coverage.add(piece(2, [5], total=3, first_id=2))
    assert coverage.ids == {2}
    assert coverage.changes == 1
    assert not coverage.add(piece(0, [9], total=3, epoch=1))
    assert coverage.ids == {0}


def sweep(coverage: ShrinkingCoverage, *pieces: Slice) -> bool:
    coverage.begin_sweep()
    for each in pieces:
        coverage.add(each)
    return coverage.complete


def test_items_that_leave_once_they_were_seen_do_not_matter() -> None:
    coverage = ShrinkingCoverage()
    assert not sweep(coverage, Slice(0, 4, [1, 2], []), Slice(2, 3, [1], []))
    assert sweep(coverage, Slice(0, 3, [3, 4], []))


def test_an_item_that_leaves_before_it_was_seen_is_not_waited_for_from_the_next_sweep_on() -> None:
    coverage = ShrinkingCoverage()
    assert not sweep(coverage, Slice(0, 4, [1, 2], []), Slice(2, 3, [3], []))
    # Items 1 to 3 were all seen, but item 4 may be the one that left, or one of them.
    assert not sweep(coverage, Slice(0, 3, [1, 2], []))
    assert sweep(coverage, Slice(0, 3, [3], []))


def test_a_total_that_rises_discards_the_items_seen_before() -> None:
    coverage = ShrinkingCoverage()
    assert not sweep(coverage, Slice(0, 3, [1, 2], []), Slice(2, 4, [3, 4], [], epoch=1))
    assert sweep(coverage, Slice(0, 4, [1, 2], [], epoch=1))


def test_a_sweep_without_pages_proves_nothing() -> None:
    coverage = ShrinkingCoverage()
    sweep(coverage)
    assert not sweep(coverage, Slice(0, 1, [], []))


@pytest.mark.parametrize("leave_rate", [0.0, 0.02, 0.1, 0.4])
def test_a_shrinking_list_is_complete_only_if_every_item_that_remains_was_seen(leave_rate: float) -> None:
    proven = 0
    for seed in range(300):
        chance = random.Random(seed)
        left = [*range(chance.randrange(1, 25))]
        part, coverage, seen = ListPart(lag=0.0), ShrinkingCoverage(), set[int]()
        for _ in range(30):
            coverage.begin_sweep()
            # Up to four requests at once: the server reads them, and their responses arrive, in any order.
            for _ in range(0, len(left), 8):
                sent = [(part.start_request(0.0), 2 * nth) for nth in range(4)]
                responses = []
                for request, offset in chance.sample(sent, len(sent)):
                    chance.shuffle(left)
                    responses.append((request, Slice(offset, len(left), left[offset : offset + 2], [])))
                    if left and chance.random() < leave_rate:
                        left.pop()
                for request, page in chance.sample(responses, len(responses)):
                    epoch = part.record_total(request, page.total or 0, 0.0)
                    seen.update(int(key) for key in page.ids)
                    coverage.add(Slice(page.offset, page.total, page.ids, [], epoch=epoch))
                    if coverage.complete:
                        break
                if coverage.complete:
                    break
            if coverage.complete:
                proven += 1
                assert seen.issuperset(left)
                break
    assert proven > 200
