"""`RequestTimeLimit`: how long the response to a request may take."""

import math
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from ecwid_async.errors import ConfigError
from ecwid_async.transport import check_number

__all__ = ["RequestTimeLimit", "TimeUnit"]

TimeUnit: TypeAlias = Literal["seconds", "milliseconds"]
"""The unit of a header with the time that is left."""

_UNITS: Final[dict[str, float]] = {"seconds": 1.0, "milliseconds": 0.001}
_LONGEST_NUMBER: Final = 20


class RequestTimeLimit:
    """A limit for all requests, which a header of a request can shorten.

    Raises `ConfigError` for a limit that is not above zero, and for an unknown unit.
    """

    def __init__(self, seconds: float, header: str | None = None, unit: TimeUnit = "seconds") -> None:
        check_number("seconds", seconds, exclusive=True)
        if unit not in _UNITS:
            raise ConfigError(f"the unit of a time limit is seconds or milliseconds, not {unit!r}")
        self._seconds = seconds
        self._header = header
        self._unit = _UNITS[unit]

    def seconds(self, headers: Mapping[str, str]) -> float:
        """The limit for a request with these headers, in seconds."""
        text = headers.get(self._header, "") if self._header is not None else ""
        try:
            left = float(text) * self._unit if len(text) <= _LONGEST_NUMBER else math.nan
        except ValueError:
            left = math.nan
        return min(self._seconds, left) if left >= 0 else self._seconds
