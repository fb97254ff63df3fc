"""Totals over the stores of a fleet, each from one query."""

from typing import TYPE_CHECKING

from sqlalchemy import Double, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sync.database.store_schedule import clock_of, is_due, is_in_progress

if TYPE_CHECKING:
    from ecwid_async.sync.database.database import Database
    from ecwid_async.sync.database.schema import Schema

__all__ = ["ScheduleTotals", "SectionTotals", "load_schedule_totals", "load_section_totals"]


@frozen(kw_only=True)
class ScheduleTotals:
    """Counts and times of the stores of a fleet. All times are in seconds.

    - `stores`: the number of stores, by their condition `new`, `ok`, `continues`, `failing` and `refused`.
    - `in_progress`, `due`: how many are synchronized now, and how many wait for it, of which the first has for
      `longest_late`.
    - `every`: the interval that was asked for.
    - `mean_interval`, `longest_interval`: the last intervals between complete rounds of stores that work; None before
      the second round.
    - `mean_seconds`, `mean_requests`: of the latest rounds.
    """

    stores: int = 0
    new: int = 0
    ok: int = 0
    continues: int = 0
    failing: int = 0
    refused: int = 0
    in_progress: int = 0
    due: int = 0
    longest_late: float = 0.0
    every: float = 0.0
    mean_interval: float | None = None
    longest_interval: float | None = None
    mean_seconds: float | None = None
    mean_requests: float | None = None


@frozen(kw_only=True)
class SectionTotals:
    """A section in all stores of a fleet.

    `failing` is the number of stores in which it has an error or is stopped, `unproven` those in which a part could not
    be read completely yet, and `skipped` those whose token or plan does not allow it. `late` and `silent` are the items
    that audits found, and `refused` those that the database refused, in all.
    """

    stores: int = 0
    failing: int = 0
    unproven: int = 0
    skipped: int = 0
    late: int = 0
    silent: int = 0
    refused: int = 0


async def load_schedule_totals(connection: AsyncConnection, database: "Database", fleet: str) -> ScheduleTotals:
    """Return the totals of the schedule of a fleet."""
    table, clock = database.schema.store_schedule, clock_of(database)
    waits = is_due(database, fleet)

    def count_if(condition: object) -> object:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)  # type: ignore[arg-type]

    works = table.c.condition.in_(("ok", "continues"))
    columns = {
        "stores": func.count(),
        **{name: count_if(table.c.condition == name) for name in ("new", "ok", "continues", "failing", "refused")},
        "in_progress": count_if(is_in_progress(database)),
        "due": count_if(waits),
        "longest_late": func.coalesce(func.max(case((waits, clock - table.c.due_at))), 0.0),
        "every": func.coalesce(func.max(table.c.every), 0.0),
        "mean_interval": func.avg(case((works, table.c.interval))),
        "longest_interval": func.max(case((works, table.c.interval))),
        "mean_seconds": func.avg(case((table.c.condition == "ok", table.c.seconds))),
        "mean_requests": func.avg(cast(case((table.c.condition == "ok", table.c.requests)), Double)),
    }
    statement = select(*(column.label(name) for name, column in columns.items())).where(table.c.fleet == fleet)  # type: ignore[attr-defined]
    row = (await connection.execute(statement)).one()
    return ScheduleTotals(**row._mapping)


async def load_section_totals(connection: AsyncConnection, schema: "Schema", fleet: str) -> dict[str, SectionTotals]:
    """Return the totals of each section of the stores of a fleet, in the order of the mirror's sections."""
    table, schedule = schema.section_states, schema.store_schedule

    def count_if(condition: object) -> object:
        return func.sum(case((condition, 1), else_=0))  # type: ignore[arg-type]

    columns = {
        "stores": func.count(),
        "failing": count_if(table.c.error.is_not(None) | table.c.reconcile_stopped.is_not(None)),
        "unproven": count_if(table.c.unproven_since.is_not(None)),
        "skipped": count_if(table.c.skipped.is_not(None)),
        "late": func.sum(table.c.late),
        "silent": func.sum(table.c.silent),
        "refused": func.sum(table.c.refused),
    }
    statement = (
        select(table.c.section, *(column.label(name) for name, column in columns.items()))  # type: ignore[attr-defined]
        .join_from(table, schedule, (schedule.c.store_id == table.c.store_id) & (schedule.c.fleet == fleet))
        .group_by(table.c.section)
    )
    totals = {
        row.section: SectionTotals(**{name: int(row._mapping[name]) for name in columns})
        for row in await connection.execute(statement)
    }
    return {name: totals[name] for name in schema.sections if name in totals}
