"""Orders."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import AmountType, BuyerType
from ecwid_async.models.coupons import DiscountCoupon
from ecwid_async.models.invoices import OrderInvoice
from ecwid_async.models.order_discounts import OrderDiscount, OrderDiscountInfoDraft
from ecwid_async.models.order_extra_fields import (
    CartExtraFields,
    CartOrderExtraField,
    OrderExtraField,
    OrderExtraFieldValues,
)
from ecwid_async.models.order_items import OrderItem, OrderItemDraft
from ecwid_async.models.order_shipments import OrderShipment
from ecwid_async.models.order_shipping import (
    HandlingFee,
    OrderPredictedPackages,
    OrderShippingOption,
    OrderShippingOptionDraft,
)
from ecwid_async.models.order_taxes import OrderItemTax, OrderTaxesOnShipping
from ecwid_async.models.persons import BillingPerson, ShippingPerson
from ecwid_async.models.profile_taxes import ProfileTax

__all__ = [
    "FulfillmentStatus",
    "Order",
    "OrderCreateResult",
    "OrderCreditCardStatus",
    "OrderCustomSurcharge",
    "OrderDraft",
    "OrderExternalOrderData",
    "OrderLoyalty",
    "OrderRedemption",
    "OrderRefund",
    "OrderRepeatUrl",
    "OrderStoreCredit",
    "OrderUtmData",
    "OrderUtmDataSet",
    "PaymentStatus",
    "RefundSource",
]


class FulfillmentStatus(StrEnum):
    """The fulfillment status of an order."""

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


class PaymentStatus(StrEnum):
    """The payment status of an order."""

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
    """The source of a refund: the control panel, the API or elsewhere."""

    CP = "CP"
    API = "API"
    EXTERNAL = "External"


@model
class OrderCustomSurcharge(Model):
    """An amount added to an order, such as a tip."""

    id: str | None = None
    value: Decimal | None = None
    type: AmountType | str | None = None
    total: Decimal | None = None
    total_without_tax: Decimal | None = None
    description: str | None = None
    description_translated: str | None = None  # Plain text, unlike other translated fields.
    taxable: bool | None = None
    taxes: list[OrderItemTax] | None = None


@model
class OrderRefund(Model):
    """A refund of an order."""

    date: datetime | None = None
    source: RefundSource | str | None = None
    reason: str | None = None  # At most 256 characters.
    amount: Decimal | None = None


@model
class OrderCreditCardStatus(Model):
    """The results of credit card checks."""

    avs_message: str | None = None
    cvv_message: str | None = None


@model
class OrderUtmData(Model):
    """The marketing campaign that led the customer to the store."""

    source: str | None = None
    campaign: str | None = None
    medium: str | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    mc_eid: str | None = None
    mc_cid: str | None = None


@model
class OrderUtmDataSet(Model):
    """A marketing campaign that led the customer to the store, with its time."""

    timestamp: datetime | None = None
    source: str | None = None
    campaign: str | None = None
    medium: str | None = None


@model
class OrderExternalOrderData(Model):
    """The identifiers of an order in the external system that it comes from."""

    external_order_id: str | None = None
    external_fulfillment: bool | None = None
    referer_channel: str | None = None
    referer_id: str | None = None
    # Text in the reference, an object in Ecwid's own client.
    platform_specific_fields: dict[str, str] | None = None


@model
class OrderRedemption(Model):
    """Points or credit redeemed for an order."""

    id: str | None = None
    amount: Decimal | None = None
    cancelled: bool | None = None


@model
class OrderLoyalty(Model):
    """Loyalty points of the customer."""

    customer_enabled: bool | None = None
    earned: Decimal | None = None  # Whole in the examples, fractional in Ecwid's own client.
    balance: Decimal | None = None
    redemption: OrderRedemption | None = None  # Undocumented; Ecwid's own client reads it.


@model
class OrderStoreCredit(Model):
    """Store credit of the customer."""

    redemption: OrderRedemption | None = None
    balance: Decimal | None = None
    refund: Decimal | None = None


@model
class Order(Model):
    """An order.

    Amounts are in the currency of the store. API reference: https://docs.ecwid.com/api-reference/rest-api/orders/get-order
    """

    id: str | None = None  # Text such as ``EG4H2``; `internal_id` is the corresponding number.
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
    # The reference links to `OrderItemDiscount`, but the examples have plain discounts.
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
    # An object in the reference; the examples have a list `predicted_package` instead.
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
    referer_id: str | None = None  # Text here, a whole number in searches.
    disable_all_customer_notifications: bool | None = None
    external_fulfillment: bool | None = None
    external_order_id: str | None = None
    invoices: list[OrderInvoice] | None = None
    prices_include_tax: bool | None = None
    payment_subtype: str | None = None
    utm_data: list[OrderUtmData] | OrderUtmData | None = None  # A list in the reference, an object in real stores.
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
    # Undocumented, here and below; Ecwid's own client reads them.
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
    ext_transaction_id: str | None = None  # Undocumented; real stores return it.


@model
class OrderCreateResult(Model):
    """The ids of a created order."""

    id: int | None = None  # The number of the order. Deprecated: see `order_id`.
    orderid: str | None = None  # The text id, as spelled in the example; Ecwid's own client reads `order_id`.
    order_id: str | None = None


@model
class OrderRepeatUrl(Model):
    """A link that adds the items of an order to a new cart."""

    repeat_order_url: str | None = None


@draft
class OrderDraft(Draft):
    """Fields of an order to create or change.

    Creating one requires `email`, `subtotal`, `total`, `payment_status` and `fulfillment_status`. A list replaces the
    stored list.
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
    hidden: bool | Unset | None = UNSET  # Only with the payment status INCOMPLETE, which creates an abandoned cart.
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
    # Documented with the endpoints, but not in their tables.
    custom_surcharges: list[OrderCustomSurcharge] | Unset | None = UNSET
    # Undocumented, here and below; Ecwid's own client writes them.
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
