"""Events: what happened in a store. Webhooks deliver them, and `Store.events` derives them from changes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final, Self, cast

from ecwid_async.models.application import AppSubscriptionStatus
from ecwid_async.models.base import Model, model
from ecwid_async.models.orders import FulfillmentStatus, PaymentStatus

__all__ = [
    "ApplicationEvent",
    "ApplicationEventData",
    "CategoryEvent",
    "CustomerEvent",
    "CustomerEventData",
    "CustomerGroupEvent",
    "DiscountCouponEvent",
    "EventType",
    "InvoiceEvent",
    "InvoiceEventData",
    "OrderEvent",
    "OrderEventData",
    "ProductClassEvent",
    "ProductEvent",
    "ProfileEvent",
    "ProfileEventData",
    "PromotionEvent",
    "PromotionEventData",
    "ReviewEvent",
    "ReviewEventData",
    "ReviewEventStatus",
    "SizeChartEvent",
    "StoreEvent",
    "UnfinishedOrderEvent",
    "UnfinishedOrderEventData",
]


class EventType(StrEnum):
    """The type of an event: its family and what happened.

    The words after the dot are in camelCase, as in the documentation. Ecwid's own client has them in snake_case, which
    ``EventType(text)`` accepts, too.
    """

    APPLICATION_INSTALLED = "application.installed"
    APPLICATION_STORAGE_CHANGED = "application.storageChanged"
    APPLICATION_SUBSCRIPTION_STATUS_CHANGED = "application.subscriptionStatusChanged"
    APPLICATION_UNINSTALLED = "application.uninstalled"
    CATEGORY_CREATED = "category.created"
    CATEGORY_DELETED = "category.deleted"
    CATEGORY_UPDATED = "category.updated"
    CUSTOMER_CREATED = "customer.created"
    CUSTOMER_DELETED = "customer.deleted"
    CUSTOMER_PERSONAL_DATA_EXPORT_REQUEST = "customer.personalDataExportRequest"
    CUSTOMER_PERSONAL_DATA_REMOVAL_REQUEST = "customer.personalDataRemovalRequest"
    CUSTOMER_UPDATED = "customer.updated"
    CUSTOMER_GROUP_CREATED = "customer_group.created"
    CUSTOMER_GROUP_DELETED = "customer_group.deleted"
    CUSTOMER_GROUP_UPDATED = "customer_group.updated"
    DISCOUNT_COUPON_CREATED = "discount_coupon.created"
    DISCOUNT_COUPON_DELETED = "discount_coupon.deleted"
    DISCOUNT_COUPON_UPDATED = "discount_coupon.updated"
    INVOICE_CREATED = "invoice.created"
    INVOICE_DELETED = "invoice.deleted"
    ORDER_CREATED = "order.created"
    ORDER_DELETED = "order.deleted"
    ORDER_UPDATED = "order.updated"
    PRODUCT_CREATED = "product.created"
    PRODUCT_DELETED = "product.deleted"
    PRODUCT_UPDATED = "product.updated"
    PRODUCT_CLASS_CREATED = "product_class.created"
    PRODUCT_CLASS_DELETED = "product_class.deleted"
    PRODUCT_CLASS_UPDATED = "product_class.updated"
    PROFILE_PERSONAL_DATA_EXPORT_REQUEST = "profile.personalDataExportRequest"
    PROFILE_PERSONAL_DATA_REMOVAL_REQUEST = "profile.personalDataRemovalRequest"
    PROFILE_SUBSCRIPTION_STATUS_CHANGED = "profile.subscriptionStatusChanged"
    PROFILE_UPDATED = "profile.updated"
    PROMOTION_CREATED = "promotion.created"
    PROMOTION_DELETED = "promotion.deleted"
    PROMOTION_UPDATED = "promotion.updated"
    REVIEW_CREATED = "review.created"
    REVIEW_DELETED = "review.deleted"
    REVIEW_UPDATED = "review.updated"
    SIZE_CHART_CREATED = "size_chart.created"
    SIZE_CHART_DELETED = "size_chart.deleted"
    SIZE_CHART_UPDATED = "size_chart.updated"
    UNFINISHED_ORDER_CREATED = "unfinished_order.created"
    UNFINISHED_ORDER_DELETED = "unfinished_order.deleted"
    UNFINISHED_ORDER_UPDATED = "unfinished_order.updated"

    @classmethod
    def _missing_(cls, value: object) -> "EventType | None":
        return _BY_SPELLING.get(_without_spelling(value)) if isinstance(value, str) else None


def _without_spelling(event_type: str) -> str:
    return event_type.replace("_", "").lower()


_BY_SPELLING: Final = {_without_spelling(each): each for each in EventType}


class ReviewEventStatus(StrEnum):
    """The status of a review in an event. In upper case, unlike `ReviewStatus`."""

    MODERATED = "MODERATED"
    PUBLISHED = "PUBLISHED"


class _WithoutPersonalData:
    """Keeps personal data out of `repr`: the `_hidden` fields, and `extra`, which may have any data."""

    __slots__ = ()
    _hidden: ClassVar[tuple[str, ...]] = ()

    def __repr__(self) -> str:
        values = cast(Model, self)._given_fields()
        values.pop("extra", None)
        shown = (f"{name}={'…' if name in self._hidden else repr(value)}" for name, value in values.items())
        return f"{type(self).__name__}({', '.join(shown)})"


# Data of events.


@model
class ApplicationEventData(_WithoutPersonalData, Model):
    """The data of an event of the app itself."""

    old_subscription_status: AppSubscriptionStatus | str | None = None
    new_subscription_status: AppSubscriptionStatus | str | None = None
    key: str | None = None  # The key in the app's storage. Undocumented.


@model
class CustomerEventData(_WithoutPersonalData, Model):
    """The data of an event of a customer. `repr` does not show it."""

    _hidden: ClassVar[tuple[str, ...]] = ("customer_email",)

    customer_email: str | None = None


@model
class InvoiceEventData(_WithoutPersonalData, Model):
    """The data of an event of an invoice."""

    order_id: str | None = None


@model
class OrderEventData(_WithoutPersonalData, Model):
    """The data of an event of an order.

    Statuses are absent if the order was deleted, and the old ones also in events that were derived from changes.
    """

    order_id: str | None = None  # Text such as ``EG4H2``.
    old_payment_status: PaymentStatus | str | None = None
    new_payment_status: PaymentStatus | str | None = None
    old_fulfillment_status: FulfillmentStatus | str | None = None
    new_fulfillment_status: FulfillmentStatus | str | None = None


@model
class ProfileEventData(_WithoutPersonalData, Model):
    """The data of an event of the store: the names of its plans, such as ``ECWID_BUSINESS``."""

    old_subscription_name: str | None = None
    new_subscription_name: str | None = None


@model
class PromotionEventData(_WithoutPersonalData, Model):
    """The data of an event of a promotion."""

    version: int | None = None


@model
class ReviewEventData(_WithoutPersonalData, Model):
    """The data of an event of a review. The status is absent if the review was deleted."""

    product_id: int | None = None
    order_id: int | None = None  # The number of the order, unlike in other events.
    status: ReviewEventStatus | str | None = None


@model
class UnfinishedOrderEventData(_WithoutPersonalData, Model):
    """The data of an event of an abandoned cart."""

    order_id: str | None = None
    cart_id: str | None = None


# Events.


@model
class StoreEvent(_WithoutPersonalData, Model):
    """An event of a store, of any family. `from_dict` and `from_json` return the class of its family.

    `event_id` identifies the event: handle each id once, since events repeat. `event_created` is in Unix seconds, and
    `entity_id` identifies the item that the event is about. Read the item before you act on an event: events arrive in
    any order. `data` is typed in the families that have documented data.

    API reference: https://docs.ecwid.com/develop-apps/app-settings/webhooks
    """

    _hidden: ClassVar[tuple[str, ...]] = ("data",)

    event_id: str | None = None
    event_created: int | None = None
    store_id: int | None = None
    entity_id: int | str | None = None
    event_type: EventType | str | None = None
    data: object | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, object], *, strict: bool = False) -> Self:
        """Read an event in the API's format, with either spelling of its type. See `Model.from_dict`."""
        read = super(StoreEvent, cls).from_dict  # noqa: UP008  `@model` replaces the class that ``super()`` refers to
        event_type = data.get("eventType") if isinstance(data, Mapping) else None
        if not isinstance(event_type, str):
            return read(data, strict=strict)
        known = EventType._missing_(event_type)
        event_type = event_type if known is None else known.value
        data = {**data, "eventType": event_type}
        family = _BY_FAMILY.get(event_type.partition(".")[0])
        if cls is StoreEvent and family is not None:
            return cast(Self, family.from_dict(data, strict=strict))
        return read(data, strict=strict)

    @classmethod
    def from_json(cls, text: str | bytes, *, strict: bool = False) -> Self:
        """Read the body of a webhook like `from_dict`. Raises `ValueError` for text that is not JSON."""
        event = super(StoreEvent, cls).from_json(text, strict=strict)  # noqa: UP008  as above
        return cls.from_dict(event.to_dict(), strict=strict)


