"""A process that reads the changes of a simulated store, without a mirror: it keeps them in memory.

It stores each batch with its cursor at once, as a mirror does in a transaction, and is restarted after interruptions.
"""

import asyncio
from typing import Any

import msgspec

from ecwid_async.changes import ChangeBatch, ReadInterval
from ecwid_async.errors import EcwidError
from tests.sync.simulation.oracle import Stored
from tests.sync.simulation.strategies import Interruption
from tests.sync.simulation.world import LAG, MirrorWorld, number_of

__all__ = ["ChangesProcess"]


class ChangesProcess:
    """Keeps the items of the lists of a world in step with the store. Whoever wins is simple: see `_store`."""

    def __init__(self, world: MirrorWorld) -> None:
        self.world = world
        self.errors: list[EcwidError] = []
        self.items: dict[str, dict[int, tuple[Any, int | None, ReadInterval]]] = {name: {} for name in world.sections}
        self.deleted: dict[str, dict[int, Any]] = {name: {} for name in world.sections}
        self.ids: dict[str, dict[int, int | str]] = {name: {} for name in world.sections}
        self._cursors: dict[str, str] = {}

    async def _read(self, name: str, *, listing: bool) -> None:
        resource = getattr(self.world.open_store(self.world.client()), name)
        known = {"known": [self.ids[name][number] for number in self.items[name]]} if listing else {}
        changes = resource.changes(self._cursors.get(name), lag=LAG, **known)
        async with changes:
            async for batch in changes.raw():
                self._store(name, batch)
                self._cursors[name] = batch.cursor.to_json()

    def _store(self, name: str, batch: ChangeBatch[msgspec.Raw]) -> None:
        for deletion in batch.deletions:
            number = number_of(deletion.id)
            stored = self.items[name].get(number)
            if stored is None or stored[2].begin <= deletion.deleted_at + 1:
                self.items[name].pop(number, None)
                self.deleted[name][number] = deletion
        for raw, item_id, updated in zip(batch.items, batch.ids, batch.updated, strict=True):
            number = number_of(item_id)
            deletion = self.deleted[name].get(number)
            if deletion is not None and batch.read.begin <= deletion.deleted_at + 1:
                continue
            self.deleted[name].pop(number, None)
            stored = self.items[name].get(number)
            if stored is not None and (stored[1] or 0) > (updated or 0) and not batch.read.is_after(stored[2]):
                continue
            self.ids[name][number] = item_id
            self.items[name][number] = msgspec.json.decode(raw), updated, batch.read

    def round(self, interruption: Interruption | None = None, *, listing: bool = False) -> None:
        """Read the changes of all lists at once."""
        interruption = interruption or Interruption()

        async def one(name: str) -> None:
            try:
                await self._read(name, listing=listing)
            except EcwidError as error:
                self.errors.append(error)

        async def run() -> None:
            # Sections that are read by one call have no changes.
            paged = [name for name, listed in self.world.lists.items() if listed.is_paged]
            tasks = [asyncio.create_task(one(name)) for name in paged]
            if interruption.kind == "cancelled":
                self.world.interrupt = lambda: [task.cancel() for task in tasks]
                self.world.interrupt_at = frozenset({self.world.turns + interruption.after})
            if tasks:
                await asyncio.wait(tasks)
            for task in tasks:
                if not task.cancelled() and (error := task.exception()) is not None:
                    raise error

        self.world.run(run())
        self.world.interrupt = None

    @property
    def contents(self) -> dict[str, dict[int, Stored]]:
        return {
            name: {number: Stored(None, deleted=True) for number in self.deleted[name]}
            | {number: Stored(stored[0]) for number, stored in found.items()}
            for name, found in self.items.items()
        }

    @property
    def cursors(self) -> dict[str, int | None]:
        """The time that the cursor of each list has reached."""
        return {name: msgspec.json.decode(cursor).get("since") for name, cursor in self._cursors.items()}
