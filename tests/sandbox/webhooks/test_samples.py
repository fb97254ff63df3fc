"""Sample events of all types, which the library reads as the class of their family."""

import pytest

from ecwid_async.models import StoreEvent
from ecwid_async.models.events import EventType
from ecwid_async.sandbox import sample_event
from ecwid_async.sandbox.webhooks import EVENT_TYPES


def test_all_types_of_the_library_and_no_others_can_be_emitted() -> None:
    assert sorted(EVENT_TYPES) == sorted(EventType)


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_sample_reads_as_an_event_of_its_type(event_type: str) -> None:
    sample = sample_event(event_type, store_id=1004)
    event = StoreEvent.from_dict(sample.to_dict(), strict=True)
    assert (event.event_type, event.store_id, event.event_id) == (event_type, 1004, sample.event_id)
    assert event.entity_id is not None
    assert event.extra == {}
    assert event.data is None or getattr(event.data, "extra", {}) == {}


@pytest.mark.parametrize(
    ("event_type", "entity_id"),
    [("application.installed", "1003"), ("profile.updated", 1003), ("order.created", 500_000_000)],
)
def test_entities_of_the_app_are_text_and_all_others_numbers(event_type: str, entity_id: int | str) -> None:
    assert sample_event(event_type).entity_id == entity_id


def test_values_replace_those_of_the_sample() -> None:
    event = sample_event("order.created", entity_id=7, data={"orderId": "EG4H2", "more": 1}, event_created=5)
    assert (event.entity_id, event.event_created) == (7, 5)
    assert event.data == {
        "orderId": "EG4H2",
        "newPaymentStatus": "PAID",
        "newFulfillmentStatus": "PROCESSING",
        "more": 1,
    }
    assert sample_event("product.created", data={"a": 1}).data == {"a": 1}


def test_each_sample_is_a_new_event() -> None:
    assert sample_event("order.created").event_id != sample_event("order.created").event_id


@pytest.mark.parametrize("spelled", ["application.storage_changed", "Application.StorageChanged"])
def test_other_spellings_are_accepted(spelled: str) -> None:
    assert sample_event(spelled).event_type == "application.storageChanged"


def test_a_type_that_does_not_exist_is_refused_with_advice() -> None:
    with pytest.raises(ValueError, match=r"did you mean 'order\.created'"):
        sample_event("orders.created")
    with pytest.raises(ValueError, match=r"use one of application\.installed, "):
        sample_event("xyz")
