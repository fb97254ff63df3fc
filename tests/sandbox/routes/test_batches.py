"""Batches of requests."""

import json
from typing import Any

import pytest

from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.sandbox.seed import DEMO_STORE_ID
from tests.sandbox.api import Api, Clock

CREATE = {"method": "POST", "path": "products", "body": {"name": "Mug"}}
MISSING = {"method": "GET", "path": "products/1"}


def make_api(*, requests_per_minute: int | None = None, **switches: Any) -> Api:
    """An empty store whose clock stands still."""
    sandbox = Sandbox(requests_per_minute=requests_per_minute, clock=Clock(), switches=Switches(**switches))
    sandbox.add_store(DEMO_STORE_ID, token="secret_demo")
    return Api(sandbox)


@pytest.fixture
def slow() -> Api:
    """A store in which each request of a batch takes a second."""
    return make_api(batch_seconds=1.0)


def status(api: Api, ticket: str) -> Any:
    return api.get("/batch", ticket=ticket, escapedJson=True)


def statuses(api: Api, ticket: str) -> list[str]:
    return [response["status"] for response in status(api, ticket)["responses"]]


def advance_clock(api: Api, seconds: float) -> None:
    clock: Any = api.sandbox.clock
    clock.now += seconds


def test_responses_are_in_order_with_the_ids_of_the_requests(api: Api) -> None:
    api.post("/products", {"name": "Cup", "sku": "a b"})
    requests = [
        CREATE | {"id": "first"},
        {"method": "GET", "path": "/products?sku=a+b&responseFields=total,items(name)"},
        {"method": "GET", "path": "products/1?x=%2F", "id": "third"},
    ]
    found = status(api, api.post("/batch", requests)["ticket"])
    assert (found["status"], found["totalRequests"], found["completedRequests"]) == ("COMPLETED", 3, 3)
    created, searched, missing = found["responses"]
    assert created["id"] == "first"
    assert (created["status"], created["httpStatusCode"], created["httpStatusLine"]) == ("COMPLETED", 200, "OK")
    number = json.loads(created["escapedHttpBody"])["id"]
    assert api.get(f"/products/{number}")["name"] == "Mug"
    assert json.loads(searched["escapedHttpBody"]) == {"total": 1, "items": [{"name": "Cup"}]}
    assert (missing["id"], missing["status"], missing["httpStatusCode"]) == ("third", "FAILED", 404)
    assert json.loads(missing["escapedHttpBody"])["errorCode"] == "PRODUCT_NOT_FOUND"


def test_bodies_are_nested_unless_text_is_requested(api: Api) -> None:
    ticket = api.post("/batch", [CREATE])["ticket"]
    [response] = api.get("/batch", ticket=ticket)["responses"]
    assert response["httpBody"] == json.loads(status(api, ticket)["responses"][0]["escapedHttpBody"])
    assert "escapedHttpBody" not in response


def test_a_failure_stops_the_remaining_requests_by_default(api: Api) -> None:
    requests = [CREATE, MISSING | {"id": "x"}, CREATE | {"id": "y"}]
    stopped = api.post("/batch", requests)["ticket"]
    assert statuses(api, stopped) == ["COMPLETED", "FAILED", "NOT_EXECUTED"]
    assert status(api, stopped)["responses"][2] == {"id": "y", "status": "NOT_EXECUTED"}
    assert api.get("/products")["total"] == 1
    continued = api.post("/batch", requests, stopOnFirstFailure=False)["ticket"]
    assert statuses(api, continued) == ["COMPLETED", "FAILED", "COMPLETED"]
    assert api.get("/products")["total"] == 3


def test_requests_have_the_scopes_of_the_batch_token(api: Api) -> None:
    api.store.add_token("reader", scopes=["read_catalog"])
    api.token = "reader"
    [response] = status(api, api.post("/batch", [CREATE])["ticket"])["responses"]
    assert json.loads(response["escapedHttpBody"])["errorCode"] == "INSUFFICIENT_APP_SCOPE"


def test_a_key_identifies_its_batch_for_an_hour(api: Api) -> None:
    first = api.post("/batch", [CREATE], deduplicationKey="k")["ticket"]
    advance_clock(api, 3599)
    assert api.post("/batch", [CREATE], deduplicationKey="k")["ticket"] == first
    assert api.post("/batch", [CREATE], deduplicationKey="other")["ticket"] != first
    assert api.get("/products")["total"] == 2
    advance_clock(api, 1)
    assert api.post("/batch", [CREATE], deduplicationKey="k")["ticket"] != first
    assert api.get("/products")["total"] == 3


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [CREATE] * 501,
        [{"method": "GET"}],
        [{"path": "products"}],
        [{"method": "PATCH", "path": "products"}],
        [{"method": "GET", "path": "/batch?ticket=1"}],
        {"method": "GET", "path": "products"},
    ],
)
def test_an_invalid_batch_is_refused_as_a_whole(api: Api, requests: Any) -> None:
    assert api.refused("POST", "/batch", requests)[:2] == (400, "WRONG_PARAMETER")
    assert api.get("/products")["total"] == 0


def test_a_batch_may_have_five_hundred_requests(api: Api) -> None:
    ticket = api.post("/batch", [CREATE] * 500, allowParallelMode=True)["ticket"]
    assert status(api, ticket)["completedRequests"] == 500
    assert api.get("/products")["total"] == 500


def test_an_unknown_ticket_is_refused(api: Api) -> None:
    assert api.refused("GET", "/batch", ticket="none")[:2] == (400, "WRONG_PARAMETER")


