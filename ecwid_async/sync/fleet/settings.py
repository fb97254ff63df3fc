"""How often a fleet synchronizes its stores, and how many at once."""

import re
from typing import Final

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import check_count, check_number

__all__ = ["FleetSettings"]

_MINUTE: Final = 60.0
_HOUR: Final = 60 * _MINUTE
_NAME: Final = re.compile("[a-z][a-z0-9_-]{0,39}")


@frozen(kw_only=True)
class FleetSettings:
    """The settings of a `Fleet`. All times are in seconds.

    - `name`: fleets with different stores in one database need different names; processes that share the stores have
      the same name.
    - `every`: the time from one round of a store to the next.
    - `stores_at_once`: how many stores a process synchronizes at a time.
    - `slice`: a round that takes longer is paused, goes to the end of the queue, and continues when its turn comes, so
      that a large store does not keep others waiting.
    - `retry_delay`, `max_retry_delay`: the time until a store that failed is tried again. It doubles each time.
    - `refused_delay`, `max_refused_delay`: the same for a store that can't work until somebody does something: its
      token is missing or dead, or the store is suspended or gone. `Fleet.wake` tries it at once.
    - `listing_interval`: how often `Fleet.watch` reads the list of the stores again.

    Raises `ConfigError` for a value out of range.
    """

    name: str = "default"
    every: float = _MINUTE
    stores_at_once: int = 50
    slice: float = 30.0
    retry_delay: float = _MINUTE
    max_retry_delay: float = 15 * _MINUTE
    refused_delay: float = 15 * _MINUTE
    max_refused_delay: float = 24 * _HOUR
    listing_interval: float = 5 * _MINUTE

    def __attrs_post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigError(
                "FleetSettings.name has up to 40 lower-case letters, digits, hyphens and underscores, and begins with "
                "a letter"
            )
        check_count("FleetSettings.stores_at_once", self.stores_at_once)
        check_number("FleetSettings.slice", self.slice, minimum=1.0)
        for name in (
            "every",
            "retry_delay",
            "max_retry_delay",
            "refused_delay",
            "max_refused_delay",
            "listing_interval",
        ):
            check_number(f"FleetSettings.{name}", getattr(self, name), exclusive=True)
