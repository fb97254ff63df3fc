"""Discount coupons, identified by code in paths."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "CouponApplicationLimit",
    "CouponCatalogLimit",
    "CouponDiscountType",
    "CouponStatus",
    "CouponUsesLimit",
    "DiscountCoupon",
    "DiscountCouponCreateResult",
    "DiscountCouponDraft",
    "DiscountCouponShippingLimit",
]


class CouponApplicationLimit(StrEnum):
    """The customers who can use a coupon."""

    UNLIMITED = "UNLIMITED"
    NEW_CUSTOMER_ONLY = "NEW_CUSTOMER_ONLY"
    REPEAT_CUSTOMER_ONLY = "REPEAT_CUSTOMER_ONLY"


class CouponDiscountType(StrEnum):
    """The kind of discount that a coupon gives."""

    ABS = "ABS"
    PERCENT = "PERCENT"
    SHIPPING = "SHIPPING"
    ABS_AND_SHIPPING = "ABS_AND_SHIPPING"
    PERCENT_AND_SHIPPING = "PERCENT_AND_SHIPPING"


class CouponStatus(StrEnum):
    """The status of a coupon."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    EXPIRED = "EXPIRED"
    USEDUP = "USEDUP"


class CouponUsesLimit(StrEnum):
    """How often a coupon can be used."""

    UNLIMITED = "UNLIMITED"
    ONCEPERCUSTOMER = "ONCEPERCUSTOMER"
    SINGLE = "SINGLE"


@model
class CouponCatalogLimit(Model):
    """The products and categories that a coupon is limited to."""

    products: list[int] | None = None
    categories: list[int] | None = None


@model
class DiscountCouponShippingLimit(Model):
    """The shipping methods that a coupon is limited to."""

    shipping_methods: list[str] | None = None  # Ids.


@model
class DiscountCoupon(Model):
    """A discount for customers who enter the code of the coupon.

    Orders and carts contain the used coupon as it was then.

    API reference: https://docs.ecwid.com/api-reference/rest-api/discounts/discount-coupons/get-discount-coupon
    """

    id: int | None = None
    name: str | None = None
    code: str | None = None
    discount_type: CouponDiscountType | str | None = None
    status: CouponStatus | str | None = None
    discount: Decimal | None = None
    launch_date: datetime | None = None
    expiration_date: datetime | None = None
    total_limit: Decimal | None = None  # The minimum subtotal.
    uses_limit: CouponUsesLimit | str | None = None
    application_limit: CouponApplicationLimit | str | None = None
    creation_date: datetime | None = None
    update_date: datetime | None = None
    order_count: int | None = None  # The number of uses.
    catalog_limit: CouponCatalogLimit | None = None
    shipping_limit: DiscountCouponShippingLimit | None = None
    repeat_customer_only: bool | None = None  # The same as an `application_limit` of REPEAT_CUSTOMER_ONLY.


@model
class DiscountCouponCreateResult(Model):
    """The id and the code of a created coupon."""

    id: int | None = None
    code: str | None = None


@draft
class DiscountCouponDraft(Draft):
    """Fields of a coupon to create or change. Creating one requires `name` and `code`."""

    name: str | Unset | None = UNSET
    code: str | Unset | None = UNSET
    discount_type: CouponDiscountType | str | Unset | None = UNSET
    status: CouponStatus | str | Unset | None = UNSET
    discount: Decimal | int | Unset | None = UNSET
    launch_date: datetime | Unset | None = UNSET
    expiration_date: datetime | Unset | None = UNSET
    total_limit: Decimal | int | Unset | None = UNSET  # The minimum subtotal.
    uses_limit: CouponUsesLimit | str | Unset | None = UNSET
    application_limit: CouponApplicationLimit | str | Unset | None = UNSET
    creation_date: datetime | Unset | None = UNSET
    update_date: datetime | Unset | None = UNSET
    order_count: int | Unset | None = UNSET
    catalog_limit: CouponCatalogLimit | Unset | None = UNSET
    shipping_limit: DiscountCouponShippingLimit | Unset | None = UNSET
    repeat_customer_only: bool | Unset | None = UNSET  # The same as an `application_limit` of REPEAT_CUSTOMER_ONLY.
