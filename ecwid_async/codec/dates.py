"""Moments in the form that the API gives them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["format_datetime", "parse_datetime", "parse_moment"]

_USUAL: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} \+0000")
_DATETIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))? ?(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})"
)


def parse_datetime(text: str) -> datetime:
    """An aware moment from ``2024-09-04 07:20:11 +0000`` or ISO 8601 with a zone, to the microsecond.

    Raises `ValueError` for anything else: a time without a zone, and one that in UTC is outside the years 1 to 9999.
    """
    try:
        return parse_moment(text)[0]
    except OverflowError:
        raise ValueError("a moment that in UTC is outside the years 1 to 9999") from None


def parse_moment(text: str) -> tuple[datetime, bool]:
    """The moment, and whether it is all that the text says."""
    if _USUAL.fullmatch(text):
        return datetime.fromisoformat(f"{text[:19]}+00:00"), True
    parts = _DATETIME.fullmatch(text)
    if parts is None:
        raise ValueError("not a moment with a zone, as in 2024-09-04 07:20:11 +0000")
    day, clock, fraction, zone = parts.groups()
    digits = fraction or "0"
    moment = datetime.fromisoformat(
        f"{day}T{clock}.{digits[:6]:0<6}{'+00:00' if zone in ('Z', 'UTC', 'GMT') else zone}"
    )
    moment.astimezone(UTC)  # an OverflowError, where there is no such moment
    return moment, not digits[6:].strip("0")


def format_datetime(moment: datetime, *, exact: bool = False) -> str:
    """The API's own form of an aware moment: to the second, or with the fraction that it has where `exact`.

    Raises `TypeError` for a naive one.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise TypeError("a datetime without a zone is ambiguous: pass one with tzinfo, such as datetime.now(UTC)")
    if offset % timedelta(minutes=1):
        # The API's form has no room for the seconds of an offset, as local times before 1900 have them.
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(" ", "auto" if exact else "seconds") + moment.strftime(" %z")
