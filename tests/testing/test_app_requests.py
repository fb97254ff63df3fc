"""Payloads and requests of the checkout are those that the library reads."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from ecwid_async.apps import (
    CartDiscount,
    DiscountRequest,
    DiscountRequests,
    OutgoingResponse,
    PayloadError,
    PayloadReader,
    PaymentRequest,
    PaymentRequests,
    ShippingRate,
    ShippingRequest,
    ShippingRequests,
)
from ecwid_async.testing import (
    make_discount_request,
    make_page_url,
    make_payment_request,
    make_request,
    make_shipping_request,
)

SECRET = "secret_0123abcd4567"


def incoming(request):
    return make_request(request.url, method="POST", headers=request.headers, body=request.body)


def read_query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_an_encrypted_payload_is_read() -> None:
    url = make_page_url(SECRET, store_id=1004, token="secret_t", lang="de", app_state="orderId: 12", public_token="p_1")
    query = read_query(url)
    assert url.startswith("http://127.0.0.1:8000/page?payload=")
    found = PayloadReader(SECRET).decrypt_unauthenticated(query["payload"], app_state=query["app_state"])
    assert (found.store_id, found.language, found.app_state) == (1004, "de", "orderId: 12")
    assert "secret_t" not in url


def test_an_unencrypted_payload_is_in_the_fragment() -> None:
    url = make_page_url(SECRET, mode="fragment", page="https://app.example/open")
    assert url.startswith("https://app.example/open#")
    assert PayloadReader(SECRET).read_unencrypted(urlsplit(url).fragment).store_id == 1003
    assert make_request(url).query == ""


@pytest.mark.parametrize("fault", ["cut", "wrong_key", "wrong_padding"])
def test_a_damaged_payload_is_refused(fault) -> None:
    query = read_query(make_page_url(SECRET, fault=fault))
    with pytest.raises(PayloadError):
        PayloadReader(SECRET).decrypt_unauthenticated(query["payload"])


async def test_a_payment_request_is_read() -> None:
    found: list[PaymentRequest] = []

    async def pay(request: PaymentRequest) -> OutgoingResponse:
        found.append(request)
        return OutgoingResponse(200)

    requests = PaymentRequests(pay, client_secret=SECRET)
    order = {"email": "ann@example.com", "total": 30, "items": [{"name": "Cup", "price": 10, "quantity": 3}]}
    request = make_payment_request(SECRET, order=order, store_id=1004, token="secret_t")
    assert (await requests.handle(incoming(request))).status == 200
    (payment,) = found
    assert (payment.store_id, payment.order.total, payment.order.email) == (1004, 30, "ann@example.com")
    tampered = make_payment_request(SECRET, fault="tampered")
    assert (await requests.handle(incoming(tampered))).status == 400
    assert len(found) == 1


async def test_requests_for_rates_and_discounts_are_read() -> None:
    async def rates(request: ShippingRequest) -> list[ShippingRate]:
        assert request.store_id == 1004
        return [ShippingRate(title="Mail", rate=5, transit_days="5", description="")]

    async def discounts(request: DiscountRequest) -> list[CartDiscount]:
        return []

    order = {"items": [{"name": "Cup", "price": 10, "quantity": 3}]}
    shipping = make_shipping_request(order=order, store_id=1004)
    response = await ShippingRequests(rates).handle(incoming(shipping))
    assert [rate["title"] for rate in json.loads(response.body)["shippingOptions"]] == ["Mail"]
    response = await DiscountRequests(discounts).handle(incoming(make_discount_request()))
    assert json.loads(response.body) == {"discounts": []}


def test_nothing_shows_the_contents() -> None:
    assert "enc_data" not in repr(make_payment_request(SECRET))
