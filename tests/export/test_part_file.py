"""Files that are written under a hidden name until they are complete."""

import hashlib

import pytest

from ecwid_async.export import OutputError, export_store
from ecwid_async.export.part_file import PartFile

from .helpers import file_names, is_complete


def test_a_file_has_its_name_only_after_it_is_published(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    part.write(b'{"id":"A"}\n')
    part.seal()
    assert not (tmp_path / "orders.jsonl").exists()
    part.publish()
    assert (tmp_path / "orders.jsonl").read_bytes() == b'{"id":"A"}\n'
    assert file_names(tmp_path) == ["orders.jsonl"]


def test_size_and_hash_are_those_of_the_file(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    for line in (b'{"id":"A"}\n', '{"id":"é"}\n'.encode()):
        part.write(line)
    part.seal()
    content = part.hidden.read_bytes()
    assert (part.size, part.tell()) == (len(content), len(content))
    assert part.sha256 == hashlib.sha256(content).hexdigest()


def test_a_file_is_reopened_at_its_recorded_size(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    part.write(b"A\nB\n")
    size, digest = part.size, part.sha256
    part.write(b"C\n")
    part.flush()
    part.close()
    reopened = PartFile.reopen(tmp_path / "orders.jsonl", "part", size=size, sha256=digest)
    assert reopened is not None
    assert list(reopened.lines(1)) == [[b"A"], [b"B"]]
    reopened.write(b"D\n")
    reopened.seal()
    assert reopened.hidden.read_bytes() == b"A\nB\nD\n"
    assert reopened.sha256 == hashlib.sha256(b"A\nB\nD\n").hexdigest()


def test_pages_are_read_back_as_they_were_written(tmp_path):
    pages = [b'{"items":[\n1\r\n]}\n', b"", b"\n\n", b"x" * 300_000]
    part = PartFile(tmp_path / "orders.csv", "spool")
    for page in pages:
        part.write_page(page)
    assert list(part.pages()) == pages


@pytest.mark.parametrize(
    "content", [b"7\nA", b"7\nABCDEFG1\n", b"-7\nABCDEFG", b"x\nABCDEFG", b"7", b"9" * 19 + b"\nA"]
)
def test_pages_that_another_program_changes_are_refused(tmp_path, content):
    part = PartFile(tmp_path / "orders.csv", "spool")
    part.write_page(b"ABCDEFG")
    part.flush()
    part.hidden.write_bytes(content)
    with pytest.raises(OutputError, match="changed by another program"):
        list(part.pages())


@pytest.mark.parametrize("content", [None, b"", b"A\n", b"A\nX\nC\n"])
def test_a_file_that_differs_from_its_record_is_not_reopened(tmp_path, content):
    if content is not None:
        (tmp_path / ".orders.jsonl.part").write_bytes(content)
    digest = hashlib.sha256(b"A\nB\n").hexdigest()
    assert PartFile.reopen(tmp_path / "orders.jsonl", "part", size=4, sha256=digest) is None


def test_a_full_disk_is_reported(tmp_path):
    part = PartFile(tmp_path / "orders.jsonl")
    part._stream.close()
    part._stream = open("/dev/full", "wb")  # noqa: SIM115  close closes it
    part.write(b'{"id":"A"}')
    with pytest.raises(OutputError, match=r"orders\.jsonl: No space left on device"):
        part.seal()
    part.close()


@pytest.mark.parametrize("change", ["shorter", "other", "longer"])
async def test_a_part_that_another_program_changes_is_not_published(store, shop, tmp_path, monkeypatch, change):
    (tmp_path / "manifest.json").write_text("{}")
    seal_part = PartFile.seal

    def seal_and_change(part):
        seal_part(part)
        if part.path.name == "products.jsonl":
            text = part.hidden.read_bytes()
            changed = {"shorter": text[:-9], "other": text.replace(b"7", b"8"), "longer": text + b"\n"}
            part.hidden.write_bytes(changed[change])

    monkeypatch.setattr(PartFile, "seal", seal_and_change)
    with pytest.raises(OutputError, match="was changed by another program"):
        await export_store(store, ["products", "categories"], tmp_path)
    assert [name for name in file_names(tmp_path) if not name.startswith(".")] == ["manifest.json"]
    assert (tmp_path / "manifest.json").read_text() == "{}"
    monkeypatch.setattr(PartFile, "seal", seal_part)
    await export_store(store, ["products", "categories"], tmp_path)
    assert is_complete(tmp_path)
