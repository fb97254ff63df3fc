"""Reading a section that is one response: the profile, order statuses, payment options …

One response is the whole section, so what is absent from it was deleted, or is not shown yet. An item counts as deleted
once two responses lack it that are more than the lag apart. Until then, the cursor has it with the time of the first.
"""

import math
import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from ecwid_async.changes import ChangeBatch, Cursor, Deletion, ItemId, ReadInterval, ReadKind
from ecwid_async.client import Store
from ecwid_async.errors import DecodeError
from ecwid_async.pages import Pages
from ecwid_async.primitives.safe_json import DECODE_ERRORS, MaskedJSON
from ecwid_async.sections import Item, Section

__all__ = ["read_snapshot"]

# More would make the cursor long. What does not fit takes one response more.
_MAX_ABSENT: Final = 1000


async def read_snapshot(
    store: Store,
    section: Section,
    key: str | None,
    *,
    cursor: Cursor | None,
    known: Collection[ItemId],
    lag: float,
    clock: Callable[[], float] = time.time,
) -> ChangeBatch[msgspec.Raw]:
    """Read a section that is one response, and compare it with the ids that are `known`.

    `key` is the field with the id of an item; None for a section that is one object, whose id is that of the store.
    Raises what a call raises, and `DecodeError` for a response of another shape.
    """
    call = section.read_method(store)()
    if isinstance(call, Pages):
        raise TypeError(f"{section.name} has pages: read its changes instead")
    operation = call.request.options.operation
    response = await call.response()
    # One object comes from no search.
    kind: ReadKind = "get" if section.is_document else "search"
    read = ReadInterval.of_response(response, lag=0.0 if kind == "get" else lag, clock=clock)
    items = [_as_raw(item) for item in section.split_response(response.body, operation)]
    ids = [store.store_id] if key is None else _read_ids(items, key, operation)
    listed = set(map(str, ids))
    cursor = cursor or Cursor.start(store.store_id, operation)
    deletions, absent = _find_deletions([each for each in known if str(each) not in listed], cursor.absent, read)
    return ChangeBatch(
        items=items,
        ids=list(ids),
        updated=[None] * len(items),
        read=read,
        kind=kind,
        deletions=deletions,
        cursor=replace(cursor, since=max(0, int(read.begin)), absent=absent),
    )


def _find_deletions(
    gone: Collection[ItemId], absent_before: Mapping[str, int], read: ReadInterval
) -> tuple[list[Deletion], dict[str, int]]:
    deletions: list[Deletion] = []
    absent: dict[str, int] = {}
    at = math.ceil(read.end)
    for item_id in sorted(gone, key=str):
        first = absent_before.get(str(item_id))
        # The read begins the lag before its request, so this one shows a state after the first response.
        if first is not None and read.begin > first:
            deletions.append(Deletion(item_id, at, "listings"))
        elif len(absent) < _MAX_ABSENT:
            absent[str(item_id)] = at if first is None else first
    return deletions, absent


def _read_ids(items: list[msgspec.Raw], key: str, operation: str) -> list[ItemId]:
    item_type = msgspec.defstruct("Item", [("key", int | str, msgspec.field(name=key))])
    decode = msgspec.json.Decoder(item_type).decode
    ids: list[ItemId] = []
    for item in items:
        try:
            try:
                decoded = decode(item)
            except DECODE_ERRORS:
                decoded = decode(MaskedJSON(bytes(item)).json)
        except DECODE_ERRORS:
            raise DecodeError(operation=operation, path=key, expected="an id", found="none") from None
        ids.append(decoded.key)  # type: ignore[attr-defined]  # the class is created at run time
    return ids


def _as_raw(item: Item) -> msgspec.Raw:
    return item if isinstance(item, msgspec.Raw) else msgspec.Raw(item)
