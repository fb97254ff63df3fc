"""What is due in a section, and when: pure functions of the section's state and the server's clock.

All times are Unix seconds of the server's clock. A clock that was set back makes due what lies in the future, so that
nothing waits for the clock to catch up.
"""

from math import ceil
from typing import Final

from ecwid_async.changes import DAY, FEED_MEMORY, ChangePlan, Cursor
from ecwid_async.sync.database import SectionState
from ecwid_async.sync.settings import MirrorSettings

__all__ = ["audit_range", "is_paused", "is_poll_due", "is_reconcile_due", "is_skipped", "retry_time", "rolling_rows"]

# A slice of the rolling read has at least as many rows as a page.
_PAGE: Final = 100


def is_skipped(state: SectionState, *, now: float, settings: MirrorSettings) -> bool:
    """Return whether a section is skipped, because the token or the plan does not allow it."""
    return state.skipped is not None and not _has_passed(settings.skipped_interval, state.skipped_at, now)


def is_paused(state: SectionState, *, now: float, settings: MirrorSettings) -> bool:
    """Return whether a section waits: because it is skipped, or because it failed."""
    # A time further ahead than the longest delay was written before the clock was set back.
    is_backing_off = state.retry_at is not None and now < state.retry_at <= now + settings.max_retry_delay
    return is_backing_off or is_skipped(state, now=now, settings=settings)


def is_poll_due(
    state: SectionState,
    *,
    cursor: Cursor | None,
    has_signal: bool,
    is_filtered: bool,
    changed_at: int | None,
    now: float,
    settings: MirrorSettings,
) -> bool:
    """Return whether a section is to be polled.

    `has_signal` says whether the store reports the time of the last change, which is `changed_at`. It moves before the
    search shows the change, so a list is skipped only if that time is before the last read's start minus the lag, which
    is `cursor.since`. `is_filtered` says whether the list can be filtered by update time: without a signal such a list
    is polled each time, since this costs one request. Any other section is read whole, and has its own interval.
    """
    if cursor is None or cursor.since is None or _has_passed(settings.poll_interval, state.polled_at, now):
        return True
    if state.error is not None:
        return True  # to know whether it works again
    if not has_signal or changed_at is None:
        return is_filtered
    return changed_at >= cursor.since


def audit_range(
    state: SectionState, *, cursor: Cursor | None, now: float, settings: MirrorSettings
) -> tuple[int, int] | None:
    """Return the range of update times that an audit reads again now, None if no audit is due.

    It begins where the previous audit ended, and ends `audit_delay` ago, so that each range is read again at least that
    long after it was polled. It never passes the cursor: what is later was not polled yet.
    """
    if cursor is None or cursor.since is None or state.audited_until is None:
        return None
    if not _has_passed(settings.audit_interval, state.audited_at, now):
        return None
    end = min(cursor.since, int(now - settings.audit_delay))
    return (state.audited_until, end) if end > state.audited_until else None


def rolling_rows(state: SectionState, *, cursor: Cursor | None, rows: int, now: float, settings: MirrorSettings) -> int:
    """Return how many rows the next slice of the rolling read has, 0 if none is due.

    Over one cycle, all `rows` are read, and as evenly as possible: after a pause, a slice is as much larger.
    """
    if cursor is None or cursor.since is None:
        return 0
    cycle_is_over = _has_passed(settings.rolling_cycle, state.rolling_started_at, now)
    if state.rolling_position is None and not cycle_is_over:
        return 0
    if not _has_passed(settings.rolling_interval, state.rolling_at, now):
        return 0
    elapsed = settings.rolling_interval
    if state.rolling_at is not None:
        elapsed = min(max(elapsed, now - state.rolling_at), settings.rolling_cycle)
    return max(_PAGE, ceil(rows * elapsed / settings.rolling_cycle))


def is_reconcile_due(
    state: SectionState, plan: ChangePlan, *, cursor: Cursor | None, now: float, settings: MirrorSettings
) -> bool:
    """Return whether the ids of a list are to be compared with those of the mirror.

    That is so after the first complete read, in the interval of the list, at once after a gap that is longer than the
    server lists deleted items, and daily if the token can't list them, and while a reconcile is stopped, in case its
    reason is gone.
    """
    if cursor is None or cursor.since is None:
        return False
    if state.reconcile_stopped is not None:
        return state.confirmed_at is not None or _has_passed(settings.skipped_interval, state.stopped_at, now)
    if plan.deleted is not None and now - cursor.since > FEED_MEMORY:
        return True
    interval: float = plan.reconcile if state.deletions_problem is None else min(plan.reconcile, DAY)
    if settings.reconcile_interval is not None:
        interval = settings.reconcile_interval
    return _has_passed(interval, state.reconciled_at, now)


def retry_time(failures: int, *, now: float, settings: MirrorSettings) -> float:
    """Return when a section is tried again after this many failures in a row."""
    # 2 to the power of 30 delays are longer than any maximum.
    return now + min(settings.retry_delay * 2.0 ** min(failures - 1, 30), settings.max_retry_delay)


def _has_passed(interval: float, since: float | None, now: float) -> bool:
    return since is None or not 0 <= now - since < interval
