"""Orders of a demo store. Their amounts add up:

``total = subtotal - discount - couponDiscount + shipping + handling fee + surcharges``, plus ``tax`` if prices do not
include it, minus the amount paid by gift card. ``discount`` is the sum of the volume, membership, combined and custom
discounts.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from ecwid_async.sandbox.computed_fields import FIRST_ORDER_NUMBER, order_id
from ecwid_async.sandbox.seed.customers import CustomerFacts, PurchaseTotals
from ecwid_async.sandbox.seed.products import ProductFacts
from ecwid_async.sandbox.seed.support.randomness import (
    LAST_DAY,
    ItemRandom,
    format_date,
    money,
)
from ecwid_async.sandbox.seed.support.sales import ORDER_KEY, DemoStore, Sale, make_sale, sale_fields, sale_items
from ecwid_async.sandbox.seed.support.urls import image_url
from ecwid_async.sandbox.state import Item

__all__ = ["Purchase", "find_purchase", "orders", "subscribing_orders"]

_PAYMENT_AND_FULFILLMENT_STATUSES: Final = (
    ("PAID", "DELIVERED"),
    ("PAID", "DELIVERED"),
    ("PAID", "DELIVERED"),
    ("PAID", "SHIPPED"),
    ("PAID", "PROCESSING"),
    ("PAID", "READY_FOR_PICKUP"),
    ("PAID", "OUT_FOR_DELIVERY"),
    ("AWAITING_PAYMENT", "AWAITING_PROCESSING"),
    ("PARTIALLY_REFUNDED", "DELIVERED"),
    ("REFUNDED", "RETURNED"),
    ("CANCELLED", "WILL_NOT_DELIVER"),
    ("CUSTOM_PAYMENT_STATUS_1", "CUSTOM_FULFILLMENT_STATUS_1"),
)
_SHIPPED_STATUSES: Final = frozenset({"DELIVERED", "SHIPPED", "OUT_FOR_DELIVERY"})
# One in this many orders starts a subscription, unless a guest placed it. It is charged at one of these intervals.
_ORDERS_PER_SUBSCRIPTION: Final = 16
_INTERVALS: Final = (("MONTH", 1), ("MONTH", 2), ("MONTH", 3))


def _subscription_fields(sale: Sale) -> Item:
    """The fields of an ordered item that started a subscription."""
    interval, count = _INTERVALS[sale.number // _ORDERS_PER_SUBSCRIPTION % len(_INTERVALS)]
    return {
        "recurringChargeSettings": {
            "recurringInterval": interval,
            "recurringIntervalCount": count,
            "subscriptionPriceWithSignUpFee": money(sale.lines[0].cents + 500),
            "signUpFee": 5,
        },
        "subscriptionId": 9_000_000 + sale.number,
    }


def orders(demo: DemoStore, count: int, *, purchase_totals: PurchaseTotals | None = None) -> Iterator[Item]:
    """Yield `count` orders, oldest first, and add the total of each to `purchase_totals`."""
    for index in range(count):
        rng = ItemRandom(demo.seed, ORDER_KEY, index)
        sale = make_sale(demo, ORDER_KEY, index, count, rng)
        if purchase_totals is not None and sale.customer:
            purchase_totals.add(sale.customer.number, sale.amounts.total, sale.created)
        yield _make_order(demo, sale, rng)


def subscribing_orders(demo: DemoStore, count: int) -> Iterator[Item]:
    """Yield the orders, out of `count`, whose first item started a subscription."""
    for index in range(0, count, _ORDERS_PER_SUBSCRIPTION):
        rng = ItemRandom(demo.seed, ORDER_KEY, index)
        order = _make_order(demo, make_sale(demo, ORDER_KEY, index, count, rng), rng)
        if any("subscriptionId" in item for item in order["items"]):
            yield order


class Purchase(NamedTuple):
    """The first product of an order, and the customer who bought it. `created` is in Unix seconds."""

    order_id: str
    order_number: int
    customer: CustomerFacts
    product: ProductFacts
    created: int


def find_purchase(demo: DemoStore, index: int, count: int) -> Purchase | None:
    """The purchase in the order with this index, out of `count`; None for a guest's order or one without products."""
    sale = make_sale(demo, ORDER_KEY, index, count, ItemRandom(demo.seed, ORDER_KEY, index))
    if sale.customer is None or not sale.lines:
        return None
    return Purchase(
        order_id(_order_number(sale)), _order_number(sale), sale.customer, sale.lines[0].product, sale.created
    )


def _order_number(sale: Sale) -> int:
    return FIRST_ORDER_NUMBER + sale.number * 11


