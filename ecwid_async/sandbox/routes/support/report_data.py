"""What reports are computed from, and how: the orders and carts of a time, grouped and measured.

A store knows of no visitors but those who left a cart or an order: a visit is one of these.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Final, Literal

from attrs import frozen

from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.spec import geography as atlas
from ecwid_async.sandbox.state import InRange, Item, Sort, Store, decode_json, host_of, select_rows, sum_amounts

__all__ = ["DEFAULT_METRICS", "REPORTS", "VISIT_SECTIONS", "Metrics", "Period", "Report", "created_at"]

Group = tuple[str, Item | None]
"""A row's name, and what is told beside its figures."""
Metrics = dict[str, float]
"""Figures by name, the leading one first."""

VISIT_SECTIONS: Final = ("orders", "carts")
_SOCIAL_NETWORKS: Final = ("facebook", "instagram", "tiktok", "twitter", "pinterest", "youtube", "vk")


# The time that a report is about.


@frozen(slots=False)
class Period:
    """Orders, carts and what is in them, created from `start` to `end`, in Unix seconds."""

    store: Store
    start: int
    end: int

    @cached_property
    def orders(self) -> list[Item]:
        """The orders, oldest first."""
        return _items_created(self.store, "orders", self.start, self.end)

    @cached_property
    def carts(self) -> list[Item]:
        """The abandoned carts, oldest first."""
        return _items_created(self.store, "carts", self.start, self.end)

    @cached_property
    def visits(self) -> list[Item]:
        """Orders and carts, oldest first."""
        return sorted([*self.orders, *self.carts], key=created_at)

    @cached_property
    def lines(self) -> list[Item]:
        """The ordered items, each with its order under ``order``."""
        return [{**line, "order": order} for order in self.orders for line in order.get("items") or ()]

    @cached_property
    def first_seen(self) -> dict[str, int]:
        """When each mail address was first seen, up to the end."""
        found: dict[str, int] = {}
        for section in VISIT_SECTIONS:
            for item in _items_created(self.store, section, 0, self.end):
                email = normalized(item.get("email") or "")
                found[email] = min(found.get(email, self.end), created_at(item))
        return found

    def is_new(self, item: Item) -> bool:
        """Was the buyer never seen before."""
        return created_at(item) <= self.first_seen.get(normalized(item.get("email") or ""), self.end)


def _items_created(store: Store, section: str, start: float, end: float) -> list[Item]:
    table = store.table(section)
    table.show_due_writes()
    slots = select_rows(table.index, [InRange("created", low=start, high=end)], Sort("created"), store.switches)
    return [decode_json(row) for row in table.index.rows(slots)]


def created_at(item: Item) -> int:
    """When it was created, in Unix seconds."""
    return int(item.get("createTimestamp") or 0)


# Figures of some items.


def _sales(period: Period, orders: list[Item]) -> Metrics:
    paid = [order.get("total") or 0 for order in orders if order.get("paymentStatus") != "CANCELLED"]
    revenue = sum_amounts(paid)
    return {
        "orders": len(orders),
        "revenue": revenue,
        "averageOrderValue": sum_amounts((revenue / len(paid),)) if paid else 0,
        "items": sum(line.get("quantity") or 1 for order in orders for line in order.get("items") or ()),
    }


def _revenue(period: Period, orders: list[Item]) -> Metrics:
    sales = _sales(period, orders)
    return {"revenue": sales.pop("revenue"), **sales}


def _visitors(period: Period, visits: list[Item]) -> Metrics:
    people = {normalized(visit.get("email") or "") or visit.get("ipAddress") for visit in visits}
    return {"visitors": len(people), "visits": len(visits)}


def _conversions(period: Period, visits: list[Item]) -> Metrics:
    orders = sum("orderNumber" in visit for visit in visits)
    rate = sum_amounts((orders * 100 / len(visits),)) if visits else 0
    return {"visits": len(visits), "orders": orders, "conversionRate": rate}


def _abandoned(period: Period, carts: list[Item]) -> Metrics:
    recovered = [cart for cart in carts if cart.get("recoveredOrderId")]
    return {
        "abandonedCarts": len(carts),
        "abandonedRevenue": sum_amounts(cart.get("total") or 0 for cart in carts),
        "recoveredCarts": len(recovered),
        "recoveredRevenue": sum_amounts(cart.get("total") or 0 for cart in recovered),
    }


def _sold(period: Period, lines: list[Item]) -> Metrics:
    amount = sum_amounts((line.get("price") or 0) * (line.get("quantity") or 1) for line in lines)
    cost = sum_amounts(_cost(period.store, line) * (line.get("quantity") or 1) for line in lines)
    return {
        "orders": len({line["order"].get("orderNumber") for line in lines}),
        "items": sum(line.get("quantity") or 1 for line in lines),
        "revenue": amount,
        "profit": sum_amounts((amount, -cost)),
    }


