"""Encoded items by slot: plain while they are few, then compressed, so that a million of them fit in memory."""

from collections.abc import Iterable
from typing import Final

from ecwid_async.sandbox.state.compression import Compression, new_compression

__all__ = ["ItemStorage"]

_PLAIN_BYTES: Final = 32 * 1024 * 1024
_SAMPLES: Final = 100
# JSON objects start with a brace. An item whose compressed form also does is stored plain.
_BRACE: Final = ord("{")


class ItemStorage:
    """JSON objects by slot number. A cleared slot stays empty.

    Items are stored as they are until they take up `plain_bytes`, which keeps small stores fast. Later items are
    compressed one by one, since a page may contain items from anywhere. The dictionary is built from the first items,
    which share most of their content with the others.
    """

    def __init__(self, plain_bytes: int = _PLAIN_BYTES) -> None:
        self._rows: list[bytes | None] = []
        self._plain_left = plain_bytes
        self._compression: Compression | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def append(self, item: bytes) -> int:
        """Append an item, and return its slot."""
        self._rows.append(self._pack(item))
        return len(self._rows) - 1

    def replace(self, slot: int, item: bytes) -> None:
        """Replace the item in a slot."""
        self.clear(slot)
        self._rows[slot] = self._pack(item)

    def clear(self, slot: int) -> None:
        """Empty a slot."""
        row = self._rows[slot]
        if row is not None and row[0] == _BRACE:
            self._plain_left += len(row)
        self._rows[slot] = None

    def __getitem__(self, slot: int) -> bytes:
        row = self._rows[slot]
        if row is None:
            raise LookupError(f"slot {slot} is empty")
        return row if row[0] == _BRACE or self._compression is None else self._compression.decompress(row)

    def many(self, slots: Iterable[int]) -> list[bytes]:
        """The items in these slots."""
        return [self[slot] for slot in slots]

    def _pack(self, item: bytes) -> bytes:
        if len(item) <= self._plain_left:
            self._plain_left -= len(item)
            return item
        if self._compression is None:
            self._compression = new_compression(self._samples())
        packed = self._compression.compress(item)
        return item if packed[0] == _BRACE else packed

    def _samples(self) -> list[bytes]:
        plain = [row for row in self._rows if row is not None]
        return plain[:: max(1, len(plain) // _SAMPLES)]
