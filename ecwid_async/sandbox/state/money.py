"""Sums of money, in the currency's cents."""

import math
from collections.abc import Iterable
from typing import Final

__all__ = ["cents", "total_of"]

_EXACT: Final = 2**53


def total_of(amounts: Iterable[float]) -> float:
    """A sum rounded to cents; a whole number where it is one, as the API writes it."""
    value = round(math.fsum(amounts), 2)
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def cents(amount: float | None) -> int:
    """An amount in whole cents, for sums that must come out exact."""
    return round((amount or 0) * 100)
