"""`CachePolicy`: for how long the responses of each operation are kept."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from ecwid_async.errors import ConfigError
from ecwid_async.transport.validation import check_number

__all__ = ["STOREFRONT_SECONDS", "CachePolicy", "check_policy", "is_search"]

_MAX_SECONDS: Final = 86_400.0
_PATTERN: Final = re.compile(r"GET /\S*")
_MINUTE: Final = 60.0
_HOUR: Final = 3600.0

STOREFRONT_SECONDS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "GET /profile": 5 * _MINUTE,
        "GET /categories": _MINUTE,
        "GET /categories/{categoryId}": _MINUTE,
        "GET /categoriesByPath": _MINUTE,
        "GET /products": _MINUTE,
        "GET /products/{productId}": _MINUTE,
        "GET /products/{productId}/combinations": _MINUTE,
        "GET /products/{productId}/combinations/{combinationId}": _MINUTE,
        "GET /products/filters": _MINUTE,
        "GET /brands": _MINUTE,
        "GET /classes": 5 * _MINUTE,
        "GET /classes/{classId}": 5 * _MINUTE,
        "GET /swatches": 5 * _MINUTE,
        "GET /storefront-widget-pages": _MINUTE,
        "GET /countries": _HOUR,
        "GET /currencies": _HOUR,
        "GET /currencyByCountry": _HOUR,
        "GET /states": _HOUR,
    }
)
"""The operations that a storefront reads, with the seconds for which `CachePolicy` keeps their responses."""

# Operations without an id whose data does not come from the search index.
_NO_SEARCHES: Final = frozenset(
    {
        "GET /profile",
        "GET /classes",
        "GET /swatches",
        "GET /countries",
        "GET /currencies",
        "GET /currencyByCountry",
        "GET /states",
    }
)


@lru_cache(maxsize=1024)
def is_search(operation: str) -> bool:
    """Whether an operation may return what the search index has, which lags behind the store."""
    return not operation.endswith("}") and operation not in _NO_SEARCHES


def _to_seconds(value: Mapping[str, float]) -> Mapping[str, float]:
    if not isinstance(value, Mapping):
        raise ConfigError(
            f"a CachePolicy has a {type(value).__name__}: pass seconds for each operation, such as "
            '{**STOREFRONT_SECONDS, "GET /products": 10}'
        )
    return dict(value)


@frozen
class CachePolicy:
    """Which responses a cache keeps, and for how long.

    `seconds` has the time for each operation, as in `Options.operation` (``GET /products/{productId}``). A ``*`` stands
    for any text (``GET /products*``); an operation that is listed itself comes first, then the longest pattern. The
    response of an operation that is not listed is never kept. By default those of `STOREFRONT_SECONDS` are: the
    profile, the catalogue, and lists of countries and currencies; orders and customers are not.

    `lag` is how many seconds the search index may be behind the store. So long after a write or a drop, no search is
    kept, and after a write of unknown outcome nothing.

    Raises `ConfigError` for an operation that is not a GET, and for times below zero or over a day.
    """

    seconds: Mapping[str, float] = field(default=STOREFRONT_SECONDS, converter=_to_seconds)
    lag: float = 300.0

    def __attrs_post_init__(self) -> None:
        """Check the settings."""
        for operation, seconds in self.seconds.items():
            if not isinstance(operation, str) or not _PATTERN.fullmatch(operation):
                raise ConfigError(
                    f"{operation!r} is not an operation that can be cached: "
                    "write GET and a path as documented, such as GET /products/{productId}"
                )
            check_number(f"the time for {operation}", seconds, maximum=_MAX_SECONDS)
        check_number("lag", self.lag, maximum=_MAX_SECONDS)

    def seconds_for(self, operation: str) -> float:
        """For how many seconds a response of this operation is kept; 0 if it is not."""
        if (seconds := self.seconds.get(operation)) is not None:
            return seconds
        patterns = [pattern for pattern in self.seconds if "*" in pattern and _matches(pattern, operation)]
        return self.seconds[max(patterns, key=len)] if patterns else 0.0


@lru_cache(maxsize=1024)
def _matches(pattern: str, operation: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), operation) is not None


def check_policy(policy: object) -> CachePolicy:
    """Return the policy of a cache, by default that of a storefront. Raises `ConfigError` for another object."""
    if policy is None:
        return CachePolicy()
    if not isinstance(policy, CachePolicy):
        raise ConfigError(f"the policy of a cache is a {type(policy).__name__}: pass CachePolicy(…), or leave it out")
    return policy
