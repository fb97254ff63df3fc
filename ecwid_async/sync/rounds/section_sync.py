"""One section in one round: its state, and the transactions that store what was read together with it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from typing import Final

import msgspec
from attrs import evolve, frozen
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import Cursor, ItemBatch, ItemId
from ecwid_async.client import Store
from ecwid_async.errors import EcwidError
from ecwid_async.sync.database import (
    Database,
    DueItem,
    Lease,
    SectionState,
    WriteResult,
    add_due,
    clear_by_search,
    find_due,
    load_section,
    save_section,
    settled_number,
    write,
)
from ecwid_async.sync.errors import MirrorError
from ecwid_async.sync.reports import SectionReport
from ecwid_async.sync.rounds.section_reader import SectionReader
from ecwid_async.sync.rows import MirrorSection
from ecwid_async.sync.settings import MirrorSettings

__all__ = ["Round", "SectionSync"]

_MAX_DUE: Final = 10_000


@frozen(kw_only=True)
class Round:
    """What the sections of a round share.

    `now` is the time of the server when the round began, and `number` the highest number of a due item before that:
    what was due then had changed by `recorded_at`, the latest time at which the round can have begun. `scopes` returns
    the scopes of the token, None if they are not known. `count_requests` returns how many requests were sent so far.
    """

    store: Store
    database: Database
    lease: Lease
    settings: MirrorSettings
    clock: Callable[[], float]
    now: float
    recorded_at: float
    number: int
    scopes: Callable[[], Awaitable[frozenset[str] | None]]
    count_requests: Callable[[], int]
    on_progress: Callable[[SectionReport], None]
    should_pause: Callable[[], bool]


class SectionSync(SectionReader):
    """One section in one round: its state, and what was done."""

    def __init__(self, round_: Round, section: MirrorSection, state: SectionState, *, has_due: bool) -> None:
        super().__init__(round_.store, round_.database, section, settings=round_.settings, clock=round_.clock)
        self.round = round_
        self.state = state
        self.report = SectionReport(name=section.name)
        self.scopes_text: str | None = None
        """The scopes of the token, once they were needed."""
        self.has_due = has_due
        """Whether items of the section may be due."""
        self.is_paused = False
        """Whether something was left to the next round."""
        self._latest = round_.now

    @property
    def has_failed(self) -> bool:
        """Whether the section failed in this round, or is not allowed."""
        return bool(self.report.error or self.report.skipped)

    @property
    def has_done_something(self) -> bool:
        """Whether anything was done in the section, or failed."""
        return bool(self.report.steps) or self.has_failed

    def cursor(self) -> Cursor | None:
        """Return the cursor of the section. Raises `ConfigError` if a newer version of the library stored it."""
        return self.parse_cursor(self.state)

    async def commit(
        self,
        batches: Sequence[ItemBatch[msgspec.Raw]] = (),
        *,
        missing: Collection[ItemId] = (),
        change: Callable[[SectionState], SectionState] = lambda state: state,
        also: Callable[[AsyncConnection], Awaitable[None]] | None = None,
    ) -> WriteResult:
        """Store batches, and the state of the section as `change` returns it, in one transaction.

        `missing` ids become due. `also` runs in the same transaction.
        """
        round_, schema = self.round, self.round.database.schema
        self._latest = max([self._latest, *(batch.read.end for batch in batches)])
        async with round_.database.transaction(round_.lease) as connection:
            result = await write(connection, schema, round_.store.store_id, self.section, batches, now=self._latest)
            if self.has_due:
                for batch in batches:
                    if batch.kind == "search":
                        await clear_by_search(
                            connection, schema, round_.store.store_id, self.name, batch.ids, batch.read
                        )
            if missing:
                # The list of deleted items may have ids that are not valid, and that a database refuses.
                await add_due(
                    connection, schema, round_.store.store_id, self.name, self.keys(missing), reason="missing"
                )
            if also is not None:
                await also(connection)
            # Read again: deletions may have been confirmed meanwhile.
            state = change(await load_section(connection, schema, round_.store.store_id, self.name))
            state = evolve(state, went_back=state.went_back + result.went_back)
            if result.refused:
                last = result.refused[-1]
                state = evolve(
                    state,
                    refused=state.refused + len(result.refused),
                    refused_at=int(round_.now),
                    refusal=f"{last.id}: {last.reason}",
                )
            await save_section(connection, schema, state)
        self.state = state
        self.has_due = self.has_due or bool(result.undecided or missing)
        self.report.changed += result.stored
        self.report.deleted += result.deleted
        if result.refused:
            self.report.refused += len(result.refused)
            self.report.refusal = state.refusal or ""
        if batches:
            round_.on_progress(self.report)
        return result

    async def get(
        self, ids: Collection[ItemId], failed: dict[ItemId, EcwidError], *, multi_get: bool = False
    ) -> AsyncGenerator[ItemBatch[msgspec.Raw], None]:
        """Read items by their ids, as `SectionReader.get`.

        A 404 counts as a deletion only if the token has not lost scopes: one with fewer scopes may not see hidden
        items. Otherwise the item is added to `failed`.
        """
        async with aclosing(super().get(ids, failed, multi_get=multi_get)) as batches:
            async for batch in batches:
                if batch.deletions and self.state.confirmed_at is None and (reason := await self.find_lost_scopes()):
                    failed.update((deletion.id, MirrorError(reason)) for deletion in batch.deletions)
                else:
                    yield batch

    async def find_lost_scopes(self) -> str:
        """Return a message about the scopes that the token had at the last comparison of ids and may have no more.

        Empty if there are none.
        """
        scopes = await self.round.scopes()
        before = set((self.state.scopes or "").split())
        self.scopes_text = " ".join(sorted(scopes or ()))
        if scopes is None and before:
            return (
                "the token can't read its scopes, unlike the one before, so it may not see hidden items, which would "
                f"look deleted. Use a secret token. If the missing items were deleted, {self.how_to_confirm}"
            )
        lost = sorted(before - (scopes or set()))
        if not lost:
            return ""
        return (
            f"the token no longer has the scopes {', '.join(lost)}, so it may not see hidden items, which would look "
            f"deleted. Use a token with these scopes. If the missing items were deleted, {self.how_to_confirm}"
        )

    @property
    def how_to_confirm(self) -> str:
        """What to do if items that seem to be deleted really are."""
        return (
            f"run `ecwid sync --confirm-deletions {self.name}`, or "
            f"`await mirror.confirm_deletions({self.round.store.store_id}, {self.name!r})`."
        )

    async def settled_number(self) -> int:
        """Return the number up to which items were due so long ago that a search begun now shows their changes."""
        round_ = self.round
        async with round_.database.read() as connection:
            return await settled_number(
                connection,
                round_.database.schema,
                round_.store.store_id,
                self.name,
                before=round_.now - round_.settings.lag,
            )

    async def due_without_get(self) -> list[DueItem]:
        """Return due items of a section without a GET that a complete read, begun now, settles."""
        if self.section.has_get or not self.has_due:
            return []
        round_ = self.round
        settled = await self.settled_number()
        async with round_.database.read() as connection:
            due = await find_due(
                connection,
                round_.database.schema,
                round_.store.store_id,
                section=self.name,
                now=round_.now,
                limit=_MAX_DUE,
            )
        return [item for item in due if item.number <= settled]
