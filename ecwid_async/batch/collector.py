"""Collecting the results of sent batches."""

from collections.abc import Sequence

from ecwid_async.batch.plan import PlannedBatch
from ecwid_async.batch.poller import BatchPoller
from ecwid_async.batch.responses import responses_by_id
from ecwid_async.batch.results import (
    failed_status_of_call,
    failed_statuses_of_batch,
    lacks_result,
    recorded_results,
    result_of,
    results_without_responses,
)
from ecwid_async.batch.run_state import RunState
from ecwid_async.batch.sender import BatchSender, PendingBatch
from ecwid_async.errors import BadRequest, EcwidError, NotExecuted, NotFound, ResponseExpired
from ecwid_async.models.batches import BatchResponseItem, BatchStatus

__all__ = ["BatchCollector"]


class BatchCollector:
    """Waits for the batches of one run, and settles their calls."""

    def __init__(self, run: RunState, sender: BatchSender) -> None:
        self._run = run
        self._sender = sender
        self._poller = BatchPoller(run)

    async def collect(self, pending: PendingBatch) -> list[PlannedBatch]:
        """Settle the calls of a batch once it is done. Returns new batches of its calls that must be sent again."""
        entry = pending.entry
        is_recorded = entry is not None and pending.resumed and entry.failed is not None
        status = await self._wait(pending, is_recorded=is_recorded)
        if status is not None:
            return self._settle(pending, status)
        if entry is not None and is_recorded:
            results = recorded_results(self._run.channel, pending.planned, entry, pending.error)
            self._stop_after_recorded(results)
        else:
            if pending.ticket is not None or self._run.options.stop_on_first_failure:
                self._run.stopped = True
            results = results_without_responses(self._run.channel, pending)
        pending.planned.settle(results)
        return []

    async def _wait(self, pending: PendingBatch, *, is_recorded: bool) -> BatchStatus | None:
        """Return the status of a batch once it is done. If there is none, `pending.error` says why."""
        while pending.error is None and (pending.ticket is not None or not is_recorded):
            try:
                return await self._poller.wait(pending)
            except (BadRequest, NotFound) as error:
                if pending.resumed and not is_recorded:
                    # The server no longer knows the ticket. It may still know the key.
                    pending.ticket = None
                    await self._sender.post(pending)
                else:
                    pending.error = error
            except EcwidError as error:
                pending.error = error
        return None

    def _settle(self, pending: PendingBatch, status: BatchStatus) -> list[PlannedBatch]:
        run, planned, entry, journal = self._run, pending.planned, pending.entry, self._run.journal
        responses = responses_by_id(status)
        # If the batch under this key has fewer calls on the server, the others were never sent.
        is_complete = status.total_requests is not None and len(responses) == status.total_requests
        missing_were_sent = not (
            is_complete and entry is not None and entry.job_key_hashes is not None and len(responses) < entry.size
        )
        items = [responses.get(str(index)) for index in planned.indexes]
        results = [
            result_of(run.channel, call, item, run.options.group_id)
            if item is not None or missing_were_sent
            else NotExecuted(call.request)
            for call, item in zip(planned.calls, items, strict=True)
        ]
        if entry is not None and journal is not None and entry.failed is None:
            failed: dict[int, int | None] = {}
            if len(planned.indexes) < entry.size:
                failed = failed_statuses_of_batch(responses, entry.size, missing_were_sent=missing_were_sent)
            for index, result in zip(planned.indexes, results, strict=True):
                failed.pop(index, None)
                failed |= failed_status_of_call(index, result)
            run.record(lambda: journal.record_results(entry, failed))
        self._stop_after(items, results)
        resent = self._numbers_to_resend(planned, results)
        for number, result in enumerate(results):
            if number not in resent:
                planned.chunk.settle(planned.positions[number], result)
        return planned.select(resent).split(run.batch_size)

    def _stop_after(self, items: Sequence[BatchResponseItem | None], results: Sequence[object]) -> None:
        options = self._run.options
        is_cancelled = options.group_id is not None and any(
            item is not None and not isinstance(result, NotExecuted) and lacks_result(item, options.group_id)
            for item, result in zip(items, results, strict=True)
        )
        has_failed = options.stop_on_first_failure and any(isinstance(result, EcwidError) for result in results)
        if is_cancelled or has_failed:
            self._run.stopped = True

    def _stop_after_recorded(self, results: Sequence[EcwidError]) -> None:
        stop_on_failure = self._run.options.stop_on_first_failure
        if any(
            isinstance(result, NotExecuted)
            or (stop_on_failure and isinstance(result, ResponseExpired) and result.status >= 300)
            for result in results
        ):
            self._run.stopped = True

    def _numbers_to_resend(self, planned: PlannedBatch, results: Sequence[object]) -> list[int]:
        """The numbers of the calls to send again: calls of an earlier run, with job keys, that were not executed.

        Any other call that was not executed stops the run.
        """
        not_executed = [number for number, result in enumerate(results) if isinstance(result, NotExecuted)]
        if not not_executed:
            return []
        if planned.entry is not None and planned.job_key_hashes is not None and not self._run.stopped:
            return not_executed
        self._run.stopped = True
        return []