def _cost(store: Store, line: Item) -> float:
    product = store.table("products").get(line.get("productId") or 0) or {}
    cost: float = product.get("costPrice") or 0
    return cost


_EXPENSES: Final[dict[str, Callable[[Item], float]]] = {
    "tax": lambda order: order.get("tax") or 0,
    "shipping": lambda order: (order.get("shippingOption") or {}).get("shippingRate") or 0,
    "handlingFee": lambda order: (order.get("handlingFee") or {}).get("value") or 0,
    "discounts": lambda order: (order.get("discount") or 0) + (order.get("couponDiscount") or 0),
    "refunds": lambda order: order.get("refundedAmount") or 0,
}


def _profit(period: Period, orders: list[Item]) -> Metrics:
    lines = [line for order in orders for line in order.get("items") or ()]
    costs = [_cost(period.store, line) * (line.get("quantity") or 1) for line in lines]
    costs += [_EXPENSES[name](order) for order in orders for name in ("tax", "refunds")]
    revenue, expenses = _sales(period, orders)["revenue"], sum_amounts(costs)
    return {"profit": sum_amounts((revenue, -expenses)), "revenue": revenue, "expenses": expenses}


def _expenses(period: Period, entries: list[Item]) -> Metrics:
    return {"expenses": sum_amounts(entry["amount"] for entry in entries)}


def _count(name: str) -> Callable[[Period, list[Item]], Metrics]:
    return lambda period, items: {name: len(items)}


def _stock(period: Period, products: list[Item]) -> Metrics:
    counted = [product for product in products if not product.get("unlimited")]
    return {
        "quantity": sum(product.get("quantity") or 0 for product in counted),
        "stockValue": sum_amounts((product.get("quantity") or 0) * (product.get("price") or 0) for product in counted),
    }


# Rows: which of them an item belongs to.

Grouping = Callable[[Period, Item], Group | None]


def _by(name: str, *, otherwise: str = "Other") -> Grouping:
    return lambda period, item: (str(item.get(name) or otherwise), None)


def _by_buyer(period: Period, item: Item) -> Group:
    return ("new" if period.is_new(item) else "returning", None)


def _by_order_kind(period: Period, item: Item) -> Group:
    return ("newOrders" if period.is_new(item) else "repeatOrders", None)


def _by_country(period: Period, item: Item) -> Group:
    person = item.get("billingPerson") or item.get("shippingPerson") or {}
    code = person.get("countryCode") or ""
    return (atlas.load().country(code) if code in atlas.load().countries else "Unknown", None)


def _by_device(period: Period, item: Item) -> Group:
    agent = item.get("customerUserAgent") or ""
    if "iPad" in agent or "Tablet" in agent:
        return ("Tablet", None)
    return ("Mobile" if "Mobile" in agent or "Android" in agent else "Desktop", None)


def _campaign(item: Item) -> Item:
    data = item.get("utmData") or {}
    found: Item = data[0] if isinstance(data, list) else data
    return found


def _by_channel(period: Period, item: Item) -> Group:
    host = host_of(item.get("globalReferer"))
    return (_campaign(item).get("medium") or host.removeprefix("www.") or "direct", None)


def _by_social(period: Period, item: Item) -> Group | None:
    texts = (_campaign(item).get("source") or "", host_of(item.get("globalReferer")))
    return next(((name, None) for name in _SOCIAL_NETWORKS if any(name in text.lower() for text in texts)), None)


def _by_mail(period: Period, item: Item) -> Group | None:
    campaign = _campaign(item)
    return (campaign.get("campaign") or "email", None) if campaign.get("medium") == "email" else None


def _by_source(period: Period, item: Item) -> Group:
    campaign = _campaign(item)
    if not campaign:
        return ("direct", None)
    utm = {f"utm{name.capitalize()}": campaign.get(name) or "" for name in ("source", "medium", "campaign")}
    name = " / ".join(filter(None, utm.values())) or "direct"
    return (name, {"type": "UTM", "utmList": [{**utm, "cartOrigin": ""}]})


def _by_landing(period: Period, item: Item) -> Group:
    url = item.get("refererUrl") or ""
    return (url or "unknown", {"type": "LANDING", "landingUrl": url})


def _by_customer(period: Period, item: Item) -> Group | None:
    email, person = item.get("email") or "", item.get("billingPerson") or {}
    if not email:
        return None
    data = {"customerName": person.get("name") or email, "customerEmail": email}
    if person.get("phone"):
        data["customerPhone"] = person["phone"]
    if item.get("customerId"):
        data["customerId"] = item["customerId"]
    return (normalized(email), {"type": "CUSTOMERS", "customerData": data})


