"""How far an export is: a file of checksummed JSON lines beside its parts, from which a later process goes on."""

import os
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, BinaryIO, Final, Literal

import msgspec

from ecwid_async.export.manifest import SectionRecord, Time, is_file_name
from ecwid_async.export.output import failing, hidden_name, open_new
from ecwid_async.primitives.checked_lines import open_private, seal, unseal

__all__ = ["Checkpoint", "CheckpointFile"]

# What is older says too little of a store of today.
_KEPT: Final = timedelta(hours=24)
# The first line. Another release that writes other marks has another number here.
_FORMAT: Final = b"ecwid_async checkpoint 2"
_LONGEST: Final = 1 << 20

_Count = Annotated[int, msgspec.Meta(ge=0)]


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a section is.

    `asked` is the digest of what was asked for, `token` that of the scan. The first `size` bytes of the hidden file of
    kind `log` hold the items so far, `count` of them. A section that is done has its `record`.
    """

    section: str
    file: str
    asked: str
    time: Time
    started_at: Time
    log: Literal["part", "spool"] = "part"
    token: str = ""
    size: _Count = 0
    sha256: str = ""
    count: _Count = 0
    total: int | None = None
    requests: _Count = 0
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    resumed: _Count = 0
    record: SectionRecord | None = None


class CheckpointFile:
    """The checkpoint of the export whose last file is `path`. Whoever makes one holds the `FileLock` of that.

    `marks` has the latest of each section. A line is handed to the system as soon as it is noted, after what it speaks
    of: a killed process loses nothing but a last line that breaks off. Where any other byte is not what was written,
    there are no marks, and everything starts over.
    """

    def __init__(self, path: Path, now: datetime) -> None:
        self.path = hidden_name(path, "checkpoint")
        self.marks: dict[str, Checkpoint] = {}
        self.files: set[str] = set()
        """Of which there may be hidden parts."""
        with failing(path):
            try:
                self._file = open_private(self.path)
            except PermissionError:  # a link, or somebody else's
                self._file = open_new(self.path)
            try:
                self._load(now)
            except BaseException:
                # One without a line, on a full disk for instance, tells nothing.
                self.close() if os.fstat(self._file.fileno()).st_size else self.discard()
                raise

    def note(self, mark: Checkpoint) -> None:
        """A section has come so far, and that much of its log was flushed."""
        self.marks[mark.section] = mark
        self.files.add(mark.file)
        self._write(msgspec.json.encode(mark))

    def forget(self) -> None:
        """Start over, also where this run is broken off in its turn."""
        self.marks.clear()
        with failing(self.path):
            self._file.truncate(0)
        self._write(_FORMAT)

    def close(self) -> None:
        """Let a later process go on from here."""
        with suppress(OSError):
            self._file.close()

    def discard(self) -> None:
        """Forget everything: it is done, or not worth to be kept."""
        if sys.platform == "win32":
            self.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        self.close()

    def _write(self, line: bytes) -> None:
        with failing(self.path):
            self._file.write(seal(line))
            self._file.flush()

    def _load(self, now: datetime) -> None:
        whole = self._read(self._file)
        if whole is None:
            self.files.clear()
            self.forget()
            return
        self._file.truncate(whole)
        self.marks = {name: mark for name, mark in self.marks.items() if abs(now - mark.time) < _KEPT}

    def _read(self, file: BinaryIO) -> int | None:
        """Take the marks, and tell in how many bytes they are; None where anything is damaged."""
        file.seek(0)
        whole = 0
        while (line := file.readline(_LONGEST)).endswith(b"\n"):
            content = unseal(line)
            if whole == 0 and content != _FORMAT:
                return None
            if whole > 0 and not (content is not None and self._take(content)):
                return None
            whole += len(line)
        return whole if whole > 0 and len(line) < _LONGEST else None

    def _take(self, content: bytes) -> bool:
        try:
            mark = msgspec.json.decode(content, type=Checkpoint)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return False
        if not is_file_name(mark.file) or (mark.record is not None and mark.record.file != mark.file):
            return False
        self.files.add(mark.file)
        self.marks[mark.section] = mark
        return True
