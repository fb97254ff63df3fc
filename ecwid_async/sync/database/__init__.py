"""The database of a mirror: tables, transactions under a lease, what the mirror remembers, and writing rows."""

from ecwid_async.sync.database.database import Database
from ecwid_async.sync.database.due_items import (
    DueItem,
    Reason,
    add_due,
    clear_by_get,
    clear_by_search,
    count_due,
    find_due,
    highest_number,
    mark_due,
    postpone,
    record_poll,
    settled_number,
)
from ecwid_async.sync.database.lease import Lease, hold_lease, renew_lease, wait_for_writer
from ecwid_async.sync.database.removal import drop_store, forget_customer, purge_tombstones
from ecwid_async.sync.database.row_index import count_rows, existing_ids
from ecwid_async.sync.database.schema import Schema
from ecwid_async.sync.database.state import (
    SectionState,
    StoreState,
    load_section,
    load_sections,
    load_store,
    load_stores,
    register_store,
    save_section,
    save_store,
)
from ecwid_async.sync.database.writer import Difference, WriteResult, compare, write

__all__ = [
    "Database",
    "Difference",
    "DueItem",
    "Lease",
    "Reason",
    "Schema",
    "SectionState",
    "StoreState",
    "WriteResult",
    "add_due",
    "clear_by_get",
    "clear_by_search",
    "compare",
    "count_due",
    "count_rows",
    "drop_store",
    "existing_ids",
    "find_due",
    "forget_customer",
    "highest_number",
    "hold_lease",
    "load_section",
    "load_sections",
    "load_store",
    "load_stores",
    "mark_due",
    "postpone",
    "purge_tombstones",
    "record_poll",
    "register_store",
    "renew_lease",
    "save_section",
    "save_store",
    "settled_number",
    "wait_for_writer",
    "write",
]
