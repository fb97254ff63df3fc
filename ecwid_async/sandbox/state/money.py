"""Sums of money, rounded to cents."""

import math
from collections.abc import Iterable
from typing import Final

__all__ = ["sum_amounts", "to_cents"]

_MAX_EXACT: Final = 2**53


def sum_amounts(amounts: Iterable[float]) -> float:
    """The sum rounded to cents; an int if it is a whole number, as in the API's responses."""
    value = round(math.fsum(amounts), 2)
    return int(value) if value.is_integer() and abs(value) < _MAX_EXACT else value


def to_cents(amount: float | None) -> int:
    """The amount in whole cents, for sums that must be exact."""
    return round((amount or 0) * 100)
