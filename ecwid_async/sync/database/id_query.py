"""Reading the ids of stores from any database, with a query of the user's."""

from collections.abc import AsyncGenerator

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ecwid_async.primitives.error_text import one_line
from ecwid_async.sync.database.backend import masked
from ecwid_async.sync.database.database import find_backend
from ecwid_async.sync.errors import DatabaseError

__all__ = ["query_ids"]


async def query_ids(url: str, query: str) -> AsyncGenerator[object, None]:
    """Yield the first column of each row that a query returns. Rows are streamed.

    Raises `ConfigError` for a URL that is not supported, and `DatabaseError` if the query fails.
    """
    backend = find_backend(url)
    engine = backend.new_engine(create=False)
    try:
        async with engine.connect() as connection:
            connection = await connection.execution_options(**backend.options("read"))
            async with connection.begin(), connection.stream(text(query)) as rows:
                async for row in rows:
                    yield row[0]
    except SQLAlchemyError as error:
        reason = masked(one_line(getattr(error, "orig", None) or error), backend.url)
        raise DatabaseError(f"the query for the ids of stores failed: {reason}. Check the URL and the query.") from None
    finally:
        await engine.dispose()
