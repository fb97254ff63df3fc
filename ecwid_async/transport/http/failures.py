"""The errors of exchanges without a complete response, by whether the request was sent and the deadline has passed."""

from typing import Final

from ecwid_async.errors import NotSent, NotSentInTime, OutcomeUnknown, Timeout, TransportError
from ecwid_async.transport.http.content_encoding import BodyError
from ecwid_async.wire import Request

__all__ = ["cause_name", "deadline_error", "exchange_error"]

# Timers may fire a little early.
_CLOCK_TOLERANCE: Final = 0.001


def cause_name(error: BaseException) -> str:
    """The cause of a failure, for a message: for a foreign error only its class, since its text may quote data."""
    return str(error) if isinstance(error, BodyError) else type(error).__name__


def exchange_error(request: Request, base_url: str, cause: str, *, sent: bool, now: float) -> TransportError:
    """The error of an exchange that ended without a complete response.

    `cause` is the result of `cause_name`. `sent` is False only if nothing can have been sent. `now` is the event loop's
    time, in seconds.
    """
    deadline = request.options.deadline
    late = deadline is not None and now >= deadline - _CLOCK_TOLERANCE
    if not sent:
        return (NotSentInTime if late else NotSent)(f"no connection to {base_url} ({cause})", request=request)
    if late:
        return Timeout("the deadline passed before the response was complete", request=request)
    return OutcomeUnknown(f"no complete response ({cause})", request=request)


def deadline_error(request: Request) -> NotSentInTime:
    """The error of a request whose deadline passed before it was sent."""
    return NotSentInTime("the deadline passed before the request was sent", request=request)
