"""One list of a store: its items as bytes, and beside them what searches need to know of each.

A row has a slot number, given in order of creation and never given again. Columns are arrays by slot; terms
are posting lists, value to slots; orders are the slots sorted by a column. All of them follow every write, so
a search never reads an item that is not on its page. A search may lag behind (see `Switches`), and shows nothing of
a request that is still in progress; reading by id never lags.

What searches need to know of an item is worked out before it is stored: an item that can't be indexed is not stored.
"""

from array import array
from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import chain, count
from typing import Any, Final, NamedTuple

import msgspec
from attrs import field, frozen

from ecwid_async.sandbox.state.item_storage import Shelf
from ecwid_async.sandbox.state.transaction import Transaction
from ecwid_async.sandbox.switches import Switches

__all__ = ["BY_CREATION", "Columns", "Item", "Key", "Order", "Table", "decode", "encode"]

Item = dict[str, Any]
"""One entity as JSON has it."""
Key = int | str
"""What names an item of a list in paths: a number, or text for carts."""

decode: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode


def encode(value: Any) -> bytes:
    """JSON; whole numbers that need more than 64 bits, as sums of many may, lose their last digits."""
    try:
        return _encode(value)
    except OverflowError:
        return _encode(_bounded(value))


def _bounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bounded(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_bounded(inner) for inner in value]
    return float(value) if isinstance(value, int) and not -(2**63) <= value < 2**64 else value


_REMEMBERED: Final = 64

BY_CREATION: Final = ""
"""The order of the slots themselves."""


def _created(item: Item) -> float:
    return item.get("createTimestamp") or 0


def _updated(item: Item) -> float:
    return item.get("updateTimestamp") or 0


@frozen(kw_only=True)
class Columns:
    """What a list is searched by.

    `key` is the field that names an item. `numbers` are compared and sorted; `created` and `updated` (Unix
    seconds) are always among them. `texts` are sorted and searched for substrings, without regard to case;
    those in `lazy` are only built when a search first needs them. `terms` give the values that an item is
    found by exactly.
    """

    key: str = "id"
    numbers: Mapping[str, Callable[[Item], float]] = field(factory=dict)
    texts: Mapping[str, Callable[[Item], str]] = field(factory=dict)
    terms: Mapping[str, Callable[[Item], Iterable[Hashable]]] = field(factory=dict)
    lazy: frozenset[str] = frozenset()
    created: Callable[[Item], float] = _created
    updated: Callable[[Item], float] = _updated


class Order:
    """The visible slots sorted by a column, ties by slot. Kept right through single writes."""

    def __init__(self, slots: Iterable[int], column: Sequence[Any] | None) -> None:
        self.column = column
        live = slots if column is None else sorted(slots, key=column.__getitem__)
        self.slots = array("I", live)

    def key(self, slot: int) -> Any:
        """What the slot is sorted by."""
        return slot if self.column is None else (self.column[slot], slot)

    def add(self, slot: int) -> None:
        """Put a slot where its key belongs."""
        if self.column is None and (not self.slots or self.slots[-1] < slot):
            self.slots.append(slot)
        else:
            insort(self.slots, slot, key=self.key)

    def discard(self, slot: int) -> None:
        """Take a slot out, before its key changes."""
        at = self.position(slot)
        if at < len(self.slots) and self.slots[at] == slot:
            del self.slots[at]

    def position(self, slot: int) -> int:
        """Where the slot stands, or would stand."""
        return bisect_left(self.slots, self.key(slot), key=self.key)

    def between(self, low: float, high: float) -> tuple[int, int]:
        """The positions whose column value lies in ``low … high``, both included."""
        column = self.column
        if column is None:
            raise TypeError("the order of creation has no column to cut")
        start = bisect_left(self.slots, low, key=column.__getitem__)
        return start, max(start, bisect_left(self.slots, (high, float("inf")), key=self.key))


