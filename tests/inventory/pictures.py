"""A picture to upload."""

from base64 import b64decode
from typing import Final

__all__ = ["ADDRESS", "PNG"]

ADDRESS: Final = "https://example.com/apple.png"
PNG: Final = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAEElEQVR4nGNgYGD4DwUgJgAY7gP9Kd4vwAAAAABJRU5ErkJggg=="
)
"""Two pixels wide, three high."""
