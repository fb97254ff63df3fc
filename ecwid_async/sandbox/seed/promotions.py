"""Promotions of a demo store: on a subtotal, on products, on shipping, on certain days."""

from ecwid_async.sandbox.seed.categories import category_id
from ecwid_async.sandbox.seed.products import product_id
from ecwid_async.sandbox.state import Item

__all__ = ["promotions"]


def promotions(product_count: int, category_count: int) -> list[Item]:
    """The promotions of a store with this many products and categories."""
    categories = [category_id(index) for index in range(min(category_count, 2))]
    products = [product_id(index) for index in range(min(product_count, 2))]
    happy_hour = {"activeDays": ["FRI", "SAT"], "activeDayStartTime": "17:00", "activeDayEndTime": "19:00"}
    items: list[Item] = [
        {
            "name": "10 % off on cart total above €150,00",
            "discountBase": "SUBTOTAL",
            "discountType": "PERCENT",
            "amount": 10,
            "triggers": {"subtotal": 150},
        },
        {
            "name": "Für unsere Stammkunden – VIP 🎁",
            "discountBase": "SUBTOTAL",
            "discountType": "PERCENT",
            "amount": 5,
            "triggers": {"customerGroups": [9_367_001, 9_367_002]},
            "externalReferenceId": "CRM/vip",
        },
        {
            "name": "Третий товар бесплатно",
            "discountBase": "ITEM",
            "discountType": "PERCENT",
            "amount": 100,
            "triggers": {"minProductQuantityInCart": 3, "categories": categories},
            "targets": {"maxDiscountedProductQuantity": 1, "categories": categories, "all": not categories},
        },
        {
            "name": "送料 2,90",
            "discountBase": "SHIPPING",
            "discountType": "FIXED_PRICE",
            "amount": 2.9,
            "triggers": {"subtotal": 49.5, "startDate": "2024-03-01 00:00:00 +0000"},
            "targets": {"shippingMethods": ["6589-1709547151586"], "all": True},
        },
        {
            "name": "Happy Hour",
            "enabled": False,
            "discountBase": "ITEM",
            "discountType": "ABSOLUTE",
            "amount": 1.5,
            "triggers": {"recurring": True, "recurrenceSettings": happy_hour},
            "targets": {"products": products, "all": not products},
        },
    ]
    return [{"id": 608_502 + 7 * index, "enabled": True, **item} for index, item in enumerate(items)]
