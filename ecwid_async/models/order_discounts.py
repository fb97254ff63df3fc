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
    """The basis of a discount."""

    SUBTOTAL = "SUBTOTAL"
    ITEM = "ITEM"
    SHIPPING = "SHIPPING"
    ON_TOTAL = "ON_TOTAL"
    ON_MEMBERSHIP = "ON_MEMBERSHIP"
    ON_TOTAL_AND_MEMBERSHIP = "ON_TOTAL_AND_MEMBERSHIP"
    CUSTOM = "CUSTOM"


class DiscountType(StrEnum):
    """The type of a discount's value. `ABS` and `ABSOLUTE` mean the same; the API uses both."""

    ABS = "ABS"
    ABSOLUTE = "ABSOLUTE"
    PERCENT = "PERCENT"
    FIXED_PRICE = "FIXED_PRICE"


@model
class OrderDiscount(Model):
    """A discount on an order or on one of its items."""

    id: int | None = None
    value: Decimal | None = None
    type: DiscountType | str | None = None
    base: DiscountBase | str | None = None
    order_total: Decimal | None = None
    membership_id: int | None = None
    description: str | None = None
    applies_to_items: list[int] | None = None
    applies_to_order_items: list[int] | None = None  # Ids of items; objects in the reference.
    applies_to_products: list[int] | None = None  # Undocumented; Ecwid's own client reads it.


@model
class OrderItemDiscount(Model):
    """A discount on an item and its total."""

    discount_info: OrderDiscount | None = None  # A list in the reference, an object in every example.
    total: Decimal | None = None


@draft
class OrderDiscountInfoDraft(Draft):
    """A discount on an order to create or change."""

    value: Decimal | int | Unset | None = UNSET
    type: DiscountType | str | Unset | None = UNSET
    base: DiscountBase | str | Unset | None = UNSET
    order_total: Decimal | int | Unset | None = UNSET
    membership_id: int | Unset | None = UNSET
    description: str | Unset | None = UNSET
    applies_to_items: list[int] | Unset | None = UNSET
    applies_to_order_items: list[int] | Unset | None = UNSET
    applies_to_products: list[int] | Unset | None = UNSET  # Undocumented; Ecwid's own client writes it.


@model
class CartItemDiscountDiscountInfo(Model):
    """The origin of a discount on an item."""

    value: Decimal | None = None
    type: DiscountType | str | None = None
    base: DiscountBase | str | None = None
    order_total: Decimal | None = None
    description: str | None = None
    applies_to_items: list[int] | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    applies_to_products: list[int] | None = None
    membership_id: int | None = None


@model
class CartItemDiscount(Model):
    """A discount on an item of a cart or of an order to write, and its total."""

    discount_info: CartItemDiscountDiscountInfo | None = None
    total: Decimal | None = None
