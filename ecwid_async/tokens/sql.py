"""Encrypted tokens in a database: SQLite or PostgreSQL (extra ``tokens``)."""

import asyncio
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast

from attrs import field

from ecwid_async.errors import ConfigError, TokenUnavailable
from ecwid_async.primitives.database_urls import has_password_elsewhere
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.primitives.private_files import open_private
from ecwid_async.tokens.encryption import TokenCipher, as_secrets, read_keys
from ecwid_async.tokens.source import as_token, check_store_id
from ecwid_async.transport import PoolPerLoop, Secret
from ecwid_async.wire import to_printable

try:
    from sqlalchemy import (
        BigInteger,
        Column,
        ColumnElement,
        MetaData,
        Select,
        Table,
        Text,
        bindparam,
        delete,
        func,
        inspect,
        select,
        update,
    )
    from sqlalchemy.dialects import postgresql, sqlite
    from sqlalchemy.engine import URL, make_url
    from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
    from sqlalchemy.schema import CreateTable
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: SQLTokens needs pip install 'ecwid-async[tokens]'") from None

__all__ = ["ReEncryption", "SQLTokens", "TokenStatus"]

if TYPE_CHECKING:
    from ecwid_async.primitives.sqlite_connection import FileConnection

T = TypeVar("T")

_SUPPORTED: Final = "sqlite:///tokens.db, or postgresql://user:password@host/database"
_TABLE_NAME: Final = re.compile("[a-z_][a-z0-9_]{0,62}")
_PAGE: Final = 500
_CONNECTIONS: Final = 5
# Seconds to wait for a connection, and for a lock of SQLite.
_TIMEOUT: Final = 20
# How often an operation is repeated because another process changed the row meanwhile.
_MAX_ATTEMPTS: Final = 20
_MAX_LISTED: Final = 20
_MAX_REASON: Final = 200
# PostgreSQL cuts longer names.
_MAX_PREFIX: Final = 57
# How many expired rows a statement deletes.
_MAX_PURGED: Final = 100
# For `pg_advisory_xact_lock`: PostgreSQL fails if two processes create the same table at the same time.
_CREATION_LOCK: Final = 0x6563776964746F6B


@frozen(kw_only=True)
class ReEncryption:
    """The result of `SQLTokens.re_encrypt`.

    - `checked`: the number of stored tokens.
    - `re_encrypted`: the number of tokens that were encrypted under another key, and are now under the first one.
    - `unreadable`: the number of tokens that none of the keys decrypts; `unreadable_stores` are the first of them.
    """

    checked: int = 0
    re_encrypted: int = 0
    unreadable: int = 0
    unreadable_stores: list[int] = field(factory=list)


@frozen(kw_only=True)
class TokenStatus:
    """A store that has a token, as `SQLTokens.statuses` yields it.

    `invalid_since`: when the API refused the token; None if it did not.
    """

    store_id: int
    invalid_since: datetime | None = None


@frozen(kw_only=True)
class _StoredToken:
    """A row of the table."""

    store_id: int
    ciphertext: str
    invalid_since: int | None


