"""A lock on a file, so that only one export at a time writes it."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from ecwid_async.export.hidden_files import hidden_path
from ecwid_async.export.output_errors import OutputError, translate_os_errors
from ecwid_async.primitives.private_files import lock_file, open_private

__all__ = ["FileLock"]

_MAX_ATTEMPTS: Final = 100


class FileLock:
    """Locks the file `path` and its hidden files until `release`.

    Raises `OutputError` if another export holds the lock, in this process or another.
    """

    def __init__(self, path: Path) -> None:
        self._hidden = hidden_path(path, "lock")
        with translate_os_errors(path):
            self._file = self._acquire(path)

    def release(self) -> None:
        """Release the lock. Never raises."""
        if sys.platform == "win32":
            self._file.close()
        with suppress(OSError):
            self._hidden.unlink(missing_ok=True)
        with suppress(OSError):
            self._file.close()

    def _acquire(self, path: Path) -> BinaryIO:
        for _ in range(_MAX_ATTEMPTS):
            file = open_private(self._hidden)
            if not lock_file(file):
                file.close()
                break
            # The previous owner may have removed the file between opening and locking it.
            with suppress(OSError):
                if os.path.samestat(self._hidden.lstat(), os.fstat(file.fileno())):
                    return file
            file.close()
        raise OutputError(f"another export is writing to {path}: wait until it is over, or choose another place.")
