"""The items of orders."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import AmountType, Dimensions, ProductCompositeComponent, RecurringInterval
from ecwid_async.models.order_discounts import CartItemDiscount, OrderItemDiscount
from ecwid_async.models.order_taxes import OrderItemTax, OrderItemTaxDraft, OrderTaxesOnShipping

__all__ = [
    "OrderCalculationItemSelectedOption",
    "OrderItem",
    "OrderItemAttribute",
    "OrderItemDraft",
    "OrderItemFile",
    "OrderItemRecurringChargeSettings",
    "OrderItemSelectedOption",
    "OrderItemSelectedOptionFile",
    "OrderItemSelectedOptionSelection",
    "OrderItemSelectedPrice",
    "SelectedOptionType",
]


class SelectedOptionType(StrEnum):
    """The type of an option's value in an order."""

    CHOICE = "CHOICE"
    CHOICES = "CHOICES"
    TEXT = "TEXT"
    DATE = "DATE"
    FILES = "FILES"
    SWATCH_CHOICE = "SWATCH_CHOICE"


@model
class OrderItemRecurringChargeSettings(Model):
    """The interval and prices of an item bought as a subscription."""

    recurring_interval: RecurringInterval | str | None = None
    recurring_interval_count: int | None = None
    subscription_price_with_sign_up_fee: Decimal | None = None
    sign_up_fee: Decimal | None = None
    interval_count: int | None = None  # The examples have it instead of `recurring_interval_count`.


@model
class OrderItemSelectedOptionFile(Model):
    """A file that the customer attached to an item."""

    id: int | None = None
    name: str | None = None
    size: int | None = None
    url: str | None = None


@model
class OrderItemSelectedOptionSelection(Model):
    """A value chosen for an option and its surcharge."""

    selection_title: str | None = None
    selection_modifier: Decimal | None = None
    selection_modifier_type: AmountType | str | None = None


@model
class OrderItemSelectedOption(Model):
    """An option of an ordered product, with the customer's choice."""

    name: str | None = None
    type: SelectedOptionType | str | None = None
    value: str | None = None
    values_array: list[str] | None = None
    files: list[OrderItemSelectedOptionFile] | None = None
    selections: list[OrderItemSelectedOptionSelection] | None = None
    hex_codes: list[str] | None = None
    changed_time: int | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    name_translated: dict[str, str] | None = None
    value_translated: dict[str, str] | None = None
    values_array_translated: dict[str, list[str]] | None = None


@model
class OrderItemFile(Model):
    """A file of a digital product, for download by the customer."""

    product_file_id: int | None = None
    max_downloads: int | None = None
    remaining_downloads: int | None = None
    expire: datetime | None = None
    name: str | None = None
    description: str | None = None
    size: int | None = None
    admin_url: str | None = None
    customer_url: str | None = None


@model
class OrderItemSelectedPrice(Model):
    """The price chosen by the customer."""

    value: Decimal | None = None


@model
class OrderItemAttribute(Model):
    """An attribute of an ordered product."""

    name: str | None = None
    value: str | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    id: int | None = None
    name_translated: dict[str, str] | None = None
    value_translated: dict[str, str] | None = None


