"""The bulk read of a whole list: parallel, and either complete or an error.

`scan` has the public `Scan`, and `reader` reads the parts of a list one after the other. The proof that nothing is
missing sends no requests: `coverage` joins pages, in order or in any order; `ordered`, `windows` and `passes` choose
the next page; `assumptions` checks the server.
"""

from ecwid_async.scan.ids import IdSet
from ecwid_async.scan.item_times import seconds, server_time
from ecwid_async.scan.items import raw_without_fields
from ecwid_async.scan.page import DecodedPage, PageDecoder, RawPage
from ecwid_async.scan.plans import PLANS, ListPlan, plan_for
from ecwid_async.scan.scan import Scan

__all__ = [
    "PLANS",
    "DecodedPage",
    "IdSet",
    "ListPlan",
    "PageDecoder",
    "RawPage",
    "Scan",
    "plan_for",
    "raw_without_fields",
    "seconds",
    "server_time",
]