class _Postings:
    """Value to slots, in order of slots. A value with one slot, as SKUs are, costs no array."""

    def __init__(self) -> None:
        self._slots: dict[Hashable, int | array[int]] = {}

    def __getitem__(self, value: Hashable) -> Sequence[int]:
        found = self._slots.get(value)
        if found is None:
            return ()
        return (found,) if isinstance(found, int) else found

    def values(self) -> Iterator[tuple[Hashable, int]]:
        """Each value with the number of its slots."""
        return ((value, 1 if isinstance(slots, int) else len(slots)) for value, slots in self._slots.items())

    def add(self, value: Hashable, slot: int) -> None:
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

    def remove(self, value: Hashable, slot: int) -> None:
        found = self._slots[value]
        if isinstance(found, int) or len(found) == 1:
            del self._slots[value]
        else:
            del found[bisect_left(found, slot)]


class _Row(NamedTuple):
    """An item as it is stored, with what searches need to know of it."""

    raw: bytes
    values: dict[str, float | bytes]
    terms: dict[str, set[Hashable]]


class _Write(NamedTuple):
    """A write that no search shows yet; `row` of None deletes."""

    table: "Table"
    number: int
    key: Key
    row: _Row | None
    lag: float
    before: _Row | None
    """What the key read as before."""

    def apply(self) -> None:
        """See `Staged`."""
        self.table._apply(self)

    def drop(self) -> None:
        """See `Staged`."""
        self.table._drop(self)


