"""What a job has sent so far: checked lines, each on disk before the batch that it is about is sent.

A journal is two files. The lines are in ``….jsonl``. ``….lock`` is locked while the job runs, and notes how long the
journal has become: a journal that was cut short is recognised, at a line's end too. Whatever is damaged is refused.
"""

import errno
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from attrs import define, field, frozen

from ecwid_async.errors import ConfigError, JobError
from ecwid_async.primitives.checked_lines import lock, open_private, seal, unseal

__all__ = ["DIGEST_SIZE", "Entry", "JobId", "Journal", "digest", "journal_folder"]

_FORMAT: Final = 2
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# Clocks are set by a little all the time.
_CLOCK_TOLERANCE: Final = 60.0
_MOST_DIGITS: Final = 18
# A line has up to 500 calls of 64 digits each. What is longer is none of ours.
_LONGEST_LINE: Final = 1 << 20

DIGEST_SIZE: Final = 16
"""Bytes of a digest: of a call, or of its job key."""


def digest(data: bytes) -> bytes:
    """What stands for a call or a job key in a journal, which holds no data of the store."""
    return sha256(data).digest()[:DIGEST_SIZE]


@frozen
class JobId:
    """Which job: `server` is the base URL, `name` is the user's. Raises `ValueError` for what can't name a file."""

    server: str
    store_id: int
    name: str = field()

    @name.validator
    def _check_name(self, _: object, name: object) -> None:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} can't name a job: use 1 to 100 letters, digits, '.', '_' and '-'")

    @property
    def file_name(self) -> str:
        """The journal's name: each server has a journal of its own."""
        return f"{self.store_id}-{self.name}-{digest(self.server.encode()).hex()[:8]}.jsonl"


def journal_folder(folder: str | os.PathLike[str] | None = None) -> Path:
    """`folder`, else what ``ECWID_JOURNALS`` names, else where the user's programs keep their state.

    Raises `ConfigError` where the user has no home directory.
    """
    named = folder or os.environ.get("ECWID_JOURNALS")
    if named:
        return Path(named)
    try:
        return _state() / "ecwid_async" / "jobs"
    except RuntimeError:
        raise ConfigError(
            "a job needs a folder for its journal, and this user has no home directory: "
            "set ECWID_JOURNALS to a folder, or pass `journals`"
        ) from None


def _state() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")


@define(eq=False)
class Entry:
    """One batch of a job: its deduplication key, and when that was first used, in Unix seconds.

    `hashes` has a digest for each call; so has `keys`, where the calls have job keys. `failed` has the status of each
    call that did not succeed, by its place, and is None while the batch is open. A status of None means that the call
    was not executed, 0 that its outcome is unknown.
    """

    number: int
    key: str
    time: float
    hashes: bytes
    keys: bytes | None = None
    ticket: str | None = None
    failed: dict[int, int | None] | None = None

    @property
    def size(self) -> int:
        """How many calls it has."""
        return len(self.hashes) // DIGEST_SIZE

    def hash(self, place: int) -> bytes:
        """The digest of one call."""
        return self.hashes[place * DIGEST_SIZE : (place + 1) * DIGEST_SIZE]

    def may_be_sent_again(self, place: int) -> bool:
        """Whether it is certain that one call did nothing: it was not executed, or it was refused."""
        if self.failed is None:
            return False
        status = self.failed.get(place, 200)
        return status is None or (400 <= status < 500 and status != 408)


