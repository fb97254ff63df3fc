"""Documents: the values derived from them for columns, their text for a JSONB column, and their comparison.

A document is the exact bytes of an item as the server sent it. Everything here works for any bytes.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from hashlib import sha256
from operator import attrgetter
from typing import Annotated, Any, Final, NamedTuple, TypeAlias

import msgspec

from ecwid_async.primitives.safe_json import DECODE_ERRORS, NotJSON, decode_json, exact_decoder
from ecwid_async.sync.rows.columns import (
    MAX_INTEGER,
    Column,
    ColumnType,
    Dialect,
    StoredColumn,
    convert,
    stored_columns,
)
from ecwid_async.sync.rows.sections import MirrorSection

__all__ = [
    "DerivedRow",
    "DocumentReader",
    "clean_json_text",
    "document_hash",
    "json_text",
    "reader_for",
    "same_content",
]

Row: TypeAlias = tuple[Any, ...]

_FAST_TYPES: Final[Mapping[ColumnType, Any]] = {
    "boolean": bool | None,
    "decimal": Decimal | None,
    "integer": Annotated[int, msgspec.Meta(ge=-MAX_INTEGER - 1, le=MAX_INTEGER)] | None,
    "text": str | None,
    "time": str | None,
}
# NUMERIC has at most 131,072 digits before the point and 16,383 after it.
_MAX_NUMERIC_DIGITS: Final = 131_072
_MAX_NUMERIC_SCALE: Final = 16_383
# Pairs of surrogates and other escapes are matched too, so that an escaped backslash starts no escape.
_ESCAPE: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\(u0000|u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


class DerivedRow(NamedTuple):
    """What is derived from a document: the values of its columns, and of the rows of each child table.

    A child's row begins with its position.
    """

    values: Row
    children: tuple[list[Row], ...]


class DocumentReader:
    """Derives the rows of a section from documents, for one kind of database.

    Most documents are decoded into structs that have only the needed fields. A document with any unexpected value is
    decoded as a whole and read field by field.
    """

    def __init__(self, section: MirrorSection, dialect: Dialect) -> None:
        self.columns = stored_columns(section.columns, dialect)
        self.child_columns = [stored_columns(child.columns, dialect) for child in section.children]
        self._section = section
        self._row = _RowReader(self.columns)
        self._children = [_RowReader(columns) for columns in self.child_columns]
        fields: dict[str, Any] = _tree(section.columns)
        for child, row in zip(section.children, self._children, strict=True):
            fields[child.path] = list[row.element_type] | None  # type: ignore[name-defined]
        names = {name: f"f{position}" for position, name in enumerate(fields)}
        self._decoder = msgspec.json.Decoder(_struct(fields))
        self._get_lists = _getter([(names[child.path],) for child in section.children])

    def read(self, document: bytes) -> DerivedRow:
        """Derive the rows of a document. Values that do not fit are None; all are if it is not JSON."""
        try:
            if b"\\" in document and b"\\u0000" in document:
                return self._read_tolerantly(document)
            item = self._decoder.decode(document)
        except DECODE_ERRORS:
            return self._read_tolerantly(document)
        children: tuple[list[Row], ...] = ()
        if self._children:
            children = tuple(
                [(position, *row.values(element)) for position, element in enumerate(elements)] if elements else []
                for row, elements in zip(self._children, self._get_lists(item), strict=True)
            )
        return DerivedRow(self._row.values(item), children)

    def _read_tolerantly(self, document: bytes) -> DerivedRow:
        try:
            item = decode_json(document, exact_decoder)
        except NotJSON:
            item = None
        children = []
        for child, row in zip(self._section.children, self._children, strict=True):
            elements = item.get(child.path) if isinstance(item, dict) else None
            elements = elements if isinstance(elements, list) else []
            children.append([(position, *row.convert(element)) for position, element in enumerate(elements)])
        return DerivedRow(self._row.convert(item), tuple(children))


class _RowReader:
    """Reads the values of the columns of one table from structs, or from plain data."""

    def __init__(self, columns: list[StoredColumn]) -> None:
        self._columns = columns
        self._conversions = [
            (position, column.to_sql) for position, column in enumerate(columns) if column.to_sql is not None
        ]
        sources = [column.source for column in columns]
        self.is_scalar = [source.path for source in sources] == [""]
        self.element_type: Any
        if self.is_scalar:
            self.element_type = _FAST_TYPES[sources[0].type]
            self._get: Callable[[Any], Row] = lambda element: (element,)
        else:
            fields = _tree(sources)
            self.element_type = _struct(fields)
            self._get = _getter([_attributes(fields, source.path) for source in sources])

    def values(self, item: Any) -> Row:
        """Return the values in a struct."""
        values = self._get(item)
        if not self._conversions:
            return values
        converted = list(values)
        for position, to_sql in self._conversions:
            if (value := converted[position]) is not None:
                converted[position] = to_sql(value)
        return tuple(converted)

    def convert(self, item: object) -> Row:
        """Return the values in plain data, None for those of another type."""
        values = []
        for column in self._columns:
            value = convert(_find(item, column.source.path), column.source.type)
            values.append(value if value is None or column.to_sql is None else column.to_sql(value))
        return tuple(values)


@cache
def reader_for(section: MirrorSection, dialect: Dialect) -> DocumentReader:
    """Return the reader of a section's documents."""
    return DocumentReader(section, dialect)


