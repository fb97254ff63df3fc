"""How the entity of an event is read from the API: one function for each family of events."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ecwid_async.apps.errors import AppError, NotRetryable
from ecwid_async.calls import Call
from ecwid_async.errors import NotFound, StoreNotFound
from ecwid_async.models.events import InvoiceEvent, OrderEvent, StoreEvent, UnfinishedOrderEvent

if TYPE_CHECKING:
    from ecwid_async.client import Store

__all__ = ["ReadEntity", "find_reader"]

T = TypeVar("T")

ReadEntity = Callable[["Store", StoreEvent], Awaitable[object | None]]
"""Reads the entity of an event. Returns None if it does not exist."""


def find_reader(event_type: str) -> ReadEntity | None:
    """How to read the entities of events of this type; None if the API has no endpoint, or the family is unknown."""
    return _READERS.get(event_type.partition(".")[0])


def _number(event: StoreEvent) -> int:
    if isinstance(event.entity_id, int):
        return event.entity_id
    raise NotRetryable(f"this {event.event_type} event has no number in `entityId`: there is nothing to read.")


async def _found(call: Call[T]) -> T | None:
    try:
        return await call.without_cache()
    except StoreNotFound:
        raise
    except NotFound as error:
        # A proxy also responds with 404, which says nothing about the entity.
        if error.code is None and error.message is None:
            raise
        return None


async def _order(store: "Store", event: StoreEvent) -> object | None:
    order_id = event.data.order_id if isinstance(event, OrderEvent) and event.data is not None else None
    # Events of old stores have no data, and the number of the order as their entity id.
    return await _found(store.orders.get(order_id or _any_id(event)))


async def _cart(store: "Store", event: StoreEvent) -> object | None:
    cart_id = event.data.cart_id if isinstance(event, UnfinishedOrderEvent) and event.data is not None else None
    # Without data, the entity id may be -1, or, in events from `Store.events`, the id of the cart.
    if cart_id is None and isinstance(event.entity_id, str) and not event.entity_id.lstrip("-").isdigit():
        cart_id = event.entity_id
    if cart_id is None:
        raise NotRetryable(f"this {event.event_type} event has no `cartId`: search the carts of the store.")
    return await _found(store.carts.get(cart_id))


async def _coupon(store: "Store", event: StoreEvent) -> object | None:
    coupon = await _found(store.coupons.get(_number(event)))
    # The API takes a code, too, and a code may look like an id.
    return coupon if coupon is not None and coupon.id == event.entity_id else None


async def _promotion(store: "Store", event: StoreEvent) -> object | None:
    number = _number(event)
    async for promotion in store.promotions.search().without_cache():
        if promotion.id == number:
            return promotion
    if str(event.event_type).endswith(".deleted"):
        return None
    # There is no endpoint for a single promotion, and the list may not show a new one yet.
    raise AppError(f"promotion {number} is not in the store's list, or not yet: the event is tried again.")


async def _invoice(store: "Store", event: StoreEvent) -> object | None:
    order_id = event.data.order_id if isinstance(event, InvoiceEvent) and event.data is not None else None
    if order_id is None:
        raise NotRetryable(f"this {event.event_type} event has no `orderId`: there is nothing to read.")
    invoices = await _found(store.orders.invoices.search(order_id))
    found = (each for each in invoices or () if str(each.internal_id) == str(event.entity_id))
    return next(found, None)


def _any_id(event: StoreEvent) -> int | str:
    if event.entity_id is None or event.entity_id in ("", -1, "-1"):
        raise NotRetryable(f"this {event.event_type} event has no id: there is nothing to read.")
    return event.entity_id


def _by_number(call: Callable[["Store", int], Call[Any]]) -> ReadEntity:
    async def read(store: "Store", event: StoreEvent) -> object | None:
        return await _found(call(store, _number(event)))

    return read


def _single(call: Callable[["Store"], Call[Any]]) -> ReadEntity:
    async def read(store: "Store", event: StoreEvent) -> object | None:
        return await _found(call(store))

    return read


_READERS: Final[Mapping[str, ReadEntity]] = {
    "application": _single(lambda store: store.application.get()),
    "category": _by_number(lambda store, number: store.categories.get(number)),
    "customer": _by_number(lambda store, number: store.customers.get(number)),
    "customer_group": _by_number(lambda store, number: store.customer_groups.get(number)),
    "discount_coupon": _coupon,
    "invoice": _invoice,
    "order": _order,
    "product": _by_number(lambda store, number: store.products.get(number)),
    "product_class": _by_number(lambda store, number: store.product_types.get(number)),
    "profile": _single(lambda store: store.profile.get()),
    "promotion": _promotion,
    "review": _by_number(lambda store, number: store.reviews.get(number)),
    "unfinished_order": _cart,
}
