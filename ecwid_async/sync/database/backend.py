"""What differs between the databases that can hold a mirror."""

from collections.abc import Mapping
from typing import Any, Final, Literal, Protocol, TypeAlias

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ecwid_async.sync.errors import DatabaseError
from ecwid_async.sync.rows import Dialect

__all__ = ["POOL", "TIMEOUT_SHARES", "Backend", "TransactionKind", "masked"]

TransactionKind: TypeAlias = Literal["read", "write", "migrate"]
"""A consistent read; a short write; or a change of the tables, which no other write overlaps."""

TIMEOUT_SHARES: Final[Mapping[str, float]] = {"lock": 1 / 4, "statement": 1 / 2, "idle": 1 / 2, "transaction": 3 / 4}
"""How long a writing transaction may wait or take, as shares of the lease. A paused process holds no lock longer."""


POOL: Final[Mapping[str, int]] = {"pool_size": 5, "max_overflow": 15, "pool_timeout": 600}
"""The connections of a process. Further transactions wait for their turn, since many stores may begin at once."""


class Backend(Protocol):
    """A kind of database.

    `now` is SQL for its clock, in Unix seconds. `has_one_writer` is whether writing transactions exclude each other, so
    that those of one process should form a queue.
    """

    now: str
    has_one_writer: bool
    columns_query: str
    """SQL for `table_name`, `column_name` and `column_type` of each column in the database."""

    @property
    def name(self) -> Dialect:
        """The name of its dialect in SQLAlchemy."""
        ...

    @property
    def url(self) -> URL:
        """Its URL, with the driver that is used."""
        ...

    def new_engine(self, *, create: bool) -> AsyncEngine:
        """Return an engine, which has not connected yet. If `create` is set, create the file of the database."""
        ...

    def options(self, kind: TransactionKind) -> dict[str, Any]:
        """Return the execution options of a connection for such a transaction."""
        ...

    async def prepare(self, connection: AsyncConnection, kind: TransactionKind, lease_seconds: float) -> None:
        """Set the timeouts of a transaction that has begun, and lock the version of the tables."""
        ...

    async def wait_until_closed(self) -> None:
        """Wait for the connections that are being closed because a task was cancelled."""
        ...

    def explain(self, error: DBAPIError) -> DatabaseError:
        """Return the error to raise in place of the driver's. It has neither the password nor any data."""
        ...


def masked(text: str, url: URL) -> str:
    """Return the text without the password of the URL."""
    password = url.password
    return text.replace(str(password), "***") if password else text
