"""The taxes of a store and their settings."""

from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "ProfileTax",
    "ProfileTaxRule",
    "ProfileTaxSettings",
    "ProfileTaxSettingsDraft",
    "TaxOnShippingCalculationScheme",
]


class TaxOnShippingCalculationScheme(StrEnum):
    """The calculation of taxes on shipping."""

    AUTOMATIC = "AUTOMATIC"
    BASED_ON_PRODUCT_TAXES_PROPORTION_BY_PRICE = "BASED_ON_PRODUCT_TAXES_PROPORTION_BY_PRICE"
    BASED_ON_PRODUCT_TAXES_PROPORTION_BY_WEIGHT = "BASED_ON_PRODUCT_TAXES_PROPORTION_BY_WEIGHT"
    TAXED_SEPARATELY_FROM_PRODUCTS = "TAXED_SEPARATELY_FROM_PRODUCTS"


@model
class ProfileTaxRule(Model):
    """The rate of a tax in one destination zone."""

    zone_id: str | None = None
    tax: Decimal | None = None  # In percent.


@model
class ProfileTax(Model):
    """A tax of the store with its rates."""

    id: int | None = None
    name: str | None = None
    enabled: bool | None = None
    include_in_price: bool | None = None
    use_shipping_address: bool | None = None
    tax_shipping: bool | None = None
    applied_by_default: bool | None = None
    default_tax: Decimal | None = None  # In percent, if no zone of `rules` matches.
    rules: list[ProfileTaxRule] | None = None


@model
class ProfileTaxSettings(Model):
    """Tax settings of the store."""

    automatic_tax_enabled: bool | None = None
    taxes: list[ProfileTax] | None = None
    prices_include_tax: bool | None = None
    tax_exempt_business: bool | None = None
    uk_vat_registered: bool | None = None
    eu_ioss_enabled: bool | None = None
    tax_on_shipping_calculation_scheme: TaxOnShippingCalculationScheme | str | None = None
    b2b_b2c: str | None = None
    electronic_invoice_fields_at_checkout_enabled: bool | None = None


@draft
class ProfileTaxSettingsDraft(Draft):
    """Tax settings to change."""

    automatic_tax_enabled: bool | Unset | None = UNSET
    taxes: list[ProfileTax] | Unset | None = UNSET
    prices_include_tax: bool | Unset | None = UNSET
    tax_exempt_business: bool | Unset | None = UNSET
    uk_vat_registered: bool | Unset | None = UNSET
    eu_ioss_enabled: bool | Unset | None = UNSET
    tax_on_shipping_calculation_scheme: TaxOnShippingCalculationScheme | str | Unset | None = UNSET
