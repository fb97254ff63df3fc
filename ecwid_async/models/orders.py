"""Orders, and the calculation of orders that are not placed yet."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model, named, prefixed
from ecwid_async.models.common import (
    AmountType,
    BillingPerson,
    BuyerType,
    Dimensions,
    DimensionUnit,
    ExtraFieldInputType,
    FulfillmentType,
    HandlingFee,
    PickupPrecisionType,
    ProductCompositeComponent,
    ProfileTax,
    RecurringInterval,
    ScheduledTimePrecisionType,
    ShippingPerson,
    WeightUnit,
)
from ecwid_async.models.coupons import DiscountCoupon

__all__ = [
    "CartExtraFields",
    "CartItemDiscount",
    "CartItemDiscountDiscountInfo",
    "CartItemRecurringChargeSettings",
    "CartOrderExtraField",
    "DeliveryTimeDisplayFormat",
    "DiscountBase",
    "DiscountType",
    "ExtraFieldSection",
    "FulfillmentStatus",
    "InvoiceType",
    "LabelFileType",
    "Order",
    "OrderCalculation",
    "OrderCalculationAvailableShippingOption",
    "OrderCalculationCustomSurcharge",
    "OrderCalculationDraft",
    "OrderCalculationHandlingFee",
    "OrderCalculationItem",
    "OrderCalculationItemSelectedOption",
    "OrderCalculationItemTax",
    "OrderCalculationPaymentOptionsDetailsDraft",
    "OrderCalculationShippingOption",
    "OrderCreateResult",
    "OrderCreditCardStatus",
    "OrderCustomSurcharge",
    "OrderDiscount",
    "OrderDiscountInfoDraft",
    "OrderDraft",
    "OrderExternalOrderData",
    "OrderExtraField",
    "OrderExtraFieldValues",
    "OrderInvoice",
    "OrderItem",
    "OrderItemAttribute",
    "OrderItemDiscount",
    "OrderItemDraft",
    "OrderItemFile",
    "OrderItemRecurringChargeSettings",
    "OrderItemSelectedOption",
    "OrderItemSelectedOptionFile",
    "OrderItemSelectedOptionSelection",
    "OrderItemSelectedPrice",
    "OrderItemTax",
    "OrderItemTaxDraft",
    "OrderLoyalty",
    "OrderPredictedPackages",
    "OrderRedemption",
    "OrderRefund",
    "OrderRepeatUrl",
    "OrderShipment",
    "OrderShipmentLabel",
    "OrderShipmentParcel",
    "OrderShipmentShipFrom",
    "OrderShipmentShippingLabel",
    "OrderShipmentShippingService",
    "OrderShipmentTracking",
    "OrderShippingOption",
    "OrderShippingOptionDiscount",
    "OrderShippingOptionDraft",
    "OrderStoreCredit",
    "OrderTaxesOnShipping",
    "OrderUtmData",
    "OrderUtmDataSet",
    "ParcelTemplate",
    "PaymentStatus",
    "RefundSource",
    "SelectedOptionType",
    "ShippingCarrier",
    "TaxRateType",
    "TaxType",
]


class DeliveryTimeDisplayFormat(StrEnum):
    """Whether a time of delivery is shown with the hour."""

    DATE = "DATE"
    DATETIME = "DATETIME"


class DiscountBase(StrEnum):
    """What a discount depends on."""

    SUBTOTAL = "SUBTOTAL"
    ITEM = "ITEM"
    SHIPPING = "SHIPPING"
    ON_TOTAL = "ON_TOTAL"
    ON_MEMBERSHIP = "ON_MEMBERSHIP"
    ON_TOTAL_AND_MEMBERSHIP = "ON_TOTAL_AND_MEMBERSHIP"
    CUSTOM = "CUSTOM"


class DiscountType(StrEnum):
    """How a discount is counted. `ABS` and `ABSOLUTE` mean the same; the API uses both."""

    ABS = "ABS"
    ABSOLUTE = "ABSOLUTE"
    PERCENT = "PERCENT"
    FIXED_PRICE = "FIXED_PRICE"


class ExtraFieldSection(StrEnum):
    """Where the details of an order show an extra field."""

    SHIPPING_INFO = "shipping_info"
    BILLING_INFO = "billing_info"
    CUSTOMER_INFO = "customer_info"
    ORDER_COMMENTS = "order_comments"


class FulfillmentStatus(StrEnum):
    """How far an order has come on its way to the customer."""

    AWAITING_PROCESSING = "AWAITING_PROCESSING"
    PROCESSING = "PROCESSING"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    WILL_NOT_DELIVER = "WILL_NOT_DELIVER"
    RETURNED = "RETURNED"
    READY_FOR_PICKUP = "READY_FOR_PICKUP"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    CUSTOM_FULFILLMENT_STATUS_1 = "CUSTOM_FULFILLMENT_STATUS_1"
    CUSTOM_FULFILLMENT_STATUS_2 = "CUSTOM_FULFILLMENT_STATUS_2"
    CUSTOM_FULFILLMENT_STATUS_3 = "CUSTOM_FULFILLMENT_STATUS_3"


class InvoiceType(StrEnum):
    """What a tax invoice is for."""

    SALE = "SALE"
    FULL_CANCEL = "FULL_CANCEL"


class LabelFileType(StrEnum):
    """The kind of file that a label is."""

    PNG = "PNG"
    PDF = "PDF"
    PDF_4X6 = "PDF_4x6"
    ZPLII = "ZPLII"


class ParcelTemplate(StrEnum):
    """A box or an envelope of a carrier."""

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


class PaymentStatus(StrEnum):
    """Whether an order is paid."""

    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    PAID = "PAID"
    CANCELLED = "CANCELLED"
    REFUNDED = "REFUNDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    INCOMPLETE = "INCOMPLETE"
    CUSTOM_PAYMENT_STATUS_1 = "CUSTOM_PAYMENT_STATUS_1"
    CUSTOM_PAYMENT_STATUS_2 = "CUSTOM_PAYMENT_STATUS_2"
    CUSTOM_PAYMENT_STATUS_3 = "CUSTOM_PAYMENT_STATUS_3"


class RefundSource(StrEnum):
    """Where a refund was made: in the control panel, through the API, or elsewhere."""

    CP = "CP"
    API = "API"
    EXTERNAL = "External"


class SelectedOptionType(StrEnum):
    """What kind of value an option has in an order."""

    CHOICE = "CHOICE"
    CHOICES = "CHOICES"
    TEXT = "TEXT"
    DATE = "DATE"
    FILES = "FILES"
    SWATCH_CHOICE = "SWATCH_CHOICE"


class ShippingCarrier(StrEnum):
    """A carrier that labels can be bought from."""

    USPS = "USPS"
    UPS = "UPS"
    FEDEX = "FEDEX"
    CANADA_POST = "CANADA_POST"
    AUSTRALIA_POST = "AUSTRALIA_POST"


class TaxRateType(StrEnum):
    """Where the rate of a tax comes from."""

    AUTO = "AUTO"
    MANUAL = "MANUAL"
    CUSTOM = "CUSTOM"
    LEGACY = "LEGACY"


class TaxType(StrEnum):
    """Who levies a tax."""

    STATE = "STATE"
    COUNTY = "COUNTY"
    CITY = "CITY"
    SPECIAL_DISTRICT = "SPECIAL_DISTRICT"


@model
class OrderDiscount(Model):
    """A discount on an order or on an item of it."""

    id: int | None = None
    value: Decimal | None = None
    type: DiscountType | str | None = None
    base: DiscountBase | str | None = None
    order_total: Decimal | None = None
    membership_id: int | None = None
    description: str | None = None
    applies_to_items: list[int] | None = None
    applies_to_order_items: list[int] | None = None  # Ids of items; the reference says objects.
    applies_to_products: list[int] | None = None  # In no table; the vendor's own client reads it.


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
    tax_on_handling_fee: Decimal | None = None  # In no table; the vendor's own client reads it.


@model
class OrderCustomSurcharge(Model):
    """An amount added to an order, such as a tip."""

    id: str | None = None
    value: Decimal | None = None
    type: AmountType | str | None = None
    total: Decimal | None = None
    total_without_tax: Decimal | None = None
    description: str | None = None
    description_translated: str | None = None  # Text in one language, unlike other translated fields.
    taxable: bool | None = None
    taxes: list[OrderItemTax] | None = None


@model
class OrderItemRecurringChargeSettings(Model):
    """How often an item bought as a subscription is charged, and what."""

    recurring_interval: RecurringInterval | str | None = None
    recurring_interval_count: int | None = None
    subscription_price_with_sign_up_fee: Decimal | None = None
    sign_up_fee: Decimal | None = None
    interval_count: int | None = None  # What the examples have instead of `recurring_interval_count`.


@model
class OrderItemSelectedOptionFile(Model):
    """A file that the customer attached to an item."""

    id: int | None = None
    name: str | None = None
    size: int | None = None
    url: str | None = None


@model
class OrderItemSelectedOptionSelection(Model):
    """A value chosen for an option and what it adds to the price."""

    selection_title: str | None = None
    selection_modifier: Decimal | None = None
    selection_modifier_type: AmountType | str | None = None


@model
class OrderItemSelectedOption(Model):
    """An option of the product as the customer chose it."""

    name: str | None = None
    type: SelectedOptionType | str | None = None
    value: str | None = None
    values_array: list[str] | None = None
    files: list[OrderItemSelectedOptionFile] | None = None
    selections: list[OrderItemSelectedOptionSelection] | None = None
    hex_codes: list[str] | None = None
    changed_time: int | None = None
    # In no table, here and below; the vendor's own client reads them.
    name_translated: dict[str, str] | None = None
    value_translated: dict[str, str] | None = None
    values_array_translated: dict[str, list[str]] | None = None


@model
class OrderItemFile(Model):
    """A file that comes with a digital product."""

    product_file_id: int | None = None
    max_downloads: int | None = None
    remaining_downloads: int | None = None
    expire: datetime | None = None
    name: str | None = None
    description: str | None = None
    size: int | None = None
    admin_url: str | None = None
    customer_url: str | None = None


@model
class OrderItemDiscount(Model):
    """A discount on an item and what it takes off."""

    discount_info: OrderDiscount | None = None  # A list in the reference, one object in every example.
    total: Decimal | None = None


@model
class OrderTaxesOnShipping(Model):
    """A tax on shipping."""

    name: str | None = None
    value: Decimal | None = None
    total: Decimal | None = None
    # In no table, here and below; the vendor's own client reads them.
    include_in_price: bool | None = None
    tax_type: TaxType | str | None = None


@model
class OrderItemSelectedPrice(Model):
    """The price that the customer named."""

    value: Decimal | None = None


@model
class OrderItemAttribute(Model):
    """An attribute of an ordered product."""

    name: str | None = None
    value: str | None = None
    # In no table, here and below; the vendor's own client reads them.
    id: int | None = None
    name_translated: dict[str, str] | None = None
    value_translated: dict[str, str] | None = None


@model
class OrderItem(Model):
    """A product in an order, as it was when the order was placed."""

    id: int | None = None
    product_id: int | None = None
    subscription_id: int | None = None
    recurring_charge_settings: OrderItemRecurringChargeSettings | None = None
    category_id: int | None = None
    price: Decimal | None = None
    price_without_tax: Decimal | None = None
    product_price: Decimal | None = None
    cost_price: Decimal | None = None
    weight: Decimal | None = None
    sku: str | None = None
    quantity: int | None = None
    short_description: str | None = None
    short_description_translated: dict[str, str] | None = None
    tax: Decimal | None = None
    shipping: Decimal | None = None
    quantity_in_stock: int | None = None
    name: str | None = None
    name_translated: dict[str, str] | None = None
    is_shipping_required: bool | None = None
    track_quantity: bool | None = None
    image_url: str | None = None
    fixed_shipping_rate_only: bool | None = None
    fixed_shipping_rate: Decimal | None = None
    coupon_applied: bool | None = None
    selected_options: list[OrderItemSelectedOption] | None = None
    taxes: list[OrderItemTax] | None = None
    combination_id: int | None = None
    digital: bool | None = None
    files: list[OrderItemFile] | None = None
    dimensions: Dimensions | None = None
    coupon_amount: Decimal | None = None
    discounts: list[OrderItemDiscount] | None = None
    taxes_on_shipping: list[OrderTaxesOnShipping] | None = None
    is_customer_set_price: bool | None = None
    selected_price: OrderItemSelectedPrice | None = None
    is_preorder: bool | None = None
    attributes: list[OrderItemAttribute] | None = None
    tax_already_deducted_from_price: bool | None = None
    small_thumbnail_url: str | None = None
    hd_thumbnail_url: str | None = None
    product_available: bool | None = None
    discounts_allowed: bool | None = None
    taxable: bool | None = None
    gift_card: bool | None = None
    recurring_tax_ids: list[int] | None = None
    # In no table, here and below; the vendor's own client reads them.
    handling_fee: Decimal | None = None
    external_reference_id: str | None = None
    tax_class_code: str | None = None
    composite_components: list[ProductCompositeComponent] | None = None
    # In no table, here and below; live answers have them.
    image_id: str | None = None
    is_gift_card: bool | None = None
    tangible: bool | None = None


@model
class OrderRefund(Model):
    """A refund of an order."""

    date: datetime | None = None
    source: RefundSource | str | None = None
    reason: str | None = None  # At most 256 characters.
    amount: Decimal | None = None


@model
class OrderShippingOptionDiscount(Model):
    """A discount on the shipping of an order."""

    id: str | None = None
    value: Decimal | None = None
    type: AmountType | str | None = None
    base: DiscountBase | str | None = None
    order_total: Decimal | None = None
    description: str | None = None
    applies_to_items: list[int] | None = None
    applies_to_order_items: list[int] | None = None
    triggered_by_order_items: list[int] | None = None
    applies_to_shipping_method_id: str | None = None


@model
class OrderShippingOption(Model):
    """How an order is delivered, and what that costs."""

    shipping_carrier_name: str | None = None
    shipping_method_name: str | None = None
    shipping_method_id: str | None = None
    shipping_rate: Decimal | None = None
    shipping_rate_without_tax: Decimal | None = None
    discounted_shipping_rate: Decimal | None = None
    estimated_transit_time: Decimal | str | None = None  # A number of days, or text such as ``5-9``.
    is_pickup: bool | None = None
    pickup_instruction: str | None = None
    fulfillment_type: FulfillmentType | str | None = None
    time_slot_length_in_minutes: int | None = None
    discount: OrderShippingOptionDiscount | None = None
    is_shipping_limit: bool | None = None
    # In no table, here and below; the vendor's own client reads them.
    pickup_precision_type: PickupPrecisionType | str | None = None
    location_id: str | None = None
    localized_label: str | None = None
    scheduled: bool | None = None
    scheduled_time_precision_type: ScheduledTimePrecisionType | str | None = None


@model
class OrderPredictedPackages(Model):
    """A package that an order is expected to fit into."""

    height: Decimal | None = None
    width: Decimal | None = None
    length: Decimal | None = None
    weight: Decimal | None = None
    declared_value: Decimal | None = None


@model
class OrderShipmentShipFrom(Model):
    """The address that a shipment leaves from."""

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
    # In no table, here and below; the vendor's own client reads them.
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None


@model
class OrderShipmentParcel(Model):
    """Weight and size of a shipment."""

    weight: Decimal | None = None
    weight_unit: WeightUnit | str | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    length: Decimal | None = None
    dimension_unit: DimensionUnit | str | None = None
    template: ParcelTemplate | str | None = None  # In no table; the vendor's own client reads it.


@model
class OrderShipmentShippingService(Model):
    """The carrier of a shipment and the service it offers."""

    carrier: ShippingCarrier | str | None = None
    carrier_name: str | None = None
    carrier_service_name: str | None = None
    carrier_service_code: str | None = None


@model
class OrderShipmentTracking(Model):
    """How a shipment is tracked."""

    tracking_number: str | None = named("tracking_number", default=None)
    tracking_url: str | None = named("tracking_url", default=None)
    estimated_days: int | None = None
    # What the vendor's own client reads instead of `tracking_number` and `tracking_url`.
    number: str | None = named("trackingNumber", default=None)
    url: str | None = named("trackingUrl", default=None)


@model
class OrderShipmentShippingLabel(Model):
    """The label of a shipment."""

    label_url: str | None = named("label_url", default=None)


@model
class OrderShipmentLabel(Model):
    """The label of a shipment as the vendor's own client reads it."""

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
    label: OrderShipmentLabel | None = None  # What the vendor's own client reads instead of `shipping_label`.