@model
class OrderItem(Model):
    """A product in an order, as of the time of the order."""

    id: int | None = None
    product_id: int | None = None
    subscription_id: int | None = None
    recurring_charge_settings: OrderItemRecurringChargeSettings | None = None
    category_id: int | None = None
    price: Decimal | None = None
    price_without_tax: Decimal | None = None
    product_price: Decimal | None = None
    cost_price: Decimal | None = None
    weight: Decimal | None = None
    sku: str | None = None
    quantity: int | None = None
    short_description: str | None = None
    short_description_translated: dict[str, str] | None = None
    tax: Decimal | None = None
    shipping: Decimal | None = None
    quantity_in_stock: int | None = None
    name: str | None = None
    name_translated: dict[str, str] | None = None
    is_shipping_required: bool | None = None
    track_quantity: bool | None = None
    image_url: str | None = None
    fixed_shipping_rate_only: bool | None = None
    fixed_shipping_rate: Decimal | None = None
    coupon_applied: bool | None = None
    selected_options: list[OrderItemSelectedOption] | None = None
    taxes: list[OrderItemTax] | None = None
    combination_id: int | None = None
    digital: bool | None = None
    files: list[OrderItemFile] | None = None
    dimensions: Dimensions | None = None
    coupon_amount: Decimal | None = None
    discounts: list[OrderItemDiscount] | None = None
    taxes_on_shipping: list[OrderTaxesOnShipping] | None = None
    is_customer_set_price: bool | None = None
    selected_price: OrderItemSelectedPrice | None = None
    is_preorder: bool | None = None
    attributes: list[OrderItemAttribute] | None = None
    tax_already_deducted_from_price: bool | None = None
    small_thumbnail_url: str | None = None
    hd_thumbnail_url: str | None = None
    product_available: bool | None = None
    discounts_allowed: bool | None = None
    taxable: bool | None = None
    gift_card: bool | None = None
    recurring_tax_ids: list[int] | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    handling_fee: Decimal | None = None
    external_reference_id: str | None = None
    tax_class_code: str | None = None
    composite_components: list[ProductCompositeComponent] | None = None
    # Undocumented, here and below; real stores return them.
    image_id: str | None = None
    is_gift_card: bool | None = None
    tangible: bool | None = None


@model
class OrderCalculationItemSelectedOption(Model):
    """An option of a product with its chosen value, to calculate or write."""

    name: str | None = None
    type: SelectedOptionType | str | None = None
    value: str | None = None
    values_array: list[str] | None = None
    selections: list[OrderItemSelectedOptionSelection] | None = None
    hex_codes: list[str] | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    name_translated: dict[str, str] | None = None
    value_translated: dict[str, str] | None = None
    values_array_translated: dict[str, list[str]] | None = None
    files: list[OrderItemSelectedOptionFile] | None = None


@draft
class OrderItemDraft(Draft):
    """A product in an order to create or change."""

    id: int | Unset | None = UNSET
    product_id: int | Unset | None = UNSET
    category_id: int | Unset | None = UNSET
    price: Decimal | int | Unset | None = UNSET
    product_price: Decimal | int | Unset | None = UNSET
    weight: Decimal | int | Unset | None = UNSET
    sku: str | Unset | None = UNSET
    quantity: int | Unset | None = UNSET
    short_description: str | Unset | None = UNSET
    short_description_translated: dict[str, str] | Unset | None = UNSET
    tax: Decimal | int | Unset | None = UNSET
    shipping: Decimal | int | Unset | None = UNSET
    quantity_in_stock: int | Unset | None = UNSET
    name: str | Unset | None = UNSET
    name_translated: dict[str, str] | Unset | None = UNSET
    is_shipping_required: bool | Unset | None = UNSET
    track_quantity: bool | Unset | None = UNSET
    image_url: str | Unset | None = UNSET
    fixed_shipping_rate_only: bool | Unset | None = UNSET
    fixed_shipping_rate: Decimal | int | Unset | None = UNSET
    coupon_applied: bool | Unset | None = UNSET
    selected_options: list[OrderCalculationItemSelectedOption] | Unset | None = UNSET
    taxes: list[OrderItemTaxDraft] | Unset | None = UNSET
    combination_id: int | Unset | None = UNSET
    digital: bool | Unset | None = UNSET
    dimensions: Dimensions | Unset | None = UNSET
    coupon_amount: Decimal | int | Unset | None = UNSET
    discounts: list[CartItemDiscount] | Unset | None = UNSET
    taxes_on_shipping: list[OrderTaxesOnShipping] | Unset | None = UNSET
    is_customer_set_price: bool | Unset | None = UNSET
    selected_price: OrderItemSelectedPrice | Unset | None = UNSET
    is_preorder: bool | Unset | None = UNSET
    attributes: list[OrderItemAttribute] | Unset | None = UNSET
    # Undocumented, here and below; Ecwid's own client writes them.
    handling_fee: Decimal | int | Unset | None = UNSET
    taxable: bool | Unset | None = UNSET
    gift_card: bool | Unset | None = UNSET
    discounts_allowed: bool | Unset | None = UNSET
    external_reference_id: str | Unset | None = UNSET
    tax_class_code: str | Unset | None = UNSET
