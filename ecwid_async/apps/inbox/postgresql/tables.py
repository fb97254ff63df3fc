"""Creating and checking the tables of an inbox."""

import re
from typing import Final

import psycopg

from ecwid_async.apps.errors import InboxError
from ecwid_async.apps.inbox.postgresql.database import InboxDatabase
from ecwid_async.apps.inbox.postgresql.statements import VERSION, Statements
from ecwid_async.errors import ConfigError
from ecwid_async.jobs import Connector, prepare_tables

__all__ = ["prepare_inbox"]

# For `pg_advisory_xact_lock`: PostgreSQL fails if two processes create the same table at the same time.
_CREATION_LOCK: Final = 0x65637769645F
_COMMENT: Final = re.compile(r"ecwid_async inbox, version (\d{1,9})")


async def prepare_inbox(connector: Connector, database: InboxDatabase, statements: Statements, *, create: bool) -> None:
    """Create the tables of Procrastinate and of the inbox unless they exist, or check their versions.

    Raises `InboxError`, and `ConnectorException` if the database fails.
    """
    if not create and not (await connector.execute(statements.exists, {}))[0]["found"]:
        raise InboxError(f"There is no inbox in {database!r}: check the URL and the name.", problem="foreign")
    try:
        await prepare_tables(connector)
    except ConfigError as error:
        raise InboxError(str(error), problem="version") from None
    try:
        async with connector.pool.connection() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_CREATION_LOCK])
            (row,) = await (await connection.execute(statements.exists)).fetchall()
            if not row["found"]:
                await connection.execute(statements.create)
                return
    except psycopg.Error as error:
        raise database.explain_driver_error(error) from None
    # In some isolation levels, the transaction above does not see what was committed while it waited for the lock.
    (row,) = await connector.execute(statements.comment, {})
    match = _COMMENT.fullmatch(row["comment"] or "")
    if match is None:
        raise InboxError(
            f"The table of the inbox in {database!r} is one of another program: give the inbox another `name`.",
            problem="foreign",
        )
    if int(match[1]) != VERSION:
        raise InboxError(
            f"The inbox in {database!r} was made by another version of ecwid_async (its tables are version {match[1]}, "
            f"not {VERSION}): update the older one, or give the inbox another `name`.",
            problem="version",
        )
