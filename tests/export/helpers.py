"""Helpers that write items in a format and read the files of exports."""

import csv
import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ecwid_async.export.formats import Format, create_writer
from ecwid_async.models.products import Product
from ecwid_async.transport.memory import make_response


def read_items(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def read_ids(path):
    return [item["id"] for item in read_items(path)]


def file_names(folder):
    return sorted(path.name for path in folder.iterdir())


def refusal(code, status=403):
    return make_response({"errorCode": code}, status=status)


ITEMS = [b'{"id":1,"name":"Desk lamp","price":24.90}', b'{"id":2,"name":"Vase","price":1e2}']


def write_items(format_: Format, pages: list[list[bytes]], *, model: type[object] = Product, **arguments: Any) -> bytes:
    stream = io.BytesIO()
    writer = create_writer(format_, stream, model=model, **arguments)
    for page in pages:
        writer.write(page)
    writer.finish()
    assert writer.item_count == sum(map(len, pages))
    assert not stream.closed
    return stream.getvalue()


def import_zstd() -> Any:
    if sys.version_info >= (3, 14):
        return pytest.importorskip("compression.zstd")
    return pytest.importorskip("backports.zstd")


def decompress(format_: Format, content: bytes) -> bytes:
    if format_.endswith(".gz"):
        return gzip.decompress(content)
    if format_.endswith(".zst"):
        decompressed: bytes = import_zstd().decompress(content)
        return decompressed
    return content


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))


def read_parquet(content: bytes) -> Any:
    return pytest.importorskip("pyarrow.parquet").ParquetFile(io.BytesIO(content))


def read_files(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in file_names(folder) if (folder / name).is_file()}


def is_complete(folder: Path, manifest: str = "manifest.json") -> bool:
    """Whether each file, in JSON Lines, has as many items as the manifest records."""
    records = json.loads((folder / manifest).read_bytes())["sections"].values()
    return all(len((folder / record["file"]).read_bytes().splitlines()) == record["item_count"] for record in records)
