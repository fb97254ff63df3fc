"""What sections have in common: searching, reading, creating, changing and deleting one item, and the history."""

from collections.abc import Iterable, Mapping, Sequence

from ecwid_async.sandbox.engine import Listing, StoreRequest, project
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.lists import to_milliseconds
from ecwid_async.sandbox.state import (
    Item,
    Key,
    Table,
    decode_json,
    encode_json,
    format_time,
    merge,
)

__all__ = ["apply_change", "check_choices", "delete_item", "get_or_404", "item_response", "with_timestamps"]


def check_choices(item: Item, values: Mapping[str, Sequence[str]]) -> None:
    """Raise `ErrorResponse` where a field has none of the values that `values` has for its name."""
    for name, choices in values.items():
        if item.get(name) is not None and item[name] not in choices:
            raise ErrorResponse.wrong_parameter(f"Field {name!r} must be one of {', '.join(choices)}")


def get_or_404(table: Table, key: Key, kind: str, code: str) -> Item:
    """The stored item. Raises `ErrorResponse` 404 where there is none, in the API's words."""
    item = table.get(key)
    if item is None:
        raise ErrorResponse(404, code, f"{kind} #{key} not found")
    return item


def item_response(request: StoreRequest, listing: Listing, key: Key, kind: str, code: str) -> bytes:
    """The item as it goes over the wire, with only the asked fields."""
    item = request.store.table(listing.section).raw(key)
    if item is None:
        raise ErrorResponse(404, code, f"{kind} #{key} not found")
    view = listing.view(request)
    if view is not None:
        item = encode_json(view(decode_json(item)))
    if listing.section in request.store.switches.milliseconds:
        item = to_milliseconds(item)
    return item if request.selection is None else encode_json(project(decode_json(item), request.selection))


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
    """The stored item with a partial change merged in. Raises `ErrorResponse` if it removes a `required` field."""
    merged = merge(stored, change, clearable=clearable, null_clears=request.store.switches.null_clears)
    for name in required:
        if name in stored and name not in merged:
            raise ErrorResponse.wrong_parameter(f"Field {name!r} can't be cleared")
    if set_updated:
        merged |= {"updated": format_time(request.now), "updateTimestamp": request.now}
    return merged


def delete_item(request: StoreRequest, section: str, key: Key, entry: Item | None = None) -> bool:
    """Delete an item and note it in the history (`entry`: what the history shows beside the date); False if absent."""
    if not request.store.table(section).remove(key):
        return False
    request.store.history(section).add(entry or {"id": key}, request.now)
    return True
