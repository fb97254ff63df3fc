"""Groups: functions that assign an item to a row of a report."""

from collections.abc import Callable
from typing import Final

from ecwid_async.sandbox.routes.support.report_period import Period
from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.spec import geography
from ecwid_async.sandbox.state import Item, host_of

__all__ = [
    "Grouping",
    "by_category",
    "by_channel",
    "by_consent",
    "by_country",
    "by_coupon",
    "by_customer",
    "by_device",
    "by_email_campaign",
    "by_field",
    "by_first_order",
    "by_landing_page",
    "by_new_buyer",
    "by_product",
    "by_shipping_method",
    "by_social_network",
    "by_source",
    "by_stock_item",
]

Group = tuple[str, Item | None]
"""The name of a row, and the additional data shown with it."""

_SOCIAL_NETWORKS: Final = ("facebook", "instagram", "tiktok", "twitter", "pinterest", "youtube", "vk")

Grouping = Callable[[Period, Item], Group | None]
"""A function that returns the group of an item; None leaves the item out."""


def by_field(name: str, *, otherwise: str = "Other") -> Grouping:
    """By the value of a field."""
    return lambda period, item: (str(item.get(name) or otherwise), None)


def by_new_buyer(period: Period, item: Item) -> Group:
    """By whether the buyer is new or returning."""
    return ("new" if period.is_new(item) else "returning", None)


def by_first_order(period: Period, item: Item) -> Group:
    """By whether the order is the buyer's first one."""
    return ("newOrders" if period.is_new(item) else "repeatOrders", None)


def by_country(period: Period, item: Item) -> Group:
    """By the buyer's country."""
    person = item.get("billingPerson") or item.get("shippingPerson") or {}
    code = person.get("countryCode") or ""
    return (geography.load().country(code) if code in geography.load().countries else "Unknown", None)


def by_device(period: Period, item: Item) -> Group:
    """By the buyer's device."""
    agent = item.get("customerUserAgent") or ""
    if "iPad" in agent or "Tablet" in agent:
        return ("Tablet", None)
    return ("Mobile" if "Mobile" in agent or "Android" in agent else "Desktop", None)


def _campaign(item: Item) -> Item:
    data = item.get("utmData") or {}
    campaign: Item = data[0] if isinstance(data, list) else data
    return campaign


def by_channel(period: Period, item: Item) -> Group:
    """By the medium of the campaign, or the referring host."""
    host = host_of(item.get("globalReferer"))
    return (_campaign(item).get("medium") or host.removeprefix("www.") or "direct", None)


def by_social_network(period: Period, item: Item) -> Group | None:
    """By the social network that the visit came from."""
    texts = (_campaign(item).get("source") or "", host_of(item.get("globalReferer")))
    return next(((name, None) for name in _SOCIAL_NETWORKS if any(name in text.lower() for text in texts)), None)


def by_email_campaign(period: Period, item: Item) -> Group | None:
    """By email campaign."""
    campaign = _campaign(item)
    return (campaign.get("campaign") or "email", None) if campaign.get("medium") == "email" else None


def by_source(period: Period, item: Item) -> Group:
    """By source, medium and name of the campaign."""
    campaign = _campaign(item)
    if not campaign:
        return ("direct", None)
    utm = {f"utm{name.capitalize()}": campaign.get(name) or "" for name in ("source", "medium", "campaign")}
    name = " / ".join(filter(None, utm.values())) or "direct"
    return (name, {"type": "UTM", "utmList": [{**utm, "cartOrigin": ""}]})


def by_landing_page(period: Period, item: Item) -> Group:
    """By the URL of the referring page."""
    url = item.get("refererUrl") or ""
    return (url or "unknown", {"type": "LANDING", "landingUrl": url})


def by_customer(period: Period, item: Item) -> Group | None:
    """By customer."""
    email, person = item.get("email") or "", item.get("billingPerson") or {}
    if not email:
        return None
    data = {"customerName": person.get("name") or email, "customerEmail": email}
    if person.get("phone"):
        data["customerPhone"] = person["phone"]
    if item.get("customerId"):
        data["customerId"] = item["customerId"]
    return (normalized(email), {"type": "CUSTOMERS", "customerData": data})


def by_shipping_method(period: Period, item: Item) -> Group | None:
    """By shipping method."""
    option = item.get("shippingOption") or {}
    name = option.get("shippingMethodName")
    kind = (option.get("fulfillmentType") or "shipping").lower()
    return (name, {"type": "SHIPPING", "shippingMethodName": name, "fulfilmentType": kind}) if name else None


def by_coupon(period: Period, item: Item) -> Group | None:
    """By coupon."""
    coupon = item.get("discountCoupon") or {}
    name = coupon.get("name") or coupon.get("code")
    return (coupon.get("code") or name, {"type": "COUPONS", "couponName": name}) if name else None


def by_category(period: Period, line: Item) -> Group:
    """By the category of an ordered item."""
    category = period.store.table("categories").get(line.get("categoryId") or 0) or {}
    name = category.get("name") or "Other"
    return (name, {"type": "CATEGORY", "categoryName": name})


def by_product(period: Period, line: Item) -> Group:
    """By product."""
    product_id = line.get("productId") or 0
    product = period.store.table("products").get(product_id) or {}
    texts = {
        "productName": line.get("name") or product.get("name"),
        "productUrl": product.get("url"),
        "productSku": line.get("sku") or product.get("sku"),
        "productImageUrl": product.get("imageUrl"),
        "productThumbnailUrl": product.get("thumbnailUrl"),
    }
    return (str(product_id), {"type": "PRODUCT", **{name: text for name, text in texts.items() if text}})


def by_stock_item(period: Period, product: Item) -> Group:
    """By product, with the additional data of the inventory report."""
    texts = {name: product.get(name) for name in ("sku", "imageUrl", "thumbnailUrl")}
    data = {"productId": product["id"], **{name: text for name, text in texts.items() if text}}
    return (str(product["id"]), {"type": "INVENTORY_PRODUCT", **data})


def by_consent(period: Period, customer: Item) -> Group:
    """By consent to marketing emails."""
    return ("accepted" if customer.get("acceptMarketing") else "notAccepted", None)
