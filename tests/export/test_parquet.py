"""Parquet files."""

import io
import json
import sys
from decimal import Decimal

import pytest

from ecwid_async.errors import ConfigError
from ecwid_async.export.formats import FormatOptions, create_writer
from ecwid_async.models.products import Product

from .helpers import ITEMS, read_parquet, write_items


def test_items_are_read_back_from_parquet() -> None:
    pytest.importorskip("pyarrow")
    page = [*ITEMS, b'{"id":3,"new":[1.50],"price":1.1234567890123456789}']
    file = read_parquet(write_items("parquet", [page[:1], page[1:]], fields=None))
    written = file.read()
    assert written["id"].to_pylist() == [1, 2, 3]
    assert written["price"].to_pylist() == [Decimal("24.9"), 100, None]
    assert written["_extra"].to_pylist() == [None, None, '{"new":[1.50],"price":1.1234567890123456789}']
    assert file.schema_arrow.metadata[b"ecwid_async.schema"] == b"2"
    assert file.schema_arrow.metadata[b"ecwid_async.model"] == b"Product"
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_a_file_without_items_has_its_columns() -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    content = write_items("parquet", [], fields=("id", "price"), options=FormatOptions(decimals="float64"))
    written = pq.read_table(io.BytesIO(content))  # `ParquetFile.read` of pyarrow 18 fails without row groups
    assert [str(field.type) for field in written.schema] == ["int64", "double", "string"]
    assert written.num_rows == 0


def test_parquet_keeps_only_one_row_group_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    monkeypatch.setattr("ecwid_async.export.parquet._GROUP_SIZE", 10_000)
    for size in ("_CHUNK_SIZE", "_BATCH_SIZE"):
        monkeypatch.setattr(f"ecwid_async.tables.arrow.{size}", 256)
    page = [json.dumps({"id": number, "name": "x" * 50}).encode() for number in range(256)]
    stream = io.BytesIO()
    writer = create_writer("parquet", stream, model=Product, fields=("id", "name"))
    for _ in range(4):
        writer.write(page)
    assert stream.tell() > 1000, "groups are written as they fill"
    writer.finish()
    file = read_parquet(stream.getvalue())
    assert file.num_row_groups == 4
    assert file.read()["id"].to_pylist() == list(range(256)) * 4


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ecwid_async.tables.arrow", "ecwid_async.export.parquet"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'ecwid-async\[arrow\]'"):
        create_writer("parquet", io.BytesIO(), model=Product)
