import json
import math
from typing import Any

import pytest
from attrs import evolve, frozen

from ecwid_async.changes import Deletion, ItemBatch, ItemLookup, change_plan_for
from ecwid_async.errors import ConfigError, DecodeError, Forbidden, InvalidToken, NotFound, ServerError
from ecwid_async.sandbox import Switches
from ecwid_async.sandbox.state import format_time
from ecwid_async.wire import Headers, Lane, Request, Response
from tests.changes.servers import NOW, Server, error, products

DATE = format_time(NOW)


@frozen
class Row:
    name: str


async def all_batches(lookup: ItemLookup[Any]) -> list[ItemBatch[Any]]:
    return [batch async for batch in lookup]


def ids_of(batches: list[ItemBatch[Any]]) -> list[Any]:
    return sorted(item_id for batch in batches for item_id in batch.ids)


def deletions_of(batches: list[ItemBatch[Any]]) -> list[Deletion]:
    return [deletion for batch in batches for deletion in batch.deletions]


async def test_items_are_searched_a_hundred_at_once_and_only_the_rest_is_read_one_by_one():
    server = Server()
    server.load("products", products(range(1, 251)))
    batches = await all_batches(server.connect().products.look_up(range(1, 253)))
    assert ids_of(batches) == list(range(1, 251))
    assert {batch.kind for batch in batches if batch.items} == {"search"}
    assert sorted(deletion.id for deletion in deletions_of(batches)) == [251, 252]
    assert len(server.gets) == 2
    assert len(server.requests) == 3 + 2
    assert {request.options.lane for request in server.requests} == {Lane.BULK}


async def test_a_404_makes_a_deletion_at_the_end_of_the_get():
    server = Server()
    batch = (await all_batches(server.connect().products.look_up([7])))[-1]
    assert batch.kind == "get"
    assert batch.deletions == [Deletion(7, math.ceil(batch.read.end), "get")]
    assert batch.read.begin <= NOW < batch.read.end


async def test_a_search_shows_a_state_that_may_be_older_by_the_lag():
    server = Server()
    server.load("products", products([1]))
    (batch,) = await all_batches(server.connect().products.look_up([1], lag=60))
    assert batch.read.begin == pytest.approx(NOW - 60, abs=5)
    (batch,) = await all_batches(server.connect().products.look_up([1], lag=60, multi_get=False))
    assert batch.kind == "get"
    assert batch.read.begin == pytest.approx(NOW, abs=5)


async def test_a_404_that_is_not_the_apis_is_not_a_deletion():
    server = Server()
    server.replace = lambda request, response: (
        Response(404, Headers(), b"<html>Not Found</html>") if response.status == 404 else response
    )
    lookup = server.connect().products.look_up([1, 2])
    assert deletions_of(await all_batches(lookup)) == []
    assert {item_id: type(failure) for item_id, failure in lookup.failed.items()} == {1: NotFound, 2: NotFound}


@pytest.mark.parametrize(("response", "expected"), [(error(403), Forbidden), (error(500), ServerError)])
async def test_an_item_that_cant_be_read_does_not_stop_the_others(response, expected):
    server = Server()
    server.load("categories", [{"id": n, "name": str(n)} for n in range(1, 40)])
    server.replace = lambda request, found: response if request.path.endswith("/7") else found
    lookup = server.connect().categories.look_up(range(1, 40))
    batches = await all_batches(lookup)
    assert ids_of(batches) == [n for n in range(1, 40) if n != 7]
    assert [type(failure) for failure in lookup.failed.values()] == [expected]
    assert list(lookup.failed) == [7]


async def test_an_error_of_the_store_is_raised_once_the_other_responses_are_yielded():
    server = Server()
    server.load("categories", [{"id": n, "name": str(n)} for n in range(1, 100)])
    server.replace = lambda request, found: error(403, "INVALID_API_TOKEN") if request.path.endswith("/50") else found
    lookup = server.connect().categories.look_up(range(1, 100))
    read: list[Any] = []

    async def read_all() -> None:
        async for batch in lookup:
            read.extend(batch.ids)

    with pytest.raises(InvalidToken):
        await read_all()
    assert set(read) >= set(range(1, 33))
    assert lookup.failed == {}
    assert len(server.requests) < 99


async def test_a_lookup_of_which_every_item_fails_ends():
    server = Server()
    server.replace = lambda request, found: error(503)
    lookup = server.connect().categories.look_up(range(1, 1000))
    with pytest.raises(ServerError):
        await all_batches(lookup)
    assert len(server.requests) < 50


async def test_items_of_a_search_that_fails_are_read_one_by_one():
    server = Server()
    server.load("products", products([1, 2]))
    server.replace = lambda request, found: error(400) if "{" not in request.options.operation else found
    batches = await all_batches(server.connect().products.look_up([1, 2]))
    assert ids_of(batches) == [1, 2]
    assert {batch.kind for batch in batches} == {"get"}


async def test_items_that_were_not_requested_are_not_yielded():
    server = Server()
    server.load("products", products(range(1, 60)))

    def ignore_filter(request: Request) -> Request:
        return evolve(request, params=tuple(each for each in request.params if each[0] != "productId"))

    server.replace = lambda request, found: server.sandbox.handle(ignore_filter(request))
    assert ids_of(await all_batches(server.connect().products.look_up([7, 9]))) == [7, 9]