class _Line(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    time: float
    line: int = 0
    format: int | None = None
    server: str | None = None
    store: int | None = None
    job: str | None = None
    batch: int | None = None
    key: str | None = None
    hashes: str | None = None
    keys: str | None = None
    ticket: str | None = None
    failed: dict[int, int | None] | None = None
    withdrawn: bool = False
    sandbox: str | None = None
    batches: int | None = None
    restarted: bool = False


class _Damaged(Exception):
    """A line is not one of ours, or can't be where it is."""


class Journal:
    """The journal of one job in `folder`, locked while it is open.

    `entries` are its batches; `sandbox` identifies the sandbox that they were sent to, None for any other server.
    `clock` gives Unix seconds. Raises `JobError` for a journal that is in use, damaged or of another job or format,
    and `ConfigError` where none can be made.
    """

    def __init__(self, folder: Path, job: JobId, *, clock: Callable[[], float] = time.time) -> None:
        self.job = job
        self.path = folder / job.file_name
        self.entries: list[Entry] = []
        self.sandbox: str | None = None
        self._places: dict[bytes, tuple[Entry, int]] = {}
        self._batches: int | None = None
        self._written = 0
        self._clock = clock
        self._files: list[BinaryIO] = []
        try:
            self._open(folder)
        except BaseException:
            self.close()
            raise

    def _open(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lengths = self._opened(self.path.with_suffix(".lock"))
            if not lock(self._lengths):
                raise JobError(f"another run of this job has {self.path} open: wait until it ends. Nothing was sent.")
            older = folder / f"{self.job.store_id}-{self.job.name}.jsonl"
            if older.exists():
                raise JobError(
                    f"{older} was written by an earlier version of this library, which does not say for which server. "
                    "Finish the job with that version, then delete the file. Nothing was sent."
                )
            self._lines = self._opened(self.path)
            self._load()
        except OSError as error:
            if error.errno == errno.EPERM:
                raise JobError(f"{error.filename} can't be a journal: {error.strerror}. Nothing was sent.") from None
            raise ConfigError(
                f"the journal of a job can't be kept at {self.path} ({error.strerror or error}): set ECWID_JOURNALS to "
                "a folder that you can write to, or pass `journals`. Nothing was sent."
            ) from error

    def _opened(self, path: Path) -> BinaryIO:
        file = open_private(path, buffering=0)
        self._files.append(file)
        return file

    def close(self) -> None:
        """Let another process have it."""
        for file in reversed(self._files):
            file.close()

    # What is known.

    def entry(self, number: int) -> Entry | None:
        """The batch at a place of a job whose calls have no keys. Raises `JobError` where the job had ended before."""
        if number < len(self.entries):
            return self.entries[number]
        if self._batches is not None:
            raise self._changed(f"it had {self._batches} batches and is complete")
        return None

    def place_of(self, key: bytes) -> tuple[Entry, int] | None:
        """The batch where a job key was last sent, and the place in it."""
        return self._places.get(key)

    def check(self, entry: Entry, hashes: Sequence[bytes], first: int) -> None:
        """Raise `JobError` where a batch is of other calls. `first` is the position of its first call in the input."""
        if len(hashes) < entry.size:
            raise self._changed(f"it had more than {first + len(hashes)} calls")
        for place, found in enumerate(hashes):
            if entry.hash(place) != found:
                raise self._changed(f"call {first + place} differs")

    def check_end(self, batches: int) -> None:
        """Raise `JobError` where the job had more batches."""
        if batches < len(self.entries):
            raise self._changed(f"it had {len(self.entries)} batches or more, not {batches}")

    def check_keyed(self, keyed: bool) -> None:
        """Raise `JobError` where the job began with job keys and goes on without, or the other way round."""
        if self.entries and (self.entries[0].keys is not None) is not keyed:
            began, now = ("with", "have none") if not keyed else ("without", "have some")
            raise self._changed(f"it began {began} job keys, and these calls {now}")

    def age(self, entry: Entry) -> float:
        """Seconds since a batch's key was first used; no end of them where the clock was set back since."""
        age = self._clock() - entry.time
        return max(age, 0.0) if age > -_CLOCK_TOLERANCE else float("inf")

    # What happens.

    def begin(self, key: str, hashes: bytes, keys: bytes | None) -> Entry:
        """A batch is about to be sent."""
        entry = Entry(len(self.entries), key, self._clock(), hashes, keys)
        self._write(
            _Line(
                entry.time,
                batch=entry.number,
                key=key,
                hashes=hashes.hex(),
                keys=None if keys is None else keys.hex(),
            )
        )
        self._add(entry)
        return entry

    def withdraw(self, entry: Entry) -> None:
        """A batch did not reach the server, or was refused as a whole: as if it had never begun."""
        self._write(_Line(self._clock(), batch=entry.number, withdrawn=True))
        self._remove(entry)

    def accepted(self, entry: Entry, ticket: str, sandbox: str | None = None) -> None:
        """The server has a batch. `sandbox` identifies it, where it is a sandbox."""
        self._write(_Line(self._clock(), batch=entry.number, ticket=ticket, sandbox=sandbox))
        entry.ticket = ticket
        self.sandbox = sandbox or self.sandbox

    def done(self, entry: Entry, failed: dict[int, int | None]) -> None:
        """All of a batch is answered."""
        self._write(_Line(self._clock(), batch=entry.number, failed=failed))
        entry.failed = failed

    def end(self) -> None:
        """A job whose calls have no keys is complete: nothing can be added to it."""
        if self._batches is None:
            self._write(_Line(self._clock(), batches=len(self.entries)))
            self._batches = len(self.entries)

    def restart(self) -> None:
        """Begin anew, since nothing of what was sent exists any more."""
        self._write(_Line(self._clock(), restarted=True))
        self._forget()

    def _forget(self) -> None:
        self.entries.clear()
        self._places.clear()
        self._batches = self.sandbox = None

    def _add(self, entry: Entry) -> None:
        self.entries.append(entry)
        for place in range(entry.size if entry.keys is not None else 0):
            key = (entry.keys or b"")[place * DIGEST_SIZE : (place + 1) * DIGEST_SIZE]
            self._places[key] = entry, place

    def _remove(self, entry: Entry) -> None:
        self.entries.remove(entry)
        self._places = {key: found for key, found in self._places.items() if found[0] is not entry}

    def _changed(self, how: str) -> JobError:
        return JobError(
            f"this input is not the one that the job {self.job.name!r} began with ({how}); nothing that differs was "
            "sent. Run the job to its end with the input it began with, and give what is new a job of its own: under "
            "another name the same input would be executed again. Where calls have job keys (`call.with_job_key`) the "
            f"input may change. The journal is {self.path}."
        )

    # The files.

    def _write_head(self) -> None:
        job = self.job
        self._append(_Line(self._clock(), format=_FORMAT, server=job.server, store=job.store_id, job=job.name))
        _sync_folder(self.path.parent)

    def _write(self, line: _Line) -> None:
        try:
            self._append(line)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> JobError:
        return JobError(
            f"the journal {self.path} can't be written ({error.strerror or error}), so nothing more is sent. "
            "Make it writable and run the job again: it resumes."
        )

    def _append(self, line: _Line) -> None:
        """Both files have it on disk when this returns, or neither has it when it raises `OSError`."""
        sizes = [os.fstat(file.fileno()).st_size for file in self._files]
        # So that a line counts at its own place only.
        line.line = self._written
        try:
            _append(self._lines, seal(msgspec.json.encode(line)))
            # Only now: a journal is never shorter than noted.
            self._note()
        except OSError:
            for file, size in zip(self._files, sizes, strict=True):
                with suppress(OSError):
                    file.truncate(size)
            raise
        self._written += 1

    def _note(self) -> None:
        _append(self._lengths, seal(b"%d" % os.fstat(self._lines.fileno()).st_size))

    def _load(self) -> None:
        noted = self._noted()
        size = os.fstat(self._lines.fileno()).st_size
        if size < noted:
            raise self._damage(f"it has {size:,} bytes, and had {noted:,}")
        self._lines.seek(0)
        end = unnoted = 0
        with open(self._lines.fileno(), "rb", closefd=False) as file:
            while line := file.readline(_LONGEST_LINE):
                try:
                    self._take(line)
                except _Damaged:
                    if end < noted:
                        raise self._damage(f"line {self._written + 1} is damaged") from None
                    # It was not noted yet: what it is about was not sent.
                    self._lines.truncate(end)
                    break
                self._written += 1
                unnoted += end >= noted
                end += len(line)
        if unnoted > 1:
            # A process that dies between the two writes leaves one line that is not noted.
            raise self._damage("the .lock beside it notes less than it was told")
        if unnoted:
            self._note()
        if not self._written:
            self._write_head()

    def _noted(self) -> int:
        """How long the journal has been."""
        noted = 0
        self._lengths.seek(0)
        text = self._lengths.read()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            self._lengths.truncate(whole)
        for line in text[:whole].split(b"\n")[:-1]:
            said = unseal(line)
            if said is None or not said.isdigit() or len(said) > _MOST_DIGITS:
                raise self._damage("the .lock beside it does not say how long it was")
            noted = max(noted, int(said))
        return noted

    def _damage(self, how: str) -> JobError:
        return JobError(
            f"the journal {self.path} is damaged ({how}), and without it nobody knows what the job {self.job.name!r} "
            "has sent. Nothing was sent now. Restore the file and its .lock from a backup of the same moment; or find "
            "out from the store what was done, and run only the rest under another name."
        )

    def _take(self, line: bytes) -> None:
        """Raises `_Damaged` for a line that can't be the next one."""
        content = unseal(line) if line.endswith(b"\n") else None
        if content is None:
            raise _Damaged
        try:
            if not self._written:
                self._take_head(content)
            else:
                self._take_event(msgspec.json.decode(content, type=_Line))
        except JobError:
            raise
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise _Damaged from None

    def _take_head(self, content: bytes) -> None:
        head = msgspec.json.decode(content, type=dict[str, object])
        if head.get("format") != _FORMAT:
            raise JobError(
                f"{self.path} is of another version of this library (format {head.get('format')!r}, not {_FORMAT}). "
                "Finish the job with that version. Nothing was sent."
            )
        if (head.get("server"), head.get("store"), head.get("job")) != (
            self.job.server,
            self.job.store_id,
            self.job.name,
        ):
            raise JobError(
                f"{self.path} is the journal of job {head.get('job')!r} of store {head.get('store')!r} at "
                f"{head.get('server')!r}: rename the job. Nothing was sent."
            )

    def _take_event(self, line: _Line) -> None:
        if line.line != self._written or not isfinite(line.time):
            raise _Damaged
        if line.restarted:
            self._forget()
            return
        if line.batches is not None:
            self._batches = line.batches
            return
        if line.batch is None or not 0 <= line.batch <= len(self.entries):
            raise _Damaged
        if line.batch == len(self.entries):
            self._add(_begun(line))
            return
        entry = self.entries[line.batch]
        if line.ticket is not None:
            entry.ticket = line.ticket
            self.sandbox = line.sandbox or self.sandbox
        elif line.failed is not None:
            entry.failed = line.failed
        elif line.withdrawn and entry is self.entries[-1]:
            self._remove(entry)
        else:
            raise _Damaged


def _begun(line: _Line) -> Entry:
    if line.batch is None or not line.key or not line.hashes:
        raise _Damaged
    hashes, keys = bytes.fromhex(line.hashes), None if line.keys is None else bytes.fromhex(line.keys)
    if len(hashes) % DIGEST_SIZE or (keys is not None and len(keys) != len(hashes)):
        raise _Damaged
    return Entry(line.batch, line.key, line.time, hashes, keys)


def _append(file: BinaryIO, data: bytes) -> None:
    """On disk when it returns."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Have the name of a new file on disk, and not only its content."""
    if sys.platform != "win32":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
