"""Private files beside the files of an export, under hidden names."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ecwid_async.primitives.private_files import open_private

__all__ = ["hidden_path", "open_new", "sync_folder"]


def hidden_path(path: Path, kind: str) -> Path:
    """Return the path of the hidden file of this kind beside `path`, which is the same in every process."""
    return path.with_name(f".{path.name}.{kind}")


def open_new(path: Path, *, buffering: int = -1) -> BinaryIO:
    """Create an empty private file. Removes an existing file or link of this name, without following a link."""
    path.unlink(missing_ok=True)
    return open_private(path, buffering=buffering)


def sync_folder(folder: Path) -> None:
    """Flush the names of a folder's files to disk, if the operating system supports it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
