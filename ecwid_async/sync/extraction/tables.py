"""The rows of many stores as Arrow tables, with the columns that a merge needs."""

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from ecwid_async.codec import Codec
from ecwid_async.errors import ConfigError
from ecwid_async.sections import SECTIONS
from ecwid_async.sync.extraction.reader import Problem, ReadPart
from ecwid_async.sync.rows import MirrorSection
from ecwid_async.tables import STORE_ID
from ecwid_async.tables.arrow import TableBuilder

try:
    import pyarrow as pa
except ImportError:
    raise ConfigError("a dlt source needs pyarrow: pip install 'ecwid-async[dlt]'") from None

__all__ = ["DELETED", "SEQUENCE", "TableCollector", "problems_table"]

SEQUENCE: Final = "_sequence"
"""The column that orders reads: of two rows of an item, the one with the higher number was read later."""

DELETED: Final = "_deleted"
"""The column that tells whether the item was deleted."""

_KEY_TYPES: Final = {"integer": pa.int64(), "text": pa.string()}
# A table takes some milliseconds by itself, and its bytes are in memory.
_MAX_SIZE: Final = 32 << 20
_MAX_ROWS: Final = 20_000

_PROBLEMS: Final = pa.schema(
    [
        pa.field(STORE_ID, pa.int64(), nullable=False),
        pa.field("section", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("error", pa.string()),
        pa.field("message", pa.string(), nullable=False),
        pa.field("occurred_at", pa.timestamp("us", "UTC"), nullable=False),
    ]
)


class TableCollector:
    """Collects rows of one section, and builds tables from them.

    The columns are the store's id, those of the model, `SEQUENCE` and `DELETED`. Objects and lists are JSON texts.
    `last_sequence` is the last sequence number of earlier runs.
    """

    def __init__(self, section: MirrorSection, codec: Codec, *, last_sequence: int) -> None:
        self.last_sequence = last_sequence
        self._key = section.key
        self._key_type = _KEY_TYPES[section.key_type]
        self._builder = TableBuilder(
            SECTIONS[section.name].model(), nested="json", codec=codec, operation=section.operation
        )
        fields = [pa.field(STORE_ID, pa.int64(), nullable=False)]
        for field in self._builder.schema:
            is_key = field.name == self._key
            fields.append(pa.field(field.name, self._key_type, nullable=False) if is_key else field)
        fields.append(pa.field(SEQUENCE, pa.int64(), nullable=False))
        fields.append(pa.field(DELETED, pa.bool_(), nullable=False))
        self._schema = pa.schema(fields)
        self._clear()

    def _clear(self) -> None:
        self._stores: list[int] = []
        self._keys: list[int | str] = []
        self._sequences: list[int] = []
        self._deleted: list[tuple[int, int | str, int]] = []

    @property
    def is_empty(self) -> bool:
        """Whether there are no rows."""
        return not self._stores and not self._deleted

    @property
    def is_full(self) -> bool:
        """Whether a table should be taken now, to bound the memory."""
        return self._builder.size >= _MAX_SIZE or len(self._stores) + len(self._deleted) >= _MAX_ROWS

    def add(self, part: ReadPart) -> None:
        """Add rows. Their deletions come before their items."""
        if part.deleted:
            sequence = self._next_sequence()
            self._deleted += [(part.store_id, key, sequence) for key in part.deleted]
        if part.items:
            count = len(part.items)
            self._builder.add(part.items)
            self._stores += [part.store_id] * count
            self._keys += part.keys
            self._sequences += [self._next_sequence()] * count

    def _next_sequence(self) -> int:
        # Later runs have higher numbers, too, even if their state was lost.
        self.last_sequence = max(self.last_sequence + 1, time.time_ns() // 1000)
        return self.last_sequence

    def take(self) -> pa.Table:
        """Return a table of the rows added since the last call."""
        items = self._builder.take()
        columns = dict(zip(items.schema.names, items.columns, strict=True))
        columns |= self._own_columns(self._stores, self._keys, self._sequences, is_deleted=False)
        tables = [pa.Table.from_arrays([columns[name] for name in self._schema.names], schema=self._schema)]
        if self._deleted:
            stores, keys, sequences = zip(*self._deleted, strict=True)
            own = self._own_columns(stores, keys, sequences, is_deleted=True)
            arrays = [
                own[field.name] if field.name in own else pa.nulls(len(stores), field.type) for field in self._schema
            ]
            tables.append(pa.Table.from_arrays(arrays, schema=self._schema))
        self._clear()
        return pa.concat_tables(tables)

    def _own_columns(
        self, stores: Sequence[int], keys: Sequence[int | str], sequences: Sequence[int], *, is_deleted: bool
    ) -> dict[str, pa.Array]:
        columns = {
            STORE_ID: pa.array(stores, pa.int64()),
            SEQUENCE: pa.array(sequences, pa.int64()),
            DELETED: pa.repeat(pa.scalar(is_deleted), len(stores)),
        }
        if self._key:
            columns[self._key] = pa.array(keys, self._key_type)
        return columns


def problems_table(problems: Iterable[Problem]) -> pa.Table:
    """Return problems as a table."""
    rows = [
        {
            STORE_ID: problem.store_id,
            "section": problem.section,
            "kind": problem.kind,
            "error": None if problem.error is None else type(problem.error).__name__,
            "message": problem.message,
            "occurred_at": datetime.fromtimestamp(problem.at, UTC),
        }
        for problem in problems
    ]
    return pa.Table.from_pylist(rows, _PROBLEMS)
