"""One round of a sync: everything that is due in a store."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

import anyio
from attrs import evolve

from ecwid_async.changes import StoreChanges
from ecwid_async.errors import (
    EcwidError,
    InvalidToken,
    LimiterUnavailable,
    MissingScope,
    PaymentRequired,
    ScanDrifted,
    StoreNotFound,
    StoreSuspended,
)
from ecwid_async.sync.database import SectionState, count_due, load_sections, save_section
from ecwid_async.sync.errors import MirrorError
from ecwid_async.sync.rounds.audit import audit
from ecwid_async.sync.rounds.lookups import LookupBudget, find_due_items, look_up_due
from ecwid_async.sync.rounds.poll import poll, reconcile
from ecwid_async.sync.rounds.rolling import read_slice
from ecwid_async.sync.rounds.schedule import (
    audit_range,
    is_paused,
    is_poll_due,
    is_reconcile_due,
    is_skipped,
    retry_time,
    rolling_rows,
)
from ecwid_async.sync.rounds.section_sync import Round, SectionSync
from ecwid_async.sync.rows import MirrorSection

__all__ = ["run_round"]

# These are not about one section: the token is dead, the store is gone, or nothing can be written.
_ERRORS_OF_THE_ROUND: Final = (InvalidToken, StoreSuspended, StoreNotFound, LimiterUnavailable, MirrorError)


async def run_round(
    round_: Round, sections: Sequence[MirrorSection], changes: StoreChanges, budget: LookupBudget
) -> dict[str, SectionSync]:
    """Do everything that is due in these sections. Return those that are allowed, with what was done.

    A section that fails does not stop the others. Raises the errors that are not about one section.
    """
    schema, store_id = round_.database.schema, round_.store.store_id
    async with round_.database.transaction(round_.lease) as connection:
        states = await load_sections(connection, schema, store_id)
        due = await count_due(connection, schema, store_id)
        everything = [
            SectionSync(
                round_,
                section,
                states.get(section.name) or SectionState(store_id=store_id, section=section.name),
                has_due=any(name == section.name for name, _ in due),
            )
            for section in sections
        ]
        for each in everything:
            if (noted := _note_change(each, changes)) != each.state:
                await save_section(connection, schema, noted)
                each.state = noted
    allowed = [each for each in everything if not is_skipped(each.state, now=round_.now, settings=round_.settings)]
    active = [each for each in allowed if not is_paused(each.state, now=round_.now, settings=round_.settings)]
    # A round that was paused leaves some sections to the next one.
    active.sort(key=lambda each: each.state.polled_at or 0)
    budget.refill(round_.now)
    # Marked items first, also in a section whose list can't be read at present.
    await _look_up(allowed, budget)
    begun = 0

    async def run(section: SectionSync) -> None:
        nonlocal begun
        begun += 1
        # The first one always begins: a round does something.
        if begun > 1 and round_.should_pause():
            section.is_paused = True
            return
        await _run_guarded(section, partial(_run_steps, section, _changed_at(section, changes)))

    await _run_limited([partial(run, section) for section in active], round_.settings.sections_at_once)
    if not round_.should_pause():
        await _look_up([each for each in active if not each.has_failed], budget)
    return {each.name: each for each in allowed}


def _note_change(section: SectionSync, changes: StoreChanges) -> SectionState:
    """Return the state with the time of the section's last change, so that the status shows a cursor that is behind."""
    state, changed_at = section.state, _changed_at(section, changes)
    if changed_at is None:
        return state
    try:
        cursor = section.cursor()
    except EcwidError:
        cursor = None  # the step that needs the cursor fails
    is_behind = cursor is not None and cursor.since is not None and changed_at >= cursor.since
    if is_behind and state.behind_since is None:
        state = evolve(state, behind_since=int(section.round.now))
    return evolve(state, stats_time=changed_at)


def _changed_at(section: SectionSync, changes: StoreChanges) -> int | None:
    name = section.section.stats
    return None if name is None else changes.times.get(name)


async def _look_up(sections: Sequence[SectionSync], budget: LookupBudget) -> None:
    for section, items in await find_due_items([each for each in sections if each.has_due]):
        if not budget.available:
            return
        await _run_guarded(section, partial(look_up_due, section, items, budget))


async def _run_limited(tasks: Sequence[Callable[[], Awaitable[None]]], at_once: int) -> None:
    limiter = anyio.CapacityLimiter(at_once)

    async def run(task: Callable[[], Awaitable[None]]) -> None:
        async with limiter:
            await task()

    async with anyio.create_task_group() as group:
        for task in tasks:
            group.start_soon(run, task)


async def _run_guarded(section: SectionSync, work: Callable[[], Awaitable[None]]) -> None:
    """Do something in a section. Its state has the error if that fails, and the next try backs off."""
    try:
        await work()
    except _ERRORS_OF_THE_ROUND:
        raise
    except (MissingScope, PaymentRequired) as error:
        reason, now = str(error), int(section.round.now)
        section.report.skipped = reason
        await section.commit(change=lambda state: evolve(state, skipped=reason, skipped_at=now))
    except EcwidError as error:
        section.report.error = str(error)
        await section.commit(change=partial(_fail, section=section, error=error))


def _fail(state: SectionState, *, section: SectionSync, error: EcwidError) -> SectionState:
    now, failures = section.round.now, state.failures + 1
    return evolve(
        state,
        error=str(error),
        error_at=int(now),
        failures=failures,
        retry_at=int(retry_time(failures, now=now, settings=section.round.settings)),
    )


async def _run_steps(section: SectionSync, changed_at: int | None) -> None:
    if section.has_failed:
        return  # reading its due items has failed
    round_ = section.round
    now, settings = round_.now, round_.settings
    cursor = section.cursor()
    if section.resource is not None and is_reconcile_due(
        section.state, section.plan, cursor=cursor, now=now, settings=settings
    ):
        await reconcile(section)
    elif (section.has_due and not section.section.has_get) or is_poll_due(
        section.state,
        cursor=cursor,
        has_signal=section.section.stats is not None,
        is_filtered=section.is_filtered,
        changed_at=changed_at,
        now=now,
        settings=settings,
    ):
        # A list that is read whole anyway shows at once what it no longer contains.
        is_whole = section.resource is not None and not section.is_filtered
        if is_whole and cursor is not None and cursor.since is not None and section.state.reconcile_stopped is None:
            await reconcile(section)
        else:
            await poll(section)
    # Checks are short, and polls of a busy list would leave them no time.
    if section.is_filtered and not section.report.error and not section.is_paused:
        await _run_checks(section)


async def _run_checks(section: SectionSync) -> None:
    now, settings = section.round.now, section.round.settings
    cursor = section.cursor()
    if cursor is None or cursor.since is None:
        return
    if (times := audit_range(section.state, cursor=cursor, now=now, settings=settings)) is not None:
        try:
            await audit(section, since=cursor.since, low=times[0], high=times[1])
        except ScanDrifted as error:
            # The next audit reads the range again.
            section.report.error = str(error)
            await section.commit(change=lambda state: evolve(state, audited_at=int(now)))
    rows_due = partial(rolling_rows, section.state, cursor=cursor, now=now, settings=settings)
    if section.section.created is not None and rows_due(rows=0):
        try:
            await read_slice(section, since=cursor.since, rows=rows_due(rows=await section.count_rows()))
        except ScanDrifted as error:
            section.report.error = str(error)
            await section.commit(change=lambda state: evolve(state, rolling_at=int(now)))
