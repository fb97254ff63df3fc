"""One list of a store: reads and writes by key, and the index that searches use.

Reads by key see every write at once. Searches read `Table.index`, which may lag behind (see `Switches`) and does not
contain the writes of a request that is still in progress.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from ecwid_async.sandbox.state.columns import Columns
from ecwid_async.sandbox.state.items import EncodedItem, Item, Key, decode_json, encode_json
from ecwid_async.sandbox.state.search_index import IndexedItem, SearchIndex
from ecwid_async.sandbox.state.transaction import Change, Transaction
from ecwid_async.sandbox.switches import Switches

__all__ = ["Table"]


class _Write(NamedTuple):
    """A write that the index does not contain yet. `indexed` of None deletes."""

    table: "Table"
    number: int
    key: Key
    indexed: IndexedItem | None
    lag: float
    before: IndexedItem | None
    """The earlier write of this key that the index does not contain yet."""

    def apply(self) -> None:
        """See `StagedChange`."""
        self.table._apply(self)

    def drop(self) -> None:
        """See `StagedChange`."""
        self.table._drop(self)


class Table:
    """The items of one list, by key and by search.

    `first_id` is the id of the first item that is created without one. `clock` returns Unix seconds. Writes of a
    request in progress are applied when its `transaction` ends. An item is encoded before it is stored, so an item that
    cannot be encoded is not stored.
    """

    def __init__(
        self,
        columns: Columns,
        *,
        first_id: int,
        clock: Callable[[], float],
        switches: Switches,
        transaction: Transaction | None = None,
        section: str = "",
    ) -> None:
        self.columns = columns
        self.section = section
        """The name of the list."""
        self.index = SearchIndex(columns)
        """The items as searches see them."""
        self.last_written = 0.0
        """The time of the last write that ``/latest-stats`` shows, in Unix seconds; 0 if there was none."""
        self.switches = switches
        self._clock = clock
        self._transaction = transaction or Transaction()
        self._next_id = first_id
        # Applied writes that wait for their lag to end, as a heap by the time when the index gets them.
        self._pending: list[tuple[float, int, Key, IndexedItem | None]] = []
        # The latest state of each key with waiting writes (None: deleted), and those keys by term and value.
        self._latest: dict[Key, IndexedItem | None] = {}
        self._latest_terms: dict[tuple[str, Hashable], dict[Key, None]] = {}
        # The number of waiting writes of each key, and the last write of it in the index: a deletion with a short lag
        # may overtake a change with a long one.
        self._waiting: dict[Key, int] = {}
        self._last_indexed: dict[Key, int] = {}
        self._writes = 0

    # Reading.

    def __len__(self) -> int:
        difference = sum((latest is not None) - (key in self.index) for key, latest in self._latest.items())
        return len(self.index) + difference

    def __contains__(self, key: Key) -> bool:
        return self._latest[key] is not None if key in self._latest else key in self.index

    def __iter__(self) -> Iterator[Key]:
        """The keys in order of creation."""
        yield from (key for key in self.index if key not in self._latest or self._latest[key] is not None)
        yield from (key for key, latest in self._latest.items() if latest is not None and key not in self.index)

    def raw(self, key: Key) -> bytes | None:
        """The encoded item, or None."""
        if key in self._latest:
            latest = self._latest[key]
            return None if latest is None else latest.raw
        return self.index.raw(key)

    def get(self, key: Key) -> Item | None:
        """The item as a new dict, or None."""
        raw = self.raw(key)
        return None if raw is None else decode_json(raw)

    def find(self, term: str, value: Hashable) -> list[Key]:
        """The keys of the items that have this value, including writes that searches do not see yet."""
        indexed = self.index.keys(self.index.slots_with(term, value))
        return [*(key for key in indexed if key not in self._latest), *self._latest_terms.get((term, value), ())]

    # Writing.

    def new_id(self) -> int:
        """An id that no item has had."""
        number = self._next_id
        self._transaction.on_rollback(lambda: setattr(self, "_next_id", number))
        self._next_id += 1
        return number

    def put(self, item: Item) -> None:
        """Insert the item, or replace the item with the same key."""
        self._write(item[self.columns.key], self.index.extract_values(item), self.switches.upsert_lag)

    def remove(self, key: Key) -> bool:
        """Delete the item with this key. False if there is none."""
        if key not in self:
            return False
        self._write(key, None, self.switches.delete_lag)
        return True

    def clear(self) -> None:
        """Delete all items."""
        for key in list(self):
            self.remove(key)

    def load(self, items: Iterable[Item | EncodedItem]) -> None:
        """Append complete items at once: much faster than `put`, and visible to searches immediately.

        Raises `ValueError` for an item without a key, or with a key that is already in use.
        """
        self.index.load(self._new_items(items))

    def reserve_id(self, number: int) -> None:
        """Make sure that `new_id` returns larger numbers than this one."""
        self._next_id = max(self._next_id, number + 1)

    def _new_items(self, items: Iterable[Item | EncodedItem]) -> Iterator[tuple[Key, EncodedItem]]:
        name = self.columns.key
        for item in items:
            new = EncodedItem(item, encode_json(item)) if isinstance(item, dict) else item
            key = new.item.get(name)
            if key is None:
                raise ValueError(f"an item has no {name!r}, which identifies the items of this list; add one")
            if key in self:
                raise ValueError(f"an item with {name} {key!r} already exists; load each item once")
            self._reserve(key)
            yield key, new

    def _reserve(self, key: Key) -> None:
        """Make sure that `new_id` does not return this key."""
        if isinstance(key, int):
            self.reserve_id(key)

    def _write(self, key: Key, indexed: IndexedItem | None, lag: float) -> None:
        if self._transaction.observed:
            self._transaction.record(Change(self.section, key, self.raw(key), None if indexed is None else indexed.raw))
        self._writes += 1
        write = _Write(self, self._writes, key, indexed, lag, self._latest.get(key))
        self._waiting[key] = self._waiting.get(key, 0) + 1
        self._set_latest(key, indexed)
        self._transaction.stage(write)

    def _apply(self, write: _Write) -> None:
        now = self._clock()
        if write.indexed is not None or self.switches.stats_show_deletions:
            self.last_written = now
        if write.lag <= 0 and not self._pending:
            self._write_to_index(write.number, write.key, write.indexed)
            return
        heappush(self._pending, (now + write.lag, write.number, write.key, write.indexed))
        self.show_due_writes()

    def _drop(self, write: _Write) -> None:
        self._waiting[write.key] -= 1
        if self._waiting[write.key]:
            self._set_latest(write.key, write.before)
        else:
            self._forget_latest(write.key)

    def _set_latest(self, key: Key, indexed: IndexedItem | None) -> None:
        self._unset_latest(key)
        self._latest[key] = indexed
        for term, values in indexed.terms.items() if indexed is not None else ():
            for value in values:
                self._latest_terms.setdefault((term, value), {})[key] = None

    def _unset_latest(self, key: Key) -> None:
        indexed = self._latest.pop(key, None)
        for term, values in indexed.terms.items() if indexed is not None else ():
            for value in values:
                keys = self._latest_terms[term, value]
                del keys[key]
                if not keys:
                    del self._latest_terms[term, value]

    def _forget_latest(self, key: Key) -> None:
        """No write of this key waits any longer: read it from the index."""
        self._unset_latest(key)
        del self._waiting[key]
        self._last_indexed.pop(key, None)

    # Lagging writes.

    def show_due_writes(self) -> None:
        """Move the writes whose lag is over into the index."""
        now = self._clock()
        while self._pending and self._pending[0][0] <= now:
            _, number, key, indexed = heappop(self._pending)
            self._write_to_index(number, key, indexed)

    def _write_to_index(self, number: int, key: Key, indexed: IndexedItem | None) -> None:
        """Write to the index, unless it already contains a later write of this key."""
        if number > self._last_indexed.get(key, 0):
            if indexed is not None:
                self._reserve(key)
            self.index.write(key, indexed)
            self._last_indexed[key] = number
        self._waiting[key] -= 1
        if not self._waiting[key]:
            self._forget_latest(key)
