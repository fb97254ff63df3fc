"""Reading one section of a store, and comparing it with the mirror."""

from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from contextlib import aclosing
from typing import Any

import msgspec

from ecwid_async.changes import CHANGE_PLANS, ChangePlan, Cursor, ItemBatch, ItemId, change_plan_for
from ecwid_async.client import Store
from ecwid_async.errors import EcwidError
from ecwid_async.resources.base import ListResource
from ecwid_async.sections import SECTIONS, Section
from ecwid_async.sync.database import Database, Difference, SectionState, compare, count_rows, existing_ids
from ecwid_async.sync.rounds.item_requests import get_items
from ecwid_async.sync.rows import MirrorSection
from ecwid_async.sync.settings import MirrorSettings

__all__ = ["SectionReader"]


class SectionReader:
    """Reads one section of a store."""

    def __init__(
        self,
        store: Store,
        database: Database,
        section: MirrorSection,
        *,
        settings: MirrorSettings,
        clock: Callable[[], float],
    ) -> None:
        self.store = store
        self.database = database
        self.section = section
        self.settings = settings
        self.clock = clock

    @property
    def name(self) -> str:
        """The name of the section."""
        return self.section.name

    @property
    def plan(self) -> ChangePlan:
        """How changes of the section are found."""
        return change_plan_for(self.section.operation)

    @property
    def calls(self) -> Section:
        """How the section is read."""
        return SECTIONS[self.name]

    @property
    def resource(self) -> ListResource[Any] | None:
        """The list of the section; None if the section is a single response."""
        if self.section.operation not in CHANGE_PLANS:
            return None
        resource = getattr(self.calls.read_method(self.store), "__self__", None)
        return resource if isinstance(resource, ListResource) else None

    @property
    def is_filtered(self) -> bool:
        """Whether the list can be filtered by the time of the last update."""
        return self.section.updated is not None

    def parse_cursor(self, state: SectionState) -> Cursor | None:
        """Return the cursor in a state of the section. Raises `ConfigError` if a newer version wrote it."""
        if state.cursor is None:
            return None
        return Cursor.from_json(state.cursor, store_id=self.store.store_id, operation=self.section.operation)

    def keys(self, ids: Iterable[ItemId]) -> list[ItemId]:
        """Return ids as the keys of rows, without those that are not valid."""
        return [key for item_id in ids if (key := self.section.to_key(item_id)) is not None]

    async def known_ids(self) -> set[ItemId]:
        """Return the ids of all items of the mirror that are not deleted."""
        table = self.database.schema.tables[self.name]
        async with self.database.read() as connection:
            return await existing_ids(connection, table, self.store.store_id)

    async def count_rows(self) -> int:
        """Return the number of items of the mirror that are not deleted."""
        table = self.database.schema.tables[self.name]
        async with self.database.read() as connection:
            return (await count_rows(connection, table, self.store.store_id)).existing

    async def compare(self, batch: ItemBatch[msgspec.Raw]) -> list[Difference]:
        """Return how items differ from those of the mirror."""
        async with self.database.read() as connection:
            return await compare(connection, self.database.schema, self.store.store_id, self.section, batch)

    async def get(
        self, ids: Collection[ItemId], failed: dict[ItemId, EcwidError], *, multi_get: bool = False
    ) -> AsyncGenerator[ItemBatch[msgspec.Raw], None]:
        """Read items by their ids. An item that can't be read is added to `failed`. Raises the errors of the store.

        With `multi_get`, they are searched for first, if the list has such a search.
        """
        resource = self.resource
        if resource is None:
            async with aclosing(get_items(self.store, self.calls, ids, failed, clock=self.clock)) as batches:
                async for batch in batches:
                    yield batch
            return
        lookup = resource.look_up(
            ids, multi_get=multi_get, lag=self.settings.lag, concurrency=self.settings.pages_at_once
        )
        try:
            async with aclosing(lookup.raw()) as batches:
                async for batch in batches:
                    yield batch
        finally:
            failed.update(lookup.failed)
