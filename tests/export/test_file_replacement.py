"""Replacing files together or not at all."""

import errno
import json
import os
from pathlib import Path

import pytest

from ecwid_async.export import OutputError, export_store
from ecwid_async.export.file_replacement import FileReplacement
from ecwid_async.export.part_file import PartFile
from tests.cancelling import KINDS, cancel_at_every_await

from .helpers import file_names, read_files


@pytest.mark.parametrize("name", ["products.jsonl", "categories.jsonl", "manifest.json"])
async def test_a_folder_with_the_name_of_a_file_is_an_error_before_anything_is_read(store, shop, tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(OutputError, match=f"{name}: a folder has this name"):
        await export_store(store, ["products", "categories"], tmp_path)
    assert shop.requests == []
    assert file_names(tmp_path) == [name]


@pytest.mark.parametrize("linked", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("at", range(3))
async def test_a_replacement_that_fails_halfway_is_undone(store, shop, tmp_path, monkeypatch, at, linked):
    sections = ["products", "categories"]
    await export_store(store, sections, tmp_path)
    before = read_files(tmp_path)
    published: list[Path] = []
    publish = PartFile.publish

    def fail(part):
        if len(published) == at:
            raise OutputError("the disk is gone")
        published.append(part.path)
        publish(part)

    def no_links(*_, **__):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(PartFile, "publish", fail)
    if not linked:
        monkeypatch.setattr(os, "link", no_links)
    shop.add(1003, products=7)
    with pytest.raises(OutputError, match="the disk is gone") as caught:
        await export_store(store, sections, tmp_path)
    assert len(published) == at
    assert {name: data for name, data in read_files(tmp_path).items() if not name.startswith(".")} == before
    assert "Items that were read are kept" in "".join(caught.value.__notes__)
    monkeypatch.setattr(PartFile, "publish", publish)
    shop.requests.clear()
    await export_store(store, sections, tmp_path)
    assert shop.requests == []  # everything was read before
    assert file_names(tmp_path) == ["categories.jsonl", "manifest.json", "products.jsonl"]
    assert len((tmp_path / "products.jsonl").read_bytes().splitlines()) == 7


async def test_an_undone_replacement_leaves_no_new_files(store, shop, tmp_path, monkeypatch):
    def fail(part):
        if part.path.name == "manifest.json":
            raise OutputError("the disk is gone")
        part.hidden.replace(part.path)

    monkeypatch.setattr(PartFile, "publish", fail)
    with pytest.raises(OutputError, match="the disk is gone"):
        await export_store(store, ["products", "categories"], tmp_path)
    assert [name for name in file_names(tmp_path) if not name.startswith(".")] == []


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_cancellation_at_any_await_leaves_the_old_export_or_the_new(store, shop, tmp_path, kind, format_):
    sections = ["products", "categories"] if format_ == "jsonl" else ["products"]
    shop.add(1003, products=120)
    await export_store(store, sections, tmp_path, format=format_)
    old = read_files(tmp_path)
    shop.add(1003, products=130)
    outcomes = set()

    def check():
        visible = {name: data for name, data in read_files(tmp_path).items() if not name.startswith(".")}
        hidden = [name for name in file_names(tmp_path) if name.startswith(".")]
        published = json.loads(visible["manifest.json"])["sections"]["products"]["item_count"] == 130
        outcomes.add(published)
        lines = {name: len(data.splitlines()) for name, data in visible.items() if name.startswith("products")}
        assert list(lines.values()) == [(130 if published else 120) + (format_ == "csv")]
        assert published or visible == old
        assert not published or not hidden
        assert not any(name.endswith((".lock", ".before", ".mode")) for name in hidden)
        assert not hidden or ".manifest.json.checkpoint" in hidden
        for name in file_names(tmp_path):
            (tmp_path / name).unlink()
        for name, data in old.items():
            (tmp_path / name).write_bytes(data)

    awaits = await cancel_at_every_await(lambda: export_store(store, sections, tmp_path, format=format_), kind, check)
    assert outcomes == {True, False}
    assert awaits > 10


def test_an_error_restores_the_files_that_were_there_before(tmp_path):
    (tmp_path / "a.csv").write_text("before")
    parts = [PartFile(tmp_path / name) for name in ("a.csv", "b.csv")]
    for part in parts:
        part.write(b"after")
        part.seal()

    def publish_and_fail() -> None:
        with FileReplacement() as replacement:
            for part in parts:
                replacement.publish(part)
            assert read_files(tmp_path) == {"a.csv": b"after", "b.csv": b"after", ".a.csv.before": b"before"}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish_and_fail()
    assert read_files(tmp_path) == {"a.csv": b"before", ".a.csv.part": b"after", ".b.csv.part": b"after"}
    with FileReplacement() as replacement:
        for part in parts:
            replacement.publish(part)
    assert read_files(tmp_path) == {"a.csv": b"after", "b.csv": b"after"}
