"""What a job does: it handles the events of a store, one group after the other."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from ecwid_async.apps.errors import AlreadyHandled, InboxError, NotRetryable
from ecwid_async.apps.inbox.event import ClaimedEvents, Coalesces, Handle, StoredEvent
from ecwid_async.apps.inbox.postgresql.statements import Statements
from ecwid_async.apps.inbox.retries import describe_error, retry_delay
from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.jobs import Connector

__all__ = ["StoreHandler", "to_event"]

_log: Final = logging.getLogger("ecwid_async.apps")

# How long a job takes at most before other stores have their turn, in seconds, besides the handler in progress.
_SLICE: Final = 10.0
# Bodies of one group in bytes, as they are kept in memory.
_MAX_CLAIMED_BYTES: Final = 4 * 1024 * 1024
# Delays in seconds before an outcome is stored again, since the handler would have to run again without it.
_MARK_DELAYS: Final = (0.2, 1.0, 3.0)
# How long handlers that were cancelled may take to end.
_CANCEL_TIMEOUT: Final = 5.0


class StoreHandler:
    """Handles the events of stores for the jobs of one process.

    A job has the lock of its store, and its id is the epoch of its claims. If the process is stopped and counts as
    dead, another one finishes the job: from then on it can make no claims, and mark none that were taken over.

    `now` returns Unix seconds, or None for the clock of the server. `on_end` is called when a job has ended.
    """

    def __init__(
        self,
        connector: Connector,
        statements: Statements,
        settings: InboxSettings,
        handle: Handle,
        coalesces: Coalesces,
        *,
        now: Callable[[], float | None],
        random: Callable[[], float],
        on_end: Callable[[], None],
    ) -> None:
        self._connector = connector
        self._statements = statements
        self._settings = settings
        self._handle = handle
        self._coalesces = coalesces
        self._now = now
        self._random = random
        self._on_end = on_end
        self._is_stopping = False
        self._jobs: dict[int, _Job] = {}

    @property
    def jobs(self) -> list[int]:
        """The ids of the jobs in progress."""
        return list(self._jobs)

    def stop(self) -> None:
        """Let jobs end after the handlers in progress."""
        self._is_stopping = True

    def cancel(self, jobs: Iterable[int] | None = None) -> None:
        """Cancel the handlers in progress of some jobs or all. Their events are released."""
        for job_id in self.jobs if jobs is None else jobs:
            if (job := self._jobs.get(job_id)) is not None:
                job.cancel()

    async def run(self, store_id: int, job_id: int) -> None:
        """Handle the waiting events of a store, as the job with this id. Raises `InboxError`."""
        job = self._jobs[job_id] = _Job(job_id)
        try:
            await self._run(store_id, job)
        finally:
            del self._jobs[job_id]
            self._on_end()

    async def _run(self, store_id: int, job: "_Job") -> None:
        # Who puts an event that needs no new job, since this one was still waiting, has the same lock until it is
        # committed. So all such events are found from here on.
        (begun,) = await self._execute(self._statements.begin, store_id=store_id, job=job.id)
        await self._recover(begun["lost"], job)
        ends_at = time.monotonic() + _SLICE
        upcoming: deque[dict[str, Any]] = deque()
        while not self._is_stopping and not job.is_cancelled and time.monotonic() < ends_at:
            if not upcoming:
                limit = self._settings.max_group
                upcoming.extend(await self._execute(self._statements.next, store_id=store_id, job=job.id, limit=limit))
            if not upcoming:
                return
            ids = self._next_group(upcoming)
            rows = await self._execute(self._statements.claim, ids=ids, job=job.id)
            if not rows:
                # They were deleted, or another process has finished the job.
                upcoming.clear()
                continue
            rows.sort(key=lambda row: int(row["id"]))
            await self._handle_rows(rows, job)
        await self._execute(self._statements.enqueue, store_id=store_id)

    def _next_group(self, upcoming: deque[dict[str, Any]]) -> list[int]:
        """Take the rows that are handled at once from the next ones."""
        first = upcoming.popleft()
        ids, size = [first["id"]], first["size"]
        if not self._coalesces(first["event_type"]):
            return ids
        while upcoming and all(upcoming[0][name] == first[name] for name in ("event_type", "entity_id")):
            size += upcoming[0]["size"]
            if size > _MAX_CLAIMED_BYTES:
                break
            ids.append(upcoming.popleft()["id"])
        return ids

    async def _recover(self, lost: Sequence[tuple[int, int]], job: "_Job") -> None:
        """Take over the claims of a process that was killed or stopped.

        They are repeated at once after the first attempt, and later after random delays: one of them may be the reason
        that the process was killed, and the others must get past it.
        """
        if not lost:
            return
        states, delays = [], []
        for _, attempts in lost:
            delay = 0.0 if attempts <= 1 else retry_delay(attempts - 1, self._settings, self._random)
            delays.append(delay)
            is_dead = attempts >= self._settings.max_attempts
            states.append("dead" if is_dead else "retrying" if delay else "waiting")
        ids = [row_id for row_id, _ in lost]
        await self._execute(self._statements.recover, ids=ids, states=states, delays=delays, job=job.id)

    async def _handle_rows(self, rows: Sequence[Mapping[str, Any]], job: "_Job") -> None:
        ids = [row["id"] for row in rows]
        events = ClaimedEvents(tuple(map(to_event, rows)))
        error = await job.call(self._handle, events)
        if error is None or isinstance(error, AlreadyHandled):
            marked = await self._mark(self._statements.mark_handled, ids=ids, job=job.id)
        elif job.is_cancelled and isinstance(error, asyncio.CancelledError):
            await self._mark(self._statements.release, ids=ids, job=job.id)
            return
        else:
            marked = await self._mark_failed(error, events, ids=ids, job=job.id)
        if len(marked) < len(ids):
            _log.warning(
                "events of store %s were deleted, or taken over by another process and may be handled twice",
                events.store_id,
            )

    async def _mark_failed(
        self, error: BaseException, events: ClaimedEvents, *, ids: Sequence[int], job: int
    ) -> list[dict[str, Any]]:
        attempts = max(event.attempts for event in events.events)
        name, message = describe_error(error)
        _log.warning(
            "store %s, %s, event %s: attempt %s of %s failed: %s: %s",
            events.store_id,
            events.event_type,
            events.event_ids[0],
            attempts,
            self._settings.max_attempts,
            name,
            message,
        )
        return await self._mark(
            self._statements.mark_failed,
            ids=ids,
            job=job,
            is_dead=isinstance(error, NotRetryable),
            # One delay for all of them, so that they can be coalesced again.
            delay=retry_delay(attempts, self._settings, self._random),
            max_attempts=self._settings.max_attempts,
            error_class=name,
            error_message=message,
        )

    async def _mark(self, statement: str, **arguments: object) -> list[dict[str, Any]]:
        for delay in _MARK_DELAYS:
            try:
                return await self._execute(statement, **arguments)
            except InboxError:
                await asyncio.sleep(delay)
        return await self._execute(statement, **arguments)

    async def _execute(self, statement: str, **arguments: object) -> list[dict[str, Any]]:
        return await self._connector.execute(statement, {"now": self._now(), **arguments})


class _Job:
    """A job in progress."""

    def __init__(self, job_id: int) -> None:
        self.id = job_id
        self.is_cancelled = False
        self._gives_up = asyncio.Event()
        self._handler: asyncio.Future[None] | None = None

    def cancel(self) -> None:
        if not self.is_cancelled:
            self.is_cancelled = True
            if self._handler is not None:
                self._handler.cancel()
            asyncio.get_running_loop().call_later(_CANCEL_TIMEOUT, self._gives_up.set)

    async def call(self, handle: Handle, events: ClaimedEvents) -> BaseException | None:
        """Call the handler, and return its error."""

        async def run() -> None:
            # In the task, since the call itself raises if the handler is not what it should be.
            await handle(events)

        self._handler = asyncio.ensure_future(run())
        gives_up = asyncio.ensure_future(self._gives_up.wait())
        both = (self._handler, gives_up)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self.cancel()
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gives_up.cancel()
        handler, self._handler = self._handler, None
        if not handler.done():
            _log.error("a handler of store %s did not end when it was cancelled", events.store_id)
            return asyncio.CancelledError()
        return asyncio.CancelledError() if handler.cancelled() else handler.exception()


def to_event(row: Mapping[str, Any]) -> StoredEvent:
    """Return the event of a row."""
    return StoredEvent(
        store_id=row["store_id"],
        event_id=row["event_id"],
        event_type=row["event_type"],
        entity_id=row["entity_id"],
        body=bytes(row["body"]),
        received_at=row["received_at"],
        attempts=row["attempts"],
    )
