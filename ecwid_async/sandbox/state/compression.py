"""Compression of short texts that are like some samples: with zstd if it is installed, otherwise with zlib."""

import zlib
from collections.abc import Sequence
from typing import Final, Protocol

__all__ = ["Compression", "Deflate", "Zstd", "new_compression"]

_DICTIONARY_BYTES: Final = 32 * 1024
_DEFLATE_LEVEL: Final = 3
# Raw deflate: checksums would take a third of the reading time.
_DEFLATE_FORMAT: Final = -zlib.MAX_WBITS
_ZSTD_LEVEL: Final = 1


class Compression(Protocol):
    """Compresses each text by itself. It never changes, so that copies of a store share it."""

    def compress(self, text: bytes) -> bytes:
        """The compressed form."""

    def decompress(self, packed: bytes) -> bytes:
        """The text that was compressed."""

    def __deepcopy__(self, memo: object) -> "Compression":
        """The same object."""


class Deflate:
    """See `Compression`."""

    def __init__(self, samples: Sequence[bytes]) -> None:
        self._dictionary = b"".join(samples)[-_DICTIONARY_BYTES:]
        self._compressor = zlib.compressobj(_DEFLATE_LEVEL, wbits=_DEFLATE_FORMAT, zdict=self._dictionary)

    def compress(self, text: bytes) -> bytes:
        """See `Compression`."""
        # Copying a compressor that has the dictionary is cheaper than creating one.
        compressor = self._compressor.copy()
        return compressor.compress(text) + compressor.flush()

    def decompress(self, packed: bytes) -> bytes:
        """See `Compression`."""
        return zlib.decompressobj(_DEFLATE_FORMAT, self._dictionary).decompress(packed)

    def __deepcopy__(self, memo: object) -> "Deflate":
        return self


class Zstd:
    """See `Compression`. It takes a sixth of the time of `Deflate`. Raises `ImportError` if zstd is not installed."""

    def __init__(self, samples: Sequence[bytes]) -> None:
        from ecwid_async.primitives.zstd import zstd

        try:
            # What the samples share: half of the time, and two thirds of the size, that the samples as they are need.
            self._dictionary = zstd.train_dict(samples, _DICTIONARY_BYTES)
        except (ValueError, zstd.ZstdError):
            # Too few samples, or nothing that they share. A dictionary has eight bytes at least.
            content = b"".join(samples)[-_DICTIONARY_BYTES:].ljust(8, b" ")
            self._dictionary = zstd.ZstdDict(content, is_raw=True)
        self._compressor = zstd.ZstdCompressor(level=_ZSTD_LEVEL, zstd_dict=self._dictionary)
        self._decompress = zstd.decompress

    def compress(self, text: bytes) -> bytes:
        """See `Compression`."""
        return self._compressor.compress(text, self._compressor.FLUSH_FRAME)

    def decompress(self, packed: bytes) -> bytes:
        """See `Compression`."""
        return self._decompress(packed, zstd_dict=self._dictionary)

    def __deepcopy__(self, memo: object) -> "Zstd":
        return self


def new_compression(samples: Sequence[bytes]) -> Compression:
    """The fastest compression that is installed."""
    try:
        return Zstd(samples)
    except ImportError:
        return Deflate(samples)
