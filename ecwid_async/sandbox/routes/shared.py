"""What sections have in common: searching, reading, creating, changing and deleting one item, and the history."""

import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ecwid_async.sandbox.engine import Filter, Listing, Page, Result, StoreRequest, project
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
    "apply_change",
    "at_least",
    "at_most",
    "by_key",
    "check_choices",
    "contains",
    "delete_item",
    "get_or_404",
    "item_response",
    "one_of",
    "page_bounds",
    "paginate",
    "search",
    "search_deleted",
    "since",
    "to_milliseconds",
    "until",
    "with_timestamps",
]

_Entry = TypeVar("_Entry")

_MAX_LIMIT: Final = 100
_TIMESTAMPS: Final = re.compile(rb'("\w*Timestamp":\d{9,10})(?!\d)')


# Filters: what a parameter asks of a row.


def at_least(column: str) -> Filter:
    """The number is this or more."""
    return lambda request, value: Window(column, low=value)


def at_most(column: str) -> Filter:
    """The number is this or less."""
    return lambda request, value: Window(column, high=value)


def since(column: str) -> Filter:
    """The time is this or later (or strictly later: see `Switches.inclusive_bounds`)."""
    return lambda request, value: Window(
        column, low=value if request.store.switches.inclusive_bounds else math.nextafter(value, math.inf)
    )


def until(column: str) -> Filter:
    """The time is this or earlier (or strictly earlier)."""
    return lambda request, value: Window(
        column, high=value if request.store.switches.inclusive_bounds else math.nextafter(value, -math.inf)
    )


def one_of(term: str, make: Callable[[Any], Hashable] = lambda value: value) -> Filter:
    """A term has this value, or one of these; `make` turns a parameter's value into the term's."""
    return lambda request, value: OneOf(term, tuple(map(make, value if isinstance(value, tuple) else (value,))))


def contains(column: str) -> Filter:
    """The text contains each word of this; an empty parameter asks for nothing."""
    return lambda request, value: Contains(column, tuple(value.split())) if value.strip() else None


def by_key() -> Filter:
    """The item is one of these."""
    return lambda request, value: Keys(frozenset(value if isinstance(value, tuple) else (value,)))


# Lists.


def page_bounds(request: StoreRequest) -> tuple[int, int, int]:
    """Offset and limit of this request, the limit cut to what the API gives at most; and what a page really holds."""
    offset = request.params.get("offset", 0)
    limit = request.params.get("limit", request.endpoint.limit)
    if offset < 0 or limit < 1:
        raise Refusal.wrong("offset must be 0 or more, limit 1 or more")
    limit = min(limit, _MAX_LIMIT)
    return offset, limit, min(limit, request.store.switches.page_size or limit)


def paginate(request: StoreRequest, entries: Sequence[_Entry], show: Callable[[_Entry], Item]) -> Page:
    """The page that this request asks for, of a list that is no table; `show` makes an entry an item."""
    offset, limit, held = page_bounds(request)
    rows = [encode(show(entry)) for entry in entries[offset : offset + held]]
    return Page(total=len(entries), offset=offset, limit=limit, rows=rows)


def search(
    request: StoreRequest,
    listing: Listing,
    *,
    conditions: Iterable[Condition] = (),
    sort: Sort | None = None,
    extra: dict[str, int] | None = None,
) -> Page:
    """The page of a list that this request asks for. `conditions` hold beside those of its parameters."""
    table = request.store.table(listing.section)
    table.settle()
    wanted = [*conditions, *requested_conditions(request, listing)]
    rows = select(table, wanted, sort or requested_sort(request, listing), request.store.switches)
    offset, limit, held = page_bounds(request)
    items = table.rows(rows.cut(offset, held))
    view = listing.view(request)
    if view is not None:
        items = [encode(view(decode(item))) for item in items]
    if listing.section in request.store.switches.milliseconds:
        items = [to_milliseconds(item) for item in items]
    return Page(total=len(rows), offset=offset, limit=limit, rows=items, extra=extra or {})


