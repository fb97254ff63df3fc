"""Reports: ``/reports/{reportType}``, a tip beside each, and ``/latest-stats``, all computed when asked for."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import islice
from typing import Final

from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.report_data import REPORTS, SECTIONS, SORTED_BY, Figures, Period, Report, time_of
from ecwid_async.sandbox.routes.time_buckets import compared, points, usual_scale
from ecwid_async.sandbox.state import Item, Store, format_time, total_of

__all__: list[str] = []

# More than a year of hours.
_MOST_POINTS: Final = 10_000


@route("GET /reports/{reportType}")
def get_report(visit: Visit) -> Answer:
    """One report, compared with an earlier time where asked."""
    report, period = _report(visit), _period(visit)
    answer: Item = {"reportType": visit.ids["reportType"]}
    unit = 1000 if "reports" in visit.store.switches.milliseconds else 1
    for name in ("startedFrom", "endedAt", "timeScaleValue", "orderByMetric", "orderDirection", "limit", "offset"):
        if name in visit.params:
            answer[name] = visit.params[name]
    answer["firstDayOfWeek"] = _first_day(visit)
    answer["aggregatedData"] = _listed(report.whole(period))
    dataset = _dataset(visit, report, period, unit)
    if report.shape == "table":
        answer["itemCount"] = len(dataset)
    answer["dataset"] = _page(visit, dataset)
    if visit.ids["reportType"] == "abandonedCarts":
        features = (visit.store.profile.get("account") or {}).get("availableFeatures") or ()
        recovers = "AUTO_ABANDONED_SALES_RECOVERY" in features
        answer["additionalData"] = {"type": "ABANDONED_CARTS", "autoAbandonedSalesRecovery": recovers}
    asked = visit.params.get("comparePeriod")
    if asked:
        answer["comparePeriod"] = _COMPARED[asked]
    if times := compared(period.start, period.end, asked):
        earlier = Period(visit.store, *times)
        before = _dataset(visit, report, earlier, unit)
        answer["comparePeriodAggregatedData"] = _listed(report.whole(earlier))
        answer["comparePeriodDataset"] = _page(visit, before)
        if report.shape == "chart":
            for now, then in zip(dataset, before, strict=False):
                now["comparePeriodStartTimeStamp"] = then["startTimeStamp"]
                now["comparePeriodEndTimeStamp"] = then["endTimeStamp"]
    return answer


@route("GET /reports/{reportType}/tip")
def get_report_tip(visit: Visit) -> Answer:
    """A sentence on what leads in a report."""
    report, period = _report(visit), _period(visit)
    rows = _dataset(visit, report, period, 1)
    best = max(rows, key=lambda row: row["data"][0]["dataValue"], default=None)
    if best is None or not best["data"][0]["dataValue"]:
        return {"tip": "There is nothing to report yet: widen the time, or wait for the first orders."}
    figure = best["data"][0]
    return {"tip": f"{best['datapointId']} leads with {figure['dataValue']} ({figure['dataId']})."}


def _report(visit: Visit) -> Report:
    name = visit.ids["reportType"]
    if name not in REPORTS:
        raise Refusal.wrong(f"There is no report {name!r}; there are {', '.join(sorted(REPORTS))}")
    return REPORTS[name]


def _period(visit: Visit) -> Period:
    start, end = _seconds(visit, "startedFrom"), _seconds(visit, "endedAt")
    if start is None:
        firsts = (_rows_first(visit.store, section) for section in SECTIONS)
        start = min((first for first in firsts if first), default=visit.now)
    end = visit.now if end is None else end
    if start > end:
        if "startedFrom" in visit.params:
            raise Refusal.wrong("startedFrom must not be later than endedAt")
        start = end
    return Period(visit.store, start, end)


def _rows_first(store: Store, section: str) -> int | None:
    table = store.table(section)
    slots = table.order("created").slots
    return int(table.number("created")[slots[0]]) if slots else None


def _seconds(visit: Visit, name: str) -> int | None:
    """A time of the request; milliseconds are taken as well."""
    value = visit.params.get(name)
    if value is None:
        return None
    seconds: int = value // 1000 if value > 10**11 else value
    if not 0 <= seconds < 2**33:
        raise Refusal.wrong(f"{name} must be a time in Unix seconds")
    return seconds


def _first_day(visit: Visit) -> str:
    return "SUNDAY" if visit.params.get("firstDayOfWeek", "").upper() == "SUNDAY" else "MONDAY"


_COMPARED: Final = {
    "noComparePeriod": "NO_COMPARE_PERIOD",
    "previousPeriod": "PREVIOUS_PERIOD",
    "similarPeriodInPreviousWeek": "SIMILAR_PERIOD_IN_PREVIOUS_WEEK",
    "similarPeriodInPreviousMonth": "SIMILAR_PERIOD_IN_PREVIOUS_MONTH",
    "similarPeriodInPreviousYear": "SIMILAR_PERIOD_IN_PREVIOUS_YEAR",
}


def _dataset(visit: Visit, report: Report, period: Period, unit: int) -> list[Item]:
    if report.group is None:
        return _chart(visit, report, period, unit)
    rows = report.rows(period)
    measured = {name: report.measure(period, items) for name, (_, items) in rows.items()}
    leading = {name: next(iter(figures.values())) for name, figures in measured.items()}
    metric = visit.params.get("orderByMetric") or SORTED_BY.get(visit.ids["reportType"], "")
    # Of equal rows the one that was met first stays first, in both directions.
    names = sorted(
        measured,
        key=lambda name: measured[name].get(metric, leading[name]),
        reverse=visit.params.get("orderDirection", "").upper() != "ASC",
    )
    total = sum(leading.values())
    dataset = []
    for at, name in enumerate(names):
        row: Item = {"orderBy": at, "datapointId": name}
        if report.shape == "pie":
            row["percentage"] = total_of((leading[name] * 100 / total,)) if total else 0
        row["data"] = _listed(measured[name])
        if rows[name][0] is not None:
            row["additionalData"] = rows[name][0]
        dataset.append(row)
    return dataset


def _chart(visit: Visit, report: Report, period: Period, unit: int) -> list[Item]:
    scale = visit.params.get("timeScaleValue") or usual_scale(period.start, period.end)
    marks = list(islice(points(period.start, period.end, scale, _first_day(visit)), _MOST_POINTS + 1))
    if len(marks) > _MOST_POINTS:
        raise Refusal.wrong(f"A chart may have {_MOST_POINTS} points: ask for a longer timeScaleValue than {scale!r}")
    starts = [start for _, start, _ in marks]
    inside: list[list[Item]] = [[] for _ in marks]
    for item in report.items(period):
        inside[bisect_right(starts, time_of(item)) - 1].append(item)
    dataset = []
    for at, (name, start, end) in enumerate(marks):
        figures = report.measure(period, inside[at])
        row: Item = {"orderBy": at, "datapointId": name, "startTimeStamp": start * unit, "endTimeStamp": end * unit}
        row["data"] = _listed(figures)
        if report.beside is not None:
            row["additionalData"] = report.beside(period, figures)
        dataset.append(row)
    return dataset


def _listed(figures: Figures) -> list[Item]:
    return [{"dataId": name, "dataValue": value} for name, value in figures.items()]


def _page(visit: Visit, dataset: list[Item]) -> list[Item]:
    offset = visit.params.get("offset", 0)
    limit = visit.params.get("limit", len(dataset))
    if offset < 0 or limit < 0:
        raise Refusal.wrong("offset and limit must be 0 or more")
    return dataset[offset : offset + limit]


# Latest changes.

# What each time follows from: lists, and sections that are none.
_WATCHED: Final = {
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
_ON_REQUEST: Final = {
    "reviewsUpdated": "reviewsUpdatesRequired",
    "domainsUpdated": "domainsRequired",
    "subscriptionsUpdated": "subscriptionRequired",
}


@route("GET /latest-stats")
def get_latest_stats(visit: Visit) -> Answer:
    """When each part of the store last changed, deletions included; how much there is only where asked for."""
    store = visit.store
    answer: Item = {
        name: format_time(_changed(store, watched))
        for name, watched in _WATCHED.items()
        if name not in _ON_REQUEST or visit.flag(_ON_REQUEST[name])
    }
    for section, noun in (("products", "product"), ("categories", "category")):
        if visit.flag(f"{noun}CountRequired"):
            # The documentation has one name for it, the vendor's own client another.
            answer[f"{noun}CountRequired"] = answer[f"{noun}Count"] = store.count(section)
    return answer


def _changed(store: Store, sections: Iterable[str]) -> float:
    times = [0.0]
    for section in sections:
        if section not in store.sections:
            times.append(store.written.get(section, 0.0))
            continue
        table = store.table(section)
        slots = table.order("updated").slots
        times += [table.written, table.number("updated")[slots[-1]] if slots else 0.0]
    return max(times) or store.opened
