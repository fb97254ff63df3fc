"""JSON Lines, with items byte for byte as received."""

from collections.abc import Sequence
from typing import Final

import msgspec

from ecwid_async.export.compression import CompressedStream, PlainStream
from ecwid_async.tables import STORE_ID, Rows

__all__ = ["JsonLinesWriter"]

# Searching several items at once is ten times as fast as one by one, if they stay in the processor's cache.
_ITEMS_TO_SEARCH: Final = 8


class JsonLinesWriter:
    """Writes one item per line, as the server sent it.

    Line breaks inside an item, which JSON allows only between tokens, become spaces. If `store_id` is given, it is the
    first key of each item.
    """

    def __init__(self, stream: PlainStream | CompressedStream, *, store_id: int | None = None) -> None:
        self.item_count = 0
        self._stream = stream
        self._start = None if store_id is None else b'{"%s":%d' % (STORE_ID.encode(), store_id)

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page. If one is not UTF-8, raises `UnicodeDecodeError` and writes nothing."""
        if not items:
            return
        have_breaks = _have_line_breaks(items)
        if self._start is None and not have_breaks:
            text = b"\n".join((*items, b""))
        else:
            text = b"".join([self._line(bytes(item)) for item in items])
        self._stream.write(text)
        self.item_count += len(items)

    def read_page(self, page: bytes, names: Sequence[str]) -> None:
        """Return None: JSON Lines have no rows."""

    def write_rows(self, read: Rows) -> None:
        """Write the items of rows."""
        self.write(read.items)

    def is_quick(self, read: Rows) -> bool:
        """Whether nothing is compressed."""
        return isinstance(self._stream, PlainStream)

    def finish(self) -> None:
        """Finish the compressed stream."""
        self._stream.finish()

    def _line(self, item: bytes) -> bytes:
        item = item.replace(b"\r", b" ").replace(b"\n", b" ")
        if self._start is None:
            return item + b"\n"
        rest = item[1:].lstrip()
        return b"%s%s%s\n" % (self._start, b"" if rest.startswith(b"}") else b",", rest)


def _have_line_breaks(items: Sequence[bytes | msgspec.Raw]) -> bool:
    """Return whether an item has a line break. Raises `UnicodeDecodeError` if one is not UTF-8."""
    found = False
    for start in range(0, len(items), _ITEMS_TO_SEARCH):
        text = b"".join(items[start : start + _ITEMS_TO_SEARCH])
        if not text.isascii():
            text.decode()
        found = found or b"\n" in text or b"\r" in text
    return found
