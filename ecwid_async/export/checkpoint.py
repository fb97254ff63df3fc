"""Checkpoints: the progress of an export in a hidden file of checksummed JSON lines, from which a later one resumes."""

import os
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, BinaryIO, Final, Literal

import msgspec

from ecwid_async.export.hidden_files import hidden_path, open_new
from ecwid_async.export.manifest import AwareDatetime, SectionRecord, is_file_name
from ecwid_async.export.output_errors import translate_os_errors
from ecwid_async.primitives.checksummed_lines import add_checksum, strip_checksum
from ecwid_async.primitives.private_files import open_private

__all__ = ["Checkpoint", "CheckpointFile"]

# The store may have changed too much since an older checkpoint.
_MAX_AGE: Final = timedelta(hours=24)
# The first line of the file. The number changes with the keys of `Checkpoint`, and with the files that it describes.
_HEADER: Final = b"ecwid_async checkpoint 4"
_MAX_LINE_LENGTH: Final = 1 << 20

_Count = Annotated[int, msgspec.Meta(ge=0)]


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The progress of one section.

    `request_digest` identifies the request and its format. The scan resumes from `scan_token`. The items so far are the
    first `size_bytes` bytes of the hidden file of the kind `resume_from`. A complete section has its `record`.
    """

    section: str
    file: str
    request_digest: str
    saved_at: AwareDatetime
    started_at: AwareDatetime
    resume_from: Literal["part", "spool"] = "part"
    scan_token: str = ""
    size_bytes: _Count = 0
    sha256: str = ""
    item_count: _Count = 0
    reported_total: int | None = None
    request_count: _Count = 0
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    resume_count: _Count = 0
    record: SectionRecord | None = None


class CheckpointFile:
    """The checkpoints of the export whose manifest is `path`. Create it only while holding the `FileLock` of `path`.

    `latest` has the latest checkpoint of each section, `files` the names of files that may have hidden parts. Each line
    is passed to the operating system at once, after the data that it describes, so a killed process loses at most an
    incomplete last line. If any other byte has changed, or the file has another format, `latest` is empty and the
    export starts over.

    Raises `OutputError` if the file can't be read or written.
    """

    def __init__(self, path: Path, now: datetime) -> None:
        self.path = hidden_path(path, "checkpoint")
        self.latest: dict[str, Checkpoint] = {}
        self.files: set[str] = set()
        with translate_os_errors(path):
            try:
                self._file = open_private(self.path)
            except PermissionError:  # a link, or a file of another user
                self._file = open_new(self.path)
            try:
                self._load(now)
            except BaseException:
                # An empty file, left by a full disk for instance, is useless.
                self.close() if os.fstat(self._file.fileno()).st_size else self.discard()
                raise

    def save(self, checkpoint: Checkpoint) -> None:
        """Save a checkpoint. The items that it describes must have been flushed."""
        self.latest[checkpoint.section] = checkpoint
        self.files.add(checkpoint.file)
        self._write(msgspec.json.encode(checkpoint))

    def clear(self) -> None:
        """Remove all checkpoints from the file too, so that no later process resumes from them."""
        self.latest.clear()
        with translate_os_errors(self.path):
            self._file.truncate(0)
        self._write(_HEADER)

    def close(self) -> None:
        """Close the file, so that a later process can resume."""
        with suppress(OSError):
            self._file.close()

    def discard(self) -> None:
        """Close and remove the file."""
        if sys.platform == "win32":
            self.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        self.close()

    def _write(self, line: bytes) -> None:
        with translate_os_errors(self.path):
            self._file.write(add_checksum(line))
            self._file.flush()

    def _load(self, now: datetime) -> None:
        length = self._read(self._file)
        if length is None:
            self.files.clear()
            self.clear()
            return
        self._file.truncate(length)
        self.latest = {
            section: checkpoint
            for section, checkpoint in self.latest.items()
            if abs(now - checkpoint.saved_at) < _MAX_AGE
        }

    def _read(self, file: BinaryIO) -> int | None:
        """Read the checkpoints. Returns the length of the complete lines in bytes, or None if anything is damaged."""
        file.seek(0)
        length = 0
        while (line := file.readline(_MAX_LINE_LENGTH)).endswith(b"\n"):
            content = strip_checksum(line)
            if length == 0 and content != _HEADER:
                return None
            if length > 0 and not (content is not None and self._read_checkpoint(content)):
                return None
            length += len(line)
        return length if length > 0 and len(line) < _MAX_LINE_LENGTH else None

    def _read_checkpoint(self, content: bytes) -> bool:
        try:
            checkpoint = msgspec.json.decode(content, type=Checkpoint)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return False
        record = checkpoint.record
        if not is_file_name(checkpoint.file) or (record is not None and record.file != checkpoint.file):
            return False
        self.files.add(checkpoint.file)
        self.latest[checkpoint.section] = checkpoint
        return True
