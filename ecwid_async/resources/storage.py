"""What the app stores about the store."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.results import SuccessResult
from ecwid_async.models.storage import StorageEntry
from ecwid_async.resources.base import TYPE_CHECKING, Resource

__all__ = ["Storage"]

R = TypeVar("R", default=StorageEntry)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=StorageEntry, default=StorageEntry)


class Storage(Resource):
    """Text that the app keeps under keys: up to 1 MB, or 256 KB under ``public``, which the storefront can read."""

    __slots__ = ()

    # The documentation now sends {"value": ...}. It used to send the text itself, and so does Ecwid's own client,
    # whose tests against a real store read it back: an object would come back as its JSON text.

    def search(self, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[list[R]]:
        """Everything that is stored, in one list.

        ``GET /storage``
        """
        return self._read_all("GET /storage", model=StorageEntry, into=into, query={"responseFields": response_fields})

    def get(self, key: str, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """What is stored under `key`.

        ``GET /storage/{key}``
        """
        return self._read(
            "GET /storage/{key}", key, model=StorageEntry, into=into, query={"responseFields": response_fields}
        )

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
