"""When each store of a fleet is synchronized next: a row per store, which all processes of the fleet share.

All times are Unix seconds by the clock of the database. A process *claims* the stores that it is about to synchronize,
for as long as a lease lasts, so that others leave them alone: this only avoids work that is done twice. Who may write
the rows of a store is decided by the store's lease.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from attrs import asdict, fields
from sqlalchemy import ColumnElement, Double, Select, Table, case, delete, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.primitives.lazy_attrs import frozen

if TYPE_CHECKING:
    from ecwid_async.sync.database.database import Database
    from ecwid_async.sync.database.schema import Schema

__all__ = [
    "ScheduleCondition",
    "ScheduledStore",
    "begin_listing",
    "claim_stores",
    "clock_of",
    "count_in_progress",
    "database_time",
    "find_due_stores",
    "finish_slice",
    "has_stores",
    "is_due",
    "is_in_progress",
    "list_fleets",
    "list_stores",
    "load_schedule",
    "next_due",
    "release_claim",
    "remove_unlisted",
    "wake_stores",
]

# A round that begins so much of its interval late does not delay the next one.
_TOLERANCE: Final = 0.1
# Stores that are woken by one statement.
_MAX_IDS: Final = 10_000

ScheduleCondition: TypeAlias = Literal["new", "ok", "continues", "failing", "refused"]
"""What the latest slice of a store ended with.

- "new": there was none yet, or none since somebody asked to try again what had failed.
- "ok": the round is complete.
- "continues": the round goes on with the next slice.
- "failing": it failed, and is tried again soon.
- "refused": it can't work until somebody does something about it, such as a dead token, and is tried again later.
"""


@frozen(kw_only=True)
class ScheduledStore:
    """A store in the schedule of a fleet.

    A round is done in one or several slices, each of which begins when the store is due.
    """

    fleet: str
    store_id: int
    listing: int
    """The number of the listing of the fleet's stores that last had the store."""
    due_at: float
    every: float
    """The seconds from one round to the next, as they were asked for."""
    condition: str = "new"
    """A `ScheduleCondition`."""
    error: str | None = None
    """Why the latest slice failed. None if it did not."""
    failures: int = 0
    """How many slices in a row failed."""
    slice: int = 0
    """The number of slices begun. A process whose slice has been overtaken changes nothing in the schedule."""
    claimed_until: float | None = None
    """Other processes leave the store alone until then."""
    started_at: float | None = None
    """When the latest slice began."""
    round_started_at: float | None = None
    """When the latest round began."""
    completed_at: float | None = None
    """When the last complete round ended."""
    completed_start: float | None = None
    """When it began."""
    interval: float | None = None
    """The seconds from the beginning of the complete round before it."""
    seconds: float = 0.0
    """The duration of all slices of the latest round."""
    requests: int = 0
    """The requests of the latest round."""
    woken_at: float | None = None
    """When somebody asked for a round at once, since the latest slice began."""


def clock_of(database: "Database") -> ColumnElement[float]:
    """Return SQL for the clock of the schedule."""
    return literal_column(database.now, Double())


async def database_time(connection: AsyncConnection, database: "Database") -> float:
    """Return the time by the clock of the schedule."""
    return float((await connection.execute(select(clock_of(database)))).scalar_one())


async def has_stores(connection: AsyncConnection, schema: "Schema", fleet: str) -> bool:
    """Return whether a fleet has any store."""
    table = schema.store_schedule
    return (
        await connection.execute(select(table.c.store_id).where(table.c.fleet == fleet).limit(1))
    ).first() is not None


async def begin_listing(connection: AsyncConnection, database: "Database", fleet: str) -> int:
    """Return the number of a new listing of the fleet's stores, which is higher than all before.

    So it is also if the clock was set back.
    """
    table = database.schema.store_schedule
    latest = (await connection.execute(select(func.max(table.c.listing)).where(table.c.fleet == fleet))).scalar_one()
    return max(int(1000 * await database_time(connection, database)), 0 if latest is None else latest + 1)


async def list_fleets(connection: AsyncConnection, schema: "Schema") -> list[str]:
    """Return the names of the fleets, in alphabetical order."""
    table = schema.store_schedule
    return list((await connection.execute(select(table.c.fleet).distinct().order_by(table.c.fleet))).scalars())


async def list_stores(
    connection: AsyncConnection, database: "Database", fleet: str, ids: Collection[int], *, listing: int, every: float
) -> None:
    """Note that a listing of the fleet's stores has these. New ones are due at once."""
    if not ids:
        return
    table = database.schema.store_schedule
    due_at = await database_time(connection, database)
    new = ScheduledStore(fleet=fleet, store_id=0, listing=listing, due_at=due_at, every=every)
    statement = database.schema.insert(table)
    # Another process may be writing a later listing.
    excluded = statement.excluded.listing
    latest = case((table.c.listing > excluded, table.c.listing), else_=excluded)
    statement = statement.on_conflict_do_update(
        index_elements=[table.c.fleet, table.c.store_id], set_={"listing": latest}
    )
    # In the same order in every process, or two of them could block each other.
    await connection.execute(statement, [asdict(new) | {"store_id": store_id} for store_id in sorted(set(ids))])


