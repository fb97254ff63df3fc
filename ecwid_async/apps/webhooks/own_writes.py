"""`OwnWrites`: whether a handler wrote to the store in one run, and what it has read of the event's entity."""

import hashlib
import json
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Final

from ecwid_async.models.base import Model
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.wire import Request, Response, StreamedResponse, Transport

if TYPE_CHECKING:
    from ecwid_async.client import Store

__all__ = ["EntityState", "OwnWrites"]

_UPDATE_TIMES: Final = frozenset({"updated", "updateDate", "updateTimestamp"})


@frozen
class EntityState:
    """A state of an entity: the hash of its content, and the hash of the content with the times of the last update.

    Equal contents may have been different in between. Equal versions have not, to the second.
    """

    content: bytes
    version: bytes

    @classmethod
    def of(cls, entity: object | None) -> "EntityState | None":
        """The state of an entity. None if it does not have the time of its last update."""
        if not isinstance(entity, Model):
            return None
        data = entity.to_dict()
        content = {name: value for name, value in data.items() if name not in _UPDATE_TIMES}
        return None if len(content) == len(data) else cls(_hash(content), _hash(data))


def _hash(data: dict[str, Any]) -> bytes:
    text = json.dumps(data, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class OwnWrites:
    """Observes one run of a handler."""

    def __init__(self) -> None:
        self.has_written = False
        """Whether the handler wrote to the store, or tried to."""
        self.state_read: EntityState | None = None
        """The state that the handler fetched before it wrote."""
        self.has_prefetched = False
        self._prefetched: object | None = None

    def observe(self, store: "Store") -> "Store":
        """The same store, whose requests are observed."""
        return store._with_transport(lambda inner: _ObservedTransport(inner, self))

    def prefetch(self, entity: object | None) -> None:
        """Keep what was just read for the first `take_prefetched`."""
        self._prefetched, self.has_prefetched = entity, True

    def take_prefetched(self) -> object | None:
        """What `prefetch` has kept, once: the next read is a new one."""
        entity, self._prefetched, self.has_prefetched = self._prefetched, None, False
        return entity

    def record_read(self, entity: object | None) -> None:
        """Remember the state that the handler fetched."""
        if not self.has_written:
            self.state_read = EntityState.of(entity)


class _ObservedTransport(Transport):
    """Passes requests on. Anything but a GET counts as a write."""

    def __init__(self, inner: Transport, writes: OwnWrites) -> None:
        self._inner = inner
        self._writes = writes

    def _observe(self, request: Request) -> None:
        self._writes.has_written |= request.method != "GET"

    async def send(self, request: Request) -> Response:
        self._observe(request)
        return await self._inner.send(request)

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        self._observe(request)
        return self._inner.stream(request)

    async def aclose(self) -> None:
        await self._inner.aclose()
