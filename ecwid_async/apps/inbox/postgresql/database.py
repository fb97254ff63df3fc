"""The PostgreSQL database of an inbox: how to connect to it, and what its errors mean."""

import re
from typing import Any, Final

from psycopg import Error
from psycopg.conninfo import conninfo_to_dict

from ecwid_async.apps.errors import InboxError, InboxProblem
from ecwid_async.errors import ConfigError
from ecwid_async.primitives.database_urls import has_password_elsewhere
from ecwid_async.primitives.postgresql_errors import PostgreSQLProblem, find_failure
from ecwid_async.transport import Secret
from ecwid_async.wire import to_printable

__all__ = ["InboxDatabase"]

_SCHEME: Final = re.compile(r"(?:postgresql|postgres)(?:\+psycopg)?://")
_DEFAULTS: Final[dict[str, Any]] = {
    "application_name": "ecwid_async inbox",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    # In milliseconds. Otherwise a server that is gone would be waited for a quarter of an hour.
    "tcp_user_timeout": 15_000,
}

_ADVICE: Final[dict[PostgreSQLProblem, tuple[InboxProblem, str]]] = {
    "full": ("full", "Free some space on the server."),
    "locked": ("locked", "Another transaction holds a lock: find out which one, and end it."),
    "too_slow": ("locked", "The statement took longer than the server allows: find out what slows it down."),
    "login": ("unavailable", "Check the user and the password in the URL of the inbox."),
    "no_database": ("unavailable", "Create the database, or correct its name in the URL of the inbox."),
    "not_allowed": (
        "unavailable",
        "Let this user create tables in its schema: `GRANT USAGE, CREATE ON SCHEMA … TO …`, and make it the owner of "
        "the tables of the inbox.",
    ),
    "read_only": ("read_only", "This server or user only reads: use the primary server."),
    "event_loop": (
        "unavailable",
        "psycopg can't use the event loop that asyncio has on Windows by default: use `asyncio.SelectorEventLoop`.",
    ),
    "unavailable": ("unavailable", "Check that the server runs and can be reached."),
    "other": ("unavailable", "If somebody changed the tables of the inbox or of Procrastinate, restore them."),
}


class InboxDatabase:
    """A database of PostgreSQL. All settings are the statement's, since a pooler keeps none of the session's.

    Raises `ConfigError` for an invalid URL.
    """

    def __init__(self, url: str) -> None:
        match = _SCHEME.match(url) if isinstance(url, str) else None
        if match is None:
            raise ConfigError("the URL of an inbox in PostgreSQL is postgresql://user:password@host/database")
        try:
            arguments: dict[str, Any] = dict(conninfo_to_dict(f"postgresql://{url[match.end() :]}"))
        except Error:
            # Its message quotes the URL.
            raise ConfigError(
                "the URL of the inbox can't be read: it is postgresql://user:password@host/database, with %40 for an @ "
                "in the password"
            ) from None
        self._password = Secret(arguments.pop("password", "") or "")
        self._arguments = arguments
        host, database = str(arguments.get("host") or "localhost"), str(arguments.get("dbname") or "")
        if has_password_elsewhere(url, host, database):
            raise ConfigError("the password in the URL of the inbox has an @ or a /: write them as %40 and %2F")
        self.place = to_printable(f"{host}/{database}", limit=200)

    def __repr__(self) -> str:
        return f"PostgreSQL at {self.place}"

    def connection_arguments(self) -> dict[str, Any]:
        """Return the arguments with which psycopg connects to the database."""
        arguments = {**_DEFAULTS, **self._arguments}
        if self._password:
            arguments["password"] = str.__str__(self._password)
        # A prepared statement belongs to a session of the server, and a pooler changes it with each transaction.
        # Nor may PGCLIENTENCODING change the encoding.
        return {**arguments, "prepare_threshold": None, "client_encoding": "utf8"}

    def explain_driver_error(self, error: Exception) -> InboxError:
        """Return the error to raise in place of one of psycopg. It has neither the password nor anything of events."""
        failure = find_failure(error)
        message = to_printable(failure.message, limit=300)
        if self._password:
            message = message.replace(str.__str__(self._password), "***")
        state = f" [{failure.state}]" if failure.state else ""
        problem, advice = _ADVICE[failure.problem]
        return InboxError(f"The inbox in {self!r} failed: {message}{state}. {advice}", problem=problem)
