"""Times as the server writes them, in items and in its ``Date`` header, as Unix seconds."""

from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any, Final

from ecwid_async.codec import parse_datetime

__all__ = ["YEARS", "all_seconds", "latest_second", "seconds", "server_time"]

YEARS: Final = range(-62_135_596_800, 253_402_300_800)
"""The years 1 to 9999, in Unix seconds. Anything outside is not a time."""

# Larger numbers are milliseconds.
_MILLISECONDS: Final = 100_000_000_000
# The years 2000 to 2100: no server's clock is outside.
_CLOCK: Final = range(946_684_800, 4_102_444_800)


def seconds(moment: object) -> int | None:
    """Return a time of an item in Unix seconds, None if it isn't a time. Some are milliseconds, some are text."""
    second: object = moment
    if isinstance(moment, str):
        try:
            second = int(parse_datetime(moment).timestamp())
        except (ValueError, OverflowError):
            return None
    elif isinstance(moment, float):
        second = int(moment) if -1e18 < moment < 1e18 else None
    if second.__class__ is not int:
        return None
    second = second // 1000 if second > _MILLISECONDS else second
    return second if second in YEARS else None


def all_seconds(moments: list[Any]) -> list[int]:
    """Return the times of several items in Unix seconds, without those that aren't times."""
    kinds = {moment.__class__ for moment in moments}
    if kinds <= {int} and max(moments, default=0) < _MILLISECONDS and min(moments, default=0) in YEARS:
        return moments
    if kinds == {str}:
        with suppress(ValueError):
            return [int(parse_datetime(moment).timestamp()) for moment in moments]
    return [second for moment in moments if (second := seconds(moment)) is not None]


def latest_second(moments: list[Any]) -> int | None:
    """Return the latest time in Unix seconds, None if there is none. Texts are compared as texts."""
    try:
        return seconds(max(moments))
    except (TypeError, ValueError):
        return max(all_seconds(moments), default=None)


def server_time(date: str, clock: Callable[[], float]) -> float:
    """Return the time of a ``Date`` header in Unix seconds; the time of `clock` if the header is missing or absurd."""
    with suppress(ValueError, OverflowError):
        moment = parsedate_to_datetime(date).timestamp()
        if int(moment) in _CLOCK:
            return moment
    return clock()
