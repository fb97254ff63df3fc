"""Stored items are returned unchanged, plain or compressed."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox.state.item_storage import ItemStorage

ITEMS = st.dictionaries(st.text(max_size=8), st.text() | st.integers(-(2**53), 2**53) | st.none(), max_size=12)


@given(st.lists(ITEMS, max_size=30), st.integers(0, 2000))
def test_items_are_returned_unchanged_wherever_compression_starts(items, plain_bytes):
    storage = ItemStorage(plain_bytes)
    rows = [msgspec.json.encode(item) for item in items]
    slots = [storage.append(row) for row in rows]
    assert storage.many(slots) == rows


@given(st.lists(ITEMS, min_size=1, max_size=10), ITEMS)
def test_a_replaced_item_is_returned(items, other):
    storage = ItemStorage(plain_bytes=100)
    for item in items:
        storage.append(msgspec.json.encode(item))
    storage.replace(0, msgspec.json.encode(other))
    assert storage.many([0]) == [msgspec.json.encode(other)]


def test_compressed_items_need_much_less_memory():
    row = msgspec.json.encode({"description": "a text that is the same in every item " * 20, "n": 1})
    storage = ItemStorage(plain_bytes=3 * len(row))
    for _ in range(10):
        storage.append(row)
    stored = [len(kept) for kept in storage._rows]
    assert stored[:3] == [len(row)] * 3
    assert max(stored[3:]) < len(row) / 5


def test_the_bytes_of_a_cleared_item_are_used_again():
    row = msgspec.json.encode({"text": "0123456789" * 30})
    storage = ItemStorage(plain_bytes=len(row))
    storage.append(row)
    storage.clear(0)
    storage.append(row)
    assert storage._rows[1] == row
