"""Items as comma-separated values: RFC 4180, UTF-8, a header, lines that end in CR LF."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from ecwid_async.codec import Codec, Projection
from ecwid_async.export.compression import Compressed, Plain
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

__all__ = ["Csv"]

_FORMULA = tuple("=+-@\t\r")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# A number or a flag that came as text, in its quotes.
_QUOTED: Final = re.compile(r'"(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false)"')


class Csv:
    """A column for each value: inside objects down to the third level, with a dot between the names.

    Lists, objects with free keys and what lies deeper are JSON. Numbers have the digits that came, also where they came
    as text. Null, an empty text and a missing field are all an empty cell. `_extra` holds what has no column, as JSON.
    With `store_id`, that is the first column. With `bom`, a byte order mark comes before the header.
    """

    def __init__(
        self,
        sink: Plain | Compressed,
        model: type[object] | Projection[Any],
        fields: Fields | None = None,
        *,
        spreadsheet_safe: bool = False,
        bom: bool = False,
        store_id: int | None = None,
        codec: Codec | None = None,
        operation: str = "export",
    ) -> None:
        self.lines = 0
        self._sink = sink
        self._safe = spreadsheet_safe
        self._record = flatten(build_columns(model, fields))
        self._reader = RowReader(self._record, codec=codec, operation=operation)
        self._constant = {} if store_id is None else {STORE_ID: str(store_id)}
        if bom:
            sink.write(_BYTE_ORDER_MARK)
        self._write([(*self._constant, *_names(self._record), EXTRA)])

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page."""
        rows, rests = self._reader.read(items)
        constant = ([value] * len(rows) for value in self._constant.values())
        try:
            extra = [None if rest is None else rest.decode() for rest in rests]
            columns = list(self._columns(self._record, rows))
        except UnicodeDecodeError:
            for item in items:
                self._reader.divide(item)  # says which one
            raise
        self._write(zip(*constant, *columns, extra, strict=True))
        self.lines += len(items)

    def finish(self) -> None:
        """Lines need no end; what compresses them does."""
        self._sink.end()

    def _write(self, lines: "Iterator[Sequence[str | None]] | list[Sequence[str | None]]") -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(lines)
        self._sink.write(text.getvalue().encode())

    def _columns(self, record: StructColumn, rows: Sequence[Any]) -> Iterator[Sequence[str | None]]:
        """The cells of some objects, column by column."""
        slots = dict(zip(record.seen, zip(*map(msgspec.structs.astuple, rows), strict=True), strict=False))
        for name, node in record.fields.items():
            if name not in slots:
                for _ in _names(node):
                    yield [None] * len(rows)
            elif isinstance(node, StructColumn):
                empty = node.empty_row
                yield from self._columns(node, [empty if value is None else value for value in slots[name]])
            elif isinstance(node, ScalarColumn) and node.kind == "text":
                yield self._texts(slots[name])
            else:
                yield _json(slots[name], plain=isinstance(node, ScalarColumn) and node.kind == "literal")

    def _texts(self, column: Sequence[str | None]) -> Sequence[str | None]:
        if not self._safe:
            return column
        return ["'" + text if text and text.startswith(_FORMULA) else text for text in column]


def _json(column: Sequence[Any], *, plain: bool = False) -> list[str]:
    """JSON in cells; where they are `plain`, numbers and flags that came as text have no quotes."""
    joined = join_texts(column)
    cells = split_texts(joined)
    if plain and b'"' in joined:
        cells = [match[1] if (match := _QUOTED.fullmatch(cell)) else cell for cell in cells]
    return cells


def _names(node: Column, above: str = "") -> list[str]:
    """What the columns of an object are called."""
    if not isinstance(node, StructColumn):
        return [above]
    return [name for inner, child in node.fields.items() for name in _names(child, f"{above}.{inner}".lstrip("."))]
