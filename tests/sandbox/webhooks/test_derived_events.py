"""The events that follow from writes."""

from typing import Any

import pytest

from ecwid_async.sandbox import Install, Switches
from ecwid_async.sandbox.webhooks import EVENT_TYPES
from tests.sandbox.api import Api, Clock
from tests.sandbox.webhooks.apps import CLIENT_ID, STORE_ID, new_events

ORDER = {
    "email": "ann@example.com",
    "paymentStatus": "PAID",
    "fulfillmentStatus": "AWAITING_PROCESSING",
    "total": 25,
}


def create_product(api: Api, name: str = "Mug") -> int:
    product_id: int = api.post("/products", {"name": name, "price": 12.5})["id"]
    new_events(api)
    return product_id


def create_order(api: Api, **fields: Any) -> tuple[int, str]:
    """The number and the text id of a new order."""
    created = api.post("/orders", {**ORDER, **fields})
    return created["id"], created["orderId"]


@pytest.mark.parametrize(
    ("path", "family", "body"),
    [
        ("/products", "product", {"name": "Mug", "price": 12.5}),
        ("/categories", "category", {"name": "Kitchen"}),
        ("/classes", "product_class", {"name": "Book"}),
        ("/customer_groups", "customer_group", {"name": "VIP"}),
        ("/discount_coupons", "discount_coupon", {"name": "Summer", "code": "SUN", "discount": 5}),
    ],
)
def test_a_write_to_a_list_emits_an_event_without_data(api: Api, path: str, family: str, body: dict[str, Any]) -> None:
    item_id = api.post(path, body)["id"]
    assert new_events(api) == [(f"{family}.created", item_id, None)]
    api.put(f"{path}/{item_id}", {"name": "Another"})
    assert new_events(api) == [(f"{family}.updated", item_id, None)]
    api.delete(f"{path}/{item_id}")
    assert new_events(api) == [(f"{family}.deleted", item_id, None)]


def test_events_of_customers_have_the_email_address(api: Api) -> None:
    customer_id = api.post("/customers", {"email": "ann@example.com"})["id"]
    api.put(f"/customers/{customer_id}", {"email": "bob@example.com"})
    api.delete(f"/customers/{customer_id}")
    assert new_events(api) == [
        ("customer.created", customer_id, {"customerEmail": "ann@example.com"}),
        ("customer.updated", customer_id, {"customerEmail": "bob@example.com"}),
        ("customer.deleted", customer_id, {"customerEmail": "bob@example.com"}),
    ]


def test_events_of_promotions_have_a_version(api: Api) -> None:
    promotion_id = api.post("/promotions", {"name": "Sale", "amount": 5})["id"]
    api.put(f"/promotions/{promotion_id}", {"amount": 6})
    api.put(f"/promotions/{promotion_id}", {"amount": 7})
    api.delete(f"/promotions/{promotion_id}")
    assert new_events(api) == [
        ("promotion.created", promotion_id, {"version": 1}),
        ("promotion.updated", promotion_id, {"version": 2}),
        ("promotion.updated", promotion_id, {"version": 3}),
        ("promotion.deleted", promotion_id, {"version": 3}),
    ]


def test_events_of_reviews_have_the_number_of_the_order(api: Api) -> None:
    product_id = create_product(api)
    review = {"id": 812, "productId": product_id, "orderId": 500_000_001, "orderNumber": "XJ12H", "status": "moderated"}
    api.store.load("reviews", [review])
    api.put("/reviews/812", {"status": "published"})
    entity = {"productId": product_id, "orderId": 500_000_001}
    assert ("review.updated", 812, {**entity, "status": "PUBLISHED"}) in new_events(api)
    api.delete("/reviews/812")
    assert ("review.deleted", 812, entity) in new_events(api)


def test_an_order_changes_the_stock_of_its_products_and_its_customer(api: Api) -> None:
    mug, cup = create_product(api, "Mug"), create_product(api, "Cup")
    customer_id = api.post("/customers", {"email": "ann@example.com"})["id"]
    new_events(api)
    lines = [{"productId": each, "name": "x", "price": 1, "quantity": 1} for each in (mug, cup, mug, 99)]
    number, order_id = create_order(api, items=lines)
    statuses = {"newPaymentStatus": "PAID", "newFulfillmentStatus": "AWAITING_PROCESSING"}
    assert new_events(api) == [
        ("order.created", number, {"orderId": order_id, **statuses}),
        ("product.updated", mug, None),
        ("product.updated", cup, None),
        ("customer.updated", customer_id, {"customerEmail": "ann@example.com"}),
    ]


