"""Prices and taxes of products and variations."""

from decimal import Decimal

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "ProductCustomPriceTier",
    "ProductCustomPriceTierDraft",
    "ProductLowestPriceSettings",
    "ProductLowestPriceSettingsDraft",
    "ProductTax",
    "ProductTaxDraft",
    "ProductWholesalePrice",
]


@model
class ProductTax(Model):
    """The taxes of a product."""

    taxable: bool | None = None
    default_location_included_tax_rate: Decimal | None = None
    enabled_manual_taxes: list[int] | None = None
    tax_class_code: str | None = None


@model
class ProductWholesalePrice(Model):
    """The price for a minimum quantity."""

    quantity: int | None = None
    price: Decimal | None = None


@model
class ProductLowestPriceSettings(Model):
    """Settings for the lowest price of the last 30 days, which some countries require with a sale price."""

    lowest_price_enabled: bool | None = None
    manual_lowest_price: Decimal | None = None
    default_displayed_manual_lowest_price: Decimal | None = None
    default_displayed_manual_lowest_price_formatted: str | None = None
    automatic_lowest_price: Decimal | None = None
    default_displayed_automatic_lowest_price: Decimal | None = None
    default_displayed_automatic_lowest_price_formatted: str | None = None
    # Ecwid's own client reads it instead of `default_displayed_manual_lowest_price`, here and below.
    default_displayed_lowest_price: Decimal | None = None
    default_displayed_lowest_price_formatted: str | None = None


@model
class ProductCustomPriceTier(Model):
    """A suggested price for a product whose price the customer chooses."""

    value: Decimal | None = None


@draft
class ProductTaxDraft(Draft):
    """The taxes of a product to create or change."""

    taxable: bool | Unset | None = UNSET
    enabled_manual_taxes: list[int] | Unset | None = UNSET
    tax_class_code: str | Unset | None = UNSET


@draft
class ProductLowestPriceSettingsDraft(Draft):
    """Whether the lowest price is shown, and its value if the store does not calculate it."""

    lowest_price_enabled: bool | Unset | None = UNSET
    manual_lowest_price: Decimal | int | Unset | None = UNSET


@draft
class ProductCustomPriceTierDraft(Draft):
    """A suggested price to write, for a product whose price the customer chooses."""

    value: Decimal | int | Unset | None = UNSET
