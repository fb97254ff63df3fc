"""The result of each call: from its response, from the journal, or an error that says what is unknown."""

from typing import Any

from ecwid_async.batch.journal_entry import JournalEntry
from ecwid_async.batch.plan import PlannedBatch
from ecwid_async.batch.responses import http_body, http_status
from ecwid_async.batch.sender import HAD_NO_EFFECT, PendingBatch
from ecwid_async.calls import Call, Channel
from ecwid_async.errors import APIError, EcwidError, NotExecuted, OutcomeUnknown, ResponseExpired, Timeout
from ecwid_async.models.batches import BatchResponseItem, BatchResponseState
from ecwid_async.wire import Headers, Response

__all__ = [
    "failed_status_of_call",
    "failed_statuses_of_batch",
    "lacks_result",
    "recorded_results",
    "result_of",
    "results_without_responses",
]


def result_of(channel: Channel, call: Call[Any], item: BatchResponseItem | None, group_id: str | None) -> object:
    """The result of a call, or the error in its place, from its response inside the batch."""
    if item is None:
        return _unknown(channel, call, "its batch ended without a response that certainly belongs to it", None)
    if item.status == BatchResponseState.NOT_EXECUTED:
        return NotExecuted(call.request)
    status, body = http_status(item), http_body(item)
    if status is None or lacks_result(item, group_id):
        reason = "its batch reports it as completed without a result: its group may have been cancelled before it ran"
        return _unknown(channel, call, reason, None)
    response = Response(status, Headers(), body or b"")
    if not 200 <= status < 300:
        return call.with_lookup(channel.error(call.request, response), channel)
    try:
        return call.read(response, channel)
    except EcwidError as error:
        return error


def lacks_result(item: BatchResponseItem, group_id: str | None) -> bool:
    """Whether a response has no result. Calls of a cancelled group are COMPLETED too, but were not executed."""
    status = http_status(item)
    return status is None or (group_id is not None and status < 300 and http_body(item) is None)


def recorded_results(
    channel: Channel, planned: PlannedBatch, entry: JournalEntry, cause: EcwidError | None
) -> list[EcwidError]:
    """The results recorded by the journal, for a batch whose responses the server no longer has."""
    failed, results = entry.failed or {}, list[EcwidError]()
    for call, index in zip(planned.calls, planned.indexes, strict=True):
        status = failed.get(index, 200)
        if status is None:
            results.append(NotExecuted(call.request))
        elif status:
            expired = ResponseExpired(call.request, status)
            expired.__cause__ = cause
            results.append(expired)
        else:
            results.append(_unknown(channel, call, "its batch ended without a response to it", cause))
    return results


def results_without_responses(channel: Channel, pending: PendingBatch) -> list[EcwidError]:
    """The results of a batch that has no responses."""
    error, calls = pending.error, pending.planned.calls
    if pending.ticket is None:
        if error is not None and not pending.resumed and error.outcome in HAD_NO_EFFECT:
            return [error] * len(calls)
        return [_unknown(channel, call, f"its batch may have been sent: {error}", error) for call in calls]
    reason = f"its batch was sent and has the ticket {pending.ticket}, but its result is not known: {error}"
    return [_unknown(channel, call, reason, error) for call in calls]


def _unknown(channel: Channel, call: Call[Any], reason: str, cause: EcwidError | None) -> EcwidError:
    """An error for this call only, which can look up the item that the call was to create."""
    error = (Timeout if isinstance(cause, Timeout) else OutcomeUnknown)(reason, request=call.request)
    error.__cause__ = cause
    return call.with_lookup(error, channel)


def failed_status_of_call(index: int, result: object) -> dict[int, int | None]:
    """The journal's record of a call: its index and status (see `JournalEntry`), or nothing if it succeeded."""
    if isinstance(result, APIError):
        return {index: result.status}
    if isinstance(result, NotExecuted):
        return {index: None}
    return {index: 0} if isinstance(result, EcwidError) and result.outcome == "unknown" else {}


def failed_statuses_of_batch(
    responses: dict[str, BatchResponseItem], size: int, *, missing_were_sent: bool
) -> dict[int, int | None]:
    """The journal's record of a whole batch, from its responses. Some of its calls may no longer be in the input."""
    failed: dict[int, int | None] = {}
    for index in range(size):
        item = responses.get(str(index))
        status = None if item is None else http_status(item)
        if (not missing_were_sent) if item is None else item.status == BatchResponseState.NOT_EXECUTED:
            failed[index] = None
        elif status is None or not 200 <= status < 300:
            failed[index] = status or 0
    return failed