def test_an_order_of_a_new_customer_creates_it(api: Api) -> None:
    api.sandbox.set_switches(Switches(order_effects=True))
    mug = api.post("/products", {"name": "Mug", "quantity": 5})["id"]
    new_events(api)
    number, _ = create_order(api, items=[{"productId": mug, "name": "Mug", "price": 1, "quantity": 1}])
    events = new_events(api)
    assert [event[:2] for event in events[:2]] == [("order.created", number), ("product.updated", mug)]
    assert [(event[0], event[2]) for event in events[2:]] == [
        ("customer.created", {"customerEmail": "ann@example.com"})
    ]


def test_a_changed_order_has_its_old_and_new_statuses(api: Api) -> None:
    number, order_id = create_order(api)
    new_events(api)
    api.put(f"/orders/{order_id}", {"fulfillmentStatus": "SHIPPED"})
    api.delete(f"/orders/{order_id}")
    assert new_events(api) == [
        (
            "order.updated",
            number,
            {
                "orderId": order_id,
                "oldPaymentStatus": "PAID",
                "newPaymentStatus": "PAID",
                "oldFulfillmentStatus": "AWAITING_PROCESSING",
                "newFulfillmentStatus": "SHIPPED",
            },
        ),
        ("order.deleted", number, {"orderId": order_id}),
    ]


def test_an_invoice_is_an_event_of_its_own(api: Api) -> None:
    _, order_id = create_order(api)
    new_events(api)
    invoice_id = api.post(f"/orders/{order_id}/invoices/create-invoice")["id"]
    events = new_events(api)
    assert [event[0] for event in events] == ["order.updated", "invoice.created"]
    assert events[1] == ("invoice.created", invoice_id, {"orderId": order_id})


# Unfinished orders.


def test_an_unfinished_order_is_known_by_its_number_and_its_cart(api: Api) -> None:
    number, order_id = create_order(api, paymentStatus="INCOMPLETE")
    (cart,) = api.all("/carts")
    data = {"orderId": order_id, "cartId": cart["cartId"]}
    assert new_events(api) == [("unfinished_order.created", number, data)]
    # Deleting a cart in the control panel hides it.
    api.put(f"/carts/{cart['cartId']}", {"hidden": True})
    assert new_events(api) == [("unfinished_order.updated", number, data)]
    api.delete(f"/orders/{order_id}")
    assert new_events(api) == [("unfinished_order.deleted", number, data)]


def test_a_cart_of_the_demo_data_gets_a_number_with_its_first_event_and_keeps_it(api: Api) -> None:
    api.store.load("carts", [{"cartId": "6626E60A", "email": "ann@example.com", "paymentStatus": "INCOMPLETE"}])
    api.put("/carts/6626E60A", {"hidden": True})
    ((event_type, number, data),) = new_events(api)
    assert (event_type, data["cartId"]) == ("unfinished_order.updated", "6626E60A")
    assert api.get(f"/orders/{number}")["id"] == data["orderId"]
    placed = api.post("/carts/6626E60A/place")
    assert (placed["orderNumber"], placed["id"]) == (number, data["orderId"])
    assert [event[:2] for event in new_events(api)] == [("order.created", number)]


def test_a_placed_cart_becomes_an_order_and_nothing_else(api: Api) -> None:
    api.store.load("carts", [{"cartId": "6626E60A", "email": "ann@example.com", "paymentStatus": "INCOMPLETE"}])
    placed = api.post("/carts/6626E60A/place")
    assert [event[:2] for event in new_events(api)] == [("order.created", placed["orderNumber"])]


def test_a_paid_unfinished_order_is_a_created_order(api: Api, clock: Clock) -> None:
    number, order_id = create_order(api, paymentStatus="INCOMPLETE")
    new_events(api)
    clock.now += 60
    api.put(f"/orders/{order_id}", {"paymentStatus": "PAID"})
    assert [event[:2] for event in new_events(api)] == [("order.created", number)]
    api.put(f"/orders/{order_id}", {"paymentStatus": "INCOMPLETE"})
    ((event_type, entity, data),) = new_events(api)
    assert (event_type, entity) == ("order.updated", number)
    assert (data["oldPaymentStatus"], data["newPaymentStatus"]) == ("PAID", "INCOMPLETE")


# The store and the app.


def test_a_changed_profile_is_an_event_unless_only_the_next_invoice_number_changed(api: Api) -> None:
    api.put("/profile", {"settings": {"storeName": "Mugs"}})
    assert new_events(api) == [("profile.updated", STORE_ID, None)]
    api.put("/profile", {"settings": {"storeName": "Mugs"}})
    assert new_events(api) == []


