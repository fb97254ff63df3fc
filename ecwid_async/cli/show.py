"""How answers and tables look: in colours and folded for eyes, plain and a line each in a pipe."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["indented", "write_json", "write_table"]


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

        Console(soft_wrap=True).print(JSONHighlighter()(Text(text)))
    else:
        sys.stdout.write(text + "\n")


def write_table(table: "RenderableType") -> None:
    """Print a table. What is piped is searched line by line: there no row is folded, and no line padded."""
    from rich.console import Console

    if sys.stdout.isatty():
        Console(highlight=False, markup=False).print(table)
        return
    console = Console(highlight=False, markup=False, width=1000)
    with console.capture() as captured:
        console.print(table)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
