"""The interface of an inbox, and its status."""

from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Literal, Protocol, Self, runtime_checkable

from ecwid_async.apps.inbox.event import Coalesces, DeadEvent, Handle, StoredEvent
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["DeadIds", "Inbox", "InboxStatus", "coalesces_nothing"]

DeadIds = Iterable[int] | Literal["all"]
"""Which dead events: their ids, or all of them."""


def coalesces_nothing(event_type: str) -> bool:
    """Give a handler each event by itself."""
    return False


@frozen(kw_only=True)
class InboxStatus:
    """What is in an inbox. Counts end at 100,000.

    `waiting` events can be handled now, `in_progress` are with a handler, `retrying` failed and wait for their next
    attempt, and `dead` are no longer retried. `handled` counts those of the last hour. `oldest_age` is the age of the
    oldest event that is neither handled nor dead, in seconds, or None if there is none. `is_running` says whether a
    process handles events.
    """

    waiting: int
    in_progress: int
    retrying: int
    dead: int
    handled: int
    oldest_age: float | None
    is_running: bool


@runtime_checkable
class Inbox(Protocol):
    """Keeps accepted events until they are handled, at least once each.

    Events of a store are handled one at a time, in the order in which they were accepted; events of several stores at
    once. One that fails is retried later, and lets the next ones pass.

    Every method raises `InboxError` if the inbox fails.
    """

    async def put(self, event: StoredEvent) -> bool:
        """Store an event. It is durable when this returns. Returns False for one that was accepted before.

        If the task is cancelled, or `InboxError` is raised, the event may be stored or not: it can be put again.
        """
        ...

    async def run(self, handle: Handle, *, coalesces: Coalesces = coalesces_nothing, until_idle: bool = False) -> None:
        """Handle stored events until `stop` is called, or with `until_idle` until none can be handled now.

        If `handle` raises, the events are retried, with longer and longer delays, and then become dead. `NotRetryable`
        makes them dead at once, and `AlreadyHandled` counts as success. If the task is cancelled, handlers in progress
        are cancelled, and their events are released.
        """
        ...

    def stop(self) -> None:
        """End the run in progress, or the next one: handlers get some time to finish, then are cancelled.

        Call it in the event loop of the run, also from signal handlers of the loop.
        """
        ...

    async def status(self) -> InboxStatus:
        """What is in the inbox."""
        ...

    def dead(self, *, store_id: int | None = None) -> AsyncIterator[DeadEvent]:
        """The events that are no longer retried, of one store or all, oldest first. They are read page by page."""
        ...

    async def read(self, dead_id: int) -> StoredEvent | None:
        """A dead event with its body, which may have personal data. None if there is none with this id."""
        ...

    async def replay(self, ids: DeadIds) -> int:
        """Let dead events be handled again, with all their attempts. Returns how many."""
        ...

    async def delete(self, ids: DeadIds) -> int:
        """Delete the content of dead events. Repeated webhooks of them are still refused. Returns how many."""
        ...

    async def forget(self, store_id: int) -> int:
        """Delete everything about a store, handled or not. Returns how many events."""
        ...

    async def aclose(self) -> None:
        """Stop the run in progress, wait for its end, and close the connections. Later calls open new ones."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