def test_a_new_plan_is_an_event(api: Api) -> None:
    api.store.profile = {"accountBilling": {"pricingPlanId": "ECWID_VENTURE"}}
    with api.sandbox.change(api.store):
        api.store.profile = {"accountBilling": {"pricingPlanId": "ECWID_BUSINESS"}}
    plans = {"oldSubscriptionName": "ECWID_VENTURE", "newSubscriptionName": "ECWID_BUSINESS"}
    assert new_events(api) == [("profile.subscriptionStatusChanged", STORE_ID, plans)]


def test_changes_of_the_storage_name_the_key_and_the_store_as_text(api: Api) -> None:
    api.put("/storage/settings", b"one")
    api.put("/storage/settings", b"one")
    api.delete("/storage/settings")
    assert new_events(api) == [("application.storageChanged", str(STORE_ID), {"key": "settings"})] * 2


def test_an_app_hears_of_its_own_installation_and_its_end(api: Api) -> None:
    with api.sandbox.change(api.store):
        del api.store.installs[CLIENT_ID]
    assert new_events(api) == [("application.uninstalled", str(STORE_ID), None)]
    api.post("/products", {"name": "Mug"})
    assert new_events(api) == []
    with api.sandbox.change(api.store):
        api.store.installs[CLIENT_ID] = Install()
        api.store.installs["another-app"] = Install()
    assert new_events(api) == [("application.installed", str(STORE_ID), None)]


def test_cancelling_the_app_uninstalls_it(api: Api) -> None:
    api.store.section_data["application"] = {"namespace": CLIENT_ID, "status": "ACTIVE"}
    api.store.add_app(CLIENT_ID, "x")
    assert api.delete("/application", namespace=CLIENT_ID) == {"deleteCount": 1}
    assert new_events(api) == [("application.uninstalled", str(STORE_ID), None)]


def test_a_changed_subscription_to_the_app_is_an_event(api: Api) -> None:
    api.store.section_data["application"] = {"namespace": CLIENT_ID, "status": "TRIAL"}
    with api.sandbox.change(api.store):
        api.store.section_data["application"] = {"namespace": CLIENT_ID, "status": "ACTIVE"}
    statuses = {"oldSubscriptionStatus": "TRIAL", "newSubscriptionStatus": "ACTIVE"}
    assert new_events(api) == [("application.subscriptionStatusChanged", str(STORE_ID), statuses)]


# All requests.


def test_a_batch_emits_the_events_of_its_successful_requests(api: Api) -> None:
    requests = [
        {"path": "/products", "method": "POST", "body": {"name": "Mug"}},
        {"path": "/products", "method": "POST", "body": {"price": "x"}},
        {"path": "/categories", "method": "POST", "body": {"name": "Kitchen"}},
    ]
    api.post("/batch", requests, stopOnFirstFailure=False)
    assert [event[0] for event in new_events(api)] == ["product.created", "category.created"]


def test_reads_and_refused_writes_emit_nothing(api: Api) -> None:
    product_id = create_product(api)
    api.get(f"/products/{product_id}")
    api.refused("PUT", f"/products/{product_id}", {"price": "x"})
    api.refused("DELETE", "/products/1")
    assert new_events(api) == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/staff", {"email": "ann@example.com", "staffScopes": []}),
        ("/profile/paymentOptions", {"checkoutTitle": "Cash", "paymentProcessorId": "offline"}),
        ("/profile/shippingOptions", {"title": "Pickup", "fulfilmentType": "pickup"}),
    ],
)
def test_staff_payment_and_shipping_options_have_no_events(api: Api, path: str, body: dict[str, Any]) -> None:
    api.post(path, body)
    assert new_events(api) == []


def test_an_item_written_several_times_by_a_request_is_one_event(api: Api) -> None:
    top = api.post("/categories", {"name": "Top"})["id"]
    below = api.post("/categories", {"name": "Below", "parentId": top})["id"]
    product_id = api.post("/products", {"name": "Mug", "categoryIds": [top, below]})["id"]
    new_events(api)
    api.delete(f"/categories/{top}")
    assert sorted(event[:2] for event in new_events(api)) == [
        ("category.deleted", top),
        ("category.deleted", below),
        ("product.updated", product_id),
    ]


def test_nothing_is_recorded_without_an_app_that_has_a_url(api: Api) -> None:
    api.sandbox.apps[CLIENT_ID].webhook_url = None
    with api.sandbox.change(api.store):
        assert not api.store.changes.observed
    api.post("/products", {"name": "Mug"})
    assert list(api.sandbox.deliveries) == []


def test_every_type_belongs_to_a_family() -> None:
    assert len(EVENT_TYPES) == 45
