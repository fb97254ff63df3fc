"""Properties that all formats share, and their options."""

import io
import json
import sys
from decimal import Decimal

import msgspec
import pytest

from ecwid_async.codec import Codec
from ecwid_async.errors import ConfigError, DecodeError
from ecwid_async.export import export_store, export_stores, formats
from ecwid_async.export.formats import FORMATS, Format, FormatOptions, create_writer
from ecwid_async.models.products import Product

from .helpers import ITEMS, decompress, file_names, import_zstd, read_csv, read_parquet, write_items


@pytest.mark.parametrize(
    ("format_", "options", "message"),
    [
        ("jsonl", {"level": 5}, "level is an option of jsonl.gz, jsonl.zst, csv.gz, csv.zst, parquet, but"),
        ("csv", {"level": 99}, "level is an option of"),
        ("parquet", {"level": 99}, "levels from 1 to 22, not 99"),
        ("jsonl", {"spreadsheet_safe": True}, "spreadsheet_safe is an option of csv, csv.gz, csv.zst, but"),
        ("parquet", {"spreadsheet_safe": True}, "but the format is parquet"),
        ("csv", {"decimals": "exact"}, "decimals is an option of parquet, but the format is csv"),
        ("jsonl.gz", {"decimals": "float64"}, "but the format is jsonl.gz"),
        ("xls", {}, "there is no format 'xls'. There are jsonl,"),
    ],
)
async def test_an_option_that_the_format_does_not_have_is_refused(store, shop, tmp_path, format_, options, message):
    with pytest.raises(ConfigError) as caught:
        await export_store(store, ["products"], tmp_path, format=format_, options=FormatOptions(**options))
    assert message in str(caught.value)
    with pytest.raises(ConfigError):
        await export_stores([store], ["products"], tmp_path, format=format_, options=FormatOptions(**options))
    assert (shop.requests, file_names(tmp_path)) == ([], [])


@pytest.mark.parametrize("options", [{"level": "9"}, {"level": True}, {"spreadsheet_safe": 1}, {"decimals": "no"}])
def test_an_invalid_option_is_refused(options):
    with pytest.raises(ConfigError, match="must be"):
        FormatOptions(**options)


def test_every_format_has_its_suffix() -> None:
    assert {name: f".{name}" for name in FORMATS} == FORMATS


@pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz", "jsonl.zst"])
def test_no_items_make_an_empty_file(format_: Format) -> None:
    if format_.endswith("zst"):
        import_zstd()
    assert decompress(format_, write_items(format_, [])) == b""


def test_slices_of_a_page_are_written_like_bytes() -> None:
    items = msgspec.json.decode(b"[" + b",".join(ITEMS) + b"]", type=list[msgspec.Raw])
    for format_ in ("jsonl", "csv"):
        assert write_items(format_, [items]) == write_items(format_, [ITEMS])


ODD_ITEMS = [
    rb'{"id":1,"name":"nice \ud83d","glow":"\ud83d"}',
    b'{"id":2,"quantity":1e400000,"updated":"0001-01-01 00:00:00 +0300"}',
    b'{"id":3,"price":1e9999999999999999999999,"updated":"2024-09-04 07:20:11.123456789 +0000"}',
    b'{"id":4,"quantity":%b,"media":{"images":[{"orderBy":1e400000}]}}' % (b"9" * 5000),
]


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_odd_values_are_kept_and_half_an_emoji_is_reported(format_: Format) -> None:
    codec = Codec()
    if format_ == "parquet":
        pytest.importorskip("pyarrow")
    content = write_items(format_, [ODD_ITEMS], codec=codec, operation="export of products")
    half = "half of a surrogate pair"
    found = {problem.path for problem in codec.problems if problem.found == half}
    assert found == {"items[].name", "items[].glow"}
    assert {problem.operation for problem in codec.problems} == {"export of products"}
    if format_ == "csv":
        rows = read_csv(content)
        assert [row["name"] for row in rows] == ["nice \ufffd", "", "", ""]
        assert Decimal(rows[1]["quantity"]) == Decimal("1e400000")
        assert rows[2]["price"] == "1e9999999999999999999999"
        assert rows[3]["quantity"] == "9" * 5000
        assert rows[1]["updated"] == "0001-01-01 00:00:00 +0300"
    else:
        written = read_parquet(content).read()
        assert written["id"].to_pylist() == [1, 2, 3, 4]
        extra = [json.loads(text, parse_float=Decimal) for text in written["_extra"].to_pylist()]
        assert extra[0] == {"glow": "\ufffd"}
        assert extra[1] == {"quantity": Decimal("1e400000"), "updated": "0001-01-01 00:00:00 +0300"}
        assert extra[2] == {"price": "1e9999999999999999999999", "updated": "2024-09-04 07:20:11.123456789 +0000"}
        assert extra[3] == {"quantity": "9" * 5000, "media": {"images": [{"orderBy": Decimal("1e400000")}]}}


@pytest.mark.parametrize("format_", ["csv", "parquet"])
@pytest.mark.parametrize("name", [b"name", b"nameTranslated", b"glow", b"media"])
def test_the_error_names_the_item_that_is_not_utf_8(format_: Format, name: bytes) -> None:
    if format_ == "parquet":
        pytest.importorskip("pyarrow")
    known = b'{"id":1,"name":"a","nameTranslated":{"a":"b"},"glow":1}'
    with pytest.raises(DecodeError, match=r"not UTF-8, in the item with the id 7\."):
        write_items(format_, [[known], [b'{"id":7,"%b":"\xff"}' % name]])


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_an_item_that_is_not_an_object_is_refused(format_: Format) -> None:
    if format_ == "parquet":
        pytest.importorskip("pyarrow")
    with pytest.raises(DecodeError):
        write_items(format_, [[b"[1]"]])


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_an_unknown_column_is_refused(format_: Format) -> None:
    if format_ == "parquet":
        pytest.importorskip("pyarrow")
    with pytest.raises(ConfigError, match="did you mean price"):
        create_writer(format_, io.BytesIO(), model=Product, fields=("prize",))


def test_other_formats_do_not_need_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert formats.create_writer("csv", io.BytesIO(), model=Product).item_count == 0
