"""Keeping a few batches in progress at once, and returning their results in order."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from typing import Any, Final

from attrs import field

from ecwid_async.batch.chunks import Chunk
from ecwid_async.batch.collector import BatchCollector
from ecwid_async.batch.plan import BatchPlanner, PlannedBatch
from ecwid_async.batch.run_state import RunState
from ecwid_async.batch.sender import BatchSender, PendingBatch
from ecwid_async.calls import Call
from ecwid_async.errors import JobError, NotExecuted
from ecwid_async.primitives.lazy_attrs import define
from ecwid_async.wire import SANDBOX_HEADER, Lane

__all__ = ["BatchScheduler"]

# The number of batches sent while the results of another one are still to be collected.
_BATCHES_AHEAD: Final = 2


@define(eq=False)
class BatchScheduler:
    """Executes chunks of calls in one run. With `is_complete_input`, a single chunk holds all calls."""

    run: RunState
    is_complete_input: bool
    _planner: BatchPlanner = field(init=False)
    _sender: BatchSender = field(init=False)
    _collector: BatchCollector = field(init=False)

    def __attrs_post_init__(self) -> None:
        run = self.run
        self._planner = BatchPlanner(run.channel, run.journal, run.batch_size, is_complete_input=self.is_complete_input)
        self._sender = BatchSender(run)
        self._collector = BatchCollector(run, self._sender)

    def next_chunk_size(self) -> int:
        """The number of calls that the next chunk should have."""
        return self._planner.next_chunk_size()

    async def results(self, chunks: AsyncIterator[list[Call[Any]]]) -> AsyncGenerator[list[Any], None]:
        """Yield the results of each chunk. An error raised by `chunks` is raised after the results of sent calls."""
        await self._restart_if_sandbox_is_new()
        options = self.run.options
        # A run that may stop between two batches waits for the results of each before it sends the next.
        ahead = 0 if options.stop_on_first_failure or options.group_id is not None else _BATCHES_AHEAD
        unfinished: deque[Chunk] = deque()
        planned: deque[PlannedBatch] = deque()
        pending: deque[PendingBatch] = deque()
        ended, failure = False, None
        try:
            while not ended or planned or pending:
                if not planned and not ended:
                    try:
                        calls = await anext(chunks)
                        while pending and self._planner.has_calls_in_entries(_unsettled_entries(pending), calls):
                            planned.extend(await self._collector.collect(pending.popleft()))
                        chunk = Chunk.of(calls)
                        planned.extend(self._plan(chunk))
                        unfinished.append(chunk)
                    except StopAsyncIteration:
                        ended = True
                    except Exception as error:
                        ended, failure = True, error
                if planned and not self.run.stopped:
                    next_batch = planned.popleft()
                    sent = await self._sender.send(next_batch)
                    if sent is not None:
                        pending.append(sent)
                    else:
                        self._settle_unsent(next_batch)
                while pending and (len(pending) > (0 if self.run.stopped else ahead) or (ended and not planned)):
                    planned.extendleft(reversed(await self._collector.collect(pending.popleft())))
                while planned and self.run.stopped:
                    self._settle_unsent(planned.popleft())
                while unfinished and not unfinished[0].unsettled:
                    yield unfinished.popleft().results
        finally:
            for batch in planned:
                _release_requests(batch.calls)
        if failure is not None:
            raise failure
        self._complete_job()

    async def _restart_if_sandbox_is_new(self) -> None:
        """Restart the job if its sandbox was restarted: a new sandbox has none of the earlier changes."""
        journal = self.run.journal
        if journal is None or journal.sandbox_id is None:
            return
        ticket = next((entry.ticket for entry in journal.entries if entry.ticket is not None), "")
        response = await self.run.channel.transport.send(self.run.status_request(ticket))
        sandbox_id = response.headers.get(SANDBOX_HEADER)
        if response.status >= 500 or sandbox_id == journal.sandbox_id:
            return
        if sandbox_id is None:
            raise JobError(
                f"the job {journal.job.name!r} began on a sandbox, and {journal.job.server} is no longer one: "
                f"delete {journal.path} and its .lock to start over. Nothing was sent."
            )
        journal.restart()
        self._planner.restart()

    def _plan(self, chunk: Chunk) -> list[PlannedBatch]:
        batches = self._planner.plan(chunk)
        # All at once: while the first batch is in progress, a call of a later one could be sent elsewhere too.
        _take_requests(chunk.calls)
        if self.is_complete_input and len(batches) > 1:
            self.run.lane = Lane.BULK
        return batches

    def _settle_unsent(self, planned: PlannedBatch) -> None:
        errors = [NotExecuted(call.request) for call in planned.calls]
        _release_requests(planned.calls)
        for error in errors:
            error.__cause__ = self.run.journal_error
        planned.settle(errors)

    def _complete_job(self) -> None:
        journal = self.run.journal
        uses_job_keys = journal is not None and journal.entries and journal.entries[0].job_key_hashes is not None
        if journal is None or self.run.stopped or uses_job_keys:
            return
        self._planner.check_end()
        if journal.entries:
            self.run.record(journal.complete)


def _take_requests(calls: Sequence[Call[Any]]) -> None:
    """Take the request of every call, or of none if one can't be sent."""
    for number, call in enumerate(calls):
        try:
            call.take_request()
        except RuntimeError:
            _release_requests(calls[:number])
            raise


def _release_requests(calls: Iterable[Call[Any]]) -> None:
    for call in calls:
        call.release_request()


def _unsettled_entries(pending: Iterable[PendingBatch]) -> set[int]:
    """The numbers of the journal entries of batches that an earlier run began, and whose results are not recorded."""
    return {
        batch.entry.number
        for batch in pending
        if batch.entry is not None and batch.planned.entry is batch.entry and batch.entry.failed is None
    }
