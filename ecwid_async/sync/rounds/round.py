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
from ecwid_async.sync.rounds.quiet import change_time, has_work, needs_poll, needs_reconcile, with_change_time
from ecwid_async.sync.rounds.rolling import read_slice
from ecwid_async.sync.rounds.schedule import audit_range, is_paused, is_skipped, retry_time, rolling_rows
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
            if (noted := with_change_time(each, each.state, changes, now=round_.now)) != each.state:
                await save_section(connection, schema, noted)
                each.state = noted
    allowed = [each for each in everything if not is_skipped(each.state, now=round_.now, settings=round_.settings)]
    active = [each for each in allowed if not is_paused(each.state, now=round_.now, settings=round_.settings)]
    # A round that was paused leaves some sections to the next one, and one without work must not be the only one that
    # begins.
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
        await _run_guarded(section, partial(_run_steps, section, change_time(section, changes)))

    working = [
        each for each in active if has_work(each, each.state, has_due=each.has_due, changes=changes, now=round_.now)
    ]
    await _run_limited([partial(run, section) for section in working], round_.settings.sections_at_once)
    if not round_.should_pause():
        await _look_up([each for each in active if not each.has_failed], budget)
    return {each.name: each for each in allowed}


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
    now = section.round.now
    cursor = section.cursor()
    if needs_reconcile(section, section.state, now=now):
        await reconcile(section)
    elif needs_poll(section, section.state, has_due=section.has_due, changed_at=changed_at, now=now):
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
