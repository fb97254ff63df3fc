"""Files that appear under their name only when they are whole."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ecwid_async.errors import EcwidError

__all__ = ["Folder", "OutputError", "PartFile"]

_BUFFER = 1 << 20


class OutputError(EcwidError):
    """A file can't be written: the disk is full, the folder is not writable. What was there before is untouched."""


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(
            f"can't write {path}: {reason}. Nothing was kept; make room or choose another folder."
        ) from error


class PartFile:
    """A file that is written under a temporary name beside its own.

    `seal` puts it safely on the disk, `publish` gives it its name, `discard` removes it. Counts lines and bytes, and
    hashes what was written. Every method raises `OutputError` where the disk refuses; `discard` never raises.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        self.size = 0
        self._hash = hashlib.sha256()
        # Random, so that two exports into one folder, or what a killed one left, don't get in each other's way.
        self._part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        with _named(path):
            self._file: IO[bytes] = self._part.open("xb", buffering=_BUFFER)

    @property
    def sha256(self) -> str:
        """The hash of what was written so far, in hex."""
        return self._hash.hexdigest()

    def write_line(self, document: bytes) -> None:
        """Write one JSON document as a line, byte for byte.

        A line break can only stand between a document's tokens; there it becomes a space, or the line would end.
        """
        if b"\n" in document or b"\r" in document:
            document = document.replace(b"\r", b" ").replace(b"\n", b" ")
        self.write(document + b"\n")
        self.lines += 1

    def write(self, content: bytes) -> None:
        """Write bytes as they are."""
        with _named(self.path):
            self._file.write(content)
        self._hash.update(content)
        self.size += len(content)

    def restart(self) -> None:
        """Forget what was written."""
        with _named(self.path):
            self._file.seek(0)
            self._file.truncate()
        self._hash = hashlib.sha256()
        self.lines = self.size = 0

    def seal(self) -> None:
        """Put everything on the disk and close. Blocks until the disk has it."""
        with _named(self.path):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def publish(self) -> None:
        """Give the sealed file its name, in place of what had it before."""
        with _named(self.path):
            self._part.replace(self.path)

    def discard(self) -> None:
        """Remove the temporary file, unless it was published."""
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)


class Folder:
    """Where an export goes: a set of files that get their names together, or not at all.

    As a context manager it makes the folder and, on leaving, removes what was not published, and the folder too where
    it was made for nothing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._made: list[Path] = []
        self._parts: list[PartFile] = []

    def __enter__(self) -> "Folder":
        missing = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        with _named(self.path):
            for folder in reversed(missing):
                folder.mkdir(exist_ok=True)
                self._made.append(folder)
            if not self.path.is_dir():
                raise NotADirectoryError(0, "it is a file, not a folder")
        return self

    def __exit__(self, *_: object) -> None:
        for part in self._parts:
            part.discard()
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()

    def create(self, name: str) -> PartFile:
        """A new file of the set."""
        part = PartFile(self.path / name)
        self._parts.append(part)
        return part

    def publish(self, seal: PartFile) -> None:
        """Give every file its name; `seal`, the file that vouches for the others, is gone first and comes last."""
        with _named(seal.path):
            seal.path.unlink(missing_ok=True)
        for part in self._parts:
            if part is not seal:
                part.publish()
        self._sync()
        seal.publish()
        self._sync()

    def _sync(self) -> None:
        """Put the names themselves on the disk, where the system can do that."""
        with suppress(OSError):
            handle = os.open(self.path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
