"""The definition of each report: its shape, its items, its metrics and its groups."""

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox.routes.support.report_groups import (
    Grouping,
    by_category,
    by_channel,
    by_consent,
    by_country,
    by_coupon,
    by_customer,
    by_device,
    by_email_campaign,
    by_field,
    by_first_order,
    by_landing_page,
    by_new_buyer,
    by_product,
    by_shipping_method,
    by_social_network,
    by_source,
    by_stock_item,
)
from ecwid_async.sandbox.routes.support.report_metrics import (
    EXPENSES,
    Metrics,
    cart_metrics,
    conversion_metrics,
    count_metric,
    expense_metrics,
    product_metrics,
    profit_metrics,
    revenue_metrics,
    sales_metrics,
    stock_metrics,
    visitor_metrics,
)
from ecwid_async.sandbox.routes.support.report_period import Period, items_created
from ecwid_async.sandbox.state import Item, decode_json

__all__ = ["DEFAULT_METRICS", "REPORTS", "Report"]


def _orders_count(period: Period, metrics: Metrics) -> Item:
    return {"type": "ORDERS", "ordersCount": metrics["orders"]}


@frozen(kw_only=True)
class Report:
    """The items of a period, and the metrics computed from all of them and from those in each row.

    The rows of a chart are points in time; other reports have a row for each group, sorted by the first metric. In a
    pie, each row also has its share of that metric.
    """

    shape: Literal["chart", "pie", "table"]
    items: Callable[[Period], list[Item]]
    measure: Callable[[Period, list[Item]], Metrics]
    group: Grouping | None = None
    additional_data: Callable[[Period, Metrics], Item] | None = None

    def rows(self, period: Period) -> dict[str, tuple[Item | None, list[Item]]]:
        """The additional data and the items of each row, by the row's name; empty for a chart."""
        rows: dict[str, tuple[Item | None, list[Item]]] = {}
        for item in self.items(period) if self.group else ():
            if self.group and (group := self.group(period, item)):
                rows.setdefault(group[0], (group[1], []))[1].append(item)
        return rows

    def totals(self, period: Period) -> Metrics:
        """The metrics of all items that belong to a row."""
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


def _visits_with(*path: str) -> Callable[[Period], list[Item]]:
    """The visits with a value at this path."""

    def visits(period: Period) -> list[Item]:
        return [visit for visit in period.visits if _value_at(visit, path)]

    return visits


def _value_at(item: Any, path: Iterable[str]) -> Any:
    for step in path:
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
    return items_created(period.store, "customers", 0, period.end)


def _favorites(period: Period) -> list[Item]:
    favorites = (favorite for customer in _customers(period) for favorite in customer.get("favorites") or ())
    return [{"productId": favorite.get("productId")} for favorite in favorites]


def _order_expenses(period: Period) -> list[Item]:
    return [{"kind": kind, "amount": amount(order)} for order in period.orders for kind, amount in EXPENSES.items()]


def _funnel_steps(period: Period) -> list[Item]:
    """One entry for each step that a visit has reached."""
    steps: list[Item] = [{"step": "visit"} for _ in period.visits]
    steps += [{"step": "addToCart"} for visit in period.visits if visit.get("items")]
    steps += [{"step": "checkout"} for visit in period.visits if visit.get("billingPerson") or "orderNumber" in visit]
    return steps + [{"step": "order"} for _ in period.orders]