def _make_order(demo: DemoStore, sale: Sale, rng: ItemRandom) -> Item:
    number = _order_number(sale)
    code = order_id(number)
    updated = min(sale.created + 60 + rng.below(25) ** 5, LAST_DAY + 86_400)
    payment, fulfillment = rng.pick(_PAYMENT_AND_FULFILLMENT_STATUSES)
    item = {
        "id": code,
        "internalId": number,
        "orderNumber": number,
        "vendorOrderNumber": code,
        "publicUid": code,
        "giftCardDoubleSpending": False,
        "paymentStatus": payment,
        "fulfillmentStatus": fulfillment,
        **sale_fields(demo, sale, rng, updated),
        "customDiscount": [money(sale.amounts.custom)] if sale.amounts.custom else [],
        "items": sale_items(demo, sale, 1_800_000_000 + sale.number * 3),
        "billingPerson": sale.person.billing_person(),
        "predictedPackage": [],
        "ticket": -455_011_247 + sale.number,
        "loyalty": {"customerEnabled": False, "earned": 0, "balance": 0},
    }
    for line, entry in zip(sale.lines, item["items"], strict=True):
        entry |= {
            "smallThumbnailUrl": image_url(demo.store_id, line.product.image + 1),
            "hdThumbnailUrl": image_url(demo.store_id, line.product.image + 3),
            "productAvailable": True,
            "discountsAllowed": True,
            "taxable": True,
            "giftCard": False,
            "recurringTaxIds": [],
        }
    if sale.number % _ORDERS_PER_SUBSCRIPTION == 0 and sale.customer and sale.lines:
        item["items"][0] |= _subscription_fields(sale)
    _add_later_events(item, sale, rng, updated)
    return item


def _add_later_events(item: Item, sale: Sale, rng: ItemRandom, updated: int) -> None:
    """Add the results of later events: invoices, shipments, refunds, notes."""
    total = sale.amounts.total
    if item["paymentStatus"] != "AWAITING_PAYMENT":
        item["invoices"] = [_invoice(sale)]
    if (
        item["fulfillmentStatus"] in _SHIPPED_STATUSES
        and sale.shipping_method
        and sale.shipping_method.kind == "shipping"
    ):
        item |= {"trackingNumber": f"JJD{sale.number:015}", "shipments": [_shipment(sale, updated)]}
    refunded = {"REFUNDED": total, "PARTIALLY_REFUNDED": total * 30 // 100}.get(item["paymentStatus"], 0)
    if refunded:
        first = refunded // 2
        item["refundedAmount"] = money(refunded)
        item["refunds"] = [
            {"date": format_date(updated), "source": source, "reason": reason, "amount": money(amount)}
            for source, reason, amount in (
                ("CP", "Не подошёл размер", first),
                ("API", "damaged in transit 📦", refunded - first),
            )
            if amount
        ]
    if rng.chance(25):
        item["orderExtraFields"] = _EXTRA_FIELDS
    if rng.chance(10):
        start = sale.created + 2 * 86_400
        item["extraFields"] = {
            "ecwid_order_delivery_time_interval_start": format_date(start),
            "ecwid_order_delivery_time_interval_end": format_date(start + 7_200),
            "ecwid_order_delivery_time_display_format": "DATETIME",
        }
    if rng.chance(6):
        item["privateAdminNotes"] = "Kunde ruft zurück ☎"
    if rng.chance(5):
        item |= {"affiliateId": "partner-7", "paymentMessage": "Zahlung geprüft ✓"}
        item |= {"externalOrderId": f"AMZ-{sale.number:07}", "refererId": "4021", "externalFulfillment": True}
    if item["paymentModule"] == "STRIPE":
        item["externalTransactionId"] = f"pi_{sale.created:x}{sale.number:08x}"
        item["creditCardStatus"] = {"avsMessage": "Address matches", "cvvMessage": "Match"}


_EXTRA_FIELDS: Final[list[Item]] = [
    {
        "id": "how_found",
        "value": "Von Freunden / 友人から",
        "customerInputType": "TEXT",
        "title": "How did you find us?",
        "orderDetailsDisplaySection": "customer_info",
        "orderBy": "0",
        "showInNotifications": True,
        "showInInvoice": False,
    },
    {
        "id": "wish_date",
        "value": "2024-11-22 17:30:00 +0000",
        "customerInputType": "DATETIME",
        "title": "When should it arrive?",
        "orderDetailsDisplaySection": "shipping_info",
        "orderBy": "10",
        "showInNotifications": False,
        "showInInvoice": True,
    },
]


def _invoice(sale: Sale) -> Item:
    number = 117_000_000 + sale.number
    return {
        "internalId": number,
        "id": f"{2000 + sale.number}",
        "created": format_date(sale.created),
        "link": f"https://app.ecwid.com/download_tax_invoice?invoice_id={number}&access_key=z7clyftZJZj",
        "type": "SALE",
    }


def _shipment(sale: Sale, created: int) -> Item:
    tracking = f"JJD{sale.number:015}"
    return {
        "id": f"{sale.created:08x}-{sale.number:012x}",
        "created": format_date(created),
        "shipTo": sale.person.address(),
        "shipFrom": {
            "companyName": "Demo Store",
            "email": "store@example.com",
            "street": "Industrieweg 9-C",
            "city": "Oirschot",
            "countryCode": "NL",
            "countryName": "Netherlands",
            "postalCode": "5688 DP",
            "phone": "+31 499 555 010",
        },
        "parcel": {
            "weight": round(sum(line.product.kind.weight * line.quantity for line in sale.lines), 3),
            "weightUnit": "KILOGRAM",
            "width": 25.4,
            "height": 10.16,
            "length": 17.779,
            "dimensionUnit": "CM",
        },
        "shippingService": {
            "carrier": "UPS",
            "carrierName": "UPS",
            "carrierServiceName": "UPS Standard®",
            "carrierServiceCode": "ups_ground",
        },
        "tracking": {
            "tracking_number": tracking,
            "tracking_url": f"https://track.aftership.com/{tracking}",
            "estimatedDays": 3,
        },
    }
