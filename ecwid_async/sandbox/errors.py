"""The error that a route raises to answer with anything but a success."""

from collections.abc import Mapping

__all__ = ["Refusal"]


class Refusal(Exception):
    """An answer that is not a success: status, the API's error code and message."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    @classmethod
    def wrong(cls, message: str) -> "Refusal":
        """400: a parameter or a field is wrong."""
        return cls(400, "WRONG_PARAMETER", message)
