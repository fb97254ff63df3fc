"""A database in step with a store (extras ``sync`` and ``postgres``)."""

from ecwid_async.sync.errors import (
    DatabaseError,
    DatabaseFull,
    DatabaseLocked,
    DatabaseUnavailable,
    LeaseLost,
    MirrorError,
    SchemaChanged,
    SchemaTooNew,
    StoreBusy,
    StoreMismatch,
)
from ecwid_async.sync.reports import SectionReport, SyncReport
from ecwid_async.sync.settings import MirrorSettings
from ecwid_async.sync.status import SectionCondition, SectionStatus, StoreStatus, to_prometheus

__all__ = [
    "DatabaseError",
    "DatabaseFull",
    "DatabaseLocked",
    "DatabaseUnavailable",
    "LeaseLost",
    "MirrorError",
    "MirrorSettings",
    "SchemaChanged",
    "SchemaTooNew",
    "SectionCondition",
    "SectionReport",
    "SectionStatus",
    "StoreBusy",
    "StoreMismatch",
    "StoreStatus",
    "SyncReport",
    "to_prometheus",
]
