"""The sandbox calls apps as the control panel and the checkout do."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web

from ecwid_async.sandbox import App, AppRequest, AppResponse, Sandbox
from ecwid_async.sandbox.app_requests import (
    InvalidAppResponse,
    read_discounts,
    read_shipping_options,
    send_app_request,
)
from ecwid_async.sandbox.server import RunningServer, serve
from ecwid_async.sandbox.webhooks import NotLoopback

OPTION = {"title": "Mail", "rate": 5.01, "transitDays": "5", "description": ""}


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox()
    store = sandbox.add_store(1003, token="secret_admin")
    sandbox.add_app(
        App(
            client_id="my&app",
            client_secret="secret_0123abcd4567",
            iframe_url="https://app.example/open?a=<b>",
            payment_url="https://app.example/pay",
            shipping_url="https://app.example/shipping",
            discount_url="https://app.example/discounts",
        )
    )
    sandbox.add_app(App(client_id="without_urls", client_secret="secret_0123abcd4567"))
    order = {"total": 5, "paymentStatus": "INCOMPLETE", "items": [{"name": "Mug", "price": 5, "quantity": 1}]}
    sandbox.request_as_ecwid(store, "POST", "/orders", order)
    return sandbox


@pytest.fixture
def number(sandbox: Sandbox) -> int:
    (order,) = sandbox.stores[1003].records("drafts").values()
    return int(order["orderNumber"])


@pytest.fixture
async def served(sandbox: Sandbox) -> AsyncIterator[RunningServer]:
    async with serve(sandbox) as server:
        yield server


async def read_page(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.content_type == "text/html"
        return response.status, await response.text()


# Requests.


def test_an_order_that_is_to_be_paid_gets_a_transaction(sandbox: Sandbox, number: int) -> None:
    store = sandbox.stores[1003]
    sandbox.install("my&app", 1003)
    form = parse_qs(sandbox.checkout.payment_request("my&app", 1003, number, fields="both").body.decode())
    assert sorted(form) == ["data", "enc_data"]
    found = sandbox.request_as_ecwid(store, "GET", f"/orders/transaction_{number}")
    assert (found["orderNumber"], found["paymentStatus"]) == (number, "INCOMPLETE")
    sandbox.request_as_ecwid(store, "PUT", f"/orders/transaction_{number}", {"paymentStatus": "PAID"})
    assert sandbox.request_as_ecwid(store, "GET", f"/orders/{number}")["paymentStatus"] == "PAID"
    sandbox.checkout.payment_request("my&app", 1003, number)
    assert sandbox.request_as_ecwid(store, "GET", f"/orders/transaction_{number}")["orderNumber"] == number


def test_requests_need_an_installed_app_its_urls_and_an_order(sandbox: Sandbox, number: int) -> None:
    checkout = sandbox.checkout
    for build in (checkout.payment_request, checkout.shipping_request, checkout.discount_request):
        with pytest.raises(ValueError, match="not installed"):
            build("my&app", 1003, number)
    sandbox.install("my&app", 1003)
    sandbox.install("without_urls", 1003)
    for build in (checkout.payment_request, checkout.shipping_request, checkout.discount_request):
        with pytest.raises(LookupError, match="not found"):
            build("my&app", 1003, "../products")
        with pytest.raises(ValueError, match="_url"):
            build("without_urls", 1003, number)
        with pytest.raises(KeyError):
            build("unknown", 1003, number)


def test_the_authenticated_field_has_no_padding_that_could_be_wrong(sandbox: Sandbox, number: int) -> None:
    sandbox.install("my&app", 1003)
    sandbox.checkout.payment_request("my&app", 1003, number, fields="data", fault="wrong_padding")
    with pytest.raises(ValueError, match="no padding"):
        sandbox.checkout.payment_request("my&app", 1003, number, fault="wrong_padding")


def test_requests_of_ecwid_itself_are_not_those_of_an_app(sandbox: Sandbox, number: int) -> None:
    sandbox.requests_per_minute = 1
    for _ in range(3):
        sandbox.request_as_ecwid(sandbox.stores[1003], "GET", f"/orders/{number}")
    assert not sandbox.requests
    with pytest.raises(LookupError, match="store 1003"):
        sandbox.request_as_ecwid(sandbox.stores[1003], "GET", "/orders/0")


def test_a_request_shows_neither_its_body_nor_its_headers(sandbox: Sandbox, number: int) -> None:
    sandbox.install("my&app", 1003)
    request = sandbox.checkout.shipping_request("my&app", 1003, number)
    assert repr(request) == "AppRequest(url='https://app.example/shipping')"


# Responses.


def respond(data: object) -> AppResponse:
    return AppResponse(200, (("Content-Type", "application/json"),), json.dumps(data).encode())


def test_valid_responses_are_accepted() -> None:
    full = OPTION | {
        "titleTranslated": {"de": "Post"},
        "fulfilmentType": "DELIVERY",
        "scheduled": True,
        "businessHours": '{"MON":[["09:00","18:00"]]}',
        "fulfillmentTimeInMinutes": 60,
        "blackoutDates": "{}",
    }
    assert read_shipping_options(respond({"shippingOptions": [OPTION, full]})) == [OPTION, full]
    assert read_discounts(respond({"discounts": [{"value": 5}]})) == [{"value": 5}]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": " "}, "invalid title"),
        ({"rate": "5"}, "invalid rate"),
        ({"rate": -1}, "invalid rate"),
        ({"rate": True}, "invalid rate"),
        ({"transitDays": 5}, "invalid transitDays"),
        ({"transitDays": "2-"}, "invalid transitDays"),
        ({"fulfilmentType": "pickup"}, "invalid fulfilmentType"),
        ({"fulfillmentType": "PICKUP"}, "unknown field 'fulfillmentType'"),
        ({"scheduled": "yes"}, "invalid scheduled"),
        ({"businessHours": {"MON": []}}, "invalid businessHours"),
        ({"businessHours": "MON"}, "invalid businessHours"),
        ({"businessHours": '{"mon":[]}'}, "invalid businessHours"),
        ({"titleTranslated": {"de": 5}}, "invalid titleTranslated"),
    ],
)
def test_the_checkout_says_why_it_ignores_a_shipping_option(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidAppResponse, match=message):
        read_shipping_options(respond({"shippingOptions": [OPTION | changes]}))


@pytest.mark.parametrize("missing", sorted(OPTION))
def test_a_shipping_option_needs_its_fields(missing: str) -> None:
    option = {name: value for name, value in OPTION.items() if name != missing}
    with pytest.raises(InvalidAppResponse, match=f"no {missing}"):
        read_shipping_options(respond({"shippingOptions": [option]}))


@pytest.mark.parametrize(
    ("discount", "message"),
    [
        ({}, "no value"),
        ({"value": "5"}, "invalid value"),
        ({"value": 5, "type": "ABS"}, "invalid type"),
        ({"value": 101, "type": "PERCENT"}, "above 100"),
        ({"value": 5, "appliesToProducts": ["7"]}, "invalid appliesToProducts"),
        ({"value": 5, "description": None}, "invalid description"),
        ("5", "not an object"),
    ],
)
def test_the_checkout_says_why_it_ignores_a_discount(discount: object, message: str) -> None:
    with pytest.raises(InvalidAppResponse, match=message):
        read_discounts(respond({"discounts": [discount]}))


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (AppResponse(503), "status 503"),
        (AppResponse(200, (), b"x"), "not JSON"),
        (AppResponse(200, (), b"[" * 5000), "not JSON"),
        (respond([]), "no list discounts"),
        (respond({"discounts": {}}), "no list discounts"),
    ],
)
def test_the_checkout_ignores_any_other_response(response: AppResponse, message: str) -> None:
    with pytest.raises(InvalidAppResponse, match=message):
        read_discounts(response)


# Over HTTP.


async def test_a_request_is_sent_to_an_app_on_this_machine() -> None:
    received: list[tuple[str, bytes]] = []

    async def handle(request: web.BaseRequest) -> web.Response:
        received.append((request.headers["Content-Type"], await request.read()))
        return web.Response(status=303, headers={"Location": "https://shop.example/"}, body=b"moved")

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/pay"
        response = await send_app_request(AppRequest(url=url, headers=(("Content-Type", "text/x"),), body=b"hello"))
    finally:
        await runner.cleanup()
    assert received == [("text/x", b"hello")]
    assert (response.status, response.header("location"), response.body) == (303, "https://shop.example/", b"moved")


async def test_no_request_leaves_this_machine() -> None:
    with pytest.raises(NotLoopback):
        await send_app_request(AppRequest(url="https://app.example/pay", headers=(), body=b""))


async def test_the_control_panel_shows_the_page_of_an_app_in_a_frame(sandbox: Sandbox, served: RunningServer) -> None:
    sandbox.install("my&app", 1003)
    status, text = await read_page(f"{served.origin}/cp/my%26app/1003?lang=de")
    assert status == 200
    assert '<iframe title="my&amp;app" src="https://app.example/open?a=&lt;b&gt;&amp;payload=' in text
    _, text = await read_page(f"{served.origin}/cp/my%26app/1003?mode=fragment&app_state=x%22")
    assert 'src="https://app.example/open?a=&lt;b&gt;#7b22' in text


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/cp/my%26app/1003", "not installed"),
        ("/cp/my%26app/9", "no such app or store"),
        ("/cp/%3Cscript%3E/1003", "no such app or store"),
        ("/cp/my%26app", "no such page"),
        ("/custompaymentapps/1003", "not found"),
        ("/custompaymentapps/1003?orderId=%3Cscript%3E", "not found"),
        ("/custompaymentapps/x", "no such app or store"),
    ],
)
async def test_a_missing_page_says_what_is_missing(served: RunningServer, path: str, message: str) -> None:
    status, text = await read_page(f"{served.origin}{path}")
    assert status == 404
    assert message in text
    assert "<script>" not in text


async def test_a_page_is_only_read(served: RunningServer) -> None:
    async with aiohttp.ClientSession() as session, session.post(f"{served.origin}/cp/my%26app/1003") as response:
        assert response.status == 405


async def test_a_page_whose_name_resolves_to_this_machine_gets_no_token(
    sandbox: Sandbox, served: RunningServer
) -> None:
    sandbox.install("my&app", 1003)
    url, headers = f"{served.origin}/cp/my%26app/1003?mode=fragment", {"Host": "evil.example"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        assert (response.status, (await response.json())["errorCode"]) == (403, "FORBIDDEN_HOST")


async def test_a_customer_sees_what_became_of_the_payment(sandbox: Sandbox, served: RunningServer, number: int) -> None:
    store, url = sandbox.stores[1003], f"{served.origin}/custompaymentapps/1003?orderId={number}"
    _, text = await read_page(f"{url}&errorMsg=%3Cb%3Eno%3C/b%3E")
    assert "<p>Your order is not paid. &lt;b&gt;no&lt;/b&gt;</p>" in text
    sandbox.request_as_ecwid(store, "PUT", f"/orders/{number}", {"paymentStatus": "PAID"})
    assert "Thank you for your order" in (await read_page(url))[1]
    sandbox.request_as_ecwid(store, "PUT", f"/orders/{number}", {"paymentStatus": "CANCELLED"})
    assert "Payment error" in (await read_page(url))[1]
