"""Writing what was read into the rows of a section, and comparing it with them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

import msgspec
from attrs import field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import ItemBatch, ItemId, ReadKind
from ecwid_async.primitives.lazy_attrs import define, frozen
from ecwid_async.primitives.pacing import Pacing
from ecwid_async.sync.database.due_items import add_due
from ecwid_async.sync.database.migrations import RowKey
from ecwid_async.sync.database.statements import Row, SectionStatements, Step, refuses_values, statements_for
from ecwid_async.sync.rows import (
    Decision,
    ItemVersion,
    MirrorSection,
    clean_json_text,
    decide_deletion,
    decide_item,
    document_hash,
    json_text,
    same_content,
)

if TYPE_CHECKING:
    from ecwid_async.sync.database.schema import Schema

__all__ = ["Difference", "DifferenceKind", "Refusal", "WriteResult", "compare", "rebuild", "write"]

DifferenceKind: TypeAlias = Literal["content", "deleted", "missing", "newer", "older"]

_STORES: Final = (Decision.STORE, Decision.STORE_AND_ASK, Decision.STORE_LOWER)
_ASKS: Final = (Decision.ASK, Decision.STORE_AND_ASK)
# Of documents. To derive their rows takes the event loop about a millisecond.
_BYTES_AT_ONCE: Final = 256 * 1024


@frozen
class Refusal:
    """An item that the database refused, and why. The reason has no data of the item."""

    id: ItemId
    reason: str


@frozen(kw_only=True)
class WriteResult:
    """What a write did.

    `stored` items were stored, `unchanged` ones had the same bytes as before, and `deleted` ones were marked as
    deleted. Of the stored ones, `went_back` have a lower update time than before. `undecided` items are due to be read
    by GET. `refused` items were not stored.
    """

    stored: int = 0
    unchanged: int = 0
    deleted: int = 0
    went_back: int = 0
    undecided: int = 0
    refused: list[Refusal] = field(factory=list)


@frozen
class Difference:
    """An item that differs from its row, seen from the row.

    It is ``missing``, ``deleted``, ``older`` or ``newer`` than the item by its update time, or differs in ``content``
    although the update time is the same.
    """

    id: ItemId
    kind: DifferenceKind


class _StoredRow(NamedTuple):
    version: ItemVersion
    hash: bytes | None


@define
class _Change:
    """A new state of a row. Without a document, the item is marked as deleted, and the document stays."""

    key: ItemId
    version: ItemVersion
    kind: ReadKind
    document: bytes | None = None
    hash: bytes | None = None
    deleted_at: int | None = None
    is_new: bool = False


class _Doubt(NamedTuple):
    """A document that replaces one with the same update time from about the same time: `change`, or the stored one."""

    key: ItemId
    change: _Change | None
    document: bytes
    kind: ReadKind


async def write(
    connection: AsyncConnection,
    schema: "Schema",
    store_id: int,
    section: MirrorSection,
    batches: Sequence[ItemBatch[msgspec.Raw]],
    *,
    now: float | None = None,
) -> WriteResult:
    """Write batches in their order, in the transaction of the caller.

    The rules in `precedence` decide whether a read replaces the stored state. Items about which they are not certain
    become due for a GET. A row that the database refuses is left out; the transaction goes on.

    `now` is the latest time of the server that the caller knows. A row that was read after it has a wrong time: the
    clock was set back since, or a response had a wrong ``Date``. Without `now`, all stored times are believed.
    """
    statements = statements_for(schema, section)
    keys = {
        key
        for batch in batches
        for item_id in chain(batch.ids, (deletion.id for deletion in batch.deletions))
        if (key := section.to_key(item_id)) is not None
    }
    if not keys and not any(batch.ids for batch in batches):
        return WriteResult()
    stored = await _load(connection, statements, store_id, keys)
    merge = _Merge(section, stored if now is None else {key: _without_future(row, now) for key, row in stored.items()})
    pacing = Pacing()
    for number, batch in enumerate(batches):
        if number:
            await pacing.rest()
        merge.add(batch)
    if merge.doubts:
        merge.undecided |= await _find_undecided(connection, statements, store_id, section, merge.doubts)
    writer = _RowWriter(connection, statements, store_id)
    changes = sorted(merge.changes.values(), key=_by_key)
    await writer.write(changes)
    moved = [
        (version.begin, version.end, kind, store_id, key) for key, (version, kind) in sorted(merge.moved_reads.items())
    ]
    if moved:
        await connection.exec_driver_sql(statements.move_read, moved)
    if merge.undecided:
        await add_due(connection, schema, store_id, section.name, merge.undecided, "went_back")
    refused = {refusal.id for refusal in writer.refused}
    accepted = [change for change in changes if change.key not in refused]
    return WriteResult(
        stored=sum(change.document is not None for change in accepted),
        unchanged=merge.unchanged,
        deleted=sum(change.document is None for change in accepted if change.key in merge.deleted),
        went_back=merge.went_back,
        undecided=len(merge.undecided),
        refused=merge.invalid + writer.refused,
    )


def _by_key(change: _Change) -> Any:
    return change.key


async def _load(
    connection: AsyncConnection, statements: SectionStatements, store_id: int, keys: Iterable[ItemId]
) -> dict[ItemId, _StoredRow]:
    """Return the stored versions of rows."""
    parameters = (store_id, statements.key_list(list(keys)))
    rows: Any = await connection.exec_driver_sql(statements.select_versions, parameters)
    return {
        key: _StoredRow(ItemVersion(updated, begin, end, deleted_at is not None), hash_)
        for key, updated, begin, end, hash_, deleted_at in rows
    }


def _without_future(row: _StoredRow, now: float) -> _StoredRow:
    """Return a row that was read at a time in the future as one that was read before everything else.

    The time of a deletion is kept: it may be that of this machine, see `removal`.
    """
    if row.version.begin <= now or row.version.is_deleted:
        return row
    return row._replace(version=row.version._replace(begin=0.0, end=0.0))


async def _load_documents(
    connection: AsyncConnection, statements: SectionStatements, store_id: int, keys: Iterable[ItemId]
) -> dict[ItemId, tuple[bytes, ReadKind]]:
    """Return the stored documents, and the kinds of the reads that they are from."""
    parameters = (store_id, statements.key_list(list(keys)))
    rows: Any = await connection.exec_driver_sql(statements.select_documents, parameters)
    return {key: (document, kind) for key, document, kind in rows if document is not None}


async def _find_undecided(
    connection: AsyncConnection,
    statements: SectionStatements,
    store_id: int,
    section: MirrorSection,
    doubts: Sequence[_Doubt],
) -> set[ItemId]:
    """Return the keys of the doubts whose documents differ in more than what changes without an edit."""
    stored = await _load_documents(connection, statements, store_id, {doubt.key for doubt in doubts})
    undecided: set[ItemId] = set()
    for doubt in doubts:
        old, old_kind = stored.get(doubt.key, (b"", doubt.kind))
        if doubt.change is not None and doubt.change.document is not None:
            old, old_kind = doubt.change.document, doubt.change.kind
        if not same_content(section, old, doubt.document, same_kind=old_kind == doubt.kind):
            undecided.add(doubt.key)
    return undecided


class _Merge:
    """Decides which reads change the stored rows, without a database.

    `changes` are the new states by key, and `moved_reads` the intervals of rows whose document was read again. A GET
    decides about the `undecided` ones, and about the `doubts` unless their documents have the same content.
    """

    def __init__(self, section: MirrorSection, stored: dict[ItemId, _StoredRow]) -> None:
        self._section = section
        self._rows = stored
        self._existing = frozenset(stored)
        self.changes: dict[ItemId, _Change] = {}
        self.moved_reads: dict[ItemId, tuple[ItemVersion, ReadKind]] = {}
        self.undecided: set[ItemId] = set()
        self.doubts: list[_Doubt] = []
        self.deleted: set[ItemId] = set()
        self.unchanged = 0
        self.went_back = 0
        self.invalid: list[Refusal] = []

    def add(self, batch: ItemBatch[msgspec.Raw]) -> None:
        """Add the deletions and the items of a batch."""
        for deletion in batch.deletions:
            self._add_deletion(deletion.id, deletion.deleted_at, "get" if deletion.evidence == "get" else "search")
        begin, end, kind = batch.read.begin, batch.read.end, batch.kind
        to_key = self._section.to_key
        for item, item_id, updated in zip(batch.items, batch.ids, batch.updated, strict=True):
            key = to_key(item_id)
            if key is None:
                self.invalid.append(Refusal(item_id, f"not a valid id in {self._section.name}"))
            else:
                self._add_item(key, bytes(item), ItemVersion(updated, begin, end), kind)

    def _add_item(self, key: ItemId, document: bytes, version: ItemVersion, kind: ReadKind) -> None:
        row = self._rows.get(key)
        hash_ = document_hash(document)
        if row is None:
            decision = Decision.STORE
        elif row.hash == hash_ and not row.version.is_deleted:
            self.unchanged += 1
            # The overlap of polls reads the same documents again for minutes. Their rows are left as they are, since
            # their interval is still true; only a read that is certainly later is worth a write.
            if version.begin > row.version.end:
                self._move_read(key, row, version, kind)
            return
        else:
            decision = decide_item(row.version, version, kind)
        if decision in _ASKS and self._section.has_get:
            if decision is Decision.STORE_AND_ASK and row is not None and row.version.updated == version.updated:
                self.doubts.append(_Doubt(key, self.changes.get(key), document, kind))
            else:
                self.undecided.add(key)
        if decision not in _STORES:
            return
        self.went_back += decision is Decision.STORE_LOWER
        self._rows[key] = _StoredRow(version, hash_)
        self.moved_reads.pop(key, None)
        self.changes[key] = _Change(key, version, kind, document, hash_, is_new=key not in self._existing)

    def _move_read(self, key: ItemId, row: _StoredRow, version: ItemVersion, kind: ReadKind) -> None:
        self._rows[key] = _StoredRow(version, row.hash)
        if (change := self.changes.get(key)) is not None:
            change.version, change.kind = version, kind
        else:
            self.moved_reads[key] = version, kind

    def _add_deletion(self, item_id: ItemId, deleted_at: int, kind: ReadKind) -> None:
        key = self._section.to_key(item_id)
        if key is None:
            return
        row = self._rows.get(key)
        decision = decide_deletion(row.version if row is not None else None, deleted_at)
        if decision in _ASKS and self._section.has_get:
            self.undecided.add(key)
        if decision not in _STORES:
            return
        if row is None or not row.version.is_deleted:
            self.deleted.add(key)
        version = ItemVersion(row.version.updated if row is not None else None, deleted_at, deleted_at, is_deleted=True)
        self._rows[key] = _StoredRow(version, None)
        self.moved_reads.pop(key, None)
        self.changes[key] = _Change(key, version, kind, deleted_at=deleted_at, is_new=key not in self._existing)


# How much of a row is tried if the database refuses it: with the document as it is in JSONB, cleaned, or without it.
_Attempt: TypeAlias = Literal["as_sent", "cleaned", "without_json"]


class _RowWriter:
    """Writes changes of rows, and isolates those that the database refuses."""

    def __init__(self, connection: AsyncConnection, statements: SectionStatements, store_id: int) -> None:
        self._connection = connection
        self._statements = statements
        self._store_id = store_id
        self.refused: list[Refusal] = []

    async def write(self, changes: Sequence[_Change], attempt: _Attempt = "as_sent") -> None:
        """Write changes that are sorted by key. If a row is refused, its half is tried again, until it is alone."""
        if not changes:
            return
        savepoint = await self._connection.begin_nested()
        try:
            await self._execute(changes, attempt)
            await savepoint.commit()
            return
        except (DBAPIError, OverflowError, UnicodeError) as error:
            if not refuses_values(error):
                raise  # a full disk has ended the whole transaction, so there is no savepoint to return to
            reason = _reason(error)
            await savepoint.rollback()
        if attempt == "as_sent" and self._statements.table.json_at is not None:
            await self.write(changes, "cleaned")
        elif len(changes) > 1:
            middle = len(changes) // 2
            await self.write(changes[:middle], attempt)
            await self.write(changes[middle:], attempt)
        elif attempt == "cleaned":
            await self.write(changes, "without_json")
        else:
            self.refused.append(Refusal(changes[0].key, reason))

    async def _execute(self, changes: Sequence[_Change], attempt: _Attempt) -> None:
        rows = _Rows(self._statements, self._store_id, attempt)
        pacing = Pacing()
        for number, part in enumerate(_parts(changes)):
            if number:
                await pacing.rest()
            rows.add(part)
        await self._statements.execute(self._connection, rows.steps())


def _parts(changes: Sequence[_Change]) -> Iterator[Sequence[_Change]]:
    """Split changes by the size of their documents."""
    size = start = 0
    for end, change in enumerate(changes, 1):
        size += len(change.document or b"")
        if size >= _BYTES_AT_ONCE or end == len(changes):
            yield changes[start:end]
            size, start = 0, end


class _Rows:
    """The rows that changes add and replace, by table."""

    def __init__(self, statements: SectionStatements, store_id: int, attempt: _Attempt) -> None:
        self._statements = statements
        self._store_id = store_id
        self._attempt: _Attempt = attempt
        self._existing: list[ItemId] = []
        self._new: list[Row] = []
        self._old: list[Row] = []
        self._deletions: list[Row] = []
        self._children: list[list[Row]] = [[] for _ in self._statements.children]

    def add(self, changes: Sequence[_Change]) -> None:
        """Derive the rows of changes."""
        statements, store_id = self._statements, self._store_id
        for change in changes:
            version = change.version
            if not change.is_new:
                self._existing.append(change.key)
            if change.document is None:
                row = (store_id, change.key, version.begin, version.end, change.kind, change.deleted_at)
                self._deletions.append(row)
                continue
            derived = statements.reader.read(change.document)
            row = (
                store_id,
                change.key,
                change.document,
                version.updated,
                version.begin,
                version.end,
                change.kind,
                change.hash,
                change.deleted_at,
                *self._json(change.document),
                *derived.values,
            )
            (self._new if change.is_new else self._old).append(row)
            if change.deleted_at is None:
                for rows, children in zip(self._children, derived.children, strict=True):
                    rows += [(store_id, change.key, *child) for child in children]

    def steps(self) -> list[Step]:
        """Return what is to be executed, without what has no rows."""
        statements = self._statements
        old_children = [(self._store_id, statements.key_list(self._existing))] if self._existing else []
        steps: list[Step] = [
            *((statement, old_children) for statement in statements.delete_children),
            (statements.table, self._new),
            (statements.table.upsert, self._old),
            (statements.mark_deleted, self._deletions),
            *zip(statements.children, self._children, strict=True),
        ]
        return [(what, rows) for what, rows in steps if rows]

    def _json(self, document: bytes) -> tuple[str | None, ...]:
        if self._statements.table.json_at is None:
            return ()
        if self._attempt == "as_sent":
            return (json_text(document),)
        return (clean_json_text(document) if self._attempt == "cleaned" else None,)


def _reason(error: BaseException) -> str:
    """Return the kind of an error. Its message may show the values of the row."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)
    return f"{type(original).__name__} {code}" if code else type(original).__name__


