"""The calculation of orders that are not placed yet."""

from datetime import datetime
from decimal import Decimal

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import AmountType, BuyerType, Dimensions, FulfillmentType, RecurringInterval
from ecwid_async.models.coupons import DiscountCoupon
from ecwid_async.models.invoices import OrderInvoice
from ecwid_async.models.order_discounts import OrderDiscount, OrderItemDiscount
from ecwid_async.models.order_extra_fields import CartExtraFields, CartOrderExtraField
from ecwid_async.models.order_items import (
    OrderCalculationItemSelectedOption,
    OrderItemAttribute,
    OrderItemFile,
    OrderItemSelectedPrice,
)
from ecwid_async.models.order_shipments import OrderShipment
from ecwid_async.models.order_shipping import HandlingFee, OrderPredictedPackages
from ecwid_async.models.order_taxes import OrderTaxesOnShipping, TaxRateType, TaxType
from ecwid_async.models.orders import (
    FulfillmentStatus,
    OrderCreditCardStatus,
    OrderRefund,
    OrderUtmData,
    OrderUtmDataSet,
    PaymentStatus,
)
from ecwid_async.models.persons import ShippingPerson
from ecwid_async.models.profile_taxes import ProfileTax

__all__ = [
    "CartItemRecurringChargeSettings",
    "OrderCalculation",
    "OrderCalculationAvailableShippingOption",
    "OrderCalculationCustomSurcharge",
    "OrderCalculationDraft",
    "OrderCalculationHandlingFee",
    "OrderCalculationItem",
    "OrderCalculationItemTax",
    "OrderCalculationPaymentOptionsDetailsDraft",
    "OrderCalculationShippingOption",
]


@model
class OrderCalculationItemTax(Model):
    """A tax on one item of a calculated order."""

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
    # Undocumented, here and below; Ecwid's own client reads them.
    include_in_price: bool | None = None
    tax_on_handling_fee: Decimal | None = None


@model
class OrderCalculationCustomSurcharge(Model):
    """An amount added to a calculated order, such as a tip."""

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
    """The interval and prices of a cart item bought as a subscription."""

    recurring_interval: RecurringInterval | str | None = None
    recurring_interval_count: int | None = None
    subscription_price_with_sign_up_fee: Decimal | None = None
    sign_up_fee: Decimal | None = None


@model
class OrderCalculationItem(Model):
    """A product in a calculated order."""

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
    # Undocumented, here and below; Ecwid's own client reads them.
    handling_fee: Decimal | None = None
    gift_card: bool | None = None
    tax_class_code: str | None = None
    tax_already_deducted_from_price: bool | None = None
    need_calculate_wholesale_price: bool | None = None


@model
class OrderCalculationShippingOption(Model):
    """The shipping option of a calculated order and its cost."""

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
    """A handling fee of a calculated order, with its taxes."""

    name: str | None = None
    value: Decimal | None = None
    description: str | None = None
    value_without_tax: Decimal | None = None
    taxes: list[OrderCalculationItemTax] | None = None


@model
class OrderCalculationAvailableShippingOption(Model):
    """A shipping option that the customer could choose, and its cost."""

    shipping_method_id: str | None = None
    shipping_carrier_name: str | None = None
    shipping_method_name: str | None = None
    shipping_rate: Decimal | None = None
    estimated_transit_time: str | None = None
    fulfillment_type: FulfillmentType | str | None = None
    pickup_instruction: str | None = None
    is_pickup: bool | None = None  # Undocumented; Ecwid's own client reads it.


@model
class OrderCalculation(Model):
    """The totals, taxes, discounts and shipping options of an order that is not stored.

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
    utm_data: list[OrderUtmData] | OrderUtmData | None = None  # A list in the reference, an object in real stores.
    utm_data_sets: list[OrderUtmDataSet] | None = None
    lang: str | None = None
    customer_user_agent: str | None = None
    available_shipping_options: list[OrderCalculationAvailableShippingOption] | None = None
    available_taxes: list[ProfileTax] | None = None
    predicted_package: list[OrderPredictedPackages] | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    gift_card_code: str | None = None
    gift_card_id: int | None = None
    gift_card_uuid: str | None = None
    gift_card_double_spending: bool | None = None


@draft
class OrderCalculationPaymentOptionsDetailsDraft(Draft):
    """The payment option of an order to calculate."""

    payment_id: str | Unset | None = UNSET


@draft
class OrderCalculationDraft(Draft):
    """An order to calculate."""

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
    # Undocumented, here and below; Ecwid's own client writes them.
    customer_tax_id: str | Unset | None = UNSET
    reversed_tax_applied: bool | Unset | None = UNSET
    tax_already_deducted_from_shipping: bool | Unset | None = UNSET
    gift_card_id: int | Unset | None = UNSET
    gift_card_uuid: str | Unset | None = UNSET
    gift_card_transaction_order_id: int | Unset | None = UNSET
    gift_card_redemption: Decimal | int | Unset | None = UNSET
    total_before_gift_card_redemption: Decimal | int | Unset | None = UNSET
    gift_card_double_spending: bool | Unset | None = UNSET
