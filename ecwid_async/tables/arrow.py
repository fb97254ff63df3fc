"""Items as Arrow tables: typed columns from the models, and `_extra` for everything they can't hold."""

import gc
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import chain, groupby, repeat
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from ecwid_async.codec import Codec, Projection, parse_selection
from ecwid_async.errors import ConfigError
from ecwid_async.tables.columns import (
    EXTRA,
    PRECISION,
    SCALE,
    STORE_ID,
    Column,
    Fields,
    ListColumn,
    ScalarColumn,
    StructColumn,
    build_columns,
)
from ecwid_async.tables.json_texts import SEPARATOR, join_texts
from ecwid_async.tables.rows import RowReader, Rows
from ecwid_async.wire import Request

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError:
    raise ConfigError("tables need pyarrow: pip install 'ecwid-async[arrow]'") from None

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["Decimals", "TableBuilder", "check_library", "create_builder", "to_pandas", "to_polars"]

Decimals: TypeAlias = Literal["exact", "float64"]

_CHUNK_SIZE: Final = 512  # items whose values are converted at a time: more would not fit into a processor core's cache
_BATCH_SIZE: Final = 2048  # items converted to columns at a time
_CACHE_SIZE: Final = 8192  # distinct objects or lists of a column that are kept for the next batch
_ZONE: Final = " +0000"
_DECIMAL: Final = rf"^-?\d{{1,{PRECISION - SCALE}}}(\.\d{{1,{SCALE}}})?$"
_TIME_LENGTH: Final = len("2024-09-04 07:20:11")

_ARROW_TYPES: Final = {
    "bool": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", "UTC"),
    "decimal": pa.decimal128(PRECISION, SCALE),
    "float": pa.float64(),
    "int": pa.int64(),
    "json": pa.string(),
    "text": pa.string(),
}
_EMPTY_ARRAYS: Final = {kind: pa.nulls(0, type_) for kind, type_ in _ARROW_TYPES.items()}
_MISSING_LIST: Final = -1  # stands for the length of a missing list
_SEPARATOR: Final = SEPARATOR.decode()
_MISSING_TEXT: Final = "\x1f"  # stands for a missing text


# `pa.array` and `pa.scalar` import pandas where it is installed, which takes 40 MB. So arrays are made from buffers.
def _numbers(code: Literal["d", "i", "q"], values: Collection[float | None]) -> pa.Array:
    """An array of numbers, with nulls for None. Raises `struct.error` for a number out of range."""
    validity = None
    if None in values:
        validity = _unpack(bytes([value is not None for value in values]), "bool").buffers()[1]
        values = [0 if value is None else value for value in values]
    data = pa.py_buffer(struct.pack(f"{len(values)}{code}", *values))
    return pa.Array.from_buffers(_NUMBER_TYPES[code], len(values), [validity, data])


def _booleans(values: Sequence[bool | None]) -> pa.Array:
    return _numbers("q", values).cast(pa.bool_())


def _texts(*columns: Sequence[str | None]) -> pa.Array:
    """An array of the texts of some columns, with nulls for None."""
    joined: list[bytes] = []
    missing_count = 0
    for values in filter(None, columns):
        try:
            text = _SEPARATOR.join(values)  # type: ignore[arg-type]  # see below
        except TypeError:  # some are missing
            missing_count += values.count(None)
            text = _SEPARATOR.join([_MISSING_TEXT if value is None else value for value in values])
        joined.append(text.encode())  # by column: one character beyond ASCII makes a text slow to encode
    texts = _split(SEPARATOR.join(joined))
    missing = pc.equal(texts, _MISSING_SCALAR)
    if len(texts) == sum(map(len, columns)) and missing.true_count == missing_count:
        return pc.if_else(missing, _NULL_STRING, texts) if missing_count else texts
    builder = pa.lib.StringBuilder()  # slower, but some text contains the separator
    for values in columns:
        builder.append_values(values)
    return builder.finish()


def _split(joined: bytes) -> pa.Array:
    """Split joined texts. Raises pyarrow's error if they are not UTF-8."""
    return pc.split_pattern(_one_text(joined), _SEPARATOR).values


def _one_text(text: bytes) -> pa.Array:
    """An array of one text. Raises pyarrow's error if it is not UTF-8."""
    offsets = pa.py_buffer(struct.pack("2i", 0, len(text)))
    return pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(text)]).cast(pa.string())


