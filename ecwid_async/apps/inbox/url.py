"""Choosing an inbox by its URL."""

from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.apps.inbox.sqlite import SQLiteInbox
from ecwid_async.errors import ConfigError

if TYPE_CHECKING:
    from ecwid_async.apps.inbox.postgresql import PostgreSQLInbox

__all__ = ["open_inbox"]

_SQLITE: Final = "sqlite:///"
_POSTGRESQL: Final = ("postgresql://", "postgresql+psycopg://", "postgres://")


def open_inbox(
    url: str, settings: InboxSettings | None = None, *, name: str | None = None, create: bool = True
) -> "SQLiteInbox | PostgreSQLInbox":
    """The inbox with this URL: ``sqlite:///inbox.db`` or ``postgresql://user:password@host/database``.

    It is opened when it is first used. `name` is that of an inbox in PostgreSQL, if several share the database. Without
    `create` it must exist. Raises `ConfigError` for another URL, or a file that does not exist.
    """
    text = url if isinstance(url, str) else ""
    if text.startswith(_POSTGRESQL):
        from ecwid_async.apps.inbox import PostgreSQLInbox

        if name is None:
            return PostgreSQLInbox(text, settings, create=create)
        return PostgreSQLInbox(text, settings, name=name, create=create)
    path = unquote(text.removeprefix(_SQLITE))
    if not text.startswith(_SQLITE) or not path:
        # The URL may have a password.
        raise ConfigError(
            "the URL of an inbox is sqlite:///inbox.db (with four slashes if the path begins with one) or "
            "postgresql://user:password@host/database"
        )
    if name is not None:
        raise ConfigError("only an inbox in PostgreSQL has a name: use a file for each inbox in SQLite")
    if not create and not Path(path).exists():
        raise ConfigError(f"there is no inbox {path}: check its path")
    return SQLiteInbox(path, settings)
