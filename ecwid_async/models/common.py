"""Values that several sections of the API share."""

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
    """Whether an amount is absolute or a percentage."""

    ABSOLUTE = "ABSOLUTE"
    PERCENT = "PERCENT"


class BuyerType(StrEnum):
    """The kind of buyer: a business or a private person."""

    B2B = "b2b"
    B2C = "b2c"


class DimensionUnit(StrEnum):
    """The unit of lengths."""

    MM = "MM"
    CM = "CM"
    IN = "IN"
    YD = "YD"


class ExtraFieldInputType(StrEnum):
    """The input type of an extra field. Empty text means no type."""

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

    In upper case, as in responses. The reference also lists lower-case values, which are read as `str`.
    """

    SHIPPING = "SHIPPING"
    PICKUP = "PICKUP"
    DELIVERY = "DELIVERY"


class PickupPrecisionType(StrEnum):
    """The precision of the pickup time that a customer chooses.

    The reference has `DATE` and `DATE_AND_TIME_SLOT`, Ecwid's own client the other two.
    """

    DATE = "DATE"
    DATE_AND_TIME_SLOT = "DATE_AND_TIME_SLOT"
    DATE_ONLY = "DATE_ONLY"
    DATE_AND_TIME = "DATE_AND_TIME"


class ProductCondition(StrEnum):
    """The condition of a product."""

    NEW = "NEW"
    REFURBISHED = "REFURBISHED"
    USED = "USED"


class RecurringInterval(StrEnum):
    """The interval between charges of a subscription.

    In upper case, as in every example. The reference lists lower-case values for items of orders, which are read as
    `str`.
    """

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


class ScheduledTimePrecisionType(StrEnum):
    """The precision of the delivery time that a customer chooses."""

    DATE = "DATE"
    DATE_AND_TIME_SLOT = "DATE_AND_TIME_SLOT"


class SelectMode(StrEnum):
    """The selection of items in a mass update."""

    SELECTED = "SELECTED"
    ALL_FILTERED = "ALL_FILTERED"
    ALL = "ALL"


class VolumeUnit(StrEnum):
    """The unit of volumes. Lower-case values, as in one example, are read as `str`."""

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
    """A component of a composite product."""

    product_id: int | None = None
    combination_id: int | None = None
    quantity: int | None = None


@model
class BusinessHours(Model):
    """The hours of each weekday: pairs of start and end, such as ``[["08:30", "13:30"], ["14:00", "19:00"]]``."""

    mon: list[list[str]] | None = None
    tue: list[list[str]] | None = None
    wed: list[list[str]] | None = None
    thu: list[list[str]] | None = None
    fri: list[list[str]] | None = None
    sat: list[list[str]] | None = None
    sun: list[list[str]] | None = None
