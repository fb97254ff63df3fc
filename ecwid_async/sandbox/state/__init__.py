"""The state of a store: its lists, other data and files, and how lists are searched.

`Store` holds everything. A `Table` is one list; its `SearchIndex` is what `select_rows` searches. All changes belong to
the `Transaction` of the request in progress.
"""

from ecwid_async.sandbox.state.access import Access
from ecwid_async.sandbox.state.app import App, Install
from ecwid_async.sandbox.state.columns import Columns
from ecwid_async.sandbox.state.conditions import Condition, ContainsWords, InRange, KeyIn, OneOf
from ecwid_async.sandbox.state.deletion_history import DeletionHistory
from ecwid_async.sandbox.state.image_info import ImageInfo, read_image_info
from ecwid_async.sandbox.state.items import ODD_VALUE_ERRORS, EncodedItem, Item, Key, decode_json, encode_json
from ecwid_async.sandbox.state.merging import merge
from ecwid_async.sandbox.state.money import sum_amounts, to_cents
from ecwid_async.sandbox.state.query import Sort, select_rows
from ecwid_async.sandbox.state.rate_limits import FixedWindow, RateLimiter, SlidingLog, TokenBucket
from ecwid_async.sandbox.state.search_index import SearchIndex
from ecwid_async.sandbox.state.sorted_slots import BY_CREATION
from ecwid_async.sandbox.state.state_copy import StateCopy
from ecwid_async.sandbox.state.store import Store
from ecwid_async.sandbox.state.table import Table
from ecwid_async.sandbox.state.text import host_of, parse_number, replace_surrogates
from ecwid_async.sandbox.state.times import format_time, parse_time
from ecwid_async.sandbox.state.transaction import Change, ChangeObserver, Records, Transaction
from ecwid_async.sandbox.state.uploads import MAX_IMAGE_BYTES, Uploads, uploads_of

__all__ = [
    "BY_CREATION",
    "MAX_IMAGE_BYTES",
    "ODD_VALUE_ERRORS",
    "Access",
    "App",
    "Change",
    "ChangeObserver",
    "Columns",
    "Condition",
    "ContainsWords",
    "DeletionHistory",
    "EncodedItem",
    "FixedWindow",
    "ImageInfo",
    "InRange",
    "Install",
    "Item",
    "Key",
    "KeyIn",
    "OneOf",
    "RateLimiter",
    "Records",
    "SearchIndex",
    "SlidingLog",
    "Sort",
    "StateCopy",
    "Store",
    "Table",
    "TokenBucket",
    "Transaction",
    "Uploads",
    "decode_json",
    "encode_json",
    "format_time",
    "host_of",
    "merge",
    "parse_number",
    "parse_time",
    "read_image_info",
    "replace_surrogates",
    "select_rows",
    "sum_amounts",
    "to_cents",
    "uploads_of",
]
