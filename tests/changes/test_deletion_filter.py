from typing import Any

from ecwid_async.changes import ChangeBatch, Cursor, Deletion, ReadInterval
from ecwid_async.changes.deletion_filter import DeletionFilter

CURSOR = Cursor.start(1003, "GET /products")


def batch(*items: tuple[int, int | None], begin: float = 0.0) -> ChangeBatch[str]:
    """Return a batch of items with these ids and update times, read from `begin` on."""
    return ChangeBatch(
        items=[f"item {item_id}" for item_id, _ in items],
        ids=[item_id for item_id, _ in items],
        updated=[updated for _, updated in items],
        read=ReadInterval(begin, begin + 10),
        cursor=CURSOR,
    )


def filter_of(**deleted_at: int) -> DeletionFilter:
    """Return a filter with deletions at these times by id, as in ``_7=100``."""
    result = DeletionFilter()
    result.add([Deletion(int(item_id[1:]), at, "feed") for item_id, at in deleted_at.items()])
    return result


def split(deletions: DeletionFilter, read: ChangeBatch[Any]) -> tuple[list[Any], list[Any]]:
    """Return the ids that are kept and those that are undecided."""
    kept, undecided = deletions.split(read)
    assert kept.items == [f"item {item_id}" for item_id in kept.ids]
    assert len(kept.updated) == len(kept.ids)
    return kept.ids, undecided


def test_other_items_are_kept():
    read = batch((1, 50), (2, None))
    assert filter_of(_7=100).split(read) == (read, [])


def test_an_item_last_updated_before_its_deletion_is_removed():
    assert split(filter_of(_7=100), batch((1, 50), (7, 99), (2, 50), begin=90)) == ([1, 2], [])


def test_an_item_updated_in_the_second_of_its_deletion_or_later_is_undecided():
    deletions = filter_of(_7=100, _8=100, _9=100)
    assert split(deletions, batch((7, 100), (8, 101), (9, None), begin=90)) == ([], [7, 8, 9])


def test_an_item_is_back_if_the_read_began_after_the_second_of_its_deletion():
    assert split(filter_of(_7=100), batch((7, 50), begin=101.1)) == ([7], [])
    assert split(filter_of(_7=100), batch((7, 50), begin=101.0)) == ([], [])


def test_an_item_that_a_get_found_is_kept():
    deletions = filter_of(_7=100)
    deletions.restore([7, 8], ReadInterval(104.5, 106))
    assert split(deletions, batch((7, 100), begin=90)) == ([7], [])


def test_only_deletions_after_a_get_that_found_the_item_are_new():
    deletions = filter_of(_7=100)
    deletions.restore([7], ReadInterval(104.5, 106))
    assert deletions.add([Deletion(7, 100, "feed"), Deletion(7, 103, "feed")]) == []
    again = Deletion(7, 104, "feed")
    assert deletions.add([again]) == [again]
    assert split(deletions, batch((7, 103), begin=90)) == ([], [])


def test_a_deletion_that_is_found_again_is_not_new():
    deletions = filter_of(_7=100)
    assert deletions.add([Deletion(7, 100, "feed"), Deletion(7, 90, "feed")]) == []
    later = Deletion(7, 101, "feed")
    assert deletions.add([later, later]) == [later]
