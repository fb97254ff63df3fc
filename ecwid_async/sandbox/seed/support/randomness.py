"""Reproducible randomness: the same keys give the same values on every machine and Python version.

Also the creation times, dates and amounts of demo items.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Final, Self, TypeVar

__all__ = ["FIRST_DAY", "LAST_DAY", "ItemRandom", "creation_time", "format_date", "money"]

_Choice = TypeVar("_Choice")

FIRST_DAY: Final = int(datetime(2019, 1, 1, tzinfo=UTC).timestamp())
LAST_DAY: Final = int(datetime(2025, 6, 30, tzinfo=UTC).timestamp())
"""The first and last day of a demo store's history, in Unix seconds. It never extends into the future."""


class ItemRandom:
    """Random values for one item, determined by three integers: an item never depends on the items before it.

    `seed` belongs to the store, `key` to the kind of item, `index` to the item. Only `Random.random` is used: no other
    method is guaranteed to return the same values in all Python versions.
    """

    __slots__ = ("_base", "_generator", "random")

    def __init__(self, seed: int, key: int, index: int = 0) -> None:
        self._base = (seed << 56) ^ (key << 48)
        self._generator = Random(self._base ^ index)  # noqa: S311  demo data, not secrets
        self.random = self._generator.random

    def restart(self, index: int) -> Self:
        """Begin with the values for another item: faster than a new object."""
        self._generator.seed(self._base ^ index)
        return self

    def below(self, limit: int) -> int:
        """An integer from 0 to `limit` - 1."""
        return int(self.random() * limit)

    def between(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, choices: Sequence[_Choice]) -> _Choice:
        """One of `choices`."""
        return choices[int(self.random() * len(choices))]

    def chance(self, percent: float) -> bool:
        """True with a probability of `percent`."""
        return self.random() * 100 < percent


def creation_time(index: int, count: int, rng: ItemRandom) -> int:
    """The creation time of the item with this index, out of `count`, in Unix seconds.

    Times increase with the index and cover the whole history. Runs of items share one second, as after an import.
    """
    if index % 400 < 25:
        index -= index % 400
        return FIRST_DAY + index * (LAST_DAY - FIRST_DAY) // max(count, 1)
    interval = (LAST_DAY - FIRST_DAY) / max(count, 1)
    return FIRST_DAY + int((index + rng.random()) * interval)


def money(cents: int) -> float:
    """An amount in the API's format: ``10`` rather than ``10.0``."""
    return cents // 100 if cents % 100 == 0 else cents / 100


def format_date(seconds: int) -> str:
    """Unix seconds in the API's date format: ``2024-09-04 07:20:11 +0000``."""
    minutes, rest = divmod(seconds, 60)
    day, minute = divmod(minutes, 1440)
    return f"{_format_day(day)}{_format_minute(minute)}{rest:02} +0000"


@cache
def _format_day(day: int) -> str:
    return f"{datetime.fromtimestamp(day * 86_400, UTC).date()} "


@cache
def _format_minute(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}:"
