"""Discounts on orders and on their items."""

from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "CartItemDiscount",
    "CartItemDiscountDiscountInfo",
    "DiscountBase",
    "DiscountType",
    "OrderDiscount",
    "OrderDiscountInfoDraft",
    "OrderItemDiscount",
]


class DiscountBase(StrEnum):
    """What a discount depends on."""

    SUBTOTAL = "SUBTOTAL"
    ITEM = "ITEM"
    SHIPPING = "SHIPPING"
    ON_TOTAL = "ON_TOTAL"
    ON_MEMBERSHIP = "ON_MEMBERSHIP"
    ON_TOTAL_AND_MEMBERSHIP = "ON_TOTAL_AND_MEMBERSHIP"
    CUSTOM = "CUSTOM"


class DiscountType(StrEnum):
    """How a discount is counted. `ABS` and `ABSOLUTE` mean the same; the API uses both."""

    ABS = "ABS"
    ABSOLUTE = "ABSOLUTE"
    PERCENT = "PERCENT"
    FIXED_PRICE = "FIXED_PRICE"


@model
class OrderDiscount(Model):
    """A discount on an order or on an item of it."""

    id: int | None = None
    value: Decimal | None = None
    type: DiscountType | str | None = None
    base: DiscountBase | str | None = None
    order_total: Decimal | None = None
    membership_id: int | None = None
    description: str | None = None
    applies_to_items: list[int] | None = None
    applies_to_order_items: list[int] | None = None  # Ids of items; the reference says objects.
    applies_to_products: list[int] | None = None  # In no table; the vendor's own client reads it.


@model
class OrderItemDiscount(Model):
    """A discount on an item and what it takes off."""

    discount_info: OrderDiscount | None = None  # A list in the reference, one object in every example.
    total: Decimal | None = None


@draft
class OrderDiscountInfoDraft(Draft):
    """A discount on an order that is written."""

    value: Decimal | int | Unset | None = UNSET
    type: DiscountType | str | Unset | None = UNSET
    base: DiscountBase | str | Unset | None = UNSET
    order_total: Decimal | int | Unset | None = UNSET
    membership_id: int | Unset | None = UNSET
    description: str | Unset | None = UNSET
    applies_to_items: list[int] | Unset | None = UNSET
    applies_to_order_items: list[int] | Unset | None = UNSET
    applies_to_products: list[int] | Unset | None = UNSET  # In no table; the vendor's own client writes it.


@model
class CartItemDiscountDiscountInfo(Model):
    """Where a discount on an item comes from."""

    value: Decimal | None = None
    type: DiscountType | str | None = None
    base: DiscountBase | str | None = None
    order_total: Decimal | None = None
    description: str | None = None
    applies_to_items: list[int] | None = None
    # In no table, here and below; the vendor's own client reads them.
    applies_to_products: list[int] | None = None
    membership_id: int | None = None


@model
class CartItemDiscount(Model):
    """A discount on an item and what it takes off."""

    discount_info: CartItemDiscountDiscountInfo | None = None
    total: Decimal | None = None