async def remove_unlisted(connection: AsyncConnection, schema: "Schema", fleet: str, *, listing: int) -> int:
    """Remove the stores that only earlier listings had, and return their number. Their rows in the mirror stay."""
    table = schema.store_schedule
    unlisted = (table.c.fleet == fleet, table.c.listing < listing)
    await connection.execute(_lock_in_order(table, *unlisted))
    result = await connection.execute(delete(table).where(*unlisted))
    return result.rowcount


def _lock_in_order(table: Table, *conditions: ColumnElement[bool]) -> Select[int]:
    """Return a query that locks rows in the same order in every process, or two of them could block each other."""
    rows = select(table.c.store_id).where(*conditions).order_by(table.c.fleet, table.c.store_id).with_for_update()
    locked = rows.cte("locked")
    # Of many rows, only the number is sent.
    return select(func.count()).select_from(locked)


def is_due(database: "Database", fleet: str, due_by: float | None = None) -> ColumnElement[bool]:
    """Return the condition that a store is due, and that no process has claimed or is synchronizing it.

    With `due_by`, due are those that were due then, and those whose round was begun after that and continues.
    """
    table = database.schema.store_schedule
    clock = clock_of(database)
    has_come: ColumnElement[bool] = table.c.due_at <= clock
    if due_by is not None:
        has_come = or_(table.c.due_at <= due_by, (table.c.condition == "continues") & (table.c.due_at <= clock))
    else:
        # Nothing delays the next round of a store that works for so long: the clock was set back.
        works = table.c.condition.in_(("ok", "continues"))
        has_come = or_(has_come, works & (table.c.due_at > clock + 2 * table.c.every))
    return (table.c.fleet == fleet) & has_come & ~is_in_progress(database)


def is_in_progress(database: "Database") -> ColumnElement[bool]:
    """Return the condition that a process has claimed a store, or is synchronizing it."""
    table, stores, clock = database.schema.store_schedule, database.schema.stores, clock_of(database)
    lease = select(stores.c.store_id).where(stores.c.store_id == table.c.store_id, stores.c.lease_until > clock)
    return func.coalesce(table.c.claimed_until > clock, False) | lease.exists()


async def find_due_stores(connection: AsyncConnection, database: "Database", fleet: str, *, limit: int) -> list[int]:
    """Return the ids of up to `limit` stores that are due and free, longest due first."""
    table = database.schema.store_schedule
    statement = (
        select(table.c.store_id).where(is_due(database, fleet)).order_by(table.c.due_at, table.c.store_id).limit(limit)
    )
    return list((await connection.execute(statement)).scalars())


