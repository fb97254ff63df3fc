"""A mirror in PostgreSQL, with psycopg. It works behind PgBouncer in transaction mode."""

from importlib.util import find_spec
from typing import Any, Final, Literal

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.postgresql_errors import find_failure
from ecwid_async.sync.database.backend import POOL, TIMEOUT_SHARES, TransactionKind, masked
from ecwid_async.sync.errors import DatabaseError, DatabaseFull, DatabaseLocked, DatabaseUnavailable

__all__ = ["PostgreSQL"]

# Writing transactions share this advisory lock, and changes of the tables take it alone.
_SCHEMA_LOCK: Final = 0x6563776964  # "ecwid"
_MIGRATION_SECONDS: Final = 300.0
_CONNECT_SECONDS: Final = 10


class PostgreSQL:
    """A database of PostgreSQL. All settings are the transaction's, since a pooler keeps none of the session's."""

    name: Literal["postgresql"] = "postgresql"
    # Unlike now(), this is not the time at which the transaction began.
    now = "extract(epoch FROM clock_timestamp())::double precision"
    has_one_writer = False
    columns_query = (
        "SELECT t.relname AS table_name, c.attname AS column_name, "
        "upper(format_type(c.atttypid, c.atttypmod)) AS column_type "
        "FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid "
        "WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p', 'S') "
        "AND c.attnum > 0 AND NOT c.attisdropped"
    )

    def __init__(self, url: URL) -> None:
        if find_spec("psycopg") is None:
            raise ConfigError("a mirror in PostgreSQL needs psycopg: pip install 'ecwid-async[postgres]'")
        # Only a password in its own place is masked.
        if isinstance(password := url.query.get("password"), str):
            url = url.set(password=password).difference_update_query(["password"])
        self.url = url.set(drivername="postgresql+psycopg")

    def __repr__(self) -> str:
        return self.url.render_as_string()

    def _defaults(self) -> dict[str, Any]:
        defaults: dict[str, Any] = {
            "application_name": "ecwid_async",
            "connect_timeout": _CONNECT_SECONDS,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
        }
        # A prepared statement belongs to a session of the server, and a pooler changes it with each transaction.
        return {name: value for name, value in defaults.items() if name not in self.url.query} | {
            "prepare_threshold": None
        }

    def connection_arguments(self) -> dict[str, Any]:
        """Return the arguments with which psycopg connects to the database."""
        _, arguments = PGDialect_psycopg().create_connect_args(self.url)  # type: ignore[no-untyped-call]
        return {**arguments, **self._defaults()}

    def new_engine(self, *, create: bool) -> AsyncEngine:
        """Return an engine, which has not connected yet."""
        return create_async_engine(
            self.url,
            hide_parameters=True,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            **POOL,
            connect_args=self._defaults(),
            use_native_hstore=False,
        )

    def options(self, kind: TransactionKind) -> dict[str, Any]:
        """Return the options of the transaction's BEGIN."""
        if kind == "read":
            return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return {}

    async def prepare(self, connection: AsyncConnection, kind: TransactionKind, lease_seconds: float) -> None:
        """Set the timeouts of a writing transaction, and lock the version of the tables."""
        if kind == "read":
            return
        seconds = {name: share * lease_seconds for name, share in TIMEOUT_SHARES.items()}
        if kind == "migrate":
            seconds = dict.fromkeys(TIMEOUT_SHARES, _MIGRATION_SECONDS)
        timeouts = {
            "lock_timeout": seconds["lock"],
            "statement_timeout": seconds["statement"],
            "idle_in_transaction_session_timeout": seconds["idle"],
        }
        version = connection.dialect.server_version_info
        if version is not None and version >= (17,):
            timeouts["transaction_timeout"] = seconds["transaction"]
        settings = ", ".join(
            f"set_config('{name}', '{max(1, round(1000 * limit))}ms', true)" for name, limit in timeouts.items()
        )
        lock = "pg_advisory_xact_lock" if kind == "migrate" else "pg_advisory_xact_lock_shared"
        await connection.exec_driver_sql(f"SELECT {settings}, {lock}({_SCHEMA_LOCK})")

    async def wait_until_closed(self) -> None:
        """Do nothing: connections are closed at once."""

    def explain(self, error: DBAPIError) -> DatabaseError:
        """Return the error to raise in place of the driver's."""
        return self.explain_driver_error(error.orig or error)

    def explain_driver_error(self, original: BaseException) -> DatabaseError:
        """Return the error to raise in place of one of psycopg."""
        failure = find_failure(original)
        state = f" [{failure.state}]" if failure.state else ""
        place = f"{self.url.host or self.url.query.get('host', 'localhost')}/{self.url.database or ''}"
        reason = f"PostgreSQL at {place}: {masked(failure.message, self.url)}{state}"
        match failure.problem:
            case "full":
                return DatabaseFull(
                    f"{reason}. Free some space on the server, and start the sync again; nothing is lost."
                )
            case "locked":
                return DatabaseLocked(f"{reason}. Another transaction holds a lock: end it, or wait; then try again.")
            case "too_slow":
                return DatabaseUnavailable(
                    f"{reason}. The transaction took longer than its lease allows: find out what slows the server or "
                    "this process down, or set a longer lease."
                )
            case "login":
                return DatabaseError(f"{reason}. Check the user and the password in the URL of the database.")
            case "no_database":
                return DatabaseError(f"{reason}. Create the database, or correct its name in the URL.")
            case "not_allowed":
                return DatabaseError(
                    f"{reason}. Let this user create tables in its schema: `GRANT USAGE, CREATE ON SCHEMA … TO …`, and "
                    "make it the owner of the mirror's tables."
                )
            case "read_only":
                return DatabaseError(f"{reason}. This server or user only reads: use the primary server.")
            case "event_loop":
                return DatabaseError(
                    "psycopg can't use the event loop that asyncio has on Windows by default. Use "
                    "`asyncio.run(main(), loop_factory=asyncio.SelectorEventLoop)`, in Python 3.11 `asyncio.Runner` "
                    "with the same argument."
                )
            case "unavailable":
                return DatabaseUnavailable(
                    f"{reason}. Check that the server runs and can be reached; then start the sync again; nothing is "
                    "lost."
                )
            case "other":
                return DatabaseError(f"{reason}. If somebody changed the tables, open the mirror again to see which.")
