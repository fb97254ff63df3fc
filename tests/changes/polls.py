"""Reads the changes of a simulated list, as an app with a table of its own does: see `tests/scan/world.py`."""

from typing import Any

from attrs import field, mutable

from ecwid_async import Ecwid
from ecwid_async.changes import ChangeBatch, Changes, Cursor
from ecwid_async.codec import loads
from ecwid_async.errors import ScanDrifted
from tests.scan.lists import Row
from tests.scan.world import START, STORE, TOKEN, World

LAG = 300.0


def rows(count: int, *, age: int = 90_000, step: int = 1, same_second: bool = False) -> tuple[Row, ...]:
    """Return rows that were created and updated `step` seconds after each other, the first `age` seconds ago."""
    first = START - age
    return tuple(
        Row(number=n, created=time, updated=time)
        for n in range(1, count + 1)
        for time in (first if same_second else first + n * step,)
    )


def changes(world: World, since: Cursor | str | None = None, *, lag: float = LAG, **options: Any) -> Changes[Any]:
    """Return a read of the changes of the list."""
    section = getattr(Ecwid(transport=world, quota=None).store(STORE, TOKEN), world.kind.name)
    read: Changes[Any] = section.changes(since, lag=lag, **options)
    return read


@mutable
class Table:
    """What an app stores: the items by id, and the cursor."""

    world: World
    items: dict[Any, dict[str, Any]] = field(factory=dict)
    cursor: str | None = None
    yielded: int = 0
    """The number of items of the last poll."""
    requests: int = 0
    """The number of requests of the last poll."""
    drifted: bool = False
    """Whether the last poll could not prove that it found everything."""

    @property
    def position(self) -> Cursor:
        """The cursor, parsed."""
        assert self.cursor is not None
        read = changes(self.world, self.cursor)
        return Cursor.from_json(self.cursor, store_id=STORE, operation=read._operation)

    @property
    def numbers(self) -> set[int]:
        """The numbers of the stored rows."""
        return {self.world.kind.number(key) for key in self.items_by_key()}

    def items_by_key(self) -> dict[Any, dict[str, Any]]:
        """Return the items by the key that the tests number rows by."""
        return {item[self.world.kind.key]: item for item in self.items.values()}

    async def poll(self, *, lag: float = LAG, batches: int | None = None) -> None:
        """Read the changes since the last poll, up to a number of batches, and store them with the cursor."""
        self.yielded, self.drifted = 0, False
        read = changes(self.world, self.cursor, lag=lag)
        async with read:
            try:
                async for batch in read.raw():
                    self.store(batch)
                    batches = None if batches is None else batches - 1
                    if batches == 0:
                        break
            except ScanDrifted:
                self.drifted = True
        self.requests = read.requests

    def store(self, batch: ChangeBatch[Any]) -> None:
        """Store a batch."""
        assert len(batch.items) == len(batch.ids) == len(batch.updated)
        for key, item in zip(batch.ids, batch.items, strict=True):
            self.items[key] = loads(item)
        self.yielded += len(batch.items)
        self.cursor = batch.cursor.to_json()
