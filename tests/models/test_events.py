"""Events, as webhooks have them: a class for each family, both spellings of a type, no personal data in `repr`."""

import json
import pickle
from pathlib import Path

import pytest

from ecwid_async.errors import DecodeError
from ecwid_async.models import events
from ecwid_async.models.events import (
    ApplicationEvent,
    CustomerEvent,
    CustomerEventData,
    EventType,
    OrderEvent,
    OrderEventData,
    ProductEvent,
    PromotionEvent,
    ReviewEvent,
    ReviewEventStatus,
    StoreEvent,
    UnfinishedOrderEvent,
)
from ecwid_async.models.orders import PaymentStatus

ORDER = """{
    "eventId": "80aece08-40e8-4145-8764-6c2f0d38678", "eventCreated": 1234567, "storeId": 1003, "entityId": 103878161,
    "eventType": "order.updated",
    "data": {"orderId": "XJ12H", "oldPaymentStatus": "PAID", "newPaymentStatus": "REFUNDED"}
}"""


def test_an_event_is_read_as_the_class_of_its_family():
    event = StoreEvent.from_json(ORDER)
    assert event == OrderEvent(
        event_id="80aece08-40e8-4145-8764-6c2f0d38678",
        event_created=1234567,
        store_id=1003,
        entity_id=103878161,
        event_type=EventType.ORDER_UPDATED,
        data=OrderEventData(
            order_id="XJ12H", old_payment_status=PaymentStatus.PAID, new_payment_status=PaymentStatus.REFUNDED
        ),
    )
    assert json.loads(event.to_json()) == json.loads(ORDER)
    assert pickle.loads(pickle.dumps(event)) == event


@pytest.mark.parametrize("event_type", EventType)
def test_every_family_with_a_class_is_read_as_it(event_type):
    family = event_type.partition(".")[0]
    name = f"{family.title().replace('_', '')}Event"
    event = StoreEvent.from_dict({"eventType": event_type.value, "entityId": 7})
    assert type(event) is getattr(events, name)
    assert event.event_type is event_type


def test_the_spelling_of_ecwids_own_client_is_the_same_type():
    event = StoreEvent.from_dict({"eventType": "customer.personal_data_removal_request"})
    assert event.event_type is EventType.CUSTOMER_PERSONAL_DATA_REMOVAL_REQUEST
    assert EventType("application.subscription_status_changed") is EventType.APPLICATION_SUBSCRIPTION_STATUS_CHANGED
    cart = StoreEvent.from_dict({"eventType": "unfinishedOrder.created"})
    assert (type(cart), cart.event_type) == (UnfinishedOrderEvent, EventType.UNFINISHED_ORDER_CREATED)
    with pytest.raises(ValueError, match="order"):
        EventType("order.eaten")


def test_every_type_of_ecwids_own_client_is_known(shared: Path):
    path = shared / "api" / "official_client.json"
    if not path.exists():
        pytest.skip(f"needs the description of Ecwid's own client in {path}")
    types = json.loads(path.read_text("utf-8"))["enums"]["Webhook.EventType"]
    assert {EventType(each) for each in types} == set(EventType)


def test_an_unknown_type_is_text_and_keeps_its_data():
    event = StoreEvent.from_dict({"eventType": "brand.created", "entityId": "ACME", "data": {"name": "Acme"}})
    assert type(event) is StoreEvent
    assert (event.event_type, event.entity_id, event.data) == ("brand.created", "ACME", {"name": "Acme"})
    assert StoreEvent.from_dict({}).event_type is None


def test_numbers_that_are_sent_as_text_are_numbers():
    event = StoreEvent.from_dict(
        {
            "eventId": 17,
            "eventCreated": "1234567",
            "storeId": "1003",
            "entityId": "42",
            "eventType": "review.updated",
            "data": {"productId": "7", "orderId": "9", "status": "PUBLISHED"},
        }
    )
    assert isinstance(event, ReviewEvent)
    assert (event.event_id, event.event_created, event.store_id, event.entity_id) == ("17", 1234567, 1003, 42)
    assert event.data is not None
    assert (event.data.product_id, event.data.order_id, event.data.status) == (7, 9, ReviewEventStatus.PUBLISHED)
    promotion = PromotionEvent.from_dict({"eventType": "promotion.updated", "data": {"version": "3"}})
    assert promotion.data is not None
    assert promotion.data.version == 3


def test_an_id_may_be_text():
    installed = StoreEvent.from_dict({"eventType": "application.installed", "entityId": "1003"})
    assert isinstance(installed, ApplicationEvent)
    assert installed.entity_id == "1003"


def test_personal_data_is_not_in_repr():
    data = {"customerEmail": "ann@example.com", "other": "ann@example.com"}
    event = StoreEvent.from_dict(
        {"eventType": "customer.updated", "entityId": 7, "data": data, "more": "ann@example.com"}
    )
    assert isinstance(event, CustomerEvent)
    assert event.data is not None
    assert event.data.customer_email == "ann@example.com"
    wrong_type = StoreEvent.from_dict({"eventType": "customer.updated", "data": "ann@example.com"})
    unknown = StoreEvent.from_dict({"eventType": "newsletter.sent", "data": data})
    product = StoreEvent.from_dict({"eventType": "product.updated", "data": data})
    for each in (event, event.data, wrong_type, unknown, product):
        assert "ann@" not in repr(each)
    assert repr(event.data) == "CustomerEventData(customer_email=…)"
    assert repr(CustomerEventData()) == "CustomerEventData()"
    assert "entity_id=7" in repr(event)


def test_events_are_read_only_and_compared_by_value():
    event = ProductEvent(entity_id=3, event_type=EventType.PRODUCT_CREATED)
    assert event == StoreEvent.from_dict({"eventType": "product.created", "entityId": 3})
    assert event != StoreEvent(entity_id=3, event_type=EventType.PRODUCT_CREATED)
    with pytest.raises(AttributeError):
        event.entity_id = 4  # type: ignore[misc]


def test_text_that_is_not_an_event_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        StoreEvent.from_json("no event")
    with pytest.raises(DecodeError, match="expected StoreEvent"):
        StoreEvent.from_json("[1]")
    with pytest.raises(DecodeError, match="eventCreated"):
        StoreEvent.from_dict({"eventType": "order.created", "eventCreated": "today"}, strict=True)
    cart = UnfinishedOrderEvent.from_dict({"eventType": "unfinished_order.created", "eventCreated": "today"})
    assert cart.event_created is None
    assert cart.extra == {"eventCreated": "today"}
