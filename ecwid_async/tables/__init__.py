"""Items as rows and Arrow columns."""

from ecwid_async.tables.rows import (
    EXTRA,
    STORE_ID,
    Fields,
    Items,
    Node,
    Reader,
    Record,
    Scalar,
    flat,
    merged,
    record_of,
)

__all__ = ["EXTRA", "STORE_ID", "Fields", "Items", "Node", "Reader", "Record", "Scalar", "flat", "merged", "record_of"]
