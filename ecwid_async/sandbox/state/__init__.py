"""What a store holds, and how it is searched."""

from ecwid_async.sandbox.state.merge import merge
from ecwid_async.sandbox.state.money import cents, total_of
from ecwid_async.sandbox.state.query import Condition, Contains, Keys, OneOf, Sort, Window, select
from ecwid_async.sandbox.state.rate_limits import FixedWindow, LimitShape, SlidingLog, TokenBucket
from ecwid_async.sandbox.state.store import Access, History, Store
from ecwid_async.sandbox.state.table import BY_CREATION, Columns, Item, Key, Order, Table, decode, encode
from ecwid_async.sandbox.state.text import as_number, clean, host_of
from ecwid_async.sandbox.state.times import format_time, parse_time
from ecwid_async.sandbox.state.transaction import Records, Transaction
from ecwid_async.sandbox.state.uploads import IMAGE_BYTES, Picture, Uploads, read_picture, uploads_of

__all__ = [
    "BY_CREATION",
    "IMAGE_BYTES",
    "Access",
    "Columns",
    "Condition",
    "Contains",
    "FixedWindow",
    "History",
    "Item",
    "Key",
    "Keys",
    "LimitShape",
    "OneOf",
    "Order",
    "Picture",
    "Records",
    "SlidingLog",
    "Sort",
    "Store",
    "Table",
    "TokenBucket",
    "Transaction",
    "Uploads",
    "Window",
    "as_number",
    "cents",
    "clean",
    "decode",
    "encode",
    "format_time",
    "host_of",
    "merge",
    "parse_time",
    "read_picture",
    "select",
    "total_of",
    "uploads_of",
]
