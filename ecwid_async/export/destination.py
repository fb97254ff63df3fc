"""Where an export goes: a set of files that get their names together, or not at all."""

import errno
import os
import re
import stat
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from attrs import frozen
from msgspec.structs import replace

from ecwid_async.errors import ConfigError
from ecwid_async.export.checkpoint import Checkpoint, CheckpointFile
from ecwid_async.export.formats import FORMATS, Format, check_format
from ecwid_async.export.manifest import MANIFEST_NAME, Manifest, files_in
from ecwid_async.export.output import FileLock, OutputError, PartFile, failing, hidden_name, sync_folder

__all__ = ["RESUMABLE_NOTE", "Destination", "Names", "check_folder_name", "format_from_name"]

_KINDS: Final = ("part", "spool")
RESUMABLE_NOTE: Final = (
    "What was read is kept: the same export to the same place resumes from there, unless it is `fresh`."
)
"""The note of an error after which that is so."""

# A date, or a version, ends in digits: folders are called like that, and files are not.
_ENDING: Final = re.compile(r"\.[A-Za-z]\w*|\.7z")


def format_from_name(path: Path) -> Format | None:
    """The format that a file's name tells, None where it tells none and for a folder."""
    with failing(path):
        if path.is_dir():
            return None
    fitting = [name for name, suffix in FORMATS.items() if path.name.endswith(suffix) and path.name != suffix]
    return max(fitting, key=len, default=None)


def check_folder_name(out: Path) -> None:
    """Raise `ConfigError` for the name of a file: it would become a folder of that name."""
    if not out.is_dir() and (_ENDING.fullmatch(out.suffix) or out.name in FORMATS.values()):
        raise ConfigError(
            f"{out.name} looks like the name of a file, but of no format that can be written: such names "
            f"end in {', '.join(FORMATS.values())}. If it is meant to be a folder, create that first."
        )


@frozen
class Names:
    """What the files of an export are called: those of `sections` in a folder, or the one file of the only section."""

    folder: Path
    format: Format
    files: dict[str, str]
    manifest: str

    @classmethod
    def of(cls, out: Path, format_: Format | None, sections: Sequence[str]) -> "Names":
        """A name with the suffix of a format is that of a file, any other that of a folder.

        Raises `ConfigError` where the two contradict each other, or several sections were to be one file.
        """
        if format_ is not None:
            check_format(format_)
        told = format_from_name(out)
        if told is None:
            check_folder_name(out)
            chosen = format_ or "jsonl"
            return cls(out, chosen, {name: name + FORMATS[chosen] for name in sections}, MANIFEST_NAME)
        if format_ not in (None, told):
            raise ConfigError(
                f"{out.name} is the name of a {told} file, and the format is to be {format_}: choose one."
            )
        if len(sections) != 1:
            raise ConfigError(
                f"{out.name} is one file, and there are {len(sections)} sections: name a folder for them."
            )
        return cls(out.parent, told, {sections[0]: out.name}, f"{out.name}.{MANIFEST_NAME}")


