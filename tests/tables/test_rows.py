"""Reading items into rows, without Arrow."""

from typing import Any

import pytest

from ecwid_async.codec import Codec, DecodeProblem, loads
from ecwid_async.errors import DecodeError
from ecwid_async.models.products import Product
from ecwid_async.tables import RowReader, build_columns, merge_extra

FIELDS = ("id", "sku", "options")


def read(*items: bytes, codec: Codec | None = None) -> tuple[list[dict[str, Any]], list[Any]]:
    struct = build_columns(Product, FIELDS, keep_unknown=True)
    rows, rests = RowReader(struct, codec=codec).read(items)
    names = list(struct.seen)
    return (
        [{name: getattr(row, f"f{position}") for position, name in enumerate(names)} for row in rows],
        [None if rest is None else loads(rest) for rest in rests],
    )


def test_slots_follow_the_order_in_which_fields_occur() -> None:
    rows, rests = read(b'{"sku":"A"}', b'{"id":2,"sku":"B"}')
    assert [list(row) for row in rows] == [["sku", "id"]] * 2
    assert rows == [{"sku": "A", "id": None}, {"sku": "B", "id": 2}]
    assert rests == [None, None]


def test_slots_are_added_only_after_the_callback() -> None:
    struct = build_columns(Product, FIELDS, keep_unknown=True)
    seen: list[list[str]] = []
    reader = RowReader(struct, lambda: seen.append(list(struct.seen)))
    reader.read([b'{"id":1}', b'{"id":2}'])
    reader.read([b'{"id":3,"sku":"A"}'])
    assert seen == [[], ["id"]]
    assert list(struct.seen) == ["id", "sku"]


def test_a_value_that_does_not_fit_is_reported_and_left_to_the_rest() -> None:
    codec = Codec()
    rows, rests = read(b'{"id":"one","sku":"A","new":1}', codec=codec)
    assert rows[0]["id"] is None
    assert rests == [{"id": "one", "new": 1}]
    assert codec.problems == {DecodeProblem("rows", "items[].id", "int", "text"): 1}


@pytest.mark.parametrize("item", [b"[]", b"1", b"null"])
def test_an_item_that_is_not_an_object_is_refused(item: bytes) -> None:
    with pytest.raises(DecodeError, match=r"expected an object at items\[\]"):
        read(item)


def test_columns_and_rest_are_merged_into_the_item() -> None:
    columns = {"id": None, "options": [{"name": "Size"}, {"name": "Color"}]}
    rest = {"id": "one", "new": 1, "options": [None, {"focus": 2}]}
    assert merge_extra(columns, rest) == {
        "id": "one",
        "new": 1,
        "options": [{"name": "Size"}, {"name": "Color", "focus": 2}],
    }
    assert merge_extra(columns, None) == columns
