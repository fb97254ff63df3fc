import json
import random
from typing import Any

import pytest
from attrs import evolve

from ecwid_async.changes import FEED_MEMORY, Deletion
from ecwid_async.changes.deletions import DeletedItems, read_deleted_items
from ecwid_async.errors import DecodeError, InvalidToken, ServerError
from ecwid_async.sandbox import Switches
from ecwid_async.sandbox.state import format_time
from ecwid_async.wire import Lane, Request, Response
from tests.changes.servers import NOW, Server, error

HOUR = 3600


def reorder(server: Server, order: str, section: str = "products") -> None:
    """Let the list of deleted items have another order than the oldest first."""
    history = server.store.history(section)
    between = history.between
    shuffled = random.Random(1)

    def reordered(*args: Any) -> Any:
        entries = between(*args)
        if order == "newest":
            entries.reverse()
        elif order == "unstable":
            shuffled.shuffle(entries)
        return entries

    history.between = reordered  # type: ignore[method-assign]


def record(server: Server, count: int, *, first: int = 1, at: int = NOW - HOUR) -> None:
    """Record deletions, one a second."""
    for nth in range(count):
        server.store.history("products").add({"id": first + nth}, at + nth)


async def read(server: Server, since: int = NOW - 2 * HOUR, operation: str = "GET /products") -> DeletedItems:
    return await read_deleted_items(operation, since, server.connect().products._channel)


def ids(deleted: DeletedItems) -> set[Any]:
    return {deletion.id for deletion in deleted.deletions}


async def test_items_deleted_since_a_time_are_found_with_one_request():
    server = Server()
    record(server, 20)
    deleted = await read(server, NOW - HOUR + 10)
    assert ids(deleted) >= set(range(11, 21))
    assert ids(deleted) <= set(range(10, 21))  # the bound may be exclusive
    assert Deletion(20, NOW - HOUR + 19, "feed") in deleted.deletions
    assert (deleted.problem, deleted.is_proven, deleted.unidentified) == ("", True, 0)
    (request,) = server.requests
    assert request.options.lane is Lane.BULK


async def test_the_bounds_may_be_exclusive():
    server = Server(switches=Switches(inclusive_bounds=False))
    record(server, 250)
    assert ids(await read(server, NOW - HOUR)) == set(range(1, 251))


@pytest.mark.parametrize("order", ["oldest", "newest", "unstable"])
@pytest.mark.parametrize("page_size", [None, 7])
async def test_no_deletion_is_missing_in_a_list_that_grows_while_it_is_read(order, page_size):
    server = Server(switches=Switches(page_size=page_size))
    count = 1000 if page_size is None else 100
    record(server, count)
    reorder(server, order)
    deleted_meanwhile = iter(range(100_000, 100_040))

    def delete_another(request: Request) -> None:
        if (item_id := next(deleted_meanwhile, None)) is not None:
            server.store.history("products").add({"id": item_id}, int(server.now))
        server.now += 0.5

    server.before = delete_another
    deleted = await read(server)
    assert deleted.is_proven
    assert ids(deleted) >= set(range(1, count + 1))


@pytest.mark.parametrize("order", ["oldest", "newest", "unstable"])
async def test_thousands_of_items_deleted_in_one_second_are_found(order):
    server = Server()
    for item_id in range(2_000):
        server.store.history("products").add({"id": item_id}, NOW - HOUR)
    reorder(server, order)
    deleted = await read(server)
    assert deleted.is_proven
    assert len(ids(deleted)) == 2_000


@pytest.mark.parametrize("order", ["oldest", "newest", "unstable"])
@pytest.mark.parametrize("apart", [0, 60])
async def test_an_item_deleted_twice_within_a_second_does_not_hide_another_deletion(order, apart):
    server = Server()
    record(server, 95)
    for item_id in (1000, *range(2000, 2000 + apart), 1000, *range(3000, 3150)):
        server.store.history("products").add({"id": item_id}, NOW - 60)
    reorder(server, order)
    deleted = await read(server)
    assert deleted.is_proven
    assert len(deleted.deletions) == 95 + 1 + apart + 150
    assert deleted.requests < 100


async def test_the_latest_deletion_of_an_item_counts():
    server = Server()
    for at in (NOW - 500, NOW - 100, NOW - 300):
        server.store.history("products").add({"id": 1}, at)
    assert (await read(server)).deletions == [Deletion(1, NOW - 100, "feed")]


async def test_a_list_that_never_holds_what_its_total_says_is_unproven_after_a_bounded_number_of_requests():
    server = Server()
    record(server, 150)

    def hide_one(request: Request, response: Response) -> Response:
        page = json.loads(response.body)
        page["items"] = [item for item in page["items"] if item["id"] != 120]
        return evolve(response, body=json.dumps(page).encode())

    server.replace = hide_one
    deleted = await read(server)
    assert not deleted.is_proven
    assert "may be missing" in deleted.problem
    assert len(ids(deleted)) == 149
    assert deleted.requests == len(server.requests) < 100


