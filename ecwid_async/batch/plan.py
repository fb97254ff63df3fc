"""Dividing calls into batches: new ones, and those that an earlier run of the job began."""

from collections.abc import Sequence
from typing import Any

from ecwid_async.batch.chunks import Chunk
from ecwid_async.batch.journal import Journal
from ecwid_async.batch.journal_entry import JournalEntry, digest
from ecwid_async.calls import Call, Channel
from ecwid_async.codec import dumps
from ecwid_async.errors import JobError
from ecwid_async.primitives.lazy_attrs import define
from ecwid_async.resources.batches import to_batch_item

__all__ = ["BatchPlanner", "PlannedBatch", "refuse_repeated_calls"]


@define(eq=False)
class PlannedBatch:
    """Calls of a chunk that are sent as one batch.

    `positions` are the positions of the calls in the chunk, `items` the calls in the API's format. `indexes` identify
    the calls within the batch. If an earlier run began the batch, `entry` is its journal entry, and these may be only
    some of its calls.
    """

    chunk: Chunk
    positions: list[int]
    items: list[dict[str, object]]
    indexes: list[int]
    call_hashes: list[bytes]
    job_key_hashes: list[bytes] | None = None
    entry: JournalEntry | None = None

    @property
    def calls(self) -> list[Call[Any]]:
        """The calls, in the order of `indexes`."""
        return [self.chunk.calls[position] for position in self.positions]

    def body(self) -> list[dict[str, object]]:
        """The body of ``POST /batch``."""
        return [{"id": str(index), **item} for index, item in zip(self.indexes, self.items, strict=True)]

    def job_key(self, number: int) -> str | None:
        """The job key of one of the calls."""
        return self.chunk.calls[self.positions[number]].job_key

    def select(self, numbers: Sequence[int]) -> "PlannedBatch":
        """A new batch of some of the calls."""
        return PlannedBatch(
            self.chunk,
            [self.positions[number] for number in numbers],
            [self.items[number] for number in numbers],
            list(range(len(numbers))),
            [self.call_hashes[number] for number in numbers],
            None if self.job_key_hashes is None else [self.job_key_hashes[number] for number in numbers],
        )

    def split(self, size: int) -> "list[PlannedBatch]":
        """New batches of at most `size` calls."""
        count = len(self.positions)
        return [self.select(range(start, min(start + size, count))) for start in range(0, count, size)]

    def settle(self, results: Sequence[object]) -> None:
        """Set the results of all calls."""
        for position, result in zip(self.positions, results, strict=True):
            self.chunk.settle(position, result)


