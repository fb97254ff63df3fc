"""The cursor rules of other tools, each as its documentation describes it: where a read begins, and what it stores.

Only the rule is ported. Everything around it is the same for all, and without faults: items are stored by their id, the
state is never lost, and pages are read by offset until one is not full. Each read is a generator that yields queries
and receives their pages, so that all rules read the same store at the same time.
"""

from collections.abc import Generator, Mapping
from typing import Protocol, TypeAlias

from attrs import define, field, frozen

from benchmarks.duel.scenario import PAGE

__all__ = ["Airbyte", "Dlt", "Item", "Meltano", "OffsetPaging", "Query", "Read", "Rule"]

Query: TypeAlias = Mapping[str, str | int]


@frozen
class Item:
    """A row as the server returns it. `version` stands for its content, `updated` is its update time."""

    number: int
    version: int
    updated: int


Read: TypeAlias = Generator[Query, list[Item], None]

_BY_UPDATE: Query = {"sortBy": "UPDATED_TIME_ASC"}


class Rule(Protocol):
    """A reader that keeps a copy of a store: the version of each row, by number."""

    copy: dict[int, int]

    def read(self, now: int, *, refresh: bool) -> Read:
        """Read what the rule says. `now` is the time in Unix seconds. A `refresh` reads the whole list again."""
        ...


def read_pages(query: Query) -> Generator[Query, list[Item], list[Item]]:
    """Read the pages of a list by offset, and return all items."""
    items: list[Item] = []
    while True:
        page = yield {**query, "limit": PAGE, "offset": len(items)}
        items += page
        if len(page) < PAGE:
            return items


def _since(start: int | None) -> Query:
    return {} if start is None else {"updatedFrom": start}


def _store(copy: dict[int, int], items: list[Item], *, refresh: bool) -> None:
    if refresh:
        copy.clear()
    copy.update((item.number, item.version) for item in items)


@define
class Airbyte:
    """The state is the cursor value of the last record, and the next sync reads from there on, that value included.

    Records are in ascending order of the cursor, so the last value is the maximum. `lookback` seconds are subtracted
    from it. Source: docs.airbyte.com, *Incremental Syncs* and *DatetimeBasedCursor* in the reference of the YAML file
    (``cursor_field``, ``lookback_window``), and *Incremental sync* of the Connector Builder, whose example of a
    lookback window is two days. Deletions are left to sources that offer them.
    """

    lookback: int = 0
    copy: dict[int, int] = field(factory=dict)
    cursor: int | None = None

    def read(self, now: int, *, refresh: bool) -> Read:
        """See `Rule`."""
        start = None if refresh or self.cursor is None else self.cursor - self.lookback
        items = yield from read_pages({**_BY_UPDATE, **_since(start)})
        _store(self.copy, items, refresh=refresh)
        if items:
            self.cursor = max(item.updated for item in items)


@define
class Dlt:
    """The next run reads from the highest cursor value on, that value included, and drops the rows it loaded with it.

    They are recognized by a hash of the primary key, which the incremental takes over from a resource that is merged;
    without one, by a hash of the whole row. With a `lag`, the start is that much earlier, and nothing is dropped.
    Source: dlthub.com/docs, *Cursor-based incremental loading* (section on overlapping ranges) and *Lag / Attribution
    window*; repository dlt-hub/dlt. Deletions need a marker in the data (``hard_delete``).
    """

    lag: int = 0
    copy: dict[int, int] = field(factory=dict)
    last_value: int | None = None
    loaded: set[int] = field(factory=set)
    """The keys of the rows that had the last value."""

    def read(self, now: int, *, refresh: bool) -> Read:
        """See `Rule`."""
        start = None if refresh or self.last_value is None else self.last_value - self.lag
        items = yield from read_pages({**_BY_UPDATE, **_since(start)})
        if start is not None and not self.lag:
            items = [item for item in items if item.updated != start or item.number not in self.loaded]
        _store(self.copy, items, refresh=refresh)
        if not items:
            return
        highest = max(item.updated for item in items)
        if refresh or highest != self.last_value:
            self.loaded = set()
        self.last_value = highest
        self.loaded |= {item.number for item in items if item.updated == highest}


@define
class Meltano:
    """The bookmark is the highest value of a complete sync, but at most the *signpost*: the time when the sync began.

    The next sync reads from the bookmark on, that value included. Signposts are for streams that are not sorted by
    their replication key, so this one is read in the list's own order. `lag` seconds are subtracted from the bookmark.
    Source: sdk.meltano.com, *Stream State* (replication key signposts) and *At Least Once Delivery Promise*; repository
    meltano/sdk, docs/implementation/. Deletions need a log-based source, or a full table sync.
    """

    lag: int = 0
    copy: dict[int, int] = field(factory=dict)
    bookmark: int | None = None

    def read(self, now: int, *, refresh: bool) -> Read:
        """See `Rule`."""
        start = None if refresh or self.bookmark is None else self.bookmark - self.lag
        items = yield from read_pages(_since(start))
        _store(self.copy, items, refresh=refresh)
        if items:
            self.bookmark = min(now, max(item.updated for item in items))


@define
class OffsetPaging:
    """The whole list in each round, page after page, in the list's own order. What it returned is the copy.

    This is how the API's guide reads a list (``offset`` and ``limit``), and how each of the tools does a full refresh.
    """

    copy: dict[int, int] = field(factory=dict)

    def read(self, now: int, *, refresh: bool) -> Read:
        """See `Rule`."""
        items = yield from read_pages({})
        _store(self.copy, items, refresh=True)
