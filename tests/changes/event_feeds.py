"""Reads the events of a store as an app does that handles each event once."""

from typing import Any

from attrs import field, mutable

from ecwid_async.changes import EventCursor
from ecwid_async.errors import EcwidError
from ecwid_async.models.events import StoreEvent
from tests.changes.servers import STORE, Server

__all__ = ["Feed"]


@mutable
class Feed:
    """An app that stores the cursor, and the ids of the events that it has handled."""

    server: Server
    options: dict[str, Any] = field(factory=dict)
    cursor: str | None = None
    handled: dict[str | None, StoreEvent] = field(factory=dict)
    repeated: int = 0
    skipped: dict[str, str] = field(factory=dict)
    problems: dict[str, str] = field(factory=dict)
    error: EcwidError | None = None

    async def poll(self, *, batches: int | None = None, **options: Any) -> list[StoreEvent]:
        """Read the events since the last poll, up to a number of batches. Return the new ones."""
        new: list[StoreEvent] = []
        self.server.requests.clear()
        self.error = None
        events = self.server.connect().events(self.cursor, **{**self.options, **options})
        async with events:
            try:
                async for batch in events:
                    for event in batch.events:
                        if event.event_id in self.handled:
                            assert self.handled[event.event_id] == event
                            self.repeated += 1
                        else:
                            self.handled[event.event_id] = event
                            new.append(event)
                    self.cursor = batch.cursor.to_json()
                    batches = None if batches is None else batches - 1
                    if batches == 0:
                        break
            except EcwidError as error:
                self.error = error
        self.skipped, self.problems = events.skipped, events.deletion_problems
        assert batches == 0 or events.requests == len(self.server.requests)
        return new

    @property
    def position(self) -> EventCursor:
        assert self.cursor is not None
        return EventCursor.from_json(self.cursor, store_id=STORE)

    @property
    def paths(self) -> list[str]:
        """The paths of the requests of the last poll, inside the store."""
        return [request.path.removeprefix(f"/{STORE}") for request in self.server.requests]
