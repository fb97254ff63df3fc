"""Checks of numbers in settings, made when a setting is given rather than when it is used."""

import math
from typing import Final

from ecwid_async.errors import ConfigError

__all__ = ["check_count", "check_number"]

_LARGE: Final = 10**100
# Beyond these, libraries overflow in various ways: thirty years in seconds, and the largest signed 64-bit integer.
_MAX_SECONDS: Final = 1e9
_MAX_COUNT: Final = 2**63 - 1


def check_number(
    name: str,
    value: object,
    *,
    least: float = 0.0,
    above: bool = False,
    most: float = _MAX_SECONDS,
    endless: bool = False,
) -> None:
    """Raise `ConfigError` unless `value` is a number from `least` to `most`.

    With `above`, `least` itself is excluded. With `endless` there is no upper limit, and infinity is allowed.
    """
    number = _as_float(value)
    if number is not None and (number > least if above else number >= least) and (endless or number <= most):
        return
    bound = f" above {least:g}" if above else "" if least == -math.inf else f" of at least {least:g}"
    raise ConfigError(f"{name} is {_shown(value)}: give a number{bound}{'' if endless else f', at most {most:.12g}'}")


def check_count(name: str, value: object, *, least: int = 1, most: int = _MAX_COUNT) -> None:
    """Raise `ConfigError` unless `value` is a whole number from `least` to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ConfigError(f"{name} is {_shown(value)}: give a whole number of at least {least}, at most {most}")


def _as_float(value: object) -> float | None:
    """The value as a float; None if it is not a number, or too large for one."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _shown(value: object) -> str:
    # Python refuses to format an int of thousands of digits.
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < _LARGE):
        return repr(value)
    return f"a {type(value).__name__}"
