"""Files that are written under a hidden name, and get their own name once they are complete."""

import hashlib
import io
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO, Final

from ecwid_async.export.hidden_files import hidden_path, open_new
from ecwid_async.export.output_errors import OutputError, translate_os_errors
from ecwid_async.primitives.private_files import open_private

__all__ = ["HashingStream", "PartFile"]

_BUFFER_SIZE: Final = 1 << 20


class HashingStream(io.RawIOBase):
    """Counts and hashes what is written to another stream. Closing it leaves the other stream open."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.size = 0
        self._stream = stream
        self._hash = hashlib.sha256()
        self._abandoned = False

    @property
    def sha256(self) -> str:
        """The hash of everything written so far, in hex."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """The number of bytes written."""
        return self.size

    def abandon(self) -> None:
        """Drop all further writes: a writer that is not finished may still write an end when it is collected."""
        self._abandoned = True

    def write(self, data: "bytes | memoryview", /) -> int:  # type: ignore[override]  # never writes less than all
        """Write bytes as they are."""
        written = len(data) if isinstance(data, bytes) else memoryview(data).nbytes
        if self._abandoned:
            return written
        self._stream.write(data)
        self._hash.update(data)
        self.size += written
        return written

    def flush(self) -> None:
        """Pass everything to the system, so that it survives the end of this process."""
        if not (self._abandoned or self._stream.closed):
            self._stream.flush()


class PartFile(HashingStream):
    """A file that is written under a hidden name beside its own, readable only by its owner.

    Create one only under the `FileLock` of `path`. `seal` puts it on disk and closes it, `verify` checks that it still
    has what was written, `publish` gives it its name and `unpublish` takes the name back, `discard` removes it. Methods
    raise `OutputError` if the file can't be written; `close` and `discard` never raise.
    """

    _stream: BinaryIO

    def __init__(self, path: Path, kind: str = "part", *, new: bool = True) -> None:
        self.path = path
        self.hidden = hidden_path(path, kind)
        with translate_os_errors(path):
            super().__init__((open_new if new else open_private)(self.hidden, buffering=_BUFFER_SIZE))

    @classmethod
    def reopen(cls, path: Path, kind: str, *, size: int, sha256: str) -> "PartFile | None":
        """Reopen the first `size` bytes that an earlier process wrote. Returns None if they are not as recorded."""
        if not hidden_path(path, kind).is_file():
            return None
        try:
            part = cls(path, kind, new=False)
        except OutputError as error:
            if isinstance(error.__cause__, PermissionError):
                return None  # a link, or a file of another user
            raise
        part._read_content(size)
        if (part.size, part.sha256) != (size, sha256):
            part.close()
            return None
        with translate_os_errors(path):
            part._stream.truncate(size)
        return part

    def lines(self, limit: int = 100) -> Iterator[list[bytes]]:
        """Yield the lines of the file without their ends, `limit` at a time."""
        self.flush()
        with translate_os_errors(self.path), self.hidden.open("rb", buffering=_BUFFER_SIZE) as file:
            while lines := [line.rstrip(b"\n") for line in islice(file, limit)]:
                yield lines

    def write(self, data: "bytes | memoryview", /) -> int:  # type: ignore[override]  # never writes less than all
        """Write bytes as they are."""
        with translate_os_errors(self.path):
            return super().write(data)

    def flush(self) -> None:
        """Pass everything to the system, so that it survives the end of this process."""
        with translate_os_errors(self.path):
            super().flush()

    def seal(self) -> None:
        """Put everything on disk and close the file. Blocks until then."""
        with translate_os_errors(self.path):
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()

    def verify(self, size: int, sha256: str, *, mode: int | None = None) -> None:
        """Raise `OutputError` if the sealed file has other bytes. Set its permissions to `mode`."""
        file = PartFile(self.path, self.hidden.suffix[1:], new=False)
        try:
            file._read_content(size + 1)
            if (file.size, file.sha256) != (size, sha256):
                raise OutputError(
                    f"{self.hidden} was changed by another program while it was written, so nothing was published. "
                    "Find out what writes there, then export again."
                )
            if mode is not None and sys.platform != "win32":
                with translate_os_errors(self.path):
                    os.fchmod(file._stream.fileno(), mode)
        finally:
            file.close()

    def publish(self) -> None:
        """Give the sealed file its name, replacing any file of that name."""
        with translate_os_errors(self.path):
            self.hidden.replace(self.path)

    def unpublish(self) -> None:
        """Give the file its hidden name again. Raises `OSError`."""
        self.path.replace(self.hidden)

    def close(self) -> None:
        """Close the file, which stays where it is. Data that was not flushed may be lost."""
        self.abandon()
        with suppress(OSError, AttributeError):  # a file that could not be opened has no stream
            self._stream.close()

    def discard(self) -> None:
        """Remove the hidden file, unless it was published."""
        self.close()
        with suppress(OSError):
            self.hidden.unlink(missing_ok=True)

    def _read_content(self, limit: int) -> None:
        """Count and hash the content of the file, up to `limit` bytes."""
        with translate_os_errors(self.path):
            self._stream.seek(0)
            while self.size < limit and (chunk := self._stream.read(min(_BUFFER_SIZE, limit - self.size))):
                self._hash.update(chunk)
                self.size += len(chunk)
