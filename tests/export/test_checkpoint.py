"""Checkpoints are read back, and a damaged one never leads to a wrong file."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import Ecwid
from ecwid_async.errors import EcwidError, NotSent
from ecwid_async.export import OutputError, export_store
from ecwid_async.export.checkpoint import Checkpoint, CheckpointFile
from ecwid_async.primitives.checksummed_lines import add_checksum, strip_checksum
from ecwid_async.transport.retry import RetryPolicy

from .conftest import TOKEN, Shop
from .helpers import file_names, is_complete, read_files

NOW = datetime.now(UTC)


CHECKPOINT = Checkpoint(section="products", file="products.jsonl", request_digest="", saved_at=NOW, started_at=NOW)


async def test_a_full_disk_leaves_no_empty_checkpoint(store, shop, tmp_path, monkeypatch):
    def fail(checkpoint, line):
        raise OutputError("can't write it: No space left on device.")

    monkeypatch.setattr(CheckpointFile, "_write", fail)
    with pytest.raises(OutputError, match="No space left"):
        await export_store(store, ["products"], tmp_path / "out")
    assert file_names(tmp_path) == []


def interrupt_export(shop: Shop, folder: Path, format_: str = "jsonl") -> None:
    """Interrupt an export after some pages."""

    async def export():
        shop.break_after(4)
        async with Ecwid(
            transport=shop.transport,
            base_url="https://ecwid.example/api/v3",
            quota=None,
            retry=RetryPolicy(attempts=1),
        ) as ecwid:
            with suppress(NotSent):
                await export_store(ecwid.store(1003, TOKEN), ["products"], folder, format=format_)
        shop.repair()

    anyio.run(export)


def export_again(shop: Shop, folder: Path, **arguments) -> None:
    async def export():
        async with Ecwid(transport=shop.transport, base_url="https://ecwid.example/api/v3", quota=None) as ecwid:
            await export_store(ecwid.store(1003, TOKEN), ["products"], folder, **arguments)

    anyio.run(export)


@pytest.fixture(scope="module")
def interrupted_export(tmp_path_factory):
    """A shop, and the files left by an interrupted export of it."""
    shop = Shop()
    shop.add(1003, products=450)
    folder = tmp_path_factory.mktemp("interrupted")
    interrupt_export(shop, folder)
    assert file_names(folder) == [".manifest.json.checkpoint", ".products.jsonl.part"]
    return shop, read_files(folder)


@pytest.mark.chaos
@given(data=st.data())
def test_a_damaged_checkpoint_never_makes_a_wrong_file(interrupted_export, tmp_path_factory, data):
    shop, files = interrupted_export
    parent = tmp_path_factory.mktemp("out")
    folder = parent / "inner"
    folder.mkdir()
    precious = dict.fromkeys(("x.jsonl", ".x.jsonl.part", ".x.jsonl.spool", "x.lock"), b"precious")
    for name, text in precious.items():
        (parent / name).write_bytes(text)
    for name, text in files.items():
        (folder / name).write_bytes(text)
    checkpoint = folder / ".manifest.json.checkpoint"
    checkpoint.write_bytes(data.draw(damaged(checkpoint.read_bytes())))
    if data.draw(st.booleans()):
        part = folder / ".products.jsonl.part"
        part.write_bytes(data.draw(damaged(part.read_bytes())))
    export_again(shop, folder, fresh=data.draw(st.booleans()))
    ids = [json.loads(line)["id"] for line in (folder / "products.jsonl").read_bytes().splitlines()]
    assert sorted(ids) == list(range(1, 451))
    assert is_complete(folder)
    assert {name: text for name, text in read_files(parent).items() if name in precious} == precious


def test_a_flipped_bit_makes_an_export_start_over(interrupted_export, tmp_path):
    _, files = interrupted_export
    text = files[".manifest.json.checkpoint"]
    path = tmp_path / ".manifest.json.checkpoint"
    # Over the positions, each bit of a byte and each kind of byte is damaged.
    for position in (*range(0, len(text) - 1, 11), len(text) - 1):
        damaged = bytearray(text)
        damaged[position] ^= 1 << position % 8
        path.write_bytes(damaged)
        checkpoint = CheckpointFile(tmp_path / "manifest.json", NOW)
        checkpoint.close()
        # Damage to the last byte, a line break, only drops the last line.
        assert checkpoint.latest == {} or position == len(text) - 1


@pytest.mark.parametrize(
    "change",
    [
        {"file": "../x.jsonl"},
        {"file": "/tmp/x.jsonl"},
        {"file": ".."},
        {"file": "a/../../x.jsonl"},
        {"file": "x"},
        {"file": "x\0.jsonl"},
        {"size_bytes": -1},
        {"item_count": -5},
        {"saved_at": "2026-11-21T12:00:00"},
        {"saved_at": 5},
        {"resume_from": "../../x"},
        {"scan_token": 7},
        {"record": {}},
    ],
)
@pytest.mark.parametrize("fresh", [True, False])
def test_an_invalid_line_makes_an_export_start_over(interrupted_export, tmp_path, change, fresh):
    """The checksum of the line is valid, as if another program had written it."""
    shop, files = interrupted_export
    folder = tmp_path / "inner"
    folder.mkdir()
    for name in ("x.jsonl", ".x.jsonl.part", ".x.jsonl.spool"):
        (tmp_path / name).write_bytes(b"precious")
    (folder / ".products.jsonl.part").write_bytes(files[".products.jsonl.part"])
    head, *_, last = files[".manifest.json.checkpoint"].splitlines(keepends=True)
    line = add_checksum(json.dumps(json.loads(strip_checksum(last)) | change).encode())
    (folder / ".manifest.json.checkpoint").write_bytes(head + line)
    export_again(shop, folder, fresh=fresh)
    assert is_complete(folder)
    assert file_names(folder) == ["manifest.json", "products.jsonl"]
    assert file_names(tmp_path) == [".x.jsonl.part", ".x.jsonl.spool", "inner", "x.jsonl"]


def test_a_wrong_count_or_token_with_a_valid_checksum_makes_no_wrong_file(interrupted_export, tmp_path):
    shop, files = interrupted_export
    head, *_, last = files[".manifest.json.checkpoint"].splitlines(keepends=True)
    for number, change in enumerate(
        ({"item_count": 298}, {"item_count": 0}, {"scan_token": "garbage"}, {"reported_total": 3})
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / ".products.jsonl.part").write_bytes(files[".products.jsonl.part"])
        line = add_checksum(json.dumps(json.loads(strip_checksum(last)) | change).encode())
        (folder / ".manifest.json.checkpoint").write_bytes(head + line)
        with suppress(EcwidError):
            export_again(shop, folder)
        assert "manifest.json" not in file_names(folder) or is_complete(folder)


def test_a_checkpoint_of_another_format_starts_over(interrupted_export, tmp_path):
    _, files = interrupted_export
    _, *lines = files[".manifest.json.checkpoint"].splitlines(keepends=True)
    for head in (add_checksum(b"ecwid_async checkpoint 3"), b"", add_checksum(b"")):
        (tmp_path / ".manifest.json.checkpoint").write_bytes(head + b"".join(lines))
        checkpoint = CheckpointFile(tmp_path / "manifest.json", NOW)
        checkpoint.close()
        assert checkpoint.latest == {}
    # Format 1 had no checksums.
    plain = b"".join((strip_checksum(line) or b"") + b"\n" for line in lines)
    (tmp_path / ".manifest.json.checkpoint").write_bytes(plain)
    checkpoint = CheckpointFile(tmp_path / "manifest.json", NOW)
    checkpoint.save(CHECKPOINT)
    checkpoint.close()
    assert list(checkpoint.latest) == ["products"]
    again = CheckpointFile(tmp_path / "manifest.json", NOW)
    again.close()
    assert again.latest == {"products": CHECKPOINT}


def test_a_line_without_an_end_is_not_read_into_memory(tmp_path):
    (tmp_path / ".manifest.json.checkpoint").write_bytes(add_checksum(b"ecwid_async checkpoint 4") + b"x" * (3 << 20))
    checkpoint = CheckpointFile(tmp_path / "manifest.json", NOW)
    checkpoint.close()
    assert checkpoint.latest == {}


def damaged(text: bytes) -> st.SearchStrategy[bytes]:
    """The text with flipped bits, inserted bytes, reordered lines or a missing end; or any other bytes."""

    def flipped(positions: list[int]) -> bytes:
        other = bytearray(text)
        for position in positions:
            other[position // 8] ^= 1 << position % 8
        return bytes(other)

    return st.one_of(
        st.lists(st.integers(0, 8 * len(text) - 1), max_size=3).map(flipped),
        st.integers(0, len(text)).map(lambda end: text[:end]),
        st.tuples(st.integers(0, len(text)), st.binary(max_size=30)).map(
            lambda cut: text[: cut[0]] + cut[1] + text[cut[0] :]
        ),
        st.binary(max_size=200),
        st.permutations(text.splitlines(keepends=True)[:6]).map(b"".join),
    )


# A checkpoint of format 2.
FORMAT_2 = (
    b"f89de1613a02cd9e ecwid_async checkpoint 2\n"
    b'2e8afe7230556e68 {"section":"products","file":"products.jsonl","asked":"d0","time":"2026-11-21T12:00:00Z",'
    b'"started_at":"2026-11-21T12:00:00Z","token":"t","size":9,"sha256":"00","count":1,"total":2,"requests":3,'
    b'"seconds":0.5}\n'
)


def test_a_checkpoint_of_format_2_starts_over(tmp_path):
    path = tmp_path / ".manifest.json.checkpoint"
    path.write_bytes(FORMAT_2)
    checkpoint = CheckpointFile(tmp_path / "manifest.json", datetime(2026, 11, 21, 13, tzinfo=UTC))
    checkpoint.close()
    assert (checkpoint.latest, checkpoint.files) == ({}, set())
    assert path.read_bytes() == add_checksum(b"ecwid_async checkpoint 4")


def test_an_export_starts_over_from_a_checkpoint_of_format_2(interrupted_export, tmp_path):
    shop, files = interrupted_export
    (tmp_path / ".products.jsonl.part").write_bytes(files[".products.jsonl.part"])
    (tmp_path / ".manifest.json.checkpoint").write_bytes(FORMAT_2)
    export_again(shop, tmp_path)
    assert file_names(tmp_path) == ["manifest.json", "products.jsonl"]
    assert json.loads((tmp_path / "manifest.json").read_bytes())["sections"]["products"]["resume_count"] == 0
    assert is_complete(tmp_path)


def test_a_checkpoint_is_read_back_as_it_was_written(tmp_path):
    checkpoint = Checkpoint(
        section="orders",
        file="orders.csv",
        request_digest="d0",
        saved_at=NOW,
        started_at=NOW,
        resume_from="spool",
        scan_token="t",
        size_bytes=9,
        sha256="00",
        item_count=1,
        reported_total=2,
        request_count=3,
        seconds=0.5,
        resume_count=4,
    )
    file = CheckpointFile(tmp_path / "manifest.json", NOW)
    file.save(checkpoint)
    file.close()
    again = CheckpointFile(tmp_path / "manifest.json", NOW)
    again.close()
    assert (again.latest, again.files) == ({"orders": checkpoint}, {"orders.csv"})
