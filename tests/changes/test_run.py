"""What a read of changes finds out about deletions."""

import json

import pytest
from attrs import evolve

from ecwid_async.changes import FEED_MEMORY, Cursor
from ecwid_async.errors import ConfigError, ScanDrifted, TooManyDeletions
from ecwid_async.sandbox import Switches
from ecwid_async.wire import Request, Response
from tests.changes.copies import LAG, Copy
from tests.changes.servers import NOW, Server, error, products

DAY = 86_400


def put(server: Server, item_id: int, *, updated: int | None = None) -> None:
    """Create or change a product now, or with an update time."""
    (item,) = products([item_id], updated=int(server.now) if updated is None else updated)
    server.store.table("products").put(item)


async def copy_of(server: Server, section: str = "products") -> Copy:
    """Return a copy of a list that was read a day ago, by the server's clock."""
    copy = Copy(server, section)
    await copy.poll()
    server.now += DAY
    await copy.poll()
    server.now += DAY
    return copy


async def test_deleted_items_are_found_without_known_ids_and_before_the_items():
    server = Server()
    server.load("products", products(range(1, 6)))
    copy = await copy_of(server)
    server.delete("products", 2)
    put(server, 6)
    await copy.poll()
    assert set(copy.items) == {1, 3, 4, 5, 6}
    assert copy.deletions == {2: "feed"}
    assert copy.batches[0].deletions
    assert all(batch.finds_deletions for batch in copy.batches)
    assert copy.problem == ""


async def test_a_deletion_is_yielded_with_the_cursor_of_the_read_before():
    server = Server()
    server.load("products", products([1]))
    copy = await copy_of(server)
    before = copy.cursor
    server.delete("products", 1)
    await copy.poll()
    assert copy.batches[0].cursor.to_json() == before
    assert copy.cursor != before


async def test_the_cursor_never_moves_beyond_the_read_of_deleted_items():
    server = Server()
    server.load("products", products([1]))
    copy = await copy_of(server)

    def slow(request: Request) -> None:
        if request.options.operation == "GET /products":
            server.now += 1000

    server.before = slow
    began = server.now
    await copy.poll()
    assert copy.cursor is not None
    assert json.loads(copy.cursor)["since"] <= began - LAG


async def test_an_item_that_a_search_still_shows_is_not_yielded_after_its_deletion():
    server = Server(switches=Switches(delete_lag=200))
    server.load("products", products([1, 2]))
    copy = await copy_of(server)
    put(server, 1)
    server.now += 20
    server.delete("products", 1)
    for _ in range(15):
        await copy.poll()
        assert set(copy.items) == {2}
        assert server.gets == []
        server.now += 30


async def test_a_get_decides_about_an_item_that_was_updated_when_it_was_deleted_or_later():
    server = Server(switches=Switches(delete_lag=200))
    server.load("products", products([1, 2, 3]))
    copy = await copy_of(server)
    for item_id in (1, 2):
        put(server, item_id)
        server.delete("products", item_id)
    put(server, 2)
    for _ in range(15):
        await copy.poll()
        assert set(copy.items) == {2, 3}
        server.now += 30
    await copy.poll()
    assert server.gets == []


async def test_an_item_that_was_restored_is_back_whether_its_update_time_moved_or_not():
    server = Server(switches=Switches(upsert_lag=100, delete_lag=100))
    server.load("products", products([1, 2]))
    copy = await copy_of(server)
    server.delete("products", 1)
    await copy.poll()
    assert set(copy.items) == {2}
    server.now += 60
    put(server, 1)
    for _ in range(20):
        server.now += 30
        await copy.poll()
    assert set(copy.items) == {1, 2}


@pytest.mark.parametrize("last", ["deleted", "restored"])
async def test_an_item_deleted_and_restored_and_deleted_in_one_second_has_its_last_state(last):
    server = Server(switches=Switches(delete_lag=50, upsert_lag=50))
    server.load("products", products([1, 2]))
    copy = await copy_of(server)
    server.delete("products", 1)
    put(server, 1)
    server.delete("products", 1)
    if last == "restored":
        put(server, 1)
    for _ in range(20):
        await copy.poll()
        server.now += 30
    assert set(copy.items) == ({1, 2} if last == "restored" else {2})


async def test_a_deletion_that_a_get_contradicts_is_not_yielded_again_when_known_items_are_compared():
    server = Server()
    server.load("products", products([1, 2, 3]))
    copy = await copy_of(server)
    server.delete("products", 1)
    put(server, 1)
    server.now += 20
    server.store.table("products").remove(3)
    await copy.reconcile()
    assert set(copy.items) == {1, 2}
    deleted = [request for request in server.requests if request.path.endswith("/deleted")]
    assert len(deleted) == 2


