"""The delivery of orders and its cost."""

from decimal import Decimal

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import AmountType, FulfillmentType, PickupPrecisionType, ScheduledTimePrecisionType
from ecwid_async.models.order_discounts import DiscountBase

__all__ = [
    "HandlingFee",
    "HandlingFeeTax",
    "OrderPredictedPackages",
    "OrderShippingOption",
    "OrderShippingOptionDiscount",
    "OrderShippingOptionDraft",
]


@model
class OrderShippingOptionDiscount(Model):
    """A discount on the shipping of an order."""

    id: str | None = None
    value: Decimal | None = None
    type: AmountType | str | None = None
    base: DiscountBase | str | None = None
    order_total: Decimal | None = None
    description: str | None = None
    applies_to_items: list[int] | None = None
    applies_to_order_items: list[int] | None = None
    triggered_by_order_items: list[int] | None = None
    applies_to_shipping_method_id: str | None = None


@model
class OrderShippingOption(Model):
    """The shipping option of an order and its cost."""

    shipping_carrier_name: str | None = None
    shipping_method_name: str | None = None
    shipping_method_id: str | None = None
    shipping_rate: Decimal | None = None
    shipping_rate_without_tax: Decimal | None = None
    discounted_shipping_rate: Decimal | None = None
    estimated_transit_time: Decimal | str | None = None  # A number of days, or text such as ``5-9``.
    is_pickup: bool | None = None
    pickup_instruction: str | None = None
    fulfillment_type: FulfillmentType | str | None = None
    time_slot_length_in_minutes: int | None = None
    discount: OrderShippingOptionDiscount | None = None
    is_shipping_limit: bool | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    pickup_precision_type: PickupPrecisionType | str | None = None
    location_id: str | None = None
    localized_label: str | None = None
    scheduled: bool | None = None
    scheduled_time_precision_type: ScheduledTimePrecisionType | str | None = None


@model
class OrderPredictedPackages(Model):
    """The predicted package of an order."""

    height: Decimal | None = None
    width: Decimal | None = None
    length: Decimal | None = None
    weight: Decimal | None = None
    declared_value: Decimal | None = None


@draft
class OrderShippingOptionDraft(Draft):
    """The shipping option of an order to create or change."""

    shipping_carrier_name: str | Unset | None = UNSET
    shipping_method_name: str | Unset | None = UNSET
    shipping_method_id: str | Unset | None = UNSET
    shipping_rate: Decimal | int | Unset | None = UNSET
    shipping_rate_without_tax: Decimal | int | Unset | None = UNSET
    estimated_transit_time: Decimal | int | str | Unset | None = UNSET
    is_pickup: bool | Unset | None = UNSET
    pickup_instruction: str | Unset | None = UNSET
    fulfillment_type: FulfillmentType | str | Unset | None = UNSET
    # The spelling of one example; responses have `fulfillment_type`.
    fulfilment_type: FulfillmentType | str | Unset | None = UNSET
    location_id: str | Unset | None = UNSET  # Undocumented; Ecwid's own client writes it.


@model
class HandlingFeeTax(Model):
    """A tax on a handling fee."""

    name: str | None = None
    value: Decimal | None = None
    total: Decimal | None = None
    include_in_price: bool | None = None


@model
class HandlingFee(Model):
    """A handling fee added to an order, for instance for wrapping."""

    name: str | None = None
    value: Decimal | None = None
    description: str | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    value_without_tax: Decimal | None = None
    taxes: list[HandlingFeeTax] | None = None
