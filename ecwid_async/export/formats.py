"""The formats of an export's files, their options, and the creation of their writers."""

from collections.abc import Mapping, Sequence
from typing import IO, Any, Final, Literal, Protocol, TypeAlias, cast

import msgspec
from attrs import frozen

from ecwid_async.codec import Codec, Projection
from ecwid_async.errors import ConfigError
from ecwid_async.export.compression import CompressedStream, Compression, PlainStream
from ecwid_async.export.json_lines import JsonLinesWriter
from ecwid_async.tables import Fields, Rows

__all__ = ["FORMATS", "Format", "FormatOptions", "Writer", "check_format", "create_writer"]

Format: TypeAlias = Literal["jsonl", "jsonl.gz", "jsonl.zst", "csv", "csv.gz", "csv.zst", "parquet"]

FORMATS: Final[Mapping[Format, str]] = {
    "jsonl": ".jsonl",
    "jsonl.gz": ".jsonl.gz",
    "jsonl.zst": ".jsonl.zst",
    "csv": ".csv",
    "csv.gz": ".csv.gz",
    "csv.zst": ".csv.zst",
    "parquet": ".parquet",
}
"""The suffix of a file's name, by format."""


@frozen(kw_only=True)
class FormatOptions:
    """Options of a format.

    `level` is the compression level, None for a fast one. `spreadsheet_safe` (CSV) puts an apostrophe before text that
    a spreadsheet would run as a formula. `bom` (CSV) begins the file with a byte order mark, which Excel needs to read
    it as UTF-8. `decimals` (Parquet) is ``"exact"``, the default, or ``"float64"``. Raises `ConfigError` for an invalid
    value.
    """

    level: int | None = None
    spreadsheet_safe: bool = False
    bom: bool = False
    decimals: Literal["exact", "float64"] | None = None

    def __attrs_post_init__(self) -> None:
        if not (self.level is None or type(self.level) is int):
            raise ConfigError(f"level must be a whole number, not {self.level!r}")
        for name, value in (("spreadsheet_safe", self.spreadsheet_safe), ("bom", self.bom)):
            if not isinstance(value, bool):
                raise ConfigError(f"{name} must be True or False, not {value!r}")
        if self.decimals not in (None, "exact", "float64"):
            raise ConfigError(f'decimals must be "exact" or "float64", not {self.decimals!r}')

    def check(self, format: Format) -> None:  # noqa: A002  the usual word
        """Raise `ConfigError` for an option that the format does not have."""
        csv = [name for name in FORMATS if name.startswith("csv")]
        compressed = [name for name in FORMATS if name.endswith((".gz", ".zst", "parquet"))]
        for given, option, formats in (
            (self.level is not None, "level", compressed),
            (self.spreadsheet_safe, "spreadsheet_safe", csv),
            (self.bom, "bom", csv),
            (self.decimals is not None, "decimals", ["parquet"]),
        ):
            if given and format not in formats:
                raise ConfigError(f"{option} is an option of {', '.join(formats)}, but the format is {format}.")


def check_format(name: str) -> None:
    """Raise `ConfigError` for an unknown format."""
    if name not in FORMATS:
        raise ConfigError(f"there is no format {name!r}. There are {', '.join(FORMATS)}.")


class Writer(Protocol):
    """Writes items to a stream, which it leaves open. `item_count` is the number of items written."""

    item_count: int

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page, each a JSON object as the server sent it.

        CSV and Parquet raise `DecodeError` for anything else, JSON Lines raises `UnicodeDecodeError` for bytes that are
        not UTF-8.
        """
        ...

    def read_page(self, page: bytes, names: Sequence[str]) -> tuple[Rows, list[list[Any]]] | None:
        """Read a page at once for `write_rows`, and the plain values of these fields: see `RowReader.read_page`.

        Returns None if its items must be written by `write`.
        """
        ...

    def write_rows(self, read: Rows) -> None:
        """Write items that were read by `read_page`. Raises the same errors as `write`.

        A page that is not UTF-8 must not be read, or raise an error here at once.
        """
        ...

    def is_quick(self, read: Rows) -> bool:
        """Whether `write_rows` takes a few milliseconds at most for some 100 items, if the stream is a file."""
        ...

    def finish(self) -> None:
        """Write buffered items and the end of the file. The writer can't be used afterwards."""
        ...


def create_writer(
    format: Format,  # noqa: A002  the usual word
    stream: IO[bytes],
    *,
    model: type[object] | Projection[Any],
    fields: Fields | None = None,
    options: FormatOptions = FormatOptions(),
    store_id: int | None = None,
    codec: Codec | None = None,
    operation: str = "export",
) -> Writer:
    """Create a writer. It may write a header at once.

    There is a column for each field of `model`, or only for `fields`, named as in the API or in the model. JSON Lines
    has no columns: items are written unchanged. If `store_id` is given, it is the first column or key of each item.
    `codec` counts values that do not fit their columns as problems of `operation`. Raises `ConfigError` if a library is
    not installed, a field is unknown, or the format does not have an option.
    """
    check_format(format)
    options.check(format)
    if format == "parquet":
        from ecwid_async.export.parquet import ParquetWriter

        return ParquetWriter(
            stream,
            model,
            fields,
            decimals=options.decimals or "exact",
            level=options.level,
            store_id=store_id,
            codec=codec,
            operation=operation,
        )
    kind, _, compression = format.partition(".")
    sink = (
        CompressedStream(stream, cast(Compression, compression), options.level) if compression else PlainStream(stream)
    )
    if kind == "csv":
        from ecwid_async.export.csv import CsvWriter

        return CsvWriter(
            sink,
            model,
            fields,
            spreadsheet_safe=options.spreadsheet_safe,
            bom=options.bom,
            store_id=store_id,
            codec=codec,
            operation=operation,
        )
    return JsonLinesWriter(sink, store_id=store_id)