def _tree(columns: Iterable[Column]) -> dict[str, Any]:
    """Return the types of the fields of columns by name. Those of an object are a dict again."""
    tree: dict[str, Any] = {}
    for column in columns:
        *parents, name = column.path.split(".")
        fields = tree
        for parent in parents:
            fields = fields.setdefault(parent, {})
        fields[name] = _FAST_TYPES[column.type]
    return tree


def _struct(fields: Mapping[str, Any]) -> type[msgspec.Struct]:
    """Return a struct with these fields, named by their position. A missing object is one without values."""
    definitions: list[Any] = []
    for position, type_ in enumerate(fields.values()):
        if isinstance(type_, dict):
            nested = _struct(type_)
            definitions.append((f"f{position}", nested, msgspec.field(default_factory=nested)))
        else:
            definitions.append((f"f{position}", type_, None))
    names = {f"f{position}": name for position, name in enumerate(fields)}
    return msgspec.defstruct("Item", definitions, rename=names, gc=False)


def _attributes(fields: Mapping[str, Any], path: str) -> tuple[str, ...]:
    attributes = []
    for name in path.split("."):
        attributes.append(f"f{list(fields).index(name)}")
        fields = fields[name] if isinstance(fields[name], dict) else {}
    return tuple(attributes)


def _getter(paths: list[tuple[str, ...]]) -> Callable[[Any], Row]:
    """Return a function that gets several attributes as a tuple."""
    names = [".".join(path) for path in paths]
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda _: ()
    get = attrgetter(*names)
    return lambda item: (get(item),)


def _find(item: object, path: str) -> object:
    for name in path.split(".") if path else ():
        if not isinstance(item, dict):
            return None
        item = item.get(name)
    return item


def document_hash(document: bytes) -> bytes:
    """Return the hash of a document's bytes."""
    return sha256(document).digest()[:16]


def json_text(document: bytes) -> str:
    """Return a document as text for a JSONB column, without what PostgreSQL refuses in texts.

    U+0000, halves of surrogate pairs and bytes that are not UTF-8 become U+FFFD. Numbers are not checked.
    """
    text = document.decode("utf-8", "replace").removeprefix("\ufeff")
    return _ESCAPE.sub(_replace_escape, text) if "\\u" in text else text


def _replace_escape(match: "re.Match[str]") -> str:
    return r"\ufffd" if match[1] else match[0]


def clean_json_text(document: bytes) -> str | None:
    """Return a document as text for a JSONB column, with numbers that PostgreSQL can't hold as texts.

    Returns None if it is not JSON. This takes longer than `json_text`.
    """
    try:
        # U+0000 and surrogates are replaced first, because they are text afterwards.
        data = decode_json(json_text(document).encode(), exact_decoder)
        return _encode(_without_huge_numbers(data)).decode()
    except (NotJSON, RecursionError):
        return None


def _without_huge_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_huge_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_huge_numbers(item) for item in value]
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        fits = isinstance(exponent, int) and exponent >= -_MAX_NUMERIC_SCALE and value.adjusted() < _MAX_NUMERIC_DIGITS
        return value if fits else str(value)
    return value


def same_content(section: MirrorSection, old: bytes, new: bytes, *, same_kind: bool) -> bool:
    """Return whether two documents of an item have the same content.

    The order of fields, the form of numbers (``10`` and ``10.0``), fields that are null, and the fields in
    `section.volatile` make no difference. If the documents are not from the same kind of read, only the fields of both
    are compared. Documents that are not JSON are compared by their bytes.
    """
    if old == new:
        return True
    try:
        items = [decode_json(document, exact_decoder) for document in (old, new)]
        if not same_kind and all(isinstance(item, dict) for item in items):
            names = (items[0].keys() & items[1].keys()) - set(section.differs_by_kind)
            items = [{name: item[name] for name in names} for item in items]
        paths = _ignored(section.volatile)
        first, second = (_canonical(item, paths) for item in items)
        return bool(first == second)
    except (NotJSON, RecursionError):
        return False


_Ignored: TypeAlias = dict[str, "_Ignored"]


def _ignored(paths: Iterable[str]) -> _Ignored:
    """Return paths as a tree, whose leaves are empty."""
    tree: _Ignored = {}
    for path in paths:
        fields = tree
        for name in path.split("."):
            fields = fields.setdefault(name, {})
    return tree


_NOTHING: Final[_Ignored] = {}


def _canonical(value: Any, ignored: _Ignored) -> Any:
    if isinstance(value, dict):
        return {
            name: _canonical(item, ignored.get(name, _NOTHING))
            for name, item in value.items()
            if item is not None and (name not in ignored or ignored[name])
        }
    if isinstance(value, list):
        return [_canonical(item, ignored) for item in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        # In a tuple, which is nothing else here, because 1 equals True.
        return (Decimal(value),)
    return value
