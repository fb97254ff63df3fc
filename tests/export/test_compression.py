"""Compressed files, and the levels of compression."""

import io
import json
import sys

import pytest

from ecwid_async.errors import ConfigError
from ecwid_async.export.formats import Format, FormatOptions, create_writer
from ecwid_async.models.products import Product

from .helpers import ITEMS, import_zstd, write_items


@pytest.mark.parametrize("format_", ["jsonl.gz", "jsonl.zst", "csv.gz"])
def test_equal_items_make_equal_files(format_: Format) -> None:
    if format_.endswith("zst"):
        import_zstd()
    assert write_items(format_, [ITEMS]) == write_items(format_, [ITEMS])


@pytest.mark.parametrize(("format_", "level"), [("jsonl.gz", 10), ("csv.gz", -1), ("jsonl.zst", 100)])
def test_an_invalid_level_is_refused(format_: Format, level: int) -> None:
    if format_.endswith("zst"):
        import_zstd()
    with pytest.raises(ConfigError, match="levels from"):
        create_writer(format_, io.BytesIO(), model=Product, options=FormatOptions(level=level))


def test_a_higher_level_makes_a_smaller_file() -> None:
    page = [json.dumps({"id": number, "name": f"Lamp {number * 7919}"}).encode() for number in range(500)]
    fast, small = (write_items("jsonl.gz", [page], options=FormatOptions(level=level)) for level in (1, 9))
    assert len(small) < len(fast)


def test_without_zstd_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ecwid_async.primitives.zstd", raising=False)
    monkeypatch.setitem(sys.modules, "backports", None)
    monkeypatch.setitem(sys.modules, "compression", None)
    with pytest.raises(ConfigError, match=r"pip install 'ecwid-async\[zstd\]'"):
        create_writer("jsonl.zst", io.BytesIO(), model=Product)