@pytest.mark.parametrize("is_compared", [False, True])
async def test_a_list_of_deleted_items_that_stays_incomplete_holds_the_cursor_unless_known_ids_are_compared(
    is_compared,
):
    server = Server()
    server.load("products", products(range(1, 4)))
    copy = await copy_of(server)
    for item_id in (1, 2):
        server.delete("products", item_id)
    put(server, 3)

    def hide_one(request: Request, response: Response) -> Response:
        if not request.path.endswith("/deleted"):
            return response
        page = json.loads(response.body)
        page["items"] = [item for item in page["items"] if item["id"] != 2]
        return Response(response.status, response.headers, json.dumps(page).encode())

    server.replace = hide_one
    server.now += 2
    before = copy.cursor
    await copy.poll(expect=ScanDrifted)
    assert copy.cursor == before
    assert set(copy.items) == {2, 3}
    assert not any(batch.finds_deletions for batch in copy.batches)
    if is_compared:
        await copy.reconcile()
    else:
        server.replace = lambda request, response: response
        await copy.poll()
    assert set(copy.items) == {3}
    assert copy.cursor != before


async def test_a_token_without_the_scope_of_deleted_items_says_so_and_known_ids_find_them():
    server = Server()
    server.load("products", products(range(1, 4)))
    copy = await copy_of(server)
    server.replace = lambda request, found: (
        error(403, "INSUFFICIENT_APP_SCOPE") if request.path.endswith("/deleted") else found
    )
    server.delete("products", 2)
    await copy.poll()
    assert set(copy.items) == {1, 2, 3}
    assert not any(batch.finds_deletions for batch in copy.batches)
    assert "/products/deleted" in copy.problem
    await copy.reconcile()
    assert set(copy.items) == {1, 3}
    assert all(batch.finds_deletions for batch in copy.batches)
    assert copy.deletions == {2: "get"}


async def test_a_cursor_older_than_the_list_of_deleted_items_needs_known_ids():
    server = Server()
    server.load("products", products(range(1, 4)))
    copy = await copy_of(server)
    server.delete("products", 2)
    server.now += FEED_MEMORY + 30 * DAY
    old = copy.cursor
    await copy.poll()
    assert 2 in copy.items
    assert not any(batch.finds_deletions for batch in copy.batches)
    assert "older" in copy.problem
    copy.cursor = old
    await copy.reconcile()
    assert set(copy.items) == {1, 3}
    assert all(batch.finds_deletions for batch in copy.batches)


@pytest.mark.parametrize("section", ["categories", "customer_groups", "carts", "brands"])
async def test_lists_without_deleted_items_say_that_they_need_known_ids(section):
    copy = Copy(Server(), section)
    await copy.poll()
    assert not any(batch.finds_deletions for batch in copy.batches)
    assert "does not list deleted items" in copy.problem
    await copy.poll([])
    assert all(batch.finds_deletions for batch in copy.batches)


async def test_known_items_are_compared_with_all_ids_of_the_list():
    server = Server()
    server.load("products", products(range(1, 251)))
    copy = await copy_of(server)
    server.store.table("products").remove(7)  # without a trace
    await copy.reconcile()
    assert set(copy.items) == set(range(1, 251)) - {7}
    assert copy.deletions == {7: "get"}
    listing = [request for request in server.requests if "responseFields" in dict(request.params)]
    assert {dict(request.params)["responseFields"].count(",") for request in listing} == {6}
    assert len(listing) <= 4
    assert len(server.gets) == 1


async def test_a_list_that_is_read_whole_is_compared_without_another_read():
    server = Server()
    server.load("categories", [{"id": n, "name": str(n), "enabled": n % 2 == 0} for n in range(1, 6)])
    copy = await copy_of(server, "categories")
    server.store.table("categories").remove(3)
    await copy.reconcile()
    assert set(copy.items) == {1, 2, 4, 5}
    assert [request.options.operation for request in server.requests].count("GET /categories") == 1
    assert len(server.gets) == 1


async def test_hidden_items_are_no_deletions():
    server = Server()
    server.load("products", products(range(1, 4)))
    server.load("categories", [{"id": n, "name": str(n), "enabled": True} for n in range(1, 4)])
    for section in ("products", "categories"):
        copy = await copy_of(server, section)
        table = server.store.table(section)
        stored = table.get(2)
        assert stored is not None
        table.put({**stored, "enabled": False})
        await copy.reconcile()
        assert (set(copy.items), copy.deletions) == ({1, 2, 3}, {})


