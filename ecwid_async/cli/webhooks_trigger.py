"""``ecwid webhooks trigger``: send one webhook to an app on this machine, as Ecwid does."""

import asyncio
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number

from ecwid_async.cli.client_secret import client_secret
from ecwid_async.cli.exit_codes import UsageError

if TYPE_CHECKING:
    from ecwid_async.sandbox import AppRequest, WebhookEvent

__all__ = ["trigger"]

_FIELDS: Final = {
    "eventId": "event_id",
    "eventCreated": "event_created",
    "storeId": "store_id",
    "entityId": "entity_id",
}
_DATA: Final = "data."
_FAILED: Final = 1
_NO_RESPONSE: Final = 4
_REFUSED: Final = frozenset({400, 401, 403})
_ADVICE: Final = {
    401: "Has the app the same ECWID_CLIENT_SECRET as this command?",
    404: "Is the path in --to right?",
}


def trigger(
    event_type: str,
    *,
    to: Annotated[str, Parameter(help="URL of the app on this machine, such as http://127.0.0.1:8000/webhooks.")],
    set_: Annotated[
        tuple[str, ...],
        Parameter(
            name="--set",
            consume_multiple=False,
            negative=(),
            help="Value to send: entityId=7, eventId=…, eventCreated=1700000000 (Unix seconds) or data.orderId=EG4H2.",
        ),
    ] = (),
    store: Annotated[int, Parameter(help="Id of the store.", validator=Number(gte=1))] = 1003,
    forge: Annotated[bool, Parameter(help="Send a wrong signature, which the app must refuse.")] = False,
) -> int:
    """Send a webhook of any type to an app, signed with the secret in ECWID_CLIENT_SECRET.

    Prints the status of the response and the time that the app took. The exit code is 0 if Ecwid would take the event
    as delivered, 1 if not, and 4 without a response. With --forge it is 0 if the app refuses the event.
    """
    from ecwid_async.sandbox.webhooks import NotLoopback, WebhookFaults, build_request, check_loopback

    try:
        check_loopback(to)
    except NotLoopback as error:
        raise UsageError(f"--to: {error}.") from None
    event = _event(event_type, store, set_)
    faults = WebhookFaults(signature="invalid" if forge else None)
    request = build_request(event, url=to, client_secret=client_secret(), faults=faults)
    return _send(event, request, must_be_refused=forge)


def _event(event_type: str, store_id: int, assignments: Iterable[str]) -> "WebhookEvent":
    from attrs import evolve

    from ecwid_async.sandbox import sample_event

    try:
        event = sample_event(event_type, store_id=store_id)
    except ValueError as error:
        raise UsageError(str(error) if str(error).endswith("?") else f"{error}.") from None
    data = dict(event.data or {})
    for assignment in assignments:
        name, separator, text = assignment.partition("=")
        if separator and name in _FIELDS:
            field = _FIELDS[name]
            event = evolve(event, **{field: _parse(name, text, getattr(event, field))})
        elif separator and name.startswith(_DATA) and name != _DATA:
            key = name.removeprefix(_DATA)
            data[key] = _parse(name, text, data.get(key))
        else:
            names = ", ".join(f"{name}=…" for name in (*_FIELDS, "data.NAME"))
            raise UsageError(f"--set takes {names}, not {assignment.partition('=')[0]!r}.")
    return evolve(event, data=data or None)


def _parse(name: str, text: str, sample: object) -> Any:
    """The value as text where the sample has text; otherwise as JSON if it is JSON."""
    if isinstance(sample, str):
        return text
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        value = text
    if name in ("eventCreated", "storeId") and (not isinstance(value, int) or isinstance(value, bool)):
        raise UsageError(f"--set {name}=… takes a whole number.")
    return value


def _send(event: "WebhookEvent", request: "AppRequest", *, must_be_refused: bool) -> int:
    from ecwid_async.sandbox.webhooks import DELIVERED_STATUSES
    from ecwid_async.sandbox.webhooks.http import send_over_http

    started = time.perf_counter()
    try:
        status = asyncio.run(send_over_http(request))
    # The HTTP library has errors of its own.
    except Exception as error:
        sys.stdout.write(f"{event.event_type} of store {event.store_id}: no response ({type(error).__name__})\n")
        return _NO_RESPONSE
    milliseconds = (time.perf_counter() - started) * 1000
    delivered = status in DELIVERED_STATUSES
    if must_be_refused:
        succeeded = status in _REFUSED
        outcome = "refused" if succeeded else "not refused"
        advice = "the app must refuse this event with 401, since its signature is wrong."
    else:
        succeeded = delivered
        outcome = "delivered" if delivered else "not delivered"
        statuses = ", ".join(map(str, sorted(DELIVERED_STATUSES)))
        repeated = f"Ecwid takes only {statuses} as delivered, and would repeat this event for 24 hours."
        advice = " ".join(filter(None, (repeated, _ADVICE.get(status))))
    sys.stdout.write(f"{event.event_type} of store {event.store_id}: {status}, {outcome}, {milliseconds:.0f} ms\n")
    if not succeeded:
        sys.stderr.write(f"ecwid: {advice}\n")
    return 0 if succeeded else _FAILED
