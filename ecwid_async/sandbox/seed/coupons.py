"""Discount coupons of a demo store. Orders use the first one; the others cover all types and statuses."""

from typing import Any, Final

from ecwid_async.sandbox.seed.categories import category_id
from ecwid_async.sandbox.seed.products import product_id
from ecwid_async.sandbox.seed.support.randomness import FIRST_DAY, format_date
from ecwid_async.sandbox.state import Item

__all__ = ["FIVE_PERCENT_OFF", "coupons"]

_DAY: Final = 86_400


def _coupon(number: int, code: str, name: str, kind: str, discount: float, **others: Any) -> Item:
    created = FIRST_DAY + number * 97 * _DAY
    return {
        "id": 215_000_000 + number,
        "name": name,
        "code": code,
        "discountType": kind,
        "status": "ACTIVE",
        "discount": discount,
        "launchDate": format_date(created - created % _DAY),
        "usesLimit": "UNLIMITED",
        "applicationLimit": "UNLIMITED",
        "creationDate": format_date(created),
        "updateDate": format_date(created + number * _DAY),
        "orderCount": 0,
        **others,
    }


FIVE_PERCENT_OFF: Final = _coupon(0, "5PERCENTOFF", "Minus 5 % – für Freunde", "PERCENT", 5)
"""The coupon of every order with a coupon."""


def coupons(product_count: int, category_count: int) -> list[Item]:
    """The coupons of a store with this many products and categories."""
    limits: Item = {
        "products": [product_id(index) for index in range(min(product_count, 3))],
        "categories": [category_id(index) for index in range(min(category_count, 2))],
    }
    shipping = {"shippingMethods": ["6589-1709547151586", "2211-1709547151000"]}
    ended = format_date(FIRST_DAY + 1_500 * _DAY)
    items = [
        FIVE_PERCENT_OFF,
        _coupon(1, "WELCOME10", "Erste Bestellung", "ABS", 10, applicationLimit="NEW_CUSTOMER_ONLY", totalLimit=50),
        _coupon(2, "СПАСИБО", "Спасибо, что вернулись", "PERCENT", 7.5, applicationLimit="REPEAT_CUSTOMER_ONLY"),
        _coupon(3, "SUMMER 25/50", "Summer sale ☀", "PERCENT", 25, catalogLimit=limits, status="PAUSED"),
        _coupon(4, "送料無料", "送料無料クーポン", "SHIPPING", 0, shippingLimit=shipping, usesLimit="ONCEPERCUSTOMER"),
        _coupon(5, "EID2023", "عيد مبارك", "ABS_AND_SHIPPING", 15, status="EXPIRED", expirationDate=ended),
        _coupon(6, "ONCE", "Only once", "PERCENT_AND_SHIPPING", 50, status="USEDUP", usesLimit="SINGLE"),
    ]
    return [coupon | {"repeatCustomerOnly": coupon["applicationLimit"] == "REPEAT_CUSTOMER_ONLY"} for coupon in items]
