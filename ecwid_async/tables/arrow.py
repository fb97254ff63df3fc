"""Items as Arrow tables: typed columns from the models, `_extra` for what they can't hold."""

import gc
import struct
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import aclosing
from datetime import UTC, date, datetime
from itertools import chain, groupby, repeat
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from ecwid_async.codec import Codec, Projection, parse_selection
from ecwid_async.errors import ConfigError
from ecwid_async.tables.rows import (
    EXTRA,
    PRECISION,
    SCALE,
    STORE_ID,
    Fields,
    Items,
    Node,
    Reader,
    Record,
    Scalar,
    record_of,
)
from ecwid_async.wire import Request

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError:
    raise ConfigError("tables need pyarrow: pip install 'ecwid-async[arrow]'") from None

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["Decimals", "Tables", "table_of", "to_pandas", "to_polars"]

Decimals: TypeAlias = Literal["exact", "float64"]

_PAGE: Final = 256  # items taken apart at a time: more would not fit into a processor's own cache
_BATCH: Final = 2048  # items of which columns are made at a time: till then they wait as they came
_MOST_KNOWN: Final = 8192  # different objects or lists of a column that are kept for the next batch
_BETWEEN: Final = "\x1e"  # stands in no JSON
_ZONE: Final = " +0000"
_DECIMAL: Final = rf"^-?\d{{1,{PRECISION - SCALE}}}(\.\d{{1,{SCALE}}})?$"
_SECONDS: Final = len("2024-09-04 07:20:11")

_TYPES: Final = {
    "bool": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", "UTC"),
    "decimal": pa.decimal128(PRECISION, SCALE),
    "float": pa.float64(),
    "int": pa.int64(),
    "json": pa.string(),
    "text": pa.string(),
}
# Arrow has a year 0 and years before it; Python, which reads the columns, has none.
_FIRST: Final = {
    "date": pa.scalar(date(1, 1, 1), _TYPES["date"]),
    "datetime": pa.scalar(datetime(1, 1, 1, tzinfo=UTC), _TYPES["datetime"]),
}
_NONE: Final = {kind: pa.nulls(0, type_) for kind, type_ in _TYPES.items()}
_NO_LIST: Final = -1  # as the length of one
_MISSING: Final = pa.scalar(None, pa.string())
_ABSENT: Final = pa.scalar("")
_NULL: Final = pa.scalar("null")


def _type(node: Node) -> pa.DataType:
    if isinstance(node, Scalar):
        return _TYPES[node.kind]
    if isinstance(node, Items):
        return pa.list_(_type(node.element))
    return pa.struct([pa.field(name, _type(child)) for name, child in node.fields.items()])


def _schema(record: Record) -> pa.Schema:
    return pa.schema([*_type(record), pa.field(EXTRA, pa.string())])


