"""What changed in a list, and what was deleted from it, since a cursor.

`changes` has the public `Changes`. Its `run` reads the list of deleted items (`deletions`), then the changed ones
(`reader`, in `ranges` of update times), and compares the known ids with a `listing`. `lookup` reads items by their ids,
and `events` turns the changes of a whole store into events. `plans` is the table of what each list offers.
"""

from ecwid_async.changes.batch import ChangeBatch, Deletion, Evidence, ItemBatch, ItemId, ReadKind
from ecwid_async.changes.changes import Changes
from ecwid_async.changes.cursor import Cursor
from ecwid_async.changes.event_cursor import EventCursor
from ecwid_async.changes.event_reader import EventBatch, EventStart
from ecwid_async.changes.event_sections import EVENT_SECTIONS, EventSection
from ecwid_async.changes.events import Events
from ecwid_async.changes.lookup import ItemLookup
from ecwid_async.changes.plans import CHANGE_PLANS, DAY, FEED_MEMORY, ChangePlan, change_plan_for
from ecwid_async.changes.read_interval import ReadInterval
from ecwid_async.changes.store_changes import StoreChanges, read_store_changes

__all__ = [
    "CHANGE_PLANS",
    "DAY",
    "EVENT_SECTIONS",
    "FEED_MEMORY",
    "ChangeBatch",
    "ChangePlan",
    "Changes",
    "Cursor",
    "Deletion",
    "EventBatch",
    "EventCursor",
    "EventSection",
    "EventStart",
    "Events",
    "Evidence",
    "ItemBatch",
    "ItemId",
    "ItemLookup",
    "ReadInterval",
    "ReadKind",
    "StoreChanges",
    "change_plan_for",
    "read_store_changes",
]
