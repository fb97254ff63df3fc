"""What several sections of the API share."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "AmountType",
    "AsyncImageAltDraft",
    "AsyncImageDraft",
    "BillingPerson",
    "BusinessHours",
    "BuyerType",
    "CreateCountResult",
    "CreateResult",
    "DeleteResult",
    "DeletedItem",
    "DimensionUnit",
    "Dimensions",
    "ExtraFieldInputType",
    "FulfillmentType",
    "HandlingFee",
    "HandlingFeeTax",
    "ImageAlt",
    "PickupPrecisionType",
    "ProductCompositeComponent",
    "ProductCondition",
    "ProductOriginalImage",
    "ProfileTax",
    "ProfileTaxRule",
    "ProfileZone",
    "RecurringInterval",
    "ScheduledTimePrecisionType",
    "SelectMode",
    "ShippingPerson",
    "SuccessResult",
    "UpdateResult",
    "UploadResult",
    "VolumeUnit",
    "Weekday",
    "WeightUnit",
]


class AmountType(StrEnum):
    """How an amount is counted."""

    ABSOLUTE = "ABSOLUTE"
    PERCENT = "PERCENT"


class BuyerType(StrEnum):
    """Who buys: a business or a private person."""

    B2B = "b2b"
    B2C = "b2c"


class DimensionUnit(StrEnum):
    """The unit of lengths."""

    MM = "MM"
    CM = "CM"
    IN = "IN"
    YD = "YD"


class ExtraFieldInputType(StrEnum):
    """What a customer fills an extra field in with. Empty text stands for none of them."""

    TEXT = "TEXT"
    TEXTAREA = "TEXTAREA"
    SELECT = "SELECT"
    CHECKBOX = "CHECKBOX"
    TOGGLE_BUTTON_GROUP = "TOGGLE_BUTTON_GROUP"
    RADIO_BUTTONS = "RADIO_BUTTONS"
    DATETIME = "DATETIME"
    LABEL = "LABEL"


class FulfillmentType(StrEnum):
    """How an order reaches the customer.

    Answers have upper case, as here. The reference lists lower case too: that stays text.
    """

    SHIPPING = "SHIPPING"
    PICKUP = "PICKUP"
    DELIVERY = "DELIVERY"


class PickupPrecisionType(StrEnum):
    """How exactly a customer chooses the time of picking up.

    The reference has `DATE` and `DATE_AND_TIME_SLOT`, the vendor's own client the other two.
    """

    DATE = "DATE"
    DATE_AND_TIME_SLOT = "DATE_AND_TIME_SLOT"
    DATE_ONLY = "DATE_ONLY"
    DATE_AND_TIME = "DATE_AND_TIME"


class ProductCondition(StrEnum):
    """Whether a product is new."""

    NEW = "NEW"
    REFURBISHED = "REFURBISHED"
    USED = "USED"


class RecurringInterval(StrEnum):
    """How often a subscription is charged.

    Upper case, as every example has it. The reference lists lower case for items of orders: that stays text.
    """

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


class ScheduledTimePrecisionType(StrEnum):
    """How exactly a customer chooses the time of delivery."""

    DATE = "DATE"
    DATE_AND_TIME_SLOT = "DATE_AND_TIME_SLOT"


class SelectMode(StrEnum):
    """Which of the items are meant where many are changed at once."""

    SELECTED = "SELECTED"
    ALL_FILTERED = "ALL_FILTERED"
    ALL = "ALL"


class VolumeUnit(StrEnum):
    """The unit of volumes. One example has lower case: that stays text."""

    L = "L"
    ML = "ML"
    OZ = "OZ"


class Weekday(StrEnum):
    """A day of the week."""

    MON = "MON"
    TUE = "TUE"
    WED = "WED"
    THU = "THU"
    FRI = "FRI"
    SAT = "SAT"
    SUN = "SUN"


class WeightUnit(StrEnum):
    """The unit of weights."""

    CARAT = "CARAT"
    GRAM = "GRAM"
    OUNCE = "OUNCE"
    POUND = "POUND"
    KILOGRAM = "KILOGRAM"


@model
class CreateResult(Model):
    """The id of what was created."""

    id: int | None = None


@model
class CreateCountResult(Model):
    """How many items were created, where the API gives no id."""

    create_count: int | None = None


@model
class UpdateResult(Model):
    """How many items an update changed: 1, or 0 where nothing matched."""

    update_count: int | None = None
    success: bool | None = None


@model
class DeleteResult(Model):
    """How many items were deleted."""

    delete_count: int | None = None
    success: bool | None = None


@model
class SuccessResult(Model):
    """Whether it was done.

    The reference has `success` for app storage too, where the vendor's own client reads the counts.
    """

    success: bool | None = None
    update_count: int | None = None
    delete_count: int | None = None


@model
class UploadResult(Model):
    """The id of an uploaded image, video or file."""

    id: int | None = None


@model
class DeletedItem(Model):
    """An item that was deleted: the API lists them for six months."""

    id: int | None = None
    order_id: str | None = None  # Orders only: their text id, while `id` is their number.
    date: datetime | None = None


@model
class Dimensions(Model):
    """Length, width and height in the unit of the store (`ProfileFormatsAndUnits.dimensions_unit`)."""

    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None


@model
class BillingPerson(Model):
    """Who pays: a name and a billing address."""

    name: str | None = None
    company_name: str | None = None
    street: str | None = None
    city: str | None = None
    country_code: str | None = None
    country_name: str | None = None
    postal_code: str | None = None
    state_or_province_code: str | None = None
    state_or_province_name: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None


@model
class ShippingPerson(Model):
    """A name and an address, most often the one that an order is shipped to."""

    name: str | None = None
    company_name: str | None = None
    street: str | None = None
    city: str | None = None
    country_code: str | None = None
    country_name: str | None = None
    postal_code: str | None = None
    state_or_province_code: str | None = None
    state_or_province_name: str | None = None
    phone: str | None = None
    # In no table, here and below; the vendor's own client reads them.
    first_name: str | None = None
    last_name: str | None = None


@model
class HandlingFeeTax(Model):
    """A tax on a fee."""

    name: str | None = None
    value: Decimal | None = None
    total: Decimal | None = None
    include_in_price: bool | None = None


@model
class HandlingFee(Model):
    """A fee for wrapping or the like, added to an order."""

    name: str | None = None
    value: Decimal | None = None
    description: str | None = None
    # In no table, here and below; the vendor's own client reads them.
    value_without_tax: Decimal | None = None
    taxes: list[HandlingFeeTax] | None = None


@model
class ImageAlt(Model):
    """The text that stands for an image."""

    main: str | None = None
    translations: dict[str, str] | None = None
    translated: dict[str, str] | None = None  # What examples and the vendor's own client have instead.


@model
class ProductOriginalImage(Model):
    """An image in the size in which it was uploaded."""

    url: str | None = None
    width: int | None = None
    height: int | None = None


@model
class ProductCompositeComponent(Model):
    """A part of a product that is made of others."""

    product_id: int | None = None
    combination_id: int | None = None
    quantity: int | None = None


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
    default_tax: Decimal | None = None  # In percent, where no zone of `rules` matches.
    rules: list[ProfileTaxRule] | None = None


@model
class BusinessHours(Model):
    """The hours of each day: pairs of from and to, such as ``[["08:30", "13:30"], ["14:00", "19:00"]]``."""

    mon: list[list[str]] | None = None
    tue: list[list[str]] | None = None
    wed: list[list[str]] | None = None
    thu: list[list[str]] | None = None
    fri: list[list[str]] | None = None
    sat: list[list[str]] | None = None
    sun: list[list[str]] | None = None


@model
class ProfileZone(Model):
    """A part of the world that taxes and shipping can depend on."""

    name: str | None = None
    country_codes: list[str] | None = None
    state_or_province_codes: list[str] | None = None
    post_codes: list[str] | None = None
    # Points by the name of the polygon, each latitude and longitude. One object in one part of the reference.
    geo_polygons: list[dict[str, list[list[Decimal]]]] | None = None
    id: str | None = None


@draft
class AsyncImageAltDraft(Draft):
    """The text that stands for an image."""

    main: str | Unset | None = UNSET
    translated: dict[str, str] | Unset | None = UNSET


@draft
class AsyncImageDraft(Draft):
    """An image that the API fetches from `url` by itself after it has answered."""

    url: str | Unset | None = UNSET
    # In pixels, required. The reference calls width and height text; numbers are taken too.
    width: int | str | Unset | None = UNSET
    height: int | str | Unset | None = UNSET
    external_id: str | Unset | None = UNSET
    alt: AsyncImageAltDraft | Unset | None = UNSET
