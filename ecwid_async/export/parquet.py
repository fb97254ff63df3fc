"""Parquet, in row groups of limited size to bound the memory used."""

from collections.abc import Sequence
from typing import IO, Any, Final

import msgspec

from ecwid_async.codec import Codec, Projection
from ecwid_async.errors import ConfigError
from ecwid_async.tables import Fields, Rows
from ecwid_async.tables.arrow import Decimals, TableBuilder

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    raise ConfigError("Parquet needs pyarrow: pip install 'ecwid-async[arrow]'") from None

__all__ = ["SCHEMA_VERSION", "ParquetWriter"]

SCHEMA_VERSION: Final = "2"
"""The version of the mapping from models to columns, stored in the footer of each file."""

# Bytes of columns in a row group, enough for 10,000 products. Each group takes a kilobyte per column until the footer
# is written, so for a million products both smaller and larger groups need more memory.
_GROUP_SIZE: Final = 24 << 20
_DEFAULT_LEVEL: Final = 1
_MAX_LEVEL: Final = 22


class ParquetWriter:
    """Writes items as the columns of `TableBuilder`. If `store_id` is given, it is the first column.

    `level` is the compression level of zstd, None for a fast one. Raises `ConfigError` for an invalid level.
    """

    def __init__(
        self,
        stream: IO[bytes],
        model: type[object] | Projection[Any],
        fields: Fields | None = None,
        *,
        decimals: Decimals = "exact",
        level: int | None = None,
        store_id: int | None = None,
        codec: Codec | None = None,
        operation: str = "export",
    ) -> None:
        if level is not None and not 1 <= level <= _MAX_LEVEL:
            raise ConfigError(f"Parquet's zstd has levels from 1 to {_MAX_LEVEL}, not {level}")
        self.item_count = 0
        self._builder = TableBuilder(
            model, fields, decimals=decimals, store_id=store_id, codec=codec, operation=operation
        )
        schema = self._builder.schema.with_metadata(
            {"ecwid_async.model": model.__name__, "ecwid_async.schema": SCHEMA_VERSION}
        )
        self._writer = pq.ParquetWriter(
            stream,
            schema,
            compression="zstd",
            compression_level=_DEFAULT_LEVEL if level is None else level,
            use_dictionary=False,  # zstd alone compresses repeated values faster and better
            # Not for nested columns: no reader filters by them, and the footer would repeat them for each group.
            write_statistics=[field.name for field in schema if not pa.types.is_nested(field.type)],
        )

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Add the items of a page, and write a group once it is full. Raises `DecodeError` for an invalid item."""
        size = self._builder.size
        self._builder.add(items)
        self._write_full_groups(len(items), size)

    def read_page(self, page: bytes, names: Sequence[str]) -> tuple[Rows, list[list[Any]]] | None:
        """Read a page at once: see `RowReader.read_page`."""
        return self._builder.read_page(page, names)

    def write_rows(self, read: Rows) -> None:
        """Add items that were read. Raises `DecodeError` for an invalid item."""
        size = self._builder.size
        self._builder.add_rows(read)
        self._write_full_groups(len(read), size)

    def is_quick(self, read: Rows) -> bool:
        """Whether no batch of columns is built, and so no group written."""
        return self._builder.is_quick(read)

    def _write_full_groups(self, count: int, size: int) -> None:
        """Write a group if it is full, after `count` items were added to columns of `size` bytes."""
        self.item_count += count
        if self._builder.size != size:  # a batch was built: do not keep the memory that it took
            pa.default_memory_pool().release_unused()
        if self._builder.size >= _GROUP_SIZE:
            self._write_group()

    def finish(self) -> None:
        """Write the last group and the footer."""
        if self._builder.rows:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        table = self._builder.take()
        self._writer.write_table(table, row_group_size=table.num_rows)
        # The footer grows, so do not let pyarrow keep the memory of this group as well.
        del table
        pa.default_memory_pool().release_unused()
