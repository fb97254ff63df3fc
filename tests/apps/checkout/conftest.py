"""A sandbox with an app for payments, shipping rates and discounts, and an order that is about to be paid."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from ecwid_async import Ecwid, RetryPolicy
from ecwid_async.apps import IncomingRequest, OutgoingResponse
from ecwid_async.models.orders import OrderDraft, PaymentStatus
from ecwid_async.sandbox import App, AppRequest, AppResponse, Sandbox
from ecwid_async.wire import Headers

SECRET = "secret_0123abcd4567efgh"


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox(requests_per_minute=None)
    store = sandbox.add_store(1003, token="secret_admin")
    store.profile = {"generalInfo": {"storeId": 1003}, "formatsAndUnits": {"currency": "EUR", "weightUnit": "kg"}}
    sandbox.add_app(
        App(
            client_id="app",
            client_secret=SECRET,
            scopes=frozenset({"read_store_profile", "read_orders", "update_orders", "add_payment_method"}),
            payment_url="https://app.example/pay",
            shipping_url="https://app.example/shipping",
            discount_url="https://app.example/discounts?v=1",
        )
    )
    sandbox.install("app", 1003)
    return sandbox


@pytest.fixture
async def ecwid(sandbox: Sandbox) -> AsyncIterator[Ecwid]:
    async with Ecwid(transport=sandbox, retry=RetryPolicy(attempts=1)) as ecwid:
        yield ecwid


@pytest.fixture
async def order_id(ecwid: Ecwid) -> str:
    """An unfinished order of 12.50 for two pieces."""
    draft = OrderDraft.from_dict(
        {
            "email": "customer@shop.example",
            "subtotal": 10,
            "total": Decimal("12.50"),
            "paymentStatus": "INCOMPLETE",
            "fulfillmentStatus": "AWAITING_PROCESSING",
            "items": [
                {"name": "Mug", "price": 5, "quantity": 2, "weight": Decimal("0.4"), "sku": "M1", "productId": 7}
            ],
            "shippingPerson": {"name": "A. Customer", "city": "Bonn", "countryCode": "DE", "postalCode": "53111"},
        }
    )
    created = await ecwid.store(1003, "secret_admin").orders.create(draft)
    assert created.order_id is not None
    return created.order_id


async def payment_status(ecwid: Ecwid, order_id: str) -> PaymentStatus | str | None:
    return (await ecwid.store(1003, "secret_admin").orders.get(order_id)).payment_status


def arriving(request: AppRequest) -> IncomingRequest:
    """The request of the sandbox as it arrives at the app."""
    return IncomingRequest(
        method="POST", path=request.path, query=request.query, headers=Headers(request.headers), body=request.body
    )


def sent_back(response: OutgoingResponse) -> AppResponse:
    return AppResponse(response.status, response.headers, response.body)
