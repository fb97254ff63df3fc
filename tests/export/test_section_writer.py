"""Writing items in each format, with the id of their store on request."""

import csv
import gc
import gzip
import io
import threading

import pyarrow.parquet as pq
import pytest

from ecwid_async.errors import DecodeError, NotSent
from ecwid_async.export import export_store, export_stores
from ecwid_async.export.csv import CsvWriter
from ecwid_async.transport.memory import make_response

from .conftest import PRODUCTS, TOKEN
from .helpers import file_names, read_items


@pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz", "csv", "parquet"])
async def test_an_interrupted_stream_gets_no_end(store, shop, format_):
    shop.break_after(5)
    stream = io.BytesIO()
    with pytest.raises(NotSent):
        await export_store(store, ["products"], stream, format=format_)
    gc.collect()
    assert not stream.closed
    content = stream.getvalue()
    # A Parquet file both begins and ends with PAR1.
    assert content == b"PAR1" or not content.endswith(b"PAR1")
    if format_ == "jsonl.gz":
        with pytest.raises(EOFError):
            gzip.decompress(content)


@pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz", "csv", "parquet"])
@pytest.mark.parametrize("stream", [False, True])
async def test_bytes_that_are_not_utf_8_are_not_published_and_the_item_is_named(store, shop, tmp_path, format_, stream):
    page = [b'{"id":%d,"name":"%s"}' % (number, b"\xff" if number == 17 else "ü".encode()) for number in range(20)]
    shop.intercept = lambda request: make_response(b'{"total":20,"count":20,"items":[%s]}' % b",".join(page))
    with pytest.raises(DecodeError) as caught:
        await export_store(store, ["products"], io.BytesIO() if stream else tmp_path, format=format_)
    assert file_names(tmp_path) == []
    if format_.startswith("jsonl") or not stream:
        assert "expected UTF-8 at the item with id 17" in str(caught.value)


@pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz", "csv", "parquet"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fields", ["id,name", "sku", "sku,create_timestamp,update_timestamp,enabled"])
async def test_a_field_name_that_is_not_utf_8_is_an_error_with_chosen_fields(
    store, shop, tmp_path, format_, stream, fields
):
    shop.intercept = lambda request: make_response(
        b'{"total":2,"count":2,"items":[{"id":1,"createTimestamp":1},{"id":17,"createTimestamp":1,"\xff":1}]}'
    )
    out = io.BytesIO() if stream else tmp_path
    with pytest.raises(DecodeError, match=r"with( the)? id 17\b"):
        await export_store(store, ["products"], out, format=format_, fields={"products": fields})
    assert file_names(tmp_path) == []


async def test_bytes_that_are_not_utf_8_in_a_single_response_are_an_error(store, shop, tmp_path):
    shop.intercept = lambda request: make_response(b'[{"id":"a"},{"id":"b","name":"\xff"}]')
    with pytest.raises(DecodeError, match=r"expected UTF-8 at items\[1\]"):
        await export_store(store, ["payment_options"], tmp_path)


@pytest.mark.parametrize("out", ["out", "out/products.jsonl"])
async def test_lines_begin_with_the_store_id_and_are_otherwise_unchanged(store, shop, tmp_path, out):
    odd = [b'{ "id" : 7, "price": 1.10 }', b'{"id":1,\n"x":[ ]}', b'{"id":2}']
    shop.intercept = lambda request: make_response(b'{"total":3,"count":3,"items":[%s]}' % b",".join(odd))
    await export_store(store, ["products"], tmp_path / out, with_store_id=True)
    assert (tmp_path / "out" / "products.jsonl").read_bytes().splitlines() == [
        b'{"store_id":1003,"id" : 7, "price": 1.10 }',
        b'{"store_id":1003,"id":1, "x":[ ]}',
        b'{"store_id":1003,"id":2}',
    ]


async def test_an_item_without_fields_has_the_store_id_too(store, shop, tmp_path):
    shop.intercept = lambda request: make_response(b"{ }")
    await export_store(store, ["profile"], tmp_path, with_store_id=True)
    assert (tmp_path / "profile.jsonl").read_bytes() == b'{"store_id":1003}\n'


@pytest.mark.parametrize("fields", [None, {"products": "name"}])
@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
async def test_the_store_id_is_the_first_column_of_every_store(client, shop, tmp_path, format_, fields):
    shop.add(1004, products=150)
    stores = [client.store(number, TOKEN) for number in (1003, 1004)]
    await export_stores(stores, ["products"], tmp_path, format=format_, fields=fields, with_store_id=True)
    found = []
    for number in (1003, 1004):
        path = tmp_path / str(number) / f"products.{format_}"
        if format_ == "parquet":
            table = pq.read_table(path)
            assert table.schema.names[0] == "store_id"
            found.append(table.column(0).to_pylist())
        elif format_ == "csv":
            head, *rows = csv.reader(path.read_text().splitlines())
            assert head[0] == "store_id"
            found.append([int(row[0]) for row in rows])
        else:
            found.append([item["store_id"] for item in read_items(path)])
    assert found == [[1003] * PRODUCTS, [1004] * 150]


@pytest.mark.parametrize(
    ("format_", "stream", "text", "on_loop"),
    [
        pytest.param("csv", False, "", True, id="file"),
        pytest.param("csv", True, "", False, id="stream"),
        pytest.param("csv.gz", False, "", False, id="compressed"),
        pytest.param("csv", False, "x" * 30_000, False, id="large page"),
    ],
)
async def test_writing_that_may_take_long_does_not_occupy_the_event_loop(
    client, shop, tmp_path, monkeypatch, format_, stream, text, on_loop
):
    threads = set()
    write_rows = CsvWriter.write_rows

    def record(writer, read):
        threads.add(threading.get_ident())
        write_rows(writer, read)

    monkeypatch.setattr(CsvWriter, "write_rows", record)
    shop.add(1004, products=0)
    shop.sandbox.stores[1004].load("products", (shop.product(number) | {"name": text} for number in range(1, 331)))
    # The first page, which has the first fields, is read by item.
    monkeypatch.setattr(CsvWriter, "write", lambda writer, items: write_rows(writer, writer._reader.read(items)))
    out = io.BytesIO() if stream else tmp_path
    await export_store(client.store(1004, TOKEN), ["products"], out, format=format_)
    assert len(threads) > 0
    assert (threading.get_ident() in threads) is on_loop
