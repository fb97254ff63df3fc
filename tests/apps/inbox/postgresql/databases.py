"""Databases of PostgreSQL for inboxes."""

from typing import Final

from tests.postgresql import PostgreSQL

__all__ = ["empty_database"]

_DATABASE: Final = "inboxes"
_EMPTY_TABLES: Final = """
DO $$ DECLARE found text; BEGIN
  SELECT string_agg(format('%I', relname), ', ') INTO found FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'ecwid_schema';
  IF found IS NOT NULL THEN EXECUTE 'TRUNCATE ' || found; END IF;
END $$
"""


async def empty_database(server: PostgreSQL) -> str:
    """Return the URL of a database whose tables are empty, if there are any."""
    if not await server.find_database(_DATABASE):
        await server.disconnect_all(_DATABASE)
        await server.execute(_EMPTY_TABLES, _DATABASE)
    return server.url(_DATABASE)
