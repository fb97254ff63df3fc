"""The files of an export are published together, or not at all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from ecwid_async.errors import NotSent
from ecwid_async.export import OutputError, export_store
from ecwid_async.export.checkpoint import Checkpoint
from ecwid_async.export.destination import Destination
from ecwid_async.export.file_names import FileNames
from ecwid_async.export.manifest import Manifest, SectionRecord
from ecwid_async.export.part_file import PartFile

from .helpers import file_names


async def test_an_error_notes_kept_items_only_if_this_export_can_use_them(store, shop, tmp_path):
    """An earlier export may have left items of other sections or with other fields."""
    shop.break_after(5)
    with pytest.raises(NotSent) as caught:
        await export_store(store, ["products"], tmp_path)
    assert "Items that were read are kept" in caught.value.__notes__[0]
    for sections, fields in ((["categories"], {}), (["products"], {"products": "id"})):
        shop.break_after(0, sections[0])
        with pytest.raises(NotSent) as caught:
            await export_store(store, sections, tmp_path, fields=fields)
        assert not hasattr(caught.value, "__notes__")


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def make_manifest(*parts: PartFile, count: int = 0) -> Manifest:
    """A manifest of these files, each with `count` items."""
    records = {
        part.path.name.partition(".")[0]: SectionRecord(
            file=part.path.name,
            format="jsonl",
            fields=None,
            where={},
            item_count=count,
            reported_total=count,
            size_bytes=part.size,
            sha256=part.sha256,
            proof="",
            request_count=1,
            resume_count=0,
            started_at=NOW,
            finished_at=NOW,
            seconds=1.0,
            items_per_second=1.0,
        )
        for part in parts
    }
    return Manifest(library_version="1", store_id=1003, started_at=NOW, finished_at=NOW, sections=records)


def open_destination(folder: Path, *sections: str) -> Destination:
    return Destination(FileNames.choose(folder, "jsonl", sections or ("orders",)), now=NOW, fresh=False)


def make_checkpoint(part: PartFile, section: str = "orders", token: str = "t") -> Checkpoint:
    return Checkpoint(
        section=section,
        file=part.path.name,
        request_digest="",
        saved_at=NOW,
        started_at=NOW,
        scan_token=token,
        size_bytes=part.size,
        sha256=part.sha256,
    )


def test_a_destination_that_is_not_published_keeps_the_earlier_files(tmp_path):
    (tmp_path / "orders.jsonl").write_text("before")
    with open_destination(tmp_path) as out:
        out.add(PartFile(out.path("orders"))).write(b"{}")
    assert file_names(tmp_path) == ["orders.jsonl"]
    assert (tmp_path / "orders.jsonl").read_text() == "before"


def test_a_created_folder_is_removed_after_an_error(tmp_path):
    with pytest.raises(ZeroDivisionError), open_destination(tmp_path / "new" / "out"):
        raise ZeroDivisionError
    assert file_names(tmp_path) == []


def test_only_files_of_a_checkpoint_are_kept(tmp_path):
    with open_destination(tmp_path, "orders", "carts", "profile") as out:
        parts = {name: out.add(PartFile(out.path(name))) for name in ("orders", "carts")}
        out.checkpoints.save(make_checkpoint(parts["orders"]))
        out.checkpoints.save(make_checkpoint(parts["carts"], "carts", token=""))
    assert file_names(tmp_path) == [".manifest.json.checkpoint", ".orders.jsonl.part"]
    with open_destination(tmp_path, "orders") as out:
        assert out.checkpoints.latest["orders"].scan_token == "t"
        out.checkpoints.save(replace(out.checkpoints.latest["orders"], scan_token=""))
    assert file_names(tmp_path) == []


def test_an_interrupted_fresh_start_does_not_restore_older_checkpoints(tmp_path):
    with open_destination(tmp_path) as out:
        out.checkpoints.save(make_checkpoint(out.add(PartFile(out.path("orders")))))
    names = FileNames.choose(tmp_path, "jsonl", ["orders", "carts"])
    with Destination(names, now=NOW, fresh=True) as out:
        out.checkpoints.save(make_checkpoint(out.add(PartFile(out.path("carts"))), "carts"))
    with open_destination(tmp_path) as out:
        assert list(out.checkpoints.latest) == ["carts"]


def test_the_manifest_is_removed_while_other_files_change(tmp_path, monkeypatch):
    (tmp_path / "manifest.json").write_text("old")
    seen = []
    publish = PartFile.publish

    def spy(part):
        seen.append((part.path.name, (tmp_path / "manifest.json").exists()))
        publish(part)

    monkeypatch.setattr(PartFile, "publish", spy)
    with open_destination(tmp_path) as out:
        part = out.add(PartFile(out.path("orders")))
        part.seal()
        out.publish(make_manifest(part))
    assert seen == [("orders.jsonl", False), ("manifest.json", False)]
    assert file_names(tmp_path) == ["manifest.json", "orders.jsonl"]


def test_a_file_with_the_name_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match=r"out: it is a file"), open_destination(tmp_path / "out"):
        pytest.fail("the destination was opened")


def test_a_destination_that_another_export_writes_to_is_refused(tmp_path):
    with (
        open_destination(tmp_path),
        pytest.raises(OutputError, match="another export is writing"),
        open_destination(tmp_path),
    ):
        pytest.fail("the destination was opened twice")
    with open_destination(tmp_path) as out:
        assert out.checkpoints.latest == {}


def test_backups_of_a_killed_process_are_restored_or_removed(tmp_path):
    """On a file system without links, the earlier file has only its hidden name for a moment."""
    (tmp_path / ".orders.jsonl.before").write_text("before")
    (tmp_path / ".carts.jsonl.before").write_text("before")
    (tmp_path / "carts.jsonl").write_text("new")
    (tmp_path / ".manifest.json.before").write_text("{}")
    with open_destination(tmp_path, "orders", "carts"):
        pass
    assert file_names(tmp_path) == ["carts.jsonl", "orders.jsonl"]
    assert (tmp_path / "orders.jsonl").read_text() == "before"
    assert (tmp_path / "carts.jsonl").read_text() == "new"


def test_a_backup_that_cannot_be_restored_is_named_and_kept(tmp_path, monkeypatch):
    (tmp_path / "orders.jsonl").write_text("before")
    replace_ = Path.replace

    def fail(self, target):
        if self.name == ".orders.jsonl.before" or Path(target).name == "manifest.json":
            raise OSError(5, "Input/output error")
        return replace_(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with open_destination(tmp_path) as out:
        part = out.add(PartFile(out.path("orders")))
        part.seal()
        with pytest.raises(OutputError, match="Input/output error") as caught:
            out.publish(make_manifest(part))
    kept = tmp_path / ".orders.jsonl.before"
    assert caught.value.__notes__ == [f"{tmp_path / 'orders.jsonl'} could not be restored: its content is in {kept}."]
    assert kept.read_text() == "before"
