"""JSON Lines, with items byte for byte as received."""

from collections.abc import Sequence

import msgspec

from ecwid_async.export.compression import CompressedStream, PlainStream
from ecwid_async.tables import STORE_ID, Rows

__all__ = ["JsonLinesWriter"]


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
        # Joining the items and searching once is ten times faster than searching each item.
        text = b"".join(items)
        if not text.isascii():
            text.decode()
        if self._start is None and b"\n" not in text and b"\r" not in text:
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

    def finish(self) -> None:
        """Finish the compressed stream."""
        self._stream.finish()

    def _line(self, item: bytes) -> bytes:
        item = item.replace(b"\r", b" ").replace(b"\n", b" ")
        if self._start is None:
            return item + b"\n"
        rest = item[1:].lstrip()
        return b"%s%s%s\n" % (self._start, b"" if rest.startswith(b"}") else b",", rest)
