"""What the rows of a mirror contain, and which of two reads of an item wins. Uses no database."""

from ecwid_async.sync.rows.columns import Dialect, StoredType, stored_columns
from ecwid_async.sync.rows.documents import (
    DocumentReader,
    clean_json_text,
    document_hash,
    json_text,
    reader_for,
    same_content,
)
from ecwid_async.sync.rows.precedence import Decision, ItemVersion, decide_deletion, decide_item
from ecwid_async.sync.rows.sections import MIRROR_SECTIONS, ChildTable, MirrorSection

__all__ = [
    "MIRROR_SECTIONS",
    "ChildTable",
    "Decision",
    "Dialect",
    "DocumentReader",
    "ItemVersion",
    "MirrorSection",
    "StoredType",
    "clean_json_text",
    "decide_deletion",
    "decide_item",
    "document_hash",
    "json_text",
    "reader_for",
    "same_content",
    "stored_columns",
]
