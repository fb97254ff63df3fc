"""What sections have in common: searching, reading, creating, changing and deleting one item, and the history."""

import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ecwid_async.sandbox.engine import Answer, Filter, Listing, Page, Visit, project
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.state import (
    BY_CREATION,
    Condition,
    Contains,
    Item,
    Key,
    Keys,
    OneOf,
    Sort,
    Table,
    Window,
    decode,
    encode,
    format_time,
    merge,
    select,
)

__all__ = [
    "allowed",
    "at_least",
    "at_most",
    "bury",
    "contains",
    "deleted",
    "keys",
    "milliseconds",
    "one_of",
    "page_bounds",
    "page_of",
    "read",
    "read_one",
    "search",
    "since",
    "stamped",
    "until",
    "updated",
]

_Entry = TypeVar("_Entry")

_LIMIT: Final = 100
_TIMESTAMPS: Final = re.compile(rb'("\w*Timestamp":\d{9,10})(?!\d)')


# Filters: what a parameter asks of a row.


def at_least(column: str) -> Filter:
    """The number is this or more."""
    return lambda visit, value: Window(column, low=value)


def at_most(column: str) -> Filter:
    """The number is this or less."""
    return lambda visit, value: Window(column, high=value)


def since(column: str) -> Filter:
    """The time is this or later (or strictly later: see `Switches.inclusive_bounds`)."""
    return lambda visit, value: Window(
        column, low=value if visit.store.switches.inclusive_bounds else math.nextafter(value, math.inf)
    )


def until(column: str) -> Filter:
    """The time is this or earlier (or strictly earlier)."""
    return lambda visit, value: Window(
        column, high=value if visit.store.switches.inclusive_bounds else math.nextafter(value, -math.inf)
    )


def one_of(term: str, make: Callable[[Any], Hashable] = lambda value: value) -> Filter:
    """A term has this value, or one of these; `make` turns a parameter's value into the term's."""
    return lambda visit, value: OneOf(term, tuple(map(make, value if isinstance(value, tuple) else (value,))))


def contains(column: str) -> Filter:
    """The text contains each word of this; an empty parameter asks for nothing."""
    return lambda visit, value: Contains(column, tuple(value.split())) if value.strip() else None


def keys() -> Filter:
    """The item is one of these."""
    return lambda visit, value: Keys(frozenset(value if isinstance(value, tuple) else (value,)))


# Lists.


def page_bounds(visit: Visit) -> tuple[int, int, int]:
    """Offset and limit of this request, the limit cut to what the API gives at most; and what a page really holds."""
    offset = visit.params.get("offset", 0)
    limit = visit.params.get("limit", visit.endpoint.limit)
    if offset < 0 or limit < 1:
        raise Refusal.wrong("offset must be 0 or more, limit 1 or more")
    limit = min(limit, _LIMIT)
    return offset, limit, min(limit, visit.store.switches.page_size or limit)


def page_of(visit: Visit, entries: Sequence[_Entry], show: Callable[[_Entry], Item]) -> Page:
    """The page that this request asks for, of a list that is no table; `show` makes an entry an item."""
    offset, limit, held = page_bounds(visit)
    rows = [encode(show(entry)) for entry in entries[offset : offset + held]]
    return Page(total=len(entries), offset=offset, limit=limit, rows=rows)


def search(
    visit: Visit,
    listing: Listing,
    *,
    conditions: Iterable[Condition] = (),
    sort: Sort | None = None,
    extra: dict[str, int] | None = None,
) -> Page:
    """The page of a list that this request asks for. `conditions` hold beside those of its parameters."""
    table = visit.store.table(listing.section)
    table.settle()
    wanted = [*conditions, *asked(visit, listing)]
    rows = select(table, wanted, sort or sorting(visit, listing), visit.store.switches)
    offset, limit, held = page_bounds(visit)
    items = table.rows(rows.cut(offset, held))
    view = listing.view(visit)
    if view is not None:
        items = [encode(view(decode(item))) for item in items]
    if listing.section in visit.store.switches.milliseconds:
        items = [milliseconds(item) for item in items]
    return Page(total=len(rows), offset=offset, limit=limit, rows=items, extra=extra or {})


