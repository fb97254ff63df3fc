"""The cart in the requests for shipping rates and discounts.

Documentation: https://api-docs.ecwid.com/reference/process-shipping-request and
https://api-docs.ecwid.com/reference/request-for-discount. Ecwid's own client has further fields.
"""

from decimal import Decimal

from ecwid_async.models.base import Model, model
from ecwid_async.models.carts import CartItemSelectedOption
from ecwid_async.models.common import Dimensions, DimensionUnit, WeightUnit
from ecwid_async.models.coupons import DiscountCoupon
from ecwid_async.models.order_discounts import OrderDiscount
from ecwid_async.models.order_items import OrderItemAttribute
from ecwid_async.models.order_shipping import HandlingFee, OrderPredictedPackages
from ecwid_async.models.orders import FulfillmentStatus, PaymentStatus

__all__ = ["CheckoutAddress", "CheckoutCart", "CheckoutCartItem", "CheckoutCategory"]


@model
class CheckoutAddress(Model):
    """Where a parcel goes, or where it comes from."""

    street: str | None = None
    city: str | None = None
    country_code: str | None = None
    country_name: str | None = None
    postal_code: str | None = None
    state_or_province_code: str | None = None
    state_or_province_name: str | None = None


@model
class CheckoutCategory(Model):
    """A category of a product in the cart."""

    id: int | None = None
    enabled: bool | None = None


@model
class CheckoutCartItem(Model):
    """A product in the cart. `extra` has more of its data: images, options, variations and related products."""

    product_id: int | None = None
    combination_id: int | None = None
    category_id: int | None = None  # 0 if the product belongs to no category.
    category_ids: list[int] | None = None
    categories: list[CheckoutCategory] | None = None
    name: str | None = None
    sku: str | None = None
    amount: int | None = None  # The quantity in the cart.
    quantity: int | None = None  # The quantity in stock.
    unlimited: bool | None = None
    in_stock: bool | None = None
    warning_limit: int | None = None
    price: Decimal | None = None  # With the options that the customer has chosen.
    product_price: Decimal | None = None
    price_in_product_list: Decimal | None = None
    compare_to_price: Decimal | None = None
    discounts_allowed: bool | None = None
    weight: Decimal | None = None
    dimensions: Dimensions | None = None
    is_shipping_required: bool | None = None
    fixed_shipping_rate_only: bool | None = None
    fixed_shipping_rate: Decimal | None = None
    selected_options: list[CartItemSelectedOption] | None = None
    attributes: list[OrderItemAttribute] | None = None
    product_class_id: int | None = None
    default_combination_id: int | None = None
    default_category_id: int | None = None
    enabled: bool | None = None
    url: str | None = None
    image_url: str | None = None
    external_reference_id: str | None = None


@model
class CheckoutCart(Model):
    """What the customer is about to buy.

    Amounts are in the currency of the store, weights in `weight_unit`. `shipping_address` is None if the customer
    picks the order up, or has not entered an address yet.
    """

    id: str | None = None
    order_number: int | None = None
    vendor_order_number: str | None = None
    items: list[CheckoutCartItem] | None = None
    currency: str | None = None
    subtotal: Decimal | None = None
    discount: Decimal | None = None  # All discounts except that of the coupon.
    coupon_discount: Decimal | None = None
    volume_discount: Decimal | None = None
    membership_based_discount: Decimal | None = None
    total_and_membership_based_discount: Decimal | None = None
    discount_coupon: DiscountCoupon | None = None
    discount_info: list[OrderDiscount] | None = None
    handling_fee: HandlingFee | None = None
    shipping_address: CheckoutAddress | None = None
    origin_address: CheckoutAddress | None = None
    weight: Decimal | None = None
    weight_unit: WeightUnit | str | None = None  # In these requests ``lbs``, ``kg``, ``carat`` …
    dimension_unit: DimensionUnit | str | None = None
    predicted_packages: list[OrderPredictedPackages] | None = None
    payment_method: str | None = None
    payment_status: PaymentStatus | str | None = None
    fulfillment_status: FulfillmentStatus | str | None = None
    customer_id: int | None = None
    customer_email: str | None = None
    customer_group_id: int | None = None
    customer_group: str | None = None
    ip_address: str | None = None
    referer_url: str | None = None
    order_comments: str | None = None
    extra_fields: dict[str, str] | None = None
    hidden: bool | None = None
