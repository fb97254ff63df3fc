"""JSON Lines files."""

import pytest

from ecwid_async.codec import loads
from ecwid_async.export.formats import Format

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
