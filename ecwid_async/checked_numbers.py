"""Numbers of settings, checked where a setting is made and not where it fails."""

import math
from typing import Final

from ecwid_async.errors import ConfigError

__all__ = ["check_count", "check_number"]

_LARGE: Final = 10**100


def check_number(name: str, value: object, *, least: float = 0.0, above: bool = False, endless: bool = False) -> None:
    """Raise `ConfigError` unless `value` is a number from `least` on, or `above` it; infinity only where `endless`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        enough = value > least if above else value >= least
        if enough and (endless or not math.isinf(value)):
            return
    bound = f"above {least:g}" if above else f"of at least {least:g}"
    raise ConfigError(f"{name} is {_shown(value)}: give a {'' if endless else 'finite '}number {bound}")


def check_count(name: str, value: object, *, least: int = 1) -> None:
    """Raise `ConfigError` unless `value` is a whole number from `least` on."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ConfigError(f"{name} is {_shown(value)}: give a whole number of at least {least}")


def _shown(value: object) -> str:
    # Python refuses to write an int of thousands of digits.
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < _LARGE):
        return repr(value)
    return f"a {type(value).__name__}"
