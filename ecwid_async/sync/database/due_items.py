"""The durable queue of items that are to be read by GET.

An item is due because somebody said that it changed (`mark_due`), because a complete listing lacks it, because a search
showed an older state than the stored one, or because an audit found a difference. It is in the queue once, with a
number from one sequence and the newest reason.

- A GET of the item removes it if its number is still the one that was seen before the GET was sent.
- A search that returned the item removes it if the search began more than the lag of the index after its number was
  given: `record_poll` stores the highest number together with a time of the server. An item that an audit or an older
  state made due stays until a GET, which decides.

Both happen in the transaction that stores the row.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from sqlalchemy import ColumnElement, Table, bindparam, case, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import ItemId, ReadInterval
from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sync.database.lease import wait_for_writer

if TYPE_CHECKING:
    from ecwid_async.sync.database.database import Database
    from ecwid_async.sync.database.schema import Schema

__all__ = [
    "DueItem",
    "Reason",
    "add_due",
    "clear_by_get",
    "clear_by_search",
    "count_all_due",
    "count_due",
    "find_due",
    "highest_number",
    "mark_due",
    "postpone",
    "record_poll",
    "settled_number",
]

Reason: TypeAlias = Literal["hint", "missing", "went_back", "audit"]

_MAX_ID_LENGTH: Final = 255


@frozen(kw_only=True)
class DueItem:
    """An item that is to be read by GET. `id` is its id as text; `failures` is how often reading it failed."""

    section: str
    id: str
    number: int
    reason: Reason
    failures: int = 0


async def mark_due(database: "Database", store_id: int, section: str, ids: Collection[ItemId]) -> None:
    """Remember that items may have changed, in a transaction of its own. Any process may do so at any time.

    Raises `ConfigError` for a section that the mirror does not have, and for an id that is not valid in the section.
    """
    known = database.schema.sections.get(section)
    if known is None:
        raise ConfigError(f"the mirror has no section {section!r}. It has {', '.join(database.schema.sections)}.")
    keys: list[ItemId] = []
    for item_id in ids:
        key = known.to_key(item_id)
        if key is None or not 0 < len(str(item_id)) <= _MAX_ID_LENGTH:
            raise ConfigError(f"{item_id!r} is not a valid id in {section}")
        keys.append(key)
    async with database.write() as connection:
        await wait_for_writer(connection, database.schema, store_id)
        await add_due(connection, database.schema, store_id, section, keys, "hint")


async def add_due(
    connection: AsyncConnection,
    schema: "Schema",
    store_id: int,
    section: str,
    ids: Iterable[ItemId],
    reason: Reason,
) -> None:
    """Make items due. One that is due already gets a new number, and is tried again at once."""
    # Two transactions that update the same rows in different orders would block each other.
    values = sorted({str(item_id) for item_id in ids})
    if not values:
        return
    number = await _draw_number(connection, schema)
    table = schema.due_items
    statement = schema.insert(table)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[table.c.store_id, table.c.section, table.c.id],
        set_={
            # A transaction with a lower number may be committed later.
            "number": case((table.c.number > new.number, table.c.number), else_=new.number),
            "reason": case((_needs_get(table), table.c.reason), else_=new.reason),
            "failures": 0,
            "retry_at": 0.0,
        },
    )
    row = {"store_id": store_id, "section": section, "number": number, "reason": reason, "failures": 0, "retry_at": 0.0}
    await connection.execute(statement, [{**row, "id": item_id} for item_id in values])


async def find_due(
    connection: AsyncConnection,
    schema: "Schema",
    store_id: int,
    *,
    now: float,
    limit: int,
    section: str | None = None,
) -> list[DueItem]:
    """Return up to `limit` items to read now: oldest first, those that failed later, and those that a list lacks last.

    `now` is the time that `postpone` was called with. Note the numbers before the GETs are sent.
    """
    table = schema.due_items
    statement = (
        select(table.c.section, table.c.id, table.c.number, table.c.reason, table.c.failures)
        .where(table.c.store_id == store_id, table.c.retry_at <= now)
        .order_by(case((table.c.reason == "missing", 1), else_=0), table.c.failures, table.c.number, table.c.id)
        .limit(limit)
    )
    if section is not None:
        statement = statement.where(table.c.section == section)
    return [DueItem(**row._mapping) for row in await connection.execute(statement)]


async def clear_by_get(
    connection: AsyncConnection, schema: "Schema", store_id: int, items: Collection[DueItem]
) -> None:
    """Remove items that were read by GET, in the transaction that stores them. One marked meanwhile stays."""
    if items:
        table = schema.due_items
        await connection.execute(delete(table).where(*_is_item(table)), _parameters(store_id, items))


async def postpone(
    connection: AsyncConnection, schema: "Schema", store_id: int, items: Collection[DueItem], *, retry_at: float
) -> None:
    """Try items again at a later time, because reading them failed. One marked meanwhile is tried at once."""
    if items:
        table = schema.due_items
        statement = update(table).where(*_is_item(table)).values(failures=table.c.failures + 1, retry_at=retry_at)
        await connection.execute(statement, _parameters(store_id, items))


def _needs_get(table: Table) -> ColumnElement[bool]:
    return (table.c.reason == "went_back") | (table.c.reason == "audit")


def _is_item(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.store_id == bindparam("of_store"),
        table.c.section == bindparam("of_section"),
        table.c.id == bindparam("of_id"),
        table.c.number == bindparam("of_number"),
    )


def _parameters(store_id: int, items: Iterable[DueItem]) -> list[dict[str, object]]:
    return [
        {"of_store": store_id, "of_section": item.section, "of_id": item.id, "of_number": item.number}
        for item in sorted(items, key=lambda item: (item.section, item.id))
    ]


async def highest_number(connection: AsyncConnection, schema: "Schema") -> int:
    """Return the highest number that was given so far. Call it before a poll, and store it with `record_poll`."""
    numbers = schema.due_numbers
    if isinstance(numbers, Table):
        return int((await connection.execute(select(numbers.c.number))).scalar_one())
    name = connection.dialect.identifier_preparer.quote(numbers.name)
    statement = text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}")  # noqa: S608  # quoted
    return int((await connection.execute(statement)).scalar_one())


async def _draw_number(connection: AsyncConnection, schema: "Schema") -> int:
    numbers = schema.due_numbers
    if isinstance(numbers, Table):
        statement = update(numbers).values(number=numbers.c.number + 1).returning(numbers.c.number)
        return int((await connection.execute(statement)).scalar_one())
    return int((await connection.execute(select(numbers.next_value()))).scalar_one())


async def record_poll(
    connection: AsyncConnection,
    schema: "Schema",
    store_id: int,
    section: str,
    *,
    number: int,
    server_time: float,
    lag: float,
) -> None:
    """Remember that all numbers up to `number` were given before `server_time`.

    `number` is the `highest_number` before a request was sent, and `server_time` is not before that: such as the
    ``Date`` of the response plus the second that it truncates. Records that no later search needs are removed.
    """
    table = schema.recorded_polls
    mine = (table.c.store_id == store_id, table.c.section == section)
    statement = schema.insert(table).values(store_id=store_id, section=section, number=number, server_time=server_time)
    await connection.execute(statement.on_conflict_do_nothing())
    newest_needed = select(func.max(table.c.number)).where(*mine, table.c.server_time < server_time - lag)
    await connection.execute(delete(table).where(*mine, table.c.number < newest_needed.scalar_subquery()))


async def settled_number(
    connection: AsyncConnection, schema: "Schema", store_id: int, section: str, *, before: float
) -> int:
    """Return the highest number that was certainly given before a time of the server. 0 if there is none."""
    polls = schema.recorded_polls
    mine = (polls.c.store_id == store_id, polls.c.section == section)
    statement = select(func.max(polls.c.number)).where(*mine, polls.c.server_time < before)
    return (await connection.execute(statement)).scalar_one() or 0


async def clear_by_search(
    connection: AsyncConnection,
    schema: "Schema",
    store_id: int,
    section: str,
    ids: Iterable[ItemId],
    read: ReadInterval,
) -> None:
    """Remove items that a search returned, in the transaction that stores them.

    `read` is the interval of the search, which begins the lag before it was sent. Items whose number was not recorded
    before that stay, and so do those that only a GET settles.
    """
    table = schema.due_items
    number = await settled_number(connection, schema, store_id, section, before=read.begin)
    values = sorted({str(item_id) for item_id in ids})
    if not number or not values:
        return
    removable = (
        table.c.store_id == store_id,
        table.c.section == section,
        table.c.number <= number,
        ~_needs_get(table),
    )
    # Mostly, nothing is due.
    if (await connection.execute(select(table.c.id).where(*removable).limit(1))).first() is not None:
        removal = delete(table).where(*removable, table.c.id == bindparam("of_id"))
        await connection.execute(removal, [{"of_id": item_id} for item_id in values])


async def count_all_due(
    connection: AsyncConnection, schema: "Schema", store_ids: Collection[int] | None = None
) -> dict[int, dict[tuple[str, Reason], int]]:
    """Return how many items of these stores, or of all, are due, by store, and by section and reason."""
    table = schema.due_items
    keys = (table.c.store_id, table.c.section, table.c.reason)
    statement = select(*keys, func.count()).group_by(*keys)
    if store_ids is not None:
        statement = statement.where(table.c.store_id.in_(store_ids))
    found: dict[int, dict[tuple[str, Reason], int]] = {}
    for store_id, section, reason, count in await connection.execute(statement):
        found.setdefault(store_id, {})[section, reason] = count
    return found


async def count_due(connection: AsyncConnection, schema: "Schema", store_id: int) -> dict[tuple[str, Reason], int]:
    """Return how many items of a store are due, by section and reason."""
    table = schema.due_items
    statement = (
        select(table.c.section, table.c.reason, func.count())
        .where(table.c.store_id == store_id)
        .group_by(table.c.section, table.c.reason)
    )
    return {(section, reason): count for section, reason, count in await connection.execute(statement)}
