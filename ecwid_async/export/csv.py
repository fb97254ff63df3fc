"""CSV as in RFC 4180: UTF-8, with a header, and lines that end in CR LF."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, Final, TypeAlias

import msgspec

from ecwid_async.codec import Codec, Projection
from ecwid_async.export.compression import CompressedStream, PlainStream
from ecwid_async.primitives.safe_json import DECODE_ERRORS
from ecwid_async.tables import (
    EXTRA,
    SEPARATOR,
    STORE_ID,
    Column,
    Fields,
    RowReader,
    Rows,
    ScalarColumn,
    StructColumn,
    build_columns,
    flatten,
    is_utf8,
)

__all__ = ["CsvWriter"]

_COMMA: Final = ord(",")
_QUOTE: Final = ord('"')
_CR: Final = ord("\r")
_LF: Final = ord("\n")
_BACKSLASH: Final = ord("\\")
_NULL_START: Final = ord("n")  # not in numbers and booleans
_FORMULA_STARTS: Final = (b"=", b"+", b"-", b"@", b"\t", b"\r")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_QUOTED_SEPARATOR: Final = b'"%b"' % SEPARATOR
# A number or boolean that the server sent as text, in its quotes.
_QUOTED_LITERAL: Final = re.compile(rb'"(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false)"')
_decode_texts: Final = msgspec.json.Decoder(list[str]).decode
_CELL_BY_FLAG: Final = {True: b"true", False: b"false", None: b""}

Values: TypeAlias = Sequence[bytes | msgspec.Raw]
Cells: TypeAlias = tuple[Values, bytes] | bytes
"""The cells of a column, with the quotes around each of them or nothing; or the same text for each row."""


class _NotText(Exception):
    """A column of texts has another value."""


class CsvWriter:
    """Writes items as rows of cells. Values in objects have columns of their own, down to the third level (``a.b.c``).

    Lists, objects with arbitrary keys, and deeper values are written as JSON. Numbers keep their digits, even if the
    server sent them as text. Null, an empty text and a missing field all become an empty cell. The column `_extra` has
    the values that no column fits, as JSON. If `store_id` is given, it is the first column. With `bom`, the file begins
    with a byte order mark.
    """

    def __init__(
        self,
        stream: PlainStream | CompressedStream,
        model: type[object] | Projection[Any],
        fields: Fields | None = None,
        *,
        spreadsheet_safe: bool = False,
        bom: bool = False,
        store_id: int | None = None,
        codec: Codec | None = None,
        operation: str = "export",
    ) -> None:
        self.item_count = 0
        self._stream = stream
        self._spreadsheet_safe = spreadsheet_safe
        self._columns = flatten(build_columns(model, fields))
        self._reader = RowReader(self._columns, codec=codec, operation=operation)
        self._store_id_cells = {} if store_id is None else {STORE_ID: b"%d" % store_id}
        self._extra_column = ScalarColumn("json")
        # The last value that a column had in all rows of a page, with its cell.
        self._same_cells: dict[ScalarColumn, tuple[bytes, bytes]] = {}
        self._varied: set[ScalarColumn] = set()  # columns of JSON whose values are mostly different
        if bom:
            stream.write(_BYTE_ORDER_MARK)
        self._write_rows([name.encode() for name in (*self._store_id_cells, *_column_names(self._columns), EXTRA)], 1)

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page. Raises `DecodeError` for an item that is not a JSON object in UTF-8."""
        self.write_rows(self._reader.read(items))

    def read_page(self, page: bytes, names: Sequence[str]) -> tuple[Rows, list[list[Any]]] | None:
        """Read a page at once: see `RowReader.read_page`."""
        # `write_rows` checks the cells of each column. Fields without a column are skipped.
        if not (self._columns.keep_unknown or is_utf8(page)):
            return None
        return self._reader.read_page(page, names)

    def write_rows(self, read: Rows) -> None:
        """Write items that were read. Raises `DecodeError` for an item that is not a JSON object in UTF-8."""
        read = self._reader.renew(read)
        try:
            try:
                columns = list(self._cells(self._columns, read.rows))
            except _NotText:
                self._reader.split_others(read)
                columns = list(self._cells(self._columns, read.rows))
            rests = [rest or b"" for rest in read.rests]
            columns.append(self._column_cells(self._extra_column, rests) if any(rests) else b"")
            self._write_rows([*self._store_id_cells.values(), *columns], len(read))
        except DECODE_ERRORS:
            self._reader.split_items(read)  # raises the error that names the item
            raise
        self.item_count += len(read)

    def is_quick(self, read: Rows) -> bool:
        """Whether nothing is compressed."""
        return isinstance(self._stream, PlainStream)

    def finish(self) -> None:
        """Finish the compressed stream."""
        self._stream.finish()

    def _write_rows(self, columns: Iterable[Cells], count: int) -> None:
        parts: list[Iterable[bytes | msgspec.Raw]] = []
        between = b""  # what each row has between the cells of one column and the next
        for column in columns:
            if isinstance(column, bytes):
                between += column + b","
            else:
                cells, quote = column
                parts += (repeat(between + quote, count), cells)
                between = quote + b","
        parts.append(repeat(between[:-1] + b"\r\n", count))
        self._stream.write(b"".join(map(b"".join, zip(*parts, strict=True))))

    def _cells(self, struct: StructColumn, rows: Sequence[Any]) -> Iterator[Cells]:
        """Yield the cells of each column of `struct`, a column at a time."""
        values_by_name = dict(zip(struct.seen, zip(*map(msgspec.structs.astuple, rows), strict=True), strict=False))
        for name, column in struct.fields.items():
            values = values_by_name.get(name)
            if values is None:
                yield _blank_cells(column)
            elif isinstance(column, ScalarColumn):
                yield _flag_cells(values) if column.kind == "flag" else self._column_cells(column, values)
            elif isinstance(column, StructColumn):
                if _are_same(values):
                    values = values[:1]  # the cells of one row are those of all rows
                empty = column.empty_row
                yield from self._cells(column, [empty if value is None else value for value in values])

    def _column_cells(self, column: ScalarColumn, values: Values) -> Cells:
        """Return the cells of a column of JSON values."""
        if not _are_same(values):
            return self._convert(column, values)
        # Most columns of a page have one value, and many of them the same one on the next page.
        value = bytes(values[0])
        last_value, same_cell = self._same_cells.get(column, (None, b""))
        if value != last_value:
            (cell,), quote = self._convert(column, [value])
            same_cell = b"".join((quote, cell, quote))
            self._same_cells[column] = value, same_cell
        return same_cell

    def _convert(self, column: ScalarColumn, values: Values) -> tuple[Values, bytes]:
        """Return the cells of JSON values."""
        joined = SEPARATOR.join(values)
        if not is_utf8(joined):
            if column.kind == "quoted":
                raise _NotText
            joined.decode()  # raises `UnicodeDecodeError`
        if column.kind == "quoted":
            return self._text_cells(values, joined)
        has_quote = _QUOTE in joined
        if not (has_quote or _COMMA in joined or _NULL_START in joined or _LF in joined or _CR in joined):
            return values, b""
        if has_quote and column.kind == "literal":
            joined = SEPARATOR.join(
                [match[1] if (match := _QUOTED_LITERAL.fullmatch(text)) else text for text in joined.split(SEPARATOR)]
            )
        elif has_quote and len(values) > 1 and column not in self._varied:
            texts = joined.split(SEPARATOR)
            distinct = set(texts)
            if 2 * len(distinct) <= len(texts):
                cells, quote = _json_cells(SEPARATOR.join(distinct))
                cell_by_text = dict(zip(distinct, cells, strict=True))
                return [cell_by_text[text] for text in texts], quote
            self._varied.add(column)
        return _json_cells(joined)

    def _text_cells(self, values: Values, joined: bytes) -> tuple[Values, bytes]:
        """Return the cells of JSON texts."""
        cells = joined[1:-1].split(_QUOTED_SEPARATOR)
        if len(cells) != len(values) or not joined[:1] == joined[-1:] == b'"':
            # Some are missing or null.
            joined = SEPARATOR + SEPARATOR.join([text or b'""' for text in values])
            joined = joined.replace(SEPARATOR + b"null", SEPARATOR + b'""')[1:]
            cells = joined[1:-1].split(_QUOTED_SEPARATOR)
            if len(cells) != len(values) or not joined[:1] == joined[-1:] == b'"':
                raise _NotText
        if _BACKSLASH in joined:
            cells = [text.encode() for text in _decode_texts(b'["%b"]' % b'","'.join(cells))]
            if self._spreadsheet_safe:
                cells = [b"'" + cell if cell.startswith(_FORMULA_STARTS) else cell for cell in cells]
            return _quote([cell.replace(b'"', b'""') for cell in cells], b"".join(cells))
        if self._spreadsheet_safe:
            cells = [b"'" + cell if cell.startswith(_FORMULA_STARTS) else cell for cell in cells]
        return _quote(cells, joined) if _COMMA in joined else (cells, b"")


