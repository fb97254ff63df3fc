"""`ReceivedEvent`: an event as a handler is given it, with its store, its entity and a transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from ecwid_async.apps.errors import EntityGone, NotRetryable
from ecwid_async.apps.webhooks.body import read_event
from ecwid_async.apps.webhooks.entities import find_reader
from ecwid_async.apps.webhooks.own_writes import OwnWrites
from ecwid_async.errors import ConfigError
from ecwid_async.models.events import StoreEvent

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from ecwid_async.apps.inbox import ClaimedEvents
    from ecwid_async.client import Ecwid, Store

__all__ = ["ReceivedEvent"]

E = TypeVar("E", bound=StoreEvent, covariant=True)
T = TypeVar("T", covariant=True)
D = TypeVar("D", covariant=True)


class _HasData(Protocol[D]):
    @property
    def data(self) -> D: ...


class _HasEntityId(Protocol[D]):
    @property
    def entity_id(self) -> D: ...


class ReceivedEvent(Generic[E, T]):
    """An event that was accepted, for its handler: ``ReceivedEvent[OrderEvent, Order]`` for orders.

    Its signature proves the id and the time of the event. Whoever repeats a webhook can change all the rest, so
    `fetch` the entity and act on that.

    If events of one entity were coalesced, it is the last of them that was accepted, and `events` has all.
    `attempts` counts how often the event was given to handlers, this time included.
    """

    def __init__(
        self,
        claimed: "ClaimedEvents",
        *,
        handler: str,
        ecwid: "Ecwid | None" = None,
        engine: "AsyncEngine | None" = None,
        writes: OwnWrites | None = None,
    ) -> None:
        self._claimed = claimed
        self._last = claimed.events[-1]
        self._handler = handler
        self._ecwid = ecwid
        self._engine = engine
        self._writes = writes
        self._has_transaction = False

    def __repr__(self) -> str:
        more = f", {self.coalesced} coalesced" if self.coalesced > 1 else ""
        return f"<ReceivedEvent {self.event_type} of {self.entity_id!r} in store {self.store_id}{more}>"

    @cached_property
    def event(self) -> E:
        """The event as the class of its family, with all its fields."""
        return cast(E, read_event(self._last.body))

    @cached_property
    def events(self) -> tuple[E, ...]:
        """All events that were coalesced, in the order in which they were accepted."""
        return tuple(cast(E, read_event(each.body)) for each in self._claimed.events)

    @property
    def coalesced(self) -> int:
        """How many events these are: 1, or more if the handler has ``coalesce=True``."""
        return len(self._claimed.events)

    @property
    def store_id(self) -> int:
        """The id of the store. It is not signed."""
        return self._last.store_id

    @property
    def event_id(self) -> str:
        """Identifies the event. A repeated webhook has the same id."""
        return self._last.event_id

    @property
    def event_type(self) -> str:
        """The type, such as ``order.created``, in the spelling of `EventType`."""
        return self._last.event_type

    @property
    def entity_id(self: "ReceivedEvent[_HasEntityId[D], Any]") -> D:  # type: ignore[type-var]
        """The id of the entity that the event is about, as in the class of its family."""
        return self.event.entity_id

    @property
    def event_created(self) -> int | None:
        """The time of the event in Unix seconds. Events arrive in any order."""
        return self.event.event_created

    @property
    def received_at(self) -> float:
        """When the event was accepted, in Unix seconds."""
        return self._last.received_at

    @property
    def attempts(self) -> int:
        """How often the event was given to handlers, this time included."""
        return self._last.attempts

    @property
    def data(self: "ReceivedEvent[_HasData[D], Any]") -> D:  # type: ignore[type-var]
        """The data of the event, such as old and new statuses. None if it has none. It is not signed."""
        return self.event.data

    @cached_property
    def store(self) -> "Store":
        """The API of the event's store. Its token is read with its first call.

        Raises `ConfigError` if the webhooks have no client, or the client has no tokens.
        """
        if self._ecwid is None:
            raise ConfigError("there is no client to read the store with: pass `ecwid` to Webhooks.")
        store = self._ecwid.store(self.store_id)
        return store if self._writes is None else self._writes.observe(store)

    async def fetch_or_none(self) -> T | None:
        """Read the entity afresh from the API. None if the store has no such entity (any more).

        An order is read by `data.order_id`, a cart by `data.cart_id`, an invoice in the list of its order and a
        promotion in the store's list. Events of the store and of the app read its profile and the app's subscription.

        Raises `NotRetryable` if the event does not say what to read or the API has no endpoint for it, `AppError` for a
        promotion that may not be in the list yet, and the errors of a call.
        """
        read = find_reader(self.event_type)
        if read is None:
            raise NotRetryable(f"the API has no endpoint for the entities of {self.event_type} events.")
        if self._writes is not None and self._writes.has_prefetched:
            entity = self._writes.take_prefetched()
        else:
            entity = await read(self.store, self.event)
        if self._writes is not None:
            self._writes.record_read(entity)
        return cast(T | None, entity)

    async def fetch(self) -> T:
        """Like `fetch_or_none`, but raise `EntityGone` if there is no such entity.

        A handler may let that pass: the event then counts as handled, since there is nothing left to act on.
        """
        entity = await self.fetch_or_none()
        if entity is None:
            raise EntityGone(f"{self.event_type}: the entity {self.entity_id!r} is not in store {self.store_id}.")
        return entity

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["AsyncConnection"]:
        """A transaction in the application's database, which takes effect once for these events and this handler.

        It begins with a record in the table ``ecwid_handled``, which is committed or rolled back with what you write.
        If the events are recorded already, it raises `AlreadyHandled`: let that pass, the handler has succeeded. Calls
        of the API within it raise `RuntimeError`: fetch before you open it. So does a commit: the end of the block
        commits.

        A handler has one transaction, for all that it writes: a second one raises `NotRetryable`, unless the first was
        rolled back. Raises `ConfigError` if the webhooks have no `engine`, and for a database other than SQLite and
        PostgreSQL.
        """
        if self._engine is None:
            raise ConfigError("there is no database for a transaction: pass the application's `engine` to Webhooks.")
        if self._has_transaction:
            # Its record would be there already, and what the second one writes would be left out in silence.
            raise NotRetryable(
                f"the handler {self._handler} opens a second transaction for an event, but has only one: write "
                "everything in it, or let several handlers write."
            )
        from ecwid_async.apps.inbox import handled_once

        # Each handler of an event has a transaction of its own.
        ids = [f"{event_id}/{self._handler}" for event_id in self._claimed.event_ids]
        self._has_transaction = True
        try:
            async with handled_once(self._engine, self.store_id, ids) as connection:
                yield connection
        except BaseException:
            self._has_transaction = False
            raise
