"""The files of a journal: checksummed lines, each on disk before the next step, and a record of their length.

The lines are in ``….jsonl``. ``….lock`` is locked while the job runs and records the length of the journal, to detect
a journal that was cut short, even at the end of a line.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from ecwid_async.errors import JobError
from ecwid_async.primitives.checksummed_lines import add_checksum, strip_checksum
from ecwid_async.primitives.private_files import lock_file, open_private

__all__ = ["InvalidLine", "JournalDamaged", "JournalFile"]

_MAX_LENGTH_DIGITS: Final = 18
# A line has up to 500 calls of 64 digits each. This library writes no longer one.
_MAX_LINE_LENGTH: Final = 1 << 20


class InvalidLine(Exception):
    """A line was not written by this library, or does not belong in its place."""


class JournalDamaged(Exception):
    """The files were changed after they were written. The message says how."""


class JournalFile:
    """The two files of one journal, locked until `close`.

    Raises `JobError` if another run has them open, `OSError` if they can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line_count = 0
        self._files: list[BinaryIO] = []
        try:
            self._lengths = self._open(path.with_suffix(".lock"))
            if not lock_file(self._lengths):
                raise JobError(f"another run of this job has {path} open: wait until it ends. Nothing was sent.")
            self._lines = self._open(path)
        except BaseException:
            self.close()
            raise

    def _open(self, path: Path) -> BinaryIO:
        file = open_private(path, buffering=0)
        self._files.append(file)
        return file

    def close(self) -> None:
        """Close the files, which unlocks them."""
        for file in reversed(self._files):
            file.close()

    def load(self, read_line: Callable[[bytes], None]) -> None:
        """Pass the content of each line to `read_line`, which raises `InvalidLine` if it can't be the next line.

        Raises `JournalDamaged`.
        """
        recorded = self._recorded_length()
        size = os.fstat(self._lines.fileno()).st_size
        if size < recorded:
            raise JournalDamaged(f"it has {size:,} bytes, and had {recorded:,}")
        self._lines.seek(0)
        end = unrecorded = 0
        with open(self._lines.fileno(), "rb", closefd=False) as file:
            while line := file.readline(_MAX_LINE_LENGTH):
                try:
                    read_line(_content(line))
                except InvalidLine:
                    if end < recorded:
                        raise JournalDamaged(f"line {self.line_count + 1} is damaged") from None
                    # Its length was not recorded, so the batch that it describes was not sent.
                    self._lines.truncate(end)
                    break
                self.line_count += 1
                unrecorded += end >= recorded
                end += len(line)
        if unrecorded > 1:
            # A process that dies between the two writes leaves at most one line unrecorded.
            raise JournalDamaged("the .lock file records a shorter length than it should")
        if unrecorded:
            self._record_length()

    def append(self, content: bytes) -> None:
        """Write a line. Both files are on disk when this returns, and unchanged if it raises `OSError`."""
        sizes = [os.fstat(file.fileno()).st_size for file in self._files]
        try:
            _append(self._lines, add_checksum(content))
            # Last: a journal is never shorter than its recorded length.
            self._record_length()
        except OSError:
            for file, size in zip(self._files, sizes, strict=True):
                with suppress(OSError):
                    file.truncate(size)
            raise
        self.line_count += 1

    def sync_folder(self) -> None:
        """Put the names of new files on disk as well, not only their content."""
        if sys.platform != "win32":
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _record_length(self) -> None:
        _append(self._lengths, add_checksum(b"%d" % os.fstat(self._lines.fileno()).st_size))

    def _recorded_length(self) -> int:
        recorded = 0
        self._lengths.seek(0)
        text = self._lengths.read()
        complete = text.rfind(b"\n") + 1
        if complete < len(text):
            self._lengths.truncate(complete)
        for line in text[:complete].split(b"\n")[:-1]:
            length = strip_checksum(line)
            if length is None or not length.isdigit() or len(length) > _MAX_LENGTH_DIGITS:
                raise JournalDamaged("the .lock file does not record a valid length")
            recorded = max(recorded, int(length))
        return recorded


def _content(line: bytes) -> bytes:
    content = strip_checksum(line) if line.endswith(b"\n") else None
    if content is None:
        raise InvalidLine
    return content


def _append(file: BinaryIO, data: bytes) -> None:
    """Write the data and wait until it is on disk."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
    os.fsync(file.fileno())