def _are_same(values: Sequence[object]) -> bool:
    """Whether a column has the same value in all rows."""
    return values[0] == values[-1] and values.count(values[0]) == len(values)


def _flag_cells(values: Sequence[bool | None]) -> Cells:
    """Return the cells of booleans."""
    if _are_same(values):
        return _CELL_BY_FLAG[values[0]]
    return [_CELL_BY_FLAG[value] for value in values], b""


def _json_cells(joined: bytes) -> tuple[list[bytes], bytes]:
    """Return the cells of JSON."""
    cells, quote = _quote(joined.replace(b'"', b'""').split(SEPARATOR), joined)
    return [b"" if cell == b"null" else cell for cell in cells] if b"null" in cells else cells, quote


def _quote(cells: list[bytes], joined: bytes) -> tuple[list[bytes], bytes]:
    """Put quotes around cells that need them; return those that all cells need apart."""
    if _LF in joined or _CR in joined:
        need_quotes = [_COMMA in cell or _QUOTE in cell or _LF in cell or _CR in cell for cell in cells]
    elif _COMMA in joined or _QUOTE in joined:
        need_quotes = [_COMMA in cell or _QUOTE in cell for cell in cells]
    else:
        return cells, b""
    if all(need_quotes):
        return cells, b'"'
    return [b'"%b"' % cell if needed else cell for cell, needed in zip(cells, need_quotes, strict=True)], b""


def _blank_cells(column: Column) -> bytes:
    """Return the cells of a column that no row has a value for."""
    return b",".join(map(_blank_cells, column.fields.values())) if isinstance(column, StructColumn) else b""


def _column_names(column: Column, path: str = "") -> list[str]:
    """Return the names of a column's CSV columns: one, or for an object one for each value in it."""
    if not isinstance(column, StructColumn):
        return [path]
    return [
        name for inner, child in column.fields.items() for name in _column_names(child, f"{path}.{inner}".lstrip("."))
    ]
