"""The text of an error that may be shown."""

__all__ = ["one_line"]


def one_line(error: BaseException) -> str:
    """Return the first line of an error's message. The lines after it may show data."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