async def test_a_total_that_is_capped_is_not_believed():
    server = Server()
    record(server, 250)

    def cap(request: Request, response: Response) -> Response:
        page = json.loads(response.body)
        return evolve(response, body=json.dumps({**page, "total": min(page["total"], 100)}).encode())

    server.replace = cap
    assert not (await read(server)).is_proven


@pytest.mark.parametrize("total", [0, 149, 10_000_000])
async def test_a_total_that_no_entries_match_proves_nothing(total):
    server = Server()
    record(server, 150)
    server.replace = lambda request, response: evolve(
        response, body=json.dumps({**json.loads(response.body), "total": total}).encode()
    )
    deleted = await read(server)
    assert not deleted.is_proven
    assert len(ids(deleted)) >= 100
    assert len(server.requests) < 400


async def test_a_server_that_repeats_the_first_page_proves_nothing():
    server = Server()
    record(server, 150)

    def ignore_offset(request: Request, response: Response) -> Response:
        params = tuple(each for each in request.params if each[0] != "offset")
        return server.sandbox.handle(evolve(request, params=params))

    server.replace = ignore_offset
    assert not (await read(server)).is_proven
    assert len(server.requests) < 100


async def test_a_hundred_deletions_are_complete_if_nothing_follows():
    server = Server()
    record(server, 100)
    deleted = await read(server)
    assert deleted.is_proven
    assert deleted.requests == 2


async def test_a_time_before_the_memory_of_the_list_is_a_problem():
    server = Server()
    record(server, 3)
    deleted = await read(server, NOW - FEED_MEMORY - 60)
    assert ids(deleted) == {1, 2, 3}
    assert "180 days" in deleted.problem
    assert deleted.is_proven
    assert (await read(server, NOW - FEED_MEMORY + 60)).problem == ""


@pytest.mark.parametrize("response", [error(403), error(403, "INSUFFICIENT_APP_SCOPE"), error(404)])
async def test_a_token_that_may_not_read_deleted_items_is_a_problem_and_no_error(response):
    server = Server()
    server.replace = lambda request, found: response
    deleted = await read(server)
    assert "/products/deleted" in deleted.problem
    assert deleted.deletions == ()
    assert deleted.read is None


@pytest.mark.parametrize(
    ("response", "expected"), [(error(403, "INVALID_API_TOKEN"), InvalidToken), (error(500), ServerError)]
)
async def test_any_other_error_is_raised(response, expected):
    server = Server()
    server.replace = lambda request, found: response
    with pytest.raises(expected):
        await read(server)


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'{"items": [], "total": "1"}', b'{"items": {}, "total": 0}', b"<html>"]
)
async def test_a_response_that_is_not_a_page_is_an_error(body):
    server = Server()
    server.replace = lambda request, found: evolve(found, body=body)
    with pytest.raises(DecodeError):
        await read(server)


async def test_orders_are_identified_by_their_text_id_and_by_a_look_up_if_it_is_missing():
    server = Server()
    history = server.store.history("orders")
    history.add({"id": 1, "orderId": "EG4H2"}, NOW - 3)
    history.add({"id": 2}, NOW - 2)
    history.add({"id": 3, "orderId": ""}, NOW - 1)
    deleted = await read(server, operation="GET /orders")
    assert deleted.deletions == [Deletion("EG4H2", NOW - 3, "feed")]
    assert [deletion.number for deletion in deleted.deletions] == [1]
    assert list(deleted.unconfirmed) == ["2", "3"]


async def test_entries_without_an_id_are_counted_and_those_without_a_time_are_looked_up():
    server = Server()
    entries: list[Any] = [
        {"date": format_time(NOW)},
        {"id": None, "date": format_time(NOW)},
        {"id": True},
        "text",
        {"id": 5, "date": "yesterday"},
        {"id": 6},
        {"id": "7", "date": format_time(NOW - 1)},
    ]
    server.replace = lambda request, found: evolve(
        found, body=json.dumps({"items": entries, "total": len(entries)}).encode()
    )
    deleted = await read(server)
    assert deleted.deletions == [Deletion(7, NOW - 1, "feed")]
    assert list(deleted.unconfirmed) == [5, 6]
    assert deleted.unidentified == 4


async def test_a_deletion_is_never_later_than_its_response():
    server = Server()
    server.store.history("products").add({"id": 1}, NOW)
    server.replace = lambda request, found: evolve(
        found, body=found.body.replace(format_time(NOW).encode(), format_time(NOW + 7200).encode())
    )
    (deletion,) = (await read(server)).deletions
    assert deletion.deleted_at <= NOW + 3


async def test_a_list_without_deleted_items_says_so():
    server = Server()
    deleted = await read(server, operation="GET /categories")
    assert "GET /categories" in deleted.problem
    assert server.requests == []
