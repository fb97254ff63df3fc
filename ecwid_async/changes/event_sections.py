"""How events follow from the changes of each section: one table, which docs/changes.md shows and the tests read."""

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from ecwid_async.changes.batch import Deletion, ItemId
from ecwid_async.changes.plans import change_plan_for
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.scan import plan_for, seconds

if TYPE_CHECKING:
    from ecwid_async.models.events import StoreEvent

__all__ = ["EVENT_SECTIONS", "EventSection"]

_NUMBER: Final = re.compile("[0-9]{1,18}")

EventKind: TypeAlias = Literal["created", "updated", "deleted"]


@frozen(kw_only=True)
class EventSection:
    """How events follow from the changes of a section.

    `operation` reads the list, or, if it is a single document, that document: `is_document`. `family` is the part of
    the event type before the dot. `entity_id` are the fields of an item with the event's ``entityId``; the first one
    that an item has counts. `data` are the fields of an item by their name in the event's data. `states` are those of
    them that distinguish two updates in one second. `deleted_id` is the name in the event's data for the id of a
    deleted item, if it differs from ``entityId``.
    """

    operation: str
    family: str
    is_document: bool = False
    entity_id: tuple[str, ...] = ("id",)
    data: Mapping[str, str] = {}
    states: tuple[str, ...] = ()
    deleted_id: str | None = None

    @property
    def stats(self) -> str | None:
        """The field of ``GET /latest-stats`` with the time of the last change."""
        return "profileUpdated" if self.is_document else change_plan_for(self.operation).stats

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of an item that its events need."""
        created = plan_for(self.operation).created
        return tuple(dict.fromkeys((*self.entity_id, *self.data.values(), *((created,) if created else ()))))

    @property
    def kinds(self) -> tuple[EventKind, ...]:
        """What events report in this section."""
        if self.is_document:
            return ("updated",)
        has_deleted_items = change_plan_for(self.operation).deleted is not None
        return ("created", "updated", "deleted") if has_deleted_items else ("created", "updated")

    def created_at(self, item: Mapping[str, Any]) -> int | None:
        """Return when an item was created, in Unix seconds."""
        return seconds(item.get(plan_for(self.operation).created or ""))

    def item_event(self, kind: EventKind, item: Mapping[str, Any], time: int | None, *, store_id: int) -> "StoreEvent":
        """Return an event of an item."""
        entity_id = next((item[name] for name in self.entity_id if item.get(name) is not None), None)
        data = {name: _as_event_data(name, item.get(field)) for name, field in self.data.items()}
        # The state changes after the creation, which has a single event.
        states = [data.get(name) for name in self.states] if kind == "updated" else []
        return self.event(kind, entity_id, time, data, store_id=store_id, id_parts=states)

    def deletion_event(self, deletion: Deletion, *, store_id: int) -> "StoreEvent":
        """Return the event of a deletion."""
        entity_id: ItemId = deletion.id if deletion.number is None else deletion.number
        if self.deleted_id is not None and isinstance(entity_id, str) and _NUMBER.fullmatch(entity_id):
            # An order that is listed by its number only. Its text id is the same, or unknown.
            entity_id = int(entity_id)
        data = {} if self.deleted_id is None else {self.deleted_id: deletion.id}
        return self.event("deleted", entity_id, deletion.deleted_at, data, store_id=store_id, id_parts=[deletion.id])

    def event(
        self,
        kind: EventKind,
        entity_id: object,
        time: int | None,
        data: Mapping[str, object] | None = None,
        *,
        store_id: int,
        id_parts: list[Any] | None = None,
    ) -> "StoreEvent":
        """Return an event. Its id follows from the store, the type, the item, the time, and `id_parts`."""
        from ecwid_async.models.events import StoreEvent

        event_type = f"{self.family}.{kind}"
        parts = msgspec.json.encode([store_id, event_type, entity_id, time, *(id_parts or [])])
        return StoreEvent.from_dict(
            {
                "eventId": hashlib.sha256(parts).hexdigest()[:32],
                "eventCreated": time,
                "storeId": store_id,
                "entityId": entity_id,
                "eventType": event_type,
                **({"data": data} if data else {}),
            }
        )


def _as_event_data(name: str, value: object) -> object:
    # Reviews have it in lower case, events in upper case.
    return value.upper() if name == "status" and isinstance(value, str) else value


EVENT_SECTIONS: Final[Mapping[str, EventSection]] = {
    "profile": EventSection(operation="GET /profile", family="profile", is_document=True),
    "orders": EventSection(
        operation="GET /orders",
        family="order",
        entity_id=("internalId", "orderNumber"),
        data={"orderId": "id", "newPaymentStatus": "paymentStatus", "newFulfillmentStatus": "fulfillmentStatus"},
        states=("newPaymentStatus", "newFulfillmentStatus"),
        deleted_id="orderId",
    ),
    "carts": EventSection(
        operation="GET /carts", family="unfinished_order", entity_id=("cartId",), data={"cartId": "cartId"}
    ),
    "products": EventSection(operation="GET /products", family="product"),
    "customers": EventSection(operation="GET /customers", family="customer", data={"customerEmail": "email"}),
    "coupons": EventSection(operation="GET /discount_coupons", family="discount_coupon"),
    "reviews": EventSection(
        operation="GET /reviews",
        family="review",
        data={"productId": "productId", "orderId": "orderId", "status": "status"},
        states=("status",),
    ),
}
"""The sections with events. Items of any other section have no update time, or no family of events."""
