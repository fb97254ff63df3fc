"""The formats of an export's files, and how items are written in them."""

from collections.abc import Mapping, Sequence
from typing import IO, Any, Final, Literal, Protocol, TypeAlias, cast

import msgspec
from attrs import frozen

from ecwid_async.codec import Codec, Projection
from ecwid_async.errors import ConfigError
from ecwid_async.export.compression import Compressed, Compression, Plain
from ecwid_async.tables import STORE_ID, Fields

__all__ = ["FORMATS", "Format", "FormatOptions", "Writer", "check_format", "writer"]

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
    a spreadsheet would run as a formula; `bom` (CSV) begins the file with a byte order mark, without which Excel does
    not read it as UTF-8. `decimals` (Parquet) chooses between exact decimals, the default, and floats.
    Raises `ConfigError` for a value that is none of these.
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

    def check(self, format: Format) -> None:  # noqa: A002  the word that everybody uses
        """Raise `ConfigError` for an option that the format lacks."""
        csv = [name for name in FORMATS if name.startswith("csv")]
        compressed = [name for name in FORMATS if name.endswith((".gz", ".zst", "parquet"))]
        for given, option, formats in (
            (self.level is not None, "level", compressed),
            (self.spreadsheet_safe, "spreadsheet_safe", csv),
            (self.bom, "bom", csv),
            (self.decimals is not None, "decimals", ["parquet"]),
        ):
            if given and format not in formats:
                raise ConfigError(f"{option} is an option of {', '.join(formats)}, and the format is {format}.")


def check_format(name: str) -> None:
    """Raise `ConfigError` for a format that there is not."""
    if name not in FORMATS:
        raise ConfigError(f"there is no format {name!r}. There are {', '.join(FORMATS)}.")


class Writer(Protocol):
    """Writes items into a stream, which stays open. `lines` counts them."""

    lines: int

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page, each a JSON object as the server sent it.

        CSV and Parquet raise `DecodeError` for what is none; Parquet may do so later. JSONL raises `UnicodeDecodeError`
        for bytes that are not UTF-8.
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
    store_id: int | None = None,
    codec: Codec | None = None,
    operation: str = "export",
) -> Writer:
    """A writer of this format, which may write its beginning at once.

    Columns are those of `model`, or only `fields` of them: names as the API or as the model has them. JSONL has no
    columns and writes what came. With `store_id`, a first column or key of that name holds it. `codec` hears of what
    does not fit its column, under the name of the `operation`. Raises `ConfigError` where a library is missing, a name
    is none, or the format lacks an option.
    """
    check_format(format)
    options.check(format)
    if format == "parquet":
        from ecwid_async.export.parquet import Parquet

        return Parquet(
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
    sink = Compressed(stream, cast(Compression, compression), options.level) if compression else Plain(stream)
    if kind == "csv":
        from ecwid_async.export.csv import Csv

        return Csv(
            sink,
            model,
            fields,
            spreadsheet_safe=options.spreadsheet_safe,
            bom=options.bom,
            store_id=store_id,
            codec=codec,
            operation=operation,
        )
    return JsonLines(sink, store_id=store_id)


class JsonLines:
    """One item a line, byte for byte.

    A line break can only stand between the tokens of an item; there it becomes a space, or the line would end. With
    `store_id`, each item gets that key before its own ones.
    """

    def __init__(self, sink: Plain | Compressed, *, store_id: int | None = None) -> None:
        self.lines = 0
        self._sink = sink
        self._key = None if store_id is None else b'{"%s":%d' % (STORE_ID.encode(), store_id)

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page. Raises `UnicodeDecodeError`, and writes nothing, if one is not UTF-8."""
        if not items:
            return
        # Looking for a byte is ten times faster than counting it, and worth a copy.
        text = b"".join(items)
        if not text.isascii():
            text.decode()
        if b"\n" in text or b"\r" in text:
            items = [bytes(item).replace(b"\r", b" ").replace(b"\n", b" ") for item in items]
        if self._key is not None:
            items = [self._with_key(bytes(item)) for item in items]
        self._sink.write(b"\n".join((*items, b"")))
        self.lines += len(items)

    def finish(self) -> None:
        """Lines need no end; what compresses them does."""
        self._sink.end()

    def _with_key(self, item: bytes) -> bytes:
        rest = item[1:].lstrip()
        return b"%s%s%s" % (self._key, b"" if rest.startswith(b"}") else b",", rest)
