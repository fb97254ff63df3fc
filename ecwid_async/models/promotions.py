"""Promotions: discounts without a code."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import Weekday

__all__ = [
    "Promotion",
    "PromotionDiscountBase",
    "PromotionDiscountType",
    "PromotionDraft",
    "PromotionTargets",
    "PromotionTargetsAttribute",
    "PromotionTargetsCombination",
    "PromotionTriggers",
    "PromotionTriggersRecurrenceSettings",
]


class PromotionDiscountBase(StrEnum):
    """The amount that a promotion discounts: of items, the subtotal or shipping."""

    ITEM = "ITEM"
    SUBTOTAL = "SUBTOTAL"
    SHIPPING = "SHIPPING"


class PromotionDiscountType(StrEnum):
    """The type of a promotion's discount."""

    PERCENT = "PERCENT"
    ABSOLUTE = "ABSOLUTE"
    FIXED_PRICE = "FIXED_PRICE"


@model
class PromotionTriggersRecurrenceSettings(Model):
    """The days and times at which a promotion applies."""

    active_days: list[Weekday | str] | None = None
    active_day_start_time: str | None = None  # A time of day such as ``10:00``.
    active_day_end_time: str | None = None


@model
class PromotionTriggers(Model):
    """The conditions of a promotion."""

    start_date: datetime | None = None
    end_date: datetime | None = None
    customer_groups: list[int] | None = None  # At most 200.
    subtotal: Decimal | None = None
    min_product_quantity_in_cart: int | None = None
    max_product_quantity_in_cart: int | None = None
    categories: list[int] | None = None
    excluded_categories: list[int] | None = None
    products: list[int] | None = None
    excluded_products: list[int] | None = None
    combinations: list[int] | None = None  # Ids of variations.
    excluded_combinations: list[int] | None = None
    recurring: bool | None = None
    recurrence_settings: PromotionTriggersRecurrenceSettings | None = None
    all: bool | None = None


@model
class PromotionTargetsCombination(Model):
    """Variations of a product that a promotion applies to."""

    product_id: int | None = None
    combination_ids: list[str] | None = None  # Ids as text, at most 100.


@model
class PromotionTargetsAttribute(Model):
    """Values of an attribute whose products a promotion applies to."""

    attribute_alias: str | None = None  # Text such as ``BRAND``; a number in the reference.
    attribute_values: list[str] | None = None  # At most 30.


@model
class PromotionTargets(Model):
    """The targets of a promotion's discount."""

    categories: list[int] | None = None
    excluded_categories: list[int] | None = None
    products: list[int] | None = None
    excluded_products: list[int] | None = None
    combinations: list[PromotionTargetsCombination] | None = None
    excluded_combinations: list[PromotionTargetsCombination] | None = None
    attributes: list[PromotionTargetsAttribute] | None = None
    min_discounted_product_quantity: int | None = None
    max_discounted_product_quantity: int | None = None
    shipping_methods: list[str] | None = None  # Ids, at most 100.
    all: bool | None = None  # Read-only.


@model
class Promotion(Model):
    """A discount that applies automatically if its triggers match.

    API reference: https://docs.ecwid.com/api-reference/rest-api/discounts/promotions/search-promotions
    """

    id: int | None = None
    name: str | None = None  # At most 1024 characters.
    discount_base: PromotionDiscountBase | str | None = None
    enabled: bool | None = None
    discount_type: PromotionDiscountType | str | None = None
    amount: Decimal | None = None
    triggers: PromotionTriggers | None = None
    targets: PromotionTargets | None = None
    external_reference_id: str | None = None


@draft
class PromotionDraft(Draft):
    """Fields of a promotion to create or change."""

    name: str | Unset | None = UNSET  # At most 1024 characters.
    discount_base: PromotionDiscountBase | str | Unset | None = UNSET
    enabled: bool | Unset | None = UNSET
    discount_type: PromotionDiscountType | str | Unset | None = UNSET
    amount: Decimal | int | Unset | None = UNSET
    triggers: PromotionTriggers | Unset | None = UNSET
    targets: PromotionTargets | Unset | None = UNSET
    external_reference_id: str | Unset | None = UNSET
