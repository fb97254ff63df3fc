"""The points of a chart (hours, days, weeks, months or years), and the period it is compared with. All in UTC."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["comparison_period", "default_scale", "time_buckets"]

_DAY: Final = 24 * 3600
_STEPS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


def time_buckets(start: int, end: int, scale: str, first_day: str) -> Iterator[tuple[str, int, int]]:
    """Yield the points of a chart from `start` to `end` (Unix seconds): label, first and last second.

    `scale` is hour, day, week, month or year; weeks begin on `first_day`, MONDAY or SUNDAY.
    """
    moment = _bucket_start(start, scale, first_day)
    while moment.timestamp() <= end:
        following = _next_start(moment, scale)
        yield _label(moment, scale), max(int(moment.timestamp()), start), min(int(following.timestamp()) - 1, end)
        moment = following


def default_scale(start: int, end: int) -> str:
    """The scale for a readable chart of this period (Unix seconds): hour, day, month or year."""
    days = (end - start) / _DAY
    return "hour" if days <= 2 else "day" if days <= 92 else "month" if days <= 10 * 366 else "year"


def comparison_period(start: int, end: int, kind: str | None) -> tuple[int, int] | None:
    """Start and end of the earlier period to compare with, of the same length; None without a comparison.

    `kind` is the value of ``comparePeriod``. Times are in Unix seconds.
    """
    length = end - start
    match kind:
        case "previousPeriod":
            earlier = start - length - 1
        case "similarPeriodInPreviousWeek":
            earlier = start - 7 * _DAY
        case "similarPeriodInPreviousMonth":
            earlier = int(_months_earlier(datetime.fromtimestamp(start, UTC), 1).timestamp())
        case "similarPeriodInPreviousYear":
            earlier = int(_months_earlier(datetime.fromtimestamp(start, UTC), 12).timestamp())
        case _:
            return None
    return earlier, earlier + length


def _bucket_start(time: int, scale: str, first_day: str) -> datetime:
    """The beginning of the hour, day, week, month or year that contains this time."""
    moment = datetime.fromtimestamp(time, UTC).replace(minute=0, second=0)
    if scale == "hour":
        return moment
    day = moment.replace(hour=0)
    if scale == "week":
        return day - timedelta(days=(day.weekday() + (first_day == "SUNDAY")) % 7)
    if scale == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if scale == "year" else day


def _next_start(moment: datetime, scale: str) -> datetime:
    return moment + _STEPS[scale] if scale in _STEPS else _months_earlier(moment, -1 if scale == "month" else -12)


def _months_earlier(moment: datetime, months: int) -> datetime:
    """The same day and hour `months` earlier, or the last day of that month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = moment.day
    while True:
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            day -= 1


def _label(moment: datetime, scale: str) -> str:
    if scale == "year":
        return f"{moment:%Y}"
    if scale == "month":
        return f"{moment:%B %Y}"
    return f"{moment:%B} {moment.day}, {moment:%Y}" + (f"{moment: %H:%M}" if scale == "hour" else "")
