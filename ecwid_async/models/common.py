"""What several sections of the API share."""

from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "AmountType",
    "BusinessHours",
    "BuyerType",
    "DimensionUnit",
    "Dimensions",
    "ExtraFieldInputType",
    "FulfillmentType",
    "PickupPrecisionType",
    "ProductCompositeComponent",
    "ProductCondition",
    "RecurringInterval",
    "ScheduledTimePrecisionType",
    "SelectMode",
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
class Dimensions(Model):
    """Length, width and height in the unit of the store (`ProfileFormatsAndUnits.dimensions_unit`)."""

    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None


@model
class ProductCompositeComponent(Model):
    """A part of a product that is made of others."""

    product_id: int | None = None
    combination_id: int | None = None
    quantity: int | None = None


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
