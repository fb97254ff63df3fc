"""Reading the items of a file, and naming the line that can't be read."""

import gzip
import sys

import pytest

from ecwid_async.errors import ConfigError
from ecwid_async.sandbox.exports import lines
from ecwid_async.sandbox.exports.lines import ItemReader
from tests.export.helpers import import_zstd


def read(path, content, store_id=1003):
    path.write_bytes(content)
    return list(ItemReader(path, store_id=store_id))


def test_items_are_decoded_and_kept(tmp_path):
    file = tmp_path / "a.jsonl"
    assert read(file, b'{"id":1}\n\n  { "id" : 2.50 }\r\n') == [
        ({"id": 1}, b'{"id":1}'),
        ({"id": 2.5}, b'{ "id" : 2.50 }'),
    ]
    assert read(file, b'{"store_id":1003,"id":1}\n{"store_id":1003}\n') == [({"id": 1}, b'{"id":1}'), ({}, b"{}")]


def test_a_byte_order_mark_at_the_start_is_no_part_of_an_item(tmp_path):
    assert read(tmp_path / "a.jsonl", b'\xef\xbb\xbf{"id":1}\n') == [({"id": 1}, b'{"id":1}')]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"id":1', "not JSON; the file is damaged: export again"),
        (b'{"id":"\xff"}', "not JSON"),
        (b"[1]", "not an item: each line has a JSON object"),
        (b"7", "not an item"),
        (b'\xef\xbb\xbf{"id":1}', "not an item"),
        (b"[" * 100_000, "JSON that is nested too deeply"),
        (b'{"a":' * 100_000, "JSON that is nested too deeply"),
        (b'{"store_id":1004,"id":1}', "an item of store 1004 in an export of store 1003"),
    ],
)
def test_the_line_of_a_problem_is_named(tmp_path, line, problem):
    file = tmp_path / "a.jsonl"
    with pytest.raises(ConfigError) as caught:
        read(file, b'{"id":1}\n\n' + line + b'\n{"id":2}\n')
    assert str(caught.value).startswith(f"{file}, line 3: {problem}")


def test_a_line_without_end_is_not_read_as_a_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "_MAX_LINE_BYTES", 10)
    with pytest.raises(ConfigError, match="line 1: more than 10 bytes"):
        read(tmp_path / "a.jsonl", b'{"a":"' + b"a" * 5)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: b"x" + data, lambda data: data[:20] + b"\xff" * 50]
)
@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_a_damaged_compressed_file_is_named(tmp_path, damage, suffix):
    content = b"".join(b'{"id":%d}\n' % number for number in range(1000))
    data = gzip.compress(content) if suffix == "gz" else import_zstd().compress(content)
    file = tmp_path / f"a.jsonl.{suffix}"
    assert len(read(file, data)) == 1000
    with pytest.raises(ConfigError, match=rf"can't read .*a\.jsonl\.{suffix} after line \d+ .*: export again"):
        read(file, damage(data))


def test_a_file_that_can_not_be_opened_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"can't read .*missing\.jsonl"):
        list(ItemReader(tmp_path / "missing.jsonl", store_id=1003))


def test_without_zstd_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "ecwid_async.primitives.zstd", raising=False)
    monkeypatch.setitem(sys.modules, "backports", None)
    monkeypatch.setitem(sys.modules, "compression", None)
    with pytest.raises(ConfigError, match=r"pip install 'ecwid-async\[zstd\]'"):
        read(tmp_path / "a.jsonl.zst", b"")
