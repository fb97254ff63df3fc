"""Files that appear under their name only when they are whole, and that one export at a time writes."""

import errno
import hashlib
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO, Final

from ecwid_async.errors import EcwidError
from ecwid_async.primitives.checked_lines import lock, open_private

__all__ = [
    "FileLock",
    "OutputError",
    "PartFile",
    "Sink",
    "failing",
    "hidden_name",
    "open_new",
    "refused",
    "sync_folder",
]

_BUFFER = 1 << 20
_ATTEMPTS: Final = 100

_ROOM: Final = "Make room, or choose another place."
_RIGHTS: Final = "Choose a place that you may write to."
_HANDLES: Final = "Too many files are open: raise the limit (ulimit -n), or export fewer stores at once."
_ADVICE: Final = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: _RIGHTS,
    errno.EMFILE: _HANDLES,
    errno.ENFILE: _HANDLES,
    errno.ENAMETOOLONG: "Choose a shorter name.",
}


class OutputError(EcwidError):
    """A file can't be written: the disk is full, the folder is not writable. What was there before is untouched."""


@contextmanager
def failing(path: Path) -> Iterator[None]:
    """Name the file that the system refuses to write. Raises `OutputError`."""
    try:
        yield
    except OSError as error:
        raise refused(path, error) from error


def refused(path: Path, error: OSError) -> OutputError:
    """What the system's error means for the file `path`, and what to do."""
    reason = error.strerror or type(error).__name__
    if error.filename and Path(os.fsdecode(error.filename)) != path:
        reason = f"{os.fsdecode(error.filename)}: {reason}"
    return OutputError(f"can't write {path}: {reason}. {_ADVICE.get(error.errno or 0, 'Choose another place.')}")


def hidden_name(path: Path, kind: str) -> Path:
    """Where a file is until it has its name: beside it, the same each time, so that a later process finds it."""
    return path.with_name(f".{path.name}.{kind}")


def open_new(path: Path, *, buffering: int = -1) -> BinaryIO:
    """An empty private file; what had the name before, a link too, is removed and not followed."""
    path.unlink(missing_ok=True)
    return open_private(path, buffering=buffering)


class FileLock:
    """The right to write the file `path`, and what is hidden beside it, until `release`.

    Raises `OutputError` where another export has it, in this process or in another one.
    """

    def __init__(self, path: Path) -> None:
        self._hidden = hidden_name(path, "lock")
        with failing(path):
            self._file = self._take(path)

    def release(self) -> None:
        """Let others have it. Never raises."""
        if sys.platform == "win32":
            self._file.close()
        with suppress(OSError):
            self._hidden.unlink(missing_ok=True)
        with suppress(OSError):
            self._file.close()

    def _take(self, path: Path) -> BinaryIO:
        for _ in range(_ATTEMPTS):
            file = open_private(self._hidden)
            if not lock(file):
                file.close()
                break
            # Whoever had it before may have removed it meanwhile.
            with suppress(OSError):
                if os.path.samestat(self._hidden.lstat(), os.fstat(file.fileno())):
                    return file
            file.close()
        raise OutputError(f"another export is writing to {path}: wait until it is over, or choose another place.")


class Sink(io.RawIOBase):
    """A stream that counts and hashes what goes into another one, which stays open."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.size = 0
        self._stream = stream
        self._hash = hashlib.sha256()
        self._abandoned = False

    @property
    def sha256(self) -> str:
        """The hash of what was written so far, in hex."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self.size

    def abandon(self) -> None:
        """Let nothing more through: a writer that nobody finishes may still write an end, once it is collected."""
        self._abandoned = True

    def write(self, data: "bytes | memoryview", /) -> int:  # type: ignore[override]  # all of it, always
        """Write bytes as they are."""
        written = len(data) if isinstance(data, bytes) else memoryview(data).nbytes
        if self._abandoned:
            return written
        self._stream.write(data)
        self._hash.update(data)
        self.size += written
        return written

    def flush(self) -> None:
        """Hand everything to the system, from where it survives the end of this process."""
        if not (self._abandoned or self._stream.closed):
            self._stream.flush()