def show_like_a_public_token(server: Server) -> None:
    """Let disabled products be neither listed nor found, as for a token that lacks the scope for them."""

    def replace(request: Request, response: Response) -> Response:
        if request.options.operation == "GET /products":
            response = server.sandbox.handle(evolve(request, params=(*request.params, ("enabled", "true"))))
        data = json.loads(response.body)
        if data.get("enabled") is False:
            return error(404, "PRODUCT_NOT_FOUND")
        if "productId" in dict(request.params):  # the sandbox ignores the other filter
            data = {"total": 0, "items": []}
        return evolve(response, body=json.dumps(data).encode())

    server.replace = replace


async def test_a_token_that_does_not_show_hidden_items_any_more_deletes_at_most_a_hundred_of_them():
    server = Server()
    server.load("products", [{**item, "enabled": item["id"] > 101} for item in products(range(1, 151))])
    copy = await copy_of(server)
    assert len(copy.items) == 150
    show_like_a_public_token(server)
    await copy.reconcile(expect=TooManyDeletions)
    assert len(copy.items) == 150
    assert server.gets == []


async def test_an_item_that_the_list_does_not_show_yet_is_no_deletion():
    server = Server(switches=Switches(upsert_lag=100))
    server.load("products", products(range(1, 4)))
    copy = await copy_of(server)
    put(server, 9)
    copy.items[9] = {}  # read by its id
    await copy.reconcile()
    assert copy.items[9]["name"] == "Product 9"
    assert copy.deletions == {}


async def test_more_look_ups_than_allowed_are_left_to_the_caller():
    server = Server()
    server.load("products", products(range(1, 51)))
    copy = await copy_of(server)
    for item_id in range(1, 31):
        server.store.table("products").remove(item_id)
    await copy.reconcile(max_lookups=12)
    assert len(server.gets) == 12
    assert len(copy.deletions) == 12
    assert sorted([*copy.missing, *copy.deletions]) == list(range(1, 31))
    await copy.reconcile(max_lookups=0)
    assert server.gets == []
    assert len(copy.missing) == 18


async def test_an_item_that_cant_be_looked_up_is_left_to_the_caller():
    server = Server()
    server.load("products", products(range(1, 6)))
    copy = await copy_of(server)
    for item_id in (2, 3):
        server.store.table("products").remove(item_id)
    server.replace = lambda request, found: error(500) if request.path.endswith("/3") else found
    await copy.reconcile()
    assert set(copy.items) == {1, 3, 4, 5}
    assert copy.missing == [3]


@pytest.mark.parametrize("section", ["products", "categories"])
async def test_nothing_is_taken_for_deleted_if_too_much_is_gone_at_once(section):
    server = Server()
    items = {
        "products": products(range(1, 301)),
        "categories": [{"id": n, "name": str(n)} for n in range(1, 301)],
    }[section]
    server.load(section, items)
    copy = await copy_of(server, section)
    for item_id in range(1, 102):
        server.store.table(section).remove(item_id)
    server.store.table(section).put({**items[200], "name": "Changed", "updateTimestamp": int(server.now)})
    before = copy.cursor
    await copy.reconcile(expect=TooManyDeletions)
    assert isinstance(copy.error, TooManyDeletions)
    assert (copy.error.gone, copy.error.known) == (101, 300)
    assert (copy.deletions, copy.missing, server.gets) == ({}, [], [])
    assert copy.items[201]["name"] == "Changed"
    assert copy.cursor != before
    await copy.reconcile(confirm_deletions=True, max_lookups=1000)
    assert set(copy.items) == set(range(102, 301))


async def test_any_number_of_deletions_from_the_list_of_deleted_items_is_certain():
    server = Server()
    server.load("products", products(range(1, 301)))
    copy = await copy_of(server)
    for item_id in range(1, 251):
        server.delete("products", item_id)
    server.now += 2
    await copy.reconcile()
    assert set(copy.items) == set(range(251, 301))
    assert server.gets == []


async def test_items_deleted_while_known_ones_are_compared_are_found_in_the_list_of_deleted_items():
    server = Server()
    server.load("products", products(range(1, 301)))
    copy = await copy_of(server)

    def delete_many(request: Request) -> None:
        if "responseFields" in dict(request.params) and server.store.count("products") == 300:
            for item_id in range(1, 251):
                server.delete("products", item_id)
        server.now += 1

    server.before = delete_many
    await copy.reconcile()
    assert set(copy.items) == set(range(251, 301))
    assert server.gets == []


