"""A database in step with a store (extras ``sync`` and ``postgres``)."""

from typing import TYPE_CHECKING, Final

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.sync.database import ScheduledStore as ScheduledStore
    from ecwid_async.sync.database import ScheduleTotals as ScheduleTotals
    from ecwid_async.sync.database import SectionTotals as SectionTotals
    from ecwid_async.sync.errors import DatabaseError as DatabaseError
    from ecwid_async.sync.errors import DatabaseFull as DatabaseFull
    from ecwid_async.sync.errors import DatabaseLocked as DatabaseLocked
    from ecwid_async.sync.errors import DatabaseUnavailable as DatabaseUnavailable
    from ecwid_async.sync.errors import LeaseLost as LeaseLost
    from ecwid_async.sync.errors import MirrorError as MirrorError
    from ecwid_async.sync.errors import SchemaChanged as SchemaChanged
    from ecwid_async.sync.errors import SchemaTooNew as SchemaTooNew
    from ecwid_async.sync.errors import StoreBusy as StoreBusy
    from ecwid_async.sync.errors import StoreMismatch as StoreMismatch
    from ecwid_async.sync.fleet import Fleet as Fleet
    from ecwid_async.sync.fleet import FleetEvent as FleetEvent
    from ecwid_async.sync.fleet import FleetListed as FleetListed
    from ecwid_async.sync.fleet import FleetProblem as FleetProblem
    from ecwid_async.sync.fleet import FleetReport as FleetReport
    from ecwid_async.sync.fleet import FleetSettings as FleetSettings
    from ecwid_async.sync.fleet import FleetStatus as FleetStatus
    from ecwid_async.sync.fleet import SliceEnded as SliceEnded
    from ecwid_async.sync.fleet import SliceOutcome as SliceOutcome
    from ecwid_async.sync.fleet import SliceResult as SliceResult
    from ecwid_async.sync.fleet import SliceStarted as SliceStarted
    from ecwid_async.sync.fleet import StoreProgress as StoreProgress
    from ecwid_async.sync.fleet import StoreSource as StoreSource
    from ecwid_async.sync.fleet import fleet_names as fleet_names
    from ecwid_async.sync.fleet import fleet_status as fleet_status
    from ecwid_async.sync.fleet import stores_from_sql as stores_from_sql
    from ecwid_async.sync.fleet import wake as wake
    from ecwid_async.sync.mirror import Mirror as Mirror
    from ecwid_async.sync.reports import SectionReport as SectionReport
    from ecwid_async.sync.reports import SyncReport as SyncReport
    from ecwid_async.sync.settings import MirrorSettings as MirrorSettings
    from ecwid_async.sync.status import MirrorSummary as MirrorSummary
    from ecwid_async.sync.status import SectionCondition as SectionCondition
    from ecwid_async.sync.status import SectionStatus as SectionStatus
    from ecwid_async.sync.status import StoreStatus as StoreStatus
    from ecwid_async.sync.status import to_prometheus as to_prometheus
    from ecwid_async.sync.verify import Mismatch as Mismatch
    from ecwid_async.sync.verify import MismatchKind as MismatchKind
    from ecwid_async.sync.verify import SectionVerification as SectionVerification
    from ecwid_async.sync.verify import VerifyReport as VerifyReport
    from ecwid_async.sync.worker import Worker as Worker
    from ecwid_async.sync.worker import WorkerSettings as WorkerSettings

_MODULES: Final = {
    "database": ("ScheduleTotals", "ScheduledStore", "SectionTotals"),
    "errors": (
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
    ),
    "fleet": (
        "Fleet",
        "FleetEvent",
        "FleetListed",
        "FleetProblem",
        "FleetReport",
        "FleetSettings",
        "FleetStatus",
        "SliceEnded",
        "SliceOutcome",
        "SliceResult",
        "SliceStarted",
        "StoreProgress",
        "StoreSource",
        "fleet_names",
        "fleet_status",
        "stores_from_sql",
        "wake",
    ),
    "mirror": ("Mirror",),
    "reports": ("SectionReport", "SyncReport"),
    "settings": ("MirrorSettings",),
    "status": ("MirrorSummary", "SectionCondition", "SectionStatus", "StoreStatus", "to_prometheus"),
    "verify": ("Mismatch", "MismatchKind", "SectionVerification", "VerifyReport"),
    "worker": ("Worker", "WorkerSettings"),
}

if not TYPE_CHECKING:  # or type checkers accept any name
    # Lazy, because the command line knows the errors of a mirror without SQLAlchemy.
    _load, __dir__, __all__ = lazy_exports(__name__, _MODULES)

    def __getattr__(name: str) -> object:
        try:
            return _load(name)
        except ModuleNotFoundError as error:
            library = None if error.name is None else error.name.partition(".")[0]
            if library in ("procrastinate", "psycopg", "psycopg_pool"):
                raise ConfigError(f"a worker needs {library}: pip install 'ecwid-async[worker]'") from None
            if library not in ("aiosqlite", "sqlalchemy"):
                raise
            raise ConfigError(f"a mirror needs {error.name}: pip install 'ecwid-async[sync]'") from None
