"""The bulk read of a whole list: parallel, and either complete or an error.

`scan` is the public `Scan`, `reader` the order in which the parts of a list are read. The proof that nothing is missing
is in `coverage` (pages in order, and in any order), `ordered`, `windows` and `passes` (what to read next) and
`assumptions` (what is checked of the server), none of which sends requests.
"""

from ecwid_async.scan.ids import IdSet
from ecwid_async.scan.plans import PLANS, ListPlan, plan_for
from ecwid_async.scan.scan import Scan

__all__ = ["PLANS", "IdSet", "ListPlan", "Scan", "plan_for"]
