"""Reading the status of a mirror from its database."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import Cursor
from ecwid_async.errors import ConfigError
from ecwid_async.sync.database import (
    Database,
    Reason,
    Schema,
    SectionState,
    StoreState,
    count_due,
    count_rows,
    load_sections,
    load_store,
    load_stores,
)
from ecwid_async.sync.rounds import created_after
from ecwid_async.sync.rows import MirrorSection
from ecwid_async.sync.status import SectionCondition, SectionStatus, StoreStatus

__all__ = ["load_status"]


async def load_status(database: Database, store_id: int | None, *, now: float, stale_after: float) -> list[StoreStatus]:
    """Return the status of one store, or of all. Raises `ConfigError` if the store is not in the database."""
    async with database.read() as connection:
        if store_id is None:
            stores = await load_stores(connection, database.schema)
        else:
            store = await load_store(connection, database.schema, store_id)
            if store is None:
                raise ConfigError(f"store {store_id} is not in this database: sync it first")
            stores = [store]
        return [
            await _load_store_status(connection, database.schema, store, now=now, stale_after=stale_after)
            for store in stores
        ]


async def _load_store_status(
    connection: AsyncConnection, schema: Schema, store: StoreState, *, now: float, stale_after: float
) -> StoreStatus:
    # This machine's clock may be behind that of the server.
    now = max(now, float(store.synced_at or 0))
    states = await load_sections(connection, schema, store.store_id)
    due = await count_due(connection, schema, store.store_id)
    sections = {
        section.name: await _load_section_status(
            connection, schema, section, states[section.name], due, now=now, stale_after=stale_after
        )
        for section in schema.sections.values()
        if section.name in states
    }
    return StoreStatus(
        store_id=store.store_id,
        server=store.server,
        now=now,
        synced_at=store.synced_at,
        stale_after=stale_after,
        error=store.error or "",
        sections=sections,
    )


async def _load_section_status(
    connection: AsyncConnection,
    schema: Schema,
    section: MirrorSection,
    state: SectionState,
    due: dict[tuple[str, Reason], int],
    *,
    now: float,
    stale_after: float,
) -> SectionStatus:
    table = schema.tables[section.name]
    counts = await count_rows(connection, table, state.store_id)
    progress = None
    if state.rolling_position is not None and counts.existing:
        condition = created_after(table, schema.dialect, state.rolling_position)
        to_come = select(func.count()).where(
            table.c.store_id == state.store_id, table.c.deleted_at.is_(None), condition
        )
        progress = 1 - (await connection.execute(to_come)).scalar_one() / counts.existing
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
