"""Files that are written under a hidden name and get their own name once they are complete."""

import hashlib
import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, Final

from ecwid_async.export.hidden_files import hidden_path, open_new
from ecwid_async.export.output_errors import OutputError, translate_os_errors
from ecwid_async.primitives.private_files import open_private

__all__ = ["HashingStream", "PartFile"]

# Pages are larger than the buffer for writing, so they are not copied to it.
_BUFFER_SIZE: Final = 1 << 16
_CHUNK_SIZE: Final = 1 << 18
_MAX_LENGTH_LINE: Final = 20
_LENGTH_LINE: Final = re.compile(rb"\d+\n")


class HashingStream(io.RawIOBase):
    """Counts and hashes the bytes written to another stream. Closing it leaves the other stream open."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.size = 0
        self._stream = stream
        self._hash = hashlib.sha256()
        self._abandoned = False

    @property
    def sha256(self) -> str:
        """The SHA-256 of all bytes written so far, in hexadecimal."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the number of bytes written."""
        return self.size

    def abandon(self) -> None:
        """Drop all further writes. An unfinished writer may still write an end when it is garbage-collected."""
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
        """Pass all bytes to the operating system, so that they survive the end of this process."""
        if not (self._abandoned or self._stream.closed):
            self._stream.flush()


class PartFile(HashingStream):
    """A file that is written under a hidden name beside `path`, readable only by its owner.

    Create it only while holding the `FileLock` of `path`. `seal` flushes it to disk and closes it, `verify` checks that
    its content has not changed, `publish` gives it the name `path`, `unpublish` gives it its hidden name again, and
    `discard` removes it. Methods raise `OutputError` if the file can't be written, except for `unpublish`, which raises
    `OSError`, and `close` and `discard`, which never raise.
    """

    _stream: io.BufferedRandom

    def __init__(self, path: Path, kind: str = "part", *, new: bool = True) -> None:
        self.path = path
        self.hidden = hidden_path(path, kind)
        with translate_os_errors(path):
            super().__init__((open_new if new else open_private)(self.hidden, buffering=_BUFFER_SIZE))

    @classmethod
    def reopen(cls, path: Path, kind: str, *, size: int, sha256: str) -> "PartFile | None":
        """Reopen an earlier process's file and cut it to `size` bytes. Returns None if their hash is not `sha256`."""
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
        """Yield lists of up to `limit` lines of the file, without their line breaks."""
        self.flush()
        with translate_os_errors(self.path), self.hidden.open("rb", buffering=_BUFFER_SIZE) as file:
            while lines := [line.rstrip(b"\n") for line in islice(file, limit)]:
                yield lines

    def write_page(self, page: bytes) -> None:
        """Write a page after a line with its length, so that its bytes need not be searched for line breaks."""
        self.write(b"%d\n" % len(page))
        self.write(page)

    def pages(self) -> Iterator[bytes]:
        """Yield the pages of a file that was written by `write_page`. Raises `OutputError` if it was changed since."""
        self.flush()
        with translate_os_errors(self.path), self.hidden.open("rb", buffering=_BUFFER_SIZE) as file:
            while line := file.readline(_MAX_LENGTH_LINE):
                length = int(line) if _LENGTH_LINE.fullmatch(line) else -1
                page = file.read(length) if 0 <= length <= self.size else b""
                if len(page) != length:
                    raise self._changed_error()
                yield page

    def write(self, data: "bytes | memoryview", /) -> int:  # type: ignore[override]  # never writes less than all
        """Write bytes as they are."""
        with translate_os_errors(self.path):
            return super().write(data)

    def flush(self) -> None:
        """Pass all bytes to the operating system, so that they survive the end of this process."""
        with translate_os_errors(self.path):
            super().flush()

    def seal(self) -> None:
        """Flush the file to disk and close it. Blocks until it is on disk."""
        with translate_os_errors(self.path):
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()

    def verify(self, size: int, sha256: str, *, mode: int | None = None) -> None:
        """Raise `OutputError` if the sealed file has another size or hash. If `mode` is given, set its permissions."""
        file = PartFile(self.path, self.hidden.suffix[1:], new=False)
        try:
            file._read_content(size + 1)
            if (file.size, file.sha256) != (size, sha256):
                raise self._changed_error()
            if mode is not None and sys.platform != "win32":
                with translate_os_errors(self.path):
                    os.fchmod(file._stream.fileno(), mode)
        finally:
            file.close()

    def publish(self) -> None:
        """Rename the sealed file to `path`, replacing any existing file."""
        with translate_os_errors(self.path):
            self.hidden.replace(self.path)

    def unpublish(self) -> None:
        """Rename the file to its hidden name again. Raises `OSError`."""
        self.path.replace(self.hidden)

    def close(self) -> None:
        """Close the file and keep it. Data that was not flushed may be lost."""
        self.abandon()
        with suppress(OSError, AttributeError):  # a file that could not be opened has no stream
            self._stream.close()

    def discard(self) -> None:
        """Close and remove the hidden file. A published file is kept."""
        self.close()
        with suppress(OSError):
            self.hidden.unlink(missing_ok=True)

    def _changed_error(self) -> OutputError:
        return OutputError(
            f"{self.hidden} was changed by another program while it was written, so nothing was published. "
            "Find out what writes there, then export again."
        )

    def _read_content(self, limit: int) -> None:
        """Count and hash the file's content, up to `limit` bytes."""
        with translate_os_errors(self.path):
            self._stream.seek(0)
            chunk = memoryview(bytearray(_CHUNK_SIZE))
            while self.size < limit and (length := self._stream.readinto(chunk[: limit - self.size])):
                self._hash.update(chunk[:length])
                self.size += length
