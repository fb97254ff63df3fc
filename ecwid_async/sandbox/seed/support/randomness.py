"""Repeatable randomness: the same keys give the same draws, on every machine and Python version."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Final, TypeVar

__all__ = ["FIRST_DAY", "LAST_DAY", "ItemRandom", "creation_time", "format_date", "money"]

T = TypeVar("T")

FIRST_DAY: Final = int(datetime(2019, 1, 1, tzinfo=UTC).timestamp())
LAST_DAY: Final = int(datetime(2025, 6, 30, tzinfo=UTC).timestamp())
"""The history of a demo store is between these two times, in Unix seconds: it never reaches into the future."""


class ItemRandom:
    """Random draws for one item, keyed by integers (seed, kind, index): an item never depends on the ones before it.

    Only `Random.random` is used: it alone is guaranteed not to change between Python versions.
    """

    __slots__ = ("random",)

    def __init__(self, seed: int, kind: int, index: int) -> None:
        self.random = Random((seed << 56) ^ (kind << 48) ^ index).random  # noqa: S311  demo data, not secrets

    def below(self, limit: int) -> int:
        """An integer from 0 to `limit`, exclusive."""
        return int(self.random() * limit)

    def between(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, inclusive."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of `choices`."""
        return choices[int(self.random() * len(choices))]

    def chance(self, percent: float) -> bool:
        """True with this probability in percent."""
        return self.random() * 100 < percent


def creation_time(index: int, count: int, rng: ItemRandom) -> int:
    """The creation time of the item with this index, in Unix seconds; times increase and cover the whole history.

    Now and then several items share one second, as after an import from a file.
    """
    if index % 400 < 25:
        index -= index % 400
        return FIRST_DAY + index * (LAST_DAY - FIRST_DAY) // max(count, 1)
    interval = (LAST_DAY - FIRST_DAY) / max(count, 1)
    return FIRST_DAY + int((index + rng.random()) * interval)


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
