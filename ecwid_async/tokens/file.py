"""Tokens in a file: a store id, a space and a token per line."""

import os
import re
import threading
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final

import anyio.to_thread

from ecwid_async.errors import ConfigError
from ecwid_async.tokens.secret_file import open_secret_file
from ecwid_async.transport import Secret

__all__ = ["FileTokens", "parse_tokens", "read_token_file"]

# A file system may give two changes in quick succession the same time, in nanoseconds.
_TIME_RESOLUTION: Final = 2_000_000_000
_LINE: Final = re.compile("0*[1-9][0-9]{0,17} [!-~]+")


def read_token_file(path: str | os.PathLike[str]) -> dict[int, Secret]:
    """Return the tokens in a file by store id. Empty lines and lines that begin with ``#`` are skipped.

    Raises `ConfigError` if the file can't be read, is readable by others, or has an invalid line.
    """
    file = Path(path)
    with open_secret_file(file, "token file") as lines:
        return parse_tokens(lines, str(file))


def parse_tokens(lines: Iterable[str], source: str) -> dict[int, Secret]:
    """Return the tokens in the lines of a token file by store id. `source` is its name in messages.

    Raises `ConfigError` for an invalid line.
    """
    tokens: dict[int, Secret] = {}
    for number, line in enumerate(map(Secret, lines), 1):
        words = list(map(Secret, line.split()))
        if not words or words[0].startswith("#"):
            continue
        # Do not print the line: it may contain a token.
        if not _LINE.fullmatch(" ".join(words)):
            raise ConfigError(f"line {number} of {source} must be a store id, a space and a token.")
        store_id, token = int(words[0]), words[1]
        if tokens.setdefault(store_id, token) != token:
            raise ConfigError(f"line {number} of {source} has another token for store {store_id} than an earlier line.")
    return tokens


class FileTokens:
    """Tokens in a file, with a store id, a space and a token per line.

    The file is read with the first request, and again once it has changed; replace it as a whole. A token that the API
    refuses stays there, because only you can replace it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._version: tuple[int, int, int] | None = None
        self._tokens: dict[int, Secret] = {}

    def __repr__(self) -> str:
        return f"<FileTokens in {self.path}>"

    async def get(self, store_id: int) -> Secret | None:
        """The token of a store, or None.

        Raises `ConfigError` if the file can't be read, is readable by others, or has an invalid line.
        """
        tokens = await anyio.to_thread.run_sync(self._read)
        return tokens.get(store_id)

    async def invalidate(self, store_id: int, token: str) -> None:
        """Does nothing."""

    async def store_ids(self) -> AsyncIterator[int]:
        """The ids of all stores in the file, in ascending order. Raises `ConfigError` as `get` does."""
        for store_id in sorted(await anyio.to_thread.run_sync(self._read)):
            yield store_id

    def _read(self) -> dict[int, Secret]:
        with self._lock:
            version = self._find_version()
            if version is None or version != self._version:
                self._tokens = read_token_file(self.path)
                # A change during the read leaves another version, so that it is read again.
                self._version = version
            return self._tokens

    def _find_version(self) -> tuple[int, int, int] | None:
        """What changes with the file; None if it has changed so recently that another change may not show."""
        try:
            status = self.path.stat()
        except OSError:
            return None  # opening it explains why
        if abs(time.time_ns() - status.st_mtime_ns) < _TIME_RESOLUTION:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size
