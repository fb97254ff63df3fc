"""Files that appear under their name only when they are whole."""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO

from ecwid_async.errors import EcwidError
from ecwid_async.journal import lock

__all__ = ["OutputError", "PartFile", "Sink", "failing", "hidden_name", "sync_folder"]

_BUFFER = 1 << 20


class OutputError(EcwidError):
    """A file can't be written: the disk is full, the folder is not writable. What was there before is untouched."""


@contextmanager
def failing(path: Path) -> Iterator[None]:
    """Name the file that the system refuses to write. Raises `OutputError`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(f"can't write {path}: {reason}. Make room, or choose another place.") from error


def hidden_name(path: Path, kind: str) -> Path:
    """Where a file is until it has its name: beside it, the same each time, so that a later process finds it."""
    return path.with_name(f".{path.name}.{kind}")


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
    """A file that is written under a hidden name beside its own, as a `Sink`.

    `seal` puts it safely on the disk, `publish` gives it its name, `discard` removes it; closing leaves it where it is.
    Everything raises `OutputError` where the disk refuses; `close` and `discard` never raise.
    """

    _stream: BinaryIO

    def __init__(self, path: Path, kind: str = "part", *, empty: bool = True) -> None:
        self.path = path
        self.hidden = hidden_name(path, kind)
        with failing(path):
            stream = self.hidden.open("a+b", buffering=_BUFFER)
            if not lock(stream):
                stream.close()
                raise OutputError(f"another export is writing {path}: wait until it is over, or choose another place.")
            if empty:
                stream.truncate(0)
        super().__init__(stream)

    @classmethod
    def left(cls, path: Path, kind: str, *, size: int, sha256: str) -> "PartFile | None":
        """Go on with the first `size` bytes of what an earlier process wrote; None where they are not there."""
        if not hidden_name(path, kind).is_file():
            return None
        part = cls(path, kind, empty=False)
        with failing(path):
            part._stream.seek(0)
            while part.size < size and (chunk := part._stream.read(min(_BUFFER, size - part.size))):
                part._hash.update(chunk)
                part.size += len(chunk)
            if part.size < size or part.sha256 != sha256:
                part.close()
                return None
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

    def publish(self) -> None:
        """Give the sealed file its name, in place of what had it before."""
        with failing(self.path):
            self.hidden.replace(self.path)

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


def sync_folder(folder: Path) -> None:
    """Put the names themselves on the disk, where the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
