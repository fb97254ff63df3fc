"""CSV files: columns, numbers, quoting and formulas."""

import csv
import io
import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.client import Store
from ecwid_async.codec import Codec, loads
from ecwid_async.errors import ConfigError, DecodeError
from ecwid_async.export.formats import FORMATS, Format, FormatOptions, create_writer
from ecwid_async.models.orders import Order
from ecwid_async.models.products import Product
from tests.odd_items import odd_items

from .helpers import ITEMS, decompress, import_zstd, read_csv, write_items


def test_columns_are_named_by_the_path_of_their_values() -> None:
    item = {
        "id": 1,
        "name": 'A "lamp", blue\nand tall',
        "price": Decimal("24.90"),
        "enabled": True,
        "media": {"images": [{"id": "0"}]},
        "borderInfo": {"dominatingColor": {"red": 241}},
        "nameTranslated": {"de": "Lampe"},
    }
    (row,) = read_csv(write_items("csv", [[msgspec.json.Encoder(decimal_format="number").encode(item)]]))
    filled_cells = {name: cell for name, cell in row.items() if cell}
    assert filled_cells == {
        "id": "1",
        "name": 'A "lamp", blue\nand tall',
        "price": "24.90",
        "enabled": "true",
        "media.images": '[{"id":"0"}]',
        "borderInfo.dominatingColor.red": "241",
        "nameTranslated": '{"de":"Lampe"}',
    }
    assert row["media.videos"] == row["sku"] == row["_extra"] == ""


def test_a_file_without_items_has_a_header() -> None:
    content = write_items("csv", [], fields=("id", "media(images)", "default_category_id"))
    assert content == b"id,media.images,defaultCategoryId,_extra\r\n"


def test_numbers_keep_their_digits() -> None:
    prices = ["24.90", "1e2", "-0", "0.1234567890123456789012", "123456789012345678901234567890"]
    rows = read_csv(write_items("csv", [[f'{{"price":{price}}}'.encode() for price in prices]], fields=("price",)))
    assert [row["price"] for row in rows] == prices


@pytest.mark.parametrize("known", [[], [b'{"weight":1.5}']])
def test_numbers_and_booleans_sent_as_text_lose_their_quotes(known: list[bytes]) -> None:
    texts_by_column = {
        "weight": ["0.5", "-12.50", "0", "1e3", "9" * 30],
        "quantity": ["12", "-3", "9" * 30],
        "enabled": ["true", "false"],
        "dimensions.width": ["2.50"],
        "sku": ["0.5", "007"],
    }
    for name, texts in texts_by_column.items():
        outer, _, inner = name.partition(".")
        page = [json.dumps({outer: {inner: text} if inner else text}).encode() for text in texts]
        rows = read_csv(write_items("csv", [[*known, *page]]))[len(known) :]
        assert [row[name] for row in rows] == texts


def test_other_values_in_a_column_of_booleans_change_no_other_page() -> None:
    stream = io.BytesIO()
    writer = create_writer("csv", stream, model=Product, fields=("enabled", "tax"))
    page = b'{"items":[{"enabled":true,"tax":{"taxable":false}},{"enabled":null}]}'
    writer.write([b'{"tax":{"taxable":true}}'])
    read = writer.read_page(page, [])
    assert read is not None
    writer.write([b'{"enabled":true}', b'{"enabled":"false","tax":{"taxable":[]}}', b'{"enabled":1}'])
    writer.write_rows(read[0])
    writer.finish()
    rows = read_csv(stream.getvalue())
    assert [(row["enabled"], row["tax.taxable"]) for row in rows] == [
        ("", "true"),
        ("true", ""),
        ("false", "[]"),
        ("1", ""),
        ("true", "false"),
        ("", ""),
    ]


def test_other_text_in_a_column_of_numbers_stays_unchanged() -> None:
    texts = ["007", "1_000", " 5", "+5", "NaN", "0x1", 'a"b', "", "\u0663"]
    rows = read_csv(write_items("csv", [[msgspec.json.encode({"weight": text}) for text in texts]]))
    assert [json.loads(row["weight"]) for row in rows] == texts


def test_a_file_begins_with_a_byte_order_mark_on_request() -> None:
    options = FormatOptions(bom=True)
    content = write_items("csv", [ITEMS], options=options)
    assert content == b"\xef\xbb\xbf" + write_items("csv", [ITEMS])
    assert list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1]["name"] == "Vase"
    assert decompress("csv.gz", write_items("csv.gz", [ITEMS], options=options)) == content
    for format_ in FORMATS:
        if not format_.startswith("csv"):
            with pytest.raises(ConfigError, match="bom is an option of csv"):
                create_writer(format_, io.BytesIO(), model=Product, options=options)