@model
class OrderExtraFieldValues(Model):
    """Extra fields of an order by name: the ones for the delivery time, and in `custom` the merchant's own."""

    ecwid_order_delivery_time_interval_start: datetime | None = None
    ecwid_order_delivery_time_interval_end: datetime | None = None
    ecwid_order_delivery_time_display_format: DeliveryTimeDisplayFormat | str | None = None
    custom: dict[str, str] | None = prefixed("", default=None)


@model
class OrderExtraField(Model):
    """A field added to the checkout, with the customer's answer."""

    id: str | None = None
    value: str | None = None  # At most 255 characters. A moment is text such as ``2020-11-22 17:30:00 +0000``.
    customer_input_type: ExtraFieldInputType | str | None = None
    title: str | None = None
    order_details_display_section: ExtraFieldSection | str | None = None
    order_by: str | None = None  # A number, but text on the wire.
    show_in_notifications: bool | None = None
    show_in_invoice: bool | None = None


@model
class OrderCreditCardStatus(Model):
    """What the checks of a credit card said."""

    avs_message: str | None = None
    cvv_message: str | None = None


@model
class OrderInvoice(Model):
    """A tax invoice made for an order."""

    internal_id: int | None = None
    id: str | None = None
    created: datetime | None = None
    link: str | None = None
    type: InvoiceType | str | None = None


