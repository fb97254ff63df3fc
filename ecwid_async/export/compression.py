"""Compressed streams: gzip from the standard library, zstd where it or its backport is there."""

import sys
import zlib
from typing import IO, Final, Literal, Protocol

from ecwid_async.errors import ConfigError

__all__ = ["Compressed", "Compression", "Plain"]

Compression = Literal["gz", "zst"]

# Levels chosen for speed: one process should keep up with the most that the API gives to several tokens.
_GZIP_LEVEL: Final = 1
_ZSTD_LEVEL: Final = 1
_GZIP_CONTAINER: Final = 31  # zlib's word for a gzip header; the time in it is 0, so equal input makes equal files


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class Plain:
    """What is written goes into `stream` as it is."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        """Write some bytes."""
        self._stream.write(data)

    def end(self) -> None:
        """Nothing is left to be written."""


class Compressed:
    """What is written goes into `stream` compressed; `end` completes it."""

    def __init__(self, stream: IO[bytes], compression: Compression, level: int | None = None) -> None:
        self._stream = stream
        self._compressor = _gzip(level) if compression == "gz" else _zstd(level)

    def write(self, data: bytes) -> None:
        """Compress some bytes."""
        self._stream.write(self._compressor.compress(data))

    def end(self) -> None:
        """Write what is left."""
        self._stream.write(self._compressor.flush())


def _gzip(level: int | None) -> _Compressor:
    chosen = _GZIP_LEVEL if level is None else level
    if not 0 <= chosen <= 9:
        raise ConfigError(f"gzip has levels from 0 to 9, not {chosen}")
    return zlib.compressobj(chosen, zlib.DEFLATED, _GZIP_CONTAINER)


def _zstd(level: int | None) -> _Compressor:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise ConfigError(
            "zstd is missing: pip install 'ecwid-async[zstd]', or choose gzip, which comes with Python"
        ) from None
    chosen = _ZSTD_LEVEL if level is None else level
    least, most = zstd.CompressionParameter.compression_level.bounds()
    if not least <= chosen <= most:
        raise ConfigError(f"zstd has levels from {least} to {most}, not {chosen}")
    return zstd.ZstdCompressor(level=chosen)
