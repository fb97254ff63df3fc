"""Text comparison."""

__all__ = ["normalized"]


def normalized(text: object) -> str:
    """The text in the form used for comparison: without surrounding whitespace, case-folded."""
    return str(text).strip().casefold()