class SQLTokens:
    """Encrypted tokens in a table of a database.

    ``async with SQLTokens("sqlite:///tokens.db") as tokens: …``

    - `url`: ``sqlite:///tokens.db`` or ``postgresql://user:password@host/database``.
    - `keys`: the keys as text. The first one encrypts, all of them decrypt. By default those in ``ECWID_TOKEN_KEYS``,
      or else in the file ``ECWID_TOKEN_KEYS_FILE``, which must be readable only by you.
    - `table`: the name of the table. It is created on first use.

    The database contains no plain token. A token that the API has refused stays in the table, marked as invalid:
    `restore` removes the mark. Runs under asyncio only.

    Raises `ConfigError` for an invalid setting. Methods raise `TokenUnavailable` if the database fails.
    """

    def __init__(self, url: str, *, keys: str | Iterable[str] | None = None, table: str = "ecwid_tokens") -> None:
        keys = read_keys() if keys is None else as_secrets(keys)
        if not isinstance(table, str) or not _TABLE_NAME.fullmatch(table):
            raise ConfigError("The name of a table consists of lower-case letters, digits and underscores.")
        self._url = _parse_url(url)
        self._cipher = TokenCipher(keys)
        self._table = Table(
            table,
            MetaData(),
            Column("store_id", BigInteger, primary_key=True, autoincrement=False),
            Column("ciphertext", Text, nullable=False),
            Column("invalid_since", BigInteger),  # in Unix seconds
        )
        self._codes = Table(
            f"{table[:_MAX_PREFIX]}_codes",
            MetaData(),
            Column("code_hash", Text, primary_key=True),
            Column("expires_at", BigInteger, nullable=False),  # in Unix seconds
        )
        self._databases = PoolPerLoop(partial(_Database, self._url))

    def __repr__(self) -> str:
        url = self._url.set(drivername=self._url.get_backend_name()).difference_update_query(["sslpassword"])
        return f"<SQLTokens in {url.render_as_string(hide_password=True)}>"

    async def get(self, store_id: int) -> Secret | None:
        """The token of a store; None if there is none, or if the API has refused it.

        Raises `ConfigError` if none of the keys decrypts it, or if it belongs to another store.
        """
        row = await self._read(check_store_id(store_id))
        return None if row is None or row.invalid_since is not None else self._cipher.decrypt(store_id, row.ciphertext)

    async def put(self, store_id: int, token: str) -> None:
        """Store a token, in place of an earlier one. Raises `ConfigError` if the id or the token is invalid."""
        token = Secret(token)
        await self._put([self._encrypt(store_id, token)], store_id)

    async def put_all(self, tokens: Mapping[int, str], *, on_progress: Callable[[int], None] | None = None) -> None:
        """Store the tokens of many stores by their ids, in place of earlier ones. Much faster than `put` for each.

        `on_progress` is called with the number of tokens stored so far. Raises `ConfigError`, and stores nothing, if an
        id or a token is invalid. If the work is interrupted, repeat it.
        """
        secrets = {store_id: Secret(token) for store_id, token in tokens.items()}
        del tokens  # some tracebacks show local variables
        rows = [self._encrypt(store_id, token) for store_id, token in secrets.items()]
        for start in range(0, len(rows), _PAGE):
            page = rows[start : start + _PAGE]
            await self._put(page)
            if on_progress is not None:
                on_progress(start + len(page))

    def _encrypt(self, store_id: int, token: Secret) -> dict[str, object]:
        ciphertext = self._cipher.encrypt(check_store_id(store_id), as_token(token, store_id))
        return {"store_id": store_id, "ciphertext": ciphertext, "invalid_since": None}

    async def _put(self, rows: list[dict[str, object]], store_id: int | None = None) -> None:
        """Insert rows, or replace those of the same stores."""
        statement = (sqlite.insert if self._is_sqlite else postgresql.insert)(self._table)
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=["store_id"], set_={"ciphertext": new.ciphertext, "invalid_since": new.invalid_since}
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(statement, rows)

        await self._run(work, store_id=store_id, writes=True)

    async def delete(self, store_id: int) -> bool:
        """Delete the token of a store. Returns whether there was one."""
        statement = delete(self._table).where(self._table.c.store_id == check_store_id(store_id))

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(statement)).rowcount

        return await self._run(work, store_id=store_id, writes=True) > 0

    async def delete_invalid(self, store_id: int) -> bool:
        """Delete the token of a store if it is marked as invalid. Returns whether it was."""
        columns = self._table.c
        statement = delete(self._table).where(
            columns.store_id == check_store_id(store_id), columns.invalid_since.is_not(None)
        )

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(statement)).rowcount

        return await self._run(work, store_id=store_id, writes=True) > 0

    async def claim_code(self, code_hash: str, keep_seconds: float) -> bool:
        """Record that the code of an installation is used. Returns False if it already was.

        Only its hash is stored, in the table ``<table>_codes``, which is created on first use. It is deleted after
        `keep_seconds`.
        """
        now = time.time()
        codes = self._codes.c
        expired = select(codes.code_hash).where(codes.expires_at < int(now)).limit(_MAX_PURGED)
        expired = expired.with_for_update(skip_locked=True)  # PostgreSQL: two processes may purge at the same time
        statement = (sqlite.insert if self._is_sqlite else postgresql.insert)(self._codes)
        row = {"code_hash": code_hash, "expires_at": int(now + keep_seconds)}

        async def work(connection: AsyncConnection) -> bool:
            insert = statement.values(row).on_conflict_do_nothing().returning(codes.code_hash)
            inserted = (await connection.execute(insert)).first() is not None
            await connection.execute(delete(self._codes).where(codes.code_hash.in_(expired)))
            return inserted

        return await self._run(work, writes=True, table=self._codes)

    async def invalidate(self, store_id: int, token: str) -> None:
        """Mark the token of a store as invalid if it is still this one: `get` then returns None."""
        token = Secret(token)
        for _ in range(_MAX_ATTEMPTS):
            row = await self._read(check_store_id(store_id))
            if row is None or row.invalid_since is not None:
                return
            if self._cipher.decrypt(store_id, row.ciphertext) != token:
                return
            # Compared by ciphertext: it changes if a token is stored meanwhile, or re-encrypted.
            if await self._mark(row, int(time.time())):
                return
        raise TokenUnavailable("its row keeps being changed", store_id=store_id)

    async def restore(self, store_id: int) -> bool:
        """Remove the mark of a token that was invalidated by mistake. Returns whether it was marked."""
        for _ in range(_MAX_ATTEMPTS):
            row = await self._read(check_store_id(store_id))
            if row is None or row.invalid_since is None:
                return False
            if await self._mark(row, None):
                return True
        raise TokenUnavailable("its row keeps being changed", store_id=store_id)

    async def store_ids(self, *, invalid: bool = False) -> AsyncIterator[int]:
        """The ids of all stores that have a token, in ascending order. With `invalid`, those whose token was refused.

        They are read page by page, and no connection is held between pages.
        """
        mark = self._table.c.invalid_since
        last: int | None = 0
        while last is not None:
            page, last = await self._read_page(last, mark.is_not(None) if invalid else mark.is_(None))
            for row in page:
                yield row.store_id

    async def statuses(self) -> AsyncIterator[TokenStatus]:
        """All stores that have a token, valid or not, in ascending order of their ids.

        They are read page by page, and no connection is held between pages.
        """
        last: int | None = 0
        while last is not None:
            page, last = await self._read_page(last)
            for row in page:
                since = None if row.invalid_since is None else datetime.fromtimestamp(row.invalid_since, UTC)
                yield TokenStatus(store_id=row.store_id, invalid_since=since)

    async def re_encrypt(self, *, on_progress: Callable[[ReEncryption], None] | None = None) -> ReEncryption:
        """Encrypt all tokens under the first key, also those that are marked as invalid.

        Tokens may be read and stored meanwhile: a token that is stored during the work is never replaced by an earlier
        one. If it is interrupted, run it again: tokens that are under the first key already are not written.
        `on_progress` is called with the result so far.

        Raises `TokenUnavailable` if the database fails, or other processes keep storing tokens under another key.
        """
        re_encrypted = 0
        for _ in range(_MAX_ATTEMPTS):
            result, skipped = await self._re_encrypt_once(re_encrypted, on_progress)
            if not skipped:
                return result
            re_encrypted = result.re_encrypted
        raise TokenUnavailable("other processes keep storing tokens under another key: give them the new key first")

    async def _re_encrypt_once(
        self, re_encrypted: int, on_progress: Callable[[ReEncryption], None] | None
    ) -> tuple[ReEncryption, int]:
        """Check every token once. Returns the result, and how many were not written because they changed meanwhile."""
        result = ReEncryption(re_encrypted=re_encrypted)
        skipped = 0
        last: int | None = 0
        while last is not None:
            page, last = await self._read_page(last)
            changes, unreadable = self._find_changes(page)
            written = await self._replace(changes) if changes else 0
            skipped += len(changes) - written
            result = ReEncryption(
                checked=result.checked + len(page),
                re_encrypted=result.re_encrypted + written,
                unreadable=result.unreadable + len(unreadable),
                unreadable_stores=[*result.unreadable_stores, *unreadable][:_MAX_LISTED],
            )
            if on_progress is not None:
                on_progress(result)
        return result, skipped

    def _find_changes(self, page: Iterable[_StoredToken]) -> tuple[list[dict[str, object]], list[int]]:
        changes: list[dict[str, object]] = []
        unreadable: list[int] = []
        for row in page:
            try:
                token = self._cipher.decrypt(row.store_id, row.ciphertext)
            except ConfigError:
                unreadable.append(row.store_id)
                continue
            if not self._cipher.is_under_first_key(row.ciphertext):
                ciphertext = self._cipher.encrypt(row.store_id, token)
                changes.append({"row_id": row.store_id, "before": row.ciphertext, "after": ciphertext})
        return changes, unreadable

    async def _replace(self, changes: list[dict[str, object]]) -> int:
        """Replace ciphertexts that have not changed since they were read. Returns how many."""
        columns = self._table.c
        statement = update(self._table).where(
            columns.store_id == bindparam("row_id"), columns.ciphertext == bindparam("before")
        )

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(statement.values(ciphertext=bindparam("after")), changes)).rowcount

        return await self._run(work, writes=True)

    async def aclose(self) -> None:
        """Close the connections of the running event loop. Later calls open new ones."""
        database = self._databases.pop()
        if database is not None:
            await database.engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def _is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    async def _read(self, store_id: int) -> _StoredToken | None:
        statement = select(self._table).where(self._table.c.store_id == store_id)
        rows = await self._fetch(statement, store_id)
        return rows[0] if rows else None

    async def _read_page(self, last: int, *conditions: ColumnElement[bool]) -> tuple[list[_StoredToken], int | None]:
        """Rows of the next stores after `last`. Returns them with the last id, or with None at the end of the table."""
        column = self._table.c.store_id
        page = await self._fetch(select(self._table).where(column > last, *conditions).order_by(column).limit(_PAGE))
        return page, page[-1].store_id if len(page) == _PAGE else None

    async def _fetch(self, statement: Select[int, str, int | None], store_id: int | None = None) -> list[_StoredToken]:
        async def work(connection: AsyncConnection) -> list[_StoredToken]:
            rows = await connection.execute(statement)
            return [
                _StoredToken(store_id=store, ciphertext=ciphertext, invalid_since=since)
                for store, ciphertext, since in rows
            ]

        return await self._run(work, store_id=store_id)

    async def _mark(self, row: _StoredToken, invalid_since: int | None) -> bool:
        """Set or remove the mark of a row, unless its token has changed."""
        columns = self._table.c
        statement = update(self._table).where(columns.store_id == row.store_id, columns.ciphertext == row.ciphertext)

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(statement.values(invalid_since=invalid_since))).rowcount

        return await self._run(work, store_id=row.store_id, writes=True) > 0

    async def _run(
        self,
        work: Callable[[AsyncConnection], Awaitable[T]],
        *,
        store_id: int | None = None,
        writes: bool = False,
        table: Table | None = None,
    ) -> T:
        """Run work in a transaction. `table` is the table that it needs, by default that of the tokens."""
        table = self._table if table is None else table
        try:
            database = self._databases.get()
        except RuntimeError:
            raise ConfigError("SQLTokens needs asyncio: other event loops, such as trio's, do not work.") from None
        try:
            async with database.turn(table, writes):
                await database.prepare(table)
                async with database.engine.begin() as connection:
                    return await work(connection)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            reason = self._describe(error)
        # Not within the `except` block: the driver's frames have the password.
        raise TokenUnavailable(reason, store_id=store_id)

    def _describe(self, error: Exception) -> str:
        # Further lines may quote the row.
        text, _, _ = (str(error.orig) if isinstance(error, DBAPIError) else str(error)).partition("\n")
        password = self._url.password
        return to_printable(f"{type(error).__name__}: {text}", (str(password),) if password else (), _MAX_REASON)


