"""Where an export goes: a set of files that get their names together, or not at all."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from attrs import frozen

from ecwid_async.errors import ConfigError
from ecwid_async.export.checkpoint import Checkpoint, Mark
from ecwid_async.export.formats import FORMATS, Format
from ecwid_async.export.manifest import MANIFEST_NAME, Manifest
from ecwid_async.export.output import PartFile, failing, hidden_name, sync_folder

__all__ = ["Names", "Place", "format_of", "is_kept"]

_KINDS: Final = ("part", "spool")


def format_of(path: Path) -> Format | None:
    """The format that a file's name tells, None where it tells none and for a folder."""
    if path.is_dir():
        return None
    fitting = [name for name, suffix in FORMATS.items() if path.name.endswith(suffix) and path.name != suffix]
    return max(fitting, key=len, default=None)


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
        told = format_of(out)
        if told is None:
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


def is_kept(out: Path, format_: Format | None, sections: Sequence[str]) -> bool:
    """Whether an export of this to there was broken off, and can be taken up again."""
    names = Names.of(out, format_, sections)
    return hidden_name(names.folder / names.manifest, "checkpoint").exists()


class Place:
    """The files of one export while they are written, as a context manager.

    On leaving it without `publish`, what the checkpoint speaks of is kept under hidden names, for a later export to go
    on from. Where there is nothing to go on from, nothing is left, the folder neither if it was made for this.
    """

    def __init__(self, names: Names, *, now: datetime, fresh: bool) -> None:
        self.names = names
        self._now = now
        self._fresh = fresh
        self._made: list[Path] = []
        self._parts: dict[Path, PartFile] = {}
        self._published = False
        self.checkpoint: Checkpoint

    def __enter__(self) -> Self:
        folder = self.names.folder
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        with failing(folder):
            for each in reversed(missing):
                each.mkdir(exist_ok=True)
                self._made.append(each)
            if not folder.is_dir():
                raise NotADirectoryError(0, "it is a file, not a folder")
        self.checkpoint = Checkpoint(folder / self.names.manifest, self._now)
        if self._fresh:
            self.checkpoint.forget()
        return self

    def __exit__(self, *_: object) -> None:
        for part in self._parts.values():
            part.close()
        marks = [] if self._published else self.checkpoint.marks.values()
        kept = {hidden for mark in marks for hidden in _logs(mark)}
        for file in self.checkpoint.files | set(self.names.files.values()) | {self.names.manifest}:
            for kind in _KINDS:
                if (hidden := hidden_name(self.names.folder / file, kind)).name not in kept:
                    with suppress(OSError):
                        hidden.unlink(missing_ok=True)
        if kept:
            self.checkpoint.close()
            return
        self.checkpoint.discard()
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()

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

    def publish(self, sections: Sequence[str], manifest: Manifest) -> None:
        """Give every file its name; the manifest, which vouches for them, is gone first and comes last."""
        folder = self.names.folder
        seal = self.create(folder / self.names.manifest)
        seal.write(manifest.to_json())
        seal.seal()
        with failing(seal.path):
            seal.path.unlink(missing_ok=True)
        for section in sections:
            self._parts[hidden_name(self.path(section), "part")].publish()
        sync_folder(folder)
        seal.publish()
        sync_folder(folder)
        self._published = True


def _logs(mark: Mark) -> list[str]:
    """The hidden files that a later export needs to go on from a mark."""
    if mark.record is not None:
        return [hidden_name(Path(mark.file), "part").name]
    return [hidden_name(Path(mark.file), mark.log).name] if mark.token else []
