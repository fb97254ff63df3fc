"""Order numbers and the text ids that belong to them."""

from typing import Final

__all__ = ["FIRST_ORDER_NUMBER", "order_id"]

_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

FIRST_ORDER_NUMBER: Final = 500_000_000
"""The number of a store's first order."""


def order_id(number: int) -> str:
    """The text id of an order: five letters or digits, and seven after 33 million orders."""
    nth = number - FIRST_ORDER_NUMBER
    length, nth = (5, nth) if 0 <= nth < 32**5 else (7, number)
    mixed = (nth + 1_000) * 20_543_909 % 32**length
    letters = []
    for _ in range(length):
        mixed, at = divmod(mixed, 32)
        letters.append(_ALPHABET[at])
    return "".join(letters)
