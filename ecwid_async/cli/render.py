"""How answers and tables look: in colours and folded for eyes, plain and a line each in a pipe."""

import sys
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

__all__ = ["for_eyes", "indented", "write_json", "write_table"]

# What a terminal obeys or hides in place of showing it: control characters, and those that turn the direction of text.
_OBEYED: Final = {
    code: chr(code).encode("unicode_escape").decode()
    for code in chain(range(0x20), range(0x7F, 0xA0), range(0x202A, 0x202F), range(0x2066, 0x206A))
    if chr(code) not in "\n\t"
}


def for_eyes(text: str) -> str:
    """Text from outside for stdout: on a terminal, with what that would obey escaped; in a pipe as it is."""
    return text.translate(_OBEYED) if sys.stdout.isatty() else text


def indented(body: bytes) -> str | None:
    """JSON with a line for each value, its numbers and texts as they came; None for what is no JSON."""
    import msgspec

    try:
        return msgspec.json.format(body, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def write_json(text: str) -> None:
    """Print JSON, in colours where stdout is a terminal."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.highlighter import JSONHighlighter
        from rich.text import Text

        Console(soft_wrap=True).print(JSONHighlighter()(Text(for_eyes(text))))
    else:
        sys.stdout.write(text + "\n")


def write_table(table: "RenderableType") -> None:
    """Print a table. What is piped is searched line by line: there no row is folded, and no line padded."""
    from rich.console import Console

    table = _Visible(table)
    if sys.stdout.isatty():
        Console(highlight=False, markup=False).print(table)
        return
    console = Console(highlight=False, markup=False, width=1000)
    with console.capture() as captured:
        console.print(table)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


class _Visible:
    """A table whose texts, which may be a server's, are escaped as by `for_eyes`."""

    def __init__(self, table: "RenderableType") -> None:
        self._table = table

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "Iterator[Segment]":
        from rich.segment import Segment

        for segment in console.render(self._table, options):
            yield segment if segment.control else Segment(segment.text.translate(_OBEYED), segment.style)
