"""Abandoned carts."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store, empty_store

Item = dict[str, Any]
SIZES = {"products": 40, "orders": 10, "customers": 12, "carts": 90, "categories": 4}


@pytest.fixture(scope="module")
def demo() -> Api:
    """A demo store that no test changes."""
    return demo_store(**SIZES)


@pytest.fixture
def api(clock: Clock) -> Api:
    """A demo store that a test may change."""
    return demo_store(clock, **SIZES)


def test_hidden_carts_are_listed_unless_excluded(demo: Api) -> None:
    shown, everything = demo.all("/carts", showHidden=False), demo.all("/carts")
    assert everything == demo.all("/carts", showHidden=True)
    assert len(everything) == SIZES["carts"]
    assert {cart["cartId"] for cart in everything if cart["hidden"]} == (
        {cart["cartId"] for cart in everything} - {cart["cartId"] for cart in shown}
    )
    assert len(shown) < len(everything)


FILTERS: dict[str, tuple[dict[str, Any], Callable[[Item], bool]]] = {
    "totalFrom": ({"totalFrom": 100}, lambda cart: cart["total"] >= 100),
    "totalTo": ({"totalTo": 100}, lambda cart: cart["total"] <= 100),
    "createdFrom": ({"createdFrom": 1_650_000_000}, lambda cart: cart["createTimestamp"] >= 1_650_000_000),
    "createdTo": ({"createdTo": 1_650_000_000}, lambda cart: cart["createTimestamp"] <= 1_650_000_000),
    "updatedFrom": ({"updatedFrom": 1_650_000_000}, lambda cart: cart["updateTimestamp"] >= 1_650_000_000),
    "updatedTo": ({"updatedTo": 1_650_000_000}, lambda cart: cart["updateTimestamp"] <= 1_650_000_000),
    "couponCode": (
        {"couponCode": "5percentoff"},
        lambda cart: (cart.get("discountCoupon") or {}).get("code") == "5PERCENTOFF",
    ),
    "customer": ({"customer": "example.org"}, lambda cart: "example.org" in cart["email"]),
    "customerId": ({"customerId": 100_000_000}, lambda cart: cart.get("customerId") == 100_000_000),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_exactly_the_matching_carts(demo: Api, name: str) -> None:
    params, fits = FILTERS[name]
    expected = {cart["cartId"] for cart in demo.all("/carts") if fits(cart)}
    assert 0 < len(expected) < SIZES["carts"]
    assert {cart["cartId"] for cart in demo.all("/carts", **params)} == expected


def test_carts_are_found_by_email(demo: Api) -> None:
    carts = demo.all("/carts")
    email = carts[0]["email"]
    assert demo.all("/carts", email=email) == [cart for cart in carts if cart["email"] == email]


def test_hidden_carts_can_be_read(demo: Api) -> None:
    assert demo.all("/carts") == demo.all("/carts")
    hidden = next(cart for cart in demo.all("/carts", showHidden=True) if cart["hidden"])
    assert demo.get(f"/carts/{hidden['cartId']}") == hidden


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("PUT", ""), ("POST", "/place")])
def test_a_missing_cart_is_refused(demo: Api, method: str, path: str) -> None:
    body = {} if method == "PUT" else None
    assert demo.refused(method, f"/carts/NO-SUCH{path}", body) == (
        404,
        "CHECKOUT_NOT_FOUND",
        "Cart #NO-SUCH not found",
    )


def test_only_some_fields_of_a_cart_can_be_changed(api: Api, clock: Clock) -> None:
    cart = api.all("/carts")[0]
    change = {"hidden": True, "taxesOnShipping": [{"name": "Tax X", "value": 20, "total": 2.86}]}
    assert api.put(f"/carts/{cart['cartId']}", change | {"total": 1}) == {"updateCount": 1}
    changed = api.get(f"/carts/{cart['cartId']}")
    assert {name: changed[name] for name in change} == change
    assert changed["total"] == cart["total"]
    assert changed["updateTimestamp"] == clock.now
    assert cart["cartId"] not in {one["cartId"] for one in api.all("/carts", showHidden=False)}


def test_placing_a_cart_creates_an_order_awaiting_payment(api: Api, clock: Clock) -> None:
    cart = next(cart for cart in api.all("/carts") if "customerId" in cart)
    before = api.get(f"/customers/{cart['customerId']}")["stats"]["numberOfOrders"]
    placed = api.call("POST", f"/carts/{cart['cartId']}/place")
    assert set(placed) == {"id", "orderNumber", "vendorOrderNumber", "cartId"}
    assert placed["cartId"] == cart["cartId"]
    order = api.get(f"/orders/{placed['id']}")
    assert order["orderNumber"] == placed["orderNumber"]
    assert (order["paymentStatus"], order["createTimestamp"]) == ("AWAITING_PAYMENT", clock.now)
    assert (order["items"], order["total"]) == (cart["items"], cart["total"])
    assert "cartId" not in order
    assert api.refused("GET", f"/carts/{cart['cartId']}")[0] == 404
    assert api.get("/orders/last")["id"] == placed["id"]
    assert api.get(f"/customers/{cart['customerId']}")["stats"]["numberOfOrders"] == before + 1


def test_placing_an_unfinished_order_keeps_its_number() -> None:
    api = empty_store()
    created = api.post("/orders", {"paymentStatus": "INCOMPLETE"})
    [cart] = api.get("/carts")["items"]
    placed = api.call("POST", f"/carts/{cart['cartId']}/place")
    assert (placed["id"], placed["orderNumber"]) == (created["orderId"], created["id"])
