import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from ecwid_async.export.checkpoint import Checkpoint
from ecwid_async.export.destination import Destination
from ecwid_async.export.file_lock import FileLock
from ecwid_async.export.file_names import FileNames
from ecwid_async.export.manifest import Manifest, SectionRecord
from ecwid_async.export.output_errors import OutputError
from ecwid_async.export.part_file import PartFile

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def manifest(*parts: PartFile, count: int = 0) -> Manifest:
    """What vouches for these."""
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


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def place(folder: Path, *sections: str) -> Destination:
    return Destination(FileNames.choose(folder, "jsonl", sections or ("orders",)), now=NOW, fresh=False)


def mark(part: PartFile, section: str = "orders", token: str = "t") -> Checkpoint:
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


def test_a_file_has_its_name_only_after_it_is_published(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    part.write(b'{"id":"A"}\n')
    part.seal()
    assert not (tmp_path / "orders.jsonl").exists()
    part.publish()
    assert (tmp_path / "orders.jsonl").read_bytes() == b'{"id":"A"}\n'
    assert names(tmp_path) == ["orders.jsonl"]


def test_bytes_and_hash_are_those_of_the_file(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    for line in (b'{"id":"A"}\n', '{"id":"é"}\n'.encode()):
        part.write(line)
    part.seal()
    content = part.hidden.read_bytes()
    assert (part.size, part.tell()) == (len(content), len(content))
    assert part.sha256 == hashlib.sha256(content).hexdigest()


def test_a_file_goes_on_after_what_was_noted_of_it(tmp_path):
    one = PartFile(tmp_path / "orders.jsonl")
    one.write(b"A\nB\n")
    size, digest = one.size, one.sha256
    one.write(b"C\n")
    one.flush()
    one.close()
    other = PartFile.reopen(tmp_path / "orders.jsonl", "part", size=size, sha256=digest)
    assert other is not None
    assert list(other.lines(1)) == [[b"A"], [b"B"]]
    other.write(b"D\n")
    other.seal()
    assert other.hidden.read_bytes() == b"A\nB\nD\n"
    assert other.sha256 == hashlib.sha256(b"A\nB\nD\n").hexdigest()


@pytest.mark.parametrize("left", [None, b"", b"A\n", b"A\nX\nC\n"])
def test_a_file_that_is_not_what_was_noted_of_it_is_not_gone_on_with(tmp_path, left):
    if left is not None:
        (tmp_path / ".orders.jsonl.part").write_bytes(left)
    digest = hashlib.sha256(b"A\nB\n").hexdigest()
    assert PartFile.reopen(tmp_path / "orders.jsonl", "part", size=4, sha256=digest) is None


def test_a_file_that_another_export_writes_is_refused(tmp_path):
    """As where one writes all sections to a folder, and another one of them to a file there."""
    lock = FileLock(tmp_path / "orders.jsonl")
    with pytest.raises(OutputError, match=r"another export is writing to .*orders\.jsonl"):
        FileLock(tmp_path / "orders.jsonl")
    lock.release()
    FileLock(tmp_path / "orders.jsonl").release()
    assert names(tmp_path) == []


def test_a_full_disk_is_named(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    part._stream.close()
    part._stream = open("/dev/full", "wb")  # noqa: SIM115  close closes it
    part.write(b'{"id":"A"}')
    with pytest.raises(OutputError, match=r"orders\.jsonl: No space left on device"):
        part.seal()
    part.close()


def test_a_place_that_is_not_published_keeps_what_was_there_before(tmp_path):
    (tmp_path / "orders.jsonl").write_text("before")
    with place(tmp_path) as out:
        out.add(PartFile(out.path("orders"))).write(b"{}")
    assert names(tmp_path) == ["orders.jsonl"]
    assert (tmp_path / "orders.jsonl").read_text() == "before"


def test_a_folder_made_for_nothing_is_removed_again(tmp_path):
    with pytest.raises(ZeroDivisionError), place(tmp_path / "new" / "out"):
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_what_a_mark_speaks_of_is_kept_and_nothing_else(tmp_path):
    with place(tmp_path, "orders", "carts", "profile") as out:
        parts = {name: out.add(PartFile(out.path(name))) for name in ("orders", "carts")}
        out.checkpoints.save(mark(parts["orders"]))
        out.checkpoints.save(mark(parts["carts"], "carts", token=""))
    assert names(tmp_path) == [".manifest.json.checkpoint", ".orders.jsonl.part"]
    with place(tmp_path, "orders") as out:
        assert out.checkpoints.latest["orders"].scan_token == "t"
        out.checkpoints.save(replace(out.checkpoints.latest["orders"], scan_token=""))
    assert names(tmp_path) == []


def test_a_fresh_start_that_is_broken_off_too_does_not_bring_back_what_was_before(tmp_path):
    with place(tmp_path) as out:
        out.checkpoints.save(mark(out.add(PartFile(out.path("orders")))))
    names_ = FileNames.choose(tmp_path, "jsonl", ["orders", "carts"])
    with Destination(names_, now=NOW, fresh=True) as out:
        out.checkpoints.save(mark(out.add(PartFile(out.path("carts"))), "carts"))
    with place(tmp_path) as out:
        assert list(out.checkpoints.latest) == ["carts"]


def test_the_manifest_is_gone_while_the_others_change(tmp_path, monkeypatch):
    (tmp_path / "manifest.json").write_text("old")
    seen = []
    publish = PartFile.publish

    def spy(part):
        seen.append((part.path.name, (tmp_path / "manifest.json").exists()))
        publish(part)

    monkeypatch.setattr(PartFile, "publish", spy)
    with place(tmp_path) as out:
        part = out.add(PartFile(out.path("orders")))
        part.seal()
        out.publish(manifest(part))
    assert seen == [("orders.jsonl", False), ("manifest.json", False)]
    assert names(tmp_path) == ["manifest.json", "orders.jsonl"]


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match=r"out: it is a file"), place(tmp_path / "out"):
        pytest.fail("there is no folder")


def test_a_place_that_another_export_writes_to_is_refused(tmp_path):
    with place(tmp_path), pytest.raises(OutputError, match="another export is writing"), place(tmp_path):
        pytest.fail("there are two")
    with place(tmp_path) as out:
        assert out.checkpoints.latest == {}


def test_what_a_killed_process_had_set_aside_is_put_back_or_removed(tmp_path):
    """Where a file system has no links, the file of before has no name of its own for a moment."""
    (tmp_path / ".orders.jsonl.before").write_text("before")
    (tmp_path / ".carts.jsonl.before").write_text("before")
    (tmp_path / "carts.jsonl").write_text("new")
    (tmp_path / ".manifest.json.before").write_text("{}")
    with place(tmp_path, "orders", "carts"):
        pass
    assert names(tmp_path) == ["carts.jsonl", "orders.jsonl"]
    assert (tmp_path / "orders.jsonl").read_text() == "before"
    assert (tmp_path / "carts.jsonl").read_text() == "new"


def test_what_can_not_be_put_back_is_named_and_stays(tmp_path, monkeypatch):
    (tmp_path / "orders.jsonl").write_text("before")
    replace_ = Path.replace

    def fail(self, target):
        if self.name == ".orders.jsonl.before" or Path(target).name == "manifest.json":
            raise OSError(5, "Input/output error")
        return replace_(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with place(tmp_path) as out:
        part = out.add(PartFile(out.path("orders")))
        part.seal()
        with pytest.raises(OutputError, match="Input/output error") as caught:
            out.publish(manifest(part))
    kept = tmp_path / ".orders.jsonl.before"
    assert caught.value.__notes__ == [f"{tmp_path / 'orders.jsonl'} could not be restored: its content is in {kept}."]
    assert kept.read_text() == "before"
