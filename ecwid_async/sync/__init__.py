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
from ecwid_async.sync.mirror import Mirror
from ecwid_async.sync.reports import SectionReport, SyncReport
from ecwid_async.sync.settings import MirrorSettings
from ecwid_async.sync.status import SectionCondition, SectionStatus, StoreStatus, to_prometheus
from ecwid_async.sync.verify import Mismatch, MismatchKind, SectionVerification, VerifyReport

__all__ = [
    "DatabaseError",
    "DatabaseFull",
    "DatabaseLocked",
    "DatabaseUnavailable",
    "LeaseLost",
    "Mirror",
    "MirrorError",
    "MirrorSettings",
    "Mismatch",
    "MismatchKind",
    "SchemaChanged",
    "SchemaTooNew",
    "SectionCondition",
    "SectionReport",
    "SectionStatus",
    "SectionVerification",
    "StoreBusy",
    "StoreMismatch",
    "StoreStatus",
    "SyncReport",
    "VerifyReport",
    "to_prometheus",
]
