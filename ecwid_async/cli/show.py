"""JSON for eyes."""

import sys

__all__ = ["indented", "write_json"]


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
