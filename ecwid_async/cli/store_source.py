"""Which stores a fleet synchronizes, and where their tokens come from."""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from attrs import field
from cyclopts import Group, Parameter

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.primitives.lazy_attrs import frozen

if TYPE_CHECKING:
    from ecwid_async.tokens import SQLTokens, TokenSource
    from ecwid_async.transport import Secret

__all__ = ["StoreSource", "StoreSourceArguments", "database_of_tokens"]

_STORES = Group("Several stores")


@frozen(kw_only=True)
class StoreSource:
    """The stores of a fleet. `store_ids` reads their ids anew each time, and `tokens` is the source of their tokens."""

    store_ids: Callable[[], AsyncIterator[int]]
    tokens: "TokenSource" = field(repr=False)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class StoreSourceArguments:
    """Several stores, in place of the one in the environment."""

    stores: Annotated[Path | None, Parameter(group=_STORES)] = None
    "File with an id, a space and a token per line, readable only by you (chmod 600). It is read again if it changes."
    store: Annotated[list[int] | None, Parameter(group=_STORES, negative=())] = None
    "Id of a store, with its token in ECWID_TOKEN_<id>. Repeatable."
    stores_from_database: Annotated[bool, Parameter(group=_STORES)] = False
    "All stores with a token in the database ECWID_TOKEN_DATABASE, as ecwid tokens stores them."
    stores_query: Annotated[str | None, Parameter(group=_STORES)] = None
    "The stores whose ids this SQL query on the same database returns, such as SELECT store_id FROM tenants."

    @property
    def given(self) -> bool:
        """Whether any of them is given."""
        return bool(self.store or self.stores or self.uses_database)

    @property
    def is_part(self) -> bool:
        """Whether only single stores are named, which may be a part of a fleet."""
        return bool(self.store) and self.stores is None

    @property
    def uses_database(self) -> bool:
        """Whether the tokens are in a database."""
        return self.stores_from_database or self.stores_query is not None

    def check(self) -> None:
        """Raise `ConfigError` for options that exclude each other, an invalid file, and a missing token or database."""
        from ecwid_async.cli.store_tokens import find_tokens

        if self.stores_from_database and self.stores_query is not None:
            raise UsageError("--stores-query and --stores-from-database exclude each other: leave one out.")
        if not self.uses_database:
            find_tokens(self.store or (), self.stores)
            return
        if self.store or self.stores:
            raise UsageError("the stores are either in a database, or named with --stores and --store.")
        database_of_tokens()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[StoreSource]:
        """Open the source, after `check`."""
        if self.uses_database:
            async with database_of_tokens() as tokens:
                yield StoreSource(store_ids=self._ids_in_database(tokens), tokens=tokens)
        else:
            files = _Files(self.stores, self.store or ())
            yield StoreSource(store_ids=files.store_ids, tokens=files)

    def _ids_in_database(self, tokens: "SQLTokens") -> Callable[[], AsyncIterator[int]]:
        async def with_token() -> AsyncIterator[int]:
            # Those whose token is invalid, too: they are shown as refused, and do not disappear.
            async for status in tokens.statuses():
                yield status.store_id

        if self.stores_query is None:
            return with_token
        from ecwid_async.cli.tokens import find_url
        from ecwid_async.sync import stores_from_sql

        return stores_from_sql(find_url(None), self.stores_query)


def database_of_tokens() -> "SQLTokens":
    """Return the tokens in the database that the environment names. Raises `UsageError` if it names none."""
    from ecwid_async.cli.tokens import DatabaseArguments

    if not os.environ.get("ECWID_TOKEN_DATABASE"):
        raise UsageError("which database has the tokens? Set ECWID_TOKEN_DATABASE to its URL.")
    return DatabaseArguments().open()


class _Files:
    """A file of tokens and single stores of the environment as one source of tokens."""

    def __init__(self, file: Path | None, ids: Sequence[int]) -> None:
        from ecwid_async.tokens import EnvironmentTokens, FileTokens

        self._file = None if file is None else FileTokens(file)
        self._environment = EnvironmentTokens()
        self._ids = list(dict.fromkeys(ids))

    async def store_ids(self) -> AsyncIterator[int]:
        for store_id in self._ids:
            yield store_id
        if self._file is not None:
            async for store_id in self._file.store_ids():
                yield store_id

    async def get(self, store_id: int) -> "Secret | None":
        token = await self._file.get(store_id) if self._file is not None else None
        return token or await self._environment.get(store_id)

    async def invalidate(self, store_id: int, token: str) -> None:
        """Does nothing: the file and the environment are the user's."""
