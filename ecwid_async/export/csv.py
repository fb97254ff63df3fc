"""CSV as in RFC 4180: UTF-8, with a header, and lines that end in CR LF."""

import re
from collections.abc import Iterator, Sequence
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
    join_texts,
)

__all__ = ["CsvWriter"]

_FORMULA_STARTS: Final = (b"=", b"+", b"-", b"@", b"\t", b"\r")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_QUOTED_SEPARATOR: Final = b'"%b"' % SEPARATOR
# A number or boolean that the server sent as text, in its quotes.
_QUOTED_LITERAL: Final = re.compile(rb'"(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false)"')
_TO_QUOTE: Final = re.compile(rb'[",\r\n]')
_decode_texts: Final = msgspec.json.Decoder(list[str | None]).decode

Cells: TypeAlias = Sequence[bytes | msgspec.Raw]


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
        if bom:
            stream.write(_BYTE_ORDER_MARK)
        self._write_rows([[name.encode()] for name in (*self._store_id_cells, *_column_names(self._columns), EXTRA)])

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page. Raises `DecodeError` for an item that is not a JSON object in UTF-8."""
        self.write_rows(self._reader.read(items))

    def read_page(self, page: bytes, names: Sequence[str]) -> tuple[Rows, list[list[Any]]] | None:
        """Read a page at once: see `RowReader.read_page`."""
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
            self._write_rows(
                [
                    *([cell] * len(read) for cell in self._store_id_cells.values()),
                    *columns,
                    _json_cells([rest or b"" for rest in read.rests]),
                ]
            )
        except DECODE_ERRORS:
            self._reader.split_items(read)  # raises the error that names the item
            raise
        self.item_count += len(read)

    def finish(self) -> None:
        """Finish the compressed stream."""
        self._stream.finish()

    def _write_rows(self, columns: Sequence[Cells]) -> None:
        rows = [b",".join(row) for row in zip(*columns, strict=True)]
        self._stream.write(b"\r\n".join([*rows, b""]))

    def _cells(self, struct: StructColumn, rows: Sequence[Any]) -> Iterator[Cells]:
        """Yield the cells of each column of `struct`, a column at a time."""
        values_by_name = dict(zip(struct.seen, zip(*map(msgspec.structs.astuple, rows), strict=True), strict=False))
        blank = [b""] * len(rows)
        for name, column in struct.fields.items():
            if name not in values_by_name:
                for _ in _column_names(column):
                    yield blank
            elif isinstance(column, StructColumn):
                empty = column.empty_row
                yield from self._cells(column, [empty if value is None else value for value in values_by_name[name]])
            elif isinstance(column, ScalarColumn) and column.kind == "quoted":
                yield self._text_cells(values_by_name[name])
            else:
                yield _json_cells(
                    values_by_name[name], unquote=isinstance(column, ScalarColumn) and column.kind == "literal"
                )

    def _text_cells(self, values: Cells) -> Cells:
        """Return the cells of JSON texts."""
        joined = join_texts(values)
        if not is_utf8(joined):
            raise _NotText
        cells = joined[1:-1].split(_QUOTED_SEPARATOR)
        if len(cells) == len(values) and joined[:1] == joined[-1:] == b'"' and b"\\" not in joined:
            # All are texts without escapes, and so without line breaks and quotes.
            if self._spreadsheet_safe:
                cells = [b"'" + cell if cell.startswith(_FORMULA_STARTS) else cell for cell in cells]
            return [b'"%b"' % cell if b"," in cell else cell for cell in cells] if b"," in joined else cells
        texts = [b"" if text == b"null" else text for text in joined.split(SEPARATOR)]
        if any(text and text[:1] != b'"' for text in texts):
            raise _NotText
        cells = [
            (text or "").encode() for text in _decode_texts(b"[%b]" % b",".join([text or b"null" for text in texts]))
        ]
        if self._spreadsheet_safe:
            cells = [b"'" + cell if cell.startswith(_FORMULA_STARTS) else cell for cell in cells]
        return [b'"%b"' % cell.replace(b'"', b'""') if _TO_QUOTE.search(cell) else cell for cell in cells]


def _json_cells(values: Cells, *, unquote: bool = False) -> Cells:
    """Return the cells of JSON. With `unquote`, numbers and booleans that the server sent as text lose their quotes."""
    joined = join_texts(values)
    if not joined.isascii():
        joined.decode()  # raises `UnicodeDecodeError`: see `is_utf8`
    has_null, has_quote, has_break = b"null" in joined, b'"' in joined, b"\n" in joined or b"\r" in joined
    if not (has_null or has_quote or has_break or b"," in joined):
        return values
    if unquote and has_quote:
        cells = [match[1] if (match := _QUOTED_LITERAL.fullmatch(cell)) else cell for cell in joined.split(SEPARATOR)]
        joined = SEPARATOR.join(cells)
    cells = joined.replace(b'"', b'""').split(SEPARATOR)
    if has_null:
        cells = [b"" if cell == b"null" else cell for cell in cells]
    if has_break:
        return [b'"%b"' % cell if _TO_QUOTE.search(cell) else cell for cell in cells]
    return [b'"%b"' % cell if b'"' in cell or b"," in cell else cell for cell in cells]


def _column_names(column: Column, path: str = "") -> list[str]:
    """Return the names of a column's CSV columns: one, or for an object one for each value in it."""
    if not isinstance(column, StructColumn):
        return [path]
    return [
        name for inner, child in column.fields.items() for name in _column_names(child, f"{path}.{inner}".lstrip("."))
    ]
