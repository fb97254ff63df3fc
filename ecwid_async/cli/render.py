"""Printing JSON and tables: coloured and wrapped on a terminal, plain and with a line per row in a pipe."""

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment
    from rich.table import Table

__all__ = ["EscapedText", "FittedTable", "escape_for_terminal", "indent_json", "write_json", "write_table"]

_WIDTH_IN_A_PIPE: Final = 1000
# Characters that control a terminal: control characters and changes of the text direction.
_CONTROL_CHARACTERS: Final = {
    code: chr(code).encode("unicode_escape").decode()
    for code in chain(range(0x20), range(0x7F, 0xA0), range(0x202A, 0x202F), range(0x2066, 0x206A))
    if chr(code) not in "\n\t"
}


def escape_for_terminal(text: str) -> str:
    """Escape control characters in text from a server if stdout is a terminal. Text for a pipe stays unchanged."""
    return text.translate(_CONTROL_CHARACTERS) if sys.stdout.isatty() else text


def indent_json(body: bytes) -> str | None:
    """Indent JSON without changing its literals. Returns None if the body is not JSON, or is nested too deeply."""
    import msgspec

    from ecwid_async.primitives.safe_json import DECODE_ERRORS, MaskedJSON

    masked = MaskedJSON(body)  # half an emoji is valid JSON
    try:
        return masked.restore(msgspec.json.format(masked.json, indent=2)).decode()
    except DECODE_ERRORS:
        return None


def write_json(text: str) -> None:
    """Print JSON, coloured if stdout is a terminal."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.highlighter import JSONHighlighter
        from rich.text import Text

        Console(soft_wrap=True).print(JSONHighlighter()(Text(escape_for_terminal(text))))
    else:
        sys.stdout.write(text + "\n")


def write_table(table: "RenderableType") -> None:
    """Print a table. In a pipe, rows are neither wrapped nor padded, so that they can be searched by line."""
    from rich.console import Console

    table = EscapedText(table)
    if sys.stdout.isatty():
        Console(highlight=False, markup=False, emoji=False).print(table)
        return
    console = Console(highlight=False, markup=False, emoji=False, width=_WIDTH_IN_A_PIPE)
    with console.capture() as captured:
        console.print(table)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


class FittedTable:
    """A table that leaves out columns on a narrow terminal.

    `build` returns the table without the named columns. The `optional` ones are left out from the first on, as many as
    necessary.
    """

    def __init__(self, build: "Callable[[Sequence[str]], Table]", *, optional: Sequence[str]) -> None:
        self._build, self._optional = build, optional

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "Iterator[RenderableType]":
        from rich.measure import Measurement

        unlimited = options.update(max_width=_WIDTH_IN_A_PIPE)
        for number in range(len(self._optional) + 1):
            table = self._build(self._optional[:number])
            if Measurement.get(console, unlimited, table).maximum <= options.max_width:
                break
        yield table


class EscapedText:
    """A table with control characters escaped, since its text may be from a server."""

    def __init__(self, table: "RenderableType") -> None:
        self._table = table

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "Iterator[Segment]":
        from rich.segment import Segment

        for segment in console.render(self._table, options):
            yield segment if segment.control else Segment(segment.text.translate(_CONTROL_CHARACTERS), segment.style)
