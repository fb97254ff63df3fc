"""Slots sorted by a column."""

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from typing import Any, Final

__all__ = ["BY_CREATION", "SortedSlots"]

BY_CREATION: Final = ""
"""The name of the column that sorts slots by their number."""


class SortedSlots:
    """The visible slots sorted by a column, ties by slot. Single writes keep it sorted.

    `column` contains the value of each slot; None sorts by slot number.
    """

    def __init__(self, slots: Iterable[int], column: Sequence[Any] | None) -> None:
        self.column = column
        self.slots = array("I", slots if column is None else sorted(slots, key=column.__getitem__))

    def key(self, slot: int) -> Any:
        """The sort key of a slot."""
        return slot if self.column is None else (self.column[slot], slot)

    def add(self, slot: int) -> None:
        """Insert a slot at the position of its key."""
        if self.column is None and (not self.slots or self.slots[-1] < slot):
            self.slots.append(slot)
        else:
            insort(self.slots, slot, key=self.key)

    def discard(self, slot: int) -> None:
        """Remove a slot. Call it before the slot's key changes."""
        at = self.position(slot)
        if at < len(self.slots) and self.slots[at] == slot:
            del self.slots[at]

    def position(self, slot: int) -> int:
        """The position of the slot, or the position where it would be inserted."""
        return bisect_left(self.slots, self.key(slot), key=self.key)

    def between(self, low: float, high: float) -> tuple[int, int]:
        """The start and end of the positions with ``low <= value <= high``."""
        column = self.column
        if column is None:
            raise TypeError("slots sorted by creation have no values to compare")
        start = bisect_left(self.slots, low, key=column.__getitem__)
        return start, max(start, bisect_left(self.slots, (high, float("inf")), key=self.key))
