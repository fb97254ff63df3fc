"""What a failure means to whoever started the command: one line, and an exit code."""

from collections.abc import Mapping
from typing import Final

from ecwid_async.errors import (
    APIError,
    ConfigError,
    EcwidError,
    Forbidden,
    NotSentInTime,
    OutcomeUnknown,
    PaymentRequired,
    RateLimited,
    RequestTimeout,
    ScanDrifted,
    ServerError,
    Timeout,
    TransportError,
)
from ecwid_async.wire import printable

__all__ = ["UsageError", "describe", "exit_code"]


# Where the hint of an error is for whoever writes a program.
_HINTS: Final[Mapping[type[EcwidError], str]] = {
    NotSentInTime: "Nothing has happened on the server: try again later.",
    OutcomeUnknown: "Read the item back before repeating a write.",
    RateLimited: "Wait a minute, then give the command again.",
    Timeout: "Try again later; read the item back before repeating a write.",
}


class UsageError(ConfigError):
    """The arguments contradict one another."""


def exit_code(error: Exception) -> int:
    """The exit code that `ecwid --help` documents for this."""
    from ecwid_async.export import OutputError

    match error:
        case ConfigError():
            return 2
        case Forbidden() | PaymentRequired():
            return 3
        case RateLimited() | RequestTimeout() | ServerError() | TransportError() | ScanDrifted():
            return 4
        case OutputError() | OSError():
            return 5
        case _:
            return 1


def describe(error: Exception) -> str:
    """One line: what went wrong and what to do."""
    if isinstance(error, APIError | TransportError) and type(error) in _HINTS:
        said = str(error).removesuffix(error.hint) + _hint(error)
    elif isinstance(error, EcwidError):
        said = str(error)
    elif isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else "can't write the output: "
        said = f"{where}{error.strerror or type(error).__name__}"
    else:
        said = f"unexpected {type(error).__name__}: {error}"
    return printable(" ".join([said, *getattr(error, "__notes__", ())]), limit=None)


def _hint(error: EcwidError) -> str:
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return f"Wait {error.retry_after:.0f} seconds, then give the command again."
    return _HINTS[type(error)]
