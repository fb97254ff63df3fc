"""Reading a section of a store for a pipeline: no row and no deletion is lost, and none comes back."""

import json
import time
from typing import Any, Final

import pytest

from ecwid_async.client import Store
from ecwid_async.sandbox import Switches
from ecwid_async.sync.extraction.reader import ReadPart, SectionReader
from ecwid_async.sync.extraction.state import ReadState, is_comparison_due
from ecwid_async.sync.rows import MIRROR_SECTIONS
from ecwid_async.sync.token_scopes import TokenScopes
from ecwid_async.transport.memory import make_response
from tests.sync.shop import DAY, MINUTE, WEEK, Shop

MONTH: Final = 30 * DAY


class Copy:
    """A destination in memory: the rows and the state that a run has loaded."""

    def __init__(self, shop: Shop, section: str = "products") -> None:
        self.shop = shop
        self.section = MIRROR_SECTIONS[section]
        self.rows: dict[Any, Any] = {}
        self.state = ReadState()

    async def run(self, *, store: Store | None = None, confirmed: bool = False) -> list[str]:
        """Read once, and load what was read. Return the kinds of the problems."""
        store = store or self.shop.store()
        # As it is stored between two runs.
        state = ReadState.from_plain(json.loads(json.dumps(self.state.to_plain())))
        cursor = state.parse_cursor(store.store_id, self.section)
        is_due = is_comparison_due(state, self.section, cursor, now=self.shop.now)
        parts: list[ReadPart] = []

        async def deliver(part: ReadPart) -> None:
            parts.append(part)

        reader = SectionReader(
            store,
            self.section,
            state,
            known=list(self.rows) if is_due else None,
            scopes=TokenScopes(store),
            deliver=deliver,
            lag=300.0,
            confirmed=confirmed,
            clock=self.shop.clock,
        )
        await reader.read()
        assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
        for part in parts:
            for key in part.deleted:
                self.rows.pop(key, None)
            self.rows |= {key: json.loads(bytes(item)) for key, item in zip(part.keys, part.items, strict=True)}
            self.state = part.state or self.state
        return [problem.kind for problem in parts[-1].problems]

    def expect_products(self) -> None:
        """Assert that the rows are the products of the store."""
        table = self.shop.data.table("products")
        assert {key: row["name"] for key, row in self.rows.items()} == {key: table.get(key)["name"] for key in table}


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def copy(shop: Shop) -> Copy:
    return Copy(shop)


def restore(shop: Shop, product: dict[str, Any]) -> None:
    """Bring a deleted product back, as it was, with its update time."""
    with shop.data.transaction():
        shop.data.table("products").put(product)


async def test_changes_and_deletions_are_found(shop, copy):
    _, second, third = shop.add_products(3)
    assert await copy.run() == []
    shop.wait(DAY)
    shop.edit(second, "Edited")
    shop.delete(third)
    shop.add_products(1)
    assert await copy.run() == []
    copy.expect_products()
    assert copy.rows[second]["name"] == "Edited"
    assert third not in copy.rows
    shop.wait(10 * MINUTE)
    shop.requests()
    await copy.run()
    assert shop.requests() == ["GET /products/deleted", "GET /products"], "a quiet list costs two requests"


async def test_changes_in_the_second_of_the_cursor_are_found(shop, copy):
    ids = shop.add_products(120)
    await copy.run()
    for _ in range(3):
        shop.wait(300)  # the lag, so that the second run begins in the second of the edits
        for number, product in enumerate(ids):
            shop.edit(product, f"Before {number} {shop.now}")
        await copy.run()
        for number, product in enumerate(ids):
            shop.edit(product, f"After {number} {shop.now}")
        await copy.run()
        copy.expect_products()


async def test_a_change_that_the_search_shows_late_is_found(copy, shop):
    shop.sandbox.set_switches(Switches(upsert_lag=120, delete_lag=120))
    first, second = shop.add_products(2)
    shop.wait(DAY)
    await copy.run()
    shop.edit(first, "Late")
    shop.delete(second)
    await copy.run()
    assert list(copy.rows) == [first], "the search still shows the deleted product"
    shop.wait(4 * MINUTE)
    await copy.run()
    copy.expect_products()


@pytest.mark.parametrize("after", [0, 60, 400])
async def test_a_deleted_item_that_returns_stays(shop, copy, after):
    """The list of deleted items repeats its deletion in the following runs."""
    first, _ = shop.add_products(2)
    shop.wait(DAY)
    await copy.run()
    product = dict(shop.data.table("products").get(first))
    shop.delete(first)
    await copy.run()
    assert first not in copy.rows
    shop.wait(after)
    restore(shop, {**product, "updateTimestamp": int(shop.now)})
    for _ in range(4):
        await copy.run()
        copy.expect_products()
        shop.wait(100)


async def test_an_item_that_returns_before_the_run_stays(shop, copy):
    first, _ = shop.add_products(2)
    shop.wait(DAY)
    await copy.run()
    product = dict(shop.data.table("products").get(first))
    shop.delete(first)
    shop.wait(1)
    restore(shop, {**product, "name": "Restored", "updateTimestamp": int(shop.now)})
    for _ in range(4):
        shop.wait(100)
        await copy.run()
        copy.expect_products()


async def test_the_state_forgets_deletions_that_are_not_repeated(shop, copy):
    first, second, _ = shop.add_products(3)
    await copy.run()
    shop.wait(DAY)
    shop.delete(first)
    await copy.run()
    assert list(copy.state.deletions) == [str(first)]
    shop.wait(DAY)
    shop.delete(second)
    await copy.run()
    assert list(copy.state.deletions) == [str(second)]


