"""Orders and abandoned carts. Their sums add up:

``total = subtotal - discount - couponDiscount + shipping + handling fee + surcharges``, plus `tax` where prices do
not include it, less what a gift card paid; ``discount`` is the sum of the volume, membership, combined and custom ones.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ecwid_async.sandbox.computed_fields import FIRST_ORDER, order_code
from ecwid_async.sandbox.seed.categories import category_id
from ecwid_async.sandbox.seed.coupons import FIVE_PERCENT
from ecwid_async.sandbox.seed.people import CustomerFacts, Ledger, Person, customer_facts, guest
from ecwid_async.sandbox.seed.products import PRODUCT_TAX_ID, ProductFacts, product_facts
from ecwid_async.sandbox.seed.randomness import FIRST_DAY, LAST_DAY, Dice, date_text, moment, money
from ecwid_async.sandbox.seed.site import SITE, image_url
from ecwid_async.sandbox.seed.vocabulary import CHANNELS, COMMENTS, translated

__all__ = ["Bought", "Shop", "bought", "carts", "orders", "subscribing_orders"]

Item = dict[str, Any]

USD_RATE: Final = 1.1067309160854485
_ORDER, _CART = 7, 8
_VAT: Final = 21
_AGENTS: Final = (
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
_SENT: Final = frozenset({"DELIVERED", "SHIPPED", "OUT_FOR_DELIVERY"})
_METHODS: Final = (
    ("6589-1709547151586", "Standard shipping", "shipping", 590),
    ("2211-1709547151000", "Expressversand 🚀", "shipping", 1490),
    ("3919-1640004025851", "FREE Shipping", "shipping", 0),
    ("4959-1595934622523", "Pickup – Самовывоз", "pickup", 0),
    ("7712-1595934622999", "Local delivery", "delivery", 350),
)


# One order in so many starts a subscription, where a customer placed it; and how often that one is charged.
_SUBSCRIBED_EVERY: Final = 16
_TERMS: Final = (("MONTH", 1), ("MONTH", 2), ("MONTH", 3))


class _Line(NamedTuple):
    product: ProductFacts
    choice: int
    quantity: int
    cents: int

    @property
    def sum(self) -> int:
        return self.cents * self.quantity


class _Sums(NamedTuple):
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


class _Sale(NamedTuple):
    """Who bought what, when, and for how much: what an order and a cart have in common."""

    number: int
    customer: CustomerFacts | None
    person: Person
    created: int
    lines: list[_Line]
    sums: _Sums
    method: tuple[str, str, str, int] | None


class Shop(NamedTuple):
    """What is there to be bought, by whom."""

    seed: int
    products: int
    categories: int
    customers: int
    store_id: int


def _sale(shop: Shop, kind: int, index: int, count: int, dice: Dice) -> _Sale:
    created = moment(index, count, dice)
    # A few loyal customers place many orders; some buyers never become customers.
    customer = None
    if shop.customers and not dice.chance(8):
        customer = customer_facts(shop.seed, int(shop.customers * dice.random() ** 2))
    someone = customer.person if customer else guest(shop.seed, index * 2 + (kind == _CART))
    passed = (created - FIRST_DAY) / (LAST_DAY - FIRST_DAY)
    known = max(1, int(shop.products * passed)) if shop.products else 0
    lines = [_line(shop, known, dice) for _ in range((1, 1, 1, 2, 2, 3)[dice.below(6)])] if known else []
    shipped = any(not line.product.good.digital for line in lines)
    method = dice.pick(_METHODS) if shipped else None
    exempt = customer is not None and customer.tax_exempt
    return _Sale(
        index, customer, someone, created, lines, _sums(lines, customer, someone, method, exempt, dice), method
    )


def _line(shop: Shop, known: int, dice: Dice) -> _Line:
    product = product_facts(shop.seed, dice.below(known), shop.products, shop.categories)
    choices = product.options.choices
    choice = dice.below(len(choices)) if choices else -1
    cents = choices[choice].cents(product.cents) if choices else product.cents
    return _Line(product, choice, (1, 1, 1, 2, 3, 10)[dice.below(6)], cents)


def _sums(
    lines: list[_Line],
    customer: CustomerFacts | None,
    someone: Person,
    method: tuple[str, str, str, int] | None,
    exempt: bool,
    dice: Dice,
) -> _Sums:
    subtotal = sum(line.sum for line in lines)
    volume = subtotal * 10 // 100 if subtotal > 15_000 else 0
    membership = subtotal * 5 // 100 if customer and customer.group[0] else 0
    custom = min(subtotal, 200) if dice.chance(4) else 0
    left = subtotal - volume - membership - custom
    coupon = left * 5 // 100 if dice.chance(15) else 0
    off = volume + membership + custom + coupon
    discounts = [off * line.sum // subtotal if subtotal else 0 for line in lines]
    if discounts:
        discounts[-1] += off - sum(discounts)
    inclusive = someone.place.country[0] != "US"
    taxes = []
    for line, discount in zip(lines, discounts, strict=True):
        base = line.sum - discount
        taxes.append(0 if exempt else round(base * _VAT / (100 + _VAT if inclusive else 100)))
    sums = _Sums(
        subtotal=subtotal,
        volume=volume,
        membership=membership,
        custom=custom,
        coupon=coupon,
        shipping=method[3] if method else 0,
        handling=200 if method and dice.chance(10) else 0,
        tips=dice.between(1, 5) * 100 if dice.chance(6) else 0,
        line_discounts=discounts,
        line_taxes=taxes,
        inclusive=inclusive,
        gift_card=0,
    )
    return sums._replace(gift_card=min(1000, sums.before_gift_card)) if dice.chance(4) else sums


def _discount_info(sums: _Sums) -> list[Item]:
    info: list[Item] = []
    if sums.volume:
        info.append({"value": 10, "type": "PERCENT", "base": "ON_TOTAL", "orderTotal": 150})
    if sums.membership:
        info.append({"value": 5, "type": "PERCENT", "base": "ON_MEMBERSHIP", "membershipId": 9367001})
    if sums.custom:
        text = "Скидка за ожидание ❤"
        info.append({"value": money(sums.custom), "type": "ABS", "base": "CUSTOM", "description": text})
    return info


def _tips(sums: _Sums) -> Item:
    return {
        "id": "tips",
        "value": money(sums.tips),
        "type": "ABSOLUTE",
        "total": money(sums.tips),
        "totalWithoutTax": money(sums.tips),
        "description": "Tips",
        "descriptionTranslated": "Tips",
        "taxable": False,
        "taxes": [],
    }


def _without_tax(cents: int, sums: _Sums) -> int:
    return round(cents * 100 / (100 + _VAT)) if sums.inclusive and sums.tax else cents


def _items(shop: Shop, sale: _Sale, first_id: int) -> list[Item]:
    items = []
    for at, line in enumerate(sale.lines):
        product, sums = line.product, sale.sums
        length, width, height = product.good.size
        tax = sums.line_taxes[at]
        item: Item = {
            "id": first_id + at,
            "productId": product.id,
            "categoryId": category_id(product.categories[0]) if product.categories else 0,
            "price": money(line.cents),
            "priceWithoutTax": money(_without_tax(line.cents, sums)),
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
            "isShippingRequired": not product.good.digital,
            "trackQuantity": not product.unlimited,
            "fixedShippingRateOnly": False,
            "imageUrl": image_url(shop.store_id, product.image + 4),
            "fixedShippingRate": 0,
            "digital": product.good.digital,
            "couponApplied": sums.coupon > 0,
            "taxes": [_tax(tax)] if tax else [],
            "dimensions": {"length": length, "width": width, "height": height},
            "discounts": [],
            "isCustomerSetPrice": False,
            "attributes": [],
        }
        if not product.good.digital:
            item["weight"] = product.good.weight
        if sums.coupon:
            item["couponAmount"] = money(sums.coupon * line.sum // sums.subtotal)
        if sums.line_discounts[at]:
            item["discounts"] = [_line_discount(sums.line_discounts[at])]
        options = product.options
        if line.choice >= 0:
            item["combinationId"] = product.combination_id(line.choice)
            item["selectedOptions"] = options.choices[line.choice].selected
        elif options.typed:
            item["selectedOptions"] = options.typed
        if product.good.digital:
            item["files"] = [_file(shop, sale, product)]
        elif not product.unlimited and product.quantity < line.quantity:
            item["isPreorder"] = True
        items.append(item)
    return items


def _subscribed(sale: _Sale) -> Item:
    """What an ordered item has that started a subscription."""
    interval, count = _TERMS[sale.number // _SUBSCRIBED_EVERY % len(_TERMS)]
    return {
        "recurringChargeSettings": {
            "recurringInterval": interval,
            "recurringIntervalCount": count,
            "subscriptionPriceWithSignUpFee": money(sale.lines[0].cents + 500),
            "signUpFee": 5,
        },
        "subscriptionId": 9_000_000 + sale.number,
    }


def _tax(cents: int) -> Item:
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


def _file(shop: Shop, sale: _Sale, product: ProductFacts) -> Item:
    number = 96_000_000 + product.number
    base = "https://app.ecwid.com"
    return {
        "productFileId": number,
        "maxDownloads": 0,
        "remainingDownloads": 0,
        "expire": date_text(sale.created + 3 * 86_400),
        "name": "e-book.pdf",
        "description": "",
        "size": 120_006 + product.number,
        "adminUrl": f"{base}/api/v3/{shop.store_id}/products/{product.id}/files/{number}",
        "customerUrl": f"{base}/download/{shop.store_id}/{sale.created * 7_919:032x}/e-book.pdf",
    }


def _common(shop: Shop, sale: _Sale, dice: Dice, updated: int) -> Item:
    sums, someone, customer = sale.sums, sale.person, sale.customer
    method, module = dice.pick(_PAYMENTS)
    source, campaign, medium = dice.pick(CHANNELS)
    item: Item = {
        "refundedAmount": 0,
        "subtotal": money(sums.subtotal),
        "subtotalWithoutTax": money(_without_tax(sums.subtotal, sums)),
        "total": money(sums.total),
        "totalWithoutTax": money(sums.total - sums.tax),
        "giftCardRedemption": money(sums.gift_card),
        "totalBeforeGiftCardRedemption": money(sums.before_gift_card),
        "email": someone.mail,
        "paymentMethod": method,
        "paymentModule": module,
        "tax": money(sums.tax),
        "customerTaxExempt": customer is not None and customer.tax_exempt,
        "customerTaxId": "",
        "customerTaxIdValid": False,
        "b2b_b2c": "b2b" if customer and customer.business else "b2c",
        "reversedTaxApplied": False,
        "customerRequestedInvoice": dice.chance(10),
        "customerFiscalCode": "",
        "electronicInvoicePecEmail": "",
        "electronicInvoiceSdiCode": "",
        "ipAddress": f"203.0.113.{dice.between(1, 254)}",
        "couponDiscount": money(sums.coupon),
        "refererUrl": f"{SITE}/",
        "orderComments": dice.pick(COMMENTS),
        "volumeDiscount": money(sums.volume),
        "membershipBasedDiscount": money(sums.membership),
        "totalAndMembershipBasedDiscount": 0,
        "customSurcharges": [_tips(sums)] if sums.tips else [],
        "discount": money(sums.discount),
        "discountInfo": _discount_info(sums),
        "usdTotal": sums.total / 100 * USD_RATE,
        "globalReferer": f"https://{source}.example/?q=геймпад",
        "createDate": date_text(sale.created),
        "updateDate": date_text(updated),
        "createTimestamp": sale.created,
        "updateTimestamp": updated,
        "refunds": [],
        "billingPerson": someone.address(),
        "shippingLabelAvailableForShipment": False,
        "shipments": [],
        "additionalInfo": {"google_customer_id": f"{1_900_000_000 + sale.number}.{sale.created}"},
        "paymentParams": {"PO number": f"PO-{sale.number:06}"} if module == "PurchaseOrder" else {},
        "extraFields": {},
        "hidden": False,
        "taxesOnShipping": [],
        "acceptMarketing": dice.chance(40),
        "disableAllCustomerNotifications": False,
        "externalFulfillment": False,
        "invoices": [],
        "pricesIncludeTax": sums.inclusive,
        "utmDataSets": [],
        "lang": someone.place.language,
        "customerUserAgent": dice.pick(_AGENTS),
    }
    if dice.chance(35):
        utm = {"source": source, "campaign": campaign, "medium": medium}
        item |= {"utmData": utm, "utmDataSets": [{"timestamp": date_text(sale.created), **utm}]}
    if customer:
        item["customerId"] = customer.id
        if customer.group[0]:
            item |= {"customerGroupId": customer.group[0], "customerGroup": customer.group[1]}
    if sums.coupon:
        item["discountCoupon"] = FIVE_PERCENT
    if sums.handling:
        item["handlingFee"] = {"name": "Wrapping", "value": 2, "description": "Silk paper wrapping"}
    if sale.method:
        item["shippingPerson"] = someone.address()
        item["shippingOption"] = _shipping(sale.method, sale.sums)
        if sale.method[2] == "pickup":
            item["pickupTime"] = date_text(sale.created + 86_400)
    return item


def _shipping(method: tuple[str, str, str, int], sums: _Sums) -> Item:
    number, name, kind, cents = method
    option: Item = {
        "shippingMethodId": number,
        "shippingMethodName": name,
        "shippingRate": money(cents),
        "shippingRateWithoutTax": money(_without_tax(cents, sums)),
        "isPickup": kind == "pickup",
        "fulfillmentType": kind,
    }
    if kind == "pickup":
        option["pickupInstruction"] = "<p>Bring your order number.</p>"
    else:
        option |= {"shippingCarrierName": "DHL" if cents else "", "estimatedTransitTime": "2-4"}
    return option


def orders(shop: Shop, count: int, *, ledger: Ledger | None = None) -> Iterator[Item]:
    """Yield `count` orders, oldest first; `ledger` is told what each customer bought."""
    for index in range(count):
        dice = Dice(shop.seed, _ORDER, index)
        sale = _sale(shop, _ORDER, index, count, dice)
        if ledger is not None and sale.customer:
            ledger.add(sale.customer.number, sale.sums.total, sale.created)
        yield _order(shop, sale, dice)


def subscribing_orders(shop: Shop, count: int) -> Iterator[Item]:
    """Yield those of `count` orders again that started a subscription, with their first item."""
    for index in range(0, count, _SUBSCRIBED_EVERY):
        dice = Dice(shop.seed, _ORDER, index)
        order = _order(shop, _sale(shop, _ORDER, index, count, dice), dice)
        if any("subscriptionId" in item for item in order["items"]):
            yield order


class Bought(NamedTuple):
    """What a customer bought: the first product of an order, which has this text id and this number."""

    order: str
    order_number: int
    customer: CustomerFacts
    product: ProductFacts
    created: int


def bought(shop: Shop, index: int, count: int) -> Bought | None:
    """What the customer of that order of `count` bought; None where nobody or nothing is known of it."""
    sale = _sale(shop, _ORDER, index, count, Dice(shop.seed, _ORDER, index))
    if sale.customer is None or not sale.lines:
        return None
    return Bought(order_code(_number(sale)), _number(sale), sale.customer, sale.lines[0].product, sale.created)


def _number(sale: _Sale) -> int:
    return FIRST_ORDER + sale.number * 11


def _order(shop: Shop, sale: _Sale, dice: Dice) -> Item:
    number = _number(sale)
    code = order_code(number)
    updated = min(sale.created + 60 + dice.below(25) ** 5, LAST_DAY + 86_400)
    payment, fulfillment = dice.pick(_STATUSES)
    item = {
        "id": code,
        "internalId": number,
        "orderNumber": number,
        "vendorOrderNumber": code,
        "publicUid": code,
        "giftCardDoubleSpending": False,
        "paymentStatus": payment,
        "fulfillmentStatus": fulfillment,
        **_common(shop, sale, dice, updated),
        "customDiscount": [money(sale.sums.custom)] if sale.sums.custom else [],
        "items": _items(shop, sale, 1_800_000_000 + sale.number * 3),
        "billingPerson": sale.person.billing(),
        "predictedPackage": [],
        "ticket": -455_011_247 + sale.number,
        "loyalty": {"customerEnabled": False, "earned": 0, "balance": 0},
    }
    for line, entry in zip(sale.lines, item["items"], strict=True):
        entry |= {
            "smallThumbnailUrl": image_url(shop.store_id, line.product.image + 1),
            "hdThumbnailUrl": image_url(shop.store_id, line.product.image + 3),
            "productAvailable": True,
            "discountsAllowed": True,
            "taxable": True,
            "giftCard": False,
            "recurringTaxIds": [],
        }
    if sale.number % _SUBSCRIBED_EVERY == 0 and sale.customer and sale.lines:
        item["items"][0] |= _subscribed(sale)
    _aftermath(item, sale, dice, updated)
    return item


def _aftermath(item: Item, sale: _Sale, dice: Dice, updated: int) -> None:
    """What came after the order was placed: invoices, parcels, refunds, notes."""
    total = sale.sums.total
    if item["paymentStatus"] != "AWAITING_PAYMENT":
        item["invoices"] = [_invoice(sale)]
    if item["fulfillmentStatus"] in _SENT and sale.method and sale.method[2] == "shipping":
        item |= {"trackingNumber": f"JJD{sale.number:015}", "shipments": [_shipment(sale, updated)]}
    back = {"REFUNDED": total, "PARTIALLY_REFUNDED": total * 30 // 100}.get(item["paymentStatus"], 0)
    if back:
        first = back // 2
        item["refundedAmount"] = money(back)
        item["refunds"] = [
            {"date": date_text(updated), "source": source, "reason": reason, "amount": money(amount)}
            for source, reason, amount in (
                ("CP", "Не подошёл размер", first),
                ("API", "damaged in transit 📦", back - first),
            )
            if amount
        ]
    if dice.chance(25):
        item["orderExtraFields"] = _EXTRA_FIELDS
    if dice.chance(10):
        start = sale.created + 2 * 86_400
        item["extraFields"] = {
            "ecwid_order_delivery_time_interval_start": date_text(start),
            "ecwid_order_delivery_time_interval_end": date_text(start + 7_200),
            "ecwid_order_delivery_time_display_format": "DATETIME",
        }
    if dice.chance(6):
        item["privateAdminNotes"] = "Kunde ruft zurück ☎"
    if dice.chance(5):
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


def _invoice(sale: _Sale) -> Item:
    number = 117_000_000 + sale.number
    return {
        "internalId": number,
        "id": f"{2000 + sale.number}",
        "created": date_text(sale.created),
        "link": f"https://app.ecwid.com/download_tax_invoice?invoice_id={number}&access_key=z7clyftZJZj",
        "type": "SALE",
    }


def _shipment(sale: _Sale, when: int) -> Item:
    tracking = f"JJD{sale.number:015}"
    return {
        "id": f"{sale.created:08x}-{sale.number:012x}",
        "created": date_text(when),
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
            "weight": round(sum(line.product.good.weight * line.quantity for line in sale.lines), 3),
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


def carts(shop: Shop, count: int) -> Iterator[Item]:
    """Yield `count` abandoned carts; one in nine is hidden, some were followed up by mail, some became orders."""
    for index in range(count):
        dice = Dice(shop.seed, _CART, index)
        sale = _sale(shop, _CART, index, count, dice)
        updated = min(sale.created + 60 + dice.below(25) ** 4, LAST_DAY + 86_400)
        bits = f"{(sale.created << 64 | index << 20 | dice.below(1 << 20)) * 0x9E3779B97F4A7C15 % (1 << 128):032X}"
        item = {
            "cartId": f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}",
            **_common(shop, sale, dice, updated),
            "paymentStatus": "INCOMPLETE",
            "fulfillmentStatus": "AWAITING_PROCESSING",
            "hidden": index % 9 == 4,
            "items": _items(shop, sale, 1_500_000_000 + index * 3),
        }
        if dice.chance(40):
            item["recoveryEmailSentTimestamp"] = date_text(updated)
        if dice.chance(10):
            item["recoveredOrderId"] = FIRST_ORDER + dice.below(1000) * 11
        yield item