def _by_shipping(period: Period, item: Item) -> Group | None:
    option = item.get("shippingOption") or {}
    name = option.get("shippingMethodName")
    kind = (option.get("fulfillmentType") or "shipping").lower()
    return (name, {"type": "SHIPPING", "shippingMethodName": name, "fulfilmentType": kind}) if name else None


def _by_coupon(period: Period, item: Item) -> Group | None:
    coupon = item.get("discountCoupon") or {}
    name = coupon.get("name") or coupon.get("code")
    return (coupon.get("code") or name, {"type": "COUPONS", "couponName": name}) if name else None


def _by_category(period: Period, line: Item) -> Group:
    category = period.store.table("categories").get(line.get("categoryId") or 0) or {}
    name = category.get("name") or "Other"
    return (name, {"type": "CATEGORY", "categoryName": name})


def _by_product(period: Period, line: Item) -> Group:
    number = line.get("productId") or 0
    product = period.store.table("products").get(number) or {}
    texts = {
        "productName": line.get("name") or product.get("name"),
        "productUrl": product.get("url"),
        "productSku": line.get("sku") or product.get("sku"),
        "productImageUrl": product.get("imageUrl"),
        "productThumbnailUrl": product.get("thumbnailUrl"),
    }
    return (str(number), {"type": "PRODUCT", **{name: text for name, text in texts.items() if text}})


def _by_stock(period: Period, product: Item) -> Group:
    texts = {name: product.get(name) for name in ("sku", "imageUrl", "thumbnailUrl")}
    data = {"productId": product["id"], **{name: text for name, text in texts.items() if text}}
    return (str(product["id"]), {"type": "INVENTORY_PRODUCT", **data})


def _by_consent(period: Period, customer: Item) -> Group:
    return ("accepted" if customer.get("acceptMarketing") else "notAccepted", None)


def _orders_count(period: Period, figures: Metrics) -> Item:
    return {"type": "ORDERS", "ordersCount": figures["orders"]}


# The reports.


@frozen(kw_only=True)
class Report:
    """`items` of a period, measured all together and by rows: points in time in a chart, else what `group` says.

    Rows are sorted by their first figure; slices of a pie have their share of it.
    """

    shape: Literal["chart", "pie", "table"]
    items: Callable[[Period], list[Item]]
    measure: Callable[[Period, list[Item]], Metrics]
    group: Grouping | None = None
    additional_data: Callable[[Period, Metrics], Item] | None = None

    def rows(self, period: Period) -> dict[str, tuple[Item | None, list[Item]]]:
        """What is told beside each row, and its items, by the row's name; no rows in a chart."""
        found: dict[str, tuple[Item | None, list[Item]]] = {}
        for item in self.items(period) if self.group else ():
            if self.group and (group := self.group(period, item)):
                found.setdefault(group[0], (group[1], []))[1].append(item)
        return found

    def totals(self, period: Period) -> Metrics:
        """The figures of everything that stands in a row."""
        if self.group is None:
            return self.measure(period, self.items(period))
        return self.measure(period, [item for _, items in self.rows(period).values() for item in items])


def _orders(period: Period) -> list[Item]:
    return period.orders


def _carts(period: Period) -> list[Item]:
    return period.carts


def _visits(period: Period) -> list[Item]:
    return period.visits


def _lines(period: Period) -> list[Item]:
    return period.lines


def _visits_with(*way: str) -> Callable[[Period], list[Item]]:
    """The visits that have something at this place."""

    def found(period: Period) -> list[Item]:
        return [visit for visit in period.visits if _value_at(visit, way)]

    return found


def _value_at(item: Any, way: Iterable[str]) -> Any:
    for step in way:
        item = (item or {}).get(step)
    return item


def _new_visits(period: Period) -> list[Item]:
    return [visit for visit in period.visits if period.is_new(visit)]


def _returning_visits(period: Period) -> list[Item]:
    return [visit for visit in period.visits if not period.is_new(visit)]


def _products(period: Period) -> list[Item]:
    table = period.store.table("products")
    return [decode_json(row) for key in table if (row := table.raw(key)) is not None]


def _customers(period: Period) -> list[Item]:
    return _items_created(period.store, "customers", 0, period.end)


def _favorites(period: Period) -> list[Item]:
    found = (favorite for customer in _customers(period) for favorite in customer.get("favorites") or ())
    return [{"productId": one.get("productId")} for one in found]


def _order_expenses(period: Period) -> list[Item]:
    return [{"kind": kind, "amount": amount(order)} for order in period.orders for kind, amount in _EXPENSES.items()]


def _funnel_steps(period: Period) -> list[Item]:
    """How far each visit came, once for every step on the way."""
    steps: list[Item] = [{"step": "visit"} for _ in period.visits]
    steps += [{"step": "addToCart"} for visit in period.visits if visit.get("items")]
    steps += [{"step": "checkout"} for visit in period.visits if visit.get("billingPerson") or "orderNumber" in visit]
    return steps + [{"step": "order"} for _ in period.orders]


