"""Shipments of orders: parcels, tracking numbers and labels."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import Model, model, named_field
from ecwid_async.models.common import DimensionUnit, WeightUnit
from ecwid_async.models.persons import ShippingPerson

__all__ = [
    "LabelFileType",
    "OrderShipment",
    "OrderShipmentLabel",
    "OrderShipmentParcel",
    "OrderShipmentShipFrom",
    "OrderShipmentShippingLabel",
    "OrderShipmentShippingService",
    "OrderShipmentTracking",
    "ParcelTemplate",
    "ShippingCarrier",
]


class LabelFileType(StrEnum):
    """The file format of a label."""

    PNG = "PNG"
    PDF = "PDF"
    PDF_4X6 = "PDF_4x6"
    ZPLII = "ZPLII"


class ParcelTemplate(StrEnum):
    """A standard box or envelope of a carrier."""

    USPS_FLAT_RATE_ENVELOPE = "USPS_FlatRateEnvelope"
    USPS_FLAT_RATE_PADDED_ENVELOPE = "USPS_FlatRatePaddedEnvelope"
    USPS_FLAT_RATE_LEGAL_ENVELOPE = "USPS_FlatRateLegalEnvelope"
    USPS_FLAT_RATE_WINDOW_ENVELOPE = "USPS_FlatRateWindowEnvelope"
    USPS_FLAT_RATE_GIFT_CARD_ENVELOPE = "USPS_FlatRateGiftCardEnvelope"
    USPS_FLAT_RATE_CARDBOARD_ENVELOPE = "USPS_FlatRateCardboardEnvelope"
    USPS_SMALL_FLAT_RATE_BOX = "USPS_SmallFlatRateBox"
    USPS_SMALL_FLAT_RATE_ENVELOPE = "USPS_SmallFlatRateEnvelope"
    USPS_MEDIUM_FLAT_RATE_BOX1 = "USPS_MediumFlatRateBox1"
    USPS_MEDIUM_FLAT_RATE_BOX2 = "USPS_MediumFlatRateBox2"
    USPS_LARGE_FLAT_RATE_BOX = "USPS_LargeFlatRateBox"
    USPS_LARGE_FLAT_RATE_BOARD_GAME_BOX = "USPS_LargeFlatRateBoardGameBox"
    USPS_LARGE_VIDEO_FLAT_RATE_BOX = "USPS_LargeVideoFlatRateBox"
    USPS_APO_FLAT_RATE_BOX = "USPS_APOFlatRateBox"
    USPS_REGIONAL_RATE_BOX_A1 = "USPS_RegionalRateBoxA1"
    USPS_REGIONAL_RATE_BOX_A2 = "USPS_RegionalRateBoxA2"
    USPS_REGIONAL_RATE_BOX_B1 = "USPS_RegionalRateBoxB1"
    USPS_REGIONAL_RATE_BOX_B2 = "USPS_RegionalRateBoxB2"
    USPS_SOFT_PACK = "USPS_SoftPack"


class ShippingCarrier(StrEnum):
    """A carrier that sells labels."""

    USPS = "USPS"
    UPS = "UPS"
    FEDEX = "FEDEX"
    CANADA_POST = "CANADA_POST"
    AUSTRALIA_POST = "AUSTRALIA_POST"


@model
class OrderShipmentShipFrom(Model):
    """The origin address of a shipment."""

    company_name: str | None = None
    email: str | None = None
    street: str | None = None
    city: str | None = None
    country_code: str | None = None
    country_name: str | None = None
    postal_code: str | None = None
    state_or_province_code: str | None = None
    state_or_province_name: str | None = None
    phone: str | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None


@model
class OrderShipmentParcel(Model):
    """The weight and size of a parcel."""

    weight: Decimal | None = None
    weight_unit: WeightUnit | str | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    length: Decimal | None = None
    dimension_unit: DimensionUnit | str | None = None
    template: ParcelTemplate | str | None = None  # Undocumented; Ecwid's own client reads it.


@model
class OrderShipmentShippingService(Model):
    """The carrier and the service of a shipment."""

    carrier: ShippingCarrier | str | None = None
    carrier_name: str | None = None
    carrier_service_name: str | None = None
    carrier_service_code: str | None = None


@model
class OrderShipmentTracking(Model):
    """The tracking number and URL of a shipment."""

    tracking_number: str | None = named_field("tracking_number", default=None)
    tracking_url: str | None = named_field("tracking_url", default=None)
    estimated_days: int | None = None
    # Ecwid's own client reads it instead of `tracking_number` and `tracking_url`.
    number: str | None = named_field("trackingNumber", default=None)
    url: str | None = named_field("trackingUrl", default=None)


@model
class OrderShipmentShippingLabel(Model):
    """The label of a shipment."""

    label_url: str | None = named_field("label_url", default=None)


@model
class OrderShipmentLabel(Model):
    """The label of a shipment, as in Ecwid's own client."""

    label_url: str | None = None
    label_file_type: LabelFileType | str | None = None
    commercial_invoice_url: str | None = None
    billing_transaction_id: str | None = None


@model
class OrderShipment(Model):
    """A shipment of an order."""

    id: str | None = None
    created: datetime | None = None
    ship_to: ShippingPerson | None = None
    ship_from: OrderShipmentShipFrom | None = None
    parcel: OrderShipmentParcel | None = None
    shipping_service: OrderShipmentShippingService | None = None
    tracking: OrderShipmentTracking | None = None
    shipping_label: OrderShipmentShippingLabel | None = None
    label: OrderShipmentLabel | None = None  # Ecwid's own client reads it instead of `shipping_label`.
