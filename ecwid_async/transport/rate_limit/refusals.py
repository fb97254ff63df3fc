"""The errors of calls that the rate limit does not send. Each states that nothing was sent, and why."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from ecwid_async.errors import APIError, InvalidToken, NotSentInTime, RateLimited, StoreSuspended
from ecwid_async.transport.rate_limit.limiter import Wait
from ecwid_async.transport.rate_limit.quarantine import Quarantine
from ecwid_async.wire import Request

__all__ = ["closed_gate_error", "late_slot_error", "quarantine_error"]

E = TypeVar("E", bound=APIError)


def late_slot_error(request: Request) -> NotSentInTime:
    """The error of a call for which no slot becomes free before its deadline."""
    return NotSentInTime("the rate limit has no room before the deadline; nothing was sent", request=request)


def closed_gate_error(request: Request, gate: Wait, timeout: float) -> RateLimited:
    """The error of a call whose `throttle_timeout`, in seconds, ends before the gate opens."""
    now = datetime.now(UTC)
    since, until = now - timedelta(seconds=gate.closed_for or 0.0), now + timedelta(seconds=gate.seconds)
    error = RateLimited(status=429, request=request, outcome="not_sent", attempts=0)
    error.retry_after = gate.seconds
    return _not_sent(
        error,
        f"the server responded with 429 at {_format_time(since)} and accepts no request with this token until "
        f"{_format_time(until)}, which is beyond `throttle_timeout` ({timeout:g} s)",
    )


def quarantine_error(request: Request, quarantine: Quarantine) -> APIError:
    """The error of a call whose token or store is in quarantine."""
    suspended = quarantine.code == "STORE_IS_SUSPENDED"
    error: InvalidToken | StoreSuspended = (StoreSuspended if suspended else InvalidToken)(
        status=quarantine.status,
        code=quarantine.code,
        message=quarantine.message,
        request=request,
        outcome="not_sent",
        attempts=0,
    )
    owner = "an application" if quarantine.store_id is None else f"store {quarantine.store_id}"
    message = f": {quarantine.message}" if quarantine.message else ""
    return _not_sent(
        error,
        f"{owner if suspended else f'this token of {owner}'} has been in quarantine since "
        f"{_format_time(quarantine.since)}, when the server responded with {quarantine.reason}{message} "
        f"[request {quarantine.request_id}]; the next call is sent after {_format_time(quarantine.until)}, or at once "
        f"after `await ecwid.quarantine().clear({quarantine.store_id or ''})`",
    )


def _not_sent(error: E, reason: str) -> E:
    """Replace the message of `error`, which describes a response, by the reason why nothing was sent."""
    request = error.request
    error.args = (f"{request.options.operation} was not sent: {reason} [request {request.id}]. {error.hint}",)
    return error


def _format_time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