@model
class ApplicationEvent(StoreEvent):
    """An event of the app itself, such as its installation. `entity_id` is the store's id, usually as text."""

    _hidden: ClassVar[tuple[str, ...]] = ()

    data: ApplicationEventData | None = None


@model
class CategoryEvent(StoreEvent):
    """An event of a category."""

    entity_id: int | None = None


@model
class CustomerEvent(StoreEvent):
    """An event of a customer."""

    _hidden: ClassVar[tuple[str, ...]] = ()

    entity_id: int | None = None
    data: CustomerEventData | None = None


@model
class CustomerGroupEvent(StoreEvent):
    """An event of a customer group."""

    entity_id: int | None = None


@model
class DiscountCouponEvent(StoreEvent):
    """An event of a discount coupon."""

    entity_id: int | None = None


@model
class InvoiceEvent(StoreEvent):
    """An event of an invoice of an order."""

    _hidden: ClassVar[tuple[str, ...]] = ()

    data: InvoiceEventData | None = None


@model
class OrderEvent(StoreEvent):
    """An event of an order. `entity_id` is the number of the order, and ``data.order_id`` its text id."""

    _hidden: ClassVar[tuple[str, ...]] = ()

    data: OrderEventData | None = None


@model
class ProductClassEvent(StoreEvent):
    """An event of a product type."""

    entity_id: int | None = None