@model
class OrderUtmData(Model):
    """The campaign that brought the customer."""

    source: str | None = None
    campaign: str | None = None
    medium: str | None = None
    # In no table, here and below; the vendor's own client reads them.
    mc_eid: str | None = None
    mc_cid: str | None = None


@model
class OrderUtmDataSet(Model):
    """A campaign that brought the customer, and when."""

    timestamp: datetime | None = None
    source: str | None = None
    campaign: str | None = None
    medium: str | None = None


@model
class OrderExternalOrderData(Model):
    """Where an order that comes from another system stands there."""

    external_order_id: str | None = None
    external_fulfillment: bool | None = None
    referer_channel: str | None = None
    referer_id: str | None = None
    # Text in the reference, an object in the vendor's own client.
    platform_specific_fields: dict[str, str] | None = None


@model
class OrderRedemption(Model):
    """Points or credit that paid for a part of an order."""

    id: str | None = None
    amount: Decimal | None = None
    cancelled: bool | None = None


@model
class OrderLoyalty(Model):
    """Loyalty points of the customer."""

    customer_enabled: bool | None = None
    earned: Decimal | None = None  # Whole in the examples; the vendor's own client reads fractions.
    balance: Decimal | None = None
    redemption: OrderRedemption | None = None  # In no table; the vendor's own client reads it.


