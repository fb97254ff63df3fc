"""The exception that ends a request with an error response."""

from collections.abc import Mapping

__all__ = ["ErrorResponse"]


class ErrorResponse(Exception):
    """A response that is not a success: HTTP status, the API's error code, and a message."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    @classmethod
    def wrong_parameter(cls, message: str) -> "ErrorResponse":
        """A 400: a parameter or a field has a wrong value."""
        return cls(400, "WRONG_PARAMETER", message)
