"""CSV as in RFC 4180: UTF-8, with a header, and lines that end in CR LF."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from ecwid_async.codec import Codec, Projection
from ecwid_async.export.compression import CompressedStream, PlainStream
from ecwid_async.tables import (
    EXTRA,
    STORE_ID,
    Column,
    Fields,
    RowReader,
    ScalarColumn,
    StructColumn,
    build_columns,
    flatten,
    join_texts,
    split_texts,
)

__all__ = ["CsvWriter"]

_FORMULA_STARTS: Final = tuple("=+-@\t\r")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# A number or boolean that the server sent as text, in its quotes.
_QUOTED_LITERAL: Final = re.compile(r'"(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false)"')


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
        self._store_id_cells = {} if store_id is None else {STORE_ID: str(store_id)}
        if bom:
            stream.write(_BYTE_ORDER_MARK)
        self._write_rows([(*self._store_id_cells, *_column_names(self._columns), EXTRA)])

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page. Raises `DecodeError` for an item that is not a JSON object in UTF-8."""
        rows, extras = self._reader.read(items)
        store_id_columns = ([value] * len(rows) for value in self._store_id_cells.values())
        try:
            extra_cells = [None if extra is None else extra.decode() for extra in extras]
            columns = list(self._cells(self._columns, rows))
        except UnicodeDecodeError:
            for item in items:
                self._reader.split_item(item)  # raises the error that names the item
            raise
        self._write_rows(zip(*store_id_columns, *columns, extra_cells, strict=True))
        self.item_count += len(items)

    def finish(self) -> None:
        """Finish the compressed stream."""
        self._stream.finish()

    def _write_rows(self, rows: "Iterator[Sequence[str | None]] | list[Sequence[str | None]]") -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._stream.write(text.getvalue().encode())

    def _cells(self, struct: StructColumn, rows: Sequence[Any]) -> Iterator[Sequence[str | None]]:
        """Yield the cells of each column of `struct`, a column at a time."""
        values_by_name = dict(zip(struct.seen, zip(*map(msgspec.structs.astuple, rows), strict=True), strict=False))
        for name, column in struct.fields.items():
            if name not in values_by_name:
                for _ in _column_names(column):
                    yield [None] * len(rows)
            elif isinstance(column, StructColumn):
                empty = column.empty_row
                yield from self._cells(column, [empty if value is None else value for value in values_by_name[name]])
            elif isinstance(column, ScalarColumn) and column.kind == "text":
                yield self._text_cells(values_by_name[name])
            else:
                yield _json_cells(
                    values_by_name[name], unquote=isinstance(column, ScalarColumn) and column.kind == "literal"
                )

    def _text_cells(self, texts: Sequence[str | None]) -> Sequence[str | None]:
        if not self._spreadsheet_safe:
            return texts
        return ["'" + text if text and text.startswith(_FORMULA_STARTS) else text for text in texts]


def _json_cells(values: Sequence[Any], *, unquote: bool) -> list[str]:
    """Write values as JSON. With `unquote`, numbers and booleans that the server sent as text lose their quotes."""
    joined = join_texts(values)
    cells = split_texts(joined)
    if unquote and b'"' in joined:
        cells = [match[1] if (match := _QUOTED_LITERAL.fullmatch(cell)) else cell for cell in cells]
    return cells


def _column_names(column: Column, path: str = "") -> list[str]:
    """Return the names of a column's CSV columns: one, or for an object one for each value in it."""
    if not isinstance(column, StructColumn):
        return [path]
    return [
        name for inner, child in column.fields.items() for name in _column_names(child, f"{path}.{inner}".lstrip("."))
    ]
