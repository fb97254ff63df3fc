"""The parts of a list are read in order and proven complete. Pages come from a list in memory: no request is sent."""

import json
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest

from ecwid_async.codec import Codec
from ecwid_async.scan.assumptions import BrokenAssumption, ListPart, RequestBudget
from ecwid_async.scan.delivery import delivered_pages
from ecwid_async.scan.items import ItemReader
from ecwid_async.scan.page import Page
from ecwid_async.scan.plans import ListPlan, plan_for
from ecwid_async.scan.progress import Progress
from ecwid_async.scan.reader import ListReader
from ecwid_async.wire import Headers

Item = dict[str, Any]

NOW = 1_750_000_000


class Pages:
    """Cuts pages of four items, with inclusive bounds on times. `log` lists the bounds and the offset of each."""

    def __init__(self, items: list[Item], *, ignores: tuple[str, ...] = (), cap: int | None = None) -> None:
        self.items = items
        self.limit = self.capacity = 4
        self.budget = RequestBudget()
        self.log: list[tuple[dict[str, str], int]] = []
        self._ignores = ignores
        self._cap = cap

    async def get(self, part: ListPart, offset: int = 0) -> Page:
        bounds = dict(part.bounds)
        self.log.append((bounds, offset))
        found = [item for item in self.items if self._matches(item, bounds)][: self._cap]
        body = json.dumps({"total": len(found), "items": found[offset : offset + self.limit]}).encode()
        epoch = part.record_total(part.start_request(0.0), len(found), 0.0)
        return Page(part, epoch, offset, len(found), body, Headers())

    async def get_many(self, part: ListPart, offsets: Iterator[int]) -> AsyncGenerator[Page, None]:
        for offset in offsets:
            yield await self.get(part, offset)

    def _matches(self, item: Item, bounds: dict[str, str]) -> bool:
        limits = {name: int(value) for name, value in bounds.items() if name not in {*self._ignores, "b2b_b2c"}}
        created, updated = item.get("createTimestamp", 0), item.get("updateTimestamp", 0)
        return limits.get("createdFrom", created) <= created <= limits.get("createdTo", created) and limits.get(
            "updatedFrom", updated
        ) <= updated <= limits.get("updatedTo", updated)


async def read(pages: Pages, plan: ListPlan) -> tuple[list[int], Progress]:
    progress = Progress("GET /things")
    items = ItemReader(plan, Codec(), progress, scan_only_fields=(), omitted_seen=plan.may_omit is None)
    numbers: list[int] = []

    reader = ListReader(
        plan,
        pages,
        items,
        progress,
        params={},
        fingerprint="",
        lag=120.0,
        clock=lambda: float(NOW),
    )
    async for page in delivered_pages(reader.read()):
        numbers.extend(item["id"] for item in items.parsed(page))
    return numbers, progress


def rows(*ages: int) -> list[Item]:
    """Return items, each created and updated this many seconds ago."""
    return [
        {"id": number, "createTimestamp": NOW - age, "updateTimestamp": NOW - age}
        for number, age in enumerate(ages, start=1)
    ]


async def test_a_list_of_one_page_is_a_snapshot() -> None:
    pages = Pages(rows(9000, 8000, 7000))
    numbers, progress = await read(pages, plan_for("GET /products"))
    assert numbers == [1, 2, 3]
    assert pages.log == [({}, 0)]
    assert progress.proof == "one page, which is a snapshot"


async def test_settled_items_are_read_in_order_and_recent_ones_last() -> None:
    pages = Pages(rows(*range(9000, 8100, -100), 60))
    numbers, progress = await read(pages, plan_for("GET /products"))
    assert numbers == list(range(1, 11))
    settled, recent = {"updatedTo": str(NOW - 120)}, {"updatedFrom": str(NOW - 121)}
    assert pages.log[0] == ({}, 0)
    assert all(bounds == settled for bounds, _ in pages.log[1:-2])
    assert [bounds for bounds, _ in pages.log[-2:]] == [recent, {"updatedTo": "86400"}]
    assert "in order of creation" in progress.proof


async def test_settled_items_in_no_order_are_counted_by_their_total() -> None:
    pages = Pages(rows(9000, 5000, 7000, 8000, 3000, 6000))
    numbers, progress = await read(pages, plan_for("GET /orders"))
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]
    assert "as many different items as the total" in progress.proof


async def test_a_list_without_times_is_read_until_two_passes_agree() -> None:
    pages = Pages([{"id": number} for number in range(1, 7)])
    numbers, progress = await read(pages, plan_for("GET /categories"))
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert [offset for _, offset in pages.log] == [0, 4, 0, 4]
    assert "two passes" in progress.proof


async def test_recent_items_are_read_in_windows_of_a_page() -> None:
    pages = Pages(rows(9000, *range(110, 10, -10)))
    numbers, _ = await read(pages, plan_for("GET /products"))
    assert sorted(numbers) == list(range(1, 12))
    windows = [bounds for bounds, _ in pages.log if "updatedFrom" in bounds and "updatedTo" in bounds]
    assert len(windows) >= 3


async def test_omitted_items_are_requested_if_none_was_seen() -> None:
    items = [{"id": n, "registered": NOW - 9000 + n, "updated": NOW - 9000 + n, "b2b_b2c": "b2c"} for n in (1, 2)]
    pages = Pages(items)
    assert (await read(pages, plan_for("GET /customers")))[0] == [1, 2]
    assert [bounds for bounds, _ in pages.log] == [{}, {"b2b_b2c": "b2b"}, {"updatedFrom": str(NOW - 121)}]
    items[0]["b2b_b2c"] = "b2b"
    pages = Pages(items)
    await read(pages, plan_for("GET /customers"))
    assert [bounds for bounds, _ in pages.log] == [{}]


async def test_a_capped_total_is_noticed_past_the_end() -> None:
    with pytest.raises(BrokenAssumption, match="continues past the end"):
        await read(Pages(rows(*range(9000, 7000, -100)), cap=8), plan_for("GET /products"))


async def test_an_ignored_update_filter_is_noticed() -> None:
    moving = rows(9000, 5000, 7000, 8000, 3000, 6000)
    pages = Pages(moving, ignores=("updatedTo",))
    moving[0]["updateTimestamp"] = NOW
    with pytest.raises(BrokenAssumption, match="filtered by updatedTo"):
        await read(pages, plan_for("GET /products"))
