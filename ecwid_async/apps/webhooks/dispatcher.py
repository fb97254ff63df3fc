"""`Dispatcher`: runs the handlers of claimed events."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import anyio

from ecwid_async.apps.errors import AlreadyHandled, EntityGone, HandlerTimeout, NotRetryable
from ecwid_async.apps.inbox import ClaimedEvents
from ecwid_async.apps.inbox.retries import mask_message
from ecwid_async.apps.webhooks.handler import Handler
from ecwid_async.apps.webhooks.loop_guard import EntityKey, LoopGuard
from ecwid_async.apps.webhooks.own_writes import EntityState, OwnWrites
from ecwid_async.apps.webhooks.received_event import ReceivedEvent
from ecwid_async.apps.webhooks.records import WebhookOutcome, WebhookRecord
from ecwid_async.apps.webhooks.router import WebhookRouter
from ecwid_async.errors import EcwidError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from ecwid_async.client import Ecwid

__all__ = ["Dispatcher"]


class Dispatcher:
    """Runs all handlers of claimed events, one after the other, and reports what each did."""

    def __init__(
        self,
        router: WebhookRouter,
        *,
        ecwid: "Ecwid | None",
        engine: "AsyncEngine | None",
        guard: LoopGuard,
        report: Callable[[WebhookRecord], None],
    ) -> None:
        self._router = router
        self._ecwid = ecwid
        self._engine = engine
        self._guard = guard
        self._report = report

    async def handle(self, claimed: ClaimedEvents) -> None:
        """Run the handlers. Raises the first error of those that failed, once all have been run.

        An error after which the events may be retried goes before one that rules it out.
        """
        handlers = self._router.handlers_for(claimed.event_type)
        if not handlers:
            self._report(_record(claimed, WebhookOutcome.UNHANDLED))
        errors = [error for handler in handlers if (error := await self._run(handler, claimed)) is not None]
        for error in sorted(errors, key=lambda error: isinstance(error, NotRetryable)):
            raise error

    async def _run(self, handler: Handler, claimed: ClaimedEvents) -> BaseException | None:
        """Run one handler. Returns its error, if it failed."""
        start = time.monotonic()
        key: EntityKey = (handler.name, claimed.store_id, claimed.event_type, claimed.entity_id)
        writes = OwnWrites()
        outcome = WebhookOutcome.FAILED
        state: EntityState | None = None
        failure: BaseException | None = None
        try:
            self._guard.check(key)
            with anyio.move_on_after(handler.timeout) as scope:
                outcome, state = await self._run_observed(handler, claimed, writes, key)
            if scope.cancelled_caught:
                failure = HandlerTimeout(
                    f"the handler {handler.name} did not finish within {handler.timeout:g} seconds: give it a longer "
                    "`timeout`, or let it do less."
                )
        except Exception as error:
            failure = _unwrapped(error)
            if isinstance(failure, EntityGone):
                outcome, failure = WebhookOutcome.GONE, None
            elif isinstance(failure, AlreadyHandled):
                outcome, failure = WebhookOutcome.REPEATED, None
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # The handler awaited something that was cancelled: the other handlers are run nevertheless.
            failure = error
        finally:
            # Also if the task is cancelled.
            self._guard.record_run(key, has_written=writes.has_written, state=state)
        self._report(_record(claimed, outcome, handler, time.monotonic() - start, failure))
        return failure

    async def _run_observed(
        self, handler: Handler, claimed: ClaimedEvents, writes: OwnWrites, key: EntityKey
    ) -> tuple[WebhookOutcome, EntityState | None]:
        event: ReceivedEvent[Any, Any] = ReceivedEvent(
            claimed, handler=handler.name, ecwid=self._ecwid, engine=self._engine, writes=writes
        )
        handled = self._guard.handled_state(key) if handler.skip_unchanged else None
        if handled is not None:
            entity = await event.fetch_or_none()
            if EntityState.of(entity) == handled:
                return WebhookOutcome.SKIPPED, handled
            writes.prefetch(entity)
        await handler.function(event)
        return WebhookOutcome.HANDLED, await self._state_left(event, writes) if handler.skip_unchanged else None

    async def _state_left(self, event: ReceivedEvent[Any, Any], writes: OwnWrites) -> EntityState | None:
        """The state that the handler has read and left as it was, even if it wrote. None if there is none."""
        before = writes.state_read
        if before is None or not writes.has_written:
            return before
        after = EntityState.of(await event.fetch_or_none())
        return after if after is not None and after.content == before.content else None


def _unwrapped(error: Exception) -> Exception:
    """The only error of a group, which a handler with tasks of its own raises."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _record(
    claimed: ClaimedEvents,
    outcome: WebhookOutcome,
    handler: Handler | None = None,
    seconds: float = 0.0,
    error: BaseException | None = None,
) -> WebhookRecord:
    last = claimed.events[-1]
    return WebhookRecord(
        outcome=outcome,
        seconds=seconds,
        store_id=last.store_id,
        event_type=last.event_type,
        event_id=last.event_id,
        handler=None if handler is None else handler.name,
        attempt=last.attempts,
        events=len(claimed.events),
        error=None if error is None else type(error).__name__,
        # The message of any other error may have personal data.
        message=mask_message(error) if isinstance(error, EcwidError) else None,
    )
