"""Slots by value: the posting lists of one term."""

from array import array
from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import chain

__all__ = ["Postings"]


class Postings:
    """Slots by value, in ascending order. A value with a single slot, such as a SKU, needs no array."""

    def __init__(self) -> None:
        self._slots: dict[Hashable, int | array[int]] = {}

    def __getitem__(self, value: Hashable) -> Sequence[int]:
        found = self._slots.get(value)
        if found is None:
            return ()
        return (found,) if isinstance(found, int) else found

    def counts(self) -> Iterator[tuple[Hashable, int]]:
        """Each value with the number of its slots."""
        return ((value, 1 if isinstance(slots, int) else len(slots)) for value, slots in self._slots.items())

    def add(self, value: Hashable, slot: int) -> None:
        """Add a slot to a value."""
        found = self._slots.get(value)
        if found is None:
            self._slots[value] = slot
            return
        if isinstance(found, int):
            found = self._slots[value] = array("I", (found,))
        if found[-1] < slot:
            found.append(slot)
        else:
            insort(found, slot)

    def add_all(self, value: Hashable, slots: Iterable[int]) -> None:
        """Add slots, in any order, to a value."""
        found = sorted(chain(self[value], slots))
        self._slots[value] = found[0] if len(found) == 1 else array("I", found)

    def remove(self, value: Hashable, slot: int) -> None:
        """Remove a slot from a value that has it."""
        found = self._slots[value]
        if isinstance(found, int) or len(found) == 1:
            del self._slots[value]
        else:
            del found[bisect_left(found, slot)]
