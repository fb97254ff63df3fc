"""Recurring subscriptions of a demo store: one for each order that started one."""

from collections.abc import Iterator
from typing import Final

from ecwid_async.sandbox.seed.orders import subscribing_orders
from ecwid_async.sandbox.seed.support.randomness import LAST_DAY, ItemRandom, format_date
from ecwid_async.sandbox.seed.support.sales import DemoStore
from ecwid_async.sandbox.state import Item

__all__ = ["subscriptions"]

_SUBSCRIPTION_KEY: Final = 9
_INTERVAL_DAYS: Final = {"DAY": 1, "WEEK": 7, "MONTH": 30, "YEAR": 365}
_DAY: Final = 86_400
_STATUSES: Final = (
    "ACTIVE",
    "ACTIVE",
    "ACTIVE",
    "CANCELLED",
    "LAST_CHARGE_FAILED",
    "REQUIRES_PAYMENT_CONFIRMATION",
)
# Fields that a subscription copies from its first order, and from the item that started it.
_TEMPLATE_FIELDS: Final = (
    "id",
    "email",
    "orderComments",
    "paymentMethod",
    "paymentModule",
    "total",
    "subtotal",
    "usdTotal",
    "tax",
    "customerTaxExempt",
    "customerTaxId",
    "customerTaxIdValid",
    "reversedTaxApplied",
    "billingPerson",
    "shippingPerson",
    "pricesIncludeTax",
)
_TEMPLATE_ITEM_FIELDS: Final = (
    "id",
    "productId",
    "categoryId",
    "price",
    "productPrice",
    "shipping",
    "tax",
    "fixedShippingRate",
    "sku",
    "name",
    "nameTranslated",
    "shortDescription",
    "quantity",
    "quantityInStock",
    "weight",
    "trackQuantity",
    "fixedShippingRateOnly",
    "digital",
    "productAvailable",
    "imageUrl",
    "smallThumbnailUrl",
    "hdThumbnailUrl",
    "selectedOptions",
    "taxes",
    "dimensions",
)
# Fields of a charged order, with the names that they have in orders.
_CHARGED_ORDER_FIELDS: Final = {"id": "orderNumber", "total": "total", "createDate": "createDate"}


def subscriptions(demo: DemoStore, count: int) -> Iterator[Item]:
    """Yield the subscriptions started by `count` orders, oldest first. Their timestamps are in milliseconds."""
    for order in subscribing_orders(demo, count):
        line = order["items"][0]
        subscription_id: int = line["subscriptionId"]
        rng = ItemRandom(demo.seed, _SUBSCRIPTION_KEY, subscription_id)
        created: int = order["createTimestamp"]
        terms = line["recurringChargeSettings"]
        interval, times = terms["recurringInterval"], terms["recurringIntervalCount"]
        updated = min(created + rng.between(1, 90) * _DAY, LAST_DAY)
        status = rng.pick(_STATUSES)
        item: Item = {
            "subscriptionId": subscription_id,
            "customerId": order["customerId"],
            "status": status,
            "statusUpdated": format_date(updated if status != "ACTIVE" else created),
            "created": format_date(created),
            "nextCharge": format_date(created + _INTERVAL_DAYS[interval] * times * _DAY),
            "createTimestamp": created * 1000 + rng.below(1000),
            "updateTimestamp": updated * 1000 + rng.below(1000),
            "chargeSettings": {"recurringInterval": interval, "recurringIntervalCount": times},
            "paymentMethod": {"creditCardMaskedNumber": "*4242", "creditCardBrand": rng.pick(("visa", "mastercard"))},
            "orderTemplate": _order_template(order, line, rng),
            "orders": [{name: order[order_name] for name, order_name in _CHARGED_ORDER_FIELDS.items()}],
        }
        if status == "CANCELLED":
            item["cancelled"] = format_date(updated)
        yield item


def _order_template(order: Item, line: Item, rng: ItemRandom) -> Item:
    terms = line["recurringChargeSettings"]
    item: Item = {name: line[name] for name in _TEMPLATE_ITEM_FIELDS if name in line}
    item["recurringChargeSettings"] = {
        "recurringInterval": terms["recurringInterval"],
        "intervalCount": terms["recurringIntervalCount"],
    }
    template: Item = {name: order[name] for name in _TEMPLATE_FIELDS if name in order}
    shipping = order.get("shippingOption")
    return template | {
        "additionalInfo": {
            "creditCard": "*4242 (12/2029)",
            "creditCardExpirationMonth": "12",
            "creditCardExpirationYear": "2029",
            "stripeCreditCardLast4Digit": "4242",
            "stripeCustomerId": f"cus_{rng.below(2**40):010x}",
            "stripeLiveMode": "false",
        },
        "items": [item],
        "handlingFee": order.get("handlingFee") or {},
        **({"shippingOption": {k: shipping[k] for k in ("shippingMethodName", "shippingRate")}} if shipping else {}),
    }