def test_values_of_other_types_are_reported_in_the_order_of_the_items() -> None:
    page = [b'{"sku":1}', b'{"name":"a","sku":[]}', b'{"name":{}}', b'{"created":"\\ud83d","id":1}', b'{"sku":2}']
    codec = Codec()
    write_items("csv", [page], codec=codec)
    assert [(problem.path, problem.found, times) for problem, times in codec.problems.items()] == [
        ("items[].sku", "a whole number", 2),
        ("items[].sku", "a list", 1),
        ("items[].name", "an object", 1),
        ("items[].created", "half of a surrogate pair", 1),
    ]


@pytest.mark.parametrize("unreadable", [b"[", b'{"name":"\xff"}', b'{"price":"\xff"}'])
def test_nothing_is_reported_twice_before_an_unreadable_item(unreadable: bytes) -> None:
    codec = Codec()
    with pytest.raises(DecodeError, match="JSON"):
        write_items("csv", [[b'{"name":1}', b'{"sku":2}', unreadable, b'{"sku":[]}']], codec=codec)
    assert [(problem.path, times) for problem, times in codec.problems.items()] == [
        ("items[].name", 1),
        ("items[].sku", 1),
    ]


def test_the_first_item_with_another_type_is_the_error_of_a_strict_export() -> None:
    with pytest.raises(DecodeError, match="sku"):
        write_items("csv", [[b'{"sku":1}', b'{"name":1}', b"["]], codec=Codec(strict=True))


@pytest.mark.chaos
@given(st.lists(odd_items, min_size=1, max_size=4), st.booleans())
def test_any_item_is_in_the_cells_or_a_decode_error(items: list[bytes], safe: bool) -> None:
    codec = Codec()
    try:
        read = [codec.parse(item, "test") for item in items]
    except DecodeError:
        read = []
    options = FormatOptions(spreadsheet_safe=safe, bom=safe)
    try:
        content = write_items("csv", [items], options=options, store_id=7)
    except DecodeError:
        assert not read or not all(isinstance(item, dict) for item in read)
        return
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    for row, item in zip(rows, read, strict=True):
        assert row["store_id"] == "7"
        if isinstance(name := item.get("name"), str):
            assert name == (row["name"][1:] if safe and row["name"].startswith("'") else row["name"])
        unknown = {key: value for key, value in item.items() if key in ("", "glow", "f0", "_extra", "\0", "\ufffd")}
        extra = codec.parse(row["_extra"].encode(), "test") if row["_extra"] else {}
        assert unknown == {key: extra.get(key) for key in unknown}
        if isinstance(number := item.get("price"), int | Decimal) and not isinstance(number, bool):
            assert codec.parse(row["price"].encode(), "test") == number


def test_a_field_that_first_appears_late_has_its_column() -> None:
    rows = read_csv(write_items("csv", [[b'{"name":"a"}'], [b'{"name":"b","sku":"S","new":null}'], [b'{"name":"c"}']]))
    assert [(row["name"], row["sku"], row["_extra"]) for row in rows] == [
        ("a", "", ""),
        ("b", "S", '{"new":null}'),
        ("c", "", ""),
    ]


def test_values_that_no_column_fits_are_in_the_extra_column() -> None:
    rows = read_csv(
        write_items("csv", [[b'{"id":[1],"media":[],"tax":{"rate":1.10},"name":{"a":1}}', b'{"tax":null}']])
    )
    assert rows[0]["id"] == "[1]"
    assert json.loads(rows[0]["_extra"], parse_float=str) == {"media": [], "tax": {"rate": "1.10"}, "name": {"a": 1}}
    assert not any(rows[1].values())


def test_an_item_with_another_type_changes_no_other_item() -> None:
    page = [
        b'{"name":"a, b","price":1e2,"attributes":[ 1 ],"nameTranslated":null}',
        b'{"name":5,"price":"1e2","attributes":[ 2 ]}',
        b'{"name":"\\u00fc \\"c\\"","sku":{"a":1},"attributes":[\r\n3]}',
        '{"name":"ü","sku":"","nameTranslated":{"de":"ü"}}'.encode(),
    ]
    content = write_items("csv", [page], fields=("name", "sku", "price", "attributes", "name_translated"))
    assert content.decode() == (
        "name,sku,price,attributes,nameTranslated,_extra\r\n"
        '"a, b",,1e2,[ 1 ],,\r\n'
        "5,,1e2,[2],,\r\n"
        '"ü ""c""",,,[3],,"{""sku"":{""a"":1}}"\r\n'
        'ü,,,,"{""de"":""ü""}",\r\n'
    )


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