class Table:
    """The items of one list, by key and by search.

    `first_id` is what the first item gets that is created without one. `clock` gives Unix seconds. Writes of a request
    in progress are applied when its `transaction` ends.
    """

    def __init__(
        self,
        columns: Columns,
        *,
        first_id: int,
        clock: Callable[[], float],
        switches: Switches,
        transaction: Transaction | None = None,
    ) -> None:
        self.columns = columns
        self.cache: dict[Hashable, Any] = {}
        """What searches found, kept until the next change."""
        self.written = 0.0
        """When `put` or `remove` last changed something, in Unix seconds; 0 for never."""
        self.asked = count()
        """Seeds for disorder: another one for each search that wants one, the same ones in each run."""
        self._clock = clock
        self._switches = switches
        self._transaction = transaction or Transaction()
        self._next_id = first_id
        self._shelf = Shelf()
        self._slots: dict[Key, int] = {}
        self._keys: list[Key] = []
        self._live = Order((), None)
        self._orders: dict[str, Order] = {BY_CREATION: self._live}
        self._extract_numbers = {"created": columns.created, "updated": columns.updated, **columns.numbers}
        self._numbers: dict[str, array[float]] = {name: array("d") for name in self._extract_numbers}
        self._texts: dict[str, list[bytes]] = {name: [] for name in columns.texts if name not in columns.lazy}
        self._terms = {name: _Postings() for name in columns.terms}
        # Writes that no search shows yet, by the time when one will; what a key reads as meanwhile (None: deleted), and
        # the keys by the terms they then have; how many of a key's writes wait; and the last of them that was shown,
        # for a deletion may overtake a change.
        self._pending: list[tuple[float, int, Key, _Row | None]] = []
        self._ahead: dict[Key, _Row | None] = {}
        self._ahead_terms: dict[tuple[str, Hashable], dict[Key, None]] = {}
        self._waiting: dict[Key, int] = {}
        self._shown: dict[Key, int] = {}
        self._writes = 0

    # Reading and writing by key.

    def __len__(self) -> int:
        ahead = sum((row is not None) - (key in self._slots) for key, row in self._ahead.items())
        return len(self._slots) + ahead

    def __contains__(self, key: Key) -> bool:
        return self._ahead[key] is not None if key in self._ahead else key in self._slots

    def __iter__(self) -> Iterator[Key]:
        """The keys, in order of creation."""
        yield from (key for key in self._slots if key not in self._ahead or self._ahead[key] is not None)
        yield from (key for key, row in self._ahead.items() if row is not None and key not in self._slots)

    def raw(self, key: Key) -> bytes | None:
        """The item as it goes over the wire, None where there is none."""
        if key in self._ahead:
            row = self._ahead[key]
            return None if row is None else row.raw
        slot = self._slots.get(key)
        return None if slot is None else self._shelf[slot]

    def get(self, key: Key) -> Item | None:
        """The item as a dict of the caller's own, None where there is none."""
        raw = self.raw(key)
        return None if raw is None else decode(raw)

    def find(self, term: str, value: Hashable) -> list[Key]:
        """The keys of the items that have this value now, whatever searches show."""
        visible = (self._keys[slot] for slot in self.posting(term, value))
        return [*(key for key in visible if key not in self._ahead), *self._ahead_terms.get((term, value), ())]

    def keys(self, slots: Iterable[int]) -> list[Key]:
        """The keys of the items in these slots."""
        return [self._keys[slot] for slot in slots]

    def new_id(self) -> int:
        """An id that no item has had."""
        number = self._next_id
        self._transaction.note(lambda: setattr(self, "_next_id", number))
        self._next_id += 1
        return number

    def put(self, item: Item) -> None:
        """Store an item under its key, as a new one or in place of the one that is there."""
        self._write(item[self.columns.key], self._row(item, self.columns.texts), self._switches.upsert_lag)

    def remove(self, key: Key) -> bool:
        """Delete the item with this key; False where there is none."""
        if key not in self:
            return False
        self._write(key, None, self._switches.delete_lag)
        return True

    def clear(self) -> None:
        """Delete everything."""
        for key in list(self):
            self.remove(key)

    def touch(self) -> None:
        """Say that something beside the items changed that searches depend on."""
        self.cache.clear()

    def keep(self, question: Hashable, answer: Any) -> None:
        """Remember in `cache` what a search found, until the next change."""
        if len(self.cache) >= _REMEMBERED:
            self.cache.clear()
        self.cache[question] = answer

    def load(self, items: Iterable[Item]) -> None:
        """Append complete items at once: much faster than `put`, visible immediately. Keys must be new."""
        name = self.columns.key
        self.touch()
        # Orders are sorted anew when they are next needed; the one of creation only grows at its end.
        self._orders = {BY_CREATION: self._live}
        for item in items:
            key = item.get(name)
            if key is None:
                raise ValueError(f"an item has no {name!r}, by which this list knows its items; give each one its own")
            if key in self:
                raise ValueError(f"there is an item with {name} {key!r} already; load each once")
            self._append(key, self._row(item, self._texts))

    def _write(self, key: Key, row: _Row | None, lag: float) -> None:
        self._writes += 1
        write = _Write(self, self._writes, key, row, lag, self._ahead.get(key))
        self._waiting[key] = self._waiting.get(key, 0) + 1
        self._read_as(key, row)
        self._transaction.stage(write)

    def _apply(self, write: _Write) -> None:
        self.written = self._clock()
        if write.lag <= 0 and not self._pending:
            self._finish(write.number, write.key, write.row)
            return
        heappush(self._pending, (self.written + write.lag, write.number, write.key, write.row))
        self.settle()

    def _drop(self, write: _Write) -> None:
        self._waiting[write.key] -= 1
        if self._waiting[write.key]:
            self._read_as(write.key, write.before)
        else:
            self._caught_up(write.key)

    def _read_as(self, key: Key, row: _Row | None) -> None:
        """Let the key read as this, whatever searches show."""
        self._unread(key)
        self._ahead[key] = row
        for term, values in row.terms.items() if row is not None else ():
            for value in values:
                self._ahead_terms.setdefault((term, value), {})[key] = None

    def _unread(self, key: Key) -> None:
        row = self._ahead.pop(key, None)
        for term, values in row.terms.items() if row is not None else ():
            for value in values:
                keys = self._ahead_terms[term, value]
                del keys[key]
                if not keys:
                    del self._ahead_terms[term, value]

    def _caught_up(self, key: Key) -> None:
        """No write of this key waits any longer: it reads as searches show it."""
        self._unread(key)
        del self._waiting[key]
        self._shown.pop(key, None)

    # What searches see.

    def settle(self) -> None:
        """Show searches the writes whose lag is over by now."""
        now = self._clock()
        while self._pending and self._pending[0][0] <= now:
            _, number, key, row = heappop(self._pending)
            self._finish(number, key, row)

    def _finish(self, number: int, key: Key, row: _Row | None) -> None:
        """Show searches this write, unless they show a later one already."""
        if number > self._shown.get(key, 0):
            self._show(key, row)
            self._shown[key] = number
        self._waiting[key] -= 1
        if not self._waiting[key]:
            self._caught_up(key)

    def number(self, column: str) -> Sequence[float]:
        """A numeric column by slot."""
        return self._numbers[column]

    def text(self, column: str) -> Sequence[bytes]:
        """A text column by slot, folded and in UTF-8 (its order is that of the code points)."""
        if column not in self._texts:
            extract = self.columns.texts[column]
            self._texts[column] = [b""] * len(self._shelf)
            for slot in self._live.slots:
                self._texts[column][slot] = _fold(extract(decode(self._shelf[slot])))
        return self._texts[column]

    def posting(self, term: str, value: Hashable) -> Sequence[int]:
        """The visible slots of the items with that value, in order of creation."""
        return self._terms[term][value]

    def has(self, term: str, value: Hashable, slot: int) -> bool:
        """Has the item in this slot that value."""
        found = self._terms[term][value]
        at = bisect_left(found, slot)
        return at < len(found) and found[at] == slot

    def values(self, term: str) -> Iterator[tuple[Hashable, int]]:
        """Each value of a term with the number of visible items that have it."""
        return self._terms[term].values()

    def order(self, column: str) -> Order:
        """The visible slots, sorted by a column."""
        if column not in self._orders:
            keys = self._numbers[column] if column in self._numbers else self.text(column)
            self._orders[column] = Order(self._live.slots, keys)
        return self._orders[column]

    def slot(self, key: Key) -> int | None:
        """The slot under which searches see this item, None where they do not."""
        return self._slots.get(key)

    def rows(self, slots: Iterable[int]) -> list[bytes]:
        """The items of these slots as they go over the wire."""
        return self._shelf.many(slots)

    def _show(self, key: Key, row: _Row | None) -> None:
        slot = self._slots.get(key)
        if slot is None:
            if row is not None:
                self._append(key, row)
        elif row is None:
            self._reindex(slot, decode(self._shelf[slot]), None)
            self._shelf.clear(slot)
            del self._slots[key]
        else:
            self._reindex(slot, decode(self._shelf[slot]), row)
            self._shelf.replace(slot, row.raw)
        self.touch()

    def _append(self, key: Key, row: _Row) -> None:
        slot = self._shelf.append(row.raw)
        self._slots[key] = slot
        self._keys.append(key)
        if isinstance(key, int) and key >= self._next_id:
            self._next_id = key + 1
        for numbers in self._numbers.values():
            numbers.append(0)
        for texts in self._texts.values():
            texts.append(b"")
        self._reindex(slot, None, row)

    def _reindex(self, slot: int, before: Item | None, after: _Row | None) -> None:
        """Let columns, orders and terms follow an item from one state to the next; None is where there is no item."""
        moved = set(self._orders) if before is None or after is None else set[str]()
        values = {} if after is None else after.values
        moved.update(name for name, column in self._columns() if name in values and column[slot] != values[name])
        orders = [order for name, order in self._orders.items() if name in moved]
        if before is not None:
            for order in orders:
                order.discard(slot)
        for name, column in self._columns():
            if name in values:
                column[slot] = values[name]
        if after is not None:
            for order in orders:
                order.add(slot)
        for name, extract in self.columns.terms.items():
            had = set(() if before is None else extract(before))
            has = after.terms[name] if after is not None else set[Hashable]()
            for term in had - has:
                self._terms[name].remove(term, slot)
            for term in has - had:
                self._terms[name].add(term, slot)

    def _columns(self) -> Iterable[tuple[str, Any]]:
        return chain(self._numbers.items(), self._texts.items())

    def _row(self, item: Item, texts: Iterable[str]) -> _Row:
        """The item with what searches need to know of it, these texts among that."""
        values: dict[str, float | bytes] = {name: float(get(item)) for name, get in self._extract_numbers.items()}
        values |= {name: _fold(self.columns.texts[name](item)) for name in texts}
        return _Row(encode(item), values, {name: set(get(item)) for name, get in self.columns.terms.items()})


def _fold(text: str) -> bytes:
    return text.casefold().encode(errors="surrogatepass")
