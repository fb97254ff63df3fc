"""The part of a table that searches read: items by slot, with columns and value lookups.

Each item has a slot number, assigned in order of creation and never reused. A column is an array indexed by slot. A
term maps each value to the slots of the items that have it. Every write updates all of them, so a search reads only
the items on its page.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from itertools import chain
from math import isnan
from typing import Any, Final, NamedTuple

from ecwid_async.sandbox.state.columns import Columns
from ecwid_async.sandbox.state.item_storage import ItemStorage
from ecwid_async.sandbox.state.items import ODD_VALUE_ERRORS, EncodedItem, Item, Key, decode_json, encode_json
from ecwid_async.sandbox.state.postings import Postings
from ecwid_async.sandbox.state.sorted_slots import BY_CREATION, SortedSlots

__all__ = ["IndexedItem", "SearchIndex"]

_MAX_CACHED: Final = 64
_BATCH: Final = 16


class IndexedItem(NamedTuple):
    """An encoded item with its searchable values."""

    raw: bytes
    values: dict[str, float | bytes]
    terms: dict[str, set[Hashable]]


class SearchIndex:
    """The items that searches see."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.cache: dict[Hashable, Any] = {}
        """Results of searches, kept until the next change."""
        self._next_seed = 0
        self._storage = ItemStorage()
        self._slots: dict[Key, int] = {}
        self._keys: list[Key] = []
        self._by_creation = SortedSlots((), None)
        self._sorted: dict[str, SortedSlots] = {BY_CREATION: self._by_creation}
        self._extract_numbers = {"created": columns.created, "updated": columns.updated, **columns.numbers}
        self._numbers: dict[str, array[float]] = {name: array("d") for name in self._extract_numbers}
        self._texts: dict[str, list[bytes]] = {name: [] for name in columns.texts if name not in columns.lazy}
        self._terms = {name: Postings() for name in columns.terms}

    # Reading.

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, key: Key) -> bool:
        return key in self._slots

    def __iter__(self) -> Iterator[Key]:
        """The keys in order of creation."""
        return iter(self._slots)

    def raw(self, key: Key) -> bytes | None:
        """The encoded item, or None."""
        slot = self._slots.get(key)
        return None if slot is None else self._storage[slot]

    def slot(self, key: Key) -> int | None:
        """The slot of the item, or None."""
        return self._slots.get(key)

    def keys(self, slots: Iterable[int]) -> list[Key]:
        """The keys of the items in these slots."""
        return [self._keys[slot] for slot in slots]

    def rows(self, slots: Iterable[int]) -> list[bytes]:
        """The encoded items in these slots."""
        return self._storage.many(slots)

    def number_column(self, column: str) -> Sequence[float]:
        """A numeric column, by slot."""
        return self._numbers[column]

    def text_column(self, column: str) -> Sequence[bytes]:
        """A text column, by slot: casefolded UTF-8, which sorts by code point."""
        if column not in self._texts:
            extract = self.columns.texts[column]
            self._texts[column] = [b""] * len(self._storage)
            for slot in self._by_creation.slots:
                self._texts[column][slot] = _read_text(extract, decode_json(self._storage[slot]))
        return self._texts[column]

    def slots_with(self, term: str, value: Hashable) -> Sequence[int]:
        """The slots of the items with that value, in order of creation."""
        return self._terms[term][value]

    def slot_has(self, term: str, value: Hashable, slot: int) -> bool:
        """Whether the item in this slot has that value."""
        found = self._terms[term][value]
        at = bisect_left(found, slot)
        return at < len(found) and found[at] == slot

    def value_counts(self, term: str) -> Iterator[tuple[Hashable, int]]:
        """Each value of a term with the number of items that have it."""
        return self._terms[term].counts()

    def sorted_slots(self, column: str) -> SortedSlots:
        """All slots, sorted by a column."""
        if column not in self._sorted:
            values = self._numbers[column] if column in self._numbers else self.text_column(column)
            self._sorted[column] = SortedSlots(self._by_creation.slots, values)
        return self._sorted[column]

    def new_disorder_seed(self) -> int:
        """A random seed for a search that shuffles its rows; the same sequence in each run."""
        self._next_seed += 1
        return self._next_seed - 1

    # Caching.

    def invalidate_cache(self) -> None:
        """Drop cached results. Call it when something changes that searches depend on besides the items."""
        self.cache.clear()

    def remember(self, query: Hashable, result: Any) -> None:
        """Cache the result of a search until the next change."""
        if len(self.cache) >= _MAX_CACHED:
            self.cache.clear()
        self.cache[query] = result

    # Writing.

    def extract_values(self, item: Item) -> IndexedItem:
        """The encoded item with all its searchable values, including those of lazy columns."""
        encoded = encode_json(item)
        # Read from what is stored, as when the item is removed: infinity becomes null, and a large integer a float.
        stored, columns = decode_json(encoded), self.columns
        values: dict[str, float | bytes] = {
            name: _read_number(extract, stored) for name, extract in self._extract_numbers.items()
        }
        values |= {name: _read_text(extract, stored) for name, extract in columns.texts.items()}
        terms = {name: _read_terms(extract, stored) for name, extract in columns.terms.items()}
        return IndexedItem(encoded, values, terms)

    def load(self, items: Iterable[tuple[Key, EncodedItem]]) -> None:
        """Append items with new keys."""
        self.invalidate_cache()
        # Other orders are sorted again when they are next needed; the order of creation only grows at its end.
        self._sorted = {BY_CREATION: self._by_creation}
        similar: dict[int, tuple[Item, list[int]]] = {}
        batch: list[EncodedItem] = []
        try:
            for key, new in items:
                self._slots[key] = len(self._keys)
                self._keys.append(key)
                batch.append(new)
                if len(batch) == _BATCH:
                    self._load_batch(batch, similar)
                    batch.clear()
        finally:
            self._load_batch(batch, similar)
            self._add_shared_terms(similar.values())

    def write(self, key: Key, indexed: IndexedItem | None) -> None:
        """Insert or replace an item; None deletes it."""
        slot = self._slots.get(key)
        if slot is None:
            if indexed is not None:
                self._append(key, indexed)
        elif indexed is None:
            self._update(slot, decode_json(self._storage[slot]), None)
            self._storage.clear(slot)
            del self._slots[key]
        else:
            self._update(slot, decode_json(self._storage[slot]), indexed)
            self._storage.replace(slot, indexed.raw)
        self.invalidate_cache()

    def _append(self, key: Key, indexed: IndexedItem) -> None:
        self._slots[key] = slot = self._storage.append(indexed.raw)
        self._keys.append(key)
        for name, column in self._columns():
            column.append(indexed.values[name])
        for slots in self._sorted.values():
            slots.add(slot)
        for name, postings in self._terms.items():
            for value in indexed.terms[name]:
                postings.add(value, slot)

    def _load_batch(self, batch: Sequence[EncodedItem], similar: dict[int, tuple[Item, list[int]]]) -> None:
        """Load items whose keys have slots. Those with the same sample are collected in `similar`.

        Each step for all of them at once: its code and data stay in the caches of the processor.
        """
        slots = [self._storage.append(new.raw) for new in batch]
        self._by_creation.slots.extend(slots)
        items = [new.item for new in batch]
        for name, extract_number in self._extract_numbers.items():
            self._numbers[name].extend([_read_number(extract_number, item) for item in items])
        for name, texts in self._texts.items():
            extract_text = self.columns.texts[name]
            texts.extend([_read_text(extract_text, item) for item in items])
        for name, extract in self.columns.terms.items():
            postings, is_distinct = self._terms[name], name in self.columns.distinct
            for slot, (item, _, sample) in zip(slots, batch, strict=True):
                if sample is None or is_distinct:
                    for value in _read_terms(extract, item):
                        postings.add(value, slot)
        for slot, new in zip(slots, batch, strict=True):
            if new.sample is not None:
                similar.setdefault(id(new.sample), (new.sample, []))[1].append(slot)

    def _add_shared_terms(self, similar: Collection[tuple[Item, list[int]]]) -> None:
        """Add the terms of each sample, other than `Columns.distinct`, to the slots of the items that are like it."""
        for name, extract in self.columns.terms.items():
            if name in self.columns.distinct:
                continue
            slots_by_value: dict[Hashable, list[int]] = {}
            for sample, slots in similar:
                for value in _read_terms(extract, sample):
                    slots_by_value.setdefault(value, []).extend(slots)
            for value, slots in slots_by_value.items():
                self._terms[name].add_all(value, slots)

    def _update(self, slot: int, before: Item, after: IndexedItem | None) -> None:
        """Update columns, sorted slots and terms for an item that was stored before; None means that it is deleted."""
        values = {} if after is None else after.values
        changed = {name for name, column in self._columns() if name in values and column[slot] != values[name]}
        affected = [slots for name, slots in self._sorted.items() if name in changed or after is None]
        for slots in affected:
            slots.discard(slot)
        for name, column in self._columns():
            if name in values:
                column[slot] = values[name]
        if after is not None:
            for slots in affected:
                slots.add(slot)
        for name, extract in self.columns.terms.items():
            old = _read_terms(extract, before)
            new = after.terms[name] if after is not None else set[Hashable]()
            for value in old - new:
                self._terms[name].remove(value, slot)
            for value in new - old:
                self._terms[name].add(value, slot)

    def _columns(self) -> Iterable[tuple[str, Any]]:
        return chain(self._numbers.items(), self._texts.items())


# Searches don't find what they can't read, such as a name that is a number.


def _read_number(extract: Callable[[Item], float], item: Item) -> float:
    try:
        number = float(extract(item))
    except ODD_VALUE_ERRORS:
        return 0.0
    return 0.0 if isnan(number) else number


def _read_text(extract: Callable[[Item], str], item: Item) -> bytes:
    try:
        return extract(item).casefold().encode(errors="surrogatepass")
    except ODD_VALUE_ERRORS:
        return b""


def _read_terms(extract: Callable[[Item], Iterable[Hashable]], item: Item) -> set[Hashable]:
    try:
        return set(extract(item))
    except ODD_VALUE_ERRORS:
        return set()
