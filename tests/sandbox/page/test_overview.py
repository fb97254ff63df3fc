"""What the page shows of stores and requests."""

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.page import count_items, describe_store, find_problems, mask_parameters, measure_rate
from ecwid_async.sandbox.request_log import Exchange
from tests.sandbox.api import Api, Clock


def test_the_items_changed_last_come_first() -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock)
    store = sandbox.add_store(7, token="secret_token")
    store.profile = {"formatsAndUnits": {"currency": "EUR"}}
    api = Api(sandbox, store_id=7, token="secret_token")
    ids = []
    for number in range(8):
        clock.now += 10
        ids.append(api.post("/products", {"name": f"Mug {number}", "price": 5, "quantity": 3})["id"])
    clock.now += 10
    api.put(f"/products/{ids[0]}", {"quantity": 2})
    described = describe_store(store)
    assert [each["name"] for each in described["products"]] == ["Mug 0", "Mug 7", "Mug 6", "Mug 5", "Mug 4", "Mug 3"]
    assert described["products"][0].items() >= {"id": ids[0], "price": 5, "quantity": 2, "enabled": True}.items()
    assert (described["currency"], described["orders"], described["tokens"]) == ("EUR", [], 1)


def test_an_order_is_shown_without_its_customer() -> None:
    sandbox = Sandbox()
    store = sandbox.add_store(7, token="secret_token")
    api = Api(sandbox, store_id=7, token="secret_token")
    order = {"email": "ann@example.com", "total": 25, "paymentStatus": "PAID", "fulfillmentStatus": "SHIPPED"}
    api.post("/orders", {**order, "billingPerson": {"name": "Ann"}})
    (shown,) = describe_store(store)["orders"]
    assert shown.keys() == {"orderNumber", "id", "total", "paymentStatus", "fulfillmentStatus", "updateTimestamp"}


def test_items_are_counted_in_all_stores() -> None:
    sandbox = Sandbox()
    for store_id in (7, 8):
        sandbox.add_store(store_id, token="secret_token").load("products", [{"id": 1}, {"id": 2}])
    sandbox.stores[8].load("orders", [{"orderNumber": 1}])
    assert count_items(sandbox.stores.values()) == {"orders": 1, "products": 4}
    assert count_items([sandbox.stores[7]]) == {"products": 2}


def test_all_problems_of_a_store_are_found() -> None:
    store = Sandbox().add_store(7, token="secret_token")
    assert find_problems(store) == []
    store.revoke_all()
    store.suspended = store.failing = True
    store.response_delay = 2.5
    assert find_problems(store) == ["accepts no token", "suspended", "server errors", "responses 2.5 seconds late"]


def test_parameters_that_may_be_those_of_a_customer_have_no_value() -> None:
    shown = {"limit": "5", "sortBy": "NAME_ASC", "createdFrom": "7", "paymentStatus": "PAID", "hidden_brands": "true"}
    hidden = {"email": "ann@example.com", "keyword": "ann", "customer": "Ann", "idsx": "7", "limit\n": "5", "": "x"}
    assert mask_parameters({**shown, **hidden}) == {**shown, **dict.fromkeys(hidden, "…")}


def test_requests_are_counted_by_the_second() -> None:
    def request(at: float, status: int = 200, counted: bool = True) -> Exchange:
        return Exchange("GET", "/7/products", {}, status, at, counted)

    now = 1_000_000.5
    # The earliest is too old, and one is later than a clock that was set back.
    ages = [400, 359, 10.2, 10.1, 0, -100]
    rate = measure_rate(
        [*(request(now - age) for age in ages), request(now, 429, False), request(now, 503, False)], now
    )
    assert (len(rate["counted"]), len(rate["rejected"])) == (360, 360)
    assert rate["start"] + 359 == int(now)
    assert [(index, number) for index, number in enumerate(rate["counted"]) if number] == [(0, 1), (349, 2), (359, 1)]
    assert [(index, number) for index, number in enumerate(rate["rejected"]) if number] == [(359, 1)]
