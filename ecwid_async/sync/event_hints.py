"""Which item of a mirror an event is about. The event only says that the item may have changed."""

from collections.abc import Mapping
from typing import Final

from ecwid_async.changes import ItemId
from ecwid_async.models.events import InvoiceEvent, OrderEvent, StoreEvent, UnfinishedOrderEvent

__all__ = ["SECTIONS_BY_FAMILY", "item_of_event"]

SECTIONS_BY_FAMILY: Final[Mapping[str, str]] = {
    "category": "categories",
    "customer": "customers",
    "customer_group": "customer_groups",
    "discount_coupon": "coupons",
    "invoice": "orders",
    "order": "orders",
    "product": "products",
    "product_class": "product_types",
    "profile": "profile",
    "review": "reviews",
    "unfinished_order": "carts",
}
"""The section with the items of each family. The API has no call for a single promotion or size chart."""


def item_of_event(event: StoreEvent) -> tuple[str, ItemId] | None:
    """The section and the id of the item. None for a family without items in the mirror, and if the id is missing."""
    section = SECTIONS_BY_FAMILY.get(str(event.event_type).partition(".")[0])
    item_id: ItemId | None = event.entity_id
    if section == "profile":
        item_id = "profile"
    elif section == "orders":
        # The entity's id is the number of the order, or of the invoice.
        item_id = event.data.order_id if isinstance(event, OrderEvent | InvoiceEvent) and event.data else None
    elif section == "carts":
        item_id = event.data.cart_id if isinstance(event, UnfinishedOrderEvent) and event.data else None
    return None if section is None or item_id is None else (section, item_id)
