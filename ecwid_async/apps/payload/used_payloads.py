"""Which payloads were used already, for apps that accept each one once."""

from collections import OrderedDict
from typing import Final, Protocol

__all__ = ["MemoryUsedPayloads", "UsedPayloads"]

_MAX_REMEMBERED: Final = 100_000


class UsedPayloads(Protocol):
    """Remembers payloads by a hash. Several processes need one that they share, such as a table with a unique key."""

    async def add(self, payload_hash: str) -> bool:
        """Remember a payload. Returns False if it was remembered already; two calls at once must not both be True."""


class MemoryUsedPayloads:
    """Remembers the latest 100,000 payloads of this process, until it ends."""

    def __init__(self, *, limit: int = _MAX_REMEMBERED) -> None:
        self._hashes: OrderedDict[str, None] = OrderedDict()
        self._limit = limit

    async def add(self, payload_hash: str) -> bool:
        """Remember a payload. Returns False if it was remembered already."""
        if payload_hash in self._hashes:
            return False
        self._hashes[payload_hash] = None
        if len(self._hashes) > self._limit:
            self._hashes.popitem(last=False)
        return True