REPORTS: Final[dict[str, Report]] = {
    "allTraffic": Report(shape="chart", items=_visits, measure=_visitors),
    "newVsReturningVisitors": Report(shape="pie", items=_visits, measure=_visitors, group=_by_buyer),
    "visitorsByDevice": Report(shape="pie", items=_visits, measure=_visitors, group=_by_device),
    "visitorsByCountry": Report(shape="pie", items=_visits, measure=_visitors, group=_by_country),
    "visitorsByLanguage": Report(shape="pie", items=_visits, measure=_visitors, group=_by("lang")),
    "topOfLandingPagesByVisitors": Report(shape="table", items=_visits, measure=_visitors, group=_by_landing),
    "siteUniqueNewVisitorsByGroup": Report(shape="table", items=_new_visits, measure=_visitors, group=_by_channel),
    "siteActivity": Report(shape="chart", items=_visits, measure=_visitors),
    "siteEmailActivity": Report(shape="pie", items=_visits, measure=_visitors, group=_by_mail),
    "siteSocialActivity": Report(shape="pie", items=_visits, measure=_visitors, group=_by_social),
    "siteAggregatedActivity": Report(shape="pie", items=_visits, measure=_visitors, group=_by_channel),
    "siteAggregatedActivityNewAndReturn": Report(shape="pie", items=_visits, measure=_visitors, group=_by_buyer),
    "siteGroupActivity": Report(shape="pie", items=_visits, measure=_visitors, group=_by_channel),
    "siteGroupActivityNew": Report(shape="pie", items=_new_visits, measure=_visitors, group=_by_channel),
    "siteGroupActivityReturn": Report(shape="pie", items=_returning_visits, measure=_visitors, group=_by_channel),
    "siteGroupEngagedActivity": Report(shape="pie", items=_orders, measure=_visitors, group=_by_channel),
    "sitePotentialLeads": Report(shape="chart", items=_carts, measure=_visitors),
    "siteContactWidgetActivity": Report(shape="chart", items=_visits_with("orderComments"), measure=_visitors),
    "sitePhoneActivity": Report(shape="chart", items=_visits_with("billingPerson", "phone"), measure=_visitors),
    "siteAddressActivity": Report(shape="chart", items=_visits_with("shippingPerson"), measure=_visitors),
    "siteLocationMapActivity": Report(shape="chart", items=_visits_with("pickupTime"), measure=_visitors),
    "salesFunnel": Report(shape="pie", items=_funnel_steps, measure=_count("count"), group=_by("step")),
    "checkoutSalesFunnel": Report(shape="pie", items=_funnel_steps, measure=_count("count"), group=_by("step")),
    "conversions": Report(shape="chart", items=_visits, measure=_conversions),
    "addToCartConversion": Report(shape="chart", items=_visits_with("items"), measure=_conversions),
    "abandonedCarts": Report(shape="chart", items=_carts, measure=_abandoned),
    "allOrders": Report(shape="chart", items=_orders, measure=_sales),
    "newOrdersVsRepeatOrders": Report(shape="pie", items=_orders, measure=_sales, group=_by_order_kind),
    "topOfCustomersByOrders": Report(shape="table", items=_orders, measure=_sales, group=_by_customer),
    "topOfPaymentMethodsByOrders": Report(shape="table", items=_orders, measure=_sales, group=_by("paymentMethod")),
    "topOfShippingMethodsByOrders": Report(shape="table", items=_orders, measure=_sales, group=_by_shipping),
    "topOfCouponsByOrders": Report(shape="table", items=_orders, measure=_sales, group=_by_coupon),
    "topOfMarketingSources": Report(shape="pie", items=_orders, measure=_sales, group=_by_source),
    "topOfCategoriesByOrders": Report(shape="table", items=_lines, measure=_sold, group=_by_category),
    "topOfProductsByProfit": Report(shape="table", items=_lines, measure=_sold, group=_by_product),
    "topOfProductsByAddingToFavorites": Report(
        shape="table", items=_favorites, measure=_count("favorites"), group=_by_product
    ),
    "inventory": Report(shape="table", items=_products, measure=_stock, group=_by_stock),
    "allRevenue": Report(shape="chart", items=_orders, measure=_revenue, additional_data=_orders_count),
    "allExpenses": Report(shape="table", items=_order_expenses, measure=_expenses, group=_by("kind")),
    "allProfit": Report(shape="chart", items=_orders, measure=_profit),
    "customersByMarketingEmailsConsent": Report(
        shape="pie", items=_customers, measure=_count("customers"), group=_by_consent
    ),
}
# What rows are sorted by where it is not the first figure.
DEFAULT_METRICS: Final = {"topOfProductsByProfit": "profit"}
