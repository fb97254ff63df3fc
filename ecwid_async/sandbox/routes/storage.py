"""What an app keeps with a store: ``/storage``. The value is the request's body as it is, whatever its type."""

from typing import Final

from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.state import Records

__all__: list[str] = []

_PUBLIC: Final = "public"
_MOST_BYTES: Final = 1024 * 1024
_MOST_PUBLIC_BYTES: Final = 256 * 1024


@route("GET /storage")
def get_all_storage(visit: Visit) -> Answer:
    """All keys with their values, as a bare array."""
    return [{"key": key, "value": value} for key, value in _values(visit).items()]


@route("GET /storage/{key}")
def get_storage_value(visit: Visit) -> Answer:
    """One key with its value."""
    return {"key": _key(visit), "value": _values(visit)[_key(visit)]}


@route("POST /storage/{key}")
def add_storage_value(visit: Visit) -> Answer:
    """Store a value, also in place of one that is there."""
    return _store(visit)


@route("PUT /storage/{key}")
def update_storage_value(visit: Visit) -> Answer:
    """Store a value, also where there was none."""
    return _store(visit)


@route("DELETE /storage/{key}")
def delete_storage_value(visit: Visit) -> Answer:
    """Delete a key."""
    del _values(visit)[_key(visit)]
    return {"deleteCount": 1, "success": True}


def _values(visit: Visit) -> Records[str, str]:
    return visit.store.records("storage")


def _key(visit: Visit) -> str:
    if visit.ids["key"] not in _values(visit):
        raise Refusal(404, "OTHER", f"There is nothing under the key {visit.ids['key']!r}")
    return visit.ids["key"]


def _store(visit: Visit) -> Answer:
    key = visit.ids["key"]
    most = _MOST_PUBLIC_BYTES if key == _PUBLIC else _MOST_BYTES
    if len(visit.body) > most:
        raise Refusal.wrong(f"The value of {key!r} may have {most} bytes at most")
    try:
        _values(visit)[key] = visit.body.decode()
    except UnicodeDecodeError:
        raise Refusal.wrong("A value is text in UTF-8; encode bytes, for example as base64") from None
    return {"updateCount": 1, "success": True}
