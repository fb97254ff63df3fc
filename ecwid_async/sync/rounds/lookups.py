"""Reading single items that are due: marked ones, those missing from a list, and those that only a GET can decide."""

from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from itertools import groupby
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import ItemBatch, ItemId
from ecwid_async.errors import EcwidError
from ecwid_async.sync.database import DueItem, clear_by_get, find_due, postpone
from ecwid_async.sync.rounds.schedule import retry_time
from ecwid_async.sync.rounds.section_sync import SectionSync

__all__ = ["LookupBudget", "find_due_items", "look_up_due"]

_IDS_PER_SEARCH: Final = 100
# With fewer items, GETs cost little and are certain.
_MANY: Final = 10
# Due items that are considered at once: a search reads 100 of them with one request.
_MAX_DUE: Final = 2000
# GETs whose items are stored together: a few seconds at the pace of bulk calls.
_GETS_PER_TRANSACTION: Final = 50


class LookupBudget:
    """How many requests for single items may be sent: those of a minute at first, and as many in each minute after."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._available = float(per_minute)
        self._refilled_at: float | None = None

    def refill(self, now: float) -> None:
        """Add what has become available until `now`."""
        if self._refilled_at is not None:
            elapsed = max(0.0, now - self._refilled_at)
            self._available = min(self._per_minute, self._available + elapsed / 60 * self._per_minute)
        self._refilled_at = now

    @property
    def available(self) -> int:
        """The number of requests that may be sent now."""
        return max(0, int(self._available))

    def spend(self, requests: int) -> None:
        """Count requests. More than are available delay later ones."""
        self._available -= requests


async def find_due_items(sections: Sequence[SectionSync]) -> list[tuple[SectionSync, list[DueItem]]]:
    """Return the due items of sections that can be read by their id. Sections with marked items come first."""
    found: list[tuple[SectionSync, list[DueItem]]] = []
    for section in sections:
        if not section.section.has_get:
            continue
        async with section.database.read() as connection:
            items = await find_due(
                connection,
                section.database.schema,
                section.store.store_id,
                section=section.name,
                now=section.round.now,
                limit=_MAX_DUE,
            )
        if items:
            found.append((section, items))
    return sorted(found, key=lambda each: each[1][0].reason == "missing")


async def look_up_due(section: SectionSync, items: Sequence[DueItem], budget: LookupBudget) -> None:
    """Read due items, and store what is found, as far as the budget allows.

    Many items that were marked more than the lag ago are searched for together: such a search is certain to show them
    as they were marked, or later. All others are read by their ids. Items that can't be read are postponed; if all of
    many can't, the others are left to the next round. Raises the errors of the store.
    """
    settled = await section.settled_number()
    searchable: list[DueItem] = []
    if section.plan.multi_get:
        searchable = [item for item in items if item.number <= settled and item.reason in ("hint", "missing")]
    if len(searchable) < _MANY:
        searchable = []
    others = [item for item in items if item not in searchable]
    groups: list[tuple[bool, list[DueItem]]] = [
        (True, searchable[start : start + _IDS_PER_SEARCH]) for start in range(0, len(searchable), _IDS_PER_SEARCH)
    ]
    groups += [
        (False, others[start : start + _GETS_PER_TRANSACTION]) for start in range(0, len(others), _GETS_PER_TRANSACTION)
    ]
    for multi_get, group in groups:
        if not budget.available:
            return
        group = group if multi_get else group[: budget.available]
        if not await _look_up(section, group, budget, multi_get=multi_get):
            return


async def _look_up(section: SectionSync, items: Sequence[DueItem], budget: LookupBudget, *, multi_get: bool) -> bool:
    """Read due items, and store what is found. Return False if all of many could not be read."""
    if "lookups" not in section.report.steps:
        section.report.steps.append("lookups")
    by_id = {item.id: item for item in items}
    keys = {item.id: section.section.to_key(item.id) for item in items}
    # An id of another form, from an older version, identifies no item.
    done = [by_id[item_id] for item_id, key in keys.items() if key is None]
    failed: dict[ItemId, EcwidError] = {}
    batches: list[ItemBatch[msgspec.Raw]] = []
    before = section.round.count_requests()
    continues = True
    try:
        ids = [key for key in keys.values() if key is not None]
        async with aclosing(section.get(ids, failed, multi_get=multi_get)) as found:
            async for batch in found:
                batches.append(batch)
                done += [by_id[str(item_id)] for item_id in batch.ids if str(item_id) in by_id]
                done += [by_id[str(each.id)] for each in batch.deletions if str(each.id) in by_id]
    except EcwidError as error:
        if error not in failed.values():
            raise
        # Many ids that the server does not like must not keep the section from being polled.
        continues = False
    finally:
        budget.spend(section.round.count_requests() - before)
    postponed = [by_id[str(item_id)] for item_id in failed if str(item_id) in by_id]
    await section.commit(batches, also=partial(_clear, section, done, postponed))
    return continues


async def _clear(
    section: SectionSync, done: list[DueItem], postponed: list[DueItem], connection: AsyncConnection
) -> None:
    round_ = section.round
    schema, store_id = round_.database.schema, round_.store.store_id
    await clear_by_get(connection, schema, store_id, done)
    for failures, group in groupby(sorted(postponed, key=lambda item: item.failures), key=lambda item: item.failures):
        retry_at = int(retry_time(failures + 1, now=round_.now, settings=round_.settings))
        await postpone(connection, schema, store_id, list(group), retry_at=retry_at)
