"""What is written in each format reads back as what went in."""

import csv
import gzip
import io
import json
import sys
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.client import Store
from ecwid_async.codec import Codec, loads
from ecwid_async.errors import ConfigError, DecodeError
from ecwid_async.export import formats
from ecwid_async.export.formats import FORMATS, Format, FormatOptions, create_writer
from ecwid_async.models.orders import Order
from ecwid_async.models.products import Product
from tests.odd_items import odd_items

ITEMS = [b'{"id":1,"name":"Desk lamp","price":24.90}', b'{"id":2,"name":"Vase","price":1e2}']


def written(form: Format, pages: list[list[bytes]], *, model: type[object] = Product, **given: Any) -> bytes:
    stream = io.BytesIO()
    made = create_writer(form, stream, model=model, **given)
    for page in pages:
        made.write(page)
    made.finish()
    assert made.item_count == sum(map(len, pages))
    assert not stream.closed
    return stream.getvalue()


def zstd() -> Any:
    if sys.version_info >= (3, 14):
        return pytest.importorskip("compression.zstd")
    return pytest.importorskip("backports.zstd")


def unpacked(form: Format, content: bytes) -> bytes:
    if form.endswith(".gz"):
        return gzip.decompress(content)
    if form.endswith(".zst"):
        unpacked: bytes = zstd().decompress(content)
        return unpacked
    return content


def test_every_format_names_its_files() -> None:
    assert {name: f".{name}" for name in FORMATS} == FORMATS


# JSON Lines


@pytest.mark.parametrize("form", ["jsonl", "jsonl.gz", "jsonl.zst"])
def test_lines_are_the_items_as_they_came(form: Format) -> None:
    if form.endswith("zst"):
        zstd()
    content = written(form, [ITEMS, [], ITEMS[:1]])
    assert unpacked(form, content) == b"\n".join([*ITEMS, ITEMS[0], b""])


@pytest.mark.parametrize("form", ["jsonl", "jsonl.gz", "jsonl.zst"])
def test_nothing_is_a_file_too(form: Format) -> None:
    if form.endswith("zst"):
        zstd()
    assert unpacked(form, written(form, [])) == b""


def test_an_item_on_several_lines_becomes_one() -> None:
    page = [b'{\n"id":1,\r\n"name":"a\\nb"}', ITEMS[0]]
    lines = written("jsonl", [page]).splitlines()
    assert [loads(line) for line in lines] == [{"id": 1, "name": "a\nb"}, loads(ITEMS[0])]
    assert lines[1] == ITEMS[0]


def test_slices_of_a_page_are_written_like_bytes() -> None:
    items = msgspec.json.decode(b"[" + b",".join(ITEMS) + b"]", type=list[msgspec.Raw])
    for form in ("jsonl", "csv"):
        assert written(form, [items]) == written(form, [ITEMS])


@pytest.mark.parametrize("form", ["jsonl.gz", "jsonl.zst", "csv.gz"])
def test_equal_items_make_equal_files(form: Format) -> None:
    if form.endswith("zst"):
        zstd()
    assert written(form, [ITEMS]) == written(form, [ITEMS])


@pytest.mark.parametrize(("form", "level"), [("jsonl.gz", 10), ("csv.gz", -1), ("jsonl.zst", 100)])
def test_a_level_that_there_is_not_is_refused(form: Format, level: int) -> None:
    if form.endswith("zst"):
        zstd()
    with pytest.raises(ConfigError, match="levels from"):
        create_writer(form, io.BytesIO(), model=Product, options=FormatOptions(level=level))


def test_a_higher_level_makes_a_smaller_file() -> None:
    page = [json.dumps({"id": number, "name": f"Lamp {number * 7919}"}).encode() for number in range(500)]
    fast, small = (written("jsonl.gz", [page], options=FormatOptions(level=level)) for level in (1, 9))
    assert len(small) < len(fast)