@model
class ProductEvent(StoreEvent):
    """An event of a product."""

    entity_id: int | None = None


@model
class ProfileEvent(StoreEvent):
    """An event of the store. `entity_id` is the store's id."""

    _hidden: ClassVar[tuple[str, ...]] = ()

    data: ProfileEventData | None = None


@model
class PromotionEvent(StoreEvent):
    """An event of a promotion."""

    _hidden: ClassVar[tuple[str, ...]] = ()

    entity_id: int | None = None
    data: PromotionEventData | None = None


@model
class ReviewEvent(StoreEvent):
    """An event of a product review."""

    _hidden: ClassVar[tuple[str, ...]] = ()

    entity_id: int | None = None
    data: ReviewEventData | None = None


@model
class SizeChartEvent(StoreEvent):
    """An event of a size chart. Undocumented: its data, if it has any, is as it was sent."""


@model
class UnfinishedOrderEvent(StoreEvent):
    """An event of an abandoned cart.

    In webhooks, `entity_id` is the number of the order. `Store.events` can't know it: there it is the cart's id.
    """

    _hidden: ClassVar[tuple[str, ...]] = ()

    data: UnfinishedOrderEventData | None = None


_BY_FAMILY: Final[Mapping[str, type[StoreEvent]]] = {
    "application": ApplicationEvent,
    "category": CategoryEvent,
    "customer": CustomerEvent,
    "customer_group": CustomerGroupEvent,
    "discount_coupon": DiscountCouponEvent,
    "invoice": InvoiceEvent,
    "order": OrderEvent,
    "product": ProductEvent,
    "product_class": ProductClassEvent,
    "profile": ProfileEvent,
    "promotion": PromotionEvent,
    "review": ReviewEvent,
    "size_chart": SizeChartEvent,
    "unfinished_order": UnfinishedOrderEvent,
}
"""The class of each family of events. An event of any other family is a `StoreEvent`."""