class _Database:
    """The connections of one event loop."""

    def __init__(self, url: URL) -> None:
        self._is_sqlite = url.get_backend_name() == "sqlite"
        # For the first operation on a table, and for writes to SQLite, whose own wait for a lock is a loop of sleeps in
        # no order.
        self._lock = asyncio.Lock()
        self._prepared: set[Table] = set()
        self._path = Path(str(url.database)) if self._is_sqlite else None
        self.engine = self._new_engine(url)

    def _new_engine(self, url: URL) -> AsyncEngine:
        options: dict[str, Any] = {
            "hide_parameters": True,
            "pool_size": _CONNECTIONS,
            "max_overflow": 0,
            "pool_timeout": _TIMEOUT,
        }
        if self._path is None:
            # PgBouncer has no prepared statements in transaction mode.
            return create_async_engine(url, pool_pre_ping=True, connect_args={"prepare_threshold": None}, **options)
        # Imported here, so that tokens in PostgreSQL need no driver of SQLite.
        from ecwid_async.primitives.sqlite_connection import connect

        return create_async_engine(url, async_creator=partial(connect, self._path, timeout=_TIMEOUT), **options)

    def turn(self, table: Table, writes: bool) -> AbstractAsyncContextManager[object]:
        """Wait for earlier writes, where the database allows only one at a time."""
        return self._lock if table not in self._prepared or (writes and self._is_sqlite) else nullcontext()

    async def prepare(self, table: Table) -> None:
        """Create a table if it does not exist."""
        if table in self._prepared:
            return
        if self._path is not None and not self._path.exists():
            open_private(self._path).close()
        async with self.engine.begin() as connection:
            if not await connection.run_sync(lambda synchronous: inspect(synchronous).has_table(table.name)):
                if self._is_sqlite:
                    file = (await connection.get_raw_connection()).driver_connection
                    await cast("FileConnection", file).use_write_ahead_log()
                else:
                    await connection.execute(select(func.pg_advisory_xact_lock(_CREATION_LOCK)))
                await connection.execute(CreateTable(table, if_not_exists=True))
        self._prepared.add(table)


