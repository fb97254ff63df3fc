"""Files with secrets that only their owner may read."""

import os
import stat
from pathlib import Path
from typing import TextIO

from ecwid_async.errors import ConfigError

__all__ = ["open_secret_file"]


def open_secret_file(path: Path, kind: str) -> TextIO:
    """Open a text file with secrets. `kind` describes it in messages.

    Raises `ConfigError` if it can't be read, or if others can read it.
    """
    try:
        # Undecodable bytes can't be part of a secret.
        file = path.open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        reason = error.strerror
    else:
        # Check the open file, because a symbolic link has permissions of its own.
        if os.name == "posix" and os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            file.close()
            raise ConfigError(f"{path} must be readable only by you: chmod 600 {path}")
        return file
    raise ConfigError(f"can't read the {kind} {path}: {reason}.")