@model
class OrderStoreCredit(Model):
    """Credit that the customer has with the store."""

    redemption: OrderRedemption | None = None
    balance: Decimal | None = None
    refund: Decimal | None = None


@model
class Order(Model):
    """An order.

    Amounts are in the currency of the store. API reference: https://docs.ecwid.com/api-reference/rest-api/orders/get-order
    """

    id: str | None = None  # Text such as ``EG4H2``; `internal_id` is the number behind it.
    subtotal: Decimal | None = None
    subtotal_without_tax: Decimal | None = None
    total: Decimal | None = None
    total_without_tax: Decimal | None = None
    refunded_amount: Decimal | None = None
    gift_card_redemption: Decimal | None = None
    total_before_gift_card_redemption: Decimal | None = None
    email: str | None = None
    payment_module: str | None = None
    payment_method: str | None = None
    tax: Decimal | None = None
    customer_tax_exempt: bool | None = None
    customer_tax_id: str | None = None
    customer_tax_id_valid: bool | None = None
    reversed_tax_applied: bool | None = None
    b2b_b2c: BuyerType | str | None = None
    customer_requested_invoice: bool | None = None
    customer_fiscal_code: str | None = None
    electronic_invoice_pec_email: str | None = None
    electronic_invoice_sdi_code: str | None = None
    ip_address: str | None = None
    payment_status: PaymentStatus | str | None = None
    fulfillment_status: FulfillmentStatus | str | None = None
    referer_url: str | None = None
    order_comments: str | None = None
    volume_discount: Decimal | None = None
    membership_based_discount: Decimal | None = None
    total_and_membership_based_discount: Decimal | None = None
    custom_discount: list[Decimal] | None = None
    discount: Decimal | None = None
    coupon_discount: Decimal | None = None
    # The reference links this to the wrapper that items have; the examples hold plain discounts.
    discount_info: list[OrderDiscount] | None = None
    discount_coupon: DiscountCoupon | None = None
    customer_id: int | None = None
    custom_surcharges: list[OrderCustomSurcharge] | None = None
    usd_total: Decimal | None = None
    global_referer: str | None = None
    create_date: datetime | None = None
    update_date: datetime | None = None
    create_timestamp: int | None = None  # Unix seconds.
    update_timestamp: int | None = None  # Unix seconds.
    customer_group: str | None = None
    customer_group_id: int | None = None
    items: list[OrderItem] | None = None
    refunds: list[OrderRefund] | None = None
    shipping_person: ShippingPerson | None = None
    billing_person: BillingPerson | None = None
    shipping_option: OrderShippingOption | None = None
    handling_fee: HandlingFee | None = None
    # One object in the reference; the examples have the list `predicted_package` instead.
    predicted_packages: OrderPredictedPackages | None = None
    shipping_label_available_for_shipment: bool | None = None
    shipments: list[OrderShipment] | None = None
    additional_info: dict[str, object] | None = None
    payment_params: dict[str, object] | None = None
    extra_fields: OrderExtraFieldValues | None = None
    order_extra_fields: list[OrderExtraField] | None = None
    hidden: bool | None = None
    tracking_number: str | None = None
    payment_message: str | None = None
    external_transaction_id: str | None = None
    affiliate_id: str | None = None
    credit_card_status: OrderCreditCardStatus | None = None
    private_admin_notes: str | None = None
    pickup_time: datetime | None = None
    taxes_on_shipping: list[OrderTaxesOnShipping] | None = None
    accept_marketing: bool | None = None
    referer_id: str | None = None  # Text here, a whole number as a search parameter.
    disable_all_customer_notifications: bool | None = None
    external_fulfillment: bool | None = None
    external_order_id: str | None = None
    invoices: list[OrderInvoice] | None = None
    prices_include_tax: bool | None = None
    payment_subtype: str | None = None
    utm_data: list[OrderUtmData] | OrderUtmData | None = None  # A list in the reference, one object in stores.
    utm_data_sets: list[OrderUtmDataSet] | None = None
    lang: str | None = None
    customer_user_agent: str | None = None
    external_order_data: OrderExternalOrderData | None = None
    internal_id: int | None = None
    gift_card_double_spending: bool | None = None
    order_number: int | None = None
    vendor_order_number: str | None = None
    public_uid: str | None = None
    predicted_package: list[OrderPredictedPackages] | None = None
    ticket: int | None = None
    loyalty: OrderLoyalty | None = None
    # In no table, here and below; the vendor's own client reads them.
    latest_ship_date: datetime | None = None
    latest_delivery_date: datetime | None = None
    tracking_url: str | None = None
    external_transaction_url: str | None = None
    reference_transaction_id: str | None = None
    ebay_id: str | None = None
    gift_card_code: str | None = None
    gift_card_id: int | None = None
    gift_card_uuid: str | None = None
    available_taxes: list[ProfileTax] | None = None
    available_shipping_options: list[OrderShippingOption] | None = None
    payment_reference: str | None = None
    store_credit: OrderStoreCredit | None = None
    withdrawal_requested: bool | None = None
    ext_transaction_id: str | None = None  # In no table; live answers have it.


