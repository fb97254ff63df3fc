"""Items come back as they were put, plain or compressed."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox.state.item_storage import ItemStorage

ITEMS = st.dictionaries(st.text(max_size=8), st.text() | st.integers(-(2**53), 2**53) | st.none(), max_size=12)


@given(st.lists(ITEMS, max_size=30), st.integers(0, 2000))
def test_every_item_comes_back_whatever_is_compressed(items, plain_bytes):
    shelf = ItemStorage(plain_bytes)
    rows = [msgspec.json.encode(item) for item in items]
    slots = [shelf.append(row) for row in rows]
    assert shelf.many(slots) == rows


@given(st.lists(ITEMS, min_size=1, max_size=10), ITEMS)
def test_a_replaced_item_is_the_new_one(items, other):
    shelf = ItemStorage(plain_bytes=100)
    for item in items:
        shelf.append(msgspec.json.encode(item))
    shelf.replace(0, msgspec.json.encode(other))
    assert shelf.many([0]) == [msgspec.json.encode(other)]


def test_what_does_not_fit_plainly_takes_much_less_room():
    row = msgspec.json.encode({"description": "a text that says the same in every item " * 20, "n": 1})
    shelf = ItemStorage(plain_bytes=3 * len(row))
    for _ in range(10):
        shelf.append(row)
    stored = [len(kept) for kept in shelf._rows]
    assert stored[:3] == [len(row)] * 3
    assert max(stored[3:]) < len(row) / 5


def test_room_that_is_given_back_is_used_again():
    row = msgspec.json.encode({"text": "0123456789" * 30})
    shelf = ItemStorage(plain_bytes=len(row))
    shelf.append(row)
    shelf.clear(0)
    shelf.append(row)
    assert shelf._rows[1] == row
