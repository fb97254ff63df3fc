"""Reading the status of a mirror from its database."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import Cursor
from ecwid_async.errors import ConfigError
from ecwid_async.sync.database import (
    Database,
    Reason,
    RowCounts,
    Schema,
    SectionState,
    StoreState,
    count_all_due,
    count_rows_by_store,
    load_all_sections,
    load_stores,
)
from ecwid_async.sync.rounds import created_after
from ecwid_async.sync.rows import MirrorSection
from ecwid_async.sync.status import REPORTED_FOR, MirrorSummary, SectionCondition, SectionStatus, StoreStatus

__all__ = ["load_status", "load_summary"]

_NO_ROWS: Final = RowCounts(0, 0)


async def load_status(database: Database, store_id: int | None, *, now: float, stale_after: float) -> list[StoreStatus]:
    """Return the status of one store, or of all. Raises `ConfigError` if the store is not in the database."""
    async with database.read() as connection:
        ids = None if store_id is None else [store_id]
        stores = await load_stores(connection, database.schema, ids)
        if store_id is not None and not stores:
            raise ConfigError(f"store {store_id} is not in this database: sync it first")
        return await _load_statuses(connection, database.schema, stores, ids, now=now, stale_after=stale_after)


async def load_summary(database: Database, *, now: float, stale_after: float, worst: int) -> MirrorSummary:
    """Return how many stores there are and have problems, with the status of up to `worst` of the latter.

    Only the rows of those are counted, so that it takes little time for thousands of stores.
    """
    schema = database.schema
    table = schema.stores
    has_problems = _has_problems(schema, now=now, stale_after=stale_after)
    async with database.read() as connection:
        total = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
        count = select(func.count()).select_from(table).where(has_problems)
        unhealthy = (await connection.execute(count)).scalar_one()
        is_new = table.c.synced_at.is_(None)
        new = (await connection.execute(select(func.count()).select_from(table).where(is_new))).scalar_one()
        # New ones say nothing of interest.
        chosen = select(table.c.store_id).where(has_problems).order_by(is_new, table.c.store_id).limit(worst)
        ids = list((await connection.execute(chosen)).scalars())
        stores = await load_stores(connection, schema, ids)
        statuses = await _load_statuses(connection, schema, stores, ids, now=now, stale_after=stale_after)
    worst_stores = sorted(statuses, key=lambda store: (store.synced_at is None, store.store_id))
    return MirrorSummary(stores=total, unhealthy=unhealthy, new=new, worst=worst_stores)


def _has_problems(schema: Schema, *, now: float, stale_after: float) -> ColumnElement[bool]:
    """Return the condition that `StoreStatus.problems` of a store is not empty."""
    stores, states = schema.stores, schema.section_states
    recently = now - REPORTED_FOR
    in_section = or_(
        states.c.error.is_not(None),
        states.c.unproven_since.is_not(None),
        states.c.reconcile_stopped.is_not(None),
        states.c.refused_at > recently,
        (states.c.loss_at > recently) & (states.c.late + states.c.silent > 0),
        states.c.skipped.is_(None) & (states.c.behind_since < now - stale_after),
    )
    sections = select(states.c.store_id).where(
        states.c.store_id == stores.c.store_id, states.c.section.in_(list(schema.sections)), in_section
    )
    return or_(
        stores.c.error.is_not(None),
        stores.c.synced_at.is_(None),
        stores.c.synced_at < now - stale_after,
        sections.exists(),
    )


async def _load_statuses(
    connection: AsyncConnection,
    schema: Schema,
    stores: Sequence[StoreState],
    ids: Collection[int] | None,
    *,
    now: float,
    stale_after: float,
) -> list[StoreStatus]:
    """Return the status of these stores, whose ids are `ids`; None if they are all stores.

    The number of queries does not grow with that of the stores.
    """
    if not stores:
        return []
    states = await load_all_sections(connection, schema, ids)
    due = await count_all_due(connection, schema, ids)
    rolling = {
        state.section for store in states.values() for state in store.values() if state.rolling_position is not None
    }
    rows, to_come = {}, {}
    for section in schema.sections.values():
        rows[section.name] = await count_rows_by_store(connection, schema.tables[section.name], ids)
        if section.name in rolling:
            to_come[section.name] = await _count_to_come(connection, schema, section, ids)
    return [
        _store_status(
            schema,
            store,
            states.get(store.store_id, {}),
            due.get(store.store_id, {}),
            rows,
            to_come,
            now=now,
            stale_after=stale_after,
        )
        for store in stores
    ]


async def _count_to_come(
    connection: AsyncConnection, schema: Schema, section: MirrorSection, ids: Collection[int] | None
) -> dict[int, int]:
    """Return by store how many items of a section the present comparison of its whole list has still to read."""
    table, states = schema.tables[section.name], schema.section_states
    statement = (
        select(table.c.store_id, func.count())
        .join_from(table, states, (states.c.store_id == table.c.store_id) & (states.c.section == section.name))
        .where(table.c.deleted_at.is_(None), created_after(table, schema.dialect, states.c.rolling_position))
        .group_by(table.c.store_id)
    )
    if ids is not None:
        statement = statement.where(table.c.store_id.in_(ids))
    return {row[0]: int(row[1]) for row in await connection.execute(statement)}


def _store_status(
    schema: Schema,
    store: StoreState,
    states: Mapping[str, SectionState],
    due: Mapping[tuple[str, Reason], int],
    rows: Mapping[str, Mapping[int, RowCounts]],
    to_come: Mapping[str, Mapping[int, int]],
    *,
    now: float,
    stale_after: float,
) -> StoreStatus:
    # This machine's clock may be behind that of the server.
    now = max(now, float(store.synced_at or 0))
    sections = {}
    for section in schema.sections.values():
        if (state := states.get(section.name)) is not None:
            counts = rows[section.name].get(store.store_id, _NO_ROWS)
            progress = None
            if state.rolling_position is not None and counts.existing:
                progress = 1 - to_come[section.name].get(store.store_id, 0) / counts.existing
            sections[section.name] = _section_status(
                section, state, due, counts, progress, now=now, stale_after=stale_after
            )
    return StoreStatus(
        store_id=store.store_id,
        server=store.server,
        now=now,
        synced_at=store.synced_at,
        stale_after=stale_after,
        error=store.error or "",
        sections=sections,
    )


def _section_status(
    section: MirrorSection,
    state: SectionState,
    due: Mapping[tuple[str, Reason], int],
    counts: RowCounts,
    progress: float | None,
    *,
    now: float,
    stale_after: float,
) -> SectionStatus:
    since, problem = _since(section, state)
    behind = max(0.0, now - state.behind_since) if state.behind_since is not None else 0.0
    return SectionStatus(
        name=section.name,
        condition=_condition(state, since, is_behind=behind > stale_after, has_error=bool(problem)),
        rows=counts.existing,
        deleted=counts.deleted,
        cursor=since,
        changed_at=state.stats_time,
        behind=behind,
        late=state.late,
        silent=state.silent,
        loss_at=state.loss_at,
        went_back=state.went_back,
        refused=state.refused,
        refused_at=state.refused_at,
        refusal=state.refusal or "",
        hints=sum(count for (name, reason), count in due.items() if name == section.name and reason == "hint"),
        missing=due.get((section.name, "missing"), 0),
        undecided=sum(due.get((section.name, reason), 0) for reason in ("went_back", "audit")),
        polled_at=state.polled_at,
        audited_at=state.audited_at,
        audited_until=state.audited_until,
        reconciled_at=state.reconciled_at,
        rolling_progress=progress,
        unproven_since=state.unproven_since,
        skipped=state.skipped or "",
        stopped=state.reconcile_stopped or "",
        error=problem or state.error or "",
        retry_at=state.retry_at,
    )


def _since(section: MirrorSection, state: SectionState) -> tuple[int | None, str]:
    """Return the cursor's time, and why the cursor can't be read."""
    if state.cursor is None:
        return None, ""
    try:
        cursor = Cursor.from_json(state.cursor, store_id=state.store_id, operation=section.operation)
    except ConfigError as error:
        return None, str(error)
    return cursor.since, ""


def _condition(state: SectionState, since: int | None, *, is_behind: bool, has_error: bool) -> SectionCondition:
    if state.skipped is not None:
        return "skipped"
    if state.error is not None or has_error:
        return "failing"
    if state.unproven_since is not None:
        return "unproven"
    if state.reconcile_stopped is not None:
        return "stopped"
    if is_behind:
        return "behind"
    if since is None:
        return "new" if state.cursor is None else "reading"
    return "ok"