async def test_a_get_that_returns_another_item_shows_neither_that_it_exists_nor_that_it_was_deleted():
    server = Server()
    server.load("products", products([1, 2]))
    server.replace = lambda request, found: (
        evolve(found, body=json.dumps(products([2])[0]).encode()) if request.path.endswith("/1") else found
    )
    lookup = server.connect().products.look_up([1], multi_get=False)
    assert await all_batches(lookup) == []
    assert isinstance(lookup.failed[1], DecodeError)


async def test_hidden_items_are_found_and_are_no_deletions():
    server = Server()
    server.load("products", [{**item, "enabled": False} for item in products([1, 2])])
    server.load("categories", [{"id": 5, "name": "Hidden", "enabled": False}])
    store = server.connect()
    for multi_get in (True, False):
        assert ids_of(await all_batches(store.products.look_up([1, 2], multi_get=multi_get))) == [1, 2]
    batches = await all_batches(store.categories.look_up([5]))
    assert ids_of(batches) == [5]
    assert deletions_of(batches) == []


@pytest.mark.parametrize("multi_get", [True, False])
async def test_items_are_read_into_your_own_class_as_plain_data_or_unparsed(multi_get):
    server = Server()
    server.load("products", products([1]))
    look_up = server.connect().products.look_up
    (batch,) = await all_batches(look_up([1], into=Row, multi_get=multi_get))
    assert (batch.items, batch.ids, batch.updated) == ([Row("Product 1")], [1], [NOW - 86_400])
    (dicts,) = [batch async for batch in look_up([1], into=Row, multi_get=multi_get).dicts()]
    assert dicts.items == [{"name": "Product 1"}]
    (raw,) = [batch async for batch in look_up([1], multi_get=multi_get).raw()]
    assert json.loads(bytes(raw.items[0]))["name"] == "Product 1"
    (typed,) = await all_batches(look_up([1], multi_get=multi_get))
    assert typed.items[0].name == "Product 1"


LISTS: dict[str, list[dict[str, Any]]] = {
    "categories": [{"id": n, "name": str(n)} for n in (1, 2)],
    "coupons": [{"id": n, "code": str(n), "creationDate": DATE, "updateDate": DATE} for n in (1, 2)],
    "customer_groups": [{"id": n, "name": str(n)} for n in (1, 2)],
    "customers": [{"id": n, "email": f"{n}@example.com", "registered": DATE, "updated": DATE} for n in (1, 2)],
    "orders": [
        {"id": text, "orderNumber": n, "createTimestamp": NOW, "updateTimestamp": NOW}
        for n, text in ((1, "AAAA1"), (2, "AAAA2"))
    ],
    "products": products([1, 2]),
    "reviews": [{"id": n, "productId": 1, "rating": 5, "createTimestamp": NOW, "updateTimestamp": NOW} for n in (1, 2)],
    "subscriptions": [{"subscriptionId": n, "createTimestamp": NOW, "updateTimestamp": NOW} for n in (1, 2)],
}


@pytest.mark.parametrize("section", LISTS)
@pytest.mark.parametrize("multi_get", [True, False])
async def test_items_of_each_list_can_be_looked_up(section, multi_get):
    server = Server(switches=Switches(reject_unknown=True))
    server.load(section, LISTS[section])
    resource = getattr(server.connect(), section)
    known = [item.get("subscriptionId", item.get("id")) for item in LISTS[section]]
    absent = "AAAA3" if section == "orders" else 3
    lookup = resource.look_up([*known, absent], multi_get=multi_get)
    batches = await all_batches(lookup)
    assert ids_of(batches) == known
    assert [deletion.id for deletion in deletions_of(batches)] == [absent]
    assert lookup.failed == {}
    has_search = change_plan_for(lookup._operation).multi_get is not None
    assert len(server.requests) == (2 if multi_get and has_search else 3)


async def test_an_id_that_is_given_twice_is_read_once():
    server = Server()
    assert len(deletions_of(await all_batches(server.connect().products.look_up([1, 1, 1])))) == 1


async def test_ids_with_commas_are_read_one_by_one():
    server = Server()
    batches = await all_batches(server.connect().orders.look_up(["A,B", "C"]))
    assert [dict(request.params).get("ids") for request in server.requests if request not in server.gets] == ["C"]
    assert sorted(deletion.id for deletion in deletions_of(batches)) == ["A,B", "C"]


async def test_an_error_of_a_transport_is_raised_as_it_is():
    server = Server()
    server.before = lambda request: (_ for _ in ()).throw(OSError("the transport fails"))
    with pytest.raises(OSError, match="the transport fails"):
        await all_batches(server.connect().products.look_up([1, 2, 3]))


def test_wrong_arguments_are_refused_when_the_lookup_is_built():
    store = Server().connect()
    with pytest.raises(ConfigError, match="promotions"):
        store.promotions.look_up([1])
    with pytest.raises(ConfigError, match="concurrency"):
        store.products.look_up([1], concurrency=0)
    with pytest.raises(TypeError, match="list of ids"):
        store.orders.look_up("ABC")
    with pytest.raises((TypeError, ValueError)):
        store.orders.look_up([""])
    with pytest.raises(TypeError):
        store.orders.look_up([None])  # type: ignore[list-item]


async def test_a_lookup_can_be_iterated_only_once():
    lookup = Server().connect().products.look_up([1])
    await all_batches(lookup)
    with pytest.raises(RuntimeError, match="only once"):
        await all_batches(lookup)
