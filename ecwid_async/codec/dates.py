"""Datetimes in the API's format."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["format_datetime", "parse_datetime", "parse_datetime_checked"]

_COMMON_FORMAT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} \+0000")
# Compiled on first use: it is rare, and would take a millisecond of every start.
_ANY_FORMAT: Final = (
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))? ?(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})"
)


def parse_datetime(text: str) -> datetime:
    """Parse ``2024-09-04 07:20:11 +0000``, or ISO 8601 with a time zone, to an aware datetime.

    Digits finer than microseconds are dropped. Raises `ValueError` for anything else: a time without a zone, or one
    whose UTC time is outside the years 1 to 9999.
    """
    try:
        return parse_datetime_checked(text)[0]
    except OverflowError:
        raise ValueError("the UTC time is outside the years 1 to 9999") from None


def parse_datetime_checked(text: str) -> tuple[datetime, bool]:
    """Like `parse_datetime`, but also return whether the datetime is exact: false if it lacks digits of the text.

    Raises `OverflowError` if the UTC time is outside the years 1 to 9999.
    """
    if _COMMON_FORMAT.fullmatch(text):
        return datetime.fromisoformat(f"{text[:19]}+00:00"), True
    parts = re.fullmatch(_ANY_FORMAT, text)
    if parts is None:
        raise ValueError("not a datetime with a time zone, such as 2024-09-04 07:20:11 +0000")
    day, clock, fraction, zone = parts.groups()
    digits = fraction or "0"
    moment = datetime.fromisoformat(
        f"{day}T{clock}.{digits[:6]:0<6}{'+00:00' if zone in ('Z', 'UTC', 'GMT') else zone}"
    )
    moment.astimezone(UTC)  # raises OverflowError if it is out of range
    return moment, not digits[6:].strip("0")


def format_datetime(moment: datetime, *, exact: bool = False) -> str:
    """Format an aware datetime as the API does: to the second, or with its fraction if `exact` is set.

    Raises `TypeError` for a naive datetime.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise TypeError("a datetime without a time zone is ambiguous: set tzinfo, as in datetime.now(UTC)")
    if offset % timedelta(minutes=1):
        # The API's format can't hold offsets with seconds, which local times before 1900 have.
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(" ", "auto" if exact else "seconds") + moment.strftime(" %z")
