"""`WebhookRecord`: what happened to a webhook or its event, for logs and metrics, and `WebhookCounts`."""

import logging
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from attrs import field

from ecwid_async.apps.errors import RejectionReason
from ecwid_async.primitives.lazy_attrs import define, frozen

__all__ = ["WebhookCounts", "WebhookOutcome", "WebhookRecord", "WebhookSink", "log_webhook"]


class WebhookOutcome(StrEnum):
    """What happened to a webhook when it came in, or to its event when it was handled.

    When it came in: ACCEPTED events are in the inbox. A DUPLICATE was there before. UNKNOWN_STORE and DROPPED events
    were left out by `stores` and `accept`. REFUSED webhooks are not Ecwid's, too old or malformed. NOT_STORED events
    could not be stored, so that Ecwid repeats them.

    When it was handled: HANDLED, GONE if the entity is no longer there, SKIPPED if it is as the handler left it,
    REPEATED if the transaction of an earlier attempt had handled it, FAILED if the handler raised, and UNHANDLED if
    there is no handler for the type. They are counted for each handler.
    """

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    UNKNOWN_STORE = "unknown_store"
    DROPPED = "dropped"
    REFUSED = "refused"
    NOT_STORED = "not_stored"
    HANDLED = "handled"
    GONE = "gone"
    SKIPPED = "skipped"
    REPEATED = "repeated"
    FAILED = "failed"
    UNHANDLED = "unhandled"


@frozen(kw_only=True)
class WebhookRecord:
    """What happened to one webhook or event, without its body and without personal data.

    A refused one has a `reason`, and no values of its body, which are anybody's. `seconds` is how long it took. `error`
    is the class of an error, `message` its message if it is this library's, masked. `events` is the number of events
    that were coalesced.
    """

    outcome: WebhookOutcome
    seconds: float
    store_id: int | None = None
    event_type: str | None = None
    event_id: str | None = None
    handler: str | None = None
    reason: RejectionReason | None = None
    attempt: int = 0
    events: int = 1
    error: str | None = None
    message: str | None = None


WebhookSink = Callable[[WebhookRecord], None]
"""Receives records. It must be quick, since Ecwid waits for the response."""


@define
class WebhookCounts:
    """How often each outcome occurred in this process, and each reason of a refusal."""

    outcomes: Counter[WebhookOutcome] = field(factory=Counter)
    refused: Counter[RejectionReason] = field(factory=Counter)

    def add(self, record: WebhookRecord) -> None:
        """Count a record, and each of its events."""
        self.outcomes[record.outcome] += record.events
        if record.reason is not None:
            self.refused[record.reason] += 1


_logger: Final = logging.getLogger("ecwid_async.webhooks")
# The inbox logs failures of handlers.
_LEVELS: Final = {
    WebhookOutcome.REFUSED: logging.WARNING,
    WebhookOutcome.NOT_STORED: logging.ERROR,
    WebhookOutcome.UNHANDLED: logging.INFO,
    WebhookOutcome.UNKNOWN_STORE: logging.INFO,
    WebhookOutcome.GONE: logging.INFO,
}


def log_webhook(record: WebhookRecord) -> None:
    """Log a record with the logger ``ecwid_async.webhooks``: what needs attention as a warning or an error."""
    level = _LEVELS.get(record.outcome, logging.DEBUG)
    if not _logger.isEnabledFor(level):
        return
    parts = [f"webhook {record.outcome.replace('_', ' ')}"]
    if record.event_type is not None:
        parts.append(f"{record.event_type} {record.event_id} of store {record.store_id}")
    if record.handler is not None:
        parts.append(f"by {record.handler} (attempt {record.attempt})")
    if record.error is not None:
        parts.append(record.error)
    _logger.log(level, "%s%s", ", ".join(parts), f": {record.message}" if record.message else "")
