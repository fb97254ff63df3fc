"""Reading items into rows, without Arrow."""

from typing import Any

import pytest

from ecwid_async.codec import Codec, DecodeProblem, loads
from ecwid_async.errors import DecodeError
from ecwid_async.models.products import Product
from ecwid_async.tables import RowReader, build_columns, flatten, merge_extra

FIELDS = ("id", "sku", "options")


def read(*items: bytes, codec: Codec | None = None) -> tuple[list[dict[str, Any]], list[Any]]:
    struct = build_columns(Product, FIELDS, keep_unknown=True)
    found = RowReader(struct, codec=codec).read(items)
    names = list(struct.seen)
    return (
        [{name: getattr(row, f"f{position}") for position, name in enumerate(names)} for row in found.rows],
        [None if rest is None else loads(rest) for rest in found.rests],
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


def page_of(*items: bytes) -> bytes:
    return b'{"total":9,"items":[%b]}' % b",".join(items)


def test_a_page_is_read_as_its_items_are() -> None:
    items = b'{"id":1,"sku":"A","new":[1.50]}', b'{"id":2,"options":[{"name":"Gr\xc3\xb6\xc3\x9fe"}]}'
    reader = RowReader(build_columns(Product, FIELDS, keep_unknown=True))
    expected = reader.read(items)
    found = reader.read_page(page_of(*items), ("id", "sku", "new", "missing"))
    assert found is not None
    rows, values = found
    assert rows.rows == expected.rows
    assert rows.rests == expected.rests == [b'{"new":[1.50]}', None]
    assert [bytes(item) for item in rows.items] == list(items)
    assert values == [[1, 2], ["A", None], [[1.5], None], [None, None]]


def test_values_of_text_cells_are_plain_too() -> None:
    items = b'{"id":1,"sku":"A\\u0041"}', b'{"id":null}'
    reader = RowReader(flatten(build_columns(Product, FIELDS, keep_unknown=True)))
    reader.read(items)
    found = reader.read_page(page_of(*items), ("id", "sku"))
    assert found is not None
    assert found[1] == [[1, None], ["AA", None]]


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(b'{"id":"one"}', id="another type"),
        pytest.param(b'{"id":1,"new":2}', id="new field"),
        pytest.param(b'{"id":1,"options":[{"new":2}]}', id="new field inside"),
        pytest.param(b'{"id":1,"sku":"\\ud83d"}', id="half a surrogate pair"),
        pytest.param(b'{"id":1,"sku":"\xff"}', id="not UTF-8"),
        pytest.param(b'{"id":1e999999999999999999999}', id="number out of range"),
        pytest.param(b"null", id="no object"),
        pytest.param(b"{", id="no JSON"),
    ],
)
@pytest.mark.parametrize("position", range(3))
def test_a_page_with_an_unusual_item_is_not_read_at_once(odd: bytes, position: int) -> None:
    codec = Codec()
    reader = RowReader(build_columns(Product, FIELDS, keep_unknown=True), codec=codec)
    plain = b'{"id":1,"sku":"A","options":[{"name":"Size"}]}'
    reader.read([plain])
    items = [plain, plain]
    assert reader.read_page(page_of(*items), ("id",)) is not None
    items.insert(position, odd)
    assert reader.read_page(page_of(*items), ("id",)) is None
    assert not codec.problems


def test_rows_of_a_page_are_read_again_after_slots_were_added() -> None:
    reader = RowReader(build_columns(Product, FIELDS, keep_unknown=True))
    reader.read([b'{"id":1}'])
    found = reader.read_page(page_of(b'{"id":1}'), ())
    assert found is not None
    rows, _ = found
    assert reader.renew(rows) is rows
    reader.read([b'{"id":2,"sku":"A"}'])
    renewed = reader.renew(rows)
    assert renewed.rows == reader.read([b'{"id":1}']).rows != rows.rows


@pytest.mark.parametrize("flat", [False, True])
def test_values_of_fields_without_a_column_are_read_from_pages(flat: bool) -> None:
    columns = build_columns(Product, ("sku",))
    reader = RowReader(flatten(columns) if flat else columns)
    found = reader.read_page(page_of(b'{"id":1,"sku":"A","new":[1]}', b'{"sku":"B"}'), ("id", "sku", "created"))
    assert found is not None
    rows, values = found
    assert values == [[1, None], ["A", "B"], [None, None]]
    assert rows.rests == [None, None]
    assert reader.renew(rows) is rows
