"""Reports, and the times of the latest changes."""

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from ecwid_async.sandbox.routes.support.report_definitions import REPORTS
from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store, empty_store

Item = dict[str, Any]
JUNE = int(datetime(2024, 6, 1, tzinfo=UTC).timestamp())
DAY = 86_400


@pytest.fixture(scope="module")
def demo() -> Api:
    """A demo store that no test changes."""
    return demo_store(products=40, orders=200, customers=30, carts=30, categories=6)


def june_store(**switches: Any) -> Api:
    """A store with four orders in June 2024, by three buyers, and one product."""
    api = empty_store(Clock(JUNE + 60 * DAY), **switches)
    sales = [("a@x.com", 0, 10), ("b@x.com", 3600, 20), ("a@x.com", DAY, 30), ("c@x.com", 3 * DAY, 40)]
    api.store.load(
        "orders",
        (
            {
                "orderNumber": 500_000_000 + at,
                "id": f"X{at}",
                "email": email,
                "total": total,
                "paymentStatus": "PAID",
                "paymentMethod": "Cash" if total < 40 else "Card",
                "createTimestamp": JUNE + after,
                "updateTimestamp": JUNE + after,
                "items": [{"productId": 1, "name": "Mug", "price": total, "quantity": 1}],
            }
            for at, (email, after, total) in enumerate(sales)
        ),
    )
    api.store.load("products", ({"id": 1, "name": "Mug", "price": 10, "costPrice": 4, "quantity": 7},))
    return api


def metrics(data: list[Item]) -> dict[str, float]:
    return {row["dataId"]: row["dataValue"] for row in data}


def leading_metrics(report: Item) -> dict[str, float]:
    return {row["datapointId"]: row["data"][0]["dataValue"] for row in report["dataset"]}


@pytest.mark.parametrize("name", REPORTS)
def test_the_metrics_of_every_report_add_up(demo: Api, name: str) -> None:
    report = demo.get(f"/reports/{name}")
    assert report["reportType"] == name
    assert report["dataset"]
    assert all(row["data"] for row in report["dataset"])
    assert [row["orderBy"] for row in report["dataset"]] == list(range(len(report["dataset"])))
    shares = [row["percentage"] for row in report["dataset"] if "percentage" in row]
    assert bool(shares) == (REPORTS[name].shape == "pie")
    assert not shares or sum(shares) == pytest.approx(100, abs=0.1)
    # Visitors can be in several rows, and averages do not add up.
    if report["aggregatedData"][0]["dataId"] in {"visits", "revenue", "profit", "abandonedCarts", "count", "favorites"}:
        assert sum(leading_metrics(report).values()) == pytest.approx(report["aggregatedData"][0]["dataValue"])
    assert demo.get(f"/reports/{name}/tip")["tip"]


def test_a_chart_has_a_point_for_every_day() -> None:
    report = june_store().get("/reports/allRevenue", startedFrom=JUNE, endedAt=JUNE + 4 * DAY - 1, timeScaleValue="day")
    assert leading_metrics(report) == {"June 1, 2024": 30, "June 2, 2024": 30, "June 3, 2024": 0, "June 4, 2024": 40}
    assert metrics(report["aggregatedData"]) == {"revenue": 100, "orders": 4, "averageOrderValue": 25, "items": 4}
    first = report["dataset"][0]
    assert (first["startTimeStamp"], first["endTimeStamp"]) == (JUNE, JUNE + DAY - 1)
    assert first["additionalData"] == {"type": "ORDERS", "ordersCount": 2}
    assert (report["startedFrom"], report["endedAt"]) == (JUNE, JUNE + 4 * DAY - 1)


@pytest.mark.parametrize(
    ("scale", "names"),
    [
        ("hour", ["June 1, 2024 00:00", "June 1, 2024 01:00"]),
        ("week", ["May 27, 2024", "June 3, 2024"]),
        ("month", ["June 2024", "July 2024"]),
        ("year", ["2024"]),
    ],
)
def test_a_chart_has_the_requested_scale(scale: str, names: list[str]) -> None:
    report = june_store().get("/reports/allOrders", startedFrom=JUNE, endedAt=JUNE + 40 * DAY, timeScaleValue=scale)
    points = report["dataset"]
    assert [point["datapointId"] for point in points][:2] == names
    assert (points[0]["startTimeStamp"], points[-1]["endTimeStamp"]) == (JUNE, JUNE + 40 * DAY)
    for one, following in itertools.pairwise(points):
        assert following["startTimeStamp"] == one["endTimeStamp"] + 1
    assert sum(leading_metrics(report).values()) == 4


def test_weeks_begin_on_the_requested_day() -> None:
    report = june_store().get(
        "/reports/allOrders", startedFrom=JUNE, endedAt=JUNE + 2 * DAY, timeScaleValue="week", firstDayOfWeek="sunday"
    )
    assert report["firstDayOfWeek"] == "SUNDAY"
    assert list(leading_metrics(report)) == ["May 26, 2024", "June 2, 2024"]


@pytest.mark.parametrize(
    ("period", "name", "orders"),
    [
        ("previousPeriod", "PREVIOUS_PERIOD", 3),
        ("similarPeriodInPreviousWeek", "SIMILAR_PERIOD_IN_PREVIOUS_WEEK", 0),
        ("similarPeriodInPreviousMonth", "SIMILAR_PERIOD_IN_PREVIOUS_MONTH", 0),
        ("similarPeriodInPreviousYear", "SIMILAR_PERIOD_IN_PREVIOUS_YEAR", 0),
    ],
)
def test_a_report_is_compared_with_an_earlier_period(period: str, name: str, orders: int) -> None:
    start = JUNE + 2 * DAY
    report = june_store().get(
        "/reports/allOrders", startedFrom=start, endedAt=start + 2 * DAY - 1, timeScaleValue="day", comparePeriod=period
    )
    assert report["comparePeriod"] == name
    assert metrics(report["comparePeriodAggregatedData"])["orders"] == orders
    assert len(report["comparePeriodDataset"]) == 2
    earlier = report["comparePeriodDataset"][0]["startTimeStamp"]
    assert earlier == report["dataset"][0]["comparePeriodStartTimeStamp"] < start
    expected = {"previousPeriod": JUNE, "similarPeriodInPreviousWeek": start - 7 * DAY}
    assert earlier == expected.get(period, earlier)


