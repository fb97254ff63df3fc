"""The table of events in SQLite. Every method is a part of a transaction of its caller."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

from ecwid_async.apps.errors import InboxError
from ecwid_async.apps.inbox.event import MAX_STORE_ID, ClaimedEvents, Coalesces, DeadEvent, StoredEvent
from ecwid_async.apps.inbox.inbox import InboxStatus
from ecwid_async.apps.inbox.retries import retry_delay
from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["Claim", "EventTable", "Outcome", "Step", "create_tables"]

# "ecwi" in ASCII.
_APPLICATION_ID: Final = 0x65637769
_VERSION: Final = 1

_TABLES: Final = (
    """
    CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        store_id INTEGER NOT NULL,
        event_id TEXT NOT NULL,
        event_type TEXT NOT NULL,
        entity_id TEXT NOT NULL,
        body BLOB NOT NULL,
        received_at REAL NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting',
        attempts INTEGER NOT NULL DEFAULT 0,
        epoch INTEGER,
        due_at REAL,
        ended_at REAL,
        error_class TEXT,
        error_message TEXT,
        UNIQUE (store_id, event_id)
    )
    """,
    "CREATE INDEX events_waiting ON events (store_id, id) WHERE state = 'waiting'",
    "CREATE INDEX events_claimed ON events (store_id) WHERE state = 'claimed'",
    "CREATE INDEX events_retrying ON events (due_at) WHERE state = 'retrying'",
    "CREATE INDEX events_dead ON events (id) WHERE state = 'dead'",
    "CREATE INDEX events_handled ON events (ended_at) WHERE state = 'handled'",
    "CREATE INDEX events_open ON events (received_at) WHERE state IN ('waiting', 'claimed', 'retrying')",
    # The lease of the process that handles events. It is free if `renewed_at` is null.
    "CREATE TABLE lease (epoch INTEGER NOT NULL, renewed_at REAL, duration REAL)",
    "INSERT INTO lease VALUES (0, NULL, NULL)",
)

_COLUMNS: Final = "id, store_id, event_id, event_type, entity_id, body, received_at, attempts"
_DEAD_COLUMNS: Final = (
    "id, store_id, event_id, event_type, entity_id, received_at, ended_at, attempts, error_class, error_message"
)

# Each store is found by a search of the index: a store may have any number of events.
_FREE_STORES: Final = """
    WITH RECURSIVE waiting (store_id) AS (
        SELECT ?
        UNION ALL
        SELECT (
            SELECT store_id FROM events
            WHERE state = 'waiting' AND store_id > waiting.store_id ORDER BY store_id LIMIT 1
        )
        FROM waiting WHERE store_id < ?
    )
    SELECT store_id FROM waiting
    WHERE store_id > ? AND store_id <= ?
    AND NOT EXISTS (SELECT 1 FROM events WHERE state = 'claimed' AND store_id = waiting.store_id)
    LIMIT ?
