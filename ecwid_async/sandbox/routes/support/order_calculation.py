"""The calculation of an order's totals.

It uses the taxes, shipping options and products of the store, but not its promotions: only a coupon gives a discount,
and ``discountInfo`` is empty.
"""

import math
from typing import Any, Final

from ecwid_async.sandbox.engine import StoreRequest
from ecwid_async.sandbox.routes.support.addresses import with_region_names
from ecwid_async.sandbox.state import Item, format_time, merge, sum_amounts

__all__ = ["calculate_totals"]

_ECHOED_FIELDS: Final[tuple[str, ...]] = ("email", "ipAddress", "customerId", "customerTaxExempt")
_PRODUCT_FIELDS: Final[tuple[str, ...]] = ("name", "sku", "weight", "isShippingRequired", "dimensions")


def calculate_totals(request: StoreRequest) -> Item:
    """The response with subtotal, taxes, shipping options and total for the order in the request."""
    sent: Item = merge({}, request.json)
    profile = request.store.profile
    people: dict[str, Item] = {
        name: with_region_names(sent[name]) for name in ("billingPerson", "shippingPerson") if name in sent
    }
    lines = [_order_line(request, position, line) for position, line in enumerate(sent.get("items") or ())]
    subtotal = sum_amounts(line["price"] * line["quantity"] for line in lines)
    coupon = sent.get("discountCoupon")
    discount = _coupon_discount(coupon, subtotal) if coupon else 0
    taxes = [] if sent.get("customerTaxExempt") else _enabled_taxes(profile, people)
    tax_on_top, tax = _add_taxes(lines, taxes, (subtotal - discount) / subtotal if subtotal else 1)
    surcharges = [_calculate_surcharge(surcharge, subtotal) for surcharge in sent.get("customSurcharges") or ()]
    options = _shipping_options(profile, subtotal) if any(line["isShippingRequired"] for line in lines) else []
    selected = _selected_shipping(sent.get("shippingOption"), options)
    shipping = 0 if _has_free_shipping(coupon) else selected.get("shippingRate", 0)
    surcharge_total = sum_amounts(surcharge["total"] for surcharge in surcharges)
    total = sum_amounts((subtotal, -discount, tax_on_top, shipping, surcharge_total))
    date = format_time(request.now)
    totals: Item = {
        "subtotal": subtotal,
        "subtotalWithoutTax": sum_amounts((subtotal, tax_on_top, -tax)),
        "total": total,
        "totalWithoutTax": sum_amounts((total, -tax)),
        "tax": tax,
        "couponDiscount": discount,
        "paymentStatus": "INCOMPLETE",
        "fulfillmentStatus": "AWAITING_PROCESSING",
        "volumeDiscount": 0,
        "membershipBasedDiscount": 0,
        "totalAndMembershipBasedDiscount": 0,
        "discount": 0,
        "discountInfo": [],
        "giftCardRedemption": 0,
        "totalBeforeGiftCardRedemption": total,
        "usdTotal": sum_amounts((total * ((profile.get("formatsAndUnits") or {}).get("currencyRate") or 1),)),
        "createDate": date,
        "createTimestamp": request.now,
        "customSurcharges": surcharges,
        "items": lines,
        **{name: sent[name] for name in _ECHOED_FIELDS if name in sent},
        **people,
        "availableShippingOptions": options,
        "availableTaxes": taxes,
        "handlingFee": {"name": "", "description": "", **(sent.get("handlingFee") or {}), "value": 0},
        "predictedPackage": _predict_package(lines),
        "additionalInfo": {},
        "paymentParams": {},
        "extraFields": {},
        "hidden": False,
        "taxesOnShipping": [],
        "pricesIncludeTax": tax_on_top == 0,
    }
    if selected:
        totals["shippingOption"] = selected
    if coupon:
        totals["discountCoupon"] = {"creationDate": date, **coupon, "orderCount": 0}
    return totals


def _order_line(request: StoreRequest, position: int, sent: Item) -> Item:
    product = request.store.table("products").get(sent.get("productId") or 0) or {}
    line = {name: product[name] for name in _PRODUCT_FIELDS if name in product}
    line |= {name: value for name, value in sent.items() if name not in ("couponAmount", "discounts")}
    line["selectedOptions"] = [
        {name: value for name, value in option.items() if name != "files"}
        for option in sent.get("selectedOptions") or ()
    ]
    return {
        "id": position + 1,
        "isShippingRequired": True,
        "digital": False,
        "fixedShippingRate": 0,
        "fixedShippingRateOnly": False,
        "trackQuantity": False,
        "quantityInStock": 0,
        **line,
        "productPrice": sent.get("productPrice", product.get("price", 0)),
        "price": sent.get("price", product.get("price", 0)),
        "quantity": sent.get("quantity", 1),
        "shipping": 0,
        "handlingFee": 0,
        "couponApplied": False,
        "giftCard": False,
        "tax": 0,
        "taxes": [],
    }


def _coupon_discount(coupon: Item, subtotal: float) -> float:
    kind, value = coupon.get("discountType") or "ABS", coupon.get("discount") or 0
    if kind.startswith("PERCENT"):
        return sum_amounts((subtotal * value / 100,))
    return min(value, subtotal) if kind.startswith("ABS") else 0


