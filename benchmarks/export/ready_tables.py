"""Writing ready tables with pyarrow alone: the floor of an export to Parquet.

As a program it prints the peak memory of a process that has imported aiohttp and pyarrow and, if two paths are given,
has written the row groups of the first file to the second.
"""

import hashlib
import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import aiohttp  # noqa: F401  an export has loaded it
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.harness.peak_memory import own_peak_bytes

__all__ = ["HashingFile", "write_tables"]


def write_tables(tables: Iterable[pa.Table], path: Path) -> None:
    """Write and hash tables, each as a row group, as an export writes them."""
    writer: pq.ParquetWriter | None = None
    with path.open("wb") as file:
        hashing = HashingFile(file)
        for table in tables:
            if writer is None:
                scalars = [field.name for field in table.schema if not pa.types.is_nested(field.type)]
                writer = pq.ParquetWriter(
                    hashing,
                    table.schema,
                    compression="zstd",
                    compression_level=1,
                    use_dictionary=False,
                    write_statistics=scalars,
                )
            writer.write_table(table, row_group_size=table.num_rows)
        if writer is not None:
            writer.close()


class HashingFile(io.RawIOBase):
    """Hashes what is written to a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the number of bytes written."""
        return self._size

    def write(self, data: "bytes | memoryview", /) -> int:  # type: ignore[override]  # never writes less than all
        """Write bytes."""
        self._hash.update(data)
        self._file.write(data)
        written = memoryview(data).nbytes
        self._size += written
        return written


def _main(*paths: str) -> None:
    if paths:
        source, copy = paths
        file = pq.ParquetFile(source)
        write_tables((file.read_row_group(number) for number in range(file.num_row_groups)), Path(copy))
    print(own_peak_bytes())


if __name__ == "__main__":
    _main(*sys.argv[1:])
