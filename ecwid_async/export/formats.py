"""The formats of an export's files, and how items are written in them."""

from collections.abc import Mapping, Sequence
from typing import IO, Final, Literal, Protocol, TypeAlias, cast

import msgspec
from attrs import frozen

from ecwid_async.data import Model
from ecwid_async.export.compression import Compressed, Compression
from ecwid_async.selection import Selection

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
    a spreadsheet would run as a formula. `decimals` (Parquet) chooses between exact decimals and floats. `continues`
    (JSONL, CSV) says that the stream holds items already: no header is written.
    """

    level: int | None = None
    spreadsheet_safe: bool = False
    decimals: Literal["exact", "float64"] = "exact"
    continues: bool = False


class Writer(Protocol):
    """Writes items into a stream, which stays open. `lines` counts them."""

    lines: int

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page, each a JSON object as the server sent it."""
        ...

    def flush(self) -> None:
        """Put all that was written into the stream, so that another writer can go on after it (not Parquet)."""
        ...

    def finish(self) -> None:
        """Write what is left, and what the format wants at the end. The writer is used up."""
        ...


def writer(
    format: Format,  # noqa: A002  the word that everybody uses
    stream: IO[bytes],
    *,
    model: type[Model],
    fields: Selection | tuple[str, ...] | None = None,
    options: FormatOptions = FormatOptions(),
) -> Writer:
    """A writer of this format.

    Columns are those of `model`, or only `fields` of them: names as the API or as the model has them. JSONL has no
    columns and writes what came. Raises `ConfigError` where a library is missing or a name is none.
    """
    compression = format.partition(".")[2] or None
    sink: _Sink = stream
    if compression is not None:
        sink = Compressed(stream, cast(Compression, compression), options.level)
    return JsonLines(sink)


class _Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


class JsonLines:
    """One item a line, byte for byte.

    A line break can only stand between the tokens of an item; there it becomes a space, or the line would end.
    """

    def __init__(self, sink: _Sink) -> None:
        self.lines = 0
        self._sink = sink

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page."""
        if not items:
            return
        page = b"\n".join(items)
        if page.count(b"\n") != len(items) - 1 or b"\r" in page:
            page = b"\n".join(bytes(item).replace(b"\r", b" ").replace(b"\n", b" ") for item in items)
        self._sink.write(page + b"\n")
        self.lines += len(items)

    def flush(self) -> None:
        """Complete the compressed part that is under way."""
        if isinstance(self._sink, Compressed):
            self._sink.end()

    def finish(self) -> None:
        """The same: lines need no end."""
        self.flush()