def test_a_response_that_is_not_json_is_returned_as_text(api: Api) -> None:
    number = api.post("/orders", {})["id"]
    ticket = api.post("/batch", [{"method": "GET", "path": f"orders/{number}/invoice"}])["ticket"]
    assert "<html>" in api.get("/batch", ticket=ticket)["responses"][0]["httpBody"]


@pytest.mark.parametrize(("each", "left"), [(False, 7), (True, 4)])
def test_a_switch_counts_each_request_of_a_batch_against_the_quota(each: bool, left: int) -> None:
    api = make_api(requests_per_minute=9, count_batched_requests=each)
    api.post("/batch", [CREATE] * 3)
    response_statuses = [api.send("GET", "/products").status for _ in range(9)]
    assert response_statuses.count(200) == left + 1


# Batches over time.


def test_a_batch_makes_progress_without_polling(slow: Api) -> None:
    ticket = slow.post("/batch", [CREATE] * 3)["ticket"]
    assert status(slow, ticket)["completedRequests"] == 0
    advance_clock(slow, 2)
    assert slow.get("/products")["total"] == 2
    assert (status(slow, ticket)["status"], len(status(slow, ticket)["responses"])) == ("IN_PROGRESS", 2)
    advance_clock(slow, 1)
    assert status(slow, ticket)["status"] == "COMPLETED"


def test_batches_wait_for_earlier_ones_unless_parallel(slow: Api) -> None:
    first = slow.post("/batch", [CREATE] * 3)["ticket"]
    second = slow.post("/batch", [CREATE] * 2)["ticket"]
    parallel = slow.post("/batch", [CREATE] * 100, allowParallelMode=True)["ticket"]
    advance_clock(slow, 1)
    assert [status(slow, one)["status"] for one in (first, second, parallel)] == ["IN_PROGRESS", "QUEUED", "COMPLETED"]
    advance_clock(slow, 2)
    assert [status(slow, one)["status"] for one in (first, second)] == ["COMPLETED", "IN_PROGRESS"]
    advance_clock(slow, 1)
    assert status(slow, second)["completedRequests"] == 1
    advance_clock(slow, 1)
    assert status(slow, second)["status"] == "COMPLETED"


def test_a_group_can_be_cancelled(slow: Api) -> None:
    tickets = [slow.post("/batch", [CREATE] * 3, groupId=group)["ticket"] for group in ("a", "a", "b")]
    advance_clock(slow, 1)
    assert slow.post("/batch/cancel-group", groupId="a") == {"updateCount": 2}
    # Cancelled requests count as completed, but have no result.
    assert [list(response) for response in status(slow, tickets[0])["responses"]] == [
        ["id", "status", "httpStatusCode", "httpStatusLine", "escapedHttpBody"],
        ["id", "status"],
        ["id", "status"],
    ]
    assert statuses(slow, tickets[0]) == statuses(slow, tickets[1]) == ["COMPLETED"] * 3
    assert slow.post("/batch/cancel-group", groupId="a") == {"updateCount": 0}
    advance_clock(slow, 3)
    assert statuses(slow, tickets[2]) == ["COMPLETED"] * 3
    assert "groupId" in slow.refused("POST", "/batch/cancel-group")[2]


def test_a_batch_can_be_read_for_a_day(api: Api) -> None:
    ticket = api.post("/batch", [CREATE])["ticket"]
    advance_clock(api, 24 * 3600)
    api.post("/batch", [CREATE])
    status(api, ticket)
    advance_clock(api, 1)
    api.post("/batch", [CREATE])
    assert api.refused("GET", "/batch", ticket=ticket)[0] == 400


def test_one_batch_of_a_group_can_be_cancelled(slow: Api) -> None:
    first, second = (slow.post("/batch", [CREATE] * 3, groupId="a")["ticket"] for _ in range(2))
    assert slow.post("/batch/cancel-group", groupId="a", ticketId="none") == {"updateCount": 0}
    assert slow.post("/batch/cancel-group", groupId="b", ticketId=second) == {"updateCount": 0}
    assert slow.post("/batch/cancel-group", groupId="a", ticketId=second) == {"updateCount": 1}
    advance_clock(slow, 9)
    assert status(slow, first)["completedRequests"] == 3
    assert status(slow, second)["completedRequests"] == 0


def test_a_batch_can_be_stopped_and_deleted(slow: Api) -> None:
    first, second = (slow.post("/batch", [CREATE] * 3)["ticket"] for _ in range(2))
    advance_clock(slow, 1)
    assert slow.delete("/batch", ticketId=first) == {"deleteCount": 1}
    assert slow.delete("/batch", ticketId=first) == {"deleteCount": 0}
    assert slow.refused("GET", "/batch", ticket=first)[:2] == (400, "WRONG_PARAMETER")
    advance_clock(slow, 4)
    assert status(slow, second)["status"] == "COMPLETED"
    assert slow.get("/products")["total"] == 4


def test_batches_are_listed_by_their_status(slow: Api) -> None:
    tickets = [slow.post("/batch", [CREATE] * 2)["ticket"] for _ in range(4)]
    advance_clock(slow, 3)

    def listed(state: str, **params: Any) -> Any:
        return [one["ticket"] for one in slow.get("/batch", status=state, **params)["items"]]

    assert listed("COMPLETED") == tickets[:1]
    assert slow.get("/batch", status="IN_PROGRESS") == {"items": [{"ticket": tickets[1], "status": "IN_PROGRESS"}]}
    assert listed("QUEUED", limit=1) == tickets[2:3]
    assert listed("QUEUED", limit=1, offset=1) == tickets[3:]
    assert listed("QUEUED", limit=1, offset=2) == []
    assert "'ticket' is missing" in slow.refused("GET", "/batch")[2]
    assert slow.refused("GET", "/batch", status="LOST")[0] == 400
