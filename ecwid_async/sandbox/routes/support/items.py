"""Single items: lookup, response, partial update, deletion."""

from collections.abc import Iterable, Mapping, Sequence

from ecwid_async.sandbox.engine import Listing, StoreRequest, apply_view, project_encoded
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.lists import to_milliseconds
from ecwid_async.sandbox.state import (
    Item,
    Key,
    Table,
    format_time,
    merge,
)

__all__ = [
    "apply_change",
    "check_choices",
    "check_external_id",
    "delete_item",
    "get_or_404",
    "is_hidden",
    "item_response",
    "with_timestamps",
    "without_nulls",
]


def without_nulls(document: Item) -> Item:
    """The fields of a JSON object that are not null."""
    return {name: value for name, value in document.items() if value is not None}


def check_choices(item: Item, choices: Mapping[str, Sequence[str]]) -> None:
    """Raise `ErrorResponse` if a field has a value that is not among its `choices`, which are listed by field."""
    for name, allowed in choices.items():
        if item.get(name) is not None and item[name] not in allowed:
            raise ErrorResponse.wrong_parameter(f"Field {name!r} must be one of {', '.join(allowed)}")


def check_external_id(table: Table, key: Key | None, fields: Item) -> None:
    """Raise `ErrorResponse` 409 if another item of the list has the ``externalReferenceId`` in `fields`.

    `key` is the item's own key; None for a new item.
    """
    reference = fields.get("externalReferenceId")
    if reference and any(other != key for other in table.find("externalReferenceId", reference)):
        raise ErrorResponse(409, "EXTERNAL_ID_ALREADY_USED", f"External id {reference!r} is already used")


def get_or_404(table: Table, key: Key, kind: str, code: str) -> Item:
    """The stored item. Raises `ErrorResponse` 404 with this code, and `kind` in the message, if it does not exist."""
    item = table.get(key)
    if item is None:
        raise ErrorResponse(404, code, f"{kind} #{key} not found")
    return item


def is_hidden(request: StoreRequest, item: Item | None) -> bool:
    """Whether an item is disabled, and the token one that customers may have."""
    return request.is_public and item is not None and item.get("enabled") is False


def item_response(request: StoreRequest, listing: Listing, key: Key, kind: str, code: str) -> bytes:
    """The item as JSON, with only the requested fields. Raises `ErrorResponse` 404 like `get_or_404`."""
    table = request.store.table(listing.section)
    item = table.raw(key)
    if item is None or (request.is_public and is_hidden(request, table.get(key))):
        raise ErrorResponse(404, code, f"{kind} #{key} not found")
    view = listing.view(request)
    if view is not None:
        item = apply_view(item, view)
    if listing.section in request.store.switches.millisecond_sections:
        item = to_milliseconds(item)
    return project_encoded(item, request.selection)


def with_timestamps(item: Item, now: int) -> Item:
    """The item, created and updated at `now`, in Unix seconds."""
    date = format_time(now)
    times = {"created": date, "updated": date, "createTimestamp": now, "updateTimestamp": now}
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
    """The stored item with a partial change merged in.

    A null clears a field if it is `clearable`, or with `Switches.null_clears`. `set_updated` sets the update time to
    now. Raises `ErrorResponse` if the change would remove a `required` field.
    """
    merged = merge(stored, change, clearable=clearable, null_clears=request.store.switches.null_clears)
    for name in required:
        if name in stored and name not in merged:
            raise ErrorResponse.wrong_parameter(f"Field {name!r} can't be cleared")
    if set_updated:
        merged |= {"updated": format_time(request.now), "updateTimestamp": request.now}
    return merged


def delete_item(request: StoreRequest, section: str, key: Key, entry: Item | None = None) -> bool:
    """Delete an item and record the deletion; False if there is no such item.

    `entry` is the item's entry in the list of deletions, to which the date is added; by default it has only the id.
    """
    if not request.store.table(section).remove(key):
        return False
    request.store.history(section).add(entry or {"id": key}, request.now)
    return True