def _parse_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None:  # raised outside of the frames that have the password
        raise ConfigError(f"not a valid URL of a database. Supported are {_SUPPORTED}.")
    if has_password_elsewhere(url, parsed.host, parsed.database):
        raise ConfigError("the password in the URL of the database has an @: write it as %40.")
    match parsed.drivername:
        case "sqlite" | "sqlite+aiosqlite":
            if not parsed.database or ":memory:" in parsed.database or parsed.database.startswith("file:"):
                raise ConfigError("SQLTokens needs a database file, such as sqlite:///tokens.db.")
            library, extra, driver = "aiosqlite", "tokens", "sqlite+aiosqlite"
        case "postgresql" | "postgresql+psycopg":
            library, extra, driver = "psycopg", "tokens,postgres", "postgresql+psycopg"
        case _:
            raise ConfigError(f"SQLTokens can't use this kind of database. Supported are {_SUPPORTED}.")
    if find_spec(library) is None:
        raise ConfigError(f"this database needs {library}: pip install 'ecwid-async[{extra}]'")
    # Only a password in its own place is masked.
    if isinstance(password := parsed.query.get("password"), str):
        parsed = parsed.set(password=password).difference_update_query(["password"])
    if driver == "postgresql+psycopg" and "connect_timeout" not in parsed.query:
        parsed = parsed.update_query_dict({"connect_timeout": str(_TIMEOUT)})
    return parsed.set(drivername=driver)
