"""Taxes on the items and the shipping of orders."""

from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "OrderItemTax",
    "OrderItemTaxDraft",
    "OrderTaxesOnShipping",
    "TaxRateType",
    "TaxType",
]


class TaxRateType(StrEnum):
    """The source of a tax rate."""

    AUTO = "AUTO"
    MANUAL = "MANUAL"
    CUSTOM = "CUSTOM"
    LEGACY = "LEGACY"


class TaxType(StrEnum):
    """The authority that levies a tax."""

    STATE = "STATE"
    COUNTY = "COUNTY"
    CITY = "CITY"
    SPECIAL_DISTRICT = "SPECIAL_DISTRICT"


@model
class OrderItemTax(Model):
    """A tax on one item of an order."""

    name: str | None = None
    value: Decimal | None = None
    total: Decimal | None = None
    tax_on_discounted_subtotal: Decimal | None = None
    tax_on_shipping: Decimal | None = None
    source_tax_rate_id: int | None = None
    source_tax_rate_type: TaxRateType | str | None = None
    tax_type: TaxType | str | None = None
    tax_class_code: str | None = None
    tax_class_name: str | None = None
    include_in_price: bool | None = None
    tax_on_handling_fee: Decimal | None = None  # Undocumented; Ecwid's own client reads it.


@model
class OrderTaxesOnShipping(Model):
    """A tax on shipping."""

    name: str | None = None
    value: Decimal | None = None
    total: Decimal | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    include_in_price: bool | None = None
    tax_type: TaxType | str | None = None


@draft
class OrderItemTaxDraft(Draft):
    """A tax on one item of an order to create or change."""

    name: str | Unset | None = UNSET
    value: Decimal | int | Unset | None = UNSET
    total: Decimal | int | Unset | None = UNSET
    tax_class_code: str | Unset | None = UNSET
    tax_class_name: str | Unset | None = UNSET
    # Undocumented, here and below; Ecwid's own client writes them.
    tax_on_discounted_subtotal: Decimal | int | Unset | None = UNSET
    tax_on_shipping: Decimal | int | Unset | None = UNSET
    tax_on_handling_fee: Decimal | int | Unset | None = UNSET
    include_in_price: bool | Unset | None = UNSET
    source_tax_rate_type: TaxRateType | str | Unset | None = UNSET
    tax_type: TaxType | str | Unset | None = UNSET
