"""One slice of a store's round, and when the next one is due."""

import logging
import math
from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias

from attrs import evolve

from ecwid_async.client import Ecwid
from ecwid_async.errors import (
    ConfigError,
    EcwidError,
    Forbidden,
    LimiterUnavailable,
    NotFound,
    PaymentRequired,
)
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sync.database import ScheduledStore
from ecwid_async.sync.errors import (
    DatabaseError,
    DatabaseLocked,
    LeaseLost,
    SchemaChanged,
    SchemaTooNew,
    StoreBusy,
    StoreMismatch,
)
from ecwid_async.sync.fleet.settings import FleetSettings
from ecwid_async.sync.mirror import Mirror, database_of
from ecwid_async.sync.reports import SectionReport, SyncReport

__all__ = ["FATAL", "SHARED", "SliceOutcome", "SliceResult", "run_slice"]

_log: Final = logging.getLogger("ecwid_async.sync")

FATAL: Final = (SchemaChanged, SchemaTooNew)
"""These are errors of the whole fleet that no later slice can get past."""
SHARED: Final = (DatabaseError, LimiterUnavailable)
"""These are errors of what all stores share, and do not count as failures of the store."""
# These can't work until somebody does something about them.
_REFUSED: Final = (ConfigError, Forbidden, PaymentRequired, NotFound, StoreMismatch)

SliceOutcome: TypeAlias = Literal["ok", "continues", "failing", "refused", "busy"]
"""What a slice ended with: see `ScheduleCondition`. "busy": another process is synchronizing the store."""


@frozen(kw_only=True)
class SliceResult:
    """What a slice did. `store` is its new state in the schedule, and `delay` the seconds until the next slice.

    With None, the next round begins in its usual interval. `report` is that of the round so far, None if it failed.
    """

    outcome: SliceOutcome
    store: ScheduledStore
    delay: float | None
    report: SyncReport | None = None


async def run_slice(
    mirror: Mirror,
    ecwid: Ecwid,
    store: ScheduledStore,
    settings: FleetSettings,
    *,
    only: Sequence[str],
    exclude: Sequence[str],
    is_stopping: Callable[[], bool],
    timer: Callable[[], float],
    on_progress: Callable[[SectionReport], None] | None = None,
) -> SliceResult:
    """Synchronize a store until its round is complete, its slice of time is used up, or the fleet is stopping.

    `timer` returns seconds. Errors of the store, also unexpected ones, are part of the result. Raises the errors of
    `SHARED` and `FATAL`.
    """
    started = timer()
    ends_at = started + settings.slice

    def should_pause() -> bool:
        return is_stopping() or timer() >= ends_at

    try:
        report = await mirror.sync(
            ecwid.store(store.store_id),
            only=only,
            exclude=exclude,
            on_progress=on_progress,
            should_pause=should_pause,
        )
    except DatabaseLocked as error:
        if database_of(mirror).backend.has_one_writer:
            raise
        # Somebody holds a lock on rows of this store: the others can be written.
        return _fail(store, settings, str(error), is_refused=False)
    except (*SHARED, *FATAL):
        raise
    except (StoreBusy, LeaseLost):
        # Another process has the store, and will store what comes of it.
        return SliceResult(outcome="busy", store=store, delay=settings.every)
    except EcwidError as error:
        return _fail(store, settings, str(error), is_refused=isinstance(error, _REFUSED))
    except Exception as error:
        # A fault of one store's data, or of this library, must not stop the other stores.
        _log.exception("store %d failed unexpectedly", store.store_id)
        return _fail(store, settings, f"unexpected {type(error).__name__}", is_refused=False)
    store = evolve(
        store,
        condition="ok" if report.complete else "continues",
        error=None,
        failures=0,
        seconds=store.seconds + timer() - started,
        requests=store.requests + report.requests,
        every=settings.every,
    )
    if report.complete:
        return SliceResult(outcome="ok", store=store, delay=None, report=report)
    return SliceResult(outcome="continues", store=store, delay=0.0, report=report)


def _fail(store: ScheduledStore, settings: FleetSettings, error: str, *, is_refused: bool) -> SliceResult:
    failures = store.failures + 1
    outcome: Literal["refused", "failing"] = "refused" if is_refused else "failing"
    if is_refused:
        delay = _backoff(failures, settings.refused_delay, settings.max_refused_delay)
    else:
        delay = _backoff(failures, settings.retry_delay, settings.max_retry_delay)
    # Not more often than a store that works.
    delay = max(delay, settings.every)
    store = evolve(store, condition=outcome, error=error, failures=failures, every=settings.every)
    return SliceResult(outcome=outcome, store=store, delay=delay)


def _backoff(failures: int, first: float, longest: float) -> float:
    # 2 to the power of 30 is longer than any delay.
    return min(first * math.ldexp(1.0, min(failures - 1, 30)), longest)
