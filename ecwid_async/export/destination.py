"""The destination of an export: files that are locked while they are written and published together, or not at all."""

import os
import stat
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from msgspec.structs import replace

from ecwid_async.export.checkpoint import Checkpoint, CheckpointFile
from ecwid_async.export.file_lock import FileLock
from ecwid_async.export.file_names import FileNames
from ecwid_async.export.file_replacement import FileReplacement, restore_interrupted
from ecwid_async.export.hidden_files import hidden_path, sync_folder
from ecwid_async.export.manifest import Manifest, read_file_names
from ecwid_async.export.output_errors import OutputError, translate_os_errors
from ecwid_async.export.part_file import PartFile

__all__ = ["RESUMABLE_NOTE", "Destination"]

_KINDS: Final = ("part", "spool")
RESUMABLE_NOTE: Final = (
    "Items that were read are kept: the same export to the same place resumes from there, unless it is `fresh`."
)
"""The note on an error after which the export can be resumed."""


class Destination:
    """The files of one export, as a context manager.

    Entering it locks the files; it never changes a file that it has not locked. Leaving it without `publish` keeps the
    hidden files that a checkpoint refers to, so that a later export can resume. If there are none, it leaves nothing
    behind, not even the folders that it created.

    `now` is the start of the export, by which checkpoints expire. With `fresh`, earlier checkpoints are removed. `mode`
    sets the permissions of the files. Raises `OutputError` if a file can't be written or another export is writing it.
    """

    def __init__(self, names: FileNames, *, now: datetime, fresh: bool = False, mode: int | None = None) -> None:
        self.names = names
        self.published = False
        self._now = now
        self._fresh = fresh
        self._mode = mode
        self._created_folders: list[Path] = []
        self._locks: dict[Path, FileLock] = {}
        self._parts: dict[Path, PartFile] = {}
        self.checkpoints: CheckpointFile

    def __enter__(self) -> Self:
        try:
            self._create_folder()
            for path in sorted(self._paths()):
                self._locks[path] = FileLock(path)
            for path in self._paths():
                restore_interrupted(path, keep_removed=path == self._manifest_path)
            self.checkpoints = CheckpointFile(self._manifest_path, self._now)
        except BaseException:
            self._release()
            raise
        if self._fresh:
            self.checkpoints.clear()
        for file in self.checkpoints.files:
            # An earlier export to other files left these. Lock them, so that they can be removed, unless another
            # process is using them.
            path = self.names.folder / file
            if path not in self._locks:
                with suppress(OutputError):
                    self._locks[path] = FileLock(path)
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        for part in self._parts.values():
            part.close()
        checkpoints = [] if self.published else list(self.checkpoints.latest.values())
        kept = {name for checkpoint in checkpoints for name in _hidden_names(checkpoint)}
        for path in self._locks:
            for file_kind in _KINDS:
                if (hidden := hidden_path(path, file_kind)).name not in kept:
                    with suppress(OSError):
                        hidden.unlink(missing_ok=True)
        if kept:
            self.checkpoints.close()
        else:
            self.checkpoints.discard()
        self._release()
        if error is None:
            return
        if self.published:
            error.add_note(f"The export was complete before that: see {self._manifest_path}.")
        elif any(_hidden_names(checkpoint) for checkpoint in checkpoints if checkpoint.section in self.names.files):
            error.add_note(RESUMABLE_NOTE)

    def path(self, section: str) -> Path:
        """The path of a section's file."""
        return self.names.folder / self.names.files[section]

    def create(self, path: Path, kind: str = "part") -> PartFile:
        """Create an empty hidden file."""
        return self.add(PartFile(path, kind))

    def add(self, part: PartFile) -> PartFile:
        """Add a hidden file, which is closed on leaving."""
        self._parts[part.hidden] = part
        return part

    def publish(self, manifest: Manifest) -> Manifest:
        """Give all files their names. A failure restores the files that were there before.

        Reads each file again and compares it with its record. The old manifest is removed first and the new one is
        published last, so a manifest never exists beside files of another export. Returns the manifest with
        `earlier_files` filled in. Raises `OutputError` if a file can't be written or has been changed. Blocks.
        """
        manifest = replace(manifest, earlier_files=self._earlier_files(manifest))
        manifest_part = self.create(self._manifest_path)
        manifest_part.write(manifest.to_json())
        manifest_part.seal()
        mode = self._file_mode()
        manifest_part.verify(manifest_part.size, manifest_part.sha256, mode=mode)
        parts = []
        for section, record in manifest.sections.items():
            part = self._parts[hidden_path(self.path(section), "part")]
            part.verify(record.size_bytes, record.sha256, mode=mode)
            parts.append(part)
        with FileReplacement() as replacement:
            replacement.remove(self._manifest_path)
            for part in parts:
                replacement.publish(part)
            sync_folder(self.names.folder)
            replacement.publish(manifest_part)
        self.published = True
        sync_folder(self.names.folder)
        return manifest

    @property
    def _manifest_path(self) -> Path:
        return self.names.folder / self.names.manifest

    def _paths(self) -> list[Path]:
        return [*(self.names.folder / file for file in self.names.files.values()), self._manifest_path]

    def _create_folder(self) -> None:
        folder = self.names.folder
        with translate_os_errors(folder):
            missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
            for parent in reversed(missing):
                parent.mkdir(exist_ok=True)
                self._created_folders.append(parent)
            if not folder.is_dir():
                raise NotADirectoryError(0, "it is a file, not a folder")

    def _earlier_files(self, manifest: Manifest) -> list[str]:
        try:
            earlier = read_file_names(self._manifest_path.read_bytes())
        except OSError:
            return []
        written = {record.file for record in manifest.sections.values()}
        return [name for name in earlier if name not in written and (self.names.folder / name).is_file()]

    def _file_mode(self) -> int:
        """Return the chosen permissions, or the ones that any new file gets in this folder."""
        if self._mode is None:
            probe = hidden_path(self._manifest_path, "mode")
            with translate_os_errors(probe):
                probe.unlink(missing_ok=True)
                handle = os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
                self._mode = stat.S_IMODE(os.fstat(handle).st_mode)
                os.close(handle)
                probe.unlink()
        return self._mode

    def _release(self) -> None:
        for lock in self._locks.values():
            lock.release()
        for folder in reversed(self._created_folders):
            with suppress(OSError):
                folder.rmdir()


def _hidden_names(checkpoint: Checkpoint) -> list[str]:
    """Return the names of the hidden files that an export needs to resume from a checkpoint."""
    if checkpoint.record is not None:
        return [hidden_path(Path(checkpoint.file), "part").name]
    if checkpoint.scan_token:
        return [hidden_path(Path(checkpoint.file), checkpoint.resume_from).name]
    return []
