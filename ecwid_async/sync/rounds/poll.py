"""Reading what changed in a section since its cursor, and comparing the ids of a list with those of the mirror."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import TypeAlias

import msgspec
from attrs import evolve
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import ChangeBatch, Cursor
from ecwid_async.errors import EcwidError, ScanDrifted, TooManyDeletions
from ecwid_async.sync.database import DueItem, SectionState, WriteResult, clear_by_get, record_poll
from ecwid_async.sync.rounds.schedule import retry_time
from ecwid_async.sync.rounds.section_sync import SectionSync
from ecwid_async.sync.snapshots import read_snapshot

__all__ = ["poll", "reconcile"]

_Change: TypeAlias = Callable[[SectionState], SectionState]
_Also: TypeAlias = Callable[[AsyncConnection], Awaitable[None]]


async def poll(section: SectionSync) -> None:
    """Read what changed since the cursor.

    Raises what `ListResource.changes` and a call raise, once everything that was read is stored.
    """
    section.report.steps.append("poll")
    if section.resource is None:
        await _poll_single_response(section)
    else:
        if section.state.scopes is None and section.state.audited_until is None:
            # The first comparison of ids may be made with another token.
            await section.find_lost_scopes()
        await _read_changes(section, compare_ids=False)


async def reconcile(section: SectionSync) -> None:
    """Read what changed since the cursor, and find the items of the mirror that the list no longer contains.

    The comparison stops, and the state of the section says why, if too many items are gone at once, and if the token
    has lost scopes since the last comparison: it may not see hidden items any more. Raises what `poll` raises.
    """
    section.report.steps.append("reconcile")
    reason = await section.find_lost_scopes()
    if reason and section.state.confirmed_at is None:
        section.report.stopped = reason
        await section.commit(change=partial(_stop, section=section, reason=reason))
        await _read_changes(section, compare_ids=False)
        return
    await _read_changes(section, compare_ids=True)


async def _poll_single_response(section: SectionSync) -> None:
    round_ = section.round
    due = await section.due_without_get()
    batch = await read_snapshot(
        round_.store,
        section.calls,
        section.section.key or None,
        cursor=section.cursor(),
        known=await section.known_ids(),
        lag=round_.settings.lag,
        clock=round_.clock,
    )
    await _commit_group(section, [batch], change=partial(_finish, section=section), also=partial(_settle, section, due))


async def _read_changes(section: SectionSync, *, compare_ids: bool) -> None:
    round_, resource = section.round, section.resource
    if resource is None:
        raise TypeError(f"{section.name} is a single response")
    known = await section.known_ids() if compare_ids else None
    due = await section.due_without_get()
    changes = resource.changes(
        section.cursor(),
        known=known,
        lag=round_.settings.lag,
        concurrency=round_.settings.pages_at_once,
        max_lookups=round_.settings.max_lookups,
        confirm_deletions=section.state.confirmed_at is not None,
    )
    async with changes:
        rest, error = await _store_groups(section, changes.raw())
    if section.is_paused:
        return
    # The last group is stored together with what the whole read has shown.
    problem = changes.deletions_problem if section.plan.deleted is not None else ""
    change = partial(_finish, section=section, compared_ids=compare_ids, error=error, deletions_problem=problem or None)
    if error is None:
        await _commit_group(section, rest, change=change, also=partial(_settle, section, due))
        return
    await _commit_group(section, rest, change=change)
    if isinstance(error, TooManyDeletions):
        section.report.stopped = _explain_stop(section, error)
    elif section.state.unproven_since is None:
        raise error
    else:
        section.report.error = str(error)


async def _store_groups(
    section: SectionSync, batches: AsyncGenerator[ChangeBatch[msgspec.Raw], None]
) -> tuple[list[ChangeBatch[msgspec.Raw]], EcwidError | None]:
    """Store batches in groups. Return the last group, which is not stored yet, and the error that ended the read.

    The section is paused if the round is to end, and the next one can continue after the groups that are stored.
    """
    group: list[ChangeBatch[msgspec.Raw]] = []
    rows = 0
    start = section.cursor()
    async with aclosing(batches):
        while True:
            try:
                batch = await anext(batches, None)
            except EcwidError as error:
                return group, error
            if batch is None:
                return group, None
            if rows >= section.round.settings.rows_per_transaction:
                result = await _commit_group(section, group)
                # A part of a list may begin anew each time: with nothing new, the next round would get no further.
                if section.round.should_pause() and result.stored and _has_moved(section.cursor(), start):
                    section.is_paused = True
                    return [], None
                group, rows = [], 0
            group.append(batch)
            rows += len(batch.items) + len(batch.deletions)


def _has_moved(cursor: Cursor | None, start: Cursor | None) -> bool:
    """Return whether a read that begins at the cursor continues one that began at `start`."""
    if cursor is None:
        return False
    if cursor.since is None:
        # The first read of a list that can't be continued has no token, and begins anew.
        return bool(cursor.scan) and (start is None or cursor.scan != start.scan)
    return start is None or start.since is None or cursor.since > start.since


async def _commit_group(
    section: SectionSync,
    group: list[ChangeBatch[msgspec.Raw]],
    *,
    change: _Change | None = None,
    also: _Also | None = None,
) -> WriteResult:
    cursor = group[-1].cursor if group else None

    def move(state: SectionState) -> SectionState:
        if cursor is not None:
            state = evolve(state, cursor=_bounded(cursor, section).to_json())
        return state if change is None else change(state)

    missing = [item_id for batch in group for item_id in batch.missing]
    return await section.commit(group, missing=missing, change=move, also=also)


def _bounded(cursor: Cursor, section: SectionSync) -> Cursor:
    """Return the cursor of a list, but not later than the start of the round minus the lag.

    A single response with a wrong ``Date`` would move it into the future, past changes that are not read yet.
    """
    latest = max(0, int(section.round.now - section.round.settings.lag))
    if section.resource is None:
        return cursor
    if cursor.since is not None and cursor.since > latest:
        cursor = replace(cursor, since=latest)
    if cursor.until is not None and cursor.until > latest:
        cursor = replace(cursor, until=latest)
    return cursor


def _finish(
    state: SectionState,
    *,
    section: SectionSync,
    compared_ids: bool = False,
    error: EcwidError | None = None,
    deletions_problem: str | None = None,
) -> SectionState:
    """Return the state after a poll has ended."""
    now, settings = section.round.now, section.round.settings
    cursor = section.parse_cursor(state)
    since = None if cursor is None else cursor.since
    if error is not None and not isinstance(error, ScanDrifted | TooManyDeletions):
        return state
    if isinstance(error, ScanDrifted):
        if cursor is None or since is None:
            return state
        failures = state.failures + 1
        return evolve(
            state,
            unproven_since=cursor.unproven_since or since,
            polled_at=int(now),
            failures=failures,
            retry_at=int(retry_time(failures, now=now, settings=settings)),
        )
    state = evolve(
        state,
        polled_at=int(now),
        deletions_problem=deletions_problem,
        behind_since=None,
        unproven_since=None,
        skipped=None,
        skipped_at=None,
        error=None,
        error_at=None,
        failures=0,
        retry_at=None,
    )
    if state.audited_until is None:
        # The first read compared everything, so both checks begin after it.
        scopes = section.scopes_text or state.scopes
        state = evolve(state, audited_until=since, rolling_at=int(now), scopes=scopes)
    if isinstance(error, TooManyDeletions):
        return _stop(state, section=section, reason=_explain_stop(section, error))
    if compared_ids:
        state = evolve(
            state,
            reconciled_at=int(now),
            reconcile_stopped=None,
            stopped_at=None,
            confirmed_at=None,
            scopes=section.scopes_text,
        )
    return state


def _explain_stop(section: SectionSync, error: TooManyDeletions) -> str:
    return (
        f"{error.gone:,} of {error.known:,} items are not listed any more, so none of them was taken for deleted. "
        "Check that this is the same store, and that the token has all scopes that it had: without them, hidden items "
        f"are not listed. If the items were deleted, {section.how_to_confirm}"
    )


def _stop(state: SectionState, *, section: SectionSync, reason: str) -> SectionState:
    return evolve(state, reconcile_stopped=reason, stopped_at=int(section.round.now), confirmed_at=None)


async def _settle(section: SectionSync, due: list[DueItem], connection: AsyncConnection) -> None:
    """Record the poll, and remove the due items that only a complete read can settle."""
    round_, schema = section.round, section.round.database.schema
    await record_poll(
        connection,
        schema,
        round_.store.store_id,
        section.name,
        number=round_.number,
        server_time=round_.recorded_at,
        lag=round_.settings.lag,
    )
    await clear_by_get(connection, schema, round_.store.store_id, due)
