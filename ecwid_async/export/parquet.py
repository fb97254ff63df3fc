"""Items as Parquet, in groups of rows that bound what is held of them."""

from collections.abc import Sequence
from typing import IO, Any, Final

import msgspec

from ecwid_async.codec import Codec, Projection
from ecwid_async.errors import ConfigError
from ecwid_async.tables import Fields
from ecwid_async.tables.arrow import Decimals, TableBuilder

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    raise ConfigError("Parquet needs pyarrow: pip install 'ecwid-async[arrow]'") from None

__all__ = ["SCHEMA_VERSION", "Parquet"]

SCHEMA_VERSION: Final = "2"
"""How columns are made of models; stands in the footer of each file."""

# Bytes in a group: 15,000 products. Until the footer is written each group takes half a kilobyte for each column, so
# of a million products smaller groups need more memory, as larger ones do.
_GROUP: Final = 36 << 20
_LEVEL: Final = 1
_HIGHEST_LEVEL: Final = 22


class Parquet:
    """Columns and their types are those of `TableBuilder`; with `store_id`, that is the first one."""

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
        if level is not None and not 1 <= level <= _HIGHEST_LEVEL:
            raise ConfigError(f"Parquet's zstd has levels from 1 to {_HIGHEST_LEVEL}, not {level}")
        self.lines = 0
        self._tables = TableBuilder(
            model, fields, decimals=decimals, store_id=store_id, codec=codec, operation=operation
        )
        schema = self._tables.schema.with_metadata(
            {"ecwid_async.model": model.__name__, "ecwid_async.schema": SCHEMA_VERSION}
        )
        self._writer = pq.ParquetWriter(
            stream,
            schema,
            compression="zstd",
            compression_level=_LEVEL if level is None else level,
            use_dictionary=False,  # zstd finds what repeats in less time and space
            # Of what lies deeper none looks for the least and the most, and a footer holds them for each group.
            write_statistics=[field.name for field in schema if not pa.types.is_nested(field.type)],
        )

    def write(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        """Write the items of a page, once a group is full."""
        self._tables.add(items)
        self.lines += len(items)
        if self._tables.size >= _GROUP:
            self._write_group()

    def finish(self) -> None:
        """Write the last group and the footer."""
        if self._tables.rows:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        table = self._tables.take()
        self._writer.write_table(table, row_group_size=table.num_rows)
        # What pyarrow keeps for the next group would come on top of the footer, which grows.
        del table
        pa.default_memory_pool().release_unused()
