"""Reports about a store."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.reports import (
    LatestStats,
    Report,
    ReportComparePeriod,
    ReportFirstDayOfWeek,
    ReportTimeScale,
    ReportTip,
    ReportType,
    StorefrontPlatform,
)
from ecwid_async.resources.base import (
    TYPE_CHECKING,
    Resource,
)
from ecwid_async.resources.query import Timestamp

__all__ = ["Reports"]

R = TypeVar("R", default=Report)
L = TypeVar("L", default=LatestStats)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Report, default=Report)
    L = TypeVar("L", bound=LatestStats, default=LatestStats)


class Reports(Resource):
    """Reports about visitors, orders and revenue, and the times of the last changes."""

    __slots__ = ()

    def get(
        self,
        report_type: ReportType | str,
        *,
        started_from: Timestamp | None = None,
        ended_at: Timestamp | None = None,
        time_scale_value: ReportTimeScale | str | None = None,
        compare_period: ReportComparePeriod | str | None = None,
        first_day_of_week: ReportFirstDayOfWeek | str | None = None,
        order_by_metric: str | None = None,
        order_direction: str | None = None,
        storefront_platform: StorefrontPlatform | str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Call[R]:
        """Get a report from `started_from` to `ended_at`, in steps of `time_scale_value`.

        `compare_period` adds the data of another period. Rankings are sorted by `order_by_metric` in
        `order_direction`, and `limit` and `offset` select a part of them.

        ``GET /reports/{reportType}``
        """
        return self._read(
            "GET /reports/{reportType}",
            report_type,
            model=Report,
            into=into,
            query={
                "startedFrom": started_from,
                "endedAt": ended_at,
                "timeScaleValue": time_scale_value,
                "comparePeriod": compare_period,
                "firstDayOfWeek": first_day_of_week,
                "orderByMetric": order_by_metric,
                "orderDirection": order_direction,
                "storefrontPlatform": storefront_platform,
                "responseFields": response_fields,
                "limit": limit,
                "offset": offset,
            },
        )

    def tip(
        self,
        report_type: ReportType | str,
        *,
        started_from: Timestamp | None = None,
        ended_at: Timestamp | None = None,
        time_scale_value: ReportTimeScale | str | None = None,
        compare_period: ReportComparePeriod | str | None = None,
        first_day_of_week: ReportFirstDayOfWeek | str | None = None,
        order_by_metric: str | None = None,
        order_direction: str | None = None,
        storefront_platform: StorefrontPlatform | str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Call[ReportTip]:
        """Get advice about a report, with the same arguments as `get`.

        ``GET /reports/{reportType}/tip``
        """
        return self._call(
            "GET /reports/{reportType}/tip",
            report_type,
            result_type=ReportTip,
            query={
                "startedFrom": started_from,
                "endedAt": ended_at,
                "timeScaleValue": time_scale_value,
                "comparePeriod": compare_period,
                "firstDayOfWeek": first_day_of_week,
                "orderByMetric": order_by_metric,
                "orderDirection": order_direction,
                "storefrontPlatform": storefront_platform,
                "limit": limit,
                "offset": offset,
            },
        )

    def latest_stats(
        self,
        *,
        product_count_required: bool | None = None,
        category_count_required: bool | None = None,
        reviews_updates_required: bool | None = None,
        domains_required: bool | None = None,
        subscription_required: bool | None = None,
        into: type[L] | None = None,
        response_fields: str | None = None,
    ) -> Call[L]:
        """Get the times when products, orders, customers and so on last changed and, on request, their numbers.

        ``GET /latest-stats``
        """
        return self._read(
            "GET /latest-stats",
            model=LatestStats,
            into=into,
            query={
                "productCountRequired": product_count_required,
                "categoryCountRequired": category_count_required,
                "reviewsUpdatesRequired": reviews_updates_required,
                "domainsRequired": domains_required,
                "subscriptionRequired": subscription_required,
                "responseFields": response_fields,
            },
        )
