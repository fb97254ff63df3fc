"""Validation of the numbers in settings, at the time when a setting is given."""

import math
from inspect import iscoroutinefunction
from typing import Final

from ecwid_async.errors import ConfigError

__all__ = ["check_count", "check_number", "check_redis_client", "check_store_id"]

_LARGE: Final = 10**100
# Beyond these, libraries overflow in various ways: thirty years, and the largest signed 64-bit integer.
_MAX_SECONDS: Final = 1e9
_MAX_COUNT: Final = 2**63 - 1


def check_number(
    name: str,
    value: object,
    *,
    minimum: float = 0.0,
    exclusive: bool = False,
    maximum: float = _MAX_SECONDS,
    unbounded: bool = False,
) -> None:
    """Raise `ConfigError` unless `value` is a number from `minimum` to `maximum`.

    `exclusive` excludes `minimum` itself. `unbounded` lifts the upper limit and allows infinity.
    """
    number = _as_float(value)
    if (
        number is not None
        and (number > minimum if exclusive else number >= minimum)
        and (unbounded or number <= maximum)
    ):
        return
    lower = f" above {minimum:g}" if exclusive else "" if minimum == -math.inf else f" of at least {minimum:g}"
    upper = "" if unbounded else f", at most {maximum:.12g}"
    raise ConfigError(f"{name} is {_describe(value)}: give a number{lower}{upper}")


def check_count(name: str, value: object, *, minimum: int = 1, maximum: int = _MAX_COUNT) -> None:
    """Raise `ConfigError` unless `value` is a whole number from `minimum` to `maximum`."""
    if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
        raise ConfigError(f"{name} is {_describe(value)}: give a whole number of at least {minimum}, at most {maximum}")


def _as_float(value: object) -> float | None:
    """The value as a float; None if it is not a number, or too large for one."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _describe(value: object) -> str:
    # Python refuses to format an int of thousands of digits.
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < _LARGE):
        return repr(value)
    return f"a {type(value).__name__}"


def check_redis_client(client: object) -> None:
    """Raise `ConfigError` unless an object is an asynchronous client of Redis."""
    register = getattr(client, "register_script", None)
    script = register("return 1") if callable(register) and not isinstance(client, type) else None
    if not iscoroutinefunction(getattr(type(script), "__call__", None)):  # noqa: B004
        kind = (
            f"the class {client.__name__}"
            if isinstance(client, type)
            else f"a {type(client).__module__}.{type(client).__name__}"
        )
        raise ConfigError(f"the client is {kind}: pass redis.asyncio.Redis.from_url(…)")


def check_store_id(store_id: object) -> None:
    """Raise `TypeError` unless the id of a store is an int."""
    if not isinstance(store_id, int) or isinstance(store_id, bool):
        raise TypeError(f"the id of a store is an int, not a {type(store_id).__name__}")
