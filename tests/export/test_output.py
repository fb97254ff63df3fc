import hashlib
from pathlib import Path

import pytest

from ecwid_async.export.output import Folder, OutputError, PartFile


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_has_its_name_only_after_it_is_published(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    part.write_line(b'{"id":"A"}')
    part.seal()
    assert not (tmp_path / "orders.jsonl").exists()
    part.publish()
    assert (tmp_path / "orders.jsonl").read_bytes() == b'{"id":"A"}\n'
    assert names(tmp_path) == ["orders.jsonl"]


def test_lines_bytes_and_hash_are_those_of_the_file(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    for line in (b'{"id":"A"}', '{"id":"é"}'.encode()):
        part.write_line(line)
    part.seal()
    part.publish()
    content = (tmp_path / "orders.jsonl").read_bytes()
    assert (part.lines, part.size) == (2, len(content))
    assert part.sha256 == hashlib.sha256(content).hexdigest()


def test_a_restarted_file_holds_only_what_came_after(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    part.write_line(b'{"id":"a long first attempt"}')
    part.restart()
    part.write_line(b'{"id":"B"}')
    part.seal()
    part.publish()
    assert (tmp_path / "orders.jsonl").read_bytes() == b'{"id":"B"}\n'
    assert (part.lines, part.size) == (1, 11)
    assert part.sha256 == hashlib.sha256(b'{"id":"B"}\n').hexdigest()


def test_a_document_with_line_breaks_stays_one_line(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    part.write_line(b'{\r\n  "id": "A"\n}')
    part.seal()
    part.publish()
    assert (tmp_path / "orders.jsonl").read_bytes() == b'{    "id": "A" }\n'


def test_a_file_gets_the_permissions_of_any_other(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    part.seal()
    part.publish()
    (tmp_path / "plain").touch()
    assert (tmp_path / "orders.jsonl").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    part._file.close()
    part._file = open("/dev/full", "wb")  # noqa: SIM115  discard closes it
    part.write_line(b'{"id":"A"}')
    with pytest.raises(OutputError, match=r"orders\.jsonl: No space left on device"):
        part.seal()
    part.discard()
    assert names(tmp_path) == []


def test_a_folder_that_is_not_published_keeps_what_was_there_before(tmp_path):
    (tmp_path / "orders.jsonl").write_text("before")
    with Folder(tmp_path) as folder:
        folder.create("orders.jsonl").write_line(b"{}")
    assert names(tmp_path) == ["orders.jsonl"]
    assert (tmp_path / "orders.jsonl").read_text() == "before"


def test_a_folder_made_for_nothing_is_removed_again(tmp_path):
    with pytest.raises(ZeroDivisionError), Folder(tmp_path / "new" / "out"):
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_the_sealing_file_is_gone_while_the_others_change(tmp_path, monkeypatch):
    (tmp_path / "manifest.json").write_text("old")
    seen = []
    publish = PartFile.publish

    def spy(part):
        seen.append((part.path.name, (tmp_path / "manifest.json").exists()))
        publish(part)

    monkeypatch.setattr(PartFile, "publish", spy)
    with Folder(tmp_path) as folder:
        files = [folder.create(name) for name in ("manifest.json", "orders.jsonl")]
        for file in files:
            file.seal()
        folder.publish(files[0])
    assert seen == [("orders.jsonl", False), ("manifest.json", False)]
    assert names(tmp_path) == ["manifest.json", "orders.jsonl"]


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match=r"out: it is a file"), Folder(tmp_path / "out"):
        pytest.fail("there is no folder")


def test_two_exports_into_one_folder_do_not_share_a_file(tmp_path):
    one, other = PartFile(tmp_path / "orders.jsonl"), PartFile(tmp_path / "orders.jsonl")
    one.write_line(b'{"id":"A"}')
    other.write_line(b'{"id":"B"}')
    for part in (one, other):
        part.seal()
        part.publish()
    assert (tmp_path / "orders.jsonl").read_bytes() == b'{"id":"B"}\n'
