"""Events of a list: which changes are reported, which wait for the end of their second, and where the cursor stays."""

from typing import Any

from msgspec.structs import replace

from ecwid_async.changes import EVENT_SECTIONS, ChangeBatch, Cursor, ReadInterval
from ecwid_async.changes.list_events import ListEvents

SECTION = EVENT_SECTIONS["products"]
CURSOR = Cursor(version=1, store_id=1003, operation="GET /products", since=1000)


def batch(*items: tuple[int, int, int], begin: float = 2000.0, **options: Any) -> ChangeBatch[dict[str, Any]]:
    """Return items with an id, a creation time and an update time, in a state that is at least from `begin`."""
    return ChangeBatch(
        items=[{"id": item_id, "createTimestamp": created} for item_id, created, _ in items],
        ids=[item_id for item_id, _, _ in items],
        updated=[updated for _, _, updated in items],
        read=ReadInterval(begin, begin + 2),
        cursor=CURSOR,
        **options,
    )


def new_events(since: int | None = 1000, lag: float = 0.0) -> ListEvents:
    return ListEvents(SECTION, 1003, since=since, lag=lag)


def found(events: ListEvents, changes: ChangeBatch[dict[str, Any]]) -> list[tuple[str, Any, Any]]:
    return [(str(event.event_type), event.entity_id, event.event_created) for event in events.of(changes)]


def test_an_item_that_was_created_since_the_cursor_is_created_and_any_other_updated():
    assert found(new_events(), batch((1, 1000, 1000), (2, 999, 1000), (3, 1500, 1600))) == [
        ("product.created", 1, 1000),
        ("product.updated", 2, 1000),
        ("product.created", 3, 1500),
        ("product.updated", 3, 1600),
    ]


def test_all_items_are_created_in_a_read_of_everything():
    assert found(new_events(since=None), batch((1, 500, 900))) == [("product.created", 1, 500)]


def test_the_cursor_stays_before_changes_whose_second_is_not_over():
    events = new_events()
    assert found(events, batch((1, 500, 1998), (2, 500, 1999), (3, 500, 2000))) == [
        ("product.updated", 1, 1998),
        ("product.updated", 2, 1999),
    ]
    assert found(events, batch((4, 500, 1990), begin=1990.5)) == []  # a slow response shows an earlier state
    cursor = replace(CURSOR, since=1995, proven=((1900, 1910), (1985, 1992)))
    assert events.cursor(cursor) == replace(CURSOR, since=1990, proven=((1900, 1910),))
    assert events.cursor(replace(CURSOR, since=1200)).since == 1200
    assert events.cursor(replace(CURSOR, since=None, until=1995, scan="token")) == replace(
        CURSOR, since=None, until=1990, scan="token"
    )
    assert new_events().cursor(cursor) == cursor


def test_the_state_of_a_search_may_be_older_but_it_was_sent_after_the_second():
    assert len(found(new_events(lag=300.0), batch((1, 500, 1999), begin=1700.0))) == 1
    assert len(found(new_events(lag=300.0), batch((1, 500, 1999), begin=1998.5, kind="get"))) == 0


def test_a_time_in_the_future_does_not_wait_for_the_clock():
    assert found(new_events(), batch((1, 500, 90_000))) == [("product.updated", 1, 90_000)]
