"""Conditions on the items of a list, made by filters from their parameters."""

import math
import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Protocol

from attrs import frozen

from ecwid_async.sandbox.state.items import Key
from ecwid_async.sandbox.state.search_index import SearchIndex
from ecwid_async.sandbox.state.sorted_slots import BY_CREATION

__all__ = ["Condition", "ContainsWords", "InRange", "KeyIn", "OneOf"]


class Condition(Hashable, Protocol):
    """A condition on items. Equal conditions hash equal, since search results are cached by condition."""

    def slots(self, index: SearchIndex) -> Sequence[int] | set[int]:
        """All slots that satisfy it, each once."""

    def holds(self, index: SearchIndex, slot: int) -> bool:
        """Whether this slot satisfies it. For a few slots this is faster than `slots`."""


@frozen
class InRange:
    """``low <= number <= high``."""

    column: str
    low: float = -math.inf
    high: float = math.inf

    def slots(self, index: SearchIndex) -> Sequence[int]:
        """See `Condition`."""
        by_number = index.sorted_slots(self.column)
        start, end = by_number.between(self.low, self.high)
        return by_number.slots[start:end]

    def holds(self, index: SearchIndex, slot: int) -> bool:
        """See `Condition`."""
        return self.low <= index.number_column(self.column)[slot] <= self.high


@frozen
class OneOf:
    """The item has at least one of these values of a term."""

    term: str
    values: tuple[Hashable, ...]

    def slots(self, index: SearchIndex) -> Sequence[int] | set[int]:
        """See `Condition`."""
        if len(self.values) == 1:
            return index.slots_with(self.term, self.values[0])
        return set().union(*(index.slots_with(self.term, value) for value in self.values))

    def holds(self, index: SearchIndex, slot: int) -> bool:
        """See `Condition`."""
        return any(index.slot_has(self.term, value, slot) for value in self.values)


@frozen
class ContainsWords:
    """The text contains each of these words, ignoring case. A single letter must be a whole word."""

    column: str
    words: tuple[str, ...]

    def slots(self, index: SearchIndex) -> list[int]:
        """See `Condition`."""
        texts = index.text_column(self.column)
        found: Iterable[int] = index.sorted_slots(BY_CREATION).slots
        for word in sorted(map(str.casefold, self.words), key=len, reverse=True):
            needle = word.encode()
            found = [slot for slot in found if needle in texts[slot] and _matches(word, texts[slot])]
        return list(found)

    def holds(self, index: SearchIndex, slot: int) -> bool:
        """See `Condition`."""
        text = index.text_column(self.column)[slot]
        return all(word.encode() in text and _matches(word, text) for word in map(str.casefold, self.words))


def _matches(word: str, text: bytes) -> bool:
    return len(word) > 1 or re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text.decode()) is not None


@frozen
class KeyIn:
    """The item's key is one of these."""

    keys: frozenset[Key]

    def slots(self, index: SearchIndex) -> list[int]:
        """See `Condition`."""
        return [slot for key in self.keys if (slot := index.slot(key)) is not None]

    def holds(self, index: SearchIndex, slot: int) -> bool:
        """See `Condition`."""
        return index.keys((slot,))[0] in self.keys
