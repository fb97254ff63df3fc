"""Which ids were met: 64 bits of each, in at most 16 bytes or so."""

from array import array
from bisect import bisect_left
from typing import Final

__all__ = ["Ids"]

_SHARDS: Final = 256
_MASK: Final = (1 << 64) - 1
_LIMIT: Final = 1 << 63
# Odd, with its bits spread: neighbouring ids, as those of a store are, land far apart.
_SPREAD: Final = 0x9E3779B97F4A7C15


class Ids:
    """A set of ids that only grows: whole numbers as they are, texts and numbers that no store has by their hash.

    Numbers that come in ascending order, as most lists give them, just follow one another. The others are kept by open
    addressing in 256 arrays, each doubled when it is three quarters full: no moment needs twice of all.
    Two of a million texts are taken for one another with a chance of one in thirty million.
    """

    __slots__ = ("_ascending", "_counts", "_highest", "_shards")

    def __init__(self) -> None:
        self._ascending = array("q")
        self._highest = -1
        self._shards = [array("Q", bytes(64)) for _ in range(_SHARDS)]
        self._counts = [0] * _SHARDS

    def __len__(self) -> int:
        return len(self._ascending) + sum(self._counts)

    def add(self, key: int | str) -> bool:
        """Note an id; whether it is new."""
        if key.__class__ is int:
            if self._highest < key < _LIMIT:
                self._highest = key
                self._ascending.append(key)
                return True
            at = bisect_left(self._ascending, key)
            if at < len(self._ascending) and self._ascending[at] == key:
                return False
            number = key if 0 <= key < _LIMIT else _folded(key)
        else:
            number = hash(key)
        # Zero marks an empty place, and stands for itself as one.
        mixed = (number * _SPREAD) & _MASK or 1
        at = mixed >> 56
        shard = self._shards[at]
        mask = len(shard) - 1
        place = (mixed >> 40) & mask
        while found := shard[place]:
            if found == mixed:
                return False
            place = (place + 1) & mask
        shard[place] = mixed
        self._counts[at] += 1
        if self._counts[at] * 4 > len(shard) * 3:
            self._shards[at] = _doubled(shard)
        return True


def _folded(number: int) -> int:
    """Of a number that cut to 64 bits could be another one: a hash, which nobody chooses."""
    return hash(number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def _doubled(shard: "array[int]") -> "array[int]":
    grown = array("Q", bytes(16 * len(shard)))
    mask = len(grown) - 1
    for mixed in shard:
        if mixed:
            place = (mixed >> 40) & mask
            while grown[place]:
                place = (place + 1) & mask
            grown[place] = mixed
    return grown