async def claim_stores(
    connection: AsyncConnection,
    database: "Database",
    fleet: str,
    *,
    limit: int,
    due_by: float | None = None,
    store_id: int | None = None,
    listing: int | None = None,
    exclude: Collection[int] = (),
) -> list[ScheduledStore]:
    """Claim up to `limit` stores that are due, longest due first, and return them as their slices begin.

    `store_id` claims only that store, `listing` only stores of that listing, and `exclude` has stores that are not
    claimed. `due_by` is a time: stores that became due later are not claimed, except to continue their round.
    """
    table = database.schema.store_schedule
    clock = clock_of(database)
    due = (
        select(table.c.store_id)
        .where(is_due(database, fleet, due_by))
        .order_by(table.c.due_at, table.c.store_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if store_id is not None:
        due = due.where(table.c.store_id == store_id)
    if listing is not None:
        due = due.where(table.c.listing >= listing)
    if exclude:
        due = due.where(table.c.store_id.not_in(sorted(exclude)))
    # A subquery in its place could be evaluated again, and claim more.
    chosen = due.cte("chosen")
    continues = table.c.condition == "continues"
    statement = (
        update(table)
        .where(table.c.fleet == fleet, table.c.store_id.in_(select(chosen.c.store_id)))
        .values(
            slice=table.c.slice + 1,
            claimed_until=clock + database.lease_seconds,
            started_at=clock,
            woken_at=None,
            round_started_at=case((continues, table.c.round_started_at), else_=clock),
            seconds=case((continues, table.c.seconds), else_=0.0),
            requests=case((continues, table.c.requests), else_=0),
        )
        .returning(*table.c)
    )
    rows = await connection.execute(statement)
    return sorted((_scheduled_store(row._mapping) for row in rows), key=lambda store: (store.due_at, store.store_id))


async def finish_slice(
    connection: AsyncConnection, database: "Database", store: ScheduledStore, *, delay: float | None
) -> None:
    """Store the result of a slice. `store` has the new values, as far as they are not times.

    `delay` is the number of seconds until the next slice; with None, the next round begins `every` seconds after this
    one was due, or after it began if that was more than a tenth of `every` late. A store that was woken meanwhile is
    due at once. Does nothing if another slice has begun, or if the store was removed from the fleet.
    """
    table = database.schema.store_schedule
    clock = clock_of(database)
    values: dict[str, object] = {
        "condition": store.condition,
        "error": store.error,
        "failures": store.failures,
        "seconds": store.seconds,
        "requests": store.requests,
        "every": store.every,
        "claimed_until": None,
    }
    if store.condition == "ok":
        values |= {"completed_at": clock, "completed_start": table.c.round_started_at}
        values["interval"] = table.c.round_started_at - table.c.completed_start
    if delay is None:
        # No drift because of the time that a claim takes. Other delays are not made up for: where there are more stores
        # than can be synchronized, those that were delayed less would overtake the others.
        begun = store.round_started_at or store.started_at or 0.0
        is_late = begun - store.due_at > _TOLERANCE * store.every
        due: object = (begun if is_late else store.due_at) + store.every
    else:
        due = clock + delay
    values["due_at"] = case((table.c.woken_at.is_not(None), clock), else_=due)
    await connection.execute(
        update(table)
        .where(table.c.fleet == store.fleet, table.c.store_id == store.store_id, table.c.slice == store.slice)
        .values(values)
    )


async def release_claim(
    connection: AsyncConnection, database: "Database", store: ScheduledStore, *, delay: float
) -> None:
    """Give up a slice that has done nothing, or whose result is not known. The next one begins after `delay` seconds.

    Does nothing if another slice has begun, or if the store was removed from the fleet.
    """
    table = database.schema.store_schedule
    clock = clock_of(database)
    due = case((table.c.due_at < clock, table.c.due_at), else_=clock) if not delay else clock + delay
    await connection.execute(
        update(table)
        .where(table.c.fleet == store.fleet, table.c.store_id == store.store_id, table.c.slice == store.slice)
        .values(claimed_until=None, due_at=case((table.c.woken_at.is_not(None), clock), else_=due))
    )


async def wake_stores(
    connection: AsyncConnection,
    database: "Database",
    ids: Collection[int] | None,
    *,
    fleet: str | None = None,
    listing: int | None = None,
) -> int:
    """Make stores due at once; None for all. Return how many are in a schedule.

    Those that failed are as new: their failures no longer count.
    """
    table = database.schema.store_schedule
    clock = clock_of(database)
    has_failed = table.c.condition.in_(("failing", "refused"))
    statement = update(table).values(
        due_at=case((table.c.due_at < clock, table.c.due_at), else_=clock),
        woken_at=clock,
        condition=case((has_failed, "new"), else_=table.c.condition),
        failures=0,
    )
    chosen = [] if fleet is None else [table.c.fleet == fleet]
    if listing is not None:
        chosen.append(table.c.listing >= listing)
    if ids is None:
        await connection.execute(_lock_in_order(table, *chosen))
        return (await connection.execute(statement.where(*chosen))).rowcount
    woken = 0
    # Databases limit the number of parameters.
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _MAX_IDS):
        these = [*chosen, table.c.store_id.in_(wanted[start : start + _MAX_IDS])]
        await connection.execute(_lock_in_order(table, *these))
        woken += (await connection.execute(statement.where(*these))).rowcount
    return woken


async def count_in_progress(
    connection: AsyncConnection, database: "Database", fleet: str, *, listing: int, due_by: float
) -> int:
    """Return how many stores of a listing that were due by a time are claimed or synchronized by any process."""
    table = database.schema.store_schedule
    due = (table.c.fleet == fleet, table.c.listing >= listing, table.c.due_at <= due_by)
    statement = select(func.count()).where(*due, is_in_progress(database))
    return int((await connection.execute(statement)).scalar_one())


async def next_due(
    connection: AsyncConnection, database: "Database", fleet: str, *, exclude: Collection[int] = ()
) -> float | None:
    """Return in how many seconds the next store is due that nobody has claimed; None if there is none.

    `exclude` has stores that are left out.
    """
    table = database.schema.store_schedule
    clock = clock_of(database)
    statement = select(func.min(table.c.due_at), clock).where(table.c.fleet == fleet, ~is_in_progress(database))
    if exclude:
        statement = statement.where(table.c.store_id.not_in(sorted(exclude)))
    due, at = (await connection.execute(statement)).one()
    return None if due is None else max(0.0, float(due) - float(at))


async def load_schedule(
    connection: AsyncConnection,
    schema: "Schema",
    fleet: str,
    *,
    conditions: Collection[ScheduleCondition] = (),
    limit: int,
) -> list[ScheduledStore]:
    """Return up to `limit` stores of a fleet, longest due first: those in one of these conditions, or all."""
    table = schema.store_schedule
    statement = select(table).where(table.c.fleet == fleet).order_by(table.c.due_at, table.c.store_id).limit(limit)
    if conditions:
        statement = statement.where(table.c.condition.in_(conditions))
    return [_scheduled_store(row._mapping) for row in await connection.execute(statement)]


def _scheduled_store(row: object) -> ScheduledStore:
    values = cast("dict[str, object]", row)
    return ScheduledStore(**{field.name: values[field.name] for field in fields(ScheduledStore)})  # type: ignore[arg-type]
