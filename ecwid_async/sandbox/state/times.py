"""Times in the API's formats."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

__all__ = ["format_time", "parse_time"]

_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_OFFSET: Final = re.compile(r"(?:GMT|UTC)?([+-])(\d{2}):?(\d{2})$")
_MAX_LENGTH: Final = 64
_FORMATS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The Unix seconds that have a four-digit year.
_FORMATTABLE: Final = range(
    int(datetime(1, 1, 1, tzinfo=UTC).timestamp()), int(datetime.max.replace(tzinfo=UTC).timestamp())
)


def format_time(seconds: float) -> str:
    """Format Unix seconds like the API: ``2024-09-04 07:20:11 +0000``.

    Raises `ValueError` outside the years 1 to 9999.
    """
    if int(seconds) not in _FORMATTABLE:
        raise ValueError(f"{seconds} is not a time between the years 1 and 9999")
    return f"{(_EPOCH + timedelta(seconds=int(seconds))).replace(tzinfo=None).isoformat(' ')} +0000"


def parse_time(text: str) -> int:
    """Parse a time in a format that the API accepts into Unix seconds.

    The formats are Unix seconds, and date and time with an offset or the name of a time zone; the default is UTC.
    Raises `ValueError` for anything else.
    """
    text = text.strip()
    if len(text) > _MAX_LENGTH:
        raise ValueError(f"{len(text)} characters are not a time; send Unix seconds or 'yyyy-MM-dd HH:mm:ss +0000'")
    if _INTEGER.fullmatch(text):
        return int(text)
    zone: timezone | ZoneInfo = UTC
    if offset := _OFFSET.search(text[10:]):
        sign, hours, minutes = offset.groups()
        zone = timezone((-1 if sign == "-" else 1) * timedelta(hours=int(hours), minutes=int(minutes)))
        text = text[: 10 + offset.start()].strip()
    elif named := re.search(r"[A-Z][A-Za-z_/]*$", text[11:]):
        zone = _parse_zone(named.group())
        text = text[: 11 + named.start()].strip()
    for form in _FORMATS:
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=zone).timestamp())
        except (ValueError, OverflowError):
            continue
    raise ValueError(f"{text!r} is not a time; send Unix seconds or 'yyyy-MM-dd HH:mm:ss +0000'")


def _parse_zone(name: str) -> timezone | ZoneInfo:
    if name in {"UTC", "GMT", "Z"}:
        return UTC
    try:
        return ZoneInfo({"MSK": "Europe/Moscow", "EST": "Etc/GMT+5", "PST": "Etc/GMT+8"}.get(name, name))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone") from error
