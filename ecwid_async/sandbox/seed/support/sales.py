"""Sales, the common part of orders and carts: buyer, products, time and amounts."""

from functools import lru_cache
from typing import Final, NamedTuple

from ecwid_async.sandbox.seed.categories import category_id
from ecwid_async.sandbox.seed.coupons import FIVE_PERCENT_OFF
from ecwid_async.sandbox.seed.customers import CustomerFacts, customer_facts
from ecwid_async.sandbox.seed.products import PRODUCT_TAX_ID, ProductFacts, product_facts
from ecwid_async.sandbox.seed.support.people import Person, make_guest
from ecwid_async.sandbox.seed.support.randomness import (
    FIRST_DAY,
    LAST_DAY,
    ItemRandom,
    creation_time,
    format_date,
    money,
)
from ecwid_async.sandbox.seed.support.urls import SITE_URL, image_url
from ecwid_async.sandbox.seed.support.vocabulary import CHANNELS, COMMENTS, translated
from ecwid_async.sandbox.state import Item

__all__ = ["CART_KEY", "ORDER_KEY", "DemoStore", "Sale", "make_sale", "sale_fields", "sale_items"]

# Keys of `ItemRandom`.
ORDER_KEY: Final = 7
CART_KEY: Final = 8

_USD_RATE: Final = 1.1067309160854485
# In percent.
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


# The products and customers of a small store are in many sales.
_product_facts = lru_cache(1000)(product_facts)
_customer_facts = lru_cache(1000)(customer_facts)


class ShippingMethod(NamedTuple):
    """A shipping method; `kind` is shipping, pickup or delivery, and `cents` its rate."""

    id: str
    name: str
    kind: str
    cents: int


_SHIPPING_METHODS: Final = (
    ShippingMethod("6589-1709547151586", "Standard shipping", "shipping", 590),
    ShippingMethod("2211-1709547151000", "Expressversand 🚀", "shipping", 1490),
    ShippingMethod("3919-1640004025851", "FREE Shipping", "shipping", 0),
    ShippingMethod("4959-1595934622523", "Pickup – Самовывоз", "pickup", 0),
    ShippingMethod("7712-1595934622999", "Local delivery", "delivery", 350),
)


class Line(NamedTuple):
    """A product in a sale. `variation` is the index of its variation, -1 without one; `cents` is the unit price."""

    product: ProductFacts
    variation: int
    quantity: int
    cents: int

    @property
    def total(self) -> int:
        """The price of the whole quantity, in cents."""
        return self.cents * self.quantity


class Amounts(NamedTuple):
    """All amounts of a sale, in cents. `inclusive` means that prices include tax.

    `volume`, `membership`, `custom` and `coupon` are discounts; `line_discounts` and `line_taxes` are lists by line.
    """

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
    """The common part of an order and a cart. `number` is its index, `created` is in Unix seconds."""

    number: int
    customer: CustomerFacts | None
    person: Person
    created: int
    lines: list[Line]
    amounts: Amounts
    shipping_method: ShippingMethod | None


class DemoStore(NamedTuple):
    """The seed of a demo store, the number of its products, categories and customers, and its id."""

    seed: int
    products: int
    categories: int
    customers: int
    store_id: int


def make_sale(demo: DemoStore, key: int, index: int, count: int, rng: ItemRandom) -> Sale:
    """The sale of the order (`ORDER_KEY`) or cart (`CART_KEY`) with this index, out of `count`."""
    created = creation_time(index, count, rng)
    # A few loyal customers place many orders; some buyers never become customers.
    customer = None
    if demo.customers and not rng.chance(8):
        customer = _customer_facts(demo.seed, int(demo.customers * rng.random() ** 2))
    person = customer.person if customer else make_guest(demo.seed, index * 2 + (key == CART_KEY))
    elapsed = (created - FIRST_DAY) / (LAST_DAY - FIRST_DAY)
    existing = max(1, int(demo.products * elapsed)) if demo.products else 0
    lines = [_make_line(demo, existing, rng) for _ in range(rng.pick((1, 1, 1, 2, 2, 3)))] if existing else []
    shipped = any(not line.product.kind.digital for line in lines)
    method = rng.pick(_SHIPPING_METHODS) if shipped else None
    exempt = customer is not None and customer.is_tax_exempt
    return Sale(index, customer, person, created, lines, _amounts(lines, customer, person, method, exempt, rng), method)


