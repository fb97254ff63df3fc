"""Comparing a whole list with the mirror, in slices by creation time over a cycle of a week.

It finds items whose update time did not move with their content, and those that turned up in the search too late for
an audit.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Final

from attrs import evolve
from sqlalchemy import ColumnElement, Table, func, select

from ecwid_async.pages import Pages
from ecwid_async.sync.database import SectionState
from ecwid_async.sync.rounds.comparison import Comparison
from ecwid_async.sync.rounds.section_sync import SectionSync
from ecwid_async.sync.rows import Dialect

__all__ = ["created_after", "read_slice"]

# The column with the time of creation, in the tables of lists that can be filtered by it.
_CREATED: Final = "created_at"


def created_after(table: Table, dialect: Dialect, second: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that an item was created after a time in Unix seconds."""
    if isinstance(second, ColumnElement):
        moment = func.datetime(second, "unixepoch") if dialect == "sqlite" else func.to_timestamp(second)
        return table.c[_CREATED] > moment
    time = datetime.fromtimestamp(second, UTC)
    return table.c[_CREATED] > (time.replace(tzinfo=None).isoformat(" ") if dialect == "sqlite" else time)


async def read_slice(section: SectionSync, *, since: int, rows: int) -> None:
    """Compare the next slice of the list, of about this many rows, with the mirror. `since` is the cursor.

    Raises what `Pages.scan` raises; then the next slice begins at the same time again.
    """
    section.report.steps.append("rolling")
    state = section.state
    low = state.rolling_position
    high = await _find_end(section, low, rows)
    pages = section.calls.read_method(section.round.store)(created_from=low, created_to=high)
    if not isinstance(pages, Pages):
        raise TypeError(f"{section.name} is a single response")
    await Comparison(section, since=since).run(pages)
    await section.commit(change=partial(_finish, low=low, high=high, now=int(section.round.now)))


def _finish(state: SectionState, *, low: int | None, high: int | None, now: int) -> SectionState:
    state = evolve(state, rolling_position=high, rolling_at=now)
    if low is None:
        state = evolve(state, rolling_started_at=now)
    return evolve(state, rolling_finished_at=now) if high is None else state


async def _find_end(section: SectionSync, low: int | None, rows: int) -> int | None:
    """Return the creation time at which a slice ends, in Unix seconds. None if it has the rest of the list."""
    database = section.round.database
    table = database.schema.tables[section.name]
    created = table.c[_CREATED]
    statement = (
        select(created)
        .where(table.c.store_id == section.round.store.store_id, created.is_not(None))
        .order_by(created)
        .offset(rows)
        .limit(1)
    )
    if low is not None:
        statement = statement.where(created_after(table, database.schema.dialect, low))
    async with database.read() as connection:
        found = (await connection.execute(statement)).scalar_one_or_none()
    if found is None:
        return None
    time = datetime.fromisoformat(found).replace(tzinfo=UTC) if isinstance(found, str) else found
    seconds = int(time.timestamp())
    # An item may have been created in the future, by its own account. The rest of the list then has no slices.
    return seconds if low is None or seconds > low else None
