"""Each list has the plan that the table in the docs describes."""

import asyncio
import re
from pathlib import Path

import pytest
from attrs import frozen

from ecwid_async import Ecwid
from ecwid_async.resources.base import ListResource
from ecwid_async.sandbox import Sandbox
from ecwid_async.scan import PLANS, plan_for
from ecwid_async.transport.memory import MemoryTransport, make_response
from tests.scan.lists import KINDS
from tests.scan.world import STORE, TOKEN

PAGE = Path(__file__).parents[2] / "docs" / "scan.md"
ROW = re.compile(r"^\| `(\w+)` \|(.*)\|$", re.MULTILINE)


@frozen
class Promise:
    """A row of the table in the docs."""

    name: str
    plan: str
    key: str
    order: str
    shows_hidden: tuple[str, ...]
    requests: str
    requests_omitted: bool


def promise(name: str, rest: str) -> Promise:
    plan, key, order, shows_hidden, requests = (cell.strip() for cell in rest.split("|"))
    shows = tuple(re.findall(r"`(\w+)`", shows_hidden))
    return Promise(name, plan, key.strip("`"), order.strip("`"), shows, requests, "if none was seen" in shows_hidden)


PROMISES = {match[1]: promise(match[1], match[2]) for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))}


STORE_VIEW = Ecwid(transport=Sandbox()).store(STORE, TOKEN)
LISTED = {
    name: found
    for name in dir(STORE_VIEW)
    if not name.startswith("_") and isinstance(found := getattr(STORE_VIEW, name), ListResource)
}


def operation(name: str) -> str:
    return LISTED[name].search().request.options.operation


def test_every_list_has_a_row_in_the_docs_and_a_simulation() -> None:
    assert PROMISES.keys() == LISTED.keys() == KINDS.keys()


@pytest.mark.parametrize("name", PROMISES)
def test_a_list_has_the_plan_that_the_docs_describe(name: str) -> None:
    docs, plan = PROMISES[name], plan_for(operation(name))
    assert (docs.plan == "two passes") == (plan.created is None)
    assert docs.plan in {"two passes", "by creation"}
    assert docs.key == plan.key
    assert docs.order == (plan.sort or "any")
    assert docs.shows_hidden == tuple(parameter for parameter, _ in plan.show_hidden)
    assert docs.requests_omitted == (plan.may_omit is not None)
    assert docs.requests == f"{'two' if plan.created is None else 'one'} per page"


@pytest.mark.parametrize("name", PROMISES)
def test_the_simulated_list_matches_its_row_in_the_docs(name: str) -> None:
    docs, kind = PROMISES[name], KINDS[name]
    assert kind.has_times == (docs.plan == "by creation")
    assert kind.is_sortable == (docs.order != "any")
    assert bool(kind.extra_requests) == docs.requests_omitted
    assert kind.passes == {"one per page": 1, "two per page": 2}[docs.requests]


def test_every_plan_is_for_an_existing_operation() -> None:
    assert PLANS.keys() - set(map(operation, LISTED)) <= {"GET /categoriesByPath"}


def test_a_scan_of_a_category_requests_the_order_of_creation() -> None:
    requested: list[dict[str, str]] = []

    async def read() -> None:
        transport = MemoryTransport(
            lambda request: requested.append(dict(request.params)) or make_response({"total": 0, "items": []})  # type: ignore[func-returns-value]
        )
        pages = Ecwid(transport=transport).store(STORE, TOKEN).products.search(category=7)
        async with pages.scan() as scan:
            assert [product async for product in scan] == []
        # A search requests no order, and so gets that of the category.
        assert await pages.all() == []

    asyncio.run(read())
    scanned, searched = requested
    assert (scanned["category"], scanned["sortBy"]) == ("7", "ADDED_TIME_ASC")
    assert searched["category"] == "7"
    assert "sortBy" not in searched
