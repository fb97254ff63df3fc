"""The request with which the user returns from Ecwid's consent page."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from attrs import field

from ecwid_async.apps.errors import InstallError
from ecwid_async.apps.http import IncomingRequest
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import Secret
from ecwid_async.wire import to_printable

__all__ = ["Callback", "read_callback"]

_MAX_QUERY: Final = 8 * 1024
_MAX_FIELDS: Final = 32
_MAX_CODE: Final = 1024
_MAX_ID_DIGITS: Final = 18
_MAX_ERROR: Final = 100
_NAMES: Final = frozenset({"code", "store_id", "state", "error"})


@frozen(kw_only=True)
class Callback:
    """What Ecwid has added to the callback's address: a code, or an error. None means that it has not."""

    code: Secret | None = field(default=None, repr=False)
    store_id: int | None = None
    state: Secret | None = field(default=None, repr=False)
    error: str | None = None


def read_callback(request: IncomingRequest) -> Callback:
    """Read the query of the callback. Raises `InstallError` unless it has either a code or an error."""
    fields = _read_query(request.query)
    if fields is None:
        raise _invalid("its address can't be read")
    if error := fields.get("error"):
        return Callback(error=to_printable(error, limit=_MAX_ERROR), state=fields.get("state"))
    code, store_id = fields.get("code"), None
    if not code:
        raise _invalid("its address has no code")
    if len(code) > _MAX_CODE or not code.isascii() or not code.isprintable() or " " in code:
        raise _invalid("its code is invalid")
    if "store_id" in fields:
        store_id = _as_store_id(fields["store_id"])
        if store_id is None:
            raise _invalid("its store_id is invalid")
    return Callback(code=code, store_id=store_id, state=fields.get("state"))


def _read_query(query: str) -> Mapping[str, Secret] | None:
    """The values by name; None if a query can't be read, or has a name twice."""
    if len(query) > _MAX_QUERY:
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        return None
    fields = {name: Secret(value) for name, value in pairs if name in _NAMES}
    return fields if len(fields) == sum(name in _NAMES for name, _ in pairs) else None


def _as_store_id(text: str) -> int | None:
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_ID_DIGITS:
        return None
    return int(text) or None


def _invalid(reason: str) -> InstallError:
    return InstallError(
        f"This page belongs to an installation, but {reason}. Start the installation again.", reason="invalid_callback"
    )