@model
class OrderCreateResult(Model):
    """The ids of an order that was created."""

    id: int | None = None  # The number of the order. Deprecated: see `order_id`.
    orderid: str | None = None  # The text id as the example spells it; the vendor's own client reads `order_id`.
    order_id: str | None = None


@model
class OrderRepeatUrl(Model):
    """A link that puts the items of an order into a new cart."""

    repeat_order_url: str | None = None


@model
class OrderCalculationItemTax(Model):
    """A tax on one item."""

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
    # In no table, here and below; the vendor's own client reads them.
    include_in_price: bool | None = None
    tax_on_handling_fee: Decimal | None = None


@model
class OrderCalculationCustomSurcharge(Model):
    """An amount added to an order, such as a tip."""

    id: str | None = None
    value: Decimal | None = None
    type: AmountType | str | None = None
    total: Decimal | None = None
    total_without_tax: Decimal | None = None
    description: str | None = None
    description_translated: str | None = None
    taxable: bool | None = None
    taxes: list[OrderCalculationItemTax] | None = None


@model
class CartItemRecurringChargeSettings(Model):
    """How often an item bought as a subscription is charged, and what."""

    recurring_interval: RecurringInterval | str | None = None
    recurring_interval_count: int | None = None
    subscription_price_with_sign_up_fee: Decimal | None = None
    sign_up_fee: Decimal | None = None


@model
class OrderCalculationItemSelectedOption(Model):
    """An option of a product with the value chosen for it."""

    name: str | None = None
    type: SelectedOptionType | str | None = None
    value: str | None = None
    values_array: list[str] | None = None
    selections: list[OrderItemSelectedOptionSelection] | None = None
    hex_codes: list[str] | None = None
    # In no table, here and below; the vendor's own client reads them.
    name_translated: dict[str, str] | None = None
    value_translated: dict[str, str] | None = None
    values_array_translated: dict[str, list[str]] | None = None
    files: list[OrderItemSelectedOptionFile] | None = None


@model
class OrderCalculationItem(Model):
    """A product in an order that is calculated."""

    id: int | None = None
    product_id: int | None = None
    subscription_id: int | None = None
    recurring_charge_settings: CartItemRecurringChargeSettings | None = None
    category_id: int | None = None
    price: Decimal | None = None
    price_without_tax: Decimal | None = None
    product_price: Decimal | None = None
    cost_price: Decimal | None = None
    weight: Decimal | None = None
    sku: str | None = None
    quantity: int | None = None
    short_description: str | None = None
    short_description_translated: dict[str, str] | None = None
    tax: Decimal | None = None
    shipping: Decimal | None = None
    quantity_in_stock: int | None = None
    name: str | None = None
    name_translated: dict[str, str] | None = None
    is_shipping_required: bool | None = None
    track_quantity: bool | None = None
    image_url: str | None = None
    fixed_shipping_rate_only: bool | None = None
    fixed_shipping_rate: Decimal | None = None
    coupon_applied: bool | None = None
    selected_options: list[OrderCalculationItemSelectedOption] | None = None
    taxes: list[OrderCalculationItemTax] | None = None
    combination_id: int | None = None
    digital: bool | None = None
    files: list[OrderItemFile] | None = None
    dimensions: Dimensions | None = None
    coupon_amount: Decimal | None = None
    discounts: list[OrderItemDiscount] | None = None
    taxes_on_shipping: list[OrderTaxesOnShipping] | None = None
    is_customer_set_price: bool | None = None
    selected_price: OrderItemSelectedPrice | None = None
    is_preorder: bool | None = None
    attributes: list[OrderItemAttribute] | None = None
    # In no table, here and below; the vendor's own client reads them.
    handling_fee: Decimal | None = None
    gift_card: bool | None = None
    tax_class_code: str | None = None
    tax_already_deducted_from_price: bool | None = None
    need_calculate_wholesale_price: bool | None = None


@model
class OrderCalculationShippingOption(Model):
    """How an order is delivered, and what that costs."""

    shipping_carrier_name: str | None = None
    shipping_method_name: str | None = None
    shipping_method_id: str | None = None
    shipping_rate: Decimal | None = None
    shipping_rate_without_tax: Decimal | None = None
    estimated_transit_time: Decimal | str | None = None
    is_pickup: bool | None = None
    pickup_instruction: str | None = None
    fulfillment_type: FulfillmentType | str | None = None


@model
class OrderCalculationHandlingFee(Model):
    """A fee for wrapping or the like, with its taxes."""

    name: str | None = None
    value: Decimal | None = None
    description: str | None = None
    value_without_tax: Decimal | None = None
    taxes: list[OrderCalculationItemTax] | None = None


