"""Shipping options."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, json_text_field, model
from ecwid_async.models.common import (
    AmountType,
    BusinessHours,
    Dimensions,
    PickupPrecisionType,
    ScheduledTimePrecisionType,
    Weekday,
)

__all__ = [
    "AvailabilityPeriod",
    "BusinessHoursLimitationType",
    "ProfileShippingOptionBlackoutDate",
    "ProfileShippingOptionCarrierMethod",
    "ProfileShippingOptionCarrierSettings",
    "ProfileShippingOptionEstimatedShippingTimeAtCheckoutSettings",
    "ProfileShippingOptionFlatRate",
    "ProfileShippingOptionRatesTable",
    "ProfileShippingOptionTableRate",
    "ProfileShippingOptionTableRateConditions",
    "ProfileShippingOptionTableRateValue",
    "ProfileZone",
    "RatesCalculationType",
    "RatesTableBasis",
    "ShippingOption",
    "ShippingOptionCreateResult",
    "ShippingOptionDraft",
    "ShippingOptionFulfilmentType",
]


class AvailabilityPeriod(StrEnum):
    """How far ahead a delivery can be scheduled."""

    TWO_DAYS = "TWO_DAYS"
    THREE_DAYS = "THREE_DAYS"
    SEVEN_DAYS = "SEVEN_DAYS"
    ONE_MONTH = "ONE_MONTH"
    THREE_MONTHS = "THREE_MONTHS"
    SIX_MONTHS = "SIX_MONTHS"
    ONE_YEAR = "ONE_YEAR"
    UNLIMITED = "UNLIMITED"


class BusinessHoursLimitationType(StrEnum):
    """The handling of orders outside business hours."""

    ALLOW_ORDERS_AND_INFORM_CUSTOMERS = "ALLOW_ORDERS_AND_INFORM_CUSTOMERS"
    DISALLOW_ORDERS_AND_INFORM_CUSTOMERS = "DISALLOW_ORDERS_AND_INFORM_CUSTOMERS"
    ALLOW_ORDERS_AND_DONT_INFORM_CUSTOMERS = "ALLOW_ORDERS_AND_DONT_INFORM_CUSTOMERS"


class RatesCalculationType(StrEnum):
    """The calculation of a shipping option's rate."""

    CARRIER_CALCULATED = "carrier-calculated"
    TABLE = "table"
    FLAT = "flat"
    APP = "app"


class RatesTableBasis(StrEnum):
    """The basis of a table of rates."""

    SUBTOTAL = "subtotal"
    DISCOUNTED_SUBTOTAL = "discountedSubtotal"
    WEIGHT = "weight"


class ShippingOptionFulfilmentType(StrEnum):
    """The kind of delivery. Orders have it in upper case: `FulfillmentType`."""

    PICKUP = "pickup"
    DELIVERY = "delivery"
    SHIPPING = "shipping"


@model
class ProfileZone(Model):
    """A destination zone for taxes and shipping."""

    name: str | None = None
    country_codes: list[str] | None = None
    state_or_province_codes: list[str] | None = None
    post_codes: list[str] | None = None
    # Lists of latitude and longitude by the name of the polygon. An object in one part of the reference.
    geo_polygons: list[dict[str, list[list[Decimal]]]] | None = None
    id: str | None = None


@model
class ProfileShippingOptionCarrierMethod(Model):
    """A service of a carrier."""

    id: str | None = None
    name: str | None = None
    enabled: bool | None = None
    order_by: int | None = None


@model
class ProfileShippingOptionCarrierSettings(Model):
    """Settings of a carrier."""

    default_carrier_account_enabled: bool | None = None
    default_postage_dimensions: Dimensions | None = None


@model
class ProfileShippingOptionFlatRate(Model):
    """A flat rate for every order."""

    rate_type: AmountType | str | None = None
    rate: Decimal | None = None


