"""Comparing a whole store with its mirror."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Literal, TypeAlias

import anyio
import msgspec
from attrs import asdict, field

from ecwid_async.changes import Cursor, ItemBatch, ItemId
from ecwid_async.client import Store
from ecwid_async.errors import (
    EcwidError,
    InvalidToken,
    LimiterUnavailable,
    MissingScope,
    PaymentRequired,
    StoreNotFound,
    StoreSuspended,
)
from ecwid_async.pages import Pages
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sync.database import Database, load_section
from ecwid_async.sync.errors import MirrorError
from ecwid_async.sync.rounds import SectionReader, batch_of_page, read_snapshot
from ecwid_async.sync.rows import MirrorSection
from ecwid_async.sync.settings import MirrorSettings

__all__ = ["Mismatch", "MismatchKind", "SectionVerification", "VerifyReport", "verify_store"]

MismatchKind: TypeAlias = Literal["missing", "deleted", "older", "newer", "content", "not_in_store"]
"""How a row differs from its item: there is no row; it is marked as deleted; it has an older or a newer update time, or
the same and another content; or the store has no such item."""

_ERRORS_OF_THE_STORE = (InvalidToken, LimiterUnavailable, MirrorError, StoreNotFound, StoreSuspended)


@frozen
class Mismatch:
    """An item that differs between the store and its mirror."""

    id: ItemId
    kind: MismatchKind


@frozen(kw_only=True)
class SectionVerification:
    """The comparison of one section. `items` is the number of items that the store returned.

    `unknown` are items that could not be read again, so it is not known whether they differ. `skipped` and `error` say
    why the section was not compared.
    """

    name: str
    items: int = 0
    mismatches: Sequence[Mismatch] = ()
    unknown: Sequence[ItemId] = ()
    skipped: str = ""
    error: str = ""


@frozen(kw_only=True)
class VerifyReport:
    """The comparison of a store with its mirror. `requests` is the number of calls."""

    store_id: int
    sections: Mapping[str, SectionVerification] = field(factory=dict)
    seconds: float = 0.0
    requests: int = 0

    @property
    def mismatches(self) -> int:
        """The number of items that differ."""
        return sum(len(section.mismatches) for section in self.sections.values())

    @property
    def equal(self) -> bool:
        """Whether all sections were compared that the token and the plan allow, and no item differs."""
        return not any(section.mismatches or section.unknown or section.error for section in self.sections.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the report as values of JSON."""
        return {**asdict(self), "mismatches": self.mismatches, "equal": self.equal}


async def verify_store(
    database: Database,
    store: Store,
    sections: Sequence[MirrorSection],
    *,
    settings: MirrorSettings,
    clock: Callable[[], float],
    count_requests: Callable[[], int],
) -> VerifyReport:
    """Compare sections of a store with the mirror. Raises the errors that are not about one section."""
    started = anyio.current_time()
    results: dict[str, SectionVerification] = {}
    for section in sections:
        reader = SectionReader(store, database, section, settings=settings, clock=clock)
        try:
            results[section.name] = await _verify_section(reader)
        except _ERRORS_OF_THE_STORE:
            raise
        except (MissingScope, PaymentRequired) as error:
            results[section.name] = SectionVerification(name=section.name, skipped=str(error))
        except EcwidError as error:
            results[section.name] = SectionVerification(name=section.name, error=str(error))
    return VerifyReport(
        store_id=store.store_id,
        sections=results,
        seconds=anyio.current_time() - started,
        requests=count_requests(),
    )


async def _verify_section(reader: SectionReader) -> SectionVerification:
    cursor = await _load_cursor(reader)
    if cursor is None or cursor.since is None:
        return SectionVerification(name=reader.name, error="it was not read completely yet: run a sync first")
    items, suspects = await _find_differences(reader)
    unknown: list[ItemId] = []
    if suspects and reader.is_filtered:
        # The cursor may have moved meanwhile.
        pending = await _read_pending(reader, await _load_cursor(reader) or cursor)
        suspects = {item_id: kind for item_id, kind in suspects.items() if item_id not in pending}
    if suspects and reader.section.has_get:
        suspects, unknown = await _confirm(reader, suspects)
    elif suspects:
        _, again = await _find_differences(reader)
        suspects = {item_id: kind for item_id, kind in again.items() if item_id in suspects}
    mismatches = [Mismatch(item_id, kind) for item_id, kind in sorted(suspects.items(), key=lambda item: str(item[0]))]
    return SectionVerification(name=reader.name, items=items, mismatches=mismatches, unknown=unknown)


async def _load_cursor(reader: SectionReader) -> Cursor | None:
    async with reader.database.read() as connection:
        state = await load_section(connection, reader.database.schema, reader.store.store_id, reader.name)
    return reader.parse_cursor(state)


async def _find_differences(reader: SectionReader) -> tuple[int, dict[ItemId, MismatchKind]]:
    """Read the section whole. Return the number of its items, and which differ from their rows, by key."""
    # Before the list: what is added to the mirror meanwhile may be on a page that was read already.
    absent = await reader.known_ids()
    items = 0
    found: dict[ItemId, MismatchKind] = {}
    async with aclosing(_read_all(reader)) as batches:
        async for batch in batches:
            items += len(batch.items)
            absent.difference_update(reader.keys(batch.ids))
            for difference in await reader.compare(batch):
                key = reader.section.to_key(difference.id)
                if key is not None:
                    found[key] = difference.kind
    return items, {**found, **dict.fromkeys(absent, "not_in_store")}


async def _read_all(reader: SectionReader) -> AsyncGenerator[ItemBatch[msgspec.Raw], None]:
    if reader.resource is None:
        yield await read_snapshot(
            reader.store,
            reader.calls,
            reader.section.key or None,
            cursor=None,
            known=(),
            lag=reader.settings.lag,
            clock=reader.clock,
        )
        return
    pages: Pages[Any] = reader.resource.search()
    async with (
        pages.scan(lag=reader.settings.lag, concurrency=reader.settings.pages_at_once) as scan,
        aclosing(scan.raw_pages()) as raw_pages,
    ):
        async for page in raw_pages:
            yield batch_of_page(page, lag=reader.settings.lag)


async def _read_pending(reader: SectionReader, cursor: Cursor) -> set[ItemId]:
    """Return the keys of all items that the next poll would bring."""
    pending: set[ItemId] = set()
    resource = reader.resource
    if resource is None:
        return pending
    changes = resource.changes(cursor, lag=reader.settings.lag, concurrency=reader.settings.pages_at_once)
    async with changes, aclosing(changes.raw()) as batches:
        async for batch in batches:
            pending.update(reader.keys([*batch.ids, *(deletion.id for deletion in batch.deletions)]))
    return pending


async def _confirm(
    reader: SectionReader, suspects: Mapping[ItemId, MismatchKind]
) -> tuple[dict[ItemId, MismatchKind], list[ItemId]]:
    """Read items again by their ids. Return which differ nevertheless, and which could not be read."""
    confirmed: dict[ItemId, MismatchKind] = {}
    gone: list[ItemId] = []
    failed: dict[ItemId, EcwidError] = {}
    async with aclosing(reader.get(list(suspects), failed)) as batches:
        async for batch in batches:
            gone += reader.keys([deletion.id for deletion in batch.deletions])
            for difference in await reader.compare(batch):
                confirmed[reader.section.to_key(difference.id) or difference.id] = difference.kind
    known: Collection[ItemId] = await reader.known_ids() if gone else ()
    confirmed.update((item_id, "not_in_store") for item_id in gone if item_id in known)
    return confirmed, sorted(failed, key=str)
