"""Storing events that are put at the same time in one transaction."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from ecwid_async.apps.errors import InboxError
from ecwid_async.apps.inbox.event import StoredEvent
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["PutQueue", "put_arguments"]

_log: Final = logging.getLogger("ecwid_async.apps")

# Ecwid waits 10 seconds for a response.
_TIMEOUT: Final = 8.0
_MAX_BATCH: Final = 100
_MAX_BATCH_BYTES: Final = 4 * 1024 * 1024
# Of the events that wait in memory.
_MAX_WAITING: Final = 5_000
_MAX_WAITING_BYTES: Final = 64 * 1024 * 1024

Key = tuple[int, str]


@frozen(eq=False)
class _Waiting:
    event: StoredEvent
    is_new: "asyncio.Future[bool]"


class PutQueue:
    """Events that wait to be stored, in one event loop. One transaction at a time stores all that wait.

    `store` stores events, and returns the store and event ids of those that are new.
    """

    def __init__(self, store: Callable[[Sequence[StoredEvent]], Awaitable[set[Key]]], *, place: str) -> None:
        self._store = store
        self._place = place
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None

    async def put(self, event: StoredEvent) -> bool:
        """Store an event, and return whether it is new. Raises `InboxError`."""
        if len(self._waiting) >= _MAX_WAITING or self._bytes + len(event.body) > _MAX_WAITING_BYTES:
            raise InboxError(
                f"Too many events wait to be stored in {self._place}: find out what slows down the server.",
                problem="busy",
            )
        waiting = _Waiting(event, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._bytes += len(event.body)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._store_all())
        try:
            async with asyncio.timeout(_TIMEOUT):
                return await waiting.is_new
        except TimeoutError:
            raise self._too_slow() from None

    async def aclose(self) -> None:
        """Wait until nothing waits."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _store_all(self) -> None:
        while batch := self._next_batch():
            try:
                async with asyncio.timeout(_TIMEOUT):
                    new = await self._store([each.event for each in batch])
            except InboxError as error:
                _fail(batch, error)
            except TimeoutError:
                _fail(batch, self._too_slow())
            except Exception as error:
                _log.exception("events could not be stored")
                message = f"The inbox in {self._place} failed: {type(error).__name__}. Its log has more."
                _fail(batch, InboxError(message, problem="unavailable"))
            except asyncio.CancelledError:
                # The loop is being closed.
                for each in batch:
                    each.is_new.cancel()
                raise
            else:
                for each in batch:
                    key = (each.event.store_id, each.event.event_id)
                    if not each.is_new.done():
                        each.is_new.set_result(key in new)
                    # The same event was put twice at once.
                    new.discard(key)

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._waiting and len(batch) < _MAX_BATCH and (not batch or size < _MAX_BATCH_BYTES):
            waiting = self._waiting.popleft()
            self._bytes -= len(waiting.event.body)
            # Nobody waits for it any more, and it was not acknowledged.
            if not waiting.is_new.done():
                batch.append(waiting)
                size += len(waiting.event.body)
        return batch

    def _too_slow(self) -> InboxError:
        return InboxError(
            f"The inbox in {self._place} did not store the event within {_TIMEOUT:.0f} seconds: find out what slows "
            "down the server or this process.",
            problem="unavailable",
        )


def _fail(batch: Sequence[_Waiting], error: InboxError) -> None:
    for each in batch:
        if not each.is_new.done():
            # An error of its own for each, or their tracebacks would mix.
            each.is_new.set_exception(InboxError(str(error), problem=error.problem))


def put_arguments(events: Sequence[StoredEvent]) -> dict[str, Any]:
    """Return the arguments of `Statements.put`."""
    return {
        "store_ids": [event.store_id for event in events],
        "event_ids": [event.event_id for event in events],
        "event_types": [event.event_type for event in events],
        "entity_ids": [event.entity_id for event in events],
        "bodies": [event.body for event in events],
        "received_at": [event.received_at for event in events],
    }
