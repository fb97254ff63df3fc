"""A copy of a list, kept as an app keeps it."""

from collections.abc import Iterable
from typing import Any, Final

from attrs import field, mutable

from ecwid_async.changes import ChangeBatch
from ecwid_async.errors import EcwidError
from tests.changes.servers import Server

__all__ = ["LAG", "Copy"]

LAG: Final = 300.0


@mutable
class Copy:
    """A copy of a list, kept as a user of `changes` does."""

    server: Server
    section: str = "products"
    items: dict[Any, Any] = field(factory=dict)
    cursor: str | None = None
    batches: list[ChangeBatch[Any]] = field(factory=list)
    error: EcwidError | None = None
    problem: str = ""
    requests: int = 0

    async def poll(
        self,
        known: Iterable[Any] | None = None,
        *,
        expect: type[EcwidError] | None = None,
        batches: int | None = None,
        **options: Any,
    ) -> None:
        """Read the changes and apply them, up to a number of batches."""
        section = getattr(self.server.connect(), self.section)
        read = section.changes(self.cursor, known=None if known is None else list(known), **{"lag": LAG, **options})
        self.batches, self.error = [], None
        self.server.requests.clear()
        async with read:
            try:
                async for batch in read.dicts():
                    self.batches.append(batch)
                    for deletion in batch.deletions:
                        self.items.pop(deletion.id, None)
                    self.items.update(zip(batch.ids, batch.items, strict=True))
                    self.cursor = batch.cursor.to_json()
                    if len(self.batches) == batches:
                        break
            except EcwidError as error:
                self.error = error
        self.problem, self.requests = read.deletions_problem, read.requests
        assert type(self.error) is (expect or type(None)), self.error
        assert batches or self.requests == len(self.server.requests)

    async def reconcile(self, **options: Any) -> None:
        """Read the changes and compare all known items."""
        await self.poll(list(self.items), **options)

    @property
    def missing(self) -> list[Any]:
        return [item_id for batch in self.batches for item_id in batch.missing]

    @property
    def deletions(self) -> dict[Any, str]:
        return {deletion.id: deletion.evidence for batch in self.batches for deletion in batch.deletions}