def _make_line(demo: DemoStore, existing: int, rng: ItemRandom) -> Line:
    product = _product_facts(demo.seed, rng.below(existing), demo.products, demo.categories)
    variations = product.options.variations
    variation = rng.below(len(variations)) if variations else -1
    cents = variations[variation].cents(product.cents) if variations else product.cents
    return Line(product, variation, rng.pick((1, 1, 1, 2, 3, 10)), cents)


def _amounts(
    lines: list[Line],
    customer: CustomerFacts | None,
    person: Person,
    method: ShippingMethod | None,
    exempt: bool,
    rng: ItemRandom,
) -> Amounts:
    subtotal = sum(line.total for line in lines)
    volume = subtotal * 10 // 100 if subtotal > 15_000 else 0
    membership = subtotal * 5 // 100 if customer and customer.group[0] else 0
    custom = min(subtotal, 200) if rng.chance(4) else 0
    remaining = subtotal - volume - membership - custom
    coupon = remaining * 5 // 100 if rng.chance(15) else 0
    discount_cents = volume + membership + custom + coupon
    discounts = [discount_cents * line.total // subtotal if subtotal else 0 for line in lines]
    if discounts:
        discounts[-1] += discount_cents - sum(discounts)
    inclusive = person.place.country[0] != "US"
    taxes = []
    for line, discount in zip(lines, discounts, strict=True):
        base = line.total - discount
        taxes.append(0 if exempt else round(base * _VAT / (100 + _VAT if inclusive else 100)))
    amounts = Amounts(
        subtotal=subtotal,
        volume=volume,
        membership=membership,
        custom=custom,
        coupon=coupon,
        shipping=method.cents if method else 0,
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
    """The items of an order or cart, with ids from `first_id` on."""
    items = []
    for position, line in enumerate(sale.lines):
        product, amounts = line.product, sale.amounts
        length, width, height = product.kind.size
        tax = amounts.line_taxes[position]
        item: Item = {
            "id": first_id + position,
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
            item["couponAmount"] = money(amounts.coupon * line.total // amounts.subtotal)
        if amounts.line_discounts[position]:
            item["discounts"] = [_line_discount(amounts.line_discounts[position])]
        options = product.options
        if line.variation >= 0:
            item["combinationId"] = product.combination_id(line.variation)
            item["selectedOptions"] = options.variations[line.variation].selected
        elif options.entered:
            item["selectedOptions"] = options.entered
        if product.kind.digital:
            item["files"] = [_download(demo, sale, product)]
        elif not product.unlimited and product.quantity < line.quantity:
            item["isPreorder"] = True
        items.append(item)
    return items


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
    file_id = 96_000_000 + product.number
    base = "https://app.ecwid.com"
    return {
        "productFileId": file_id,
        "maxDownloads": 0,
        "remainingDownloads": 0,
        "expire": format_date(sale.created + 3 * 86_400),
        "name": "e-book.pdf",
        "description": "",
        "size": 120_006 + product.number,
        "adminUrl": f"{base}/api/v3/{demo.store_id}/products/{product.id}/files/{file_id}",
        "customerUrl": f"{base}/download/{demo.store_id}/{sale.created * 7_919:032x}/e-book.pdf",
    }


def sale_fields(demo: DemoStore, sale: Sale, rng: ItemRandom, updated: int) -> Item:
    """The fields that orders and carts share, except the items. `updated` is the update time in Unix seconds."""
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
        "customerTaxExempt": customer is not None and customer.is_tax_exempt,
        "customerTaxId": "",
        "customerTaxIdValid": False,
        "b2b_b2c": "b2b" if customer and customer.is_business else "b2c",
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
        "usdTotal": amounts.total / 100 * _USD_RATE,
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
    if sale.shipping_method:
        item["shippingPerson"] = person.address()
        item["shippingOption"] = _shipping_option(sale.shipping_method, sale.amounts)
        if sale.shipping_method.kind == "pickup":
            item["pickupTime"] = format_date(sale.created + 86_400)
    return item


def _shipping_option(method: ShippingMethod, amounts: Amounts) -> Item:
    option: Item = {
        "shippingMethodId": method.id,
        "shippingMethodName": method.name,
        "shippingRate": money(method.cents),
        "shippingRateWithoutTax": money(_without_tax(method.cents, amounts)),
        "isPickup": method.kind == "pickup",
        "fulfillmentType": method.kind,
    }
    if method.kind == "pickup":
        option["pickupInstruction"] = "<p>Bring your order number.</p>"
    else:
        option |= {"shippingCarrierName": "DHL" if method.cents else "", "estimatedTransitTime": "2-4"}
    return option