@model
class ProfileShippingOptionTableRateConditions(Model):
    """The conditions of a rate."""

    weight_from: Decimal | None = None
    weight_to: Decimal | None = None
    subtotal_from: Decimal | None = None
    subtotal_to: Decimal | None = None
    discounted_subtotal_from: Decimal | None = None
    discounted_subtotal_to: Decimal | None = None


@model
class ProfileShippingOptionTableRateValue(Model):
    """The value of a rate."""

    per_order: Decimal | None = None
    percent: Decimal | None = None
    per_item: Decimal | None = None
    per_weight: Decimal | None = None


@model
class ProfileShippingOptionTableRate(Model):
    """A rate with its conditions."""

    conditions: ProfileShippingOptionTableRateConditions | None = None
    rate: ProfileShippingOptionTableRateValue | None = None


@model
class ProfileShippingOptionRatesTable(Model):
    """Rates that depend on the order."""

    table_based_on: RatesTableBasis | str | None = None
    rates: list[ProfileShippingOptionTableRate] | None = None  # An object in one part of the reference.


@model
class ProfileShippingOptionBlackoutDate(Model):
    """A period without deliveries."""

    from_date: date | None = None
    to_date: date | None = None
    repeated_annually: bool | None = None


@model
class ProfileShippingOptionEstimatedShippingTimeAtCheckoutSettings(Model):
    """Settings for the delivery time shown at the checkout."""

    estimated_delivery_date_at_checkout_enabled: bool | None = None
    estimated_transit_time_in_days: list[int | None] | None = None  # Minimum and maximum; null if not set.
    fulfillment_time_in_days: list[int | None] | None = None
    cutoff_time_for_same_day_packing: str | None = None  # A time of day such as ``16:00``.
    shipping_business_days: list[Weekday | str] | None = None
    delivery_days: list[Weekday | str] | None = None


@model
class ShippingOption(Model):
    """A shipping option.

    API reference: https://docs.ecwid.com/api-reference/rest-api/shipping-options/search-shipping-options
    """

    id: str | None = None
    title: str | None = None
    title_translated: dict[str, str] | None = None
    enabled: bool | None = None
    orderby: int | None = None
    fulfilment_type: ShippingOptionFulfilmentType | str | None = None
    location_id: int | str | None = None  # A number in the reference, text in Ecwid's own client.
    minimum_order_subtotal: Decimal | None = None
    destination_zone: ProfileZone | None = None  # A list in the reference, an object in the example.
    delivery_time_days: str | None = None
    description: str | None = None
    description_translated: dict[str, str] | None = None
    carrier: str | None = None
    carrier_methods: list[ProfileShippingOptionCarrierMethod] | None = None
    carrier_settings: ProfileShippingOptionCarrierSettings | None = None
    rates_calculation_type: RatesCalculationType | str | None = None
    shipping_cost_markup: Decimal | None = None
    flat_rate: ProfileShippingOptionFlatRate | None = None
    rates_table: ProfileShippingOptionRatesTable | None = None
    app_client_id: str | None = None
    pickup_instruction: str | None = None
    pickup_instruction_translated: dict[str, str] | None = None
    scheduled_pickup: bool | None = None
    pickup_preparation_time_hours: int | None = None  # Deprecated in favor of `fulfillment_time_in_minutes`.
    fulfillment_time_in_minutes: int | None = None
    business_hours: BusinessHours | None = json_text_field(default=None)  # Sent as JSON text.
    # Deprecated in favor of `business_hours`.
    pickup_business_hours: BusinessHours | None = json_text_field(default=None)
    business_hours_limitation_type: BusinessHoursLimitationType | str | None = None
    scheduled: bool | None = None
    scheduled_time_precision_type: ScheduledTimePrecisionType | str | None = None
    time_slot_length_in_minutes: int | None = None
    allow_same_day_delivery: bool | None = None
    cutoff_time_for_same_day_delivery: str | None = None  # A time of day such as ``16:00``.
    availability_period: AvailabilityPeriod | str | None = None
    # An object in one part of the reference.
    blackout_dates: list[ProfileShippingOptionBlackoutDate] | None = None
    estimated_shipping_time_at_checkout_settings: (
        ProfileShippingOptionEstimatedShippingTimeAtCheckoutSettings | None
    ) = None
    pickup_precision_type: PickupPrecisionType | str | None = None
    order_by: int | None = None  # Ecwid's own client reads it instead of `orderby`.
    type: str | None = None  # Undocumented, here and below; Ecwid's own client reads them.
    custom_availability_period_in_days: int | None = None


