"""Text comparison."""

from typing import Any

__all__ = ["normalized"]


def normalized(text: Any) -> str:
    """The text in the form used for comparison: without surrounding blanks, case-folded."""
    return str(text).strip().casefold()
