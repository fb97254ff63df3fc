"""What an error of PostgreSQL means, told from its state and, for errors of the connection, from its message."""

import re
from typing import Final, Literal, TypeAlias

from ecwid_async.primitives.error_text import one_line
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["PostgreSQLFailure", "PostgreSQLProblem", "find_failure"]

PostgreSQLProblem: TypeAlias = Literal[
    "full",
    "locked",
    "too_slow",
    "login",
    "no_database",
    "not_allowed",
    "read_only",
    "event_loop",
    "unavailable",
    "other",
]
"""Why PostgreSQL refused or failed. `event_loop`: psycopg can't use the one that asyncio has on Windows by default."""

_DISK_FULL: Final = ("53100", "53400")
_LOCKED: Final = ("55P03", "40P01", "40001")
_TOO_SLOW: Final = ("57014", "25P03", "25P04")
# 3F000: there is no schema in which the user may create tables.
_NOT_ALLOWED: Final = ("42501", "3F000")
_LOGIN: Final = ("28000", "28P01")
# An error of the connection itself has no state.
_LOGIN_MESSAGES: Final = ("password authentication failed", "no password supplied", "no pg_hba.conf entry")
_NO_ROLE: Final = re.compile(r'role ".*" does not exist')


@frozen
class PostgreSQLFailure:
    """An error of PostgreSQL. `message` is its first line: the others may show the values of a row."""

    problem: PostgreSQLProblem
    message: str
    state: str


def find_failure(error: BaseException) -> PostgreSQLFailure:
    """Return what an error of psycopg means."""
    state: str = getattr(error, "sqlstate", None) or ""
    message = getattr(getattr(error, "diag", None), "message_primary", None) or one_line(error)
    return PostgreSQLFailure(_find_problem(state, message.lower()), message, state)


def _find_problem(state: str, message: str) -> PostgreSQLProblem:
    if state in _DISK_FULL or "no space left" in message:
        return "full"
    if state in _LOCKED:
        return "locked"
    if state in _TOO_SLOW:
        return "too_slow"
    if state in _LOGIN or any(text in message for text in _LOGIN_MESSAGES) or _NO_ROLE.search(message):
        return "login"
    if state == "3D000" or ("database" in message and "does not exist" in message):
        return "no_database"
    if state in _NOT_ALLOWED:
        return "not_allowed"
    if state == "25006":
        return "read_only"
    if "proactoreventloop" in message:
        return "event_loop"
    if not state or state.startswith(("08", "57P", "533")):
        return "unavailable"
    return "other"
