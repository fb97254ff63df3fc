"""Classes for ``into=`` with postponed annotations, which are text until they are resolved."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import attrs

__all__ = ["Basket", "DataOption", "DataRow", "Line", "resolved_class", "unresolvable_class"]


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
    """An option of it."""

    type: str


def unresolvable_class() -> type:
    """A class whose annotation names a class local to this function."""

    @attrs.frozen
    class Part:
        name: str

    @attrs.frozen
    class Whole:
        id: str
        items: list[Part]

    return Whole


def resolved_class() -> type:
    """The same, with its annotations resolved inside the function."""

    @attrs.frozen
    class Part:
        name: str

    @attrs.frozen
    class Whole:
        id: str
        items: list[Part]

    return attrs.resolve_types(Whole, localns=locals())