@model
class CartExtraFields(Model):
    """Extra fields of a cart by name: the ones for the delivery time, and in `custom` the merchant's own."""

    ecwid_order_delivery_time_interval_start: datetime | None = None
    ecwid_order_delivery_time_interval_end: datetime | None = None
    ecwid_order_delivery_time_display_format: DeliveryTimeDisplayFormat | str | None = None
    custom: dict[str, str] | None = prefixed("", default=None)


@model
class CartOrderExtraField(Model):
    """A field added to the checkout, with the customer's answer."""

    id: str | None = None
    value: str | None = None
    customer_input_type: ExtraFieldInputType | str | None = None
    title: str | None = None
    order_details_display_section: ExtraFieldSection | str | None = None
    order_by: str | None = None


@model
class OrderCalculationAvailableShippingOption(Model):
    """A way of delivery that the customer could choose, and what it costs."""

    shipping_method_id: str | None = None
    shipping_carrier_name: str | None = None
    shipping_method_name: str | None = None
    shipping_rate: Decimal | None = None
    estimated_transit_time: str | None = None
    fulfillment_type: FulfillmentType | str | None = None
    pickup_instruction: str | None = None
    is_pickup: bool | None = None  # In no table; the vendor's own client reads it.


@model
class OrderCalculation(Model):
    """What an order would come to: nothing is saved.

    API reference: https://docs.ecwid.com/api-reference/rest-api/orders/calculate-order-details
    """

    subtotal: Decimal | None = None
    subtotal_without_tax: Decimal | None = None
    total: Decimal | None = None
    total_without_tax: Decimal | None = None
    refunded_amount: Decimal | None = None
    gift_card_redemption: Decimal | None = None
    total_before_gift_card_redemption: Decimal | None = None
    email: str | None = None
    payment_module: str | None = None
    payment_method: str | None = None
    tax: Decimal | None = None
    customer_tax_exempt: bool | None = None
    customer_tax_id: str | None = None
    customer_tax_id_valid: bool | None = None
    reversed_tax_applied: bool | None = None
    b2b_b2c: BuyerType | str | None = None
    customer_requested_invoice: bool | None = None
    customer_fiscal_code: str | None = None
    electronic_invoice_pec_email: str | None = None
    electronic_invoice_sdi_code: str | None = None
    ip_address: str | None = None
    payment_status: PaymentStatus | str | None = None
    fulfillment_status: FulfillmentStatus | str | None = None
    referer_url: str | None = None
    order_comments: str | None = None
    volume_discount: Decimal | None = None
    membership_based_discount: Decimal | None = None
    total_and_membership_based_discount: Decimal | None = None
    discount: Decimal | None = None
    coupon_discount: Decimal | None = None
    discount_info: list[OrderDiscount] | None = None
    discount_coupon: DiscountCoupon | None = None
    customer_id: int | None = None
    custom_surcharges: list[OrderCalculationCustomSurcharge] | None = None
    usd_total: Decimal | None = None
    global_referer: str | None = None
    create_date: datetime | None = None
    update_date: datetime | None = None
    create_timestamp: int | None = None
    update_timestamp: int | None = None
    customer_group: str | None = None
    customer_group_id: int | None = None
    items: list[OrderCalculationItem] | None = None
    refunds: list[OrderRefund] | None = None
    shipping_person: ShippingPerson | None = None
    billing_person: ShippingPerson | None = None
    shipping_option: OrderCalculationShippingOption | None = None
    handling_fee: OrderCalculationHandlingFee | None = None
    predicted_packages: OrderPredictedPackages | None = None
    shipping_label_available_for_shipment: bool | None = None
    shipments: list[OrderShipment] | None = None
    additional_info: dict[str, object] | None = None
    payment_params: dict[str, object] | None = None
    extra_fields: CartExtraFields | None = None
    order_extra_fields: list[CartOrderExtraField] | None = None
    hidden: bool | None = None
    tracking_number: str | None = None
    payment_message: str | None = None
    external_transaction_id: str | None = None
    affiliate_id: str | None = None
    credit_card_status: OrderCreditCardStatus | None = None
    private_admin_notes: str | None = None
    pickup_time: datetime | None = None
    taxes_on_shipping: list[OrderTaxesOnShipping] | None = None
    accept_marketing: bool | None = None
    referer_id: str | None = None
    disable_all_customer_notifications: bool | None = None
    external_fulfillment: bool | None = None
    external_order_id: str | None = None
    invoices: list[OrderInvoice] | None = None
    prices_include_tax: bool | None = None
    utm_data: list[OrderUtmData] | OrderUtmData | None = None  # A list in the reference, one object in stores.
    utm_data_sets: list[OrderUtmDataSet] | None = None
    lang: str | None = None
    customer_user_agent: str | None = None
    available_shipping_options: list[OrderCalculationAvailableShippingOption] | None = None
    available_taxes: list[ProfileTax] | None = None
    predicted_package: list[OrderPredictedPackages] | None = None
    # In no table, here and below; the vendor's own client reads them.
    gift_card_code: str | None = None
    gift_card_id: int | None = None
    gift_card_uuid: str | None = None
    gift_card_double_spending: bool | None = None


@draft
class OrderDiscountInfoDraft(Draft):
    """A discount on an order that is written."""

    value: Decimal | int | Unset | None = UNSET
    type: DiscountType | str | Unset | None = UNSET
    base: DiscountBase | str | Unset | None = UNSET
    order_total: Decimal | int | Unset | None = UNSET
    membership_id: int | Unset | None = UNSET
    description: str | Unset | None = UNSET
    applies_to_items: list[int] | Unset | None = UNSET
    applies_to_order_items: list[int] | Unset | None = UNSET
    applies_to_products: list[int] | Unset | None = UNSET  # In no table; the vendor's own client writes it.


