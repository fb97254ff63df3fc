"""The table of changes names real operations, fields and parameters."""

import re
from pathlib import Path

import pytest

from ecwid_async.changes import CHANGE_PLANS, ChangePlan, change_plan_for
from ecwid_async.models.reports import LatestStats
from ecwid_async.sandbox import spec
from ecwid_async.scan import PLANS, plan_for
from tests.scan.test_plans import LISTED, operation
from tests.scan.world import DAY

ENDPOINTS = spec.load().endpoints
PAGE = Path(__file__).parents[2] / "docs" / "changes.md"
ROWS = {
    match[1]: [cell.strip() for cell in match[2].split("|")]
    for match in re.finditer(r"^\| `(\w+)` \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    if match[2].count("|") == 6
}


@pytest.mark.parametrize(("operation", "plan"), CHANGE_PLANS.items())
def test_a_plan_names_what_the_api_has(operation: str, plan: ChangePlan) -> None:
    assert {operation, plan.deleted, plan.get} - {None} <= set(ENDPOINTS)
    assert plan.multi_get is None or ENDPOINTS[operation].params[plan.multi_get].multiple
    assert {plan.stats_parameter} - {None} <= set(ENDPOINTS["GET /latest-stats"].params)
    assert plan.stats is None or LatestStats.from_dict({plan.stats: "2026-11-01 12:00:00 +0000"}).extra == {}


def test_every_list_that_is_read_by_time_has_a_plan() -> None:
    assert {operation for operation, plan in PLANS.items() if plan.updated} <= set(CHANGE_PLANS)


def test_every_list_has_a_row_in_the_docs() -> None:
    assert ROWS.keys() == LISTED.keys()


@pytest.mark.parametrize("name", ROWS)
def test_the_changes_of_a_list_are_found_as_the_docs_describe(name: str) -> None:
    plan, scan = change_plan_for(operation(name)), plan_for(operation(name))
    found_by, stats, deleted, get, multi_get, reconcile, interrupted = ROWS[name]
    assert found_by == ("whole list" if scan.updated is None else "update time")
    assert stats == (f"`{plan.stats}`" if plan.stats else "no")
    path = (plan.deleted or "").removeprefix("GET ")
    assert deleted == (f"`{path}`, `{plan.deleted_key}`" if path else "no")
    assert get == ("yes" if plan.get else "no")
    assert multi_get == (f"`{plan.multi_get}`" if plan.multi_get else "no")
    assert reconcile == {DAY: "daily", 7 * DAY: "weekly"}[plan.reconcile]
    expected = "starts over" if scan.updated is None else "continues" if scan.sort else "continues if in order"
    assert interrupted == expected
