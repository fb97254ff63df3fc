"""Which of two reads of an item in one run is loaded."""

from typing import Any

import msgspec

from ecwid_async.changes import Deletion, ItemBatch, ReadInterval
from ecwid_async.sync.extraction.row_filter import RowFilter


def batch(*updated: tuple[int, int | None], begin: float, end: float, **fields: Any) -> ItemBatch[msgspec.Raw]:
    """A batch of items, each an id with its update time."""
    return ItemBatch(
        items=[msgspec.Raw(b"{}") for _ in updated],
        ids=[item_id for item_id, _ in updated],
        updated=[time for _, time in updated],
        read=ReadInterval(begin, end),
        **fields,
    )


def test_a_later_page_with_an_older_state_is_not_loaded():
    rows = RowFilter({})
    assert rows.positions(batch((1, 1500), (2, 400), begin=1000, end=1301)) == [0, 1]
    assert rows.positions(batch((1, 1400), (3, 400), begin=1000, end=1301)) == [1]
    assert rows.positions(batch((1, 1600), begin=1000, end=1301)) == [0]


def test_items_without_update_times_are_loaded_each_time():
    rows = RowFilter({})
    for _ in range(2):
        assert rows.positions(batch((1, None), begin=1000, end=1301)) == [0]


def test_only_items_that_can_change_in_the_run_are_remembered():
    rows = RowFilter({})
    rows.positions(batch(*((number, number) for number in range(2000)), begin=1000, end=1301))
    assert len(rows._recent) == 1000


def test_a_search_does_not_replace_a_read_by_id_with_an_earlier_update_time():
    rows = RowFilter({})
    assert rows.positions(batch((1, 1400), begin=1300, end=1301, kind="get")) == [0]
    assert rows.positions(batch((1, 900), begin=1302, end=1603)) == []
    assert list(rows.undecided) == [1], "only another read by id can decide"


def test_a_deletion_is_loaded_once():
    rows = RowFilter({"1": 1200})
    deletions = [Deletion(1, 1200, "feed"), Deletion(2, 1200, "feed")]
    assert rows.deleted_ids(batch(begin=1300, end=1301, deletions=deletions)) == [2]
    assert rows.deleted_ids(batch(begin=1300, end=1301, deletions=deletions)) == []
    assert rows.deletions == {"1": 1200, "2": 1200}
    assert rows.deleted_ids(batch(begin=1300, end=1301, deletions=[Deletion(1, 1250, "feed")])) == [1]


def test_a_search_does_not_bring_a_deleted_item_back():
    rows = RowFilter({})
    assert rows.deleted_ids(batch(begin=1300, end=1301, deletions=[Deletion(1, 1200, "feed")])) == [1]
    assert rows.positions(batch((1, 900), begin=1000, end=1302)) == []
    assert rows.positions(batch((1, 900), begin=1303, end=1304, kind="get")) == [0]