@draft
class OrderItemTaxDraft(Draft):
    """A tax on one item of an order that is written."""

    name: str | Unset | None = UNSET
    value: Decimal | int | Unset | None = UNSET
    total: Decimal | int | Unset | None = UNSET
    tax_class_code: str | Unset | None = UNSET
    tax_class_name: str | Unset | None = UNSET
    # In no table, here and below; the vendor's own client writes them.
    tax_on_discounted_subtotal: Decimal | int | Unset | None = UNSET
    tax_on_shipping: Decimal | int | Unset | None = UNSET
    tax_on_handling_fee: Decimal | int | Unset | None = UNSET
    include_in_price: bool | Unset | None = UNSET
    source_tax_rate_type: TaxRateType | str | Unset | None = UNSET
    tax_type: TaxType | str | Unset | None = UNSET


@model
class CartItemDiscountDiscountInfo(Model):
    """Where a discount on an item comes from."""

    value: Decimal | None = None
    type: DiscountType | str | None = None
    base: DiscountBase | str | None = None
    order_total: Decimal | None = None
    description: str | None = None
    applies_to_items: list[int] | None = None
    # In no table, here and below; the vendor's own client reads them.
    applies_to_products: list[int] | None = None
    membership_id: int | None = None


@model
class CartItemDiscount(Model):
    """A discount on an item and what it takes off."""

    discount_info: CartItemDiscountDiscountInfo | None = None
    total: Decimal | None = None


@draft
class OrderItemDraft(Draft):
    """A product in an order that is written."""

    id: int | Unset | None = UNSET
    product_id: int | Unset | None = UNSET
    category_id: int | Unset | None = UNSET
    price: Decimal | int | Unset | None = UNSET
    product_price: Decimal | int | Unset | None = UNSET
    weight: Decimal | int | Unset | None = UNSET
    sku: str | Unset | None = UNSET
    quantity: int | Unset | None = UNSET
    short_description: str | Unset | None = UNSET
    short_description_translated: dict[str, str] | Unset | None = UNSET
    tax: Decimal | int | Unset | None = UNSET
    shipping: Decimal | int | Unset | None = UNSET
    quantity_in_stock: int | Unset | None = UNSET
    name: str | Unset | None = UNSET
    name_translated: dict[str, str] | Unset | None = UNSET
    is_shipping_required: bool | Unset | None = UNSET
    track_quantity: bool | Unset | None = UNSET
    image_url: str | Unset | None = UNSET
    fixed_shipping_rate_only: bool | Unset | None = UNSET
    fixed_shipping_rate: Decimal | int | Unset | None = UNSET
    coupon_applied: bool | Unset | None = UNSET
    selected_options: list[OrderCalculationItemSelectedOption] | Unset | None = UNSET
    taxes: list[OrderItemTaxDraft] | Unset | None = UNSET
    combination_id: int | Unset | None = UNSET
    digital: bool | Unset | None = UNSET
    dimensions: Dimensions | Unset | None = UNSET
    coupon_amount: Decimal | int | Unset | None = UNSET
    discounts: list[CartItemDiscount] | Unset | None = UNSET
    taxes_on_shipping: list[OrderTaxesOnShipping] | Unset | None = UNSET
    is_customer_set_price: bool | Unset | None = UNSET
    selected_price: OrderItemSelectedPrice | Unset | None = UNSET
    is_preorder: bool | Unset | None = UNSET
    attributes: list[OrderItemAttribute] | Unset | None = UNSET
    # In no table, here and below; the vendor's own client writes them.
    handling_fee: Decimal | int | Unset | None = UNSET
    taxable: bool | Unset | None = UNSET
    gift_card: bool | Unset | None = UNSET
    discounts_allowed: bool | Unset | None = UNSET
    external_reference_id: str | Unset | None = UNSET
    tax_class_code: str | Unset | None = UNSET


@draft
class OrderShippingOptionDraft(Draft):
    """How an order that is written is delivered, and what that costs."""

    shipping_carrier_name: str | Unset | None = UNSET
    shipping_method_name: str | Unset | None = UNSET
    shipping_method_id: str | Unset | None = UNSET
    shipping_rate: Decimal | int | Unset | None = UNSET
    shipping_rate_without_tax: Decimal | int | Unset | None = UNSET
    estimated_transit_time: Decimal | int | str | Unset | None = UNSET
    is_pickup: bool | Unset | None = UNSET
    pickup_instruction: str | Unset | None = UNSET
    fulfillment_type: FulfillmentType | str | Unset | None = UNSET
    # The spelling of one example; answers come back with `fulfillment_type`.
    fulfilment_type: FulfillmentType | str | Unset | None = UNSET
    location_id: str | Unset | None = UNSET  # In no table; the vendor's own client writes it.


