"""Lists: the requested conditions, sorting and page, and the list of deleted items."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from ecwid_async.sandbox.engine import Listing, Page, Result, StoreRequest, apply_view
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import (
    BY_CREATION,
    Condition,
    Item,
    Sort,
    encode_json,
    format_time,
    select_rows,
)

__all__ = ["paginate", "requested_conditions", "requested_sort", "search", "search_deleted", "to_milliseconds"]

_Entry = TypeVar("_Entry")

_MAX_LIMIT: Final = 100
_TIMESTAMPS: Final = re.compile(rb'("\w*Timestamp":\d{9,10})(?!\d)')


def _page_bounds(request: StoreRequest) -> tuple[int, int, int]:
    """Offset, limit and size of the requested page.

    The limit is capped at the API's maximum. The size is the number of items on the page, which `Switches` can reduce.
    Raises `ErrorResponse` for a negative offset or a limit below 1.
    """
    offset = request.params.get("offset", 0)
    limit = request.params.get("limit", request.endpoint.limit)
    if offset < 0 or limit < 1:
        raise ErrorResponse.wrong_parameter("offset must be 0 or more, limit 1 or more")
    limit = min(limit, _MAX_LIMIT)
    return offset, limit, min(limit, request.store.switches.page_size or limit)


def paginate(request: StoreRequest, entries: Sequence[_Entry], to_item: Callable[[_Entry], Item]) -> Page:
    """The requested page of a list that is not stored as a table; `to_item` turns an entry into an item."""
    offset, limit, size = _page_bounds(request)
    rows = [encode_json(to_item(entry)) for entry in entries[offset : offset + size]]
    return Page(total=len(entries), offset=offset, limit=limit, rows=rows)


def search(
    request: StoreRequest,
    listing: Listing,
    *,
    conditions: Iterable[Condition] = (),
    sort: Sort | None = None,
    extra: dict[str, int] | None = None,
) -> Page:
    """The requested page of a list.

    `conditions` apply in addition to those of the parameters, `sort` replaces the requested one, and `extra` adds
    fields to the page.
    """
    table = request.store.table(listing.section)
    table.show_due_writes()
    all_conditions = [*conditions, *requested_conditions(request, listing)]
    rows = select_rows(table.index, all_conditions, sort or requested_sort(request, listing), request.store.switches)
    offset, limit, size = _page_bounds(request)
    items = table.index.rows(rows.page(offset, size))
    view = listing.view(request)
    if view is not None:
        items = [apply_view(item, view) for item in items]
    if listing.section in request.store.switches.millisecond_sections:
        items = [to_milliseconds(item) for item in items]
    return Page(total=len(rows), offset=offset, limit=limit, rows=items, extra=extra or {})


def requested_conditions(request: StoreRequest, listing: Listing) -> list[Condition]:
    """The conditions that follow from the parameters."""
    conditions = [listing.always(request, None)] if listing.always else []
    for name, value in request.params.items():
        if name in listing.filters:
            conditions.append(listing.filters[name](request, value))
        elif (prefix := f"{name.split('_', 1)[0]}_") in listing.filters:
            conditions.append(listing.filters[prefix](request, (name.removeprefix(prefix), value)))
    return [condition for condition in conditions if condition is not None]


def requested_sort(request: StoreRequest, listing: Listing) -> Sort:
    """The sorting by ``sortBy``, or the list's default."""
    sort_by = request.params.get("sortBy", "")
    name, _, direction = sort_by.rpartition("_")
    column = listing.sorts.get(sort_by) or listing.sorts.get(name)
    if column is None:
        return _default_sort(request, listing)
    return Sort(column, descending=direction == "DESC") if isinstance(column, str) else column(request)


def _default_sort(request: StoreRequest, listing: Listing) -> Sort:
    """The sorting of a list without ``sortBy``."""
    order = request.store.switches.unsorted if listing.unsorted else None
    match order:
        case None:
            return listing.default_sort
        case "newest" | "oldest":
            column = "created" if "createdFrom" in listing.filters else BY_CREATION
            return Sort(column, descending=order == "newest")
        case "arbitrary" | "unstable":
            return Sort(disorder=order)


def to_milliseconds(item: bytes) -> bytes:
    """The item, as JSON, with its timestamps in milliseconds."""
    return _TIMESTAMPS.sub(rb"\g<1>000", item)


def search_deleted(request: StoreRequest, section: str) -> Result:
    """The requested page of the items deleted from a list, between ``from_date`` and ``to_date``."""
    inclusive = request.store.switches.inclusive_bounds
    start = request.params.get("from_date", 0)
    end = request.params.get("to_date", math.inf)
    entries = request.store.history(section).between(
        start if inclusive else start + 1,
        min(end if inclusive else end - 1, request.now - request.store.switches.history_lag),
        request.now,
    )
    return paginate(request, entries, lambda entry: {**entry[1], "date": format_time(entry[0])})
