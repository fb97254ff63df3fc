"""The bulk read of a whole list: parallel, complete or an error."""

from ecwid_async.scan.ids import Ids
from ecwid_async.scan.scan import PLANS, Plan, Scan, plan_of

__all__ = ["PLANS", "Ids", "Plan", "Scan", "plan_of"]
