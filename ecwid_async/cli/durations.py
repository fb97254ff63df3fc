"""Durations on the command line and in tables: ``5s``, ``2m``, ``1h``."""

import re
from typing import Final

from ecwid_async.cli.exit_codes import UsageError

__all__ = ["format_age", "format_duration", "parse_duration"]

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PATTERN: Final = re.compile(r"([0-9]{1,6})(?:[.]([0-9]{1,3}))?\s*([smhd])")


def parse_duration(text: str, *, option: str, least: float = 0.0, most: float = 7 * 86400.0) -> float:
    """Return the seconds in a duration. Raises `UsageError` if it is not one, or not from `least` to `most` seconds."""
    found = _PATTERN.fullmatch(text.strip().lower())
    if found is None:
        raise UsageError(f"{option} takes a number with s, m, h or d, such as 30s, 5m or 1h, not {text!r}.")
    whole, fraction, unit = found.groups()
    seconds = float(f"{whole}.{fraction or 0}") * _SECONDS[unit]
    if not least <= seconds <= most:
        raise UsageError(f"{option} takes {format_duration(least)} to {format_duration(most)}, not {text!r}.")
    return seconds


def format_duration(seconds: float) -> str:
    """Return a duration in its largest unit without a rest, such as ``90s`` or ``2m``."""
    if seconds != int(seconds):
        return f"{seconds:g}s"
    unit = next((unit for unit, size in reversed(_SECONDS.items()) if seconds and not seconds % size), "s")
    return f"{int(seconds) // _SECONDS[unit]}{unit}"


def format_age(seconds: float) -> str:
    """Return a duration for a table, rounded down: ``8 s``, ``5 min``, ``3 h``, ``12 d``."""
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (2 * 86400, 3600, "h")):
        if seconds < limit:
            return f"{int(max(0.0, seconds)) // size} {unit}"
    return f"{int(seconds) // 86400} d"
