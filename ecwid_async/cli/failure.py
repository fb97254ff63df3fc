"""What a failure means to whoever started the command: one line, and an exit code."""

from ecwid_async.errors import (
    ConfigError,
    EcwidError,
    Forbidden,
    PaymentRequired,
    RateLimited,
    RequestTimeout,
    ScanDrifted,
    ServerError,
    TransportError,
)
from ecwid_async.wire import printable

__all__ = ["UsageError", "describe", "exit_code"]


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
    if isinstance(error, EcwidError):
        said = str(error)
    elif isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else "can't write the output: "
        said = f"{where}{error.strerror or type(error).__name__}"
    else:
        said = f"unexpected {type(error).__name__}: {error}"
    return printable(" ".join([said, *getattr(error, "__notes__", ())]), limit=None)
