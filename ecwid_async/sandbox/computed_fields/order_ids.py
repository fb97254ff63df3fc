"""The text ids of orders."""

from typing import Final

__all__ = ["FIRST_ORDER", "order_code"]

_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

FIRST_ORDER: Final = 500_000_000
"""The number of a store's first order."""


def order_code(number: int) -> str:
    """The text id that goes with an order's number: five letters and digits, seven past 33 million orders."""
    nth = number - FIRST_ORDER
    digits, nth = (5, nth) if 0 <= nth < 32**5 else (7, number)
    mixed = (nth + 1_000) * 20_543_909 % 32**digits
    letters = []
    for _ in range(digits):
        mixed, at = divmod(mixed, 32)
        letters.append(_LETTERS[at])
    return "".join(letters)
