"""An event and a client that the tests of sinks share."""

import logging

from ecwid_async import Ecwid, Event, EventKind, RetryPolicy
from ecwid_async.transport.memory import MemoryTransport, make_response

LOG_LEVELS = {
    EventKind.ATTEMPT_STARTED: logging.DEBUG,
    EventKind.ATTEMPT_ENDED: logging.DEBUG,
    EventKind.DELAYED: logging.INFO,
    EventKind.RETRYING: logging.INFO,
    EventKind.THROTTLED: logging.WARNING,
    EventKind.QUARANTINED: logging.WARNING,
    EventKind.GAVE_UP: logging.WARNING,
    EventKind.CACHE_HIT: logging.DEBUG,
    EventKind.CACHE_MISS: logging.DEBUG,
    EventKind.COALESCED: logging.DEBUG,
    EventKind.CACHE_UNAVAILABLE: logging.WARNING,
}


def event(kind: EventKind = EventKind.ATTEMPT_ENDED) -> Event:
    return Event(
        kind=kind,
        operation="GET /orders/{orderId}",
        request_id="ab12cd34",
        store_id=1003,
        attempt=2,
        status=503,
        seconds=0.25,
        error="OutcomeUnknown",
    )


def client_for(*script: object, events: object = None) -> Ecwid:
    transport = MemoryTransport([make_response(data) if isinstance(data, dict) else data for data in script])
    return Ecwid(transport=transport, events=events, retry=RetryPolicy(base_delay=0.0))
