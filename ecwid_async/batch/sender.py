"""Sending batches under a key, so that the server executes none twice."""

from typing import Final
from uuid import uuid4

from attrs import evolve

from ecwid_async.batch.journal_entry import JournalEntry
from ecwid_async.batch.plan import PlannedBatch
from ecwid_async.batch.responses import read_ticket
from ecwid_async.batch.run_state import RunState
from ecwid_async.errors import EcwidError, NotSentInTime, OutcomeUnknown
from ecwid_async.primitives.lazy_attrs import define
from ecwid_async.resources.batches import Batches
from ecwid_async.wire import SANDBOX_HEADER, Request

__all__ = ["HAD_NO_EFFECT", "BatchSender", "PendingBatch"]

# Seconds. The server remembers a key for an hour after receiving it; this leaves a margin.
_KEY_LIFETIME: Final = 55 * 60
HAD_NO_EFFECT: Final = frozenset({"not_sent", "refused"})
"""Outcomes of a request that had no effect."""


@define(eq=False)
class PendingBatch:
    """A sent batch, with its `ticket` or the `error` from sending it.

    It is `resumed` if an earlier run may have sent it: it may be done by now, or the server may no longer have it.
    """

    planned: PlannedBatch
    sent_at: float
    deduplication_key: str
    entry: JournalEntry | None
    resumed: bool
    ticket: str | None = None
    error: EcwidError | None = None


class BatchSender:
    """Sends the batches of one run, each recorded in the journal first."""

    def __init__(self, run: RunState) -> None:
        self._run = run

    async def send(self, planned: PlannedBatch) -> PendingBatch | None:
        """Send a batch, or find the one that an earlier run sent. Returns None if the journal can't be written."""
        entry, journal = planned.entry, self._run.journal
        # Keys are new for each batch: two equal stock changes are two changes.
        key = str(uuid4()) if entry is None else entry.deduplication_key
        if entry is None and journal is not None:
            call_hashes = b"".join(planned.call_hashes)
            job_key_hashes = None if planned.job_key_hashes is None else b"".join(planned.job_key_hashes)
            entry = self._run.record(lambda: journal.begin_batch(key, call_hashes, job_key_hashes))
            if entry is None:
                return None
        pending = PendingBatch(planned, self._run.clock(), key, entry, planned.entry is not None)
        if pending.resumed and entry is not None and (entry.ticket is not None or entry.failed is not None):
            pending.ticket = entry.ticket
        else:
            await self.post(pending)
        return pending

    async def post(self, pending: PendingBatch) -> None:
        """Send ``POST /batch``, unless the server may have forgotten its key. Sets the ticket or the error."""
        run, entry, journal = self._run, pending.entry, self._run.journal
        key_lifetime = float(_KEY_LIFETIME)
        if entry is not None and journal is not None:
            key_lifetime -= journal.age(entry)
        request = self._request(pending, key_lifetime)
        if key_lifetime <= 0:
            reason = (
                f"its batch was first sent more than {_KEY_LIFETIME // 60} minutes ago, by an earlier run, and had no "
                "response; sent again, it might be executed twice"
            )
            pending.error = OutcomeUnknown(reason, request=request)
            return
        try:
            run.seconds_left(request, NotSentInTime)
            response = await run.channel.exchange(request)
            ticket = read_ticket(run.channel.codec, request, response)
        except EcwidError as error:
            pending.error = error
            run.stopped = True
            if not pending.resumed and error.outcome in HAD_NO_EFFECT and journal is not None and entry is not None:
                run.record(lambda: journal.withdraw_batch(entry))
            return
        pending.ticket, pending.resumed, pending.sent_at = ticket, False, run.clock()
        if journal is not None and entry is not None:
            sandbox_id = response.headers.get(SANDBOX_HEADER)
            run.record(lambda: journal.record_ticket(entry, ticket, sandbox_id))

    def _request(self, pending: PendingBatch, key_lifetime: float) -> Request:
        run = self._run
        call = Batches(run.channel).create(
            pending.planned.body(),
            stop_on_first_failure=run.options.stop_on_first_failure,
            allow_parallel_mode=run.options.allow_parallel_mode,
            deduplication_key=pending.deduplication_key,
            group_id=run.options.group_id,
        )
        # It may be retried only while the server certainly remembers its key.
        key_expires = run.clock() + key_lifetime
        deadline = key_expires if run.deadline is None else min(run.deadline, key_expires)
        # A batch of an earlier run may be larger than today's quota allows.
        cost = min(len(pending.planned.positions), run.batch_size) if run.options.cost == "per_call" else 1
        options = evolve(call.request.options, lane=run.lane, cost=cost, deadline=deadline)
        return evolve(call.request, options=options)
