"""What a list answers: filter, sort, cut to a page, and to the fields that were asked for."""

import math
import random
import re
from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, Protocol
from zlib import crc32

from attrs import field, frozen

from ecwid_async.sandbox.state.table import BY_CREATION, Key, Order, Table
from ecwid_async.sandbox.switches import Switches

__all__ = ["Condition", "Contains", "Keys", "OneOf", "Rows", "Sort", "Window", "select"]

# Conditions: what a filter makes of its parameter.


class Condition(Hashable, Protocol):
    """What rows must satisfy. Equal conditions hash equal, for results are kept under them."""

    def slots(self, table: Table) -> Sequence[int] | set[int]:
        """All rows for which it holds, each once."""

    def holds(self, table: Table, slot: int) -> bool:
        """Does it hold for this row; asked instead of `slots` where few rows are left."""


@frozen
class Window:
    """The number lies in ``low … high``, both included."""

    column: str
    low: float = -math.inf
    high: float = math.inf

    def slots(self, table: Table) -> Sequence[int]:
        """See `Condition`."""
        order = table.order(self.column)
        start, end = order.between(self.low, self.high)
        return order.slots[start:end]

    def holds(self, table: Table, slot: int) -> bool:
        """See `Condition`."""
        return self.low <= table.number(self.column)[slot] <= self.high


@frozen
class OneOf:
    """The item has at least one of these values of a term."""

    term: str
    values: tuple[Hashable, ...]

    def slots(self, table: Table) -> Sequence[int] | set[int]:
        """See `Condition`."""
        if len(self.values) == 1:
            return table.posting(self.term, self.values[0])
        return set().union(*(table.posting(self.term, value) for value in self.values))

    def holds(self, table: Table, slot: int) -> bool:
        """See `Condition`."""
        return any(table.has(self.term, value, slot) for value in self.values)


@frozen
class Contains:
    """The text contains each of these words, without regard to case. A single letter must be a word of its own."""

    column: str
    words: tuple[str, ...]

    def slots(self, table: Table) -> list[int]:
        """See `Condition`."""
        texts = table.text(self.column)
        found: Iterable[int] = table.order(BY_CREATION).slots
        for word in sorted(map(str.casefold, self.words), key=len, reverse=True):
            needle = word.encode()
            found = [slot for slot in found if needle in texts[slot] and _stands(word, texts[slot])]
        return list(found)

    def holds(self, table: Table, slot: int) -> bool:
        """See `Condition`."""
        text = table.text(self.column)[slot]
        return all(word.encode() in text and _stands(word, text) for word in map(str.casefold, self.words))


def _stands(word: str, text: bytes) -> bool:
    return len(word) > 1 or re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text.decode()) is not None


@frozen
class Keys:
    """The item is one of these."""

    keys: frozenset[Key]

    def slots(self, table: Table) -> list[int]:
        """See `Condition`."""
        return [slot for key in self.keys if (slot := table.slot(key)) is not None]

    def holds(self, table: Table, slot: int) -> bool:
        """See `Condition`."""
        return table.keys((slot,))[0] in self.keys


# Sorting.


@frozen
class Sort:
    """A column and a direction.

    With `ranks` rows sort by the rank of their key instead, those without one last; `ranked_by` names these
    ranks, which may only change together with the table (see `Table.touch`). `disorder` leaves rows in no order that
    means anything: always the same one, or another one for every request.
    """

    column: str = BY_CREATION
    descending: bool = False
    ranked_by: Hashable = None
    ranks: Mapping[Key, int] = field(factory=dict, eq=False, repr=False)
    disorder: Literal["arbitrary", "unstable"] | None = None


def select(table: Table, conditions: Iterable[Condition], sort: Sort, switches: Switches) -> "Rows":
    """The rows that satisfy all conditions, sorted."""
    order = table.order(sort.column)
    wanted = frozenset(_merged(conditions))
    if switches.ties == "created" and sort.ranked_by is None and sort.disorder is None:
        if not wanted:
            return Rows(order.slots, 0, len(order.slots), sort.descending)
        if len(wanted) == 1:
            (only,) = wanted
            if isinstance(only, Window) and only.column == sort.column:
                return Rows(order.slots, *order.between(only.low, only.high), sort.descending)
    question = (wanted, sort, switches.ties)
    found = table.cache.get(question)
    if found is None:
        found = _arranged(table, _satisfying(table, wanted), order, sort, switches)
        if "unstable" not in {switches.ties, sort.disorder}:
            table.keep(question, found)
    return Rows(found, 0, len(found), sort.descending)


# Asking row by row pays off where a condition holds for this many times more rows than are left.
_FEW: Final = 8


def _merged(conditions: Iterable[Condition]) -> Iterable[Condition]:
    windows: dict[str, Window] = {}
    for condition in conditions:
        if isinstance(condition, Window):
            other = windows.get(condition.column, condition)
            low, high = max(condition.low, other.low), min(condition.high, other.high)
            windows[condition.column] = Window(condition.column, low, high)
        else:
            yield condition
    yield from windows.values()


def _satisfying(table: Table, wanted: frozenset[Condition]) -> set[int] | None:
    """The rows for which all conditions hold, the rarest looked at first; None for all rows."""
    found: set[int] | None = None
    for slots, condition in sorted(((c.slots(table), c) for c in wanted), key=lambda pair: len(pair[0])):
        if found is None:
            found = set(slots)
        elif len(slots) > _FEW * len(found):
            found = {slot for slot in found if condition.holds(table, slot)}
        else:
            found.intersection_update(slots)
    return found


def _arranged(table: Table, found: set[int] | None, order: Order, sort: Sort, switches: Switches) -> Sequence[int]:
    if found is None:
        slots: list[int] | array[int] = order.slots
    elif len(found) * _FEW < len(order.slots):
        slots = sorted(found, key=order.key)
    else:
        slots = [slot for slot in order.slots if slot in found]
    if sort.ranked_by is not None:
        ranks = {table.slot(key): rank for key, rank in sort.ranks.items()}
        return array("I", sorted(slots, key=lambda slot: ranks.get(slot, math.inf)))
    if sort.disorder is not None:
        seed = next(table.asked) if sort.disorder == "unstable" else 0
        return array("I", sorted(slots, key=lambda slot: crc32(b"%d %d" % (seed, slot))))
    if switches.ties != "created" and order.column is not None:
        rows = list(slots)
        if switches.ties == "newest":
            rows.sort(reverse=not sort.descending)
        else:
            random.Random(next(table.asked)).shuffle(rows)  # noqa: S311  not a secret, a repeatable disorder
        rows.sort(key=order.column.__getitem__)
        return array("I", rows)
    return array("I", slots)


@frozen
class Rows:
    """A run of slots, read backwards where it is sorted down. Costs nothing to hold."""

    _slots: Sequence[int]
    _start: int
    _end: int
    _backwards: bool

    def __len__(self) -> int:
        return self._end - self._start

    def __iter__(self) -> Iterator[int]:
        return iter(self.cut(0, len(self)))

    def cut(self, offset: int, limit: int) -> Sequence[int]:
        """The slots of one page."""
        offset, limit = min(offset, len(self)), max(0, min(limit, len(self) - offset))
        if self._backwards:
            end = self._end - offset
            return self._slots[end - limit : end][::-1]
        return self._slots[self._start + offset : self._start + offset + limit]
