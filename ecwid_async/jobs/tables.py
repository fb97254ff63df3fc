"""Procrastinate's tables, in the schema of the tables that the jobs are about."""

import re
from importlib.metadata import version
from typing import Final

import psycopg
from procrastinate.schema import SchemaManager
from procrastinate.sql import queries

from ecwid_async.errors import ConfigError
from ecwid_async.jobs.connector import Connector

__all__ = ["prepare_tables"]

# For `pg_advisory_xact_lock`: PostgreSQL fails if two processes create the same table at the same time.
_CREATION_LOCK: Final = 0x656377696470
_FUNCTION: Final = re.compile(r"procrastinate_\w+_v\d+(?=\()")


async def prepare_tables(connector: Connector) -> None:
    """Create Procrastinate's tables unless they exist, or check that those of another program have the right version.

    Raises `ConfigError` if they do not, or if the database can't store every character, and `ConnectorException`.
    """
    functions = sorted({name for query in queries.values() for name in _FUNCTION.findall(query)})
    try:
        async with connector.pool.connection() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_CREATION_LOCK])
            cursor = await connection.execute(
                "SELECT to_regclass('procrastinate_jobs') AS found, current_setting('server_encoding') AS encoding"
            )
            (row,) = await cursor.fetchall()
            if row["encoding"] != "UTF8":
                raise ConfigError(
                    f"the database has the encoding {row['encoding']}, which lacks most characters: create one with "
                    "ENCODING 'UTF8' TEMPLATE template0."
                )
            if row["found"] is None:
                await connection.execute(SchemaManager.get_schema())
                return
            cursor = await connection.execute(
                "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regproc(name) IS NULL", [functions]
            )
            missing = [row["name"] for row in await cursor.fetchall()]
    except psycopg.Error as error:
        raise connector.explain(error) from None
    if missing:
        raise ConfigError(
            f"the tables of Procrastinate in this database are not those of procrastinate {version('procrastinate')}: "
            f"{', '.join(missing)} are missing. Apply its migrations, or use a database or schema without these tables."
        )
