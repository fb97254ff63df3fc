"""Classes for ``into=`` whose annotations are text until somebody reads them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import attrs

__all__ = ["Basket", "DataOption", "DataRow", "Line", "lost", "resolved"]


@attrs.frozen
class Basket:
    """An order."""

    id: str
    total: Decimal
    items: list[Line]  # defined below


@attrs.frozen
class Line:
    """An item of an order."""

    name: str
    quantity: int


@dataclass
class DataRow:
    """A product."""

    id: int
    options: list[DataOption]  # defined below


@dataclass
class DataOption:
    """What may be chosen of it."""

    type: str


def lost() -> type:
    """A class that names another one which only this function knows."""

    @attrs.frozen
    class Part:
        name: str

    @attrs.frozen
    class Whole:
        id: str
        items: list[Part]

    return Whole


def resolved() -> type:
    """The same, told what its annotations mean while they can be read."""

    @attrs.frozen
    class Part:
        name: str

    @attrs.frozen
    class Whole:
        id: str
        items: list[Part]

    return attrs.resolve_types(Whole, localns=locals())
