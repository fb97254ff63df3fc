"""The body of a webhook, with the values that are signed exactly as they were written."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Final, NoReturn

from ecwid_async.apps.errors import WebhookRejected
from ecwid_async.models.events import EventType, StoreEvent
from ecwid_async.primitives.lazy_attrs import define
from ecwid_async.primitives.safe_json import decode_json, exact_decoder

__all__ = ["EventBody", "canonical_event_type", "parse_body", "read_event"]

_MAX_DEPTH: Final = 32
# An event has about ten. To read a million would take seconds, before it is known who sent them.
_MAX_VALUES: Final = 10_000
# Longer than any number with a meaning.
_MAX_NUMBER: Final = 64
# With the name of a handler, it has to fit into 255 characters.
_MAX_ID: Final = 190
_MAX_EVENT_TYPE: Final = 100
_STORE_ID: Final = re.compile("[1-9][0-9]{0,17}")
_CANONICAL: Final[Mapping[str, str]] = {each.value: each.value for each in EventType}


@define(kw_only=True)
class EventBody:
    """What is read from the body before its signature is checked.

    `signed_text` is ``{eventCreated}.{eventId}`` with the values as written: the digits of a number, the content of a
    text. `event_created` is the same time in Unix seconds.
    """

    signed_text: str
    event_created: float
    event_id: str
    store_id: int
    entity_id: str
    event_type: str


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _Malformed(Exception):
    """A body that is not an event. The message has nothing of it."""


def canonical_event_type(event_type: str) -> str:
    """The type in the spelling of `EventType`, or as it is if it is unknown."""
    if (known := _CANONICAL.get(event_type)) is not None:
        return known
    found = EventType._missing_(event_type)
    return event_type if found is None else found.value


def read_event(body: bytes) -> StoreEvent:
    """The event in a body that `parse_body` has accepted, as the class of its family."""
    # Repairs half of a surrogate pair, which no other decoder reads.
    return StoreEvent.from_dict(decode_json(body, exact_decoder))


def parse_body(body: bytes) -> EventBody:
    """Read the body of a webhook. Raises `WebhookRejected` unless it is the JSON of an event."""
    try:
        return _read(_decode(body))
    except _Malformed as error:
        reason = str(error)
    # Outside, or the context would have the body.
    raise WebhookRejected(f"the body is not an event of Ecwid: {reason}.", reason="malformed_body", status=400)


def _decode(body: bytes) -> Mapping[str, object]:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise _Malformed("it is not UTF-8") from None
    if text.count(",") + text.count("[") + text.count("{") > _MAX_VALUES:
        raise _Malformed("it has too many values")
    try:
        data = _decoder.decode(text)
    except RecursionError:
        raise _Malformed("it is nested too deeply") from None
    except ValueError:
        raise _Malformed(
            "it is not JSON" if text.strip() else "it is empty: something may have read it before"
        ) from None
    if not isinstance(data, dict):
        raise _Malformed("it is not a JSON object")
    if text.count("{") + text.count("[") > _MAX_DEPTH:
        _check_depth(data)
    return data


def _to_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    data = dict(pairs)
    if len(data) != len(pairs):
        # Each reader might take another of the values.
        raise _Malformed("a key occurs twice")
    return data


def _to_number(text: str) -> _Number:
    if len(text) > _MAX_NUMBER:
        raise _Malformed("it has a number that is too long")
    return _Number(text)


def _refuse_constant(name: str) -> NoReturn:
    raise _Malformed(f"{name} is not JSON")


_decoder: Final = json.JSONDecoder(
    object_pairs_hook=_to_object, parse_int=_to_number, parse_float=_to_number, parse_constant=_refuse_constant
)


def _check_depth(data: object) -> None:
    level: list[object] = [data]
    for _ in range(_MAX_DEPTH):
        level = [inner for outer in level for inner in _children(outer)]
        if not level:
            return
    raise _Malformed("it is nested too deeply")


def _children(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _read(data: Mapping[str, object]) -> EventBody:
    created = data.get("eventCreated")
    event_id = data.get("eventId")
    store_id = data.get("storeId")
    entity_id = data.get("entityId", "")
    event_type = data.get("eventType")
    if not isinstance(created, str) or not (time := _to_time(created)):
        raise _Malformed("`eventCreated` is missing or not a time")
    if not _is_id(event_id):
        raise _Malformed("`eventId` is missing or not an id")
    if not isinstance(store_id, str) or not _STORE_ID.fullmatch(store_id):
        raise _Malformed("`storeId` is missing or not the id of a store")
    if entity_id is not None and entity_id != "" and not _is_id(entity_id):
        raise _Malformed("`entityId` is not an id")
    is_type = isinstance(event_type, str) and not isinstance(event_type, _Number) and event_type.isprintable()
    if not is_type or not 0 < len(str(event_type)) <= _MAX_EVENT_TYPE:
        raise _Malformed("`eventType` is missing or not the name of a type")
    return EventBody(
        signed_text=f"{created}.{event_id}",
        event_created=time,
        event_id=str(event_id),
        store_id=int(store_id),
        entity_id="" if entity_id is None else str(entity_id),
        event_type=canonical_event_type(str(event_type)),
    )


def _to_time(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 and text.isascii() and len(text) <= _MAX_NUMBER else None


def _is_id(value: object) -> bool:
    # Printable text has no half of a surrogate pair, which can't be encoded.
    return isinstance(value, str) and 0 < len(value) <= _MAX_ID and value.isprintable()
