"""How far an export is: a file of JSON lines beside its parts, from which a later process goes on."""

import os
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from ecwid_async.export.manifest import SectionRecord
from ecwid_async.export.output import OutputError, failing, hidden_name
from ecwid_async.journal import lock

__all__ = ["Checkpoint", "Mark"]

# What is older says too little of a store of today.
_KEPT: Final = timedelta(hours=24)


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a section is.

    `asked` is the digest of what was asked for, `token` that of the scan. The first `size` bytes of the hidden file of
    kind `log` hold the items so far, `count` of them. A section that is done has its `record`.
    """

    section: str
    file: str
    asked: str
    time: datetime
    started_at: datetime
    log: str = "part"
    token: str = ""
    size: int = 0
    sha256: str = ""
    count: int = 0
    total: int | None = None
    requests: int = 0
    seconds: float = 0.0
    resumed: int = 0
    record: SectionRecord | None = None


class Checkpoint:
    """The checkpoint of the export whose last file is `path`, locked while it is open.

    `marks` has the latest of each section. A line is handed to the system as soon as it is noted, after what it speaks
    of: a killed process loses nothing. Raises `OutputError` where another process exports to the same place.
    """

    def __init__(self, path: Path, now: datetime) -> None:
        self.path = hidden_name(path, "checkpoint")
        self.marks: dict[str, Mark] = {}
        self.files: set[str] = set()
        """Of which there may be hidden parts."""
        with failing(path):
            self._file = self._open()
            self._load(now)

    def note(self, mark: Mark) -> None:
        """A section has come so far, and that much of its log was flushed."""
        self.marks[mark.section] = mark
        self.files.add(mark.file)
        with failing(self.path):
            self._file.write(msgspec.json.encode(mark) + b"\n")
            self._file.flush()

    def forget(self) -> None:
        """Start over, also where this run is broken off in its turn."""
        self.marks.clear()
        with failing(self.path):
            self._file.truncate(0)

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

    def _open(self) -> BinaryIO:
        while True:
            file = self.path.open("a+b")
            if not lock(file):
                file.close()
                raise OutputError(
                    f"another export is writing to {self.path.parent}: wait until it is over, or choose another place."
                )
            # Whoever had it before may have removed it meanwhile.
            with suppress(OSError):
                if self.path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                    return file
            file.close()

    def _load(self, now: datetime) -> None:
        self._file.seek(0)
        text = self._file.read()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            self._file.truncate(whole)
        for line in text[:whole].splitlines():
            # What another release wrote may be of another shape: its sections start over.
            with suppress(msgspec.DecodeError):
                mark = msgspec.json.decode(line, type=Mark)
                self.files.add(mark.file)
                if now - mark.time < _KEPT:
                    self.marks[mark.section] = mark
