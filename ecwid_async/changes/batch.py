"""What a read of changes yields: items, deletions, and the cursor to continue from."""

from typing import Generic, Literal, TypeAlias, TypeVar

from attrs import field

from ecwid_async.changes.cursor import Cursor
from ecwid_async.changes.read_interval import ReadInterval
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["ChangeBatch", "Deletion", "Evidence", "ItemBatch", "ItemId", "ReadKind"]

T = TypeVar("T")

ItemId: TypeAlias = int | str
ReadKind: TypeAlias = Literal["search", "get"]
Evidence: TypeAlias = Literal["feed", "get", "listings"]


@frozen
class Deletion:
    """An item that was deleted.

    `id` is the id of the item in its list. `deleted_at` is in Unix seconds of the server's clock: the date in the list
    of deleted items ("feed"), the end of the GET that returned 404 ("get"), or the time of the second of two complete
    listings without the item ("listings"). `number` is the number of an order, if the list of deleted orders has it.
    """

    id: ItemId
    deleted_at: int
    evidence: Evidence
    number: int | None = field(default=None, eq=False)


@frozen(kw_only=True)
class ItemBatch(Generic[T]):
    """Items of a list and deletions from it, in the order in which they are to be applied: first `deletions`.

    `ids` and `updated` are the id and the time of the last update (Unix seconds, None if there is none) of each item.
    `read` is the time of the state that the items show.
    """

    items: list[T] = field(factory=list, repr=False)
    ids: list[ItemId] = field(factory=list, repr=False)
    updated: list[int | None] = field(factory=list, repr=False)
    read: ReadInterval
    kind: ReadKind = "search"
    deletions: list[Deletion] = field(factory=list)


@frozen(kw_only=True)
class ChangeBatch(ItemBatch[T]):
    """Some changes of a list. Once the batch is stored, the next read continues from `cursor`.

    `missing` are known ids that need a look-up: the list no longer has them, or a search contradicts their deletion,
    and the look-ups of this read were used up. `finds_deletions` is whether this read finds the deletions since the
    old cursor: false without known ids for a list whose deleted items can't be read back to the old cursor.
    """

    cursor: Cursor
    missing: list[ItemId] = field(factory=list)
    finds_deletions: bool = True
