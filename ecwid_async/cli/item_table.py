"""A table of items for a terminal: a column for each chosen field, on one line per item."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from ecwid_async.wire import to_printable

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

    from ecwid_async.codec import Selection

__all__ = ["ItemTable", "format_number", "has_times", "one_line", "paths"]

Path = tuple[str, ...]
"""The names of a field and of the objects that it is in, from the outside."""

_UTC_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::\d\d(?:\.\d+)?)? ?(?:[+-]00:?00|Z)")
# Fields that are amounts of money: the server sends 12.5 for 12.50, and 12 for 12.00.
_AMOUNT: Final = re.compile(
    r"(?i).*(?:price|total|amount|tax|discount|cost|fee|surcharge|revenue|profit|expenses|ordervalue|stockvalue)"
)
_GAP: Final = 2
# Text of a time, or of one word such as AWAITING_PAYMENT, is not cut; any other text keeps at least a few characters.
_SHORT: Final = 16
_NARROWEST: Final = 8
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


class ItemTable:
    """A table of plain items: a column for each path, a line for each item, and numbers on the right.

    If the terminal is narrow, text ends in an ellipsis. If there are too many columns even for that, each item is a
    paragraph, with a line for each path.
    """

    def __init__(self, items: Sequence[Mapping[str, Any]], columns: Sequence[Path]) -> None:
        self._names = [".".join(path) for path in columns]
        self._rows = [[_format(path, list(_values(item, path))) for path in columns] for item in items]
        self._numeric = [any(_is_number(value) for item in items for value in _values(item, path)) for path in columns]

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> Iterator["RenderableType"]:
        columns = list(zip(self._names, *self._rows, strict=True))
        widths = [max(map(cell_len, texts)) for texts in columns]
        # Only text may become narrower. An amount that is cut would be another amount, and an id would be useless.
        fixed = [
            is_numeric or not number or width <= _SHORT
            for number, (is_numeric, width) in enumerate(zip(self._numeric, widths, strict=True))
        ]
        needed = sum(width if is_fixed else _NARROWEST for width, is_fixed in zip(widths, fixed, strict=True))
        if needed + _GAP * (len(columns) - 1) > options.max_width:
            yield from self._paragraphs(fixed)
            return
        table = _grid(header=True)
        for name, is_numeric, is_fixed in zip(self._names, self._numeric, fixed, strict=True):
            table.add_column(one_line(name), justify="right" if is_numeric else "left", no_wrap=is_fixed)
        for row in self._rows:
            table.add_row(*map(one_line, row))
        yield table

    def _paragraphs(self, fixed: Sequence[bool]) -> Iterator["RenderableType"]:
        for number, row in enumerate(self._rows):
            if number:
                yield ""
            table = _grid(header=False)
            table.add_column(style="bold", no_wrap=True)
            table.add_column()
            for name, text, is_fixed in zip(self._names, row, fixed, strict=True):
                table.add_row(name, Text(text, overflow="fold") if is_fixed else one_line(text))
            yield table


def _grid(*, header: bool) -> Table:
    return Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold", show_header=header)


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


def one_line(text: str) -> Text:
    """Text that ends in an ellipsis where its column is too narrow for it."""
    # The column itself may shrink, its text may not wrap.
    return Text(text, no_wrap=True, overflow="ellipsis")


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