def test_formulas_are_escaped_on_request() -> None:
    page = [json.dumps({"name": text, "price": -1, "attributes": [text]}).encode() for text in [*FORMULAS, "a=b", ""]]
    rows = read_csv(write_items("csv", [page], options=FormatOptions(spreadsheet_safe=True)))
    assert [row["name"] for row in rows] == ["'" + text for text in FORMULAS] + ["a=b", ""]
    assert {row["price"] for row in rows} == {"-1"}
    assert not any(cell.startswith(tuple("=+@\t\r")) for row in rows for cell in row.values())
    plain = read_csv(write_items("csv", [page]))
    assert [row["name"] for row in plain] == [*FORMULAS, "a=b", ""]


@given(st.lists(st.dictionaries(st.sampled_from(["name", "sku", "description"]), st.text()), max_size=4))
def test_any_text_is_read_back(items: list[dict[str, str]]) -> None:
    page = [json.dumps(item).encode() for item in items]
    rows = read_csv(write_items("csv", [page], fields=("name", "sku", "description")))
    assert [{name: cell for name, cell in row.items() if cell} for row in rows] == [
        {name: text for name, text in item.items() if text} for item in items
    ]


_JSON_BY_FIELD = {
    "name": ["null", *map(json.dumps, ["", "a", "a, b", "=1", 'say "a"', "two\nlines", "\u00fc"]), '"\u00fc"'],
    "price": ["null", "0", "-1.50", "1e3"],
    "enabled": ["true", "false"],
    "attributes": ["null", "[]", "[1]", "[1, 2]", '["a"]', '[1,\r\n"a"]'],
    "nameTranslated": ["{}", '{"de":"a"}', '{"de":"a","en":"null"}'],
    "dimensions": ["null", "{}", '{"length":1}', '{"length":2,"width":3.0}'],
}
_DIMENSIONS = ("length", "width", "height")
_rows = st.fixed_dictionaries({}, optional={name: st.sampled_from(texts) for name, texts in _JSON_BY_FIELD.items()})
_pages = st.lists(_rows, max_size=8) | st.builds(lambda row, count: [row] * count, _rows, st.integers(2, 8))


def _item(row: dict[str, str]) -> bytes:
    return b"{%b}" % ",".join(f'"{name}":{text}' for name, text in row.items()).encode()


@given(st.lists(_pages, max_size=4), st.booleans())
def test_pages_are_written_as_a_simple_writer_writes_them(pages: list[list[dict[str, str]]], safe: bool) -> None:
    def cells(name: str, text: str) -> list[str]:
        if name == "dimensions":
            members = json.loads(text, parse_int=str, parse_float=str) or {}
            return [members.get(dimension, "") for dimension in _DIMENSIONS]
        if name == "name":
            text = json.loads(text) or ""
            return [f"'{text}" if safe and text.startswith("=") else text]
        return ["" if text == "null" else text]

    expected = io.StringIO(newline="")
    writer = csv.writer(expected)
    names = [name for name in _JSON_BY_FIELD if name != "dimensions"]
    writer.writerow([*names, *(f"dimensions.{dimension}" for dimension in _DIMENSIONS), "_extra"])
    for row in (row for page in pages for row in page):
        writer.writerow([*(cell for name in _JSON_BY_FIELD for cell in cells(name, row.get(name, "null"))), ""])
    content = write_items(
        "csv",
        [[_item(row) for row in page] for page in pages],
        fields=tuple(_JSON_BY_FIELD),
        options=FormatOptions(spreadsheet_safe=safe),
    )
    assert content.decode() == expected.getvalue()


@pytest.mark.parametrize("format_", ["csv", "csv.gz", "csv.zst"])
async def test_orders_of_a_store_are_read_back_from_csv(ecwid_store: Store, format_: Format) -> None:
    if format_.endswith("zst"):
        import_zstd()
    orders = [item async for item in ecwid_store.orders.search().dicts()]
    pages = [page.items async for page in ecwid_store.orders.search().raw()]
    rows = read_csv(decompress(format_, write_items(format_, pages, model=Order)))  # type: ignore[arg-type]  # slices of pages
    assert [row["id"] for row in rows] == [order["id"] for order in orders]
    assert [Decimal(row["total"]) for row in rows] == [order["total"] for order in orders]
    assert [row["shippingPerson.city"] for row in rows] == [
        (order.get("shippingPerson") or {}).get("city") or "" for order in orders
    ]
    assert [loads(row["items"]) for row in rows] == [order["items"] for order in orders]
    assert {row["_extra"] for row in rows} == {""}