@draft
class OrderDraft(Draft):
    """What an order is created with, or changed to.

    Creating one needs `email`, `subtotal`, `total`, `payment_status` and `fulfillment_status`. A list that is given
    replaces the stored one.
    """

    subtotal: Decimal | int | Unset | None = UNSET
    total: Decimal | int | Unset | None = UNSET
    email: str | Unset | None = UNSET
    fulfillment_status: FulfillmentStatus | str | Unset | None = UNSET
    payment_status: PaymentStatus | str | Unset | None = UNSET
    payment_module: str | Unset | None = UNSET
    payment_method: str | Unset | None = UNSET
    tax: Decimal | int | Unset | None = UNSET
    gift_card_redemption: Decimal | int | Unset | None = UNSET
    total_before_gift_card_redemption: Decimal | int | Unset | None = UNSET
    customer_tax_exempt: bool | Unset | None = UNSET
    customer_tax_id: str | Unset | None = UNSET
    customer_tax_id_valid: bool | Unset | None = UNSET
    reversed_tax_applied: bool | Unset | None = UNSET
    b2b_b2c: BuyerType | str | Unset | None = UNSET
    customer_requested_invoice: bool | Unset | None = UNSET
    customer_fiscal_code: str | Unset | None = UNSET
    electronic_invoice_pec_email: str | Unset | None = UNSET
    electronic_invoice_sdi_code: str | Unset | None = UNSET
    ip_address: str | Unset | None = UNSET
    referer_url: str | Unset | None = UNSET
    order_comments: str | Unset | None = UNSET
    volume_discount: Decimal | int | Unset | None = UNSET
    membership_based_discount: Decimal | int | Unset | None = UNSET
    total_and_membership_based_discount: Decimal | int | Unset | None = UNSET
    custom_discount: list[Decimal | int] | Unset | None = UNSET
    discount: Decimal | int | Unset | None = UNSET
    coupon_discount: Decimal | int | Unset | None = UNSET
    discount_info: list[OrderDiscountInfoDraft] | Unset | None = UNSET
    discount_coupon: DiscountCoupon | Unset | None = UNSET
    global_referer: str | Unset | None = UNSET
    customer_id: int | Unset | None = UNSET
    customer_group: str | Unset | None = UNSET
    customer_group_id: int | Unset | None = UNSET
    items: list[OrderItemDraft] | Unset | None = UNSET
    shipping_person: ShippingPerson | Unset | None = UNSET
    billing_person: ShippingPerson | Unset | None = UNSET
    shipping_option: OrderShippingOptionDraft | Unset | None = UNSET
    handling_fee: HandlingFee | Unset | None = UNSET
    additional_info: dict[str, object] | Unset | None = UNSET
    payment_params: dict[str, object] | Unset | None = UNSET
    extra_fields: CartExtraFields | Unset | None = UNSET
    order_extra_fields: list[CartOrderExtraField] | Unset | None = UNSET
    hidden: bool | Unset | None = UNSET  # Only with the payment status INCOMPLETE, which makes an abandoned cart.
    tracking_number: str | Unset | None = UNSET
    payment_message: str | Unset | None = UNSET
    external_transaction_id: str | Unset | None = UNSET
    affiliate_id: str | Unset | None = UNSET
    credit_card_status: OrderCreditCardStatus | Unset | None = UNSET
    private_admin_notes: str | Unset | None = UNSET
    pickup_time: datetime | Unset | None = UNSET
    taxes_on_shipping: list[OrderTaxesOnShipping] | Unset | None = UNSET
    accept_marketing: bool | Unset | None = UNSET
    referer_id: str | Unset | None = UNSET
    disable_all_customer_notifications: bool | Unset | None = UNSET
    external_fulfillment: bool | Unset | None = UNSET
    external_order_id: str | Unset | None = UNSET
    prices_include_tax: bool | Unset | None = UNSET
    utm_data: list[OrderUtmData] | OrderUtmData | Unset | None = UNSET
    utm_data_sets: list[OrderUtmDataSet] | Unset | None = UNSET
    lang: str | Unset | None = UNSET
    create_date: datetime | Unset | None = UNSET
    # The reference describes them beside the endpoints, in no table of theirs.
    custom_surcharges: list[OrderCustomSurcharge] | Unset | None = UNSET
    # In no table, here and below; the vendor's own client writes them.
    latest_ship_date: datetime | Unset | None = UNSET
    latest_delivery_date: datetime | Unset | None = UNSET
    tracking_url: str | Unset | None = UNSET
    gift_card_code: str | Unset | None = UNSET
    gift_card_id: int | Unset | None = UNSET
    gift_card_uuid: str | Unset | None = UNSET
    gift_card_double_spending: bool | Unset | None = UNSET
    external_transaction_url: str | Unset | None = UNSET
    reference_transaction_id: str | Unset | None = UNSET
    ebay_id: str | Unset | None = UNSET
    external_order_data: OrderExternalOrderData | Unset | None = UNSET
    payment_reference: str | Unset | None = UNSET
    loyalty: OrderLoyalty | Unset | None = UNSET
    store_credit: OrderStoreCredit | Unset | None = UNSET


@draft
class OrderCalculationPaymentOptionsDetailsDraft(Draft):
    """How an order that is calculated would be paid."""

    payment_id: str | Unset | None = UNSET


@draft
class OrderCalculationDraft(Draft):
    """What an order is calculated from."""

    email: str | Unset | None = UNSET
    ip_address: str | Unset | None = UNSET
    customer_id: int | Unset | None = UNSET
    customer_tax_exempt: bool | Unset | None = UNSET
    discount_coupon: DiscountCoupon | Unset | None = UNSET
    discount_info: list[OrderDiscount] | Unset | None = UNSET
    billing_person: ShippingPerson | Unset | None = UNSET
    shipping_person: ShippingPerson | Unset | None = UNSET
    custom_surcharges: list[OrderCalculationCustomSurcharge] | Unset | None = UNSET
    items: list[OrderCalculationItem] | Unset | None = UNSET
    gift_card_code: str | Unset | None = UNSET
    handling_fee: HandlingFee | Unset | None = UNSET
    shipping_option: OrderCalculationShippingOption | Unset | None = UNSET
    payment_options_details: OrderCalculationPaymentOptionsDetailsDraft | Unset | None = UNSET
    # In no table, here and below; the vendor's own client writes them.
    customer_tax_id: str | Unset | None = UNSET
    reversed_tax_applied: bool | Unset | None = UNSET
    tax_already_deducted_from_shipping: bool | Unset | None = UNSET
    gift_card_id: int | Unset | None = UNSET
    gift_card_uuid: str | Unset | None = UNSET
    gift_card_transaction_order_id: int | Unset | None = UNSET
    gift_card_redemption: Decimal | int | Unset | None = UNSET
    total_before_gift_card_redemption: Decimal | int | Unset | None = UNSET
    gift_card_double_spending: bool | Unset | None = UNSET
