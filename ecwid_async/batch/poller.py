"""Polling a batch until it is done, with few polls and little delay."""

from typing import Final

from ecwid_async.batch.responses import read_status
from ecwid_async.batch.run_state import RunState
from ecwid_async.batch.sender import PendingBatch
from ecwid_async.errors import DecodeError, OutcomeUnknown, Timeout
from ecwid_async.models.batches import BatchState, BatchStatus
from ecwid_async.resources.batches import MAX_REQUESTS

__all__ = ["BatchPoller"]

# All waits are in seconds.
_MIN_WAIT: Final = 0.05
_MAX_WAIT: Final = 30.0
# Assumed until a batch is done: the seconds that a call takes, and the longest wait before the first poll.
_ASSUMED_CALL_SECONDS: Final = 0.02
_MAX_FIRST_WAIT: Final = 2.0
_MAX_UNREADABLE_POLLS: Final = 5
_MAX_STALL_SECONDS: Final = 24 * 3600
_IN_PROGRESS: Final = frozenset({BatchState.QUEUED, BatchState.IN_PROGRESS})


class BatchPoller:
    """Polls the batches of one run, which the store executes one after the other."""

    def __init__(self, run: RunState) -> None:
        self._run = run
        # Measured: the seconds that a call takes, and the time at which the last batch was done.
        self._call_seconds: float | None = None
        self._last_done_at = float("-inf")

    async def wait(self, pending: PendingBatch) -> BatchStatus:
        """Return the status of a batch once it is done.

        Raises `Timeout` at the deadline, `OutcomeUnknown` if there is no progress for 24 hours, `DecodeError` if polls
        can't be read, and `APIError` or `TransportError` from sending them.
        """
        run, ticket, calls = self._run, pending.ticket or "", len(pending.planned.positions)
        polls = unreadable = completed = 0
        started = progressed = max(pending.sent_at, self._last_done_at)
        wait = 0.0 if pending.resumed else self._first_wait(started, calls)
        while True:
            request = run.status_request(ticket)
            left = run.seconds_left(request, Timeout)
            await run.sleep(wait if wait < left else max(0.9 * left, _MIN_WAIT))
            response = await run.channel.exchange(request)
            polls += 1
            now = run.clock()
            try:
                status = read_status(run.channel.codec, request, response)
            except DecodeError:
                # The response may be from a proxy, so it says nothing about the batch.
                unreadable += 1
                if unreadable == _MAX_UNREADABLE_POLLS:
                    raise
                wait = min(max(wait * 2, _MIN_WAIT), _MAX_WAIT)
                continue
            unreadable = 0
            if status.status not in _IN_PROGRESS:
                if not pending.resumed:
                    # A batch that is done at the first poll was done earlier, so the next one is polled sooner.
                    self._call_seconds = (now - started) / calls * (0.7 if polls == 1 else 1.0)
                self._last_done_at = now
                return status
            # A count that goes down, or exceeds any batch, is no progress.
            count = min(max(status.completed_requests or 0, 0), MAX_REQUESTS)
            if count > completed:
                completed, progressed = count, now
            elif now - progressed > _MAX_STALL_SECONDS:
                hours = _MAX_STALL_SECONDS // 3600
                raise OutcomeUnknown(f"the batch has made no progress for {hours} hours", request=request)
            # The call in progress counts as half done.
            wait = (now - started) / (count + 0.5) * max(calls - count, 0) if count else wait * 2
            # Without recent progress, this estimate is too short.
            wait = min(max(wait, (now - progressed) / 2, _MIN_WAIT), _MAX_WAIT)

    def _first_wait(self, started: float, calls: int) -> float:
        if self._call_seconds is None:
            return min(_MIN_WAIT + _ASSUMED_CALL_SECONDS * calls, _MAX_FIRST_WAIT)
        return min(max(started + self._call_seconds * calls - self._run.clock(), _MIN_WAIT), _MAX_WAIT)