def _is_utf8(text: bytes) -> bool:
    """Like `is_utf8`, but decodes nothing, which takes a fourth of the time."""
    try:
        _one_text(text)
    except pa.ArrowException:
        return False
    return True


def _unpack(buffer: bytes, kind: str) -> pa.Array:
    if kind == "bool":
        return pa.Array.from_buffers(pa.uint8(), len(buffer), [None, pa.py_buffer(buffer)]).cast(pa.bool_())
    return pa.Array.from_buffers(pa.int64(), len(buffer) // 8, [None, pa.py_buffer(buffer)])


_NUMBER_TYPES: Final = {"d": pa.float64(), "i": pa.int32(), "q": pa.int64()}
_NULL_STRING: Final = pa.nulls(1, pa.string())[0]
_NULL_OFFSET: Final = pa.nulls(1, pa.int32())[0]
_ZERO: Final = _numbers("q", [0])[0]
_MISSING_LENGTH: Final = _numbers("q", [_MISSING_LIST])[0]
_MISSING_SCALAR: Final = _split(_MISSING_TEXT.encode())[0]
_EMPTY_TEXT: Final = _split(b"")[0]
_NULL_TEXT: Final = _split(b"null")[0]
# Arrow has a year 0 and earlier ones; Python, which reads the columns, does not.
_EARLIEST: Final = {
    kind: _split(b"0001-01-01").cast(pa.timestamp("us")).cast(_ARROW_TYPES[kind])[0] for kind in ("date", "datetime")
}


def _arrow_type(column: Column) -> pa.DataType:
    if isinstance(column, ScalarColumn):
        return _ARROW_TYPES[column.kind]
    if isinstance(column, ListColumn):
        return pa.list_(_arrow_type(column.element))
    return pa.struct([pa.field(name, _arrow_type(child)) for name, child in column.fields.items()])


def _schema(columns: StructColumn) -> pa.Schema:
    return pa.schema([*_arrow_type(columns), pa.field(EXTRA, pa.string())])


class TableBuilder:
    """Collects items and builds tables of one `schema` from them.

    For `fields` and `keep_unknown`, see `build_columns`. An exact decimal has 38 digits, 18 of them after the point; a
    number that does not fit goes to `_extra`, like everything else that no column can hold. With `store_id`, the first
    column holds it. With `nested="json"`, objects and lists are their JSON texts as received. Values that do not fit
    their column are reported to `codec` under `operation`. Raises `ConfigError` for invalid `decimals` or `fields`.
    """

    def __init__(
        self,
        model: type[object] | Projection[Any],
        fields: Fields | None = None,
        *,
        decimals: Decimals = "exact",
        nested: Literal["columns", "json"] = "columns",
        keep_unknown: bool | None = None,
        store_id: int | None = None,
        codec: Codec | None = None,
        operation: str = "rows",
    ) -> None:
        if decimals not in ("exact", "float64"):
            raise ConfigError(f'decimals must be "exact" or "float64", not {decimals!r}')
        columns = build_columns(model, fields, keep_unknown=keep_unknown)
        if decimals == "float64":
            _use_floats(columns)
        # Most objects and lists occur in many items or are empty: they are read as JSON, and each distinct text once.
        # Columns of mostly distinct ones are opened after a batch: from then on, they are read with the items.
        shallow: dict[str, Column] = {
            name: column if isinstance(column, ScalarColumn) else ScalarColumn("json")
            for name, column in columns.fields.items()
        }
        if nested == "json":
            columns = StructColumn(shallow, columns.keep_unknown)
        self._items_schema = _schema(columns)
        self._store_id = store_id
        self.schema: pa.Schema = self._items_schema
        if store_id is not None:
            self.schema = self.schema.insert(0, pa.field(STORE_ID, pa.int64(), nullable=False))
        codec = Codec() if codec is None else codec
        self._nested = {
            name: _NestedColumnReader(name, column, codec, operation)
            for name, column in columns.fields.items()
            if not isinstance(column, ScalarColumn)
        }
        self._batches = _BatchBuilder(
            StructColumn(shallow, columns.keep_unknown),
            self._items_schema,
            codec,
            operation,
            self._read_nested_columns if self._nested else None,
        )

    @property
    def rows(self) -> int:
        """The number of items collected."""
        return self._batches.rows

    @property
    def size(self) -> int:
        """The size of the columns built so far, in bytes, without the last few thousand items."""
        return self._batches.size

    def add(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Add items as JSON objects. Raises `DecodeError` for anything else, here or later."""
        self._batches.add(items)

    def read_page(self, page: bytes, names: Sequence[str]) -> tuple[Rows, list[list[Any]]] | None:
        """Read a page at once: see `RowReader.read_page`. Returns None for a page that is not UTF-8, too."""
        return self._batches.read_page(page, names) if _is_utf8(page) else None

    def add_rows(self, read: Rows) -> None:
        """Add items that were read. Raises `DecodeError` for an item that no row can hold, here or later."""
        self._batches.add_rows(read)

    def is_quick(self, read: Rows) -> bool:
        """Whether `add_rows` only keeps the rows: converting them to columns takes long."""
        return self._batches.is_quick(read)

    def take(self) -> pa.Table:
        """Return a table of the items collected since the last call."""
        table = pa.Table.from_batches(self._batches.take(), schema=self._items_schema)
        if self._store_id is None:
            return table
        field = self.schema.field(0)
        return table.add_column(0, field, pa.repeat(_numbers("q", [self._store_id])[0], table.num_rows))

    def _read_nested_columns(self, arrays: list[pa.Array], opened: Collection[str]) -> dict[str, Column]:
        """Replace the JSON of nested columns by its values. Return the columns to open."""
        rests: dict[int, list[str]] = {}
        distinct: dict[str, Column] = {}
        for position, name in enumerate(self._items_schema.names):
            if name in self._nested and name not in opened:
                reader = self._nested[name]
                arrays[position] = reader.read(arrays[position], rests)
                if reader.mostly_distinct:
                    distinct[name] = reader.column
        if rests:
            texts = arrays[-1].to_pylist()
            for row, more in rests.items():
                # These objects are not empty and have no keys in common.
                members = [text[1:-1] for text in (texts[row], *more) if text]
                texts[row] = "{" + ",".join(members) + "}"
            arrays[-1] = _texts(texts)
        return distinct


class _NestedColumnReader:
    """Reads a column of objects or lists. Each distinct text is read once, and its value repeated.

    `mostly_distinct` is whether that saved little in the last batch, and all its texts were as usual.
    """

    def __init__(self, name: str, column: Column, codec: Codec, operation: str) -> None:
        self.column = column
        self.mostly_distinct = False
        columns = StructColumn({name: column})
        self._type = _arrow_type(column)
        self._batches = _BatchBuilder(columns, _schema(columns), codec, operation)
        self._key = msgspec.json.encode(name)
        self._clear_cache()

    def _clear_cache(self) -> None:
        self._positions: dict[str, int] = {}
        self._values = self._repeated = pa.nulls(0, self._type)
        self._repeated_position = -1
        self._rests: list[str | None] = []

    def read(self, texts: pa.Array, rests: dict[int, list[str]]) -> pa.Array:
        """Read JSON texts. Adds the rest of each to `rests`, by row."""
        encoded = texts.dictionary_encode()
        distinct = encoded.dictionary.to_pylist()
        new = [text for text in distinct if text not in self._positions]
        if 2 * len(new) > len(distinct) or len(self._positions) + len(new) > _CACHE_SIZE:
            self._clear_cache()  # it has few hits, or is full
            new = distinct
        split_count = self._batches.split_count
        if new:
            self._add_to_cache(new)
        is_usual = self._batches.split_count == split_count and not self.column.has_unknown
        self.mostly_distinct = is_usual and 2 * len(new) > len(texts)
        positions = _numbers("i", [self._positions[text] for text in distinct]).take(encoded.indices)
        if any(self._rests):
            for row, position in enumerate(positions.to_pylist()):
                if position is not None and (rest := self._rests[position]):
                    rests.setdefault(row, []).append(rest)
        if len(distinct) == 1 and not texts.null_count:
            return self._repeat(self._positions[distinct[0]], positions)
        return self._values.take(positions)

    def _repeat(self, position: int, positions: pa.Array) -> pa.Array:
        """Return the value at a position for all `positions`. Batches of the same value share their memory."""
        if position != self._repeated_position or len(self._repeated) < len(positions):
            self._repeated_position, self._repeated = position, self._values.take(positions)
        return self._repeated[: len(positions)]

    def _add_to_cache(self, texts: list[str]) -> None:
        self._positions |= {text: position for position, text in enumerate(texts, len(self._positions))}
        self._batches.add([b"{%b:%b}" % (self._key, text.encode()) for text in texts])
        for batch in self._batches.take():
            values, extra = batch.columns
            self._values = pa.concat_arrays([self._values, values])
            self._rests += extra.to_pylist()


class _BatchBuilder:
    """Reads items and builds record batches of `columns`.

    `finish` turns the arrays of a batch into those of `schema`, given the names of the open columns, and returns the
    columns to open. `rows` is the number of items collected, `size` the size of the batches built so far, in bytes.
    """

    def __init__(
        self,
        columns: StructColumn,
        schema: pa.Schema,
        codec: Codec,
        operation: str,
        finish: Callable[[list[pa.Array], Collection[str]], Mapping[str, Column]] | None = None,
    ) -> None:
        self._columns = columns
        self._schema = schema
        self._finish = finish
        self._distinct: Mapping[str, Column] = {}
        # Other slots change the parts of a chunk, so a batch is built from the items before.
        self._reader = RowReader(columns, self._build_batch, codec=codec, operation=operation)
        self.rows = 0
        self.size = 0
        self._read: list[Rows] = []
        self._split_count = 0
        self._batches: list[pa.RecordBatch] = []
        self._clear_parts()

    def _clear_parts(self) -> None:
        self._parts: list[list[Any]] = []
        self._rows_in_parts = 0

    def add(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        for start in range(0, len(items), _CHUNK_SIZE):
            self.add_rows(self._reader.read(items[start : start + _CHUNK_SIZE]))

    def read_page(self, page: bytes, names: Sequence[str]) -> tuple[Rows, list[list[Any]]] | None:
        return self._reader.read_page(page, names)

    def add_rows(self, read: Rows) -> None:
        self._read.append(self._reader.renew(read))
        self.rows += len(read)
        if sum(map(len, self._read)) >= _CHUNK_SIZE:
            self._convert_rows()
        if self._rows_in_parts >= _BATCH_SIZE:
            self._build_columns()
            if self._reader.split_count == self._split_count:
                self._reader.open_columns(self._distinct)
            self._split_count = self._reader.split_count

    def _convert_rows(self) -> None:
        """Convert the rows read so far to parts."""
        read, self._read = self._read, []
        # The values are short-lived and contain no cycles. Garbage collection would find nothing, and take a tenth of
        # the time.
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            self._add_parts(read)
        finally:
            if was_enabled:
                gc.enable()

    def is_quick(self, read: Rows) -> bool:
        return sum(map(len, self._read), len(read)) < _CHUNK_SIZE and self._reader.is_current(read)

    def _add_parts(self, read: list[Rows]) -> None:
        try:
            self._add_chunk([row for page in read for row in page.rows], [rest for page in read for rest in page.rests])
        except (pa.ArrowException, OverflowError):
            # A number has too many digits, or a date is invalid.
            if self._reader.close_columns():
                self._add_parts([self._reader.renew(page) for page in read])
            elif len(read) > 1:
                for page in read:
                    self._add_parts([page])
            else:
                split = self._reader.split_items(*read)
                held = self._reader.read([held for held, _ in split])
                self._add_chunk(held.rows, [rest for _, rest in split])

    def _add_chunk(self, rows: list[Any], rests: list[bytes | None]) -> None:
        chunk = _Chunk()
        chunk.add_struct(self._columns, rows)
        if any(rests):
            chunk.add_scalars("json", [rest or b"" for rest in rests])
        else:
            chunk.add_missing("json", len(rests))
        parts = chunk.parts()
        if not self._parts:
            self._parts = [[] for _ in parts]
        for pieces, part in zip(self._parts, parts, strict=True):
            pieces.append(part)
        self._rows_in_parts += len(rows)

    def _build_batch(self) -> None:
        """Build columns from all items read so far."""
        if self._read:
            self._convert_rows()
        self._build_columns()

    def _build_columns(self) -> None:
        """Build columns from the parts of the chunks read so far."""
        if self._rows_in_parts:
            self._parts.reverse()
            parts = iter(self._parts.pop, None)  # frees the parts of each column once its array exists
            arrays = [*_struct_arrays(self._columns, parts, self._rows_in_parts), _concatenate(next(parts), "json")]
            if self._finish is not None:
                self._distinct = self._finish(arrays, self._reader.opened)
            batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
            self._batches.append(batch)
            self.size += batch.nbytes
        self._clear_parts()

    @property
    def split_count(self) -> int:
        return self._reader.split_count

    def take(self) -> list[pa.RecordBatch]:
        """Return the batches of the items collected since the last call."""
        self._build_batch()
        batches, self._batches = self._batches, []
        self.rows = self.size = 0
        return batches


def _use_floats(column: Column) -> None:
    if isinstance(column, ScalarColumn):
        column.kind = "float" if column.kind == "decimal" else column.kind
    elif isinstance(column, ListColumn):
        _use_floats(column.element)
    else:
        for child in column.fields.values():
            _use_floats(child)


class _Chunk:
    """The values of some items, as parts in the order of the columns.

    A column of objects has a part with the presence of each, a column of lists one with their lengths; the parts of the
    values inside follow. Integers and booleans stay in plain buffers until columns are built. Other values of one kind
    are pooled and become one array for all columns, because one call for many values is cheaper.
    """

    def __init__(self) -> None:
        self._pools: dict[str, list[Sequence[Any]]] = {kind: [] for kind in _ARROW_TYPES}
        self._sizes = dict.fromkeys(_ARROW_TYPES, 0)
        self._parts: list[Any] = []

    def add_scalars(self, kind: str, values: Sequence[Any]) -> None:
        if kind in ("int", "bool"):
            try:
                self._parts.append(_pack(values) if kind == "int" else bytes(values))
            except (struct.error, TypeError):  # some are missing
                self._parts.append(_numbers("q", values) if kind == "int" else _booleans(values))
            return
        self._parts.append((kind, self._sizes[kind], len(values)))
        self._pools[kind].append(values)
        self._sizes[kind] += len(values)

    def add_missing(self, kind: str, count: int) -> None:
        self._parts.append(pa.nulls(count, _ARROW_TYPES[kind]))

    def add_struct(self, column: StructColumn, rows: Sequence[Any]) -> None:
        """Add the fields of objects, none of which is missing."""
        columns = zip(*map(msgspec.structs.astuple, rows), strict=True) if rows else repeat(())
        for (name, child), values in zip(column.seen.items(), columns, strict=False):
            if name not in column.unknown:
                self._add_column(child, values)

    def _add_column(self, column: Column, values: Sequence[Any]) -> None:
        if isinstance(column, ScalarColumn):
            self.add_scalars(column.kind, values)
        elif isinstance(column, StructColumn):
            if all(values):
                self._parts.append(b"\x01" * len(values))
            else:
                self._parts.append(bytes([value is not None for value in values]))
                empty = column.empty_row
                values = [empty if value is None else value for value in values]
            self.add_struct(column, values)
        else:
            try:
                lengths = _pack(map(len, values))
            except TypeError:
                lengths = _pack(_MISSING_LIST if value is None else len(value) for value in values)
            self._parts.append(lengths)
            self._add_column(column.element, list(chain.from_iterable(filter(None, values))))

    def parts(self) -> list[Any]:
        """The parts, as arrays and buffers. Raises pyarrow's errors for a value that its kind can't hold."""
        arrays = {kind: _array(kind, pool) for kind, pool in self._pools.items() if self._sizes[kind]}
        return [
            (arrays[part[0]].slice(part[1], part[2]) if part[0] in arrays else _EMPTY_ARRAYS[part[0]])
            if part.__class__ is tuple
            else part
            for part in self._parts
        ]


def _pack(numbers: Iterable[int]) -> bytes:
    values = tuple(numbers)
    return struct.pack(f"{len(values)}q", *values)


def _array(kind: str, columns: list[Sequence[Any]]) -> pa.Array:
    """An array of the values of some columns of one kind."""
    if kind == "json":
        return _split_texts(join_texts(list(chain.from_iterable(columns))))
    if kind == "decimal":
        return _parse_decimals(join_texts(list(chain.from_iterable(columns))))
    if kind == "datetime":
        texts = _texts(*columns)
        times = pc.utf8_slice_codeunits(texts, 0, -len(_ZONE))
        shortest = pc.min_max(pc.binary_length(times))["min"].as_py()
        if shortest is not None and (shortest < _TIME_LENGTH or not pc.all(pc.ends_with(texts, _ZONE)).as_py()):
            raise pa.ArrowInvalid("not a datetime in the API's own format")
        return _check_range(kind, times.cast(pa.timestamp("us")).cast(_ARROW_TYPES[kind]))
    if kind == "date":
        return _check_range(kind, _texts(*columns).cast(_ARROW_TYPES[kind]))
    return _texts(*columns) if kind == "text" else _numbers("d", list(chain.from_iterable(columns)))


def _check_range(kind: str, times: pa.Array) -> pa.Array:
    if pc.any(pc.less(times, _EARLIEST[kind])).as_py():
        raise pa.ArrowInvalid("a year before the year 1")
    return times


def _split_texts(joined: bytes) -> pa.Array:
    """Split joined texts into an array, with nulls for ``null`` and for missing texts."""
    texts = _split(joined)
    missing = pc.or_(pc.equal(texts, _EMPTY_TEXT), pc.equal(texts, _NULL_TEXT))
    return pc.if_else(missing, _NULL_STRING, texts) if missing.true_count else texts


def _parse_decimals(joined: bytes) -> pa.Array:
    # pyarrow accepts some numbers that are too large, and changes them.
    texts = _split_texts(joined)
    longest = pc.min_max(pc.binary_length(texts))["max"].as_py() or 0
    has_exponent = b"e" in joined or b"E" in joined
    if has_exponent or (longest > PRECISION - SCALE and not pc.all(pc.match_substring_regex(texts, _DECIMAL)).as_py()):
        raise pa.ArrowInvalid("a number with an exponent, or with too many digits")
    return texts.cast(_ARROW_TYPES["decimal"])


def _struct_arrays(column: StructColumn, parts: Iterator[list[Any]], length: int) -> list[Any]:
    """Build the arrays of the fields of `length` objects from their parts."""
    arrays = {name: _column_array(child, parts) for name, child in column.seen.items() if name not in column.unknown}
    return [
        arrays[name] if name in arrays else pa.nulls(length, _arrow_type(child))
        for name, child in column.fields.items()
    ]


def _column_array(column: Column, parts: Iterator[list[Any]]) -> pa.Array:
    pieces = next(parts)
    if isinstance(column, ScalarColumn):
        return _concatenate(pieces, column.kind)
    if isinstance(column, StructColumn):
        present = b"".join(pieces)
        mask = pc.invert(_unpack(present, "bool")) if b"\x00" in present else None
        fields = _struct_arrays(column, parts, len(present))
        return pa.StructArray.from_arrays(fields, fields=list(_arrow_type(column)), mask=mask)
    lengths = _unpack(b"".join(pieces), "int")
    missing = pc.equal(lengths, _MISSING_LENGTH)
    ends = pc.cumulative_sum(pc.if_else(missing, _ZERO, lengths)).cast(pa.int32())
    offsets = pa.concat_arrays([_numbers("i", [0]), ends])
    if missing.true_count:
        # A null offset marks a missing list.
        offsets = pc.if_else(pa.concat_arrays([missing, _booleans([False])]), _NULL_OFFSET, offsets)
    return pa.ListArray.from_arrays(offsets, _column_array(column.element, parts))


def _concatenate(pieces: list[Any], kind: str) -> pa.Array:
    """Concatenate arrays and buffers into one array."""
    arrays: list[pa.Array] = []
    for is_buffer, run in groupby(pieces, lambda piece: piece.__class__ is bytes):
        if is_buffer:
            arrays.append(_unpack(b"".join(run), kind))
        else:
            arrays.extend(run)
    return arrays[0] if len(arrays) == 1 else pa.concat_arrays(arrays)


def create_builder(
    model: type[object] | Projection[Any],
    request: Request,
    *,
    decimals: Decimals,
    store_id: int | None,
    codec: Codec,
    exclude: Collection[str] = (),
) -> TableBuilder:
    """Create a builder of a table with the columns that the request of a list selects, except `exclude`."""
    fields = None
    for name, value in request.params:
        selection = parse_selection(value).get("items") if name == "responseFields" else None
        if selection is not None and not isinstance(model, Projection):
            fields = {field: inner for field, inner in selection.items() if field not in exclude}
    return TableBuilder(
        model,
        fields,
        decimals=decimals,
        keep_unknown=True,
        store_id=store_id,
        codec=codec,
        operation=request.options.operation,
    )


def check_library(name: Literal["pandas", "polars"]) -> None:
    """Raise `ConfigError` if a library for data frames is missing, before anything is read for it."""
    if find_spec(name) is None:
        raise ConfigError(f"{name} is missing: pip install {name}")


def to_polars(table: pa.Table) -> "pl.DataFrame":
    """Convert a table to a polars data frame."""
    import polars as pl

    return pl.DataFrame(table)


def to_pandas(table: pa.Table) -> "pd.DataFrame":
    """Convert a table to a pandas data frame with Arrow types, so ids and amounts stay exact next to missing values."""
    import pandas as pd

    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame
