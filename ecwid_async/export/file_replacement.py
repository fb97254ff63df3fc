"""Replacing several files together: all of them or none."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from ecwid_async.export.hidden_files import hidden_path
from ecwid_async.export.output_errors import translate_os_errors
from ecwid_async.export.part_file import PartFile

__all__ = ["FileReplacement", "restore_interrupted"]

_BACKUP: Final = "before"


class FileReplacement:
    """Replaces files, as a context manager. An error inside it restores the files that were there before."""

    def __init__(self) -> None:
        self._backups: dict[Path, Path | None] = {}
        self._published: list[PartFile] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        if error is not None:
            self._restore(error)
            return
        for path in self._backups:
            with suppress(OSError):
                hidden_path(path, _BACKUP).unlink(missing_ok=True)

    def remove(self, path: Path) -> None:
        """Remove a file and keep a hidden backup."""
        self._back_up(path)
        with translate_os_errors(path):
            path.unlink(missing_ok=True)

    def publish(self, part: PartFile) -> None:
        """Publish a part and keep a hidden backup of the file that it replaces."""
        if part.path not in self._backups:
            self._back_up(part.path)
        part.publish()
        self._published.append(part)

    def _back_up(self, path: Path) -> None:
        backup = hidden_path(path, _BACKUP)
        with translate_os_errors(path):
            backup.unlink(missing_ok=True)
            if not _is_replaceable(path):
                self._backups[path] = None
                return
            try:
                # A hard link, so that the path always has the old file or the new one.
                os.link(path, backup, follow_symlinks=False)
            except (OSError, NotImplementedError):  # a file system without hard links
                path.rename(backup)
        self._backups[path] = backup

    def _restore(self, error: BaseException) -> None:
        for part in reversed(self._published):
            with suppress(OSError):
                part.unpublish()
        for path, backup in reversed(self._backups.items()):
            if backup is not None:
                try:
                    backup.replace(path)
                    backup.unlink(missing_ok=True)  # replacing a hard link by another of the same file keeps both
                except OSError:
                    error.add_note(f"{path} could not be restored: its content is in {backup}.")


def restore_interrupted(path: Path, *, keep_removed: bool = False) -> None:
    """Undo a replacement that a killed process left unfinished: restore the backup if the file is gone.

    With `keep_removed`, the file is not restored. Raises `OutputError` if the file can't be replaced.
    """
    with translate_os_errors(path):
        backup, exists = hidden_path(path, _BACKUP), _is_replaceable(path)
        if exists or keep_removed:
            backup.unlink(missing_ok=True)
        elif backup.is_file():
            backup.rename(path)


def _is_replaceable(path: Path) -> bool:
    """Whether a file or link of this name exists. Raises `IsADirectoryError` for a folder, which can't be replaced."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "a folder has this name")
    return True