async def compare(
    connection: AsyncConnection, schema: "Schema", store_id: int, section: MirrorSection, batch: ItemBatch[msgspec.Raw]
) -> list[Difference]:
    """Compare the items of a batch with their rows, and return those that differ, in the order of the batch.

    Documents whose bytes differ are compared by their content, see `same_content`.
    """
    statements = statements_for(schema, section)
    keys = [section.to_key(item_id) for item_id in batch.ids]
    rows = await _load(connection, statements, store_id, {key for key in keys if key is not None})
    kinds: dict[int, DifferenceKind] = {}
    unequal: dict[int, ItemId] = {}
    for position, (key, item, updated) in enumerate(zip(keys, batch.items, batch.updated, strict=True)):
        row = rows.get(key) if key is not None else None
        if key is None or row is None:
            kinds[position] = "missing"
        elif row.version.is_deleted:
            kinds[position] = "deleted"
        elif updated is not None and row.version.updated is not None and updated != row.version.updated:
            kinds[position] = "older" if row.version.updated < updated else "newer"
        elif row.hash != document_hash(bytes(item)):
            unequal[position] = key
    if unequal:
        documents = await _load_documents(connection, statements, store_id, unequal.values())
        for position, key in unequal.items():
            document, kind = documents.get(key, (b"", batch.kind))
            if not same_content(section, document, bytes(batch.items[position]), same_kind=kind == batch.kind):
                kinds[position] = "content"
    return [Difference(batch.ids[position], kinds[position]) for position in sorted(kinds)]


async def rebuild(
    connection: AsyncConnection, schema: "Schema", section: MirrorSection, after: RowKey | None, limit: int
) -> RowKey | None:
    """Derive the columns and child rows of up to `limit` rows after a key from their documents again.

    Returns the key of the last row, None at the end.
    """
    statements = statements_for(schema, section)
    statement = statements.select_first if after is None else statements.select_after
    found: Any = await connection.exec_driver_sql(statement, (*(after or ()), limit))
    rows = found.all()
    for store_id, changes in _stored_changes(rows):
        await _RowWriter(connection, statements, store_id).write(changes)
    return (rows[-1][0], rows[-1][1]) if len(rows) == limit else None


def _stored_changes(rows: Sequence[Any]) -> Iterator[tuple[int, list[_Change]]]:
    """Yield the changes that write rows as they are, by store."""
    by_store: dict[int, list[_Change]] = {}
    for store_id, key, document, updated, begin, end, kind, hash_, deleted_at in rows:
        version = ItemVersion(updated, begin, end, deleted_at is not None)
        by_store.setdefault(store_id, []).append(_Change(key, version, kind, document, hash_, deleted_at))
    yield from by_store.items()