class Destination:
    """The files of one export while they are written, as a context manager.

    Nobody else writes them meanwhile: the lock of each is taken before anything else, and only what it covers is ever
    touched. On leaving without `publish`, what the checkpoint speaks of is kept under hidden names, for a later export
    to go on from. Where there is nothing to go on from, nothing is left, the folder neither if it was made for this.
    """

    def __init__(self, names: Names, *, now: datetime, fresh: bool = False, mode: int | None = None) -> None:
        self.names = names
        self.published = False
        self._now = now
        self._fresh = fresh
        self._mode = mode
        self._made: list[Path] = []
        self._locks: dict[Path, FileLock] = {}
        self._parts: dict[Path, PartFile] = {}
        self.checkpoint: CheckpointFile

    def __enter__(self) -> Self:
        try:
            self._make_folder()
            for path in sorted(self._paths()):
                self._locks[path] = FileLock(path)
            self._look_at_targets()
            self.checkpoint = CheckpointFile(self._manifest, self._now)
        except BaseException:
            self._let_go()
            raise
        if self._fresh:
            self.checkpoint.forget()
        for file in self.checkpoint.files:
            # Of an export to other files that nobody goes on with. Not ours if somebody writes them now.
            path = self.names.folder / file
            if path not in self._locks:
                with suppress(OutputError):
                    self._locks[path] = FileLock(path)
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        for part in self._parts.values():
            part.close()
        marks = [] if self.published else list(self.checkpoint.marks.values())
        kept = {hidden for mark in marks for hidden in _logs(mark)}
        for path in self._locks:
            for each in _KINDS:
                if (hidden := hidden_name(path, each)).name not in kept:
                    with suppress(OSError):
                        hidden.unlink(missing_ok=True)
        if kept:
            self.checkpoint.close()
        else:
            self.checkpoint.discard()
        self._let_go()
        if error is not None and self.published:
            error.add_note(f"The export was complete before that: {self._manifest} vouches for it.")
        elif error is not None and any(_logs(mark) for mark in marks if mark.section in self.names.files):
            error.add_note(RESUMABLE_NOTE)

    def path(self, section: str) -> Path:
        """Where a section's file is to appear."""
        return self.names.folder / self.names.files[section]

    def create(self, path: Path, kind: str = "part") -> PartFile:
        """An empty hidden file."""
        return self.add(PartFile(path, kind))

    def add(self, part: PartFile) -> PartFile:
        """Close it on leaving."""
        self._parts[part.hidden] = part
        return part

    def publish(self, manifest: Manifest) -> Manifest:
        """Give every file its name, or none: a failure puts back what had the names before.

        Each file is read once more: it is what its record says, or nothing is published. The manifest, which vouches
        for the others, is gone first and comes last. Gives it back with the names of the files that it replaces not.
        """
        manifest = replace(manifest, earlier_files=self._earlier_files(manifest))
        seal = self.create(self._manifest)
        seal.write(manifest.to_json())
        seal.seal()
        seal.check(seal.size, seal.sha256, mode=self._file_mode())
        parts = []
        for section, record in manifest.sections.items():
            part = self._parts[hidden_name(self.path(section), "part")]
            part.check(record.bytes, record.sha256, mode=self._file_mode())
            parts.append(part)
        with _Replaced() as replaced:
            replaced.set_aside(self._manifest)
            for part in parts:
                replaced.by(part)
            sync_folder(self.names.folder)
            replaced.by(seal)
        self.published = True
        sync_folder(self.names.folder)
        return manifest

    @property
    def _manifest(self) -> Path:
        return self.names.folder / self.names.manifest

    def _paths(self) -> list[Path]:
        return [*(self.names.folder / file for file in self.names.files.values()), self._manifest]

    def _make_folder(self) -> None:
        folder = self.names.folder
        with failing(folder):
            missing = [each for each in (folder, *folder.parents) if not each.exists()]
            for each in reversed(missing):
                each.mkdir(exist_ok=True)
                self._made.append(each)
            if not folder.is_dir():
                raise NotADirectoryError(0, "it is a file, not a folder")

    def _look_at_targets(self) -> None:
        """Raise `OutputError` where a file can't get its name. What a killed process set aside is tidied up."""
        for path in self._paths():
            with failing(path):
                before, there = hidden_name(path, "before"), _is_file(path)
                if there or path == self._manifest:
                    before.unlink(missing_ok=True)
                elif before.is_file():
                    before.rename(path)

    def _earlier_files(self, manifest: Manifest) -> list[str]:
        try:
            earlier = files_in(self._manifest.read_bytes())
        except OSError:
            return []
        ours = {record.file for record in manifest.sections.values()}
        return [name for name in earlier if name not in ours and (self.names.folder / name).is_file()]

    def _file_mode(self) -> int:
        """The permissions that any new file gets here, unless others were chosen."""
        if self._mode is None:
            probe = hidden_name(self._manifest, "mode")
            with failing(probe):
                probe.unlink(missing_ok=True)
                handle = os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
                self._mode = stat.S_IMODE(os.fstat(handle).st_mode)
                os.close(handle)
                probe.unlink()
        return self._mode

    def _let_go(self) -> None:
        for lock in self._locks.values():
            lock.release()
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()


class _Replaced:
    """Files that were replaced. An error on the way out puts back what was there before."""

    def __init__(self) -> None:
        self._before: dict[Path, Path | None] = {}
        self._published: list[PartFile] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        if error is not None:
            self._undo(error)
            return
        for path in self._before:
            with suppress(OSError):
                hidden_name(path, "before").unlink(missing_ok=True)

    def set_aside(self, path: Path) -> None:
        """Remove a file, of which a copy stays hidden."""
        self._keep(path)
        with failing(path):
            path.unlink(missing_ok=True)

    def by(self, part: PartFile) -> None:
        """Give a part its name."""
        if part.path not in self._before:
            self._keep(part.path)
        part.publish()
        self._published.append(part)

    def _keep(self, path: Path) -> None:
        before = hidden_name(path, "before")
        with failing(path):
            before.unlink(missing_ok=True)
            if not _is_file(path):
                self._before[path] = None
                return
            try:
                # A second name: whoever looks finds the file of before or the new one, and never none.
                os.link(path, before, follow_symlinks=False)
            except (OSError, NotImplementedError):  # a file system without them
                path.rename(before)
        self._before[path] = before

    def _undo(self, error: BaseException) -> None:
        for part in reversed(self._published):
            with suppress(OSError):
                part.withdraw()
        for path, before in reversed(self._before.items()):
            if before is not None:
                try:
                    before.replace(path)
                    before.unlink(missing_ok=True)  # two names of one file both stay
                except OSError:
                    error.add_note(f"{path} could not be put back: what it held is in {before}.")


def _is_file(path: Path) -> bool:
    """Whether something has this name that a file can replace. Raises `IsADirectoryError` for a folder."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "a folder has this name")
    return True


def _logs(mark: Checkpoint) -> list[str]:
    """The hidden files that a later export needs to go on from a mark."""
    if mark.record is not None:
        return [hidden_name(Path(mark.file), "part").name]
    return [hidden_name(Path(mark.file), mark.log).name] if mark.token else []