def requested_conditions(request: StoreRequest, listing: Listing) -> list[Condition]:
    """The conditions that the request's parameters stand for."""
    found = [listing.always(request, None)] if listing.always else []
    for name, value in request.params.items():
        if name in listing.filters:
            found.append(listing.filters[name](request, value))
        elif (prefix := f"{name.split('_', 1)[0]}_") in listing.filters:
            found.append(listing.filters[prefix](request, (name.removeprefix(prefix), value)))
    return [condition for condition in found if condition is not None]


def requested_sort(request: StoreRequest, listing: Listing) -> Sort:
    """How the request wants the list sorted."""
    asked = request.params.get("sortBy", "")
    name, _, direction = asked.rpartition("_")
    column = listing.sorts.get(asked) or listing.sorts.get(name)
    if column is None:
        return _default_sort(request, listing)
    return Sort(column, descending=direction == "DESC") if isinstance(column, str) else column(request)


def _default_sort(request: StoreRequest, listing: Listing) -> Sort:
    """How the list is sorted where the request wants nothing."""
    wanted = request.store.switches.unsorted if listing.unsorted else None
    match wanted:
        case None:
            return listing.default_sort
        case "newest" | "oldest":
            column = "created" if "createdFrom" in listing.filters else BY_CREATION
            return Sort(column, descending=wanted == "newest")
        case "arbitrary" | "unstable":
            return Sort(disorder=wanted)


def to_milliseconds(item: bytes) -> bytes:
    """The item with its timestamps in milliseconds."""
    return _TIMESTAMPS.sub(rb"\g<1>000", item)


# One item.


def check_choices(item: Item, values: Mapping[str, Sequence[str]]) -> None:
    """Raise `Refusal` where a field has none of the values that `values` has for its name."""
    for name, choices in values.items():
        if item.get(name) is not None and item[name] not in choices:
            raise Refusal.wrong(f"Field {name!r} must be one of {', '.join(choices)}")


def get_or_404(table: Table, key: Key, kind: str, code: str) -> Item:
    """The stored item. Raises `Refusal` 404 where there is none, in the API's words."""
    item = table.get(key)
    if item is None:
        raise Refusal(404, code, f"{kind} #{key} not found")
    return item


def item_response(request: StoreRequest, listing: Listing, key: Key, kind: str, code: str) -> bytes:
    """The item as it goes over the wire, with only the asked fields."""
    item = request.store.table(listing.section).raw(key)
    if item is None:
        raise Refusal(404, code, f"{kind} #{key} not found")
    view = listing.view(request)
    if view is not None:
        item = encode(view(decode(item)))
    if listing.section in request.store.switches.milliseconds:
        item = to_milliseconds(item)
    return item if request.selection is None else encode(project(decode(item), request.selection))


def with_timestamps(item: Item, now: int) -> Item:
    """A new item with the times that the server gives."""
    moment = format_time(now)
    times = {"created": moment, "updated": moment, "createTimestamp": now, "updateTimestamp": now}
    return {**item, **times}


def apply_change(
    request: StoreRequest,
    stored: Item,
    change: Item,
    *,
    clearable: Iterable[str] = (),
    required: Iterable[str] = (),
    set_updated: bool = True,
) -> Item:
    """The stored item with a partial change merged in. Raises `Refusal` where that takes a `required` field away."""
    merged = merge(stored, change, clearable=clearable, null_clears=request.store.switches.null_clears)
    for name in required:
        if name in stored and name not in merged:
            raise Refusal.wrong(f"Field {name!r} can't be cleared")
    if set_updated:
        merged |= {"updated": format_time(request.now), "updateTimestamp": request.now}
    return merged


def delete_item(request: StoreRequest, section: str, key: Key, entry: Item | None = None) -> bool:
    """Delete an item and note it in the history (`entry`: what the history shows beside the date); False if absent."""
    if not request.store.table(section).remove(key):
        return False
    request.store.history(section).add(entry or {"id": key}, request.now)
    return True


def search_deleted(request: StoreRequest, section: str) -> Result:
    """The page of a list's history that this request asks for."""
    inside = request.store.switches.inclusive_bounds
    start = request.params.get("from_date", 0)
    end = request.params.get("to_date", math.inf)
    entries = request.store.history(section).between(
        start if inside else start + 1, end if inside else end - 1, request.now
    )
    return paginate(request, entries, lambda entry: {**entry[1], "date": format_time(entry[0])})