def test_without_zstd_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "backports", None)
    monkeypatch.setitem(sys.modules, "compression", None)
    with pytest.raises(ConfigError, match=r"pip install 'ecwid-async\[zstd\]'"):
        create_writer("jsonl.zst", io.BytesIO(), model=Product)


# CSV


def cells(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))


def test_cells_are_named_by_where_they_stand() -> None:
    item = {
        "id": 1,
        "name": 'A "lamp", blue\nand tall',
        "price": Decimal("24.90"),
        "enabled": True,
        "media": {"images": [{"id": "0"}]},
        "borderInfo": {"dominatingColor": {"red": 241}},
        "nameTranslated": {"de": "Lampe"},
    }
    (row,) = cells(written("csv", [[msgspec.json.Encoder(decimal_format="number").encode(item)]]))
    told = {name: cell for name, cell in row.items() if cell}
    assert told == {
        "id": "1",
        "name": 'A "lamp", blue\nand tall',
        "price": "24.90",
        "enabled": "true",
        "media.images": '[{"id":"0"}]',
        "borderInfo.dominatingColor.red": "241",
        "nameTranslated": '{"de":"Lampe"}',
    }
    assert row["media.videos"] == row["sku"] == row["_extra"] == ""


def test_the_header_is_written_without_items_too() -> None:
    content = written("csv", [], fields=("id", "media(images)", "default_category_id"))
    assert content == b"id,media.images,defaultCategoryId,_extra\r\n"


def test_numbers_keep_their_digits() -> None:
    prices = ["24.90", "1e2", "-0", "0.1234567890123456789012", "123456789012345678901234567890"]
    rows = cells(written("csv", [[f'{{"price":{price}}}'.encode() for price in prices]], fields=("price",)))
    assert [row["price"] for row in rows] == prices


@pytest.mark.parametrize("known", [[], [b'{"weight":1.5}']])
def test_numbers_and_flags_that_came_as_text_have_no_quotes(known: list[bytes]) -> None:
    told = {
        "weight": ["0.5", "-12.50", "0", "1e3", "9" * 30],
        "quantity": ["12", "-3", "9" * 30],
        "enabled": ["true", "false"],
        "dimensions.width": ["2.50"],
        "sku": ["0.5", "007"],
    }
    for name, texts in told.items():
        outer, _, inner = name.partition(".")
        page = [json.dumps({outer: {inner: text} if inner else text}).encode() for text in texts]
        rows = cells(written("csv", [[*known, *page]]))[len(known) :]
        assert [row[name] for row in rows] == texts


def test_text_that_is_no_number_stays_what_it_is_in_a_column_of_numbers() -> None:
    texts = ["007", "1_000", " 5", "+5", "NaN", "0x1", 'a"b', "", "\u0663"]
    rows = cells(written("csv", [[msgspec.json.encode({"weight": text}) for text in texts]]))
    assert [json.loads(row["weight"]) for row in rows] == texts


def test_a_byte_order_mark_comes_first_where_that_is_asked_for() -> None:
    options = FormatOptions(bom=True)
    content = written("csv", [ITEMS], options=options)
    assert content == b"\xef\xbb\xbf" + written("csv", [ITEMS])
    assert list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1]["name"] == "Vase"
    assert unpacked("csv.gz", written("csv.gz", [ITEMS], options=options)) == content
    for form in FORMATS:
        if not form.startswith("csv"):
            with pytest.raises(ConfigError, match="bom is an option of csv"):
                create_writer(form, io.BytesIO(), model=Product, options=options)


