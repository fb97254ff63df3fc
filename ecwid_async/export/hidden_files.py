"""Private files beside the files of an export, under hidden names."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ecwid_async.primitives.private_files import open_private

__all__ = ["hidden_path", "open_new", "sync_folder"]


def hidden_path(path: Path, kind: str) -> Path:
    """Return the hidden file of this kind that belongs to `path`. It is the same for every process."""
    return path.with_name(f".{path.name}.{kind}")


def open_new(path: Path, *, buffering: int = -1) -> BinaryIO:
    """Create an empty private file. An existing file or link of this name is removed, and not followed."""
    path.unlink(missing_ok=True)
    return open_private(path, buffering=buffering)


def sync_folder(folder: Path) -> None:
    """Put the names of a folder's files on disk, if the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
