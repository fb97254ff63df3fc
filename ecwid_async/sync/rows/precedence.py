"""Which of two reads of an item wins.

Every read shows a state of the item at some time in its interval of the server's clock. The interval of a search begins
earlier by the lag of the search index. An item's update time is a whole second of the same clock. It tells which of two
states is newer, unless the update time went back, or both states have the same one. The rules:

1. A read that began after the stored one ended is newer, whatever its update time. The same holds for a read with a
   later update time that is not before the end of the stored read: the item was updated after it was stored.
2. But a search never lowers an update time, because its index may be further behind than is assumed. The item is kept,
   and a GET decides. A GET may lower it.
3. A read that ended before the stored one began is older. Should it have a later update time, a GET decides.
4. Where the intervals overlap, nothing is certain. The later update time wins, and with the same one the read that
   began later. A GET decides, unless the state of a search lost: that is what a search shows until its index has the
   newer state.

Why no newer state is replaced by an older one for long: rule 1 is certain, and rule 3 replaces nothing. When rule 4
stores, it asks for a GET. That begins after both reads ended, so its state is stored by rule 1, and is not older than
either. When rule 4 keeps the item without a GET, nothing is replaced, but the search that lost may have had a newer
state. If the item was updated in the second of the stored update time or later, the following reads of changes contain
it again, and the first that began more than the lag after the update wins by rule 1. If the update time did not move
or went back, only a later read of the whole list can find the change.

A deletion is a state without a document. An id counts as back once a read began after the deletion.
"""

from enum import Enum
from typing import NamedTuple

from ecwid_async.changes import ReadKind

__all__ = ["Decision", "ItemVersion", "decide_deletion", "decide_item"]


class ItemVersion(NamedTuple):
    """A state of an item: its update time, and the interval in which the state was seen.

    The deletion of an item has its time as the begin and the end of the interval.
    """

    updated: int | None
    begin: float
    end: float
    is_deleted: bool = False


class Decision(Enum):
    """What to do with a read.

    `ASK` and `STORE_AND_ASK` also mark the item, so that a GET decides. `STORE_LOWER` stores an update time that is
    lower than before.
    """

    STORE = "store"
    STORE_AND_ASK = "store, and ask"
    STORE_LOWER = "store a lower update time"
    KEEP = "keep"
    ASK = "keep, and ask"


def decide_item(stored: ItemVersion | None, read: ItemVersion, kind: ReadKind) -> Decision:
    """Decide about a read that returned the item."""
    if stored is None:
        return Decision.STORE
    if stored.is_deleted:
        return _decide_return(stored, read, kind)
    is_later = is_lower = False
    if stored.updated is not None and read.updated is not None:
        is_later = read.updated > stored.updated
        is_lower = read.updated < stored.updated
    if read.begin > stored.end:
        if not is_lower:
            return Decision.STORE
        return Decision.ASK if kind == "search" else Decision.STORE_LOWER
    if read.end < stored.begin:
        return Decision.ASK if is_later else Decision.KEEP
    if is_later:
        is_certain = read.updated is not None and read.updated >= stored.end
        return Decision.STORE if is_certain else Decision.STORE_AND_ASK
    if not is_lower and read.begin > stored.begin:
        return Decision.STORE_AND_ASK
    return Decision.KEEP if kind == "search" else Decision.ASK


def _decide_return(deletion: ItemVersion, read: ItemVersion, kind: ReadKind) -> Decision:
    # The time of a deletion is a whole second: it happened before the next one.
    if read.begin >= deletion.end + 1:
        return Decision.STORE
    if read.end < deletion.begin:
        return Decision.KEEP
    # A search shows a deleted item until its index lacks it. An update in the second of the deletion or later is more
    # than that.
    was_updated = read.updated is not None and read.updated >= deletion.begin
    return Decision.ASK if kind == "get" or was_updated else Decision.KEEP


def decide_deletion(stored: ItemVersion | None, deleted_at: int) -> Decision:
    """Decide about the deletion of an item. To store it means to mark the item as deleted."""
    if stored is None:
        return Decision.STORE
    if stored.is_deleted:
        return Decision.STORE if deleted_at > stored.end else Decision.KEEP
    if stored.begin >= deleted_at + 1:
        return Decision.KEEP
    # The stored read may have shown the item after it was deleted and restored.
    return Decision.STORE_AND_ASK if stored.end >= deleted_at else Decision.STORE
