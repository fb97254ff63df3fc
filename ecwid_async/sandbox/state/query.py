"""Search of a list: the rows that satisfy conditions, sorted."""

import math
import random
from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal
from zlib import crc32

from attrs import field, frozen

from ecwid_async.sandbox.state.conditions import Condition, InRange
from ecwid_async.sandbox.state.items import Key
from ecwid_async.sandbox.state.search_index import SearchIndex
from ecwid_async.sandbox.state.sorted_slots import BY_CREATION, SortedSlots
from ecwid_async.sandbox.switches import Switches

__all__ = ["Rows", "Sort", "select_rows"]

# If there are this many times more slots than candidates, checking or sorting each candidate is faster.
_FEW_RATIO: Final = 8


@frozen
class Sort:
    """A column and a direction.

    With `ranked_by`, rows are sorted by the rank of their key in `ranks` instead; keys without a rank are last.
    `ranked_by` identifies the ranks in the cache: call `SearchIndex.invalidate_cache` when they change. `disorder` puts
    rows in a random order: the same one every time (``arbitrary``), or a different one for each request
    (``unstable``).
    """

    column: str = BY_CREATION
    descending: bool = False
    ranked_by: Hashable = None
    ranks: Mapping[Key, int] = field(factory=dict, eq=False, repr=False)
    disorder: Literal["arbitrary", "unstable"] | None = None


@frozen
class Rows:
    """Consecutive slots of a sorted sequence, without a copy; read backwards for a descending order."""

    _slots: Sequence[int]
    _start: int
    _end: int
    _backwards: bool

    def __len__(self) -> int:
        return self._end - self._start

    def __iter__(self) -> Iterator[int]:
        return iter(self.page(0, len(self)))

    def page(self, offset: int, limit: int) -> Sequence[int]:
        """The slots of one page."""
        offset, limit = min(offset, len(self)), max(0, min(limit, len(self) - offset))
        if self._backwards:
            end = self._end - offset
            return self._slots[end - limit : end][::-1]
        return self._slots[self._start + offset : self._start + offset + limit]


def select_rows(index: SearchIndex, conditions: Iterable[Condition], sort: Sort, switches: Switches) -> Rows:
    """The rows that satisfy all conditions, sorted."""
    by_column = index.sorted_slots(sort.column)
    merged = frozenset(_merge_ranges(conditions))
    if switches.ties == "created" and sort.ranked_by is None and sort.disorder is None:
        if not merged:
            return Rows(by_column.slots, 0, len(by_column.slots), sort.descending)
        if len(merged) == 1:
            (only,) = merged
            if isinstance(only, InRange) and only.column == sort.column:
                return Rows(by_column.slots, *by_column.between(only.low, only.high), sort.descending)
    query = (merged, sort, switches.ties)
    found = index.cache.get(query)
    if found is None:
        found = _sort(index, _filter(index, merged), by_column, sort, switches)
        if "unstable" not in {switches.ties, sort.disorder}:
            index.remember(query, found)
    return Rows(found, 0, len(found), sort.descending)


def _merge_ranges(conditions: Iterable[Condition]) -> Iterable[Condition]:
    """The conditions with at most one range per column."""
    ranges: dict[str, InRange] = {}
    for condition in conditions:
        if isinstance(condition, InRange):
            other = ranges.get(condition.column, condition)
            low, high = max(condition.low, other.low), min(condition.high, other.high)
            ranges[condition.column] = InRange(condition.column, low, high)
        else:
            yield condition
    yield from ranges.values()


def _filter(index: SearchIndex, conditions: frozenset[Condition]) -> set[int] | None:
    """The slots that satisfy all conditions, starting with the most selective one. None means all slots."""
    found: set[int] | None = None
    for slots, condition in sorted(((c.slots(index), c) for c in conditions), key=lambda pair: len(pair[0])):
        if found is None:
            found = set(slots)
        elif len(slots) > _FEW_RATIO * len(found):
            found = {slot for slot in found if condition.holds(index, slot)}
        else:
            found.intersection_update(slots)
    return found


def _sort(
    index: SearchIndex, found: set[int] | None, by_column: SortedSlots, sort: Sort, switches: Switches
) -> Sequence[int]:
    if found is None:
        slots: list[int] | array[int] = by_column.slots
    elif len(found) * _FEW_RATIO < len(by_column.slots):
        slots = sorted(found, key=by_column.key)
    else:
        slots = [slot for slot in by_column.slots if slot in found]
    if sort.ranked_by is not None:
        ranks = {index.slot(key): rank for key, rank in sort.ranks.items()}
        return array("I", sorted(slots, key=lambda slot: ranks.get(slot, math.inf)))
    if sort.disorder is not None:
        seed = index.new_disorder_seed() if sort.disorder == "unstable" else 0
        return array("I", sorted(slots, key=lambda slot: crc32(b"%d %d" % (seed, slot))))
    if switches.ties != "created" and by_column.column is not None:
        rows = list(slots)
        if switches.ties == "newest":
            rows.sort(reverse=not sort.descending)
        else:
            random.Random(index.new_disorder_seed()).shuffle(rows)  # noqa: S311  a repeatable order, not a secret
        rows.sort(key=by_column.column.__getitem__)
        return array("I", rows)
    return array("I", slots)