"""

# Rows of one transaction where there may be any number, so that nobody waits long for it.
_MAX_ROWS: Final = 500
_MAX_COUNTED: Final = 100_000
_HANDLED_LATELY: Final = 3600.0
# Bodies of one claim in bytes, as they are kept in memory.
_MAX_CLAIMED_BYTES: Final = 4 * 1024 * 1024
# A lease or a delay that lies this far in the future was stored before the clock was set back.
_CLOCK_TOLERANCE: Final = 60.0
_PURGE_INTERVAL: Final = 600.0


def create_tables(connection: sqlite3.Connection, name: str) -> None:
    """Create the tables in an empty database. Raises `InboxError` for a database with other tables."""
    if _read_identity(connection) == (_APPLICATION_ID, _VERSION):
        return
    # In a transaction: another process may be creating them.
    connection.execute("BEGIN IMMEDIATE")
    try:
        application, version = _read_identity(connection)
        ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        if application == _APPLICATION_ID and version != _VERSION:
            raise InboxError(
                f"The inbox {name} was made by another version of ecwid_async (its tables are version {version}, not "
                f"{_VERSION}): update the older one, or choose another file.",
                problem="version",
            )
        if application != _APPLICATION_ID and (application or version or tables):
            raise InboxError(
                f"The file {name} is a database of another program: an inbox needs a file of its own.",
                problem="foreign",
            )
        if not tables:
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _read_identity(connection: sqlite3.Connection) -> tuple[int, int]:
    ((application,),) = connection.execute("PRAGMA application_id").fetchall()
    ((version,),) = connection.execute("PRAGMA user_version").fetchall()
    return application, version


@frozen
class Claim:
    """Events that are claimed together, and the ids of their rows."""

    ids: tuple[int, ...]
    events: ClaimedEvents


@frozen
class Outcome:
    """What became of claimed events: their rows, and the error if there was one."""

    ids: tuple[int, ...]
    result: Literal["handled", "failed", "dead"]
    error_class: str = ""
    error_message: str = ""


@frozen
class Step:
    """The result of `EventTable.step`: new claims, and whether there may be more work at once.

    `others_wait` is whether there may be events that can be claimed once those in progress have ended.
    """

    claims: Sequence[Claim] = ()
    has_more: bool = False
    others_wait: bool = True


class EventTable:
    """The events of an inbox. `clock` returns Unix seconds, and `random` numbers from 0 to 1.

    A process that handles events holds the lease, whose epoch grows with each holder. Only claims of the current epoch
    can be marked. A new holder takes over what the last one had claimed.
    """

    def __init__(
        self, settings: InboxSettings, name: str, *, clock: Callable[[], float], random: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._name = name
        self._clock = clock
        self._random = random
        self._last_store = 0
        self._next_purge = -float("inf")

    def check(self, event: StoredEvent) -> None:
        """Raise `InboxError` for an event that is too large."""
        if len(event.body) > self._settings.max_body:
            limit = self._settings.max_body
            raise InboxError(
                f"The event is too large for the inbox: it has {len(event.body):,} bytes, and {limit:,} are allowed.",
                problem="too_large",
            )

    def insert(self, connection: sqlite3.Connection, events: Sequence[StoredEvent]) -> list[bool]:
        """Add events in one statement. Returns for each whether it is new."""
        values: list[object] = []
        for event in events:
            values += (event.store_id, event.event_id, event.event_type, event.entity_id, event.body, event.received_at)
        rows = ",".join(["(?, ?, ?, ?, ?, ?)"] * len(events))
        cursor = connection.execute(
            f"INSERT INTO events (store_id, event_id, event_type, entity_id, body, received_at) VALUES {rows}"  # noqa: S608
            " ON CONFLICT (store_id, event_id) DO NOTHING",
            values,
        )
        if cursor.rowcount == len(events):
            return [True] * len(events)
        # Those that were added have the highest ids up to the last one. Other processes may have added more since.
        query = "SELECT store_id, event_id FROM events WHERE id <= ? ORDER BY id DESC LIMIT ?"
        added = set(connection.execute(query, (cursor.lastrowid, max(cursor.rowcount, 0))).fetchall())
        found: list[bool] = []
        for event in events:
            key = (event.store_id, event.event_id)
            found.append(key in added)
            added.discard(key)  # the same event again
        return found

    def acquire(self, connection: sqlite3.Connection) -> int | None:
        """Take the lease. Returns its epoch, or None while another process holds it."""
        now = self._clock()
        taken = connection.execute(
            "UPDATE lease SET epoch = epoch + 1, renewed_at = ?, duration = ?"
            " WHERE renewed_at IS NULL OR ? NOT BETWEEN renewed_at - ? AND renewed_at + duration",
            (now, self._settings.lease, now, _CLOCK_TOLERANCE),
        )
        if taken.rowcount == 0:
            return None
        ((epoch,),) = connection.execute("SELECT epoch FROM lease")
        self._recover(connection, now)
        return int(epoch)

    def step(
        self,
        connection: sqlite3.Connection,
        epoch: int,
        outcomes: Iterable[Outcome],
        limit: int,
        coalesces: Coalesces,
    ) -> Step | None:
        """Renew the lease, mark outcomes, and claim events of up to `limit` stores. None if the lease was lost."""
        now = self._clock()
        if not self._renew(connection, epoch, now):
            return None
        self._mark(connection, epoch, outcomes, now)
        if limit == 0:
            return Step()
        self._let_retries_wait(connection, now)
        has_more = self._purge(connection, now)
        claims = self._claim(connection, epoch, limit, coalesces)
        others = connection.execute("SELECT 1 FROM events WHERE state = 'waiting' LIMIT 1").fetchall()
        return Step(claims, has_more, bool(others))

    def release(self, connection: sqlite3.Connection, epoch: int, outcomes: Iterable[Outcome]) -> None:
        """Mark outcomes, give the other claims back as if they had never been made, and end the lease."""
        now = self._clock()
        self._mark(connection, epoch, outcomes, now)
        connection.execute(
            "UPDATE events SET state = 'waiting', attempts = attempts - 1, epoch = NULL"
            " WHERE state = 'claimed' AND epoch = ?",
            (epoch,),
        )
        connection.execute("UPDATE lease SET renewed_at = NULL WHERE epoch = ?", (epoch,))

    def status(self, connection: sqlite3.Connection) -> InboxStatus:
        """Count the events."""
        now = self._clock()

        def count(condition: str, *values: float) -> int:
            query = f"SELECT count(*) FROM (SELECT 1 FROM events WHERE {condition} LIMIT {_MAX_COUNTED})"  # noqa: S608
            ((number,),) = connection.execute(query, values)
            return int(number)

        open_states = "state IN ('waiting', 'claimed', 'retrying')"
        ((oldest,),) = connection.execute(f"SELECT min(received_at) FROM events WHERE {open_states}")  # noqa: S608
        ((is_running,),) = connection.execute(
            "SELECT renewed_at IS NOT NULL AND ? BETWEEN renewed_at - ? AND renewed_at + duration FROM lease",
            (now, _CLOCK_TOLERANCE),
        )
        return InboxStatus(
            waiting=count("state = 'waiting'"),
            in_progress=count("state = 'claimed'"),
            retrying=count("state = 'retrying'"),
            dead=count("state = 'dead'"),
            handled=count("state = 'handled' AND ended_at > ?", now - _HANDLED_LATELY),
            oldest_age=None if oldest is None else max(0.0, now - oldest),
            is_running=bool(is_running),
        )

    def dead_page(self, connection: sqlite3.Connection, after: int, store_id: int | None) -> list[DeadEvent]:
        """Dead events with the next ids after `after`. An empty page is the last one."""
        store, values = ("", ()) if store_id is None else (" AND store_id = ?", (store_id,))
        rows = connection.execute(
            f"SELECT {_DEAD_COLUMNS} FROM events WHERE state = 'dead' AND id > ?{store} ORDER BY id LIMIT {_MAX_ROWS}",  # noqa: S608
            (after, *values),
        )
        return [
            DeadEvent(
                id=row[0],
                store_id=row[1],
                event_id=row[2],
                event_type=row[3],
                entity_id=row[4],
                received_at=row[5],
                failed_at=row[6],
                attempts=row[7],
                error_class=row[8],
                error_message=row[9],
            )
            for row in rows
        ]

    def read_dead(self, connection: sqlite3.Connection, dead_id: int) -> StoredEvent | None:
        """A dead event with its body."""
        query = f"SELECT {_COLUMNS} FROM events WHERE state = 'dead' AND id = ?"  # noqa: S608
        rows = connection.execute(query, (dead_id,)).fetchall()
        return _to_event(rows[0], attempts=rows[0][7]) if rows else None

    def replay(self, connection: sqlite3.Connection, ids: Iterable[int]) -> int:
        """Let dead events be handled again."""
        return connection.executemany(
            "UPDATE events SET state = 'waiting', attempts = 0, ended_at = NULL, error_class = NULL,"
            " error_message = NULL WHERE id = ? AND state = 'dead'",
            [(each,) for each in ids],
        ).rowcount

    def delete(self, connection: sqlite3.Connection, ids: Iterable[int]) -> int:
        """Delete the content of dead events, but remember their ids for some time."""
        now = self._clock()
        return connection.executemany(
            "UPDATE events SET state = 'handled', body = x'', ended_at = ?, error_class = NULL, error_message = NULL"
            " WHERE id = ? AND state = 'dead'",
            [(now, each) for each in ids],
        ).rowcount

    def next_dead(self, connection: sqlite3.Connection, after: int) -> list[int]:
        """The next ids of dead events after `after`."""
        query = "SELECT id FROM events WHERE state = 'dead' AND id > ? ORDER BY id LIMIT ?"
        return [row[0] for row in connection.execute(query, (after, _MAX_ROWS))]

    def forget(self, connection: sqlite3.Connection, store_id: int) -> int:
        """Delete some of the events of a store. Returns how many, 0 if there were none."""
        return connection.execute(
            "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE store_id = ? LIMIT ?)", (store_id, _MAX_ROWS)
        ).rowcount

    def _renew(self, connection: sqlite3.Connection, epoch: int, now: float) -> bool:
        ((current, renewed_at),) = connection.execute("SELECT epoch, renewed_at FROM lease").fetchall()
        if current != epoch or renewed_at is None:
            return False
        if not renewed_at <= now < renewed_at + self._settings.lease / 4:
            connection.execute("UPDATE lease SET renewed_at = ?", (now,))
        return True

    def _recover(self, connection: sqlite3.Connection, now: float) -> None:
        """Take over the claims of a process that was killed or stopped.

        They are repeated at once after the first attempt, and later after random delays: one of them may be the reason
        that the process was killed, and the others must get past it.
        """
        rows = connection.execute("SELECT id, attempts FROM events WHERE state = 'claimed'").fetchall()
        for row_id, attempts in rows:
            is_dead = attempts >= self._settings.max_attempts
            delay = 0.0 if attempts <= 1 else retry_delay(attempts - 1, self._settings, self._random)
            connection.execute(
                "UPDATE events SET state = ?, epoch = NULL, due_at = ?, ended_at = ?, error_class = 'Interrupted',"
                " error_message = 'the process ended or was stopped while it handled the event' WHERE id = ?",
                ("dead" if is_dead else "retrying" if delay else "waiting", now + delay, now, row_id),
            )

    def _mark(self, connection: sqlite3.Connection, epoch: int, outcomes: Iterable[Outcome], now: float) -> None:
        outcomes = list(outcomes)
        handled = [row_id for outcome in outcomes if outcome.result == "handled" for row_id in outcome.ids]
        if handled:
            connection.executemany(
                "UPDATE events SET state = 'handled', body = x'', ended_at = ?, epoch = NULL, error_class = NULL,"
                " error_message = NULL WHERE id = ? AND state = 'claimed' AND epoch = ?",
                [(now, row_id, epoch) for row_id in handled],
            )
        for outcome in outcomes:
            if outcome.result == "handled":
                continue
            marks = ",".join("?" * len(outcome.ids))
            rows = connection.execute(
                f"SELECT id, attempts FROM events WHERE id IN ({marks}) AND state = 'claimed' AND epoch = ?",  # noqa: S608
                (*outcome.ids, epoch),
            ).fetchall()
            # One delay for all of them, so that they can be coalesced again.
            delay = retry_delay(max((row[1] for row in rows), default=1), self._settings, self._random)
            for row_id, attempts in rows:
                is_dead = outcome.result == "dead" or attempts >= self._settings.max_attempts
                connection.execute(
                    "UPDATE events SET state = ?, epoch = NULL, due_at = ?, ended_at = ?, error_class = ?,"
                    " error_message = ? WHERE id = ?",
                    (
                        "dead" if is_dead else "retrying",
                        now + delay,
                        now,
                        outcome.error_class,
                        outcome.error_message,
                        row_id,
                    ),
                )

    def _let_retries_wait(self, connection: sqlite3.Connection, now: float) -> None:
        """Move events whose delay has passed to those that can be handled."""
        latest = now + self._settings.max_delay + _CLOCK_TOLERANCE
        connection.execute(
            "UPDATE events SET state = 'waiting' WHERE id IN ("
            "SELECT id FROM events WHERE state = 'retrying' AND (due_at <= ? OR due_at > ?) LIMIT ?)",
            (now, latest, _MAX_ROWS),
        )

    def _purge(self, connection: sqlite3.Connection, now: float) -> bool:
        """Delete some of the handled events that need not be remembered any more. Returns whether there are more."""
        if self._next_purge - _PURGE_INTERVAL <= now < self._next_purge:
            return False
        deleted = connection.execute(
            "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE state = 'handled' AND ended_at < ? LIMIT ?)",
            (now - self._settings.kept, _MAX_ROWS),
        ).rowcount
        if deleted == _MAX_ROWS:
            return True
        self._next_purge = now + _PURGE_INTERVAL
        return False

    def _claim(self, connection: sqlite3.Connection, epoch: int, limit: int, coalesces: Coalesces) -> list[Claim]:
        """Claim the next events of up to `limit` stores, one store after the other, so that each has its turn."""
        first = self._last_store
        stores = self._free_stores(connection, first, MAX_STORE_ID, limit)
        if len(stores) < limit:
            stores += self._free_stores(connection, 0, first, limit - len(stores))
        if stores:
            self._last_store = stores[-1]
        return [self._claim_store(connection, epoch, store_id, coalesces) for store_id in stores]

    def _free_stores(self, connection: sqlite3.Connection, after: int, until: int, limit: int) -> list[int]:
        """Up to `limit` stores, in order, of which events wait and none is claimed."""
        return [row[0] for row in connection.execute(_FREE_STORES, (after, until, after, until, limit)).fetchall()]

    def _claim_store(self, connection: sqlite3.Connection, epoch: int, store_id: int, coalesces: Coalesces) -> Claim:
        query = f"SELECT {_COLUMNS} FROM events WHERE state = 'waiting' AND store_id = ? ORDER BY id LIMIT ?"  # noqa: S608
        # Read one by one: bodies may be large.
        waiting = connection.execute(query, (store_id, self._settings.max_group))
        rows = [waiting.fetchone()]
        if coalesces(rows[0][3]):
            size = len(rows[0][5])
            for row in waiting:
                size += len(row[5])
                if row[3:5] != rows[0][3:5] or size > _MAX_CLAIMED_BYTES:
                    break
                rows.append(row)
        waiting.close()
        ids = tuple(row[0] for row in rows)
        connection.executemany(
            "UPDATE events SET state = 'claimed', epoch = ?, attempts = attempts + 1 WHERE id = ?",
            [(epoch, row_id) for row_id in ids],
        )
        return Claim(ids, ClaimedEvents(tuple(_to_event(row, attempts=row[7] + 1) for row in rows)))


def _to_event(row: Sequence[object], *, attempts: int) -> StoredEvent:
    _, store_id, event_id, event_type, entity_id, body, received_at, _ = row
    return StoredEvent(
        store_id=store_id,  # type: ignore[arg-type]
        event_id=event_id,  # type: ignore[arg-type]
        event_type=event_type,  # type: ignore[arg-type]
        entity_id=entity_id,  # type: ignore[arg-type]
        body=body,  # type: ignore[arg-type]
        received_at=received_at,  # type: ignore[arg-type]
        attempts=attempts,
    )