def asked(visit: Visit, listing: Listing) -> list[Condition]:
    """The conditions that the request's parameters stand for."""
    found = [listing.always(visit, None)] if listing.always else []
    for name, value in visit.params.items():
        if name in listing.filters:
            found.append(listing.filters[name](visit, value))
        elif (prefix := f"{name.split('_', 1)[0]}_") in listing.filters:
            found.append(listing.filters[prefix](visit, (name.removeprefix(prefix), value)))
    return [condition for condition in found if condition is not None]


def sorting(visit: Visit, listing: Listing) -> Sort:
    """How the request wants the list sorted."""
    asked = visit.params.get("sortBy", "")
    name, _, direction = asked.rpartition("_")
    column = listing.sorts.get(asked) or listing.sorts.get(name)
    if column is None:
        return _without_being_asked(visit, listing)
    return Sort(column, descending=direction == "DESC") if isinstance(column, str) else column(visit)


def _without_being_asked(visit: Visit, listing: Listing) -> Sort:
    """How the list is sorted where the request wants nothing."""
    wanted = visit.store.switches.unsorted if listing.unsorted else None
    match wanted:
        case None:
            return listing.default_sort
        case "newest" | "oldest":
            column = "created" if "createdFrom" in listing.filters else BY_CREATION
            return Sort(column, descending=wanted == "newest")
        case "arbitrary" | "unstable":
            return Sort(disorder=wanted)


def milliseconds(item: bytes) -> bytes:
    """The item with its timestamps in milliseconds."""
    return _TIMESTAMPS.sub(rb"\g<1>000", item)


# One item.


def allowed(item: Item, values: Mapping[str, Sequence[str]]) -> None:
    """Raise `Refusal` where a field has none of the values that `values` has for its name."""
    for name, choices in values.items():
        if item.get(name) is not None and item[name] not in choices:
            raise Refusal.wrong(f"Field {name!r} must be one of {', '.join(choices)}")


def read(table: Table, key: Key, kind: str, code: str) -> Item:
    """The stored item. Raises `Refusal` 404 where there is none, in the API's words."""
    item = table.get(key)
    if item is None:
        raise Refusal(404, code, f"{kind} #{key} not found")
    return item


def read_one(visit: Visit, listing: Listing, key: Key, kind: str, code: str) -> bytes:
    """The item as it goes over the wire, with only the asked fields."""
    item = visit.store.table(listing.section).raw(key)
    if item is None:
        raise Refusal(404, code, f"{kind} #{key} not found")
    view = listing.view(visit)
    if view is not None:
        item = encode(view(decode(item)))
    if listing.section in visit.store.switches.milliseconds:
        item = milliseconds(item)
    return item if visit.selection is None else encode(project(decode(item), visit.selection))


def stamped(item: Item, now: int) -> Item:
    """A new item with the times that the server gives."""
    moment = format_time(now)
    times = {"created": moment, "updated": moment, "createTimestamp": now, "updateTimestamp": now}
    return {**item, **times}


def updated(
    visit: Visit,
    stored: Item,
    change: Item,
    *,
    clearable: Iterable[str] = (),
    needed: Iterable[str] = (),
    stamp: bool = True,
) -> Item:
    """The stored item with a partial change merged in. Raises `Refusal` where that takes a `needed` field away."""
    merged = merge(stored, change, clearable=clearable, null_clears=visit.store.switches.null_clears)
    for name in needed:
        if name in stored and name not in merged:
            raise Refusal.wrong(f"Field {name!r} can't be cleared")
    if stamp:
        merged |= {"updated": format_time(visit.now), "updateTimestamp": visit.now}
    return merged


def bury(visit: Visit, section: str, key: Key, entry: Item | None = None) -> bool:
    """Delete an item and note it in the history (`entry`: what the history shows beside the date); False if absent."""
    if not visit.store.table(section).remove(key):
        return False
    visit.store.history(section).add(entry or {"id": key}, visit.now)
    return True


def deleted(visit: Visit, section: str) -> Answer:
    """The page of a list's history that this request asks for."""
    inside = visit.store.switches.inclusive_bounds
    start = visit.params.get("from_date", 0)
    end = visit.params.get("to_date", math.inf)
    entries = visit.store.history(section).between(
        start if inside else start + 1, end if inside else end - 1, visit.now
    )
    return page_of(visit, entries, lambda entry: {**entry[1], "date": format_time(entry[0])})
