"""The languages, formats and units of a store."""

from decimal import Decimal

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import DimensionUnit, VolumeUnit, WeightUnit

__all__ = [
    "ProfileFormatsAndUnits",
    "ProfileFormatsAndUnitsAddressFormat",
    "ProfileFormatsAndUnitsDraft",
    "ProfileLanguages",
    "ProfileLanguagesDraft",
]


@model
class ProfileFormatsAndUnitsAddressFormat(Model):
    """Templates of addresses with placeholders such as ``%NAME%``."""

    plain: str | None = None
    multiline: str | None = None


@model
class ProfileFormatsAndUnits(Model):
    """Currency, units, formats and order numbers of the store."""

    currency: str | None = None
    currency_prefix: str | None = None
    currency_suffix: str | None = None
    currency_precision: int | None = None
    currency_group_separator: str | None = None  # A separator is a space, a dot, a comma or empty.
    currency_decimal_separator: str | None = None
    currency_truncate_zero_fractional: bool | None = None
    currency_rate: Decimal | None = None  # To US dollars.
    weight_unit: WeightUnit | str | None = None
    weight_precision: int | None = None
    weight_group_separator: str | None = None
    weight_decimal_separator: str | None = None
    weight_truncate_zero_fractional: bool | None = None
    date_format: str | None = None  # A pattern such as ``dd-MM-yyyy``.
    time_format: str | None = None  # A pattern such as ``HH:mm:ss``.
    timezone: str | None = None
    dimensions_unit: DimensionUnit | str | None = None
    order_number_prefix: str | None = None  # At most 20 characters, like the suffix.
    order_number_suffix: str | None = None
    order_number_min_digits_amount: int | None = None
    order_number_next_number: int | None = None
    address_format: ProfileFormatsAndUnitsAddressFormat | None = None
    volume_unit: VolumeUnit | str | None = None


@model
class ProfileLanguages(Model):
    """The languages of the store, as ISO codes."""

    enabled_languages: list[str] | None = None
    facebook_preferred_locale: str | None = None
    default_language: str | None = None


@draft
class ProfileFormatsAndUnitsDraft(Draft):
    """Formats and units to change."""

    currency: str | Unset | None = UNSET
    currency_prefix: str | Unset | None = UNSET
    currency_suffix: str | Unset | None = UNSET
    currency_precision: int | Unset | None = UNSET
    currency_group_separator: str | Unset | None = UNSET
    currency_decimal_separator: str | Unset | None = UNSET
    currency_truncate_zero_fractional: bool | Unset | None = UNSET
    currency_rate: Decimal | int | Unset | None = UNSET
    weight_unit: WeightUnit | str | Unset | None = UNSET
    weight_precision: int | Unset | None = UNSET
    weight_group_separator: str | Unset | None = UNSET
    weight_decimal_separator: str | Unset | None = UNSET
    weight_truncate_zero_fractional: bool | Unset | None = UNSET
    date_format: str | Unset | None = UNSET
    time_format: str | Unset | None = UNSET
    timezone: str | Unset | None = UNSET
    dimensions_unit: DimensionUnit | str | Unset | None = UNSET
    order_number_prefix: str | Unset | None = UNSET
    order_number_suffix: str | Unset | None = UNSET
    order_number_min_digits_amount: int | Unset | None = UNSET
    order_number_next_number: int | Unset | None = UNSET
    address_format: ProfileFormatsAndUnitsAddressFormat | Unset | None = UNSET
    volume_unit: VolumeUnit | str | Unset | None = UNSET  # Undocumented; Ecwid's own client writes it.


@draft
class ProfileLanguagesDraft(Draft):
    """Languages to change, as ISO codes."""

    enabled_languages: list[str] | Unset | None = UNSET
    default_language: str | Unset | None = UNSET
