"""The table in the docs says which plan each list gets, and it is the one it gets."""

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
    """A row of the table."""

    name: str
    plan: str
    key: str
    order: str
    asks_for: tuple[str, ...]
    requests: str
    asks_for_rest: bool


def promise(name: str, rest: str) -> Promise:
    plan, key, order, asks_for, requests = (cell.strip() for cell in rest.split("|"))
    shows = tuple(re.findall(r"`(\w+)`", asks_for))
    return Promise(name, plan, key.strip("`"), order.strip("`"), shows, requests, "if none came" in asks_for)


PROMISES = {match[1]: promise(match[1], match[2]) for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))}


STORE_VIEW = Ecwid(transport=Sandbox()).store(STORE, TOKEN)
LISTED = {
    name: found
    for name in dir(STORE_VIEW)
    if not name.startswith("_") and isinstance(found := getattr(STORE_VIEW, name), ListResource)
}


def operation(name: str) -> str:
    return LISTED[name].search().request.options.operation


def test_every_list_has_its_row_and_is_held_to_it_while_it_moves() -> None:
    assert PROMISES.keys() == LISTED.keys() == KINDS.keys()


@pytest.mark.parametrize("name", PROMISES)
def test_a_list_gets_the_plan_that_its_row_says(name: str) -> None:
    said, has = PROMISES[name], plan_for(operation(name))
    assert (said.plan == "two passes") == (has.created is None)
    assert said.plan in {"two passes", "by creation"}
    assert said.key == has.key
    assert said.order == (has.sort or "as it comes")
    assert said.asks_for == tuple(parameter for parameter, _ in has.show_hidden)
    assert said.asks_for_rest == (has.may_omit is not None)
    assert said.requests == f"{'two' if has.created is None else 'one'} for each page"


@pytest.mark.parametrize("name", PROMISES)
def test_what_moves_in_the_tests_is_the_list_that_the_row_is_about(name: str) -> None:
    said, kind = PROMISES[name], KINDS[name]
    assert kind.dated == (said.plan == "by creation")
    assert kind.sorts == (said.order != "as it comes")
    assert bool(kind.more) == said.asks_for_rest
    assert kind.passes == {"one for each page": 1, "two for each page": 2}[said.requests]


def test_plans_are_of_operations_that_exist() -> None:
    assert PLANS.keys() - set(map(operation, LISTED)) <= {"GET /categoriesByPath"}


def test_products_of_a_category_are_scanned_in_the_order_of_creation_whatever_order_their_owner_gave_them() -> None:
    asked: list[dict[str, str]] = []

    async def read() -> None:
        transport = MemoryTransport(
            lambda request: asked.append(dict(request.params)) or make_response({"total": 0, "items": []})  # type: ignore[func-returns-value]
        )
        pages = Ecwid(transport=transport).store(STORE, TOKEN).products.search(category=7)
        async with pages.scan() as scan:
            assert [product async for product in scan] == []
        # A search is not asked for any order: it gets the one of the category.
        assert await pages.all() == []

    asyncio.run(read())
    scanned, searched = asked
    assert (scanned["category"], scanned["sortBy"]) == ("7", "ADDED_TIME_ASC")
    assert searched["category"] == "7"
    assert "sortBy" not in searched
