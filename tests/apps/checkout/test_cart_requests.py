"""The checkout asks for shipping rates and discounts, and gets what it accepts."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import ConfigError
from ecwid_async.apps import (
    CartDiscount,
    DiscountRequest,
    DiscountRequests,
    IncomingRequest,
    ShippingRate,
    ShippingRequest,
    ShippingRequests,
)
from ecwid_async.models.common import AmountType, BusinessHours, FulfillmentType
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.app_requests import read_discounts, read_shipping_options
from tests.apps.checkout.conftest import arriving, sent_back

RATES = (
    ShippingRate(title="First Class", rate=Decimal("10.31"), transit_days="2-7", description="<b>Fast</b>"),
    ShippingRate(
        title="Pick up",
        rate=0,
        transit_days=1,
        description="At the shop",
        title_translated={"de": "Abholung"},
        description_translated={"de": "Im Laden"},
        fulfillment_type=FulfillmentType.PICKUP,
        scheduled=True,
        business_hours=BusinessHours(mon=[["09:00", "18:00"]]),
        fulfillment_time_in_minutes=60,
        blackout_dates="text",
    ),
)
DISCOUNTS = (
    CartDiscount(value=20, description="A shirt for free", applies_to_products=[45723490]),
    CartDiscount(value=Decimal("10.5"), type=AmountType.PERCENT),
)


class Shipping:
    def __init__(self, rates: Sequence[ShippingRate] = RATES) -> None:
        self.requests: list[ShippingRequest] = []
        self._rates = rates

    async def __call__(self, request: ShippingRequest) -> Sequence[ShippingRate]:
        self.requests.append(request)
        return self._rates


async def no_discounts(request: DiscountRequest) -> Sequence[CartDiscount]:
    return []


def post(body: bytes) -> IncomingRequest:
    return IncomingRequest(method="POST", path="/shipping", body=body)


# Requests.


async def test_the_checkout_gets_the_rates_for_a_cart(sandbox: Sandbox, order_id: str) -> None:
    handler = Shipping()
    sandbox.stores[1003].records("storage")["public"] = '{"color":"red"}'
    request = sandbox.checkout.shipping_request("app", 1003, order_id, lang="de")
    response = await ShippingRequests(handler).handle(arriving(request))
    assert dict(response.headers)["Cache-Control"] == "no-store"
    first, second = read_shipping_options(sent_back(response))
    assert first == {"title": "First Class", "rate": 10.31, "transitDays": "2-7", "description": "<b>Fast</b>"}
    assert second["fulfilmentType"] == "PICKUP"
    assert json.loads(second["businessHours"]) == {"MON": [["09:00", "18:00"]]}
    (asked,) = handler.requests
    assert (asked.store_id, asked.language, asked.settings) == (1003, "de", {"public": '{"color":"red"}'})
    cart = asked.cart
    assert (cart.id, cart.currency, cart.weight, cart.weight_unit) == (order_id, "EUR", Decimal("0.8"), "kg")
    assert cart.shipping_address is not None
    assert (cart.shipping_address.city, cart.shipping_address.country_code) == ("Bonn", "DE")
    assert cart.items is not None
    assert [(item.name, item.amount, item.price, item.sku) for item in cart.items] == [("Mug", 2, Decimal(5), "M1")]


async def test_the_checkout_gets_the_discounts_on_a_cart(sandbox: Sandbox, order_id: str) -> None:
    async def handler(request: DiscountRequest) -> Sequence[CartDiscount]:
        assert request.cart.customer_email == "customer@shop.example"
        return DISCOUNTS

    request = sandbox.checkout.discount_request("app", 1003, order_id)
    assert (request.path, request.query) == ("/discounts", "v=1")
    response = await DiscountRequests(handler).handle(arriving(request))
    assert read_discounts(sent_back(response)) == [
        {"value": 20, "type": "ABSOLUTE", "description": "A shirt for free", "appliesToProducts": [45723490]},
        {"value": 10.5, "type": "PERCENT", "description": ""},
    ]


async def test_an_app_may_have_no_rates_and_no_discounts(sandbox: Sandbox, order_id: str) -> None:
    shipping = await ShippingRequests(Shipping([])).handle(
        arriving(sandbox.checkout.shipping_request("app", 1003, order_id))
    )
    discounts = await DiscountRequests(no_discounts).handle(
        arriving(sandbox.checkout.discount_request("app", 1003, order_id))
    )
    assert read_shipping_options(sent_back(shipping)) == []
    assert read_discounts(sent_back(discounts)) == []


async def test_a_cart_of_nulls_is_read() -> None:
    """As documented for a customer who is not known yet."""
    handler = Shipping()
    cart = {
        "id": None,
        "subtotal": 2130,
        "customerEmail": None,
        "discountInfo": None,
        "items": [{"selectedOptions": None, "price": 2.5, "galleryImages": [{"id": 1}]}],
        "shippingAddress": None,
    }
    body = json.dumps({"storeId": "1003", "merchantAppSettings": {"a": "b", "c": {"d": 1.5}}, "cart": cart}).encode()
    assert (await ShippingRequests(handler).handle(post(body))).status == 200
    (asked,) = handler.requests
    assert (asked.store_id, asked.language, asked.cart.shipping_address) == (1003, None, None)
    assert asked.settings == {"a": "b", "c": '{"d":1.5}'}
    assert asked.cart.items is not None
    assert asked.cart.items[0].extra == {"galleryImages": [{"id": 1}]}


async def test_a_value_of_an_unexpected_type_is_kept_apart() -> None:
    handler = Shipping()
    body = json.dumps({"storeId": 1003, "cart": {"subtotal": "much", "weight": "1.5", "items": {}}}).encode()
    assert (await ShippingRequests(handler).handle(post(body))).status == 200
    cart = handler.requests[0].cart
    assert (cart.subtotal, cart.weight, cart.items) == (None, Decimal("1.5"), None)
    assert cart.extra == {"subtotal": "much", "items": {}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"storeId":1003}',
        b'{"cart":{}}',
        b'{"storeId":1003,"cart":[]}',
        b'{"storeId":0,"cart":{}}',
        b'{"storeId":true,"cart":{}}',
        b'{"storeId":"x","cart":{}}',
        b"[" * 5000,
    ],
)
async def test_a_malformed_request_is_refused(body: bytes) -> None:
    handler = Shipping()
    for response in (
        await ShippingRequests(handler).handle(post(body)),
        await DiscountRequests(no_discounts).handle(post(body)),
    ):
        assert response.status == 400
        assert b"storeId" in response.body
    assert handler.requests == []


async def test_a_large_body_and_another_method_are_refused() -> None:
    requests = ShippingRequests(Shipping())
    assert (await requests.handle(post(b" " * (4 * 1024 * 1024 + 1)))).status == 413
    response = await requests.handle(IncomingRequest(method="GET", path="/shipping"))
    assert (response.status, dict(response.headers)["Allow"]) == (405, "POST")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.just(1003),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["storeId", "cart", "items", "lang", "merchantAppSettings", "x"]), inner)
        ),
        max_leaves=10,
    )
)
async def test_any_json_gets_a_response(data: object) -> None:
    response = await ShippingRequests(Shipping()).handle(post(json.dumps(data).encode()))
    assert response.status in (200, 400)


async def test_settings_that_are_nested_deeply_do_not_fail() -> None:
    depth = 900
    settings = '{"a":' + "[" * depth + "]" * depth + ',"b":"c"}'
    body = f'{{"storeId":1003,"cart":{{}},"merchantAppSettings":{settings}}}'.encode()
    assert (await ShippingRequests(Shipping()).handle(post(body))).status in (200, 400)


# Time.


@pytest.mark.parametrize(("requests_class", "seconds"), [(ShippingRequests, 9.5), (DiscountRequests, 4.5)])
def test_a_response_is_ready_before_ecwid_stops_waiting(requests_class: Any, seconds: float) -> None:
    assert requests_class(Shipping())._timeout == seconds


async def test_a_slow_handler_is_cancelled_and_gives_no_answer() -> None:
    """An empty list would be an answer that Ecwid may keep."""
    cancelled = anyio.Event()

    async def slow(request: ShippingRequest) -> Sequence[ShippingRate]:
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.set()
        raise AssertionError

    response = await ShippingRequests(slow, timeout=0.01).handle(post(b'{"storeId":1003,"cart":{}}'))
    assert response.status == 503
    assert cancelled.is_set()


async def test_a_handler_that_returns_nothing_is_told_so() -> None:
    async def forgetful(request: ShippingRequest) -> Any:
        pass

    with pytest.raises(TypeError, match="returned NoneType: return a list"):
        await ShippingRequests(forgetful).handle(post(b'{"storeId":1003,"cart":{}}'))


@pytest.mark.parametrize("cart", [{"items": [{}] * 50_001}, {"items": [{"categories": [{}] * 30_000}] * 2}])
async def test_a_cart_that_takes_long_to_read_is_refused(cart: Any) -> None:
    """Anyone can send one, and all other requests would wait."""
    request = post(json.dumps({"storeId": 1003, "cart": cart}).encode())
    response = await ShippingRequests(Shipping()).handle(request)
    assert (response.status, b"50,000" in response.body) == (400, True)


async def test_a_large_cart_is_read() -> None:
    handler = Shipping()
    request = post(json.dumps({"storeId": 1003, "cart": {"items": [{"categories": [{}] * 100}] * 100}}).encode())
    assert (await ShippingRequests(handler).handle(request)).status == 200


async def test_errors_of_the_handler_are_raised() -> None:
    async def broken(request: ShippingRequest) -> Sequence[ShippingRate]:
        raise LookupError("no such store")

    with pytest.raises(LookupError):
        await ShippingRequests(broken).handle(post(b'{"storeId":1003,"cart":{}}'))


async def test_too_many_results_are_an_error_of_the_handler() -> None:
    with pytest.raises(ValueError, match="at most 100"):
        await ShippingRequests(Shipping([RATES[0]] * 101)).handle(post(b'{"storeId":1003,"cart":{}}'))


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), "5"])
def test_an_invalid_timeout_is_a_config_error(timeout: Any) -> None:
    with pytest.raises(ConfigError):
        DiscountRequests(no_discounts, timeout=timeout)


# Responses.


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "\ud800"},
        {"description": 5},
        {"description": "\ud800"},
        {"title_translated": "Mail"},
        {"title_translated": {"de": 5}},
        {"description_translated": {5: "a"}},
        {"fulfillment_type": "pickup"},
        {"scheduled": "yes"},
        {"business_hours": {"MON": []}},
        {"blackout_dates": []},
    ],
)
def test_a_rate_that_the_checkout_would_ignore_can_not_be_made(fields: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        ShippingRate(**{"title": "Mail", "rate": 5} | fields)


@pytest.mark.parametrize("description", [None, 5, "\ud800"])
def test_a_discount_has_text_that_can_be_sent(description: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        CartDiscount(value=5, description=description)


@pytest.mark.parametrize("rate", [0, 10**12, Decimal("0.10"), Decimal("1E+2"), Decimal("12345678901.123456789")])
async def test_amounts_are_exact(rate: Decimal | int) -> None:
    response = await ShippingRequests(Shipping([ShippingRate(title="a", rate=rate)])).handle(
        post(b'{"storeId":1003,"cart":{}}')
    )
    (option,) = json.loads(response.body, parse_float=Decimal)["shippingOptions"]
    assert option["rate"] == rate


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: ShippingRate(title="", rate=1), ValueError),
        (lambda: ShippingRate(title=" ", rate=1), ValueError),
        (lambda: ShippingRate(title=5, rate=1), ValueError),  # type: ignore[arg-type]
        (lambda: ShippingRate(title="a", rate=1.5), TypeError),  # type: ignore[arg-type]
        (lambda: ShippingRate(title="a", rate=True), TypeError),
        (lambda: ShippingRate(title="a", rate="1"), TypeError),  # type: ignore[arg-type]
        (lambda: ShippingRate(title="a", rate=-1), ValueError),
        (lambda: ShippingRate(title="a", rate=Decimal("NaN")), ValueError),
        (lambda: ShippingRate(title="a", rate=Decimal("Infinity")), ValueError),
        (lambda: ShippingRate(title="a", rate=10**12 + 1), ValueError),
        (lambda: ShippingRate(title="a", rate=1, transit_days="soon"), ValueError),
        (lambda: ShippingRate(title="a", rate=1, transit_days=-1), ValueError),
        (lambda: ShippingRate(title="a", rate=1, transit_days="2-"), ValueError),
        (lambda: ShippingRate(title="a", rate=1, fulfillment_time_in_minutes=-1), ValueError),
        (lambda: ShippingRate(title="a", rate=1, fulfillment_time_in_minutes=True), ValueError),
        (lambda: CartDiscount(value=-1), ValueError),
        (lambda: CartDiscount(value=1.5), TypeError),  # type: ignore[arg-type]
        (lambda: CartDiscount(value=101, type=AmountType.PERCENT), ValueError),
        (lambda: CartDiscount(value=1, type="ABS"), ValueError),  # type: ignore[arg-type]
        (lambda: CartDiscount(value=1, applies_to_products=["a"]), TypeError),  # type: ignore[list-item]
        (lambda: CartDiscount(value=1, applies_to_products=[True]), TypeError),
    ],
)
def test_a_result_that_ecwid_would_not_take_can_not_be_made(make: Callable[[], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        make()


async def test_the_customer_is_not_shown(sandbox: Sandbox, order_id: str) -> None:
    handler = Shipping()
    requests = ShippingRequests(handler)
    await requests.handle(arriving(sandbox.checkout.shipping_request("app", 1003, order_id)))
    shown = f"{handler.requests[0]!r} {requests!r}"
    assert "1003" in shown
    for private in ("customer@shop.example", "Bonn", "53111"):
        assert private not in shown