def _has_free_shipping(coupon: Item | None) -> bool:
    return coupon is not None and (coupon.get("discountType") or "").endswith("SHIPPING")


def _enabled_taxes(profile: Item, people: dict[str, Item]) -> list[Item]:
    """The enabled taxes of the store, each with the rate of the buyer's zone as its default."""
    taxes = []
    for tax in profile.get("taxes") or ():
        if not tax.get("enabled"):
            continue
        billing, shipping = people.get("billingPerson"), people.get("shippingPerson")
        person = (shipping or billing) if tax.get("useShippingAddress") else (billing or shipping)
        rate = _tax_rate(profile, tax, (person or {}).get("countryCode"))
        taxes.append({**tax, "defaultTax": rate})
    return taxes


def _tax_rate(profile: Item, tax: Item, country: str | None) -> float:
    zones = {zone.get("id"): zone.get("countryCodes") or () for zone in profile.get("zones") or ()}
    rates = [rule["tax"] for rule in tax.get("rules") or () if country in zones.get(rule.get("zoneId"), ())]
    rate: float = rates[0] if rates else tax.get("defaultTax") or 0
    return rate


def _add_taxes(lines: list[Item], taxes: list[Item], share: float) -> tuple[float, float]:
    """Write the taxes into the lines. Returns the tax added to the prices, and the whole tax.

    `share` is the fraction of each line that remains after the discount, from 0 to 1.
    """
    on_top, total = [0.0], [0.0]
    for line in lines:
        base = line["price"] * line["quantity"] * share
        for tax in taxes:
            rate, included = tax["defaultTax"], bool(tax.get("includeInPrice"))
            amount = sum_amounts((base * rate / ((100 + rate if included else 100) or 100),))
            line["taxes"].append(
                {
                    "name": tax.get("name", ""),
                    "value": rate,
                    "total": amount,
                    "taxOnDiscountedSubtotal": amount,
                    "taxOnShipping": 0,
                    "sourceTaxRateId": tax.get("id", 0),
                    "sourceTaxRateType": "MANUAL",
                }
            )
            total.append(amount)
            if not included:
                on_top.append(amount)
        line["tax"] = sum_amounts(tax["total"] for tax in line["taxes"])
    return sum_amounts(on_top), sum_amounts(total)


def _calculate_surcharge(sent: Item, subtotal: float) -> Item:
    value = sent.get("value") or 0
    total = sum_amounts((subtotal * value / 100 if sent.get("type") == "PERCENT" else value,))
    return {"id": "Custom Surcharge", "taxable": False, "taxes": [], **sent, "total": total, "totalWithoutTax": total}


def _shipping_options(profile: Item, subtotal: float) -> list[Item]:
    options = []
    for option in (profile.get("shipping") or {}).get("shippingOptions") or ():
        if not option.get("enabled") or subtotal < (option.get("minimumOrderSubtotal") or 0):
            continue
        item = {
            "shippingMethodId": option.get("id", ""),
            "shippingMethodName": option.get("title", ""),
            "shippingRate": _shipping_rate(option, subtotal),
            "fulfillmentType": (option.get("fulfilmentType") or "shipping").upper(),
        }
        for name, source in (
            ("shippingCarrierName", "carrier"),
            ("estimatedTransitTime", "deliveryTimeDays"),
            ("pickupInstruction", "pickupInstruction"),
        ):
            if option.get(source):
                item[name] = option[source]
        options.append(item)
    return options


def _shipping_rate(option: Item, subtotal: float) -> float:
    flat = option.get("flatRate")
    if flat:
        rate = flat.get("rate") or 0
        return sum_amounts((subtotal * rate / 100 if flat.get("rateType") == "PERCENT" else rate,))
    for row in (option.get("ratesTable") or {}).get("rates") or ():
        conditions = row.get("conditions") or {}
        if conditions.get("subtotalFrom", 0) <= subtotal <= conditions.get("subtotalTo", math.inf):
            return sum_amounts(((row.get("rate") or {}).get("perOrder") or 0,))
    return 0


def _selected_shipping(sent: Item | None, options: list[Item]) -> Item:
    """The store's shipping option with the requested id or name, else the requested one; by default the first."""
    if sent is None:
        return options[0] if options else {}
    for option in options:
        if sent.get("shippingMethodId") == option["shippingMethodId"]:
            return option
        if not sent.get("shippingMethodId") and sent.get("shippingMethodName") == option["shippingMethodName"]:
            return option
    return sent


def _predict_package(lines: list[Item]) -> list[Item]:
    """One parcel that contains all items, stacked."""
    shipped = [line for line in lines if line["isShippingRequired"]]
    if not shipped:
        return []
    sizes: list[Any] = [line.get("dimensions") or {} for line in shipped]
    return [
        {
            "length": max(size.get("length") or 0 for size in sizes),
            "width": max(size.get("width") or 0 for size in sizes),
            "height": sum_amounts(
                (size.get("height") or 0) * line["quantity"] for size, line in zip(sizes, shipped, strict=True)
            ),
            "weight": round(math.fsum((line.get("weight") or 0) * line["quantity"] for line in shipped), 3),
            "declaredValue": sum_amounts(line["price"] * line["quantity"] for line in shipped),
        }
    ]