ODD = [
    rb'{"id":1,"name":"nice \ud83d","glow":"\ud83d"}',
    b'{"id":2,"quantity":1e400000,"updated":"0001-01-01 00:00:00 +0300"}',
    b'{"id":3,"price":1e9999999999999999999999,"updated":"2024-09-04 07:20:11.123456789 +0000"}',
    b'{"id":4,"quantity":%b,"media":{"images":[{"orderBy":1e400000}]}}' % (b"9" * 5000),
]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_odd_values_are_kept_and_half_an_emoji_is_reported(form: Format) -> None:
    codec = Codec()
    if form == "parquet":
        pytest.importorskip("pyarrow")
    content = written(form, [ODD], codec=codec, operation="export of products")
    half = "half of a surrogate pair"
    found = {problem.path for problem in codec.problems if problem.found == half}
    assert found == {"items[].name", "items[].glow"}
    assert {problem.operation for problem in codec.problems} == {"export of products"}
    if form == "csv":
        rows = cells(content)
        assert [row["name"] for row in rows] == ["nice \ufffd", "", "", ""]
        assert Decimal(rows[1]["quantity"]) == Decimal("1e400000")
        assert rows[2]["price"] == "1e9999999999999999999999"
        assert rows[3]["quantity"] == "9" * 5000
        assert rows[1]["updated"] == "0001-01-01 00:00:00 +0300"
    else:
        made = read_back(content).read()
        assert made["id"].to_pylist() == [1, 2, 3, 4]
        extra = [json.loads(text, parse_float=Decimal) for text in made["_extra"].to_pylist()]
        assert extra[0] == {"glow": "\ufffd"}
        assert extra[1] == {"quantity": Decimal("1e400000"), "updated": "0001-01-01 00:00:00 +0300"}
        assert extra[2] == {"price": "1e9999999999999999999999", "updated": "2024-09-04 07:20:11.123456789 +0000"}
        assert extra[3] == {"quantity": "9" * 5000, "media": {"images": [{"orderBy": Decimal("1e400000")}]}}


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("name", [b"name", b"nameTranslated", b"glow", b"media"])
def test_an_item_that_is_not_utf_8_is_named(form: Format, name: bytes) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    known = b'{"id":1,"name":"a","nameTranslated":{"a":"b"},"glow":1}'
    with pytest.raises(DecodeError, match=r"not UTF-8, in the item with the id 7\."):
        written(form, [[known], [b'{"id":7,"%b":"\xff"}' % name]])


@pytest.mark.chaos
@given(st.lists(odd_items, min_size=1, max_size=4), st.booleans())
def test_whatever_a_server_sends_is_in_the_cells_or_an_error_of_ours(items: list[bytes], safe: bool) -> None:
    codec = Codec()
    try:
        read = [codec.parse(item, "test") for item in items]
    except DecodeError:
        read = []
    options = FormatOptions(spreadsheet_safe=safe, bom=safe)
    try:
        content = written("csv", [items], options=options, store_id=7)
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


def test_a_field_that_is_first_met_late_has_its_place() -> None:
    rows = cells(written("csv", [[b'{"name":"a"}'], [b'{"name":"b","sku":"S","new":null}'], [b'{"name":"c"}']]))
    assert [(row["name"], row["sku"], row["_extra"]) for row in rows] == [
        ("a", "", ""),
        ("b", "S", '{"new":null}'),
        ("c", "", ""),
    ]


def test_what_has_no_cell_is_kept() -> None:
    rows = cells(written("csv", [[b'{"id":[1],"media":[],"tax":{"rate":1.10},"name":{"a":1}}', b'{"tax":null}']]))
    assert rows[0]["id"] == "[1]"
    assert json.loads(rows[0]["_extra"], parse_float=str) == {"media": [], "tax": {"rate": "1.10"}, "name": {"a": 1}}
    assert not any(rows[1].values())


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


def test_spreadsheets_run_no_formula_where_that_is_asked_for() -> None:
    page = [json.dumps({"name": text, "price": -1, "attributes": [text]}).encode() for text in [*FORMULAS, "a=b", ""]]
    rows = cells(written("csv", [page], options=FormatOptions(spreadsheet_safe=True)))
    assert [row["name"] for row in rows] == ["'" + text for text in FORMULAS] + ["a=b", ""]
    assert {row["price"] for row in rows} == {"-1"}
    assert not any(cell.startswith(tuple("=+@\t\r")) for row in rows for cell in row.values())
    plain = cells(written("csv", [page]))
    assert [row["name"] for row in plain] == [*FORMULAS, "a=b", ""]