def test_nothing_is_compared_by_default() -> None:
    report = june_store().get("/reports/allOrders", comparePeriod="noComparePeriod")
    assert report["comparePeriod"] == "NO_COMPARE_PERIOD"
    assert not {"comparePeriodDataset", "comparePeriodAggregatedData"} & set(report)


def test_rows_are_sorted_and_limited() -> None:
    api = june_store()
    path = "/reports/topOfPaymentMethodsByOrders"
    assert leading_metrics(api.get(path)) == {"Cash": 3, "Card": 1}
    assert list(leading_metrics(api.get(path, orderByMetric="averageOrderValue"))) == ["Card", "Cash"]
    assert list(leading_metrics(api.get(path, orderDirection="asc"))) == ["Card", "Cash"]
    report = api.get(path, limit=1, offset=1)
    assert list(leading_metrics(report)) == ["Card"]
    assert report["itemCount"] == 2
    assert api.refused("GET", path, limit=-1)[:2] == (400, "WRONG_PARAMETER")


def test_only_the_first_order_of_a_buyer_is_new() -> None:
    api = june_store()
    assert leading_metrics(api.get("/reports/newOrdersVsRepeatOrders")) == {"newOrders": 3, "repeatOrders": 1}
    assert leading_metrics(api.get("/reports/newOrdersVsRepeatOrders", startedFrom=JUNE + 2)) == {
        "newOrders": 2,
        "repeatOrders": 1,
    }


def test_profit_is_revenue_minus_cost() -> None:
    [row] = june_store().get("/reports/topOfProductsByProfit")["dataset"]
    assert metrics(row["data"]) == {"orders": 4, "items": 4, "revenue": 100, "profit": 84}
    assert row["additionalData"]["productName"] == "Mug"


def test_a_report_includes_new_orders() -> None:
    api = june_store()
    before = metrics(api.get("/reports/allOrders")["aggregatedData"])
    api.post("/orders", {"email": "d@x.com", "total": 50})
    after = metrics(api.get("/reports/allOrders")["aggregatedData"])
    assert after["orders"] == before["orders"] + 1
    assert after["revenue"] == before["revenue"] + 50


def test_a_switch_puts_timestamps_in_milliseconds() -> None:
    params = {"startedFrom": JUNE * 1000, "endedAt": JUNE + DAY - 1, "timeScaleValue": "day"}
    [point] = june_store(millisecond_sections=frozenset({"reports"})).get("/reports/allOrders", **params)["dataset"]
    assert (point["startTimeStamp"], point["endTimeStamp"]) == (JUNE * 1000, (JUNE + DAY - 1) * 1000)
    assert june_store().get("/reports/allOrders", **params)["dataset"][0]["startTimeStamp"] == JUNE


def test_an_unknown_report_or_an_invalid_period_is_refused() -> None:
    api = june_store()
    assert "allOrders" in api.refused("GET", "/reports/everything")[2]
    assert api.refused("GET", "/reports/allOrders", startedFrom=JUNE, endedAt=JUNE - 1)[:2] == (400, "WRONG_PARAMETER")


def test_an_empty_store_has_empty_reports() -> None:
    api = empty_store()
    for name in REPORTS:
        assert api.get(f"/reports/{name}")["aggregatedData"]
        assert "nothing" in api.get(f"/reports/{name}/tip")["tip"]


# Latest changes.


def test_a_change_updates_only_the_time_of_its_section() -> None:
    api = june_store()
    clock: Any = api.sandbox.clock
    api.post("/customers", {"email": "a@x.com"})
    seen = api.get("/latest-stats")
    assert seen["ordersUpdated"] == "2024-06-04 00:00:00 +0000"
    for change, moved in (
        (lambda: api.put("/products/1", {"price": 3}), "productsUpdated"),
        (lambda: api.delete("/orders/X3"), "ordersUpdated"),
        (lambda: api.post("/categories", {"name": "x"}), "categoriesUpdated"),
        (lambda: api.post("/orders", {"paymentStatus": "INCOMPLETE"}), "abandonedSalesUpdated"),
        (lambda: api.post("/profile/extrafields", {"key": "x"}), "profileUpdated"),
        (lambda: api.post("/customers", {"email": "e@x.com"}), "customersUpdated"),
    ):
        clock.now += 1000
        change()
        now = api.get("/latest-stats")
        assert {name for name, time in now.items() if time != seen[name]} == {moved}
        seen = now


def test_counts_and_other_times_are_returned_on_request(demo: Api) -> None:
    plain = demo.get("/latest-stats")
    assert len(plain) == 7
    full = demo.get(
        "/latest-stats",
        productCountRequired=True,
        categoryCountRequired=True,
        reviewsUpdatesRequired=True,
        domainsRequired=True,
        subscriptionRequired=True,
    )
    assert full["productCount"] == full["productCountRequired"] == 40
    assert full["categoryCount"] == full["categoryCountRequired"] == 6
    assert {"reviewsUpdated", "domainsUpdated", "subscriptionsUpdated"} <= set(full)