class BatchPlanner:
    """Divides chunks into batches of at most `batch_size` calls.

    If `is_complete_input`, one chunk holds the whole input, and all of it is compared with the journal at once.
    """

    def __init__(self, channel: Channel, journal: Journal | None, batch_size: int, *, is_complete_input: bool) -> None:
        self._channel = channel
        self._journal = journal
        self._batch_size = batch_size
        self._is_complete_input = is_complete_input
        # The number of batches that earlier runs began.
        self._earlier_batches = 0 if journal is None else len(journal.entries)
        # For a job without job keys: the number of batches and of calls planned so far.
        self._planned_batches = 0
        self._planned_calls = 0

    def restart(self) -> None:
        """Forget the batches of earlier runs."""
        self._earlier_batches = 0

    def next_chunk_size(self) -> int:
        """The number of calls to read next: the size of the next batch that an earlier run began, else `batch_size`."""
        if self._journal is not None and self._planned_batches < self._earlier_batches:
            entry = self._journal.entries[self._planned_batches]
            if entry.job_key_hashes is None:
                return entry.size
        return self._batch_size

    def plan(self, chunk: Chunk) -> list[PlannedBatch]:
        """Divide a chunk into batches.

        Raises `JobError`, `ValueError`, `TypeError` or `RuntimeError` if its calls can't be sent.
        """
        items = [self._item(call) for call in chunk.calls]
        refuse_repeated_calls(chunk.calls)
        positions = list(range(len(items)))
        if self._journal is None:
            return PlannedBatch(chunk, positions, items, positions, [b""] * len(items)).split(self._batch_size)
        call_hashes = [digest(dumps(item)) for item in items]
        job_key_hashes = _job_key_hashes(chunk.calls)
        self._journal.check_job_keys(used=job_key_hashes is not None)
        calls = PlannedBatch(chunk, positions, items, positions, call_hashes, job_key_hashes)
        if job_key_hashes is None:
            return self._plan_in_order(self._journal, calls)
        return self._plan_by_job_key(self._journal, calls, job_key_hashes)

    def check_end(self) -> None:
        """Raise `JobError` if the job had more batches than were planned."""
        if self._journal is not None:
            self._journal.check_batch_count(self._planned_batches)

    def has_calls_in_entries(self, entry_numbers: set[int], calls: list[Call[Any]]) -> bool:
        """Whether any of the calls, by job key, was last sent in one of these journal entries."""
        if self._journal is None or not entry_numbers:
            return False
        for call in calls:
            key = call.job_key if isinstance(call, Call) else None
            found = None if key is None else self._journal.find(_job_key_hash(key))
            if found is not None and found[0].number in entry_numbers:
                return True
        return False

    def _item(self, call: Call[Any]) -> dict[str, object]:
        if not isinstance(call, Call):
            raise TypeError(f"a batch takes calls, such as store.products.get(7), not {type(call).__name__}")
        item = to_batch_item(call.request)
        if call.sent:
            raise RuntimeError(f"{call!r} was already sent: build the call again to repeat it")
        if call.timeout is not None:
            raise ValueError(f"{call!r} has a timeout of its own: limit the whole batch, with its `timeout`")
        if call.channel is not None and call.channel is not self._channel:
            raise ValueError(f"{call!r} was built by another store or view of it: build it with the sending store")
        return item

    def _plan_in_order(self, journal: Journal, calls: PlannedBatch) -> list[PlannedBatch]:
        """Plan calls without job keys. The input must be the same as before, and is divided as before."""
        batches: list[PlannedBatch] = []
        start, count = 0, len(calls.positions)
        while start < count:
            entry = journal.entry(self._planned_batches)
            size = self._batch_size if entry is None else entry.size
            batch = calls.select(range(start, min(start + size, count)))
            if entry is not None:
                journal.check_calls(entry, batch.call_hashes, self._planned_calls + start)
                batch.entry = entry
            batches.append(batch)
            self._planned_batches += 1
            start += len(batch.positions)
        self._planned_calls += count
        if self._is_complete_input:
            self.check_end()
        return batches

    def _plan_by_job_key(
        self, journal: Journal, calls: PlannedBatch, job_key_hashes: list[bytes]
    ) -> list[PlannedBatch]:
        """Plan calls with job keys: calls that earlier runs sent, in the same batches as before, then new ones."""
        new: list[int] = []
        sent_earlier: dict[int, list[tuple[int, int]]] = {}
        seen: set[bytes] = set()
        for number, key_hash in enumerate(job_key_hashes):
            found = journal.find(key_hash)
            if key_hash in seen or (found is not None and found[0].number >= self._earlier_batches):
                raise ValueError(f"two calls of the job have the key {calls.job_key(number)!r}: keys must be unique")
            seen.add(key_hash)
            if found is None or found[0].is_safe_to_resend(found[1]):
                new.append(number)
                continue
            entry, index = found
            if entry.call_hash(index) != calls.call_hashes[number]:
                raise JobError(
                    f"the call with the job key {calls.job_key(number)!r} was sent with other content in an earlier "
                    f"run of the job {journal.job.name!r}, and nothing was sent for it now. If it is another change, "
                    "give it another key; if it is the same, leave it out, or build it as it was."
                )
            sent_earlier.setdefault(entry.number, []).append((index, number))
        batches = []
        for entry_number, found_calls in sorted(sent_earlier.items()):
            found_calls.sort()
            batch = calls.select([number for _, number in found_calls])
            batch.indexes, batch.entry = [index for index, _ in found_calls], journal.entries[entry_number]
            batches.append(batch)
        return batches + calls.select(new).split(self._batch_size)


def refuse_repeated_calls(calls: Sequence[Call[Any]]) -> None:
    """Raise `ValueError` if any call occurs twice."""
    if len({id(call) for call in calls}) < len(calls):
        raise ValueError("the same call is in the batch twice: build a new call for each execution")


def _job_key_hash(key: str) -> bytes:
    return digest(key.encode("utf-8", "surrogatepass"))


def _job_key_hashes(calls: Sequence[Call[Any]]) -> list[bytes] | None:
    """A digest of each call's job key. None if no call has one."""
    keys = [call.job_key for call in calls]
    hashes = [_job_key_hash(key) for key in keys if key is not None]
    if not hashes:
        return None
    if len(hashes) < len(calls):
        first = calls[keys.index(None)]
        raise ValueError(f"{first!r} has no job key, but other calls do: give one to each call of a job, or to none")
    return hashes
