"""Abandoned carts."""

from datetime import datetime
from decimal import Decimal

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import BuyerType, Dimensions, FulfillmentType
from ecwid_async.models.coupons import DiscountCoupon
from ecwid_async.models.invoices import OrderInvoice
from ecwid_async.models.order_calculation import CartItemRecurringChargeSettings
from ecwid_async.models.order_discounts import CartItemDiscount, OrderDiscount
from ecwid_async.models.order_extra_fields import CartExtraFields, CartOrderExtraField
from ecwid_async.models.order_items import (
    OrderItemAttribute,
    OrderItemFile,
    OrderItemSelectedOptionFile,
    OrderItemSelectedOptionSelection,
    OrderItemSelectedPrice,
    SelectedOptionType,
)
from ecwid_async.models.order_shipments import OrderShipment
from ecwid_async.models.order_shipping import HandlingFee, OrderPredictedPackages
from ecwid_async.models.order_taxes import OrderItemTax, OrderTaxesOnShipping
from ecwid_async.models.orders import (
    FulfillmentStatus,
    OrderCreditCardStatus,
    OrderCustomSurcharge,
    OrderRefund,
    OrderUtmData,
    OrderUtmDataSet,
    PaymentStatus,
)
from ecwid_async.models.persons import ShippingPerson

__all__ = [
    "Cart",
    "CartDraft",
    "CartItem",
    "CartItemSelectedOption",
    "CartPlaceResult",
    "CartShippingOption",
]


@model
class CartItemSelectedOption(Model):
    """An option of a product in a cart, with the customer's choice."""

    name: str | None = None
    type: SelectedOptionType | str | None = None
    value: str | None = None
    values_array: list[str] | None = None
    files: list[OrderItemSelectedOptionFile] | None = None
    selections: list[OrderItemSelectedOptionSelection] | None = None
    # Undocumented, here and below; orders and real stores have them.
    name_translated: dict[str, str] | None = None
    value_translated: dict[str, str] | None = None
    values_array_translated: dict[str, list[str]] | None = None


@model
class CartItem(Model):
    """A product in a cart."""

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
    selected_options: list[CartItemSelectedOption] | None = None
    taxes: list[OrderItemTax] | None = None
    combination_id: int | None = None
    digital: bool | None = None
    files: list[OrderItemFile] | None = None
    dimensions: Dimensions | None = None
    coupon_amount: Decimal | None = None
    discounts: list[CartItemDiscount] | None = None
    taxes_on_shipping: list[OrderTaxesOnShipping] | None = None
    is_customer_set_price: bool | None = None
    selected_price: OrderItemSelectedPrice | None = None
    is_preorder: bool | None = None
    attributes: list[OrderItemAttribute] | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    handling_fee: Decimal | None = None
    gift_card: bool | None = None
    external_reference_id: str | None = None
    # Undocumented, here and below; orders and real stores have them.
    discounts_allowed: bool | None = None
    taxable: bool | None = None


@model
class CartShippingOption(Model):
    """The shipping option of a cart and its cost."""

    shipping_carrier_name: str | None = None
    shipping_method_name: str | None = None
    shipping_method_id: str | None = None
    shipping_rate: Decimal | None = None
    shipping_rate_without_tax: Decimal | None = None
    discounted_shipping_rate: Decimal | None = None
    estimated_transit_time: Decimal | str | None = None
    is_pickup: bool | None = None
    pickup_instruction: str | None = None
    fulfillment_type: FulfillmentType | str | None = None
    time_slot_length_in_minutes: int | None = None
    discount: dict[str, object] | None = None


@model
class Cart(Model):
    """An abandoned cart: an order that was not placed.

    Amounts are in the currency of the store. API reference: https://docs.ecwid.com/api-reference/rest-api/orders/abandonned-carts/get-abandoned-cart
    """

    cart_id: str | None = None
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
    custom_surcharges: list[OrderCustomSurcharge] | None = None
    usd_total: Decimal | None = None
    global_referer: str | None = None
    create_date: datetime | None = None
    update_date: datetime | None = None
    create_timestamp: int | None = None  # Unix seconds.
    update_timestamp: int | None = None  # Unix seconds.
    customer_group: str | None = None
    customer_group_id: int | None = None
    items: list[CartItem] | None = None
    refunds: list[OrderRefund] | None = None
    shipping_person: ShippingPerson | None = None
    billing_person: ShippingPerson | None = None
    shipping_option: CartShippingOption | None = None
    handling_fee: HandlingFee | None = None
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
    utm_data: list[OrderUtmData] | OrderUtmData | None = None  # A list in the reference, an object in real stores.
    utm_data_sets: list[OrderUtmDataSet] | None = None
    lang: str | None = None
    customer_user_agent: str | None = None
    recovered_order_id: int | None = None  # The number of the order created from the cart.
    recovery_email_sent_timestamp: datetime | None = None  # A datetime, unlike other timestamps.
    # Undocumented, here and below; Ecwid's own client reads them.
    tracking_url: str | None = None
    recovered_public_uid: str | None = None
    gift_card_code: str | None = None
    gift_card_id: int | None = None
    gift_card_uuid: str | None = None
    gift_card_double_spending: bool | None = None
    custom_discount: list[Decimal] | None = None  # Undocumented; orders and real stores have it.


@model
class CartPlaceResult(Model):
    """The ids of the order created from a cart."""

    id: str | None = None
    order_number: int | None = None
    vendor_order_number: str | None = None
    cart_id: str | None = None


@draft
class CartDraft(Draft):
    """Fields of a cart to change; no other field can be changed."""

    hidden: bool | Unset | None = UNSET
    taxes_on_shipping: list[OrderTaxesOnShipping] | Unset | None = UNSET
    b2b_b2c: BuyerType | str | Unset | None = UNSET
    customer_requested_invoice: bool | Unset | None = UNSET
    customer_fiscal_code: str | Unset | None = UNSET
    electronic_invoice_pec_email: str | Unset | None = UNSET
    electronic_invoice_sdi_code: str | Unset | None = UNSET
