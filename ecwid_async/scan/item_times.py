"""Times as the server writes them, in items and in its ``Date`` header, as Unix seconds."""

from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any, Final

from ecwid_async.codec import parse_datetime

__all__ = ["VALID_SECONDS", "all_seconds", "latest_second", "seconds", "server_time"]

VALID_SECONDS: Final = range(-62_135_596_800, 253_402_300_800)
"""The Unix seconds of the years 1 to 9999. Other numbers are not times."""

# Larger numbers are milliseconds.
_MILLISECONDS: Final = 100_000_000_000
# The years 2000 to 2100. A `Date` outside of them is absurd.
_PLAUSIBLE_DATES: Final = range(946_684_800, 4_102_444_800)


def seconds(time: object) -> int | None:
    """Convert a time in seconds, milliseconds or text to Unix seconds. Return None if it isn't a time."""
    second: object = time
    if isinstance(time, str):
        try:
            second = int(parse_datetime(time).timestamp())
        except (ValueError, OverflowError):
            return None
    elif isinstance(time, float):
        second = int(time) if -1e18 < time < 1e18 else None
    if second.__class__ is not int:
        return None
    second = second // 1000 if second > _MILLISECONDS else second
    return second if second in VALID_SECONDS else None


def all_seconds(times: list[Any]) -> list[int]:
    """Return the times of several items in Unix seconds, without those that aren't times."""
    types = {time.__class__ for time in times}
    if types == {int}:
        # Most lists are in the order of these times: then sorting them takes less time than `min` and `max`.
        in_order = sorted(times)
        if in_order[0] in VALID_SECONDS and in_order[-1] < _MILLISECONDS:
            return times
    if types == {str}:
        with suppress(ValueError):
            return [int(parse_datetime(time).timestamp()) for time in times]
    return [second for time in times if (second := seconds(time)) is not None]


def latest_second(times: list[Any]) -> int | None:
    """Return the latest time in Unix seconds, None if there is none. Times in text are compared as text."""
    try:
        return seconds(max(times))
    except (TypeError, ValueError):
        return max(all_seconds(times), default=None)


def server_time(date: str, clock: Callable[[], float]) -> float:
    """Return the time of a ``Date`` header in Unix seconds; the time of `clock` if the header is missing or absurd."""
    with suppress(ValueError, OverflowError):
        time = parsedate_to_datetime(date).timestamp()
        if int(time) in _PLAUSIBLE_DATES:
            return time
    return clock()