class PartFile(Sink):
    """A file that is written under a hidden name beside its own, as a `Sink`; only its owner can read it meanwhile.

    Whoever makes one holds the `FileLock` of `path`. `seal` puts it safely on the disk, `check` looks whether it still
    is what was written, `publish` gives it its name, `withdraw` takes that back, `discard` removes it; closing leaves
    it where it is. Everything raises `OutputError` where the disk refuses; `close` and `discard` never raise.
    """

    _stream: BinaryIO

    def __init__(self, path: Path, kind: str = "part", *, new: bool = True) -> None:
        self.path = path
        self.hidden = hidden_name(path, kind)
        with failing(path):
            super().__init__((open_new if new else open_private)(self.hidden, buffering=_BUFFER))

    @classmethod
    def left(cls, path: Path, kind: str, *, size: int, sha256: str) -> "PartFile | None":
        """Go on with the first `size` bytes of what an earlier process wrote; None where they are not there."""
        if not hidden_name(path, kind).is_file():
            return None
        try:
            part = cls(path, kind, new=False)
        except OutputError as error:
            if isinstance(error.__cause__, PermissionError):
                return None  # it is a link, or somebody else's
            raise
        part._read(size)
        if (part.size, part.sha256) != (size, sha256):
            part.close()
            return None
        with failing(path):
            part._stream.truncate(size)
        return part

    def pages(self, most: int = 100) -> Iterator[list[bytes]]:
        """The lines of the file, without their ends, some at a time."""
        self.flush()
        with failing(self.path), self.hidden.open("rb", buffering=_BUFFER) as lines:
            while page := [line.rstrip(b"\n") for line in islice(lines, most)]:
                yield page

    def write(self, data: "bytes | memoryview", /) -> int:  # type: ignore[override]
        """Write bytes as they are."""
        with failing(self.path):
            return super().write(data)

    def flush(self) -> None:
        """Hand everything to the system, from where it survives the end of this process."""
        with failing(self.path):
            super().flush()

    def seal(self) -> None:
        """Put everything on the disk and close. Blocks until the disk has it."""
        with failing(self.path):
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()

    def check(self, size: int, sha256: str, *, mode: int | None = None) -> None:
        """Raise `OutputError` where the sealed file is not these bytes.

        It gets the permissions `mode`, with which it may be published.
        """
        found = PartFile(self.path, self.hidden.suffix[1:], new=False)
        try:
            found._read(size + 1)
            if (found.size, found.sha256) != (size, sha256):
                raise OutputError(
                    f"{self.hidden} was changed by something else while it was written: nothing has its name yet. "
                    "Find out what writes there, then export again."
                )
            if mode is not None and sys.platform != "win32":
                with failing(self.path):
                    os.fchmod(found._stream.fileno(), mode)
        finally:
            found.close()

    def publish(self) -> None:
        """Give the sealed file its name, in place of what had it before."""
        with failing(self.path):
            self.hidden.replace(self.path)

    def withdraw(self) -> None:
        """Take the name back. Raises `OSError`."""
        self.path.replace(self.hidden)

    def close(self) -> None:
        """Let go of the file; what was not flushed may be lost."""
        self.abandon()
        with suppress(OSError, AttributeError):  # one that could not be opened has no stream
            self._stream.close()

    def discard(self) -> None:
        """Remove the hidden file, unless it was published."""
        self.close()
        with suppress(OSError):
            self.hidden.unlink(missing_ok=True)

    def _read(self, most: int) -> None:
        """Count and hash what is there, up to `most` bytes."""
        with failing(self.path):
            self._stream.seek(0)
            while self.size < most and (chunk := self._stream.read(min(_BUFFER, most - self.size))):
                self._hash.update(chunk)
                self.size += len(chunk)


def sync_folder(folder: Path) -> None:
    """Put the names themselves on the disk, where the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
