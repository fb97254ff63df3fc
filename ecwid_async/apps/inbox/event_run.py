"""Handling the events of an embedded inbox: claims, handlers in progress, and their outcomes."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from threading import get_ident
from typing import Final

from ecwid_async.apps.errors import AlreadyHandled, InboxError, NotRetryable
from ecwid_async.apps.inbox.database_thread import DatabaseThread
from ecwid_async.apps.inbox.event import Coalesces, Handle, StoredEvent
from ecwid_async.apps.inbox.retries import describe_error
from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.apps.inbox.table import Claim, EventTable, Outcome, Step
from ecwid_async.primitives.shielding import run_shielded

__all__ = ["EventRun"]

_log: Final = logging.getLogger("ecwid_async.apps")

# Errors that do not pass by themselves.
_FATAL: Final = frozenset({"damaged", "foreign", "version"})
# How long handlers that were cancelled may take to end.
_CANCEL_TIMEOUT: Final = 5.0
_STEP_DELAY: Final = 0.005
# Until the next try after the database failed.
_PAUSE: Final = 1.0


class EventRun:
    """One run of an inbox: it waits for the lease, and handles events while it holds it.

    One transaction at a time marks what has ended, and claims what comes next.
    """

    def __init__(
        self,
        thread: DatabaseThread[StoredEvent],
        table: EventTable,
        settings: InboxSettings,
        handle: Handle,
        *,
        coalesces: Coalesces,
        until_idle: bool,
        clock: Callable[[], float],
    ) -> None:
        self._thread = thread
        self._table = table
        self._settings = settings
        self._handle = handle
        self._coalesces = coalesces
        self._until_idle = until_idle
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._loop_thread = get_ident()
        self._wake = asyncio.Event()
        self._stopping_since: float | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._step_timer: asyncio.TimerHandle | None = None
        self._others_wait = False
        self._epoch: int | None = None
        self._renewed_at = 0.0
        self.ended = asyncio.Event()

    def stop(self) -> None:
        """Claim no more, and end once the handlers in progress have, or the grace time has passed."""
        if self._stopping_since is None:
            self._stopping_since = self._loop.time()
        self._wake.set()

    def notify(self) -> None:
        """Look for new events. May be called in any thread."""
        if self._loop_thread == get_ident():
            self._step_soon()
            return
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._step_soon)

    def _step_soon(self) -> None:
        # What arrives or ends within a moment is claimed and marked together.
        if self._step_timer is None:
            self._step_timer = self._loop.call_later(_STEP_DELAY, self._step_now)

    def _step_now(self) -> None:
        self._step_timer = None
        if self._outcomes or len(self._tasks) < self._settings.stores_at_once:
            self._wake.set()

    async def run(self) -> None:
        """Handle events until the run is stopped, or idle."""
        try:
            while self._stopping_since is None:
                if await self._acquire() and await self._handle_events():
                    return
        finally:
            await run_shielded(self._end)
            self.ended.set()

    async def _acquire(self) -> bool:
        """Take the lease, or wait a while for it."""
        self._renewed_at = self._clock()
        try:
            is_taken = await self._thread.run(self._take_lease)
        except InboxError as error:
            await self._pause(error)
            return False
        if not is_taken:
            await self._wait()
        return is_taken

    def _take_lease(self, connection: sqlite3.Connection) -> bool:
        # Kept here, since the task may be cancelled meanwhile.
        self._epoch = self._table.acquire(connection)
        return self._epoch is not None

    async def _handle_events(self) -> bool:
        """Handle events while this process holds the lease. Returns False if it was lost."""
        while True:
            self._wake.clear()
            step = await self._step()
            if step is None:
                _log.warning("another process may have taken over the inbox: handlers in progress are cancelled")
                self._epoch = None
                await run_shielded(self._end)
                return False
            self._others_wait = step.others_wait
            for claim in step.claims:
                self._start(claim)
            is_idle = not self._tasks and not self._outcomes
            if is_idle and (self._stopping_since is not None or (self._until_idle and not step.has_more)):
                return True
            if self._is_out_of_time():
                return True
            if not step.has_more:
                await self._wait()

    async def _step(self) -> Step | None:
        """Mark what has ended, and claim as much as there is room for. None if the lease was lost."""
        epoch = self._epoch
        if epoch is None:
            return None
        outcomes, self._outcomes = self._outcomes, []
        room = 0 if self._stopping_since is not None else self._settings.stores_at_once - len(self._tasks)
        try:
            step = await self._thread.run(
                lambda connection: self._table.step(connection, epoch, outcomes, room, self._coalesces)
            )
        except BaseException as error:
            self._outcomes = [*outcomes, *self._outcomes]
            if not isinstance(error, InboxError):
                raise
            await self._pause(error)
            # It can't be known whether the lease was renewed. After its time, another process may have it.
            return Step() if self._clock() - self._renewed_at < self._settings.lease else None
        self._renewed_at = self._clock()
        return step

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self._handle_claim(claim, self._epoch))
        self._tasks.add(task)
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # It ends the event loop by itself.
        if self._others_wait or self._until_idle or self._stopping_since is not None:
            self._wake.set()
        else:
            self._step_soon()

    async def _handle_claim(self, claim: Claim, epoch: int | None) -> None:
        events = claim.events
        try:
            await self._handle(events)
        except AlreadyHandled:
            pass
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise  # the claim is released
            self._add_failure(claim, error, epoch)
            return
        except KeyboardInterrupt:
            raise  # as above
        except BaseException as error:
            # Without an outcome, the event would keep its store waiting, and what ends the process would end the next.
            self._add_failure(claim, error, epoch)
            if isinstance(error, SystemExit):
                raise
            return
        self._add_outcome(Outcome(claim.ids, "handled"), epoch)

    def _add_outcome(self, outcome: Outcome, epoch: int | None) -> None:
        # A handler that did not end when the lease was lost may end when its events have been claimed again.
        if epoch == self._epoch:
            self._outcomes.append(outcome)

    def _add_failure(self, claim: Claim, error: BaseException, epoch: int | None) -> None:
        name, message = describe_error(error)
        is_final = isinstance(error, NotRetryable)
        self._add_outcome(Outcome(claim.ids, "dead" if is_final else "failed", name, message), epoch)
        events = claim.events
        _log.warning(
            "store %s, %s, event %s: attempt %s of %s failed: %s: %s",
            events.store_id,
            events.event_type,
            events.event_ids[0],
            max(event.attempts for event in events.events),
            self._settings.max_attempts,
            name,
            message,
        )

    def _is_out_of_time(self) -> bool:
        since = self._stopping_since
        return since is not None and self._loop.time() - since >= self._settings.grace

    async def _wait(self) -> None:
        """Wait until something has ended or was accepted, but no longer than until the inbox must be read again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.poll_interval):
                await self._wake.wait()

    async def _pause(self, error: InboxError) -> None:
        """Wait after an error of the database, or raise one that does not pass by itself."""
        if self._until_idle or error.problem in _FATAL:
            raise error
        _log.warning("%s", error)
        await asyncio.sleep(min(_PAUSE, self._settings.lease / 4))

    async def _end(self) -> None:
        """Cancel handlers in progress, mark what has ended, and release the other claims and the lease."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            _, endless = await asyncio.wait(tasks, timeout=_CANCEL_TIMEOUT)
            if endless:
                _log.error("%s handlers of events did not end when they were cancelled", len(endless))
        self._tasks.clear()
        try:
            await self._thread.run(self._release)
        except InboxError as error:
            # The claims are released when the lease ends.
            _log.warning("%s", error)
        self._epoch, self._outcomes = None, []

    def _release(self, connection: sqlite3.Connection) -> None:
        if self._epoch is not None:
            self._table.release(connection, self._epoch, self._outcomes)
