"""Where the list of a fleet's stores comes from: a list, an async iterator, a source of tokens, or an SQL query."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing
from typing import TypeAlias

from ecwid_async.errors import ConfigError
from ecwid_async.sync.database import query_ids
from ecwid_async.tokens import check_store_id

__all__ = ["StoreSource", "can_be_read_again", "iterate_stores", "stores_from_sql"]

StoreSource: TypeAlias = Iterable[int] | AsyncIterable[int] | Callable[[], Iterable[int] | AsyncIterable[int]]
"""The ids of stores, or a function that returns them, such as `FileTokens.store_ids`. It is called for each listing."""


async def iterate_stores(source: StoreSource) -> AsyncGenerator[int, None]:
    """Yield the ids of a source. Raises `ConfigError` for anything that is not a store id."""
    ids = source() if callable(source) else source
    if isinstance(ids, AsyncIterable):
        async for store_id in ids:
            yield check_store_id(store_id)
    elif isinstance(ids, Iterable) and not isinstance(ids, str | bytes):
        for store_id in ids:
            yield check_store_id(store_id)
    else:
        raise ConfigError("the stores of a fleet are ids, or a function that returns them: pass [1003, 1004]")


def can_be_read_again(source: StoreSource) -> bool:
    """Return whether a source has the ids of all stores each time: an iterator has none once it was read."""
    return callable(source) or not isinstance(source, Iterator | AsyncIterator)


def stores_from_sql(url: str, query: str) -> Callable[[], AsyncGenerator[int, None]]:
    """Return a source that reads the ids of stores with an SQL query, whose first column has them.

    ``Fleet(mirror, ecwid, stores_from_sql("postgresql://user@host/app", "SELECT store_id FROM tenants WHERE active"))``

    `url` is that of any database that can hold a mirror. Rows are streamed. If the query fails, the listing raises
    `DatabaseError`, and if the column has anything but ids, `ConfigError`.
    """

    async def stores() -> AsyncGenerator[int, None]:
        async with aclosing(query_ids(url, query)) as ids:
            async for store_id in ids:
                yield check_store_id(store_id)

    return stores
