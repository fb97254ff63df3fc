"""JSON Lines files."""

import io

import pytest

from ecwid_async.codec import loads
from ecwid_async.export.compression import PlainStream
from ecwid_async.export.formats import Format
from ecwid_async.export.json_lines import JsonLinesWriter

from .helpers import ITEMS, decompress, import_zstd, write_items


@pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz", "jsonl.zst"])
def test_lines_are_the_items_unchanged(format_: Format) -> None:
    if format_.endswith("zst"):
        import_zstd()
    content = write_items(format_, [ITEMS, [], ITEMS[:1]])
    assert decompress(format_, content) == b"\n".join([*ITEMS, ITEMS[0], b""])


def test_an_item_on_several_lines_becomes_one_line() -> None:
    page = [b'{\n"id":1,\r\n"name":"a\\nb"}', ITEMS[0]]
    lines = write_items("jsonl", [page]).splitlines()
    assert [loads(line) for line in lines] == [{"id": 1, "name": "a\nb"}, loads(ITEMS[0])]
    assert lines[1] == ITEMS[0]


@pytest.mark.parametrize("position", [0, 7, 8, 19])
def test_a_line_break_in_any_item_of_a_page_becomes_a_space(position: int) -> None:
    page = [b'{"id":%d}' % number for number in range(20)]
    page[position] = b'{\r"id":%d}' % position
    assert [loads(line)["id"] for line in write_items("jsonl", [page]).split(b"\n")[:-1]] == list(range(20))


@pytest.mark.parametrize("position", [0, 7, 8, 19])
def test_nothing_is_written_of_a_page_with_bytes_that_are_not_utf_8(position: int) -> None:
    page = [b'{"id":%d}' % number for number in range(20)]
    page[position] = b'{"name":"\xe2\x82"}'
    stream = io.BytesIO()
    writer = JsonLinesWriter(PlainStream(stream))
    with pytest.raises(UnicodeDecodeError):
        writer.write(page)
    assert (stream.getvalue(), writer.item_count) == (b"", 0)
