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

__all__ = [
    "DatabaseError",
    "DatabaseFull",
    "DatabaseLocked",
    "DatabaseUnavailable",
    "LeaseLost",
    "MirrorError",
    "SchemaChanged",
    "SchemaTooNew",
    "StoreBusy",
    "StoreMismatch",
]
