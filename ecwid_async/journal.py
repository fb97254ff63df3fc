"""What a job has sent so far: a file of JSON lines, each on disk before the batch that it speaks of goes out."""

import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from attrs import define

from ecwid_async.errors import JobError

__all__ = ["Entry", "Journal", "journal_path", "lock"]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def journal_path(store_id: int, job: str, folder: str | os.PathLike[str] | None = None) -> Path:
    """Where the journal of a store's job is.

    In `folder`, else where ``ECWID_JOURNALS`` says, else where the user's programs keep their state. Raises
    `ValueError` for a name that can't be that of a file.
    """
    if not _NAME.fullmatch(job):
        raise ValueError(f"{job!r} can't name a job: up to 100 letters, digits, '.', '_' and '-' can")
    return (
        Path(folder or os.environ.get("ECWID_JOURNALS") or _state() / "ecwid_async" / "jobs")
        / f"{store_id}-{job}.jsonl"
    )


def _state() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")


@define
class Entry:
    """One batch of a job. `failed` has the status of each call that did not succeed, and is None while it is open.

    A status of None means that the call was not carried out, 0 that nobody knows.
    """

    key: str
    digest: str
    time: float
    ticket: str | None = None
    failed: dict[int, int | None] | None = None


class _Line(msgspec.Struct, omit_defaults=True):
    time: float
    size: int | None = None
    batch: int | None = None
    key: str | None = None
    hash: str | None = None
    ticket: str | None = None
    failed: dict[int, int | None] | None = None
    batches: int | None = None


class Journal:
    """The journal of one job, locked while it is open. `size` is how many calls a batch of the job has.

    `clock` gives Unix seconds. Raises `JobError` for one that is in use or damaged.
    """

    def __init__(self, path: Path, size: int, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self.size = size
        self.entries: list[Entry] = []
        self._batches: int | None = None
        self._clock = clock
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b")
        try:
            if not lock(self._file):
                raise JobError(f"another run of this job has {path} open: wait until it is over. Nothing was sent.")
            self._load()
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Let another process have it."""
        self._file.close()

    def check(self, number: int, digest: str) -> Entry | None:
        """What is known of a batch. Raises `JobError` where the job had another one at its place."""
        if number < len(self.entries):
            if self.entries[number].digest != digest:
                raise self._other(f"batch {number} differs")
            return self.entries[number]
        if self._batches is not None:
            raise self._other(f"it had {self._batches} batches")
        return None

    def check_end(self, batches: int) -> None:
        """Raise `JobError` where the job had more batches."""
        if batches < len(self.entries):
            raise self._other(f"it had {len(self.entries)} batches or more, not {batches}")

    def age(self, entry: Entry) -> float:
        """Seconds since a batch was first written down."""
        return abs(self._clock() - entry.time)

    def begin(self, number: int, key: str, digest: str) -> Entry:
        """A batch is about to be sent."""
        entry = Entry(key, digest, self._clock())
        self._write(_Line(entry.time, batch=number, key=key, hash=digest))
        self.entries.append(entry)
        return entry

    def accepted(self, number: int, ticket: str) -> None:
        """The server has a batch."""
        self._write(_Line(self._clock(), batch=number, ticket=ticket))
        self.entries[number].ticket = ticket

    def done(self, number: int, failed: dict[int, int | None]) -> None:
        """All of a batch is answered."""
        self._write(_Line(self._clock(), batch=number, failed=failed))
        self.entries[number].failed = failed

    def end(self) -> None:
        """The job is done: nothing can be added to it."""
        if self._batches is None:
            self._batches = len(self.entries)
            self._write(_Line(self._clock(), batches=self._batches))

    def _other(self, how: str) -> JobError:
        return JobError(
            f"this input is not the one that the job began with ({how}). Take another name for the job, or delete "
            f"{self.path} if that job is over. Nothing that differs was sent."
        )

    def _write(self, line: _Line) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _load(self) -> None:
        self._file.seek(0)
        text = self._file.read()
        # A line that breaks off was not on disk yet: what it speaks of was not sent.
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            self._file.truncate(whole)
        lines = text[:whole].splitlines()
        if not lines:
            self._write(_Line(self._clock(), size=self.size))
            _sync_folder(self.path.parent)
            return
        for number, line in enumerate(lines, 1):
            try:
                self._take(msgspec.json.decode(line, type=_Line))
            except (msgspec.DecodeError, LookupError):
                raise JobError(
                    f"line {number} of {self.path} can't be read: look what the job has written, then take another name"
                ) from None

    def _take(self, line: _Line) -> None:
        if line.size is not None:
            self.size = line.size
        elif line.batches is not None:
            self._batches = line.batches
        elif line.key is not None and line.hash is not None and line.batch == len(self.entries):
            self.entries.append(Entry(line.key, line.hash, line.time))
        elif line.batch is not None and line.ticket is not None:
            self.entries[line.batch].ticket = line.ticket
        elif line.batch is not None and line.failed is not None:
            self.entries[line.batch].failed = line.failed
        else:
            raise LookupError(line.batch)


def lock(file: BinaryIO) -> bool:
    """Keep others out until the file is closed or its process ends; False where another has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(1 << 40)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Have the name of a new file on disk, and not only its content."""
    if sys.platform != "win32":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
