"""The readers of this library: its cursor alone, and the mirror with its audits."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

from attrs import define, field

from benchmarks.duel.world import START, TOKEN, World, parse_item
from ecwid_async import Ecwid, EcwidError
from ecwid_async.client import Store
from ecwid_async.sync import Mirror, MirrorSettings

__all__ = ["ChangesCopy", "MirrorCopy", "MirrorDatabase"]

_SECTION: Final = "products"
# Deleted rows keep their documents: their removal costs time here, and changes nothing that is measured.
_SETTINGS: Final = MirrorSettings(keep_deleted=None)
# The server's bounds may be exclusive: a poll reads this many seconds more than the lag.
_OVERLAP: Final = 2


def open_store(world: World) -> Store:
    """Return the store of a world as a client sees it."""
    return Ecwid(transport=world, quota=None, events=[]).store(world.store_id, TOKEN)


@define
class ChangesCopy:
    """Keeps a copy with `changes` alone: what changed since the cursor, and the list of deleted items. No audits.

    As the page about changes says, a deleted item is stored again only if it was read after its deletion.
    """

    world: World
    copy: dict[int, int] = field(factory=dict)
    failed: int = 0
    _cursor: str | None = None
    _deleted: dict[object, int] = field(factory=dict)

    async def read(self) -> None:
        """Read what changed."""
        try:
            async with open_store(self.world).products.changes(self._cursor, lag=_SETTINGS.lag) as changes:
                async for batch in changes.dicts():
                    for deletion in batch.deletions:
                        self.copy.pop(int(deletion.id), None)
                        self._deleted[deletion.id] = deletion.deleted_at
                    for item in map(parse_item, batch.items):
                        if batch.read.begin > self._deleted.get(item.number, 0):
                            self.copy[item.number] = item.version
                    self._cursor = batch.cursor.to_json()
        except EcwidError:
            self.failed += 1


@define
class MirrorDatabase:
    """The database of the mirrors of several stores, and the world that is being mirrored."""

    mirror: Mirror
    connection: sqlite3.Connection
    world: World | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, settings: MirrorSettings = _SETTINGS) -> AsyncIterator["MirrorDatabase"]:
        """Create the database in a folder, with the default settings."""
        path = folder / "duel.db"

        def clock() -> float:
            return START if opened is None or opened.world is None else opened.world.now

        opened: MirrorDatabase | None = None
        async with Mirror(f"sqlite:///{path}", settings=settings, clock=clock) as mirror:
            with closing(sqlite3.connect(path)) as connection:
                opened = cls(mirror, connection)
                yield opened


@define
class MirrorCopy:
    """Keeps a copy with a mirror.

    `late` and `silent` are its counters. The delays are the seconds from a change that no poll can have found to the
    end of the round that stored it: because searches showed it too late, because its update time did not move, and
    because the list of deleted items was too far behind.
    """

    world: World
    database: MirrorDatabase
    copy: dict[int, int] = field(factory=dict)
    failed: int = 0
    late: int = 0
    silent: int = 0
    late_delays: list[float] = field(factory=list)
    silent_delays: list[float] = field(factory=list)
    deletion_delays: list[float] = field(factory=list)
    _polled: float | None = None

    async def read(self) -> None:
        """Run a round of the mirror."""
        self.database.world = self.world
        start = self.world.now
        report = await self.database.mirror.sync(open_store(self.world), only=[_SECTION])
        self.failed += report.failed
        section = report.sections.get(_SECTION)
        if section is not None:
            self.late += section.late
            self.silent += section.silent
        rows = self.database.connection.execute(
            f"SELECT id, name FROM ecwid_{_SECTION} WHERE store_id = ? AND deleted_at IS NULL", (self.world.store_id,)
        )
        before, self.copy = self.copy, {number: int(version) for number, version in rows}
        if self._polled is not None:
            self._find_delays(before, cursor=self._polled - _SETTINGS.lag - _OVERLAP)
        if not report.failed:
            self._polled = start

    def _find_delays(self, before: dict[int, int], *, cursor: float) -> None:
        world = self.world
        for number, version in self.copy.items():
            changed = world.changed.get(number)
            if changed is None or before.get(number) == version or world.truth.get(number) != version:
                continue
            if changed.updated < cursor:
                delays = self.silent_delays if changed.kind == "silent edit" else self.late_delays
                delays.append(world.now - changed.at)
        for number in before.keys() - self.copy.keys():
            # The list of deleted items is read from the lag before the cursor on.
            deleted_at = world.deleted.get(number)
            if deleted_at is not None and deleted_at < cursor - _SETTINGS.lag:
                self.deletion_delays.append(world.now - deleted_at)
