"""Streams that compress with gzip or zstd, and one that does not compress."""

import zlib
from typing import IO, Final, Literal, Protocol

from ecwid_async.errors import ConfigError

__all__ = ["CompressedStream", "Compression", "PlainStream"]

Compression = Literal["gz", "zst"]

# Fast levels, so that one process can keep up with the rate limits of several tokens.
_GZIP_LEVEL: Final = 1
_ZSTD_LEVEL: Final = 1
# Makes zlib write a gzip header. Its time is 0, so equal items make equal files.
_GZIP_WBITS: Final = 31


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class PlainStream:
    """Writes bytes to `stream` as they are."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        """Write bytes."""
        self._stream.write(data)

    def finish(self) -> None:
        """Do nothing: `write` leaves nothing to write."""


class CompressedStream:
    """Compresses bytes and writes them to `stream`.

    `level` is the compression level, None for a fast one. Raises `ConfigError` if the level is invalid or zstd is not
    installed.
    """

    def __init__(self, stream: IO[bytes], compression: Compression, level: int | None = None) -> None:
        self._stream = stream
        self._compressor = _create_gzip(level) if compression == "gz" else _create_zstd(level)

    def write(self, data: bytes) -> None:
        """Compress and write bytes."""
        self._stream.write(self._compressor.compress(data))

    def finish(self) -> None:
        """Write the buffered bytes and the end of the compressed data."""
        self._stream.write(self._compressor.flush())


def _create_gzip(level: int | None) -> _Compressor:
    used_level = _GZIP_LEVEL if level is None else level
    if not 0 <= used_level <= 9:
        raise ConfigError(f"gzip has levels from 0 to 9, not {used_level}")
    return zlib.compressobj(used_level, zlib.DEFLATED, _GZIP_WBITS)


def _create_zstd(level: int | None) -> _Compressor:
    try:
        from ecwid_async.primitives.zstd import zstd
    except ImportError:
        raise ConfigError(
            "zstd is not installed: pip install 'ecwid-async[zstd]', or choose gzip, which comes with Python"
        ) from None
    used_level = _ZSTD_LEVEL if level is None else level
    lowest, highest = zstd.CompressionParameter.compression_level.bounds()
    if not lowest <= used_level <= highest:
        raise ConfigError(f"zstd has levels from {lowest} to {highest}, not {used_level}")
    return zstd.ZstdCompressor(level=used_level)