REPORTS: Final[dict[str, Report]] = {
    "allTraffic": Report(shape="chart", items=_visits, measure=visitor_metrics),
    "newVsReturningVisitors": Report(shape="pie", items=_visits, measure=visitor_metrics, group=by_new_buyer),
    "visitorsByDevice": Report(shape="pie", items=_visits, measure=visitor_metrics, group=by_device),
    "visitorsByCountry": Report(shape="pie", items=_visits, measure=visitor_metrics, group=by_country),
    "visitorsByLanguage": Report(shape="pie", items=_visits, measure=visitor_metrics, group=by_field("lang")),
    "topOfLandingPagesByVisitors": Report(shape="table", items=_visits, measure=visitor_metrics, group=by_landing_page),
    "siteUniqueNewVisitorsByGroup": Report(shape="table", items=_new_visits, measure=visitor_metrics, group=by_channel),
    "siteActivity": Report(shape="chart", items=_visits, measure=visitor_metrics),
    "siteEmailActivity": Report(shape="pie", items=_visits, measure=visitor_metrics, group=by_email_campaign),
    "siteSocialActivity": Report(shape="pie", items=_visits, measure=visitor_metrics, group=by_social_network),
    "siteAggregatedActivity": Report(shape="pie", items=_visits, measure=visitor_metrics, group=by_channel),
    "siteAggregatedActivityNewAndReturn": Report(
        shape="pie", items=_visits, measure=visitor_metrics, group=by_new_buyer
    ),
    "siteGroupActivity": Report(shape="pie", items=_visits, measure=visitor_metrics, group=by_channel),
    "siteGroupActivityNew": Report(shape="pie", items=_new_visits, measure=visitor_metrics, group=by_channel),
    "siteGroupActivityReturn": Report(shape="pie", items=_returning_visits, measure=visitor_metrics, group=by_channel),
    "siteGroupEngagedActivity": Report(shape="pie", items=_orders, measure=visitor_metrics, group=by_channel),
    "sitePotentialLeads": Report(shape="chart", items=_carts, measure=visitor_metrics),
    "siteContactWidgetActivity": Report(shape="chart", items=_visits_with("orderComments"), measure=visitor_metrics),
    "sitePhoneActivity": Report(shape="chart", items=_visits_with("billingPerson", "phone"), measure=visitor_metrics),
    "siteAddressActivity": Report(shape="chart", items=_visits_with("shippingPerson"), measure=visitor_metrics),
    "siteLocationMapActivity": Report(shape="chart", items=_visits_with("pickupTime"), measure=visitor_metrics),
    "salesFunnel": Report(shape="pie", items=_funnel_steps, measure=count_metric("count"), group=by_field("step")),
    "checkoutSalesFunnel": Report(
        shape="pie", items=_funnel_steps, measure=count_metric("count"), group=by_field("step")
    ),
    "conversions": Report(shape="chart", items=_visits, measure=conversion_metrics),
    "addToCartConversion": Report(shape="chart", items=_visits_with("items"), measure=conversion_metrics),
    "abandonedCarts": Report(shape="chart", items=_carts, measure=cart_metrics),
    "allOrders": Report(shape="chart", items=_orders, measure=sales_metrics),
    "newOrdersVsRepeatOrders": Report(shape="pie", items=_orders, measure=sales_metrics, group=by_first_order),
    "topOfCustomersByOrders": Report(shape="table", items=_orders, measure=sales_metrics, group=by_customer),
    "topOfPaymentMethodsByOrders": Report(
        shape="table", items=_orders, measure=sales_metrics, group=by_field("paymentMethod")
    ),
    "topOfShippingMethodsByOrders": Report(
        shape="table", items=_orders, measure=sales_metrics, group=by_shipping_method
    ),
    "topOfCouponsByOrders": Report(shape="table", items=_orders, measure=sales_metrics, group=by_coupon),
    "topOfMarketingSources": Report(shape="pie", items=_orders, measure=sales_metrics, group=by_source),
    "topOfCategoriesByOrders": Report(shape="table", items=_lines, measure=product_metrics, group=by_category),
    "topOfProductsByProfit": Report(shape="table", items=_lines, measure=product_metrics, group=by_product),
    "topOfProductsByAddingToFavorites": Report(
        shape="table", items=_favorites, measure=count_metric("favorites"), group=by_product
    ),
    "inventory": Report(shape="table", items=_products, measure=stock_metrics, group=by_stock_item),
    "allRevenue": Report(shape="chart", items=_orders, measure=revenue_metrics, additional_data=_orders_count),
    "allExpenses": Report(shape="table", items=_order_expenses, measure=expense_metrics, group=by_field("kind")),
    "allProfit": Report(shape="chart", items=_orders, measure=profit_metrics),
    "customersByMarketingEmailsConsent": Report(
        shape="pie", items=_customers, measure=count_metric("customers"), group=by_consent
    ),
}
DEFAULT_METRICS: Final = {"topOfProductsByProfit": "profit"}
"""The metric that sorts a report by default, if it is not the first one."""
