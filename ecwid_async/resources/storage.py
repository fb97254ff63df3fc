"""Data that the app stores for a store."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.results import SuccessResult
from ecwid_async.models.storage import StorageEntry
from ecwid_async.resources.base import TYPE_CHECKING, Resource

__all__ = ["Storage"]

R = TypeVar("R", default=StorageEntry)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=StorageEntry, default=StorageEntry)


class Storage(Resource):
    """Text under keys: up to 1 MB each, or 256 KB under ``public``, which the storefront can read."""

    __slots__ = ()

    # The documentation sends {"value": ...} now. It used to send the text itself, and so does Ecwid's own client,
    # whose tests read it back from a real store: an object would be returned as its JSON text.

    def search(self, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[list[R]]:
        """List all entries.

        ``GET /storage``
        """
        return self._read_list("GET /storage", model=StorageEntry, into=into, query={"responseFields": response_fields})

    def get(self, key: str, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get the entry under `key`.

        ``GET /storage/{key}``
        """
        return self._read(
            "GET /storage/{key}", key, model=StorageEntry, into=into, query={"responseFields": response_fields}
        )

    def add(self, key: str, value: str) -> Call[SuccessResult]:
        """Store `value` under `key`.

        ``POST /storage/{key}``
        """
        return self._call("POST /storage/{key}", key, result_type=SuccessResult, body=value.encode(), repeatable=True)

    def update(self, key: str, value: str) -> Call[SuccessResult]:
        """Store `value` under `key`, whether or not it exists.

        ``PUT /storage/{key}``
        """
        return self._call("PUT /storage/{key}", key, result_type=SuccessResult, body=value.encode())

    def delete(self, key: str) -> Call[SuccessResult]:
        """Delete the entry under `key`.

        ``DELETE /storage/{key}``
        """
        return self._call("DELETE /storage/{key}", key, result_type=SuccessResult)
