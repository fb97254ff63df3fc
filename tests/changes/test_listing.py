import pytest

from ecwid_async.changes import Deletion, ReadInterval
from ecwid_async.changes.listing import KnownItems, is_too_many, missing_twice


@pytest.mark.parametrize(
    ("gone", "known", "expected"),
    [(0, 0, False), (100, 100, False), (101, 101, True), (101, 2020, False), (102, 2020, True), (5000, 100_000, False)],
)
def test_a_hundred_items_or_five_percent_may_be_gone(gone, known, expected):
    assert is_too_many(gone, known) is expected


def test_known_items_are_found_as_numbers_and_as_text():
    known = KnownItems([1, "2", 3])
    known.remove(["1", 2])
    assert known.unlisted == [3]
    assert "3" in known


def test_known_items_that_were_not_found_remain_in_order():
    known = KnownItems([3, 1, 2, "b", "a"])
    known.remove([2, 99])
    known.remove_listed(["b"], ReadInterval(10, 20))
    assert known.unlisted == [1, 3, "a"]
    assert len(known) == 5
    assert 2 in known
    assert 99 not in known


def test_a_listing_shows_a_state_between_its_first_and_its_last_page():
    known = KnownItems([1])
    assert known.read is None
    for read in (ReadInterval(10, 20), ReadInterval(5, 12), ReadInterval(15, 25)):
        known.remove_listed([], read)
    assert known.read == ReadInterval(5, 25)


def test_an_item_is_deleted_once_a_listing_lacks_it_that_began_after_an_earlier_one_without_it():
    absent, deletions = missing_twice({}, [1, "b"], ReadInterval(0, 10.2))
    assert (absent, deletions) == ({"1": 11, "b": 11}, [])
    absent, deletions = missing_twice(absent, [1, "b"], ReadInterval(11, 40))
    assert (absent, deletions) == ({"1": 11, "b": 11}, [])
    absent, deletions = missing_twice(absent, [1], ReadInterval(11.5, 40.5))
    assert (absent, deletions) == ({}, [Deletion(1, 41, "listings")])


def test_absent_items_fill_a_cursor_only_up_to_a_limit():
    absent, _ = missing_twice({}, range(5000), ReadInterval(0, 10))
    assert len(absent) == 1000
    absent, deletions = missing_twice(absent, range(5000), ReadInterval(100, 110))
    assert len(deletions) == 1000
    assert len(absent) == 1000
