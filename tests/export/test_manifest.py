"""The manifest of an export, and manifests of older formats."""

import hashlib
import json
from datetime import UTC, datetime

import msgspec
import pytest

from ecwid_async.export import Manifest, export_store

from .conftest import PRODUCTS
from .helpers import file_names


async def test_the_manifest_describes_the_files(store, shop, tmp_path):
    moments = iter(datetime(2026, 11, 21, 12, 0, second, tzinfo=UTC) for second in range(60))
    manifest = await export_store(
        store,
        ["products"],
        tmp_path,
        fields={"products": "id,name"},
        where={"products": {"enabled": True, "created_from": datetime(2020, 1, 1, tzinfo=UTC)}},
        now=lambda: next(moments),
    )
    assert file_names(tmp_path) == ["manifest.json", "products.jsonl"]
    content = (tmp_path / "products.jsonl").read_bytes()
    written = json.loads((tmp_path / "manifest.json").read_bytes())
    assert written == msgspec.to_builtins(manifest)
    assert (written["store_id"], written["library_version"]) == (1003, "0.1.0")
    record = written["sections"]["products"]
    assert record["where"] == {"enabled": True, "created_from": "2020-01-01T00:00:00Z"}
    assert (record["file"], record["format"], record["fields"]) == ("products.jsonl", "jsonl", "id,name")
    assert record["item_count"] == record["reported_total"] == len(content.splitlines()) == PRODUCTS * 2 // 3
    assert (record["size_bytes"], record["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert record["request_count"] == len(shop.requests)
    assert "order of creation" in record["proof"]
    assert written["started_at"] <= record["started_at"] < record["finished_at"] <= written["finished_at"]
    assert record["items_per_second"] == pytest.approx(record["item_count"] / record["seconds"], rel=0.1)


async def test_files_of_earlier_exports_are_named(store, shop, tmp_path):
    await export_store(store, ["products", "categories"], tmp_path, format="csv")
    first = await export_store(store, ["products"], tmp_path)
    assert first.earlier_files == ["products.csv", "categories.csv"]
    assert json.loads((tmp_path / "manifest.json").read_bytes())["earlier_files"] == first.earlier_files
    (tmp_path / "products.csv").unlink()
    second = await export_store(store, ["products"], tmp_path)
    assert second.earlier_files == ["categories.csv"]
    third = await export_store(store, ["products", "categories"], tmp_path, format="csv")
    assert third.earlier_files == ["products.jsonl"]


@pytest.mark.parametrize("manifest", [b"", b"[]", b"\xff", b'{"sections":{"a":{"file":"../x.jsonl"}}}', b"[" * 9999])
async def test_an_invalid_manifest_names_no_files(store, shop, tmp_path, manifest):
    (tmp_path / "x.jsonl").touch()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_bytes(manifest)
    written = await export_store(store, ["categories"], tmp_path / "out")
    assert written.earlier_files == []


# A manifest of format 1.
FORMAT_1 = b"""{
  "version": "0.1.0",
  "store_id": 1003,
  "started_at": "2026-11-21T12:00:00Z",
  "finished_at": "2026-11-21T12:00:00Z",
  "sections": {
    "products": {
      "file": "products.csv",
      "format": "csv",
      "fields": null,
      "where": {},
      "count": 1,
      "total": 1,
      "bytes": 9,
      "sha256": "00",
      "proof": "one answer",
      "requests": 1,
      "resumed": 0,
      "started_at": "2026-11-21T12:00:00Z",
      "finished_at": "2026-11-21T12:00:00Z",
      "seconds": 1.0,
      "items_per_second": 1.0
    }
  },
  "refused": {},
  "earlier_files": []
}
"""


def test_a_manifest_of_format_1_is_refused_with_advice():
    with pytest.raises(
        ValueError, match=r"has format 1, and this version .* reads format 2: read it with the version .*export again"
    ):
        Manifest.from_json(FORMAT_1)


async def test_an_export_names_the_files_of_a_manifest_of_format_1(store, shop, tmp_path):
    (tmp_path / "manifest.json").write_bytes(FORMAT_1)
    (tmp_path / "products.csv").touch()
    manifest = await export_store(store, ["categories"], tmp_path)
    assert manifest.earlier_files == ["products.csv"]


async def test_a_manifest_is_read_back_as_it_was_written(store, shop, tmp_path):
    manifest = await export_store(store, ["products", "profile"], tmp_path)
    assert Manifest.from_json((tmp_path / "manifest.json").read_bytes()) == manifest
    assert json.loads(manifest.to_json())["format_version"] == 2


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff", b'{"format_version":2}', b'{"format_version":"2"}', b"[" * 9999]
)
def test_content_that_is_not_a_manifest_is_refused(content):
    with pytest.raises(ValueError, match="not the manifest of an export"):
        Manifest.from_json(content)
