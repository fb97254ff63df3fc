"""The table of changes names real operations, fields and parameters."""

import pytest

from ecwid_async.changes import CHANGE_PLANS, ChangePlan
from ecwid_async.models.reports import LatestStats
from ecwid_async.sandbox import spec
from ecwid_async.scan import PLANS

ENDPOINTS = spec.load().endpoints


@pytest.mark.parametrize(("operation", "plan"), CHANGE_PLANS.items())
def test_a_plan_names_what_the_api_has(operation: str, plan: ChangePlan) -> None:
    assert {operation, plan.deleted, plan.get} - {None} <= set(ENDPOINTS)
    assert plan.multi_get is None or ENDPOINTS[operation].params[plan.multi_get].multiple
    assert {plan.stats_parameter} - {None} <= set(ENDPOINTS["GET /latest-stats"].params)
    assert plan.stats is None or LatestStats.from_dict({plan.stats: "2026-11-01 12:00:00 +0000"}).extra == {}


def test_every_list_that_is_read_by_time_has_a_plan() -> None:
    assert {operation for operation, plan in PLANS.items() if plan.updated} <= set(CHANGE_PLANS)
