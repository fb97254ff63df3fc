"""Comparing what a search returns now with the mirror, which counts the changes that polls have missed.

An item is *late* if it was last updated before the cursor, and the mirror lacks that state: a poll should have found
it. It is *silent* if its content differs although its update time is the same: no poll could have found it. An item
that is edited during the comparison is neither, so each is read by its id before it is counted, and counted only if
its update time is still the same. All of them are stored.
"""

from collections.abc import Collection, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any, Literal, TypeAlias

import msgspec
from attrs import evolve

from ecwid_async.changes import ItemBatch, ItemId, ReadInterval
from ecwid_async.pages import Pages
from ecwid_async.scan import RawPage
from ecwid_async.sync.database import Difference, SectionState
from ecwid_async.sync.rounds.section_sync import SectionSync

__all__ = ["Comparison", "batch_of_page", "select_items"]

_Loss: TypeAlias = Literal["late", "silent"]


def batch_of_page(page: RawPage, *, lag: float) -> ItemBatch[msgspec.Raw]:
    """Return the items of a page of a search, with the interval of the states that they show."""
    read = ReadInterval.at(page.server_time, page.duration, lag=lag)
    return ItemBatch(items=page.items, ids=page.ids, updated=page.updated, read=read, kind="search")


def select_items(batch: ItemBatch[msgspec.Raw], ids: Collection[ItemId]) -> ItemBatch[msgspec.Raw]:
    """Return a batch with these items only."""
    chosen = [position for position, item_id in enumerate(batch.ids) if item_id in ids]
    return evolve(
        batch,
        items=[batch.items[position] for position in chosen],
        ids=[batch.ids[position] for position in chosen],
        updated=[batch.updated[position] for position in chosen],
    )


class Comparison:
    """Compares lists with the mirror, and stores and counts what differs.

    `since` is the cursor: later updates are left to the next poll. At most `MirrorSettings.max_lookups` items are
    read by their id. If more than that differ, it is not because of single edits: the others are stored and counted as
    the search returned them.
    """

    def __init__(self, section: SectionSync, *, since: int) -> None:
        self._section = section
        self._since = since
        self._lookups = section.round.settings.max_lookups

    async def run(self, pages: Pages[Any]) -> None:
        """Compare the results of a search. Raises what `Pages.scan` raises."""
        settings = self._section.round.settings
        async with (
            pages.scan(lag=settings.lag, concurrency=settings.pages_at_once) as scan,
            aclosing(scan.raw_pages()) as raw_pages,
        ):
            async for page in raw_pages:
                await self._compare(batch_of_page(page, lag=settings.lag))

    async def _compare(self, batch: ItemBatch[msgspec.Raw]) -> None:
        differing: set[ItemId] = set()
        losses: dict[ItemId, tuple[_Loss, int]] = {}
        updated = dict(zip(batch.ids, batch.updated, strict=True))
        for difference in await self._section.compare(batch):
            time = updated[difference.id]
            if time is not None and time >= self._since and difference.kind != "deleted":
                continue
            differing.add(difference.id)
            if time is not None and (loss := _loss_of(difference)) is not None:
                losses[difference.id] = loss, time
        if not differing:
            return
        confirmed = dict(list(losses.items())[: self._lookups])
        others = {item_id: loss for item_id, loss in losses.items() if item_id not in confirmed}
        if remaining := differing - confirmed.keys():
            await self._store(select_items(batch, remaining), others)
        self._lookups -= len(confirmed)
        if confirmed:
            async with aclosing(self._section.get(list(confirmed), {})) as batches:
                async for found in batches:
                    await self._store(found, confirmed)

    async def _store(self, batch: ItemBatch[msgspec.Raw], losses: Mapping[ItemId, tuple[_Loss, int]]) -> None:
        """Store items, and count those that still have the update time with which they were found."""
        counted = [
            losses[item_id][0]
            for item_id, updated in zip(batch.ids, batch.updated, strict=True)
            if item_id in losses and losses[item_id][1] == updated
        ]
        late, silent = counted.count("late"), counted.count("silent")
        change = partial(_count, late=late, silent=silent, now=int(self._section.round.now))
        await self._section.commit([batch], change=change)
        self._section.report.late += late
        self._section.report.silent += silent


def _loss_of(difference: Difference) -> _Loss | None:
    match difference.kind:
        case "missing" | "older":
            return "late"
        case "content":
            return "silent"
        case _:
            return None


def _count(state: SectionState, *, late: int, silent: int, now: int) -> SectionState:
    if not (late or silent):
        return state
    return evolve(state, late=state.late + late, silent=state.silent + silent, loss_at=now)
