"""Orders and abandoned carts. Their sums add up:

``total = subtotal - discount - couponDiscount + shipping + handling fee + surcharges``, plus `tax` where prices do
not include it, less what a gift card paid; ``discount`` is the sum of the volume, membership, combined and custom ones.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ecwid_async.sandbox.computed_fields import FIRST_ORDER, order_code
from ecwid_async.sandbox.seed.categories import category_id
from ecwid_async.sandbox.seed.coupons import FIVE_PERCENT_OFF
from ecwid_async.sandbox.seed.people import CustomerFacts, Person, PurchaseTotals, customer_facts, guest
from ecwid_async.sandbox.seed.products import PRODUCT_TAX_ID, ProductFacts, product_facts
from ecwid_async.sandbox.seed.randomness import FIRST_DAY, LAST_DAY, ItemRandom, creation_time, format_date, money
from ecwid_async.sandbox.seed.site import SITE_URL, image_url
from ecwid_async.sandbox.seed.vocabulary import CHANNELS, COMMENTS, translated

__all__ = ["DemoStore", "Purchase", "carts", "find_purchase", "orders", "subscribing_orders"]

Item = dict[str, Any]

USD_RATE: Final = 1.1067309160854485
ORDER_KEY: Final = 7
CART_KEY: Final = 8
_VAT: Final = 21
_USER_AGENTS: Final = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
)
_PAYMENTS: Final = (
    ("Offline", "offline"),
    ("Credit or debit card", "STRIPE"),
    ("PayPal", "PayPalStandard"),
    ("Purchase order", "PurchaseOrder"),
    ("Nachnahme (Bar) €", "offline"),
)
_STATUSES: Final = (
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
_SHIPPING_METHODS: Final = (
    ("6589-1709547151586", "Standard shipping", "shipping", 590),
    ("2211-1709547151000", "Expressversand 🚀", "shipping", 1490),
    ("3919-1640004025851", "FREE Shipping", "shipping", 0),
    ("4959-1595934622523", "Pickup – Самовывоз", "pickup", 0),
    ("7712-1595934622999", "Local delivery", "delivery", 350),
)


# One order in so many starts a subscription, where a customer placed it; and how often that one is charged.
_ORDERS_PER_SUBSCRIPTION: Final = 16
_INTERVALS: Final = (("MONTH", 1), ("MONTH", 2), ("MONTH", 3))


class Line(NamedTuple):
    product: ProductFacts
    choice: int
    quantity: int
    cents: int

    @property
    def sum(self) -> int:
        return self.cents * self.quantity


class Amounts(NamedTuple):
    """All amounts of one order, in cents."""

    subtotal: int
    volume: int
    membership: int
    custom: int
    coupon: int
    shipping: int
    handling: int
    tips: int
    line_discounts: list[int]
    line_taxes: list[int]
    inclusive: bool
    gift_card: int

    @property
    def discount(self) -> int:
        return self.volume + self.membership + self.custom

    @property
    def tax(self) -> int:
        return sum(self.line_taxes)

    @property
    def before_gift_card(self) -> int:
        charged = self.subtotal - self.discount - self.coupon + self.shipping + self.handling + self.tips
        return charged if self.inclusive else charged + self.tax

    @property
    def total(self) -> int:
        return self.before_gift_card - self.gift_card


class Sale(NamedTuple):
    """Who bought what, when, and for how much: what an order and a cart have in common."""

    number: int
    customer: CustomerFacts | None
    person: Person
    created: int
    lines: list[Line]
    amounts: Amounts
    method: tuple[str, str, str, int] | None


class DemoStore(NamedTuple):
    """What is there to be bought, by whom."""

    seed: int
    products: int
    categories: int
    customers: int
    store_id: int


def make_sale(demo: DemoStore, kind: int, index: int, count: int, rng: ItemRandom) -> Sale:
    created = creation_time(index, count, rng)
    # A few loyal customers place many orders; some buyers never become customers.
    customer = None
    if demo.customers and not rng.chance(8):
        customer = customer_facts(demo.seed, int(demo.customers * rng.random() ** 2))
    person = customer.person if customer else guest(demo.seed, index * 2 + (kind == CART_KEY))
    passed = (created - FIRST_DAY) / (LAST_DAY - FIRST_DAY)
    existing = max(1, int(demo.products * passed)) if demo.products else 0
    lines = [_make_line(demo, existing, rng) for _ in range((1, 1, 1, 2, 2, 3)[rng.below(6)])] if existing else []
    shipped = any(not line.product.kind.digital for line in lines)
    method = rng.pick(_SHIPPING_METHODS) if shipped else None
    exempt = customer is not None and customer.tax_exempt
    return Sale(index, customer, person, created, lines, _amounts(lines, customer, person, method, exempt, rng), method)


def _make_line(demo: DemoStore, existing: int, rng: ItemRandom) -> Line:
    product = product_facts(demo.seed, rng.below(existing), demo.products, demo.categories)
    choices = product.options.choices
    choice = rng.below(len(choices)) if choices else -1
    cents = choices[choice].cents(product.cents) if choices else product.cents
    return Line(product, choice, (1, 1, 1, 2, 3, 10)[rng.below(6)], cents)


def _amounts(
    lines: list[Line],
    customer: CustomerFacts | None,
    person: Person,
    method: tuple[str, str, str, int] | None,
    exempt: bool,
    rng: ItemRandom,
) -> Amounts:
    subtotal = sum(line.sum for line in lines)
    volume = subtotal * 10 // 100 if subtotal > 15_000 else 0
    membership = subtotal * 5 // 100 if customer and customer.group[0] else 0
    custom = min(subtotal, 200) if rng.chance(4) else 0
    left = subtotal - volume - membership - custom
    coupon = left * 5 // 100 if rng.chance(15) else 0
    discount_cents = volume + membership + custom + coupon
    discounts = [discount_cents * line.sum // subtotal if subtotal else 0 for line in lines]
    if discounts:
        discounts[-1] += discount_cents - sum(discounts)
    inclusive = person.place.country[0] != "US"
    taxes = []
    for line, discount in zip(lines, discounts, strict=True):
        base = line.sum - discount
        taxes.append(0 if exempt else round(base * _VAT / (100 + _VAT if inclusive else 100)))
    amounts = Amounts(
        subtotal=subtotal,
        volume=volume,
        membership=membership,
        custom=custom,
        coupon=coupon,
        shipping=method[3] if method else 0,
        handling=200 if method and rng.chance(10) else 0,
        tips=rng.between(1, 5) * 100 if rng.chance(6) else 0,
        line_discounts=discounts,
        line_taxes=taxes,
        inclusive=inclusive,
        gift_card=0,
    )
    return amounts._replace(gift_card=min(1000, amounts.before_gift_card)) if rng.chance(4) else amounts


def _discount_info(amounts: Amounts) -> list[Item]:
    info: list[Item] = []
    if amounts.volume:
        info.append({"value": 10, "type": "PERCENT", "base": "ON_TOTAL", "orderTotal": 150})
    if amounts.membership:
        info.append({"value": 5, "type": "PERCENT", "base": "ON_MEMBERSHIP", "membershipId": 9367001})
    if amounts.custom:
        text = "Скидка за ожидание ❤"
        info.append({"value": money(amounts.custom), "type": "ABS", "base": "CUSTOM", "description": text})
    return info


def _tips_surcharge(amounts: Amounts) -> Item:
    return {
        "id": "tips",
        "value": money(amounts.tips),
        "type": "ABSOLUTE",
        "total": money(amounts.tips),
        "totalWithoutTax": money(amounts.tips),
        "description": "Tips",
        "descriptionTranslated": "Tips",
        "taxable": False,
        "taxes": [],
    }


def _without_tax(cents: int, amounts: Amounts) -> int:
    return round(cents * 100 / (100 + _VAT)) if amounts.inclusive and amounts.tax else cents


def sale_items(demo: DemoStore, sale: Sale, first_id: int) -> list[Item]:
    items = []
    for at, line in enumerate(sale.lines):
        product, amounts = line.product, sale.amounts
        length, width, height = product.kind.size
        tax = amounts.line_taxes[at]
        item: Item = {
            "id": first_id + at,
            "productId": product.id,
            "categoryId": category_id(product.categories[0]) if product.categories else 0,
            "price": money(line.cents),
            "priceWithoutTax": money(_without_tax(line.cents, amounts)),
            "productPrice": money(product.cents),
            "sku": product.sku,
            "quantity": line.quantity,
            "shortDescription": "",
            "shortDescriptionTranslated": {"en": ""},
            "tax": money(tax),
            "shipping": 0,
            "quantityInStock": 0 if product.unlimited else product.quantity,
            "name": product.names[0],
            "nameTranslated": translated(*product.names),
            "isShippingRequired": not product.kind.digital,
            "trackQuantity": not product.unlimited,
            "fixedShippingRateOnly": False,
            "imageUrl": image_url(demo.store_id, product.image + 4),
            "fixedShippingRate": 0,
            "digital": product.kind.digital,
            "couponApplied": amounts.coupon > 0,
            "taxes": [_item_tax(tax)] if tax else [],
            "dimensions": {"length": length, "width": width, "height": height},
            "discounts": [],
            "isCustomerSetPrice": False,
            "attributes": [],
        }
        if not product.kind.digital:
            item["weight"] = product.kind.weight
        if amounts.coupon:
            item["couponAmount"] = money(amounts.coupon * line.sum // amounts.subtotal)
        if amounts.line_discounts[at]:
            item["discounts"] = [_line_discount(amounts.line_discounts[at])]
        options = product.options
        if line.choice >= 0:
            item["combinationId"] = product.combination_id(line.choice)
            item["selectedOptions"] = options.choices[line.choice].selected
        elif options.entered:
            item["selectedOptions"] = options.entered
        if product.kind.digital:
            item["files"] = [_download(demo, sale, product)]
        elif not product.unlimited and product.quantity < line.quantity:
            item["isPreorder"] = True
        items.append(item)
    return items


def _subscription_fields(sale: Sale) -> Item:
    """What an ordered item has that started a subscription."""
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


def _item_tax(cents: int) -> Item:
    return {
        "name": "VAT 21 % / НДС",
        "value": _VAT,
        "total": money(cents),
        "taxOnDiscountedSubtotal": money(cents),
        "taxOnShipping": 0,
        "includeInPrice": True,
        "sourceTaxRateId": PRODUCT_TAX_ID,
        "sourceTaxRateType": "MANUAL",
        "taxClassName": "Standard rate",
        "taxClassCode": "default",
    }


def _line_discount(cents: int) -> Item:
    return {
        "discountInfo": {"value": money(cents), "type": "ABS", "base": "ON_TOTAL", "orderTotal": 1},
        "total": money(cents),
    }


def _download(demo: DemoStore, sale: Sale, product: ProductFacts) -> Item:
    number = 96_000_000 + product.number
    base = "https://app.ecwid.com"
    return {
        "productFileId": number,
        "maxDownloads": 0,
        "remainingDownloads": 0,
        "expire": format_date(sale.created + 3 * 86_400),
        "name": "e-book.pdf",
        "description": "",
        "size": 120_006 + product.number,
        "adminUrl": f"{base}/api/v3/{demo.store_id}/products/{product.id}/files/{number}",
        "customerUrl": f"{base}/download/{demo.store_id}/{sale.created * 7_919:032x}/e-book.pdf",
    }


def sale_fields(demo: DemoStore, sale: Sale, rng: ItemRandom, updated: int) -> Item:
    amounts, person, customer = sale.amounts, sale.person, sale.customer
    method, module = rng.pick(_PAYMENTS)
    source, campaign, medium = rng.pick(CHANNELS)
    item: Item = {
        "refundedAmount": 0,
        "subtotal": money(amounts.subtotal),
        "subtotalWithoutTax": money(_without_tax(amounts.subtotal, amounts)),
        "total": money(amounts.total),
        "totalWithoutTax": money(amounts.total - amounts.tax),
        "giftCardRedemption": money(amounts.gift_card),
        "totalBeforeGiftCardRedemption": money(amounts.before_gift_card),
        "email": person.email,
        "paymentMethod": method,
        "paymentModule": module,
        "tax": money(amounts.tax),
        "customerTaxExempt": customer is not None and customer.tax_exempt,
        "customerTaxId": "",
        "customerTaxIdValid": False,
        "b2b_b2c": "b2b" if customer and customer.business else "b2c",
        "reversedTaxApplied": False,
        "customerRequestedInvoice": rng.chance(10),
        "customerFiscalCode": "",
        "electronicInvoicePecEmail": "",
        "electronicInvoiceSdiCode": "",
        "ipAddress": f"203.0.113.{rng.between(1, 254)}",
        "couponDiscount": money(amounts.coupon),
        "refererUrl": f"{SITE_URL}/",
        "orderComments": rng.pick(COMMENTS),
        "volumeDiscount": money(amounts.volume),
        "membershipBasedDiscount": money(amounts.membership),
        "totalAndMembershipBasedDiscount": 0,
        "customSurcharges": [_tips_surcharge(amounts)] if amounts.tips else [],
        "discount": money(amounts.discount),
        "discountInfo": _discount_info(amounts),
        "usdTotal": amounts.total / 100 * USD_RATE,
        "globalReferer": f"https://{source}.example/?q=геймпад",
        "createDate": format_date(sale.created),
        "updateDate": format_date(updated),
        "createTimestamp": sale.created,
        "updateTimestamp": updated,
        "refunds": [],
        "billingPerson": person.address(),
        "shippingLabelAvailableForShipment": False,
        "shipments": [],
        "additionalInfo": {"google_customer_id": f"{1_900_000_000 + sale.number}.{sale.created}"},
        "paymentParams": {"PO number": f"PO-{sale.number:06}"} if module == "PurchaseOrder" else {},
        "extraFields": {},
        "hidden": False,
        "taxesOnShipping": [],
        "acceptMarketing": rng.chance(40),
        "disableAllCustomerNotifications": False,
        "externalFulfillment": False,
        "invoices": [],
        "pricesIncludeTax": amounts.inclusive,
        "utmDataSets": [],
        "lang": person.place.language,
        "customerUserAgent": rng.pick(_USER_AGENTS),
    }
    if rng.chance(35):
        utm = {"source": source, "campaign": campaign, "medium": medium}
        item |= {"utmData": utm, "utmDataSets": [{"timestamp": format_date(sale.created), **utm}]}
    if customer:
        item["customerId"] = customer.id
        if customer.group[0]:
            item |= {"customerGroupId": customer.group[0], "customerGroup": customer.group[1]}
    if amounts.coupon:
        item["discountCoupon"] = FIVE_PERCENT_OFF
    if amounts.handling:
        item["handlingFee"] = {"name": "Wrapping", "value": 2, "description": "Silk paper wrapping"}
    if sale.method:
        item["shippingPerson"] = person.address()
        item["shippingOption"] = _shipping_option(sale.method, sale.amounts)
        if sale.method[2] == "pickup":
            item["pickupTime"] = format_date(sale.created + 86_400)
    return item


def _shipping_option(method: tuple[str, str, str, int], amounts: Amounts) -> Item:
    number, name, kind, cents = method
    option: Item = {
        "shippingMethodId": number,
        "shippingMethodName": name,
        "shippingRate": money(cents),
        "shippingRateWithoutTax": money(_without_tax(cents, amounts)),
        "isPickup": kind == "pickup",
        "fulfillmentType": kind,
    }
    if kind == "pickup":
        option["pickupInstruction"] = "<p>Bring your order number.</p>"
    else:
        option |= {"shippingCarrierName": "DHL" if cents else "", "estimatedTransitTime": "2-4"}
    return option


def orders(demo: DemoStore, count: int, *, purchase_totals: PurchaseTotals | None = None) -> Iterator[Item]:
    """Yield `count` orders, oldest first; `ledger` is told what each customer bought."""
    for index in range(count):
        rng = ItemRandom(demo.seed, ORDER_KEY, index)
        sale = make_sale(demo, ORDER_KEY, index, count, rng)
        if purchase_totals is not None and sale.customer:
            purchase_totals.add(sale.customer.number, sale.amounts.total, sale.created)
        yield _make_order(demo, sale, rng)


def subscribing_orders(demo: DemoStore, count: int) -> Iterator[Item]:
    """Yield those of `count` orders again that started a subscription, with their first item."""
    for index in range(0, count, _ORDERS_PER_SUBSCRIPTION):
        rng = ItemRandom(demo.seed, ORDER_KEY, index)
        order = _make_order(demo, make_sale(demo, ORDER_KEY, index, count, rng), rng)
        if any("subscriptionId" in item for item in order["items"]):
            yield order


class Purchase(NamedTuple):
    """What a customer bought: the first product of an order, which has this text id and this number."""

    order: str
    order_number: int
    customer: CustomerFacts
    product: ProductFacts
    created: int


def find_purchase(demo: DemoStore, index: int, count: int) -> Purchase | None:
    """What the customer of that order of `count` bought; None where nobody or nothing is known of it."""
    sale = make_sale(demo, ORDER_KEY, index, count, ItemRandom(demo.seed, ORDER_KEY, index))
    if sale.customer is None or not sale.lines:
        return None
    return Purchase(
        order_code(_order_number(sale)), _order_number(sale), sale.customer, sale.lines[0].product, sale.created
    )


def _order_number(sale: Sale) -> int:
    return FIRST_ORDER + sale.number * 11


def _make_order(demo: DemoStore, sale: Sale, rng: ItemRandom) -> Item:
    number = _order_number(sale)
    code = order_code(number)
    updated = min(sale.created + 60 + rng.below(25) ** 5, LAST_DAY + 86_400)
    payment, fulfillment = rng.pick(_STATUSES)
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
        "billingPerson": sale.person.billing(),
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
    """What came after the order was placed: invoices, parcels, refunds, notes."""
    total = sale.amounts.total
    if item["paymentStatus"] != "AWAITING_PAYMENT":
        item["invoices"] = [_invoice(sale)]
    if item["fulfillmentStatus"] in _SHIPPED_STATUSES and sale.method and sale.method[2] == "shipping":
        item |= {"trackingNumber": f"JJD{sale.number:015}", "shipments": [_shipment(sale, updated)]}
    back = {"REFUNDED": total, "PARTIALLY_REFUNDED": total * 30 // 100}.get(item["paymentStatus"], 0)
    if back:
        first = back // 2
        item["refundedAmount"] = money(back)
        item["refunds"] = [
            {"date": format_date(updated), "source": source, "reason": reason, "amount": money(amount)}
            for source, reason, amount in (
                ("CP", "Не подошёл размер", first),
                ("API", "damaged in transit 📦", back - first),
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


def _shipment(sale: Sale, when: int) -> Item:
    tracking = f"JJD{sale.number:015}"
    return {
        "id": f"{sale.created:08x}-{sale.number:012x}",
        "created": format_date(when),
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


def carts(demo: DemoStore, count: int) -> Iterator[Item]:
    """Yield `count` abandoned carts; one in nine is hidden, some were followed up by mail, some became orders."""
    for index in range(count):
        rng = ItemRandom(demo.seed, CART_KEY, index)
        sale = make_sale(demo, CART_KEY, index, count, rng)
        updated = min(sale.created + 60 + rng.below(25) ** 4, LAST_DAY + 86_400)
        bits = f"{(sale.created << 64 | index << 20 | rng.below(1 << 20)) * 0x9E3779B97F4A7C15 % (1 << 128):032X}"
        item = {
            "cartId": f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}",
            **sale_fields(demo, sale, rng, updated),
            "paymentStatus": "INCOMPLETE",
            "fulfillmentStatus": "AWAITING_PROCESSING",
            "hidden": index % 9 == 4,
            "items": sale_items(demo, sale, 1_500_000_000 + index * 3),
        }
        if rng.chance(40):
            item["recoveryEmailSentTimestamp"] = format_date(updated)
        if rng.chance(10):
            item["recoveredOrderId"] = FIRST_ORDER + rng.below(1000) * 11
        yield item
