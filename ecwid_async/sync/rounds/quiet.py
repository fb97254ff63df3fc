"""What is due in a section, and whether a store is quiet: nothing is due in any.

Most rounds find nothing to do. To know that takes one consistent read of the database, and no lease.
"""

from collections.abc import Mapping, Sequence

from attrs import evolve

from ecwid_async.changes import StoreChanges
from ecwid_async.client import Store
from ecwid_async.errors import EcwidError
from ecwid_async.sync.database import Database, Reason, SectionState
from ecwid_async.sync.rounds.schedule import (
    audit_range,
    is_paused,
    is_poll_due,
    is_reconcile_due,
    is_skipped,
    rolling_rows,
)
from ecwid_async.sync.rounds.section_reader import SectionReader
from ecwid_async.sync.rows import MirrorSection
from ecwid_async.sync.settings import MirrorSettings

__all__ = ["change_time", "has_work", "is_quiet", "needs_poll", "needs_reconcile", "with_change_time"]


def is_quiet(
    store: Store,
    database: Database,
    sections: Sequence[MirrorSection],
    states: Mapping[str, SectionState],
    due: Mapping[tuple[str, Reason], int],
    changes: StoreChanges,
    *,
    settings: MirrorSettings,
    now: float,
) -> bool:
    """Return whether nothing is to be done in these sections. `due` is the number of items that are to be looked up."""
    for section in sections:
        state = states.get(section.name)
        if state is None:
            return False
        reader = SectionReader(store, database, section, settings=settings, clock=lambda: now)
        has_due = any(name == section.name for name, _ in due)
        if has_work(reader, state, has_due=has_due, changes=changes, now=now):
            return False
    return True


def has_work(reader: SectionReader, state: SectionState, *, has_due: bool, changes: StoreChanges, now: float) -> bool:
    """Return whether anything is to be done in a section. `has_due` is whether items of it are to be looked up."""
    try:
        return _has_work(reader, state, has_due=has_due, changes=changes, now=now)
    except EcwidError:
        return True  # the round states the error


def _has_work(reader: SectionReader, state: SectionState, *, has_due: bool, changes: StoreChanges, now: float) -> bool:
    settings = reader.settings
    if with_change_time(reader, state, changes, now=now) != state:
        return True
    if is_skipped(state, now=now, settings=settings):
        return False
    if has_due:
        return True
    if is_paused(state, now=now, settings=settings):
        return False
    cursor = reader.parse_cursor(state)
    return (
        needs_reconcile(reader, state, now=now)
        or needs_poll(reader, state, has_due=has_due, changed_at=change_time(reader, changes), now=now)
        or audit_range(state, cursor=cursor, now=now, settings=settings) is not None
        or (
            reader.section.created is not None
            and rolling_rows(state, cursor=cursor, rows=0, now=now, settings=settings) > 0
        )
    )


def change_time(reader: SectionReader, changes: StoreChanges) -> int | None:
    """Return the time of the section's last change, as the store reports it. None if it does not."""
    name = reader.section.stats
    return None if name is None else changes.times.get(name)


def with_change_time(reader: SectionReader, state: SectionState, changes: StoreChanges, *, now: float) -> SectionState:
    """Return the state with the time of the section's last change, so that the status shows a cursor that is behind."""
    changed_at = change_time(reader, changes)
    if changed_at is None:
        return state
    try:
        cursor = reader.parse_cursor(state)
    except EcwidError:
        cursor = None  # the step that needs the cursor fails
    is_behind = cursor is not None and cursor.since is not None and changed_at >= cursor.since
    if is_behind and state.behind_since is None:
        state = evolve(state, behind_since=int(now))
    return evolve(state, stats_time=changed_at)


def needs_reconcile(reader: SectionReader, state: SectionState, *, now: float) -> bool:
    """Return whether the ids of a list are to be compared with those of the mirror."""
    return reader.resource is not None and is_reconcile_due(
        state, reader.plan, cursor=reader.parse_cursor(state), now=now, settings=reader.settings
    )


def needs_poll(
    reader: SectionReader, state: SectionState, *, has_due: bool, changed_at: int | None, now: float
) -> bool:
    """Return whether a section is to be polled."""
    # Due items without a GET are settled by a complete read.
    return (has_due and not reader.section.has_get) or is_poll_due(
        state,
        cursor=reader.parse_cursor(state),
        has_signal=reader.section.stats is not None,
        is_filtered=reader.is_filtered,
        changed_at=changed_at,
        now=now,
        settings=reader.settings,
    )
