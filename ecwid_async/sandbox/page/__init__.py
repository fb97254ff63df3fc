"""The page of a served sandbox, which shows what happens in it and controls it.

- `files` are its HTML, CSS and JavaScript in `static/`. They read everything from the control of the server.
- `overview` has what the page shows of stores and requests.
- `store_changes` change a store so that an event follows.
"""

from ecwid_async.sandbox.page.files import read_page_file
from ecwid_async.sandbox.page.overview import (
    count_items,
    describe_store,
    find_problems,
    mask_parameters,
    measure_rate,
)
from ecwid_async.sandbox.page.store_changes import CHANGES, change_store

__all__ = [
    "CHANGES",
    "change_store",
    "count_items",
    "describe_store",
    "find_problems",
    "mask_parameters",
    "measure_rate",
    "read_page_file",
]
