"""Chance that repeats: the same keys give the same draws, on every machine and Python version."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Final, TypeVar

__all__ = ["FIRST_DAY", "LAST_DAY", "ItemRandom", "creation_time", "format_date", "money"]

T = TypeVar("T")

FIRST_DAY: Final = int(datetime(2019, 1, 1, tzinfo=UTC).timestamp())
LAST_DAY: Final = int(datetime(2025, 6, 30, tzinfo=UTC).timestamp())
"""A demo store's history lies between these two, in Unix seconds: never in the future, whatever the clock says."""


class ItemRandom:
    """Draws for one item, named by whole numbers (seed, kind, index): an item never depends on those before it.

    Only `Random.random` is used: it alone is promised not to change between Python versions.
    """

    __slots__ = ("random",)

    def __init__(self, seed: int, kind: int, index: int) -> None:
        self.random = Random((seed << 56) ^ (kind << 48) ^ index).random  # noqa: S311  demo data, not secrets

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, and without, `limit`."""
        return int(self.random() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of `choices`."""
        return choices[int(self.random() * len(choices))]

    def chance(self, percent: float) -> bool:
        """True in that many of a hundred draws."""
        return self.random() * 100 < percent


def creation_time(index: int, count: int, rng: ItemRandom) -> int:
    """When the item of that index was created, in Unix seconds: later ones later, spread over all the years.

    Now and then a batch shares one second, as after an import from a file.
    """
    if index % 400 < 25:
        index -= index % 400
        return FIRST_DAY + index * (LAST_DAY - FIRST_DAY) // max(count, 1)
    slot = (LAST_DAY - FIRST_DAY) / max(count, 1)
    return FIRST_DAY + int((index + rng.random()) * slot)


def money(cents: int) -> float:
    """An amount as the API writes it: ``10`` rather than ``10.0``."""
    return cents // 100 if cents % 100 == 0 else cents / 100


_DAYS: dict[int, str] = {}


def format_date(seconds: int) -> str:
    """Unix seconds as the API writes dates: ``2024-09-04 07:20:11 +0000``."""
    day, rest = divmod(seconds, 86_400)
    text = _DAYS.get(day)
    if text is None:
        text = _DAYS[day] = datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m-%d")
    return f"{text} {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02} +0000"
