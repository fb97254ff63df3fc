"""The errors of a mirror.

MirrorError (an EcwidError)
├── StoreMismatch       the database has another store under this store id
├── StoreBusy           another process is synchronizing the store
├── LeaseLost           another process took the store over; nothing of this transaction was committed
├── SchemaTooNew        a newer version of ecwid_async wrote the tables
├── SchemaChanged       the tables have other columns than this version created
└── DatabaseError       the database refused or failed
    ├── DatabaseUnavailable     it can't be reached, or the connection broke
    ├── DatabaseFull            there is no space left
    └── DatabaseLocked          other transactions held a lock for too long
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from ecwid_async.errors import EcwidError

__all__ = [
    "DatabaseError",
    "DatabaseFull",
    "DatabaseLocked",
    "DatabaseUnavailable",
    "LeaseLost",
    "MirrorError",
    "SchemaChanged",
    "SchemaTooNew",
    "StoreBusy",
    "StoreMismatch",
]


class MirrorError(EcwidError):
    """The base class of the errors of a mirror."""


class StoreMismatch(MirrorError):
    """The database already has a store with this id from another server, or from a demo store that was reset."""

    def __init__(self, store_id: int, known: str, found: str) -> None:
        self.store_id = store_id
        self.known = known
        self.found = found
        restarted = " A demo store that is started again is another store." if "sandbox:" in found else ""
        super().__init__(
            f"the database has store {store_id} of {known}, and this is store {store_id} of {found}.{restarted} Use "
            f"another database, or remove the store from this one first: `await mirror.drop_store({store_id})`."
        )


class StoreBusy(MirrorError):
    """Another process is synchronizing the store. `owner` names it; its lease ends at `until`, in Unix seconds."""

    def __init__(self, store_id: int, owner: str, until: float) -> None:
        self.store_id = store_id
        self.owner = owner
        self.until = until
        super().__init__(
            f"{owner} is synchronizing store {store_id}, and has reserved it until {_time(until)}. Let it finish, or "
            "stop it: after that time, the next sync takes over."
        )


class LeaseLost(MirrorError):
    """Another process took the store over, because this one did not renew its lease in time. Nothing was committed."""

    def __init__(self, store_id: int) -> None:
        self.store_id = store_id
        super().__init__(
            f"another process took over store {store_id}, because this one stopped for longer than its lease, or "
            "released it. Nothing was committed. Start the sync again; it continues where the other one is."
        )


class SchemaTooNew(MirrorError):
    """A newer version of this library created or migrated the tables. Nothing was changed."""

    def __init__(self, found: int, supported: int) -> None:
        self.found = found
        self.supported = supported
        super().__init__(
            f"the tables of the mirror have version {found}, and this version of ecwid_async supports {supported}: "
            "upgrade ecwid_async in every process that uses this database."
        )


class SchemaChanged(MirrorError):
    """Tables of the mirror have other columns than this version created. `differences` lists them."""

    def __init__(self, differences: Sequence[str]) -> None:
        self.differences = list(differences)
        shown = "; ".join(self.differences[:5])
        more = f"; and {len(self.differences) - 5} more" if len(self.differences) > 5 else ""
        super().__init__(
            f"somebody changed the tables of the mirror: {shown}{more}. Undo these changes, or use another database or "
            "prefix. Keep columns of your own in tables or views of your own."
        )


class DatabaseError(MirrorError):
    """The database refused or failed. The transaction in progress was not committed."""


class DatabaseUnavailable(DatabaseError):
    """The database can't be reached, or the connection broke. The transaction in progress was not committed."""


class DatabaseFull(DatabaseError):
    """The database has no space left. The transaction in progress was not committed."""


class DatabaseLocked(DatabaseError):
    """Other transactions held a lock for too long. The transaction in progress was not committed."""


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