async def test_a_deletion_without_a_trace_is_found_by_the_weekly_comparison(shop, copy):
    first, *_ = shop.add_products(3)
    await copy.run()
    shop.delete_silently([first])
    shop.wait(6 * DAY)
    await copy.run()
    assert first in copy.rows
    shop.wait(DAY)
    await copy.run()
    copy.expect_products()


async def test_deletions_during_a_pause_longer_than_the_memory_of_the_store_are_found(shop, copy):
    first, *_ = shop.add_products(3)
    await copy.run()
    shop.delete_silently([first])
    shop.wait(7 * MONTH)
    await copy.run()
    copy.expect_products()


async def test_rows_from_before_the_state_was_lost_are_compared(shop, copy):
    first, second, _ = shop.add_products(3)
    await copy.run()
    copy.state = ReadState()
    shop.delete_silently([first])
    shop.edit(second, "Edited")
    assert await copy.run() == []
    copy.expect_products()


async def test_many_deletions_at_once_wait_until_they_are_confirmed(shop, copy):
    ids = shop.add_products(150)
    await copy.run()
    shop.delete_silently(ids[:120])
    shop.wait(WEEK)
    assert await copy.run() == ["deletions"]
    assert len(copy.rows) == 150
    assert await copy.run() == ["deletions"], "it is tried again at once"
    assert await copy.run(confirmed=True) == []
    # 80 of 120 are read by their ids in the next run.
    for _ in range(3):
        await copy.run()
    copy.expect_products()


async def test_a_token_with_fewer_scopes_deletes_nothing(shop, copy):
    first, *_ = shop.add_products(3)
    await copy.run()
    shop.delete_silently([first])
    shop.data.add_token("secret_narrow", ["read_catalog", "read_store_profile"])
    shop.wait(WEEK)
    assert await copy.run(store=shop.store("secret_narrow")) == ["deletions"]
    assert first in copy.rows
    assert await copy.run(store=shop.store("secret_narrow"), confirmed=True) == []
    copy.expect_products()


async def test_deletions_that_the_token_cannot_list_are_found_within_a_day(shop, copy, monkeypatch):
    first, *_ = shop.add_products(3)
    await copy.run()
    send = shop.sandbox.send

    async def without_deleted_items(request):
        if request.path.endswith("/products/deleted"):
            return make_response({"errorCode": "INSUFFICIENT_APP_SCOPE"}, status=403)
        return await send(request)

    monkeypatch.setattr(shop.sandbox, "send", without_deleted_items)
    shop.delete(first)
    shop.wait(10 * MINUTE)
    assert await copy.run() == ["deletions"]
    assert first in copy.rows
    shop.wait(DAY)
    await copy.run()
    copy.expect_products()


@pytest.mark.parametrize(
    ("section", "path", "body"),
    [
        ("categories", "/categories", {"name": "Lamps"}),
        ("customer_groups", "/customer_groups", {"name": "VIP"}),
    ],
)
async def test_a_list_without_deleted_items_is_compared_each_time(shop, section, path, body):
    copy = Copy(shop, section)
    kept, gone = (shop.api.call("POST", path, body)["id"] for _ in range(2))
    await copy.run()
    assert {kept, gone} <= copy.rows.keys()
    shop.api.call("DELETE", f"{path}/{gone}")
    await copy.run()
    assert kept in copy.rows
    assert gone not in copy.rows


async def test_items_of_a_single_response_are_deleted_once_two_responses_lack_them(shop):
    copy = Copy(shop, "product_types")
    kept, gone = (shop.api.call("POST", "/classes", {"name": name})["id"] for name in ("Lamps", "Books"))
    await copy.run()
    shop.api.call("DELETE", f"/classes/{gone}")
    await copy.run()
    assert gone in copy.rows
    shop.wait(6 * MINUTE)
    await copy.run()
    assert kept in copy.rows
    assert gone not in copy.rows


async def test_a_section_that_the_token_does_not_open_keeps_its_state(shop, copy):
    shop.add_products(2)
    await copy.run()
    before = copy.state
    shop.data.add_token("secret_narrow", ["read_orders"])
    shop.wait(DAY)
    shop.add_products(1)
    assert await copy.run(store=shop.store("secret_narrow")) == ["skipped"]
    assert copy.state == before
    assert await copy.run() == []
    copy.expect_products()


async def test_an_error_in_the_middle_keeps_what_was_read(shop, copy, monkeypatch):
    shop.add_products(450)
    send, pages = shop.sandbox.send, 0

    async def failing(request):
        nonlocal pages
        pages += request.path.endswith("/products")
        return make_response({"errorMessage": "broken"}, status=400) if pages > 3 else await send(request)

    monkeypatch.setattr(shop.sandbox, "send", failing)
    assert await copy.run() == ["failed"]
    assert copy.state.parse_cursor(shop.store().store_id, copy.section).since is None
    monkeypatch.undo()
    assert await copy.run() == []
    copy.expect_products()


async def test_a_cursor_of_another_store_is_refused(shop, copy):
    copy.state = ReadState(cursor='{"version":1,"store_id":7,"operation":"GET /products","since":1}')
    shop.add_products(1)
    parts: list[ReadPart] = []

    async def deliver(part: ReadPart) -> None:
        parts.append(part)

    store = shop.store()
    reader = SectionReader(
        store,
        copy.section,
        copy.state,
        known=None,
        scopes=TokenScopes(store),
        deliver=deliver,
        lag=300.0,
        confirmed=False,
        clock=time.time,
    )
    await reader.read()
    (last,) = parts
    assert [problem.kind for problem in last.problems] == ["failed"]
    assert last.state == copy.state
