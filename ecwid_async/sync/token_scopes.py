"""The scopes of a token, which decide whether a 404 is certain to be a deletion."""

import asyncio
from typing import Final

from ecwid_async.client import Store
from ecwid_async.errors import MissingScope, NotFound, PaymentRequired, StoreSuspended

__all__ = ["TokenScopes"]

# Seconds for which scopes are not read again. An app's scopes change when it is installed anew, mostly with another
# token.
_VALID: Final = 3600


class TokenScopes:
    """The scopes of a store's token, read when they are needed."""

    def __init__(self, store: Store) -> None:
        self._secrets = store._channel.secrets
        self._scopes: frozenset[str] | None = None
        self._read_at: float | None = None
        self._lock = asyncio.Lock()

    def belongs_to(self, store: Store) -> bool:
        """Return whether these are the scopes of the store's token."""
        return store._channel.secrets == self._secrets

    async def read(self, store: Store, *, now: float) -> frozenset[str] | None:
        """Return the scopes, None if they can't be known. Raises what a call raises."""
        async with self._lock:
            return await self._read(store, now=now)

    async def _read(self, store: Store, *, now: float) -> frozenset[str] | None:
        if self._read_at is None or not 0 <= now - self._read_at < _VALID:
            try:
                permissions = (await store.application.token().without_cache()).permissions
            except StoreSuspended:
                raise
            except (MissingScope, NotFound, PaymentRequired):
                permissions = None
            self._scopes = None if permissions is None else frozenset(permissions)
            self._read_at = now
        return self._scopes
