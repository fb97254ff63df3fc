"""The exit code and the one-line message of a failed command."""

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
    TokenUnavailable,
    TransportError,
)
from ecwid_async.wire import to_printable

__all__ = ["NEEDS_ATTENTION", "UsageError", "describe", "exit_code"]

NEEDS_ATTENTION: Final = 6
"""A mirror is stale, incomplete or differs from the store. Not the code of an error: the command could tell."""

# Hints for users of the command line, in place of hints for programmers.
_HINTS: Final[Mapping[type[EcwidError], str]] = {
    NotSentInTime: "Nothing was sent: try again later.",
    OutcomeUnknown: "Read the item back before repeating a write.",
    RateLimited: "Wait a minute, then run the command again.",
    Timeout: "Try again later; read the item back before repeating a write.",
}


class UsageError(ConfigError):
    """An argument is invalid, missing, or contradicts another."""


def exit_code(error: Exception) -> int:
    """Return the exit code of an error, as documented in ``ecwid --help``."""
    from ecwid_async.apps import InboxError
    from ecwid_async.export import OutputError
    from ecwid_async.sync import (
        DatabaseError,
        DatabaseLocked,
        DatabaseUnavailable,
        LeaseLost,
        SchemaChanged,
        SchemaTooNew,
        StoreBusy,
        StoreMismatch,
    )

    match error:
        case ConfigError() | SchemaChanged() | SchemaTooNew() | StoreMismatch():
            return 2
        case Forbidden() | PaymentRequired():
            return 3
        case RateLimited() | RequestTimeout() | ServerError() | TransportError() | ScanDrifted() | TokenUnavailable():
            return 4
        case DatabaseLocked() | DatabaseUnavailable() | LeaseLost() | StoreBusy():
            return 4
        case InboxError(problem="foreign" | "version" | "damaged"):
            return 2
        case InboxError(problem="locked" | "busy" | "unavailable"):
            return 4
        case InboxError() | OutputError() | DatabaseError() | OSError():
            return 5
        case _:
            return 1


def describe(error: Exception) -> str:
    """Return one line that states the failure and what to do."""
    if isinstance(error, APIError | TransportError) and type(error) in _HINTS:
        message = str(error).removesuffix(error.hint) + _hint(error)
    elif isinstance(error, EcwidError):
        message = str(error)
    elif isinstance(error, OSError):
        prefix = f"{error.filename}: " if error.filename else "can't write the output: "
        message = f"{prefix}{error.strerror or type(error).__name__}"
    else:
        message = f"unexpected {type(error).__name__}: {error}"
    return to_printable(" ".join([message, *getattr(error, "__notes__", ())]), limit=None)


def _hint(error: EcwidError) -> str:
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return f"Wait {error.retry_after:.0f} seconds, then run the command again."
    return _HINTS[type(error)]
