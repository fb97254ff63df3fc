"""Items as bytes: plain while they are few, compressed beyond that, so that a million of them fit in memory."""

import zlib
from collections.abc import Iterable
from typing import Final

__all__ = ["Shelf"]

_PLAIN_BYTES: Final = 32 * 1024 * 1024
_DICTIONARY_BYTES: Final = 32 * 1024
_SAMPLES: Final = 12
_LEVEL: Final = 3
# Bare deflate: checksums would cost a third of the time that reading takes.
_FORMAT: Final = -zlib.MAX_WBITS
# JSON objects start with a brace; where a compressed one would, too, it stays plain.
_BRACE: Final = ord("{")


class Shelf:
    """JSON objects by slot number. A slot that was cleared stays empty.

    The first `plain_bytes` are kept as they are, which makes small stores fast. What comes after is
    compressed item by item, for pages take items from anywhere, with the first ones as the dictionary: they
    say most of the same.
    """

    def __init__(self, plain_bytes: int = _PLAIN_BYTES) -> None:
        self._rows: list[bytes | None] = []
        self._plain_left = plain_bytes
        self._dictionary = b""
        self._fresh: zlib._Compress | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def append(self, item: bytes) -> int:
        """Put an item behind the others; gives its slot."""
        self._rows.append(self._pack(item))
        return len(self._rows) - 1

    def replace(self, slot: int, item: bytes) -> None:
        """Put another item into a slot."""
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
        return row if row[0] == _BRACE else zlib.decompressobj(_FORMAT, self._dictionary).decompress(row)

    def many(self, slots: Iterable[int]) -> list[bytes]:
        """The items of these slots."""
        return [self[slot] for slot in slots]

    def _pack(self, item: bytes) -> bytes:
        if len(item) <= self._plain_left:
            self._plain_left -= len(item)
            return item
        if self._fresh is None:
            self._dictionary = self._learn()
            self._fresh = zlib.compressobj(_LEVEL, wbits=_FORMAT, zdict=self._dictionary)
        # Copying a compressor that knows the dictionary is cheaper than teaching it to a new one.
        compressor = self._fresh.copy()
        packed = compressor.compress(item) + compressor.flush()
        return item if packed[0] == _BRACE else packed

    def _learn(self) -> bytes:
        plain = [row for row in self._rows if row is not None]
        samples = plain[:: max(1, len(plain) // _SAMPLES)]
        return b"".join(samples)[-_DICTIONARY_BYTES:]
