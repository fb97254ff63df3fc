"""The items of an exported file: one JSON object on each line."""

import gzip
import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.safe_json import DECODE_ERRORS
from ecwid_async.sandbox.state import Item, decode_json

__all__ = ["ItemReader"]

_MAX_LINE_BYTES: Final = 64 * 1024 * 1024
# What `ecwid export --store-id-column` puts before the first field.
_STORE_ID: Final = re.compile(rb'\{"store_id":([0-9]{1,19})(?:,|(?=\}))')


class ItemReader:
    """The items of a file of the store `store_id`. `error` describes a problem with the item that was read last."""

    def __init__(self, path: Path, *, store_id: int) -> None:
        self.path = path
        self.item_count = 0
        self._store_id = store_id
        self._line = 0

    def error(self, problem: str) -> ConfigError:
        """An error that names the file and the line of the item."""
        return ConfigError(f"{self.path}, line {self._line}: {problem}")

    def __iter__(self) -> Iterator[tuple[Item, bytes]]:
        """Yield each item, decoded and as it is in the file, without the id of the store that an export can add.

        Raises `ConfigError` for a line that is not a JSON object, or has an item of another store.
        """
        for line in self._lines():
            # Editors on Windows put a byte order mark at the start of a file.
            encoded = (line.removeprefix(BOM_UTF8) if self._line == 1 else line).strip()
            if not encoded:
                continue
            if found := _STORE_ID.match(encoded):
                if int(found[1]) != self._store_id:
                    raise self.error(f"an item of store {int(found[1])} in an export of store {self._store_id}")
                encoded = b"{" + encoded[found.end() :]
            item = self._decode(encoded)
            self.item_count += 1
            yield item, encoded

    def _decode(self, encoded: bytes) -> Item:
        try:
            item = decode_json(encoded)
        except RecursionError:
            raise self.error("JSON that is nested too deeply") from None
        except DECODE_ERRORS:
            raise self.error("not JSON; the file is damaged: export again") from None
        if not isinstance(item, dict) or encoded[:1] != b"{":
            raise self.error("not an item: each line has a JSON object")
        return item

    def _lines(self) -> Iterator[bytes]:
        stream, damage = _open(self.path)
        try:
            with stream:
                while line := stream.readline(_MAX_LINE_BYTES + 1):
                    self._line += 1
                    if len(line) > _MAX_LINE_BYTES:
                        raise self.error(f"more than {_MAX_LINE_BYTES:,} bytes")
                    yield line
        except damage as error:
            raise ConfigError(f"can't read {self.path} after line {self._line} ({error}): export again") from error


def _open(path: Path) -> tuple[IO[bytes], tuple[type[Exception], ...]]:
    """Open a file. Returns the exceptions that reading raises if the file is damaged, too."""
    try:
        if path.suffix == ".gz":
            return cast(IO[bytes], gzip.open(path, "rb")), (OSError, EOFError, zlib.error)
        if path.suffix == ".zst":
            return _open_zstd(path)
        return path.open("rb"), (OSError,)
    except OSError as error:
        raise ConfigError(f"can't read {path}: {error.strerror or error}") from error


def _open_zstd(path: Path) -> tuple[IO[bytes], tuple[type[Exception], ...]]:
    try:
        from ecwid_async.primitives.zstd import zstd
    except ImportError:
        raise ConfigError(f"{path} needs zstd: pip install 'ecwid-async[zstd]'") from None
    return cast(IO[bytes], zstd.open(path, "rb")), (OSError, EOFError, zstd.ZstdError)
