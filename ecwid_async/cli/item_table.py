"""A table of items for a terminal: a column for each chosen field, on one line per item."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from ecwid_async.wire import to_printable

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from ecwid_async.codec import Selection

__all__ = ["build_item_table", "format_number", "has_times", "paths"]

Path = tuple[str, ...]
"""The names of a field and of the objects that it is in, from the outside."""

_UTC_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::\d\d(?:\.\d+)?)? ?(?:[+-]00:?00|Z)")
# Fields that are amounts of money: the server sends 12.5 for 12.50, and 12 for 12.00.
_AMOUNT: Final = re.compile(
    r"(?i).*(?:price|total|amount|tax|discount|cost|fee|surcharge|revenue|profit|expenses|ordervalue|stockvalue)"
)
# Larger and smaller numbers are shown with an exponent.
_MAX_DIGITS: Final = 30
# Longer text is cut before a column is measured, which would take long.
_MAX_TEXT: Final = 500


def paths(selection: "Selection") -> list[Path]:
    """The paths of the fields in a selection that have no further selection inside."""
    return [
        (name, *path)
        for name, inner in selection.items()
        for path in ([()] if inner is None else paths(inner))  # one column for a field as a whole
    ]


def build_item_table(items: Sequence[Mapping[str, Any]], columns: Sequence[Path]) -> "Table":
    """Build a table of plain items, with a column for each path. Numbers are on the right.

    On a narrow terminal, text ends in an ellipsis: no cell has a second line.
    """
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    cells = [[_format(path, list(_values(item, path))) for path in columns] for item in items]
    for number, path in enumerate(columns):
        is_number = any(_is_number(value) for item in items for value in _values(item, path))
        # Only text may become narrower. An amount that is cut would be another amount, and an id would be useless.
        is_fixed = is_number or number == 0 or all(_is_short(row[number]) for row in cells)
        justify: Literal["left", "right"] = "right" if is_number else "left"
        table.add_column(_one_line(".".join(path)), justify=justify, no_wrap=is_fixed)
    for row in cells:
        table.add_row(*(_one_line(text) for text in row))
    return table


def has_times(items: Sequence[Mapping[str, Any]], columns: Sequence[Path]) -> bool:
    """Whether a column has a time, all of which are shown in UTC."""
    return any(
        isinstance(value, str) and _UTC_TIME.fullmatch(value)
        for item in items
        for path in columns
        for value in _values(item, path)
    )


def format_number(name: str, value: Decimal | int, *, separator: str = "") -> str:
    """Format the number in a field without rounding it.

    An amount of money has at least two decimals and commas between thousands, other numbers have `separator` there.
    """
    number = Decimal(value)
    if abs(number.adjusted()) > _MAX_DIGITS:
        return str(value)
    if not _AMOUNT.fullmatch(name):
        return f"{number:{separator}f}"
    exponent = number.as_tuple().exponent
    return f"{number:,.2f}" if isinstance(exponent, int) and exponent > -2 else f"{number:,f}"


def _one_line(text: str) -> "Text":
    from rich.text import Text

    # The column itself may shrink, its text may not wrap.
    return Text(text, no_wrap=True, overflow="ellipsis")


def _is_short(text: str) -> bool:
    return len(text) <= 16  # a time, or one word such as AWAITING_PAYMENT


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _values(item: Any, path: Path) -> Iterator[Any]:
    """The values at a path; those in each element of a list."""
    if isinstance(item, list) and path:
        for element in item:
            yield from _values(element, path)
    elif not path:
        yield item
    elif isinstance(item, Mapping) and path[0] in item:
        yield from _values(item[path[0]], path[1:])


def _format(path: Path, values: Sequence[Any]) -> str:
    return ", ".join(_format_value(path[-1], value) for value in values)


def _format_value(name: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | Decimal():
            return format_number(name, value)
        case str():
            time = _UTC_TIME.fullmatch(value)
            return f"{time[1]} {time[2]}" if time else to_printable(value, limit=_MAX_TEXT)
        case list() if not any(isinstance(element, list | Mapping) for element in value):
            return ", ".join(_format_value(name, element) for element in value)
        case list():
            return f"{len(value):,} {'entry' if len(value) == 1 else 'entries'}"
        case Mapping():
            return to_printable(", ".join(f"{key}: {_format_value(key, inner)}" for key, inner in value.items()))
        case _:
            return to_printable(str(value), limit=_MAX_TEXT)
