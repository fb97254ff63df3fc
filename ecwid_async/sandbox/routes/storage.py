"""Values that an app stores with a store: ``/storage``. A value is the raw body of any content type, as UTF-8 text."""

from typing import Final

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import Records

__all__: list[str] = []

_PUBLIC_KEY: Final = "public"
_MAX_BYTES: Final = 1024 * 1024
_MAX_PUBLIC_BYTES: Final = 256 * 1024


@route("GET /storage")
def get_all_storage(request: StoreRequest) -> Result:
    """All keys with their values, as a bare array."""
    return [{"key": key, "value": value} for key, value in _values(request).items()]


@route("GET /storage/{key}")
def get_storage_value(request: StoreRequest) -> Result:
    """Read the value of a key."""
    return {"key": _existing_key(request), "value": _values(request)[_existing_key(request)]}


@route("POST /storage/{key}")
def add_storage_value(request: StoreRequest) -> Result:
    """Store a value, or replace it."""
    return _store_value(request)


@route("PUT /storage/{key}")
def update_storage_value(request: StoreRequest) -> Result:
    """Replace a value, or store a new one."""
    return _store_value(request)


@route("DELETE /storage/{key}")
def delete_storage_value(request: StoreRequest) -> Result:
    """Delete a key."""
    del _values(request)[_existing_key(request)]
    return {"deleteCount": 1, "success": True}


def _values(request: StoreRequest) -> Records[str, str]:
    return request.store.records("storage")


def _existing_key(request: StoreRequest) -> str:
    if request.path_params["key"] not in _values(request):
        raise ErrorResponse(404, "OTHER", f"There is no value for the key {request.path_params['key']!r}")
    return request.path_params["key"]


def _store_value(request: StoreRequest) -> Result:
    key = request.path_params["key"]
    limit = _MAX_PUBLIC_BYTES if key == _PUBLIC_KEY else _MAX_BYTES
    if len(request.body) > limit:
        raise ErrorResponse.wrong_parameter(f"The value of {key!r} may have at most {limit} bytes")
    try:
        _values(request)[key] = request.body.decode()
    except UnicodeDecodeError:
        raise ErrorResponse.wrong_parameter("A value must be UTF-8 text; encode bytes, for example as base64") from None
    return {"updateCount": 1, "success": True}