async def test_brands_and_promotions_are_deleted_once_two_listings_more_than_the_lag_apart_lack_them():
    server = Server()
    server.load("promotions", [{"id": n, "name": str(n)} for n in range(1, 4)])
    copy = await copy_of(server, "promotions")
    table = server.store.table("promotions")
    gone = [table.get(n) for n in (1, 2)]
    for item_id in (1, 2):
        table.remove(item_id)
    await copy.reconcile()
    assert set(copy.items) == {1, 2, 3}
    assert copy.cursor is not None
    assert json.loads(copy.cursor)["absent"].keys() == {"1", "2"}
    server.now += LAG - 30
    await copy.reconcile()
    assert set(copy.items) == {1, 2, 3}
    assert gone[1] is not None
    table.put(gone[1])
    server.now += 60
    await copy.reconcile()
    assert set(copy.items) == {2, 3}
    assert copy.deletions == {1: "listings"}
    assert "absent" not in json.loads(copy.cursor)
    table.remove(2)
    server.now += DAY
    await copy.reconcile()
    assert set(copy.items) == {2, 3}  # its absence begins anew


async def test_an_item_that_came_back_between_comparisons_is_not_absent_any_more():
    server = Server()
    server.load("promotions", [{"id": n, "name": str(n)} for n in range(1, 4)])
    copy = await copy_of(server, "promotions")
    table = server.store.table("promotions")
    item = table.get(1)
    assert item is not None
    table.remove(1)
    await copy.reconcile()
    server.now += DAY
    table.put(item)
    await copy.poll()  # without known ids
    assert copy.cursor is not None
    assert "absent" not in json.loads(copy.cursor)


async def test_too_many_brands_that_are_gone_stay_until_that_is_confirmed():
    server = Server()
    server.load("promotions", [{"id": n, "name": str(n)} for n in range(1, 203)])
    copy = await copy_of(server, "promotions")
    for item_id in range(1, 151):
        server.store.table("promotions").remove(item_id)
    await copy.reconcile()
    server.now += DAY
    await copy.reconcile(expect=TooManyDeletions)
    assert len(copy.items) == 202
    server.now += DAY
    await copy.reconcile(expect=TooManyDeletions)
    await copy.reconcile(confirm_deletions=True)
    assert set(copy.items) == set(range(151, 203))


async def test_a_listing_that_cant_be_proven_deletes_nothing():
    server = Server()
    server.load("categories", [{"id": n, "name": str(n)} for n in range(1, 151)])
    copy = await copy_of(server, "categories")

    def hide_one(request: Request, response: Response) -> Response:
        page = json.loads(response.body)
        page["items"] = [item for item in page.get("items", []) if item["id"] != 120]
        return Response(response.status, response.headers, json.dumps(page).encode())

    server.replace = hide_one
    await copy.reconcile(expect=ScanDrifted)
    assert (copy.deletions, copy.missing, server.gets) == ({}, [], [])


async def test_orders_of_old_stores_are_found_by_their_number_and_only_deleted_after_a_look_up():
    server = Server(switches=Switches(sequential_orders=True))
    times = {"createTimestamp": NOW - DAY, "updateTimestamp": NOW - DAY}
    server.load("orders", [{"id": str(n), "orderNumber": n, **times} for n in range(1, 5)])
    copy = await copy_of(server, "orders")
    assert set(copy.items) == {"1", "2", "3", "4"}
    server.delete("orders", 2)
    server.store.history("orders").add({"id": 3}, int(server.now))  # restored since
    await copy.poll()
    assert set(copy.items) == {"1", "3", "4"}
    assert copy.deletions == {"2": "get"}


async def test_a_first_read_is_compared_with_known_ids_too():
    server = Server()
    server.load("products", products(range(1, 4)))
    copy = Copy(server, items={n: {} for n in range(1, 6)})
    await copy.reconcile()
    assert set(copy.items) == {1, 2, 3}
    assert [request.options.operation for request in server.requests].count("GET /products") <= 3


async def test_a_known_id_that_cannot_be_requested_is_not_looked_up():
    orders = Server().connect().orders
    changes = orders.changes(known=[".."])
    async with changes:
        missing = [item_id async for batch in changes.raw() for item_id in batch.missing]
    assert missing == [".."]
    assert list(changes.failed) == missing


def test_wrong_arguments_are_refused_at_once():
    section = Server().connect().products
    with pytest.raises(TypeError, match="known"):
        section.changes(known="ABC")
    with pytest.raises(ConfigError, match="max_lookups"):
        section.changes(max_lookups=-1)


async def test_a_cursor_of_a_list_with_absent_items_is_readable():
    cursor = Cursor(version=1, store_id=1003, operation="GET /brands", since=NOW, absent={"Acme, Inc.": NOW})
    assert Cursor.from_json(cursor.to_json(), store_id=1003, operation="GET /brands") == cursor
