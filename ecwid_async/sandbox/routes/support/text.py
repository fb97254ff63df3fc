"""Text comparison."""

from typing import Any

__all__ = ["normalized"]


def normalized(text: Any) -> str:
    """A text as it is compared: case does not matter."""
    return str(text).strip().casefold()
