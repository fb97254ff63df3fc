"""The journal of a job: a record of its batches on disk. Each batch is recorded before it is sent."""

import errno
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Final

import msgspec

from ecwid_async.batch.job import JobId
from ecwid_async.batch.journal_entry import DIGEST_SIZE, JournalEntry
from ecwid_async.batch.journal_file import InvalidLine, JournalDamaged, JournalFile
from ecwid_async.errors import ConfigError, JobError

__all__ = ["Journal"]

_FORMAT_VERSION: Final = 3
# Clocks are adjusted by small amounts all the time.
_CLOCK_TOLERANCE: Final = 60.0


class _Line(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """One event. The first line has the format version and identifies the job."""

    time: float
    line_number: int = 0
    format_version: int | None = None
    server: str | None = None
    store_id: int | None = None
    job: str | None = None
    batch_number: int | None = None
    deduplication_key: str | None = None
    call_hashes: str | None = None
    job_key_hashes: str | None = None
    ticket: str | None = None
    sandbox_id: str | None = None
    failed: dict[int, int | None] | None = None
    withdrawn: bool = False
    batch_count: int | None = None
    restarted: bool = False


class Journal:
    """The journal of one job in `folder`, locked until `close`.

    `entries` are its batches; `sandbox_id` identifies the sandbox that they were sent to, None for any other server.
    `clock` returns Unix seconds. Raises `JobError` if the journal is in use, damaged, or of another job or format,
    and `ConfigError` if it can't be created.
    """

    def __init__(self, folder: Path, job: JobId, *, clock: Callable[[], float] = time.time) -> None:
        self.job = job
        self.path = folder / job.file_name
        self.entries: list[JournalEntry] = []
        self.sandbox_id: str | None = None
        self._by_job_key: dict[bytes, tuple[JournalEntry, int]] = {}
        # The number of batches of a job that is complete.
        self._batch_count: int | None = None
        self._clock = clock
        with self._explained_errors():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._refuse_unversioned(folder)
            self._file = JournalFile(self.path)
            try:
                self._load()
            except BaseException:
                self.close()
                raise

    def _load(self) -> None:
        self._file.load(self._read_line)
        if not self._file.line_count:
            self._write_header()

    @contextmanager
    def _explained_errors(self) -> Iterator[None]:
        try:
            yield
        except JournalDamaged as damage:
            raise JobError(
                f"the journal {self.path} is damaged ({damage}), and without it there is no record of what the job "
                f"{self.job.name!r} has sent. Nothing was sent now. Restore the file and its .lock from a backup of "
                "the same moment; or find out from the store what was done, and run only the rest under another name."
            ) from None
        except OSError as error:
            if error.errno == errno.EPERM:
                raise JobError(f"{error.filename} can't be a journal: {error.strerror}. Nothing was sent.") from None
            raise ConfigError(
                f"the journal of a job can't be kept at {self.path} ({error.strerror or error}): set "
                "ECWID_JOURNAL_FOLDER to a folder that you can write to, or pass `journal_folder`. Nothing was sent."
            ) from error

    def _refuse_unversioned(self, folder: Path) -> None:
        older = folder / f"{self.job.store_id}-{self.job.name}.jsonl"
        if older.exists():
            raise JobError(
                f"{older} was written by an earlier version of this library, which does not say for which server. "
                "Finish the job with that version, then delete the file. Nothing was sent."
            )

    def close(self) -> None:
        """Close the files, which unlocks the journal for other processes."""
        self._file.close()

    # Reading.

    def entry(self, number: int) -> JournalEntry | None:
        """Return a batch of a job without job keys, None for a new one. Raises `JobError` if the job is complete."""
        if number < len(self.entries):
            return self.entries[number]
        if self._batch_count is not None:
            raise self._input_changed(f"it had {self._batch_count} batches and is complete")
        return None

    def find(self, job_key_hash: bytes) -> tuple[JournalEntry, int] | None:
        """Return the batch in which a job key was last sent, and the index of its call."""
        return self._by_job_key.get(job_key_hash)

    def check_calls(self, entry: JournalEntry, call_hashes: Sequence[bytes], start: int) -> None:
        """Raise `JobError` if the calls of a batch differ. `start` is the position of its first call in the input."""
        if len(call_hashes) < entry.size:
            raise self._input_changed(f"it had more than {start + len(call_hashes)} calls")
        for index, call_hash in enumerate(call_hashes):
            if entry.call_hash(index) != call_hash:
                raise self._input_changed(f"call {start + index} differs")

    def check_batch_count(self, count: int) -> None:
        """Raise `JobError` if the job had more batches."""
        if count < len(self.entries):
            raise self._input_changed(f"it had {len(self.entries)} batches or more, not {count}")

    def check_job_keys(self, *, used: bool) -> None:
        """Raise `JobError` if the job began with job keys and continues without, or the other way round."""
        if self.entries and (self.entries[0].job_key_hashes is not None) is not used:
            before, now = ("without", "have some") if used else ("with", "have none")
            raise self._input_changed(f"it began {before} job keys, and these calls {now}")

    def age(self, entry: JournalEntry) -> float:
        """Seconds since a batch's key was first used; infinite if the clock was set back since."""
        age = self._clock() - entry.time
        return max(age, 0.0) if age > -_CLOCK_TOLERANCE else float("inf")

    def _input_changed(self, how: str) -> JobError:
        return JobError(
            f"this input is not the one that the job {self.job.name!r} began with ({how}); no call that differs was "
            "sent. Run the job to its end with the input it began with, and give new calls a job of their own: under "
            "another name the same input would be executed again. If calls have job keys (`call.with_job_key`), the "
            f"input may change. The journal is {self.path}."
        )

    # Recording. Each of these raises `JobError` if the journal can't be written.

    def begin_batch(self, deduplication_key: str, call_hashes: bytes, job_key_hashes: bytes | None) -> JournalEntry:
        """Record a batch before it is sent."""
        entry = JournalEntry(len(self.entries), deduplication_key, self._clock(), call_hashes, job_key_hashes)
        self._write(
            _Line(
                entry.time,
                batch_number=entry.number,
                deduplication_key=deduplication_key,
                call_hashes=call_hashes.hex(),
                job_key_hashes=None if job_key_hashes is None else job_key_hashes.hex(),
            )
        )
        self._add(entry)
        return entry

    def withdraw_batch(self, entry: JournalEntry) -> None:
        """Record that a batch did not reach the server, or was refused as a whole, and remove it from `entries`."""
        self._write(_Line(self._clock(), batch_number=entry.number, withdrawn=True))
        self._remove(entry)

    def record_ticket(self, entry: JournalEntry, ticket: str, sandbox_id: str | None = None) -> None:
        """Record that the server accepted a batch. `sandbox_id` identifies the server if it is a sandbox."""
        self._write(_Line(self._clock(), batch_number=entry.number, ticket=ticket, sandbox_id=sandbox_id))
        entry.ticket = ticket
        self.sandbox_id = sandbox_id or self.sandbox_id

    def record_results(self, entry: JournalEntry, failed: dict[int, int | None]) -> None:
        """Record that a batch is done, and which of its calls failed."""
        self._write(_Line(self._clock(), batch_number=entry.number, failed=failed))
        entry.failed = failed

    def complete(self) -> None:
        """Record that a job without job keys is complete: no calls can be added to it."""
        if self._batch_count is None:
            self._write(_Line(self._clock(), batch_count=len(self.entries)))
            self._batch_count = len(self.entries)

    def restart(self) -> None:
        """Record that the job starts over, because the server has lost all of its changes."""
        self._write(_Line(self._clock(), restarted=True))
        self._clear()

    def _clear(self) -> None:
        self.entries.clear()
        self._by_job_key.clear()
        self._batch_count = self.sandbox_id = None

    def _add(self, entry: JournalEntry) -> None:
        self.entries.append(entry)
        if entry.job_key_hashes is not None:
            for index in range(entry.size):
                self._by_job_key[entry.job_key_hash(index)] = entry, index

    def _remove(self, entry: JournalEntry) -> None:
        self.entries.remove(entry)
        self._by_job_key = {key: found for key, found in self._by_job_key.items() if found[0] is not entry}

    def _write_header(self) -> None:
        job = self.job
        header = _Line(
            self._clock(), format_version=_FORMAT_VERSION, server=job.server, store_id=job.store_id, job=job.name
        )
        self._file.append(msgspec.json.encode(header))
        self._file.sync_folder()

    def _write(self, line: _Line) -> None:
        # The number makes a line invalid in any other place.
        line.line_number = self._file.line_count
        try:
            self._file.append(msgspec.json.encode(line))
        except OSError as error:
            raise JobError(
                f"the journal {self.path} can't be written ({error.strerror or error}), so nothing more is sent. "
                "Make it writable and run the job again: it resumes."
            ) from error

    # Lines of an earlier run.

    def _read_line(self, content: bytes) -> None:
        number = self._file.line_count
        try:
            if number:
                self._read_event(msgspec.json.decode(content, type=_Line), number)
            else:
                self._read_header(content)
        except JobError:
            raise
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise InvalidLine from None

    def _read_header(self, content: bytes) -> None:
        header = msgspec.json.decode(content, type=dict[str, object])
        # Format 2 had "format".
        version = header.get("format_version", header.get("format"))
        if version != _FORMAT_VERSION:
            raise JobError(
                f"{self.path} was written by another version of this library (journal format {version!r}; this version "
                f"reads {_FORMAT_VERSION}). Finish the job with that version. Or delete the file and its .lock to "
                "discard the journal: the job then starts over, and calls that were executed are executed again. "
                "Nothing was sent."
            )
        job = self.job
        if (header.get("server"), header.get("store_id"), header.get("job")) != (job.server, job.store_id, job.name):
            raise JobError(
                f"{self.path} is the journal of job {header.get('job')!r} of store {header.get('store_id')!r} at "
                f"{header.get('server')!r}: rename the job. Nothing was sent."
            )

    def _read_event(self, line: _Line, number: int) -> None:
        if line.line_number != number or not isfinite(line.time):
            raise InvalidLine
        if line.restarted:
            self._clear()
            return
        if line.batch_count is not None:
            self._batch_count = line.batch_count
            return
        if line.batch_number is None or not 0 <= line.batch_number <= len(self.entries):
            raise InvalidLine
        if line.batch_number == len(self.entries):
            self._add(_entry_of(line))
            return
        entry = self.entries[line.batch_number]
        if line.ticket is not None:
            entry.ticket = line.ticket
            self.sandbox_id = line.sandbox_id or self.sandbox_id
        elif line.failed is not None:
            entry.failed = line.failed
        elif line.withdrawn and entry is self.entries[-1]:
            self._remove(entry)
        else:
            raise InvalidLine


def _entry_of(line: _Line) -> JournalEntry:
    if line.batch_number is None or not line.deduplication_key or not line.call_hashes:
        raise InvalidLine
    call_hashes = bytes.fromhex(line.call_hashes)
    job_key_hashes = None if line.job_key_hashes is None else bytes.fromhex(line.job_key_hashes)
    if len(call_hashes) % DIGEST_SIZE or (job_key_hashes is not None and len(job_key_hashes) != len(call_hashes)):
        raise InvalidLine
    return JournalEntry(line.batch_number, line.deduplication_key, line.time, call_hashes, job_key_hashes)
