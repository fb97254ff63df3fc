"""What the app stores about the store."""

from ecwid_async.calls import Call
from ecwid_async.models.common import SuccessResult
from ecwid_async.models.storage import StorageEntry
from ecwid_async.resources.base import Resource

__all__ = ["Storage"]


class Storage(Resource):
    """Text that the app keeps under keys: up to 1 MB, or 256 KB under ``public``, which the storefront can read."""

    __slots__ = ()

    # The documentation now sends {"value": ...}. It used to send the text itself, and so does Ecwid's own client,
    # whose tests against a real store read it back: an object would come back as its JSON text.

    def search(self, *, response_fields: str | None = None) -> Call[list[StorageEntry]]:
        """Everything that is stored, in one list.

        ``GET /storage``
        """
        return self._call("GET /storage", reads=list[StorageEntry], query={"responseFields": response_fields})

    def get(self, key: str, *, response_fields: str | None = None) -> Call[StorageEntry]:
        """What is stored under `key`.

        ``GET /storage/{key}``
        """
        return self._call("GET /storage/{key}", key, reads=StorageEntry, query={"responseFields": response_fields})

    def add(self, key: str, value: str) -> Call[SuccessResult]:
        """Store `value` under `key`.

        ``POST /storage/{key}``
        """
        return self._call("POST /storage/{key}", key, reads=SuccessResult, body=value.encode(), repeatable=True)

    def update(self, key: str, value: str) -> Call[SuccessResult]:
        """Store `value` under `key`, whether there was one or not.

        ``PUT /storage/{key}``
        """
        return self._call("PUT /storage/{key}", key, reads=SuccessResult, body=value.encode())

    def delete(self, key: str) -> Call[SuccessResult]:
        """Delete what is stored under `key`.

        ``DELETE /storage/{key}``
        """
        return self._call("DELETE /storage/{key}", key, reads=SuccessResult)