@given(st.lists(st.dictionaries(st.sampled_from(["name", "sku", "description"]), st.text()), max_size=4))
def test_any_text_comes_back(items: list[dict[str, str]]) -> None:
    page = [json.dumps(item).encode() for item in items]
    rows = cells(written("csv", [page], fields=("name", "sku", "description")))
    assert [{name: cell for name, cell in row.items() if cell} for row in rows] == [
        {name: text for name, text in item.items() if text} for item in items
    ]


@pytest.mark.parametrize("form", ["csv", "csv.gz", "csv.zst"])
async def test_a_section_comes_back_as_cells(ecwid_store: Store, form: Format) -> None:
    if form.endswith("zst"):
        zstd()
    orders = [item async for item in ecwid_store.orders.search().dicts()]
    pages = [page.items async for page in ecwid_store.orders.search().raw()]
    rows = cells(unpacked(form, written(form, pages, model=Order)))  # type: ignore[arg-type]  # slices of pages
    assert [row["id"] for row in rows] == [order["id"] for order in orders]
    assert [Decimal(row["total"]) for row in rows] == [order["total"] for order in orders]
    assert [row["shippingPerson.city"] for row in rows] == [
        (order.get("shippingPerson") or {}).get("city") or "" for order in orders
    ]
    assert [loads(row["items"]) for row in rows] == [order["items"] for order in orders]
    assert {row["_extra"] for row in rows} == {""}


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_is_no_object_is_refused(form: Format) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    with pytest.raises(DecodeError):
        written(form, [[b"[1]"]])


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_field_that_is_none_is_refused(form: Format) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    with pytest.raises(ConfigError, match="did you mean price"):
        create_writer(form, io.BytesIO(), model=Product, fields=("prize",))


# Parquet


def read_back(content: bytes) -> Any:
    return pytest.importorskip("pyarrow.parquet").ParquetFile(io.BytesIO(content))


def test_parquet_reads_back() -> None:
    pytest.importorskip("pyarrow")
    page = [*ITEMS, b'{"id":3,"new":[1.50],"price":1.1234567890123456789}']
    file = read_back(written("parquet", [page[:1], page[1:]], fields=None))
    made = file.read()
    assert made["id"].to_pylist() == [1, 2, 3]
    assert made["price"].to_pylist() == [Decimal("24.9"), 100, None]
    assert made["_extra"].to_pylist() == [None, None, '{"new":[1.50],"price":1.1234567890123456789}']
    assert file.schema_arrow.metadata[b"ecwid_async.schema"] == b"2"
    assert file.schema_arrow.metadata[b"ecwid_async.model"] == b"Product"
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_parquet_without_items_has_its_columns() -> None:
    pytest.importorskip("pyarrow")
    made = read_back(written("parquet", [], fields=("id", "price"), options=FormatOptions(decimals="float64"))).read()
    assert [str(field.type) for field in made.schema] == ["int64", "double", "string"]
    assert made.num_rows == 0


def test_parquet_holds_no_more_than_a_group_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    monkeypatch.setattr("ecwid_async.export.parquet._GROUP_SIZE", 10_000)
    monkeypatch.setattr("ecwid_async.tables.arrow._BATCH_SIZE", 256)
    page = [json.dumps({"id": number, "name": "x" * 50}).encode() for number in range(256)]
    stream = io.BytesIO()
    made = create_writer("parquet", stream, model=Product, fields=("id", "name"))
    for _ in range(4):
        made.write(page)
    assert stream.tell() > 1000, "groups are written as they fill"
    made.finish()
    file = read_back(stream.getvalue())
    assert file.num_row_groups == 4
    assert file.read()["id"].to_pylist() == list(range(256)) * 4


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ecwid_async.tables.arrow", "ecwid_async.export.parquet"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'ecwid-async\[arrow\]'"):
        create_writer("parquet", io.BytesIO(), model=Product)


def test_the_module_needs_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert formats.create_writer("csv", io.BytesIO(), model=Product).item_count == 0