@model
class ShippingOptionCreateResult(Model):
    """The id of a created shipping option."""

    id: str | None = None


@draft
class ShippingOptionDraft(Draft):
    """Fields of a shipping option to create or change. A list replaces the stored list."""

    title: str | Unset | None = UNSET
    title_translated: dict[str, str] | Unset | None = UNSET
    enabled: bool | Unset | None = UNSET
    orderby: int | Unset | None = UNSET
    fulfilment_type: ShippingOptionFulfilmentType | str | Unset | None = UNSET
    minimum_order_subtotal: Decimal | int | Unset | None = UNSET
    destination_zone: ProfileZone | Unset | None = UNSET
    delivery_time_days: str | Unset | None = UNSET
    description: str | Unset | None = UNSET
    description_translated: dict[str, str] | Unset | None = UNSET
    carrier: str | Unset | None = UNSET
    carrier_methods: list[ProfileShippingOptionCarrierMethod] | Unset | None = UNSET
    carrier_settings: ProfileShippingOptionCarrierSettings | Unset | None = UNSET
    rates_calculation_type: RatesCalculationType | str | Unset | None = UNSET
    shipping_cost_markup: Decimal | int | Unset | None = UNSET
    flat_rate: ProfileShippingOptionFlatRate | Unset | None = UNSET
    rates_table: ProfileShippingOptionRatesTable | Unset | None = UNSET
    app_client_id: str | Unset | None = UNSET
    pickup_instruction: str | Unset | None = UNSET
    pickup_instruction_translated: dict[str, str] | Unset | None = UNSET
    pickup_precision_type: PickupPrecisionType | str | Unset | None = UNSET
    scheduled_pickup: bool | Unset | None = UNSET
    fulfillment_time_in_minutes: int | Unset | None = UNSET
    business_hours: BusinessHours | Unset | None = json_text_field(default=UNSET)
    business_hours_limitation_type: BusinessHoursLimitationType | str | Unset | None = UNSET
    scheduled: bool | Unset | None = UNSET
    scheduled_time_precision_type: ScheduledTimePrecisionType | str | Unset | None = UNSET
    time_slot_length_in_minutes: int | Unset | None = UNSET
    allow_same_day_delivery: bool | Unset | None = UNSET
    cutoff_time_for_same_day_delivery: str | Unset | None = UNSET
    availability_period: AvailabilityPeriod | str | Unset | None = UNSET
    blackout_dates: list[ProfileShippingOptionBlackoutDate] | Unset | None = UNSET
    estimated_shipping_time_at_checkout_settings: (
        ProfileShippingOptionEstimatedShippingTimeAtCheckoutSettings | Unset | None
    ) = UNSET
    order_by: int | Unset | None = UNSET  # Ecwid's own client sends it instead of `orderby`.
    type: str | Unset | None = UNSET
    location_id: int | str | Unset | None = UNSET
    custom_availability_period_in_days: int | Unset | None = UNSET
    # Undocumented for writing, here and below; Ecwid's own client writes them.
    id: str | Unset | None = UNSET
    pickup_preparation_time_hours: int | Unset | None = UNSET  # Deprecated in favor of `fulfillment_time_in_minutes`.
    # Deprecated in favor of `business_hours`.
    pickup_business_hours: BusinessHours | Unset | None = json_text_field(default=UNSET)
