"""The formats of an export's files, and how items are written in them."""

from collections.abc import Mapping, Sequence
from typing import IO, Any, Final, Literal, Protocol, TypeAlias, cast

import msgspec
from attrs import frozen

from ecwid_async.export.compression import Compressed, Compression, Plain
from ecwid_async.projection import Projection
from ecwid_async.rows import Fields

__all__ = ["FORMATS", "Format", "FormatOptions", "Writer", "writer"]

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
"""What names of files end in, by format."""


@frozen(kw_only=True)
class FormatOptions:
    """How a format is written, where there is a choice.

    `level` is the compression's own, None for a fast one. `spreadsheet_safe` (CSV) puts an apostrophe before text that
    a spreadsheet would run as a formula. `decimals` (Parquet) chooses between exact decimals and floats.
    """

    level: int | None = None
    spreadsheet_safe: bool = False
    decimals: Literal["exact", "float64"] = "exact"


class Writer(Protocol):
    """Writes items into a stream, which stays open. `lines` counts them."""

    lines: int

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page, each a JSON object as the server sent it.

        CSV and Parquet raise `DecodeError` for what is none; Parquet may do so later.
        """
        ...

    def finish(self) -> None:
        """Write what is left, and what the format wants at the end. The writer is used up."""
        ...


def writer(
    format: Format,  # noqa: A002  the word that everybody uses
    stream: IO[bytes],
    *,
    model: type[object] | Projection[Any],
    fields: Fields | None = None,
    options: FormatOptions = FormatOptions(),
) -> Writer:
    """A writer of this format, which may write its beginning at once.

    Columns are those of `model`, or only `fields` of them: names as the API or as the model has them. JSONL has no
    columns and writes what came. Raises `ConfigError` where a library is missing or a name is none.
    """
    if format == "parquet":
        from ecwid_async.export.parquet import Parquet

        return Parquet(stream, model, fields, decimals=options.decimals, level=options.level)
    kind, _, compression = format.partition(".")
    sink = Compressed(stream, cast(Compression, compression), options.level) if compression else Plain(stream)
    if kind == "csv":
        from ecwid_async.export.csv import Csv

        return Csv(sink, model, fields, spreadsheet_safe=options.spreadsheet_safe)
    return JsonLines(sink)


class JsonLines:
    """One item a line, byte for byte.

    A line break can only stand between the tokens of an item; there it becomes a space, or the line would end.
    """

    def __init__(self, sink: Plain | Compressed) -> None:
        self.lines = 0
        self._sink = sink

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page."""
        if not items:
            return
        # Looking for a byte is ten times faster than counting it, and worth a copy.
        text = b"".join(items)
        page = b"\n".join((*items, b""))
        if b"\n" in text or b"\r" in text:
            page = b"".join(bytes(item).replace(b"\r", b" ").replace(b"\n", b" ") + b"\n" for item in items)
        self._sink.write(page)
        self.lines += len(items)

    def finish(self) -> None:
        """Lines need no end; what compresses them does."""
        self._sink.end()
