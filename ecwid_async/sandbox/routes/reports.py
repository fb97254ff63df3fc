"""Reports and their tips, ``/reports/{reportType}``, and ``/latest-stats``. All are computed on request."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import islice
from typing import Final

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.report_definitions import DEFAULT_METRICS, REPORTS, Report
from ecwid_async.sandbox.routes.support.report_metrics import Metrics
from ecwid_async.sandbox.routes.support.report_period import VISIT_SECTIONS, Period, created_at
from ecwid_async.sandbox.routes.support.time_buckets import comparison_period, default_scale, time_buckets
from ecwid_async.sandbox.state import Item, Store, format_time, sum_amounts

__all__: list[str] = []

# More than a year in hours.
_MAX_POINTS: Final = 10_000


@route("GET /reports/{reportType}")
def get_report(request: StoreRequest) -> Result:
    """One report, compared with an earlier period if requested."""
    report, period = _find_report(request), _requested_period(request)
    response: Item = {"reportType": request.path_params["reportType"]}
    ticks_per_second = 1000 if "reports" in request.store.switches.millisecond_sections else 1
    for name in ("startedFrom", "endedAt", "timeScaleValue", "orderByMetric", "orderDirection", "limit", "offset"):
        if name in request.params:
            response[name] = request.params[name]
    response["firstDayOfWeek"] = _first_day_of_week(request)
    response["aggregatedData"] = _metric_list(report.totals(period))
    dataset = _dataset(request, report, period, ticks_per_second)
    if report.shape == "table":
        response["itemCount"] = len(dataset)
    response["dataset"] = _requested_page(request, dataset)
    if request.path_params["reportType"] == "abandonedCarts":
        features = (request.store.profile.get("account") or {}).get("availableFeatures") or ()
        recovers = "AUTO_ABANDONED_SALES_RECOVERY" in features
        response["additionalData"] = {"type": "ABANDONED_CARTS", "autoAbandonedSalesRecovery": recovers}
    comparison = request.params.get("comparePeriod")
    if comparison:
        response["comparePeriod"] = _COMPARE_PERIODS[comparison]
    if times := comparison_period(period.start, period.end, comparison):
        earlier = Period(request.store, *times)
        earlier_dataset = _dataset(request, report, earlier, ticks_per_second)
        response["comparePeriodAggregatedData"] = _metric_list(report.totals(earlier))
        response["comparePeriodDataset"] = _requested_page(request, earlier_dataset)
        if report.shape == "chart":
            for row, earlier_row in zip(dataset, earlier_dataset, strict=False):
                row["comparePeriodStartTimeStamp"] = earlier_row["startTimeStamp"]
                row["comparePeriodEndTimeStamp"] = earlier_row["endTimeStamp"]
    return response


@route("GET /reports/{reportType}/tip")
def get_report_tip(request: StoreRequest) -> Result:
    """A sentence about the leading row of a report."""
    report, period = _find_report(request), _requested_period(request)
    rows = _dataset(request, report, period, 1)
    best = max(rows, key=lambda row: row["data"][0]["dataValue"], default=None)
    if best is None or not best["data"][0]["dataValue"]:
        return {"tip": "There is nothing to report yet: choose a longer period, or wait for the first orders."}
    metric = best["data"][0]
    return {"tip": f"{best['datapointId']} leads with {metric['dataValue']} ({metric['dataId']})."}


def _find_report(request: StoreRequest) -> Report:
    name = request.path_params["reportType"]
    if name not in REPORTS:
        raise ErrorResponse.wrong_parameter(f"There is no report {name!r}; use one of {', '.join(sorted(REPORTS))}")
    return REPORTS[name]


def _requested_period(request: StoreRequest) -> Period:
    start, end = _requested_time(request, "startedFrom"), _requested_time(request, "endedAt")
    if start is None:
        firsts = (_first_created(request.store, section) for section in VISIT_SECTIONS)
        start = min((first for first in firsts if first), default=request.now)
    end = request.now if end is None else end
    if start > end:
        if "startedFrom" in request.params:
            raise ErrorResponse.wrong_parameter("startedFrom must not be later than endedAt")
        start = end
    return Period(request.store, start, end)


def _first_created(store: Store, section: str) -> int | None:
    table = store.table(section)
    slots = table.index.sorted_slots("created").slots
    return int(table.index.number_column("created")[slots[0]]) if slots else None


def _requested_time(request: StoreRequest, name: str) -> int | None:
    """A time from the request in Unix seconds; milliseconds are accepted too."""
    value = request.params.get(name)
    if value is None:
        return None
    seconds: int = value // 1000 if value > 10**11 else value
    if not 0 <= seconds < 2**33:
        raise ErrorResponse.wrong_parameter(f"{name} must be a time in Unix seconds")
    return seconds


def _first_day_of_week(request: StoreRequest) -> str:
    return "SUNDAY" if request.params.get("firstDayOfWeek", "").upper() == "SUNDAY" else "MONDAY"


_COMPARE_PERIODS: Final = {
    "noComparePeriod": "NO_COMPARE_PERIOD",
    "previousPeriod": "PREVIOUS_PERIOD",
    "similarPeriodInPreviousWeek": "SIMILAR_PERIOD_IN_PREVIOUS_WEEK",
    "similarPeriodInPreviousMonth": "SIMILAR_PERIOD_IN_PREVIOUS_MONTH",
    "similarPeriodInPreviousYear": "SIMILAR_PERIOD_IN_PREVIOUS_YEAR",
}


def _dataset(request: StoreRequest, report: Report, period: Period, ticks_per_second: int) -> list[Item]:
    if report.group is None:
        return _chart(request, report, period, ticks_per_second)
    rows = report.rows(period)
    measured = {name: report.measure(period, items) for name, (_, items) in rows.items()}
    leading = {name: next(iter(metrics.values())) for name, metrics in measured.items()}
    sort_metric = request.params.get("orderByMetric") or DEFAULT_METRICS.get(request.path_params["reportType"], "")
    # Rows with equal values keep their order in both directions.
    names = sorted(
        measured,
        key=lambda name: measured[name].get(sort_metric, leading[name]),
        reverse=request.params.get("orderDirection", "").upper() != "ASC",
    )
    total = sum(leading.values())
    dataset = []
    for position, name in enumerate(names):
        row: Item = {"orderBy": position, "datapointId": name}
        if report.shape == "pie":
            row["percentage"] = sum_amounts((leading[name] * 100 / total,)) if total else 0
        row["data"] = _metric_list(measured[name])
        if rows[name][0] is not None:
            row["additionalData"] = rows[name][0]
        dataset.append(row)
    return dataset


def _chart(request: StoreRequest, report: Report, period: Period, ticks_per_second: int) -> list[Item]:
    scale = request.params.get("timeScaleValue") or default_scale(period.start, period.end)
    buckets = list(islice(time_buckets(period.start, period.end, scale, _first_day_of_week(request)), _MAX_POINTS + 1))
    if len(buckets) > _MAX_POINTS:
        raise ErrorResponse.wrong_parameter(
            f"A chart may have at most {_MAX_POINTS} points: use a timeScaleValue longer than {scale!r}"
        )
    starts = [start for _, start, _ in buckets]
    items_by_bucket: list[list[Item]] = [[] for _ in buckets]
    for item in report.items(period):
        items_by_bucket[bisect_right(starts, created_at(item)) - 1].append(item)
    dataset = []
    for position, (name, start, end) in enumerate(buckets):
        metrics = report.measure(period, items_by_bucket[position])
        row: Item = {
            "orderBy": position,
            "datapointId": name,
            "startTimeStamp": start * ticks_per_second,
            "endTimeStamp": end * ticks_per_second,
        }
        row["data"] = _metric_list(metrics)
        if report.additional_data is not None:
            row["additionalData"] = report.additional_data(period, metrics)
        dataset.append(row)
    return dataset


def _metric_list(metrics: Metrics) -> list[Item]:
    return [{"dataId": name, "dataValue": value} for name, value in metrics.items()]


def _requested_page(request: StoreRequest, dataset: list[Item]) -> list[Item]:
    offset = request.params.get("offset", 0)
    limit = request.params.get("limit", len(dataset))
    if offset < 0 or limit < 0:
        raise ErrorResponse.wrong_parameter("offset and limit must be 0 or more")
    return dataset[offset : offset + limit]


# Latest changes.

# The sections that each time covers; some of them are not lists.
_STATS_SOURCES: Final = {
    "productsUpdated": ("products",),
    "ordersUpdated": ("orders",),
    "profileUpdated": ("profile", "shipping_options", "payment_options", "checkout_extra_fields", "order_statuses"),
    "categoriesUpdated": ("categories",),
    "discountCouponsUpdated": ("coupons",),
    "abandonedSalesUpdated": ("carts",),
    "customersUpdated": ("customers",),
    "reviewsUpdated": ("reviews",),
    "domainsUpdated": ("domains",),
    "subscriptionsUpdated": ("subscriptions",),
}
_OPTIONAL_STATS: Final = {
    "reviewsUpdated": "reviewsUpdatesRequired",
    "domainsUpdated": "domainsRequired",
    "subscriptionsUpdated": "subscriptionRequired",
}


@route("GET /latest-stats")
def get_latest_stats(request: StoreRequest) -> Result:
    """The time of the last change in each part of the store, deletions included; item counts on request."""
    store = request.store
    response: Item = {
        name: format_time(_last_change(store, sections))
        for name, sections in _STATS_SOURCES.items()
        if name not in _OPTIONAL_STATS or request.flag(_OPTIONAL_STATS[name])
    }
    for section, noun in (("products", "product"), ("categories", "category")):
        if request.flag(f"{noun}CountRequired"):
            # The documentation and Ecwid's own client use different names.
            response[f"{noun}CountRequired"] = response[f"{noun}Count"] = store.count(section)
    return response


def _last_change(store: Store, sections: Iterable[str]) -> float:
    times = [0.0]
    for section in sections:
        if section not in store.sections:
            times.append(store.last_writes.get(section, 0.0))
            continue
        table = store.table(section)
        slots = table.index.sorted_slots("updated").slots
        times += [table.last_written, table.index.number_column("updated")[slots[-1]] if slots else 0.0]
    return max(times) or store.opened