class Tables:
    """Collects items and hands them out as tables of one `schema`.

    An exact decimal has 38 digits, 18 of them after the point; a number that does not fit is kept in `_extra`, as
    whatever else no column holds. With `store_id`, that is the first column. `codec` hears of what does not fit its
    column, under the name of the `operation`.
    """

    def __init__(
        self,
        model: type[object] | Projection[Any],
        fields: Fields | None = None,
        *,
        decimals: Decimals = "exact",
        closed: bool | None = None,
        store_id: int | None = None,
        codec: Codec | None = None,
        operation: str = "rows",
    ) -> None:
        if decimals not in ("exact", "float64"):
            raise ConfigError(f'decimals must be "exact" or "float64", not {decimals!r}')
        record = record_of(model, fields, closed=closed)
        if decimals == "float64":
            _as_floats(record)
        self._items_schema = _schema(record)
        self._store_id = store_id
        self.schema: pa.Schema = self._items_schema
        if store_id is not None:
            self.schema = self.schema.insert(0, pa.field(STORE_ID, pa.int64(), nullable=False))
        codec = Codec() if codec is None else codec
        # Most objects and lists of an item are those of many others, too, or empty: each different one is read once.
        shallow: dict[str, Node] = {
            name: node if isinstance(node, Scalar) else Scalar("json") for name, node in record.fields.items()
        }
        self._nested = {
            name: _Repeated(name, node, codec, operation)
            for name, node in record.fields.items()
            if not isinstance(node, Scalar)
        }
        self._rows = _Rows(Record(shallow, record.closed), codec, operation, self._expand)

    @property
    def rows(self) -> int:
        """How many items are held."""
        return self._rows.count

    @property
    def size(self) -> int:
        """How many bytes they are in columns, but for the last few thousand."""
        return self._rows.size

    def add(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Take items, each a JSON object. Raises `DecodeError` for what is none, at the latest in `take`."""
        self._rows.add(items)

    def take(self) -> pa.Table:
        """A table of what was collected, which is held no longer."""
        table = pa.Table.from_batches(self._rows.take(), schema=self._items_schema)
        if self._store_id is None:
            return table
        field = self.schema.field(0)
        return table.add_column(0, field, pa.repeat(pa.scalar(self._store_id, field.type), table.num_rows))

    def _expand(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch, with the objects and lists in it read."""
        *columns, extra = batch.columns
        rests: dict[int, list[str]] = {}
        for position, name in enumerate(batch.schema.names[:-1]):
            if name in self._nested:
                columns[position] = self._nested[name].read(columns[position], rests)
        if rests:
            texts = extra.to_pylist()
            for row, more in rests.items():
                # Objects, none of them empty, that have no key in common.
                inside = [text[1:-1] for text in (texts[row], *more) if text]
                texts[row] = "{" + ",".join(inside) + "}"
            extra = pa.array(texts, pa.string())
        return pa.RecordBatch.from_arrays([*columns, extra], schema=self._items_schema)


class _Repeated:
    """A column of objects or lists, of which each different text is read once and then repeated."""

    def __init__(self, name: str, node: Node, codec: Codec, operation: str) -> None:
        self._record = Record({name: node})
        self._rows = _Rows(self._record, codec, operation)
        self._head = msgspec.json.encode(name)
        self._forget()

    def _forget(self) -> None:
        self._known: dict[str, int] = {}
        self._values = pa.nulls(0, _type(self._record).field(0).type)
        self._rests: list[str | None] = []

    def read(self, texts: pa.Array, rests: dict[int, list[str]]) -> pa.Array:
        """What the texts say. What no column can hold is added to the rests, by row."""
        encoded = texts.dictionary_encode()
        different = encoded.dictionary.to_pylist()
        new = [text for text in different if text not in self._known]
        if 2 * len(new) > len(different) or len(self._known) + len(new) > _MOST_KNOWN:
            self._forget()  # what was known before is of little use
            new = different
        if new:
            self._learn(new)
        places = pa.array([self._known[text] for text in different], pa.int32()).take(encoded.indices)
        if any(self._rests):
            for row, place in enumerate(places.to_pylist()):
                if place is not None and (rest := self._rests[place]):
                    rests.setdefault(row, []).append(rest)
        return self._values.take(places)

    def _learn(self, texts: list[str]) -> None:
        self._known |= {text: place for place, text in enumerate(texts, len(self._known))}
        self._rows.add([b"{%b:%b}" % (self._head, text.encode()) for text in texts])
        for batch in self._rows.take():
            values, extra = batch.columns
            self._values = pa.concat_arrays([self._values, values])
            self._rests += extra.to_pylist()


class _Rows:
    """Reads items and makes batches of columns, as `record` has them; `finish` gets each for a last touch.

    `count` items are held, of which the batches that are made already have `size` bytes.
    """

    def __init__(
        self,
        record: Record,
        codec: Codec,
        operation: str,
        finish: Callable[[pa.RecordBatch], pa.RecordBatch] = lambda batch: batch,
    ) -> None:
        self._record = record
        self._schema = _schema(record)
        self._finish = finish
        self._reader = Reader(record, self._close, codec=codec, operation=operation)
        self.count = 0
        self.size = 0
        self._waiting: list[bytes | msgspec.Raw] = []
        self._batches: list[pa.RecordBatch] = []
        self._begin()

    def _begin(self) -> None:
        self._parts: list[list[Any]] = []
        self._held = 0

    def add(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Take items."""
        self._waiting += items
        self.count += len(items)
        if len(self._waiting) >= _BATCH:
            self._make()

    def _make(self) -> None:
        """Make a batch of what waits: many items at once, for between other work each costs twice as much."""
        items, self._waiting = self._waiting, []
        # The many objects that a page is for a moment hold no cycles: a collector that looks through them costs a
        # tenth of the whole, and finds nothing.
        collects = gc.isenabled()
        gc.disable()
        try:
            for start in range(0, len(items), _PAGE):
                self._add(items[start : start + _PAGE])
        finally:
            if collects:
                gc.enable()
        self._close()

    def _add(self, items: Sequence[bytes | msgspec.Raw], rests: Sequence[bytes | None] | None = None) -> None:
        rows, left = self._reader.read(items)
        page = _Page()
        page.record(self._record, rows)
        page.scalar("text", left if rests is None else rests)
        try:
            parts = page.parts()
        except (pa.ArrowException, OverflowError):
            # Somewhere is a number with too many digits, or a date that is none: each item is looked at.
            if rests is not None:
                raise
            fitted = self._reader.fitted(items)
            self._add([clean for clean, _ in fitted], [rest for _, rest in fitted])
            return
        if not self._parts:
            self._parts = [[] for _ in parts]
        for held, part in zip(self._parts, parts, strict=True):
            held.append(part)
        self._held += len(items)

    def _close(self) -> None:
        """Make columns of what is held, by the slots that it was read with."""
        if self._held:
            parts = iter(self._parts)
            arrays = [*_columns(self._record, parts, self._held), _joined(next(parts), "text")]
            batch = self._finish(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
            self._batches.append(batch)
            self.size += batch.nbytes
        self._begin()

    def take(self) -> list[pa.RecordBatch]:
        """What was collected, which is held no longer."""
        if self._waiting:
            self._make()
        batches, self._batches = self._batches, []
        self.count = self.size = 0
        return batches


def _as_floats(node: Node) -> None:
    if isinstance(node, Scalar):
        node.kind = "float" if node.kind == "decimal" else node.kind
    elif isinstance(node, Items):
        _as_floats(node.element)
    else:
        for child in node.fields.values():
            _as_floats(child)


class _Page:
    """The values of some items, taken apart.

    What a column needs comes in the order of its parts: of an object which of them are there, of a list how long each
    is, then what is inside. Whole numbers and flags stay in buffers of Python's own until columns are made of them.
    Other values of one kind lie together and become one array for all columns: one call for many is cheaper.
    """

    def __init__(self) -> None:
        self._pools: dict[str, list[Any]] = {kind: [] for kind in _TYPES}
        self._parts: list[Any] = []

    def scalar(self, kind: str, column: Sequence[Any]) -> None:
        """One value after the other."""
        if kind in ("int", "bool"):
            try:
                self._parts.append(_packed(column) if kind == "int" else bytes(column))
            except (struct.error, TypeError):  # some are missing
                self._parts.append(pa.array(column, _TYPES[kind]))
            return
        pool = self._pools[kind]
        self._parts.append((kind, len(pool), len(column)))
        pool.extend(column)

    def record(self, record: Record, rows: Sequence[Any]) -> None:
        """The fields of objects that are all there."""
        columns = zip(*map(msgspec.structs.astuple, rows), strict=True) if rows else repeat(())
        for (name, node), column in zip(record.seen.items(), columns, strict=False):
            if name not in record.unknown:
                self._column(node, column)

    def _column(self, node: Node, column: Sequence[Any]) -> None:
        if isinstance(node, Scalar):
            self.scalar(node.kind, column)
        elif isinstance(node, Record):
            if all(column):
                self._parts.append(b"\x01" * len(column))
            else:
                self._parts.append(bytes([value is not None for value in column]))
                empty = node.empty
                column = [empty if value is None else value for value in column]
            self.record(node, column)
        else:
            try:
                lengths = _packed(map(len, column))
            except TypeError:
                lengths = _packed(_NO_LIST if value is None else len(value) for value in column)
            self._parts.append(lengths)
            self._column(node.element, list(chain.from_iterable(filter(None, column))))

    def parts(self) -> list[Any]:
        """The parts, as arrays and buffers. Raises what pyarrow does where a value does not fit its kind."""
        arrays = {kind: _array(kind, pool) for kind, pool in self._pools.items() if pool}
        return [
            (arrays[part[0]].slice(part[1], part[2]) if part[0] in arrays else _NONE[part[0]])
            if part.__class__ is tuple
            else part
            for part in self._parts
        ]


def _packed(numbers: Iterable[int]) -> bytes:
    values = tuple(numbers)
    return struct.pack(f"{len(values)}q", *values)


def _array(kind: str, pool: list[Any]) -> pa.Array:
    if kind == "json":
        return _split(_BETWEEN.encode().join(pool))
    if kind == "decimal":
        return _decimals(_BETWEEN.encode().join(pool))
    if kind == "datetime":
        moments = pa.array(pool, pa.string())
        texts = pc.utf8_slice_codeunits(moments, 0, -len(_ZONE))
        shortest = pc.min_max(pc.binary_length(texts))["min"].as_py()
        if shortest is not None and (shortest < _SECONDS or not pc.all(pc.ends_with(moments, _ZONE)).as_py()):
            raise pa.ArrowInvalid("not the API's own form of a moment")
        return _in_range(kind, texts.cast(pa.timestamp("us")).cast(_TYPES[kind]))
    if kind == "date":
        return _in_range(kind, pa.array(pool, pa.string()).cast(_TYPES[kind]))
    return pa.array(pool, _TYPES[kind])


def _in_range(kind: str, times: pa.Array) -> pa.Array:
    if pc.any(pc.less(times, _FIRST[kind])).as_py():
        raise pa.ArrowInvalid("a year before the first")
    return times


def _split(texts: bytes) -> pa.Array:
    """Texts of JSON as strings, null for ``null`` and for none."""
    split = pc.split_pattern(pa.array([texts], pa.string()), _BETWEEN).values
    return pc.if_else(pc.or_(pc.equal(split, _ABSENT), pc.equal(split, _NULL)), _MISSING, split)


def _decimals(texts: bytes) -> pa.Array:
    # pyarrow makes other numbers of some that are too large, instead of refusing them.
    split = _split(texts)
    longest = pc.min_max(pc.binary_length(split))["max"].as_py() or 0
    plain = b"e" not in texts and b"E" not in texts
    if not plain or (longest > PRECISION - SCALE and not pc.all(pc.match_substring_regex(split, _DECIMAL)).as_py()):
        raise pa.ArrowInvalid("a number with an exponent, or too many digits")
    return split.cast(_TYPES["decimal"])


def _columns(record: Record, parts: Iterator[list[Any]], length: int) -> list[Any]:
    """The columns of an object, of which there are `length`, from their parts."""
    made = {name: _made(node, parts) for name, node in record.seen.items() if name not in record.unknown}
    return [made[name] if name in made else pa.nulls(length, _type(node)) for name, node in record.fields.items()]


def _made(node: Node, parts: Iterator[list[Any]]) -> pa.Array:
    pieces = next(parts)
    if isinstance(node, Scalar):
        return _joined(pieces, node.kind)
    if isinstance(node, Record):
        there = b"".join(pieces)
        mask = pc.invert(_unpacked(there, "bool")) if b"\x00" in there else None
        return pa.StructArray.from_arrays(_columns(node, parts, len(there)), fields=list(_type(node)), mask=mask)
    lengths = _unpacked(b"".join(pieces), "int")
    missing = pc.equal(lengths, _NO_LIST)
    ends = pc.cumulative_sum(pc.if_else(missing, 0, lengths)).cast(pa.int32())
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    if missing.true_count:
        # Where a list is missing, so is its beginning.
        offsets = pc.if_else(pa.concat_arrays([missing, pa.array([False])]), None, offsets)
    return pa.ListArray.from_arrays(offsets, _made(node.element, parts))


def _joined(pieces: list[Any], kind: str) -> pa.Array:
    """One array of arrays and buffers."""
    arrays: list[pa.Array] = []
    for packed, run in groupby(pieces, lambda piece: piece.__class__ is bytes):
        if packed:
            arrays.append(_unpacked(b"".join(run), kind))
        else:
            arrays.extend(run)
    return arrays[0] if len(arrays) == 1 else pa.concat_arrays(arrays)


def _unpacked(buffer: bytes, kind: str) -> pa.Array:
    if kind == "bool":
        return pa.Array.from_buffers(pa.uint8(), len(buffer), [None, pa.py_buffer(buffer)]).cast(pa.bool_())
    return pa.Array.from_buffers(pa.int64(), len(buffer) // 8, [None, pa.py_buffer(buffer)])


async def table_of(
    pages: AsyncGenerator[Sequence[msgspec.Raw], None],
    model: type[object] | Projection[Any],
    request: Request,
    *,
    decimals: Decimals,
    store_id: int | None,
    codec: Codec,
    without: Collection[str] = (),
) -> pa.Table:
    """A table of all pages of a list, with the columns that were asked for: for `Pages` and `Scan`."""
    fields = None
    for name, value in request.params:
        selection = parse_selection(value).get("items") if name == "responseFields" else None
        if selection is not None and not isinstance(model, Projection):
            fields = {field: inner for field, inner in selection.items() if field not in without}
    tables = Tables(
        model,
        fields,
        decimals=decimals,
        closed=True,
        store_id=store_id,
        codec=codec,
        operation=request.options.operation,
    )
    async with aclosing(pages):
        async for items in pages:
            tables.add(items)
    return tables.take()


def to_polars(table: pa.Table) -> "pl.DataFrame":
    """The table as a frame of polars."""
    try:
        import polars as pl
    except ImportError:
        raise ConfigError("polars is missing: pip install polars") from None
    return pl.DataFrame(table)


def to_pandas(table: pa.Table) -> "pd.DataFrame":
    """The table as a frame of pandas, of Arrow's own types: ids and amounts stay exact where some are missing."""
    try:
        import pandas as pd
    except ImportError:
        raise ConfigError("pandas is missing: pip install pandas") from None
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame
