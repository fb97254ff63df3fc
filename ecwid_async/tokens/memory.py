"""Tokens in the memory of this process."""

from collections.abc import AsyncIterator, Mapping

from ecwid_async.tokens.source import as_token, check_store_id
from ecwid_async.transport import Secret

__all__ = ["MemoryTokens"]


class MemoryTokens:
    """Tokens by store id, in the memory of this process.

    Raises `ConfigError` for an invalid id or token.
    """

    def __init__(self, tokens: Mapping[int, str] | None = None) -> None:
        self._tokens = {check_store_id(store): as_token(token, store) for store, token in (tokens or {}).items()}

    def __repr__(self) -> str:
        return f"<MemoryTokens of {len(self._tokens)} stores>"

    async def get(self, store_id: int) -> Secret | None:
        """The token of a store, or None."""
        return self._tokens.get(store_id)

    async def put(self, store_id: int, token: str) -> None:
        """Store a token, in place of an earlier one. Raises `ConfigError` if the id or the token is invalid."""
        token = Secret(token)
        self._tokens[check_store_id(store_id)] = as_token(token, store_id)

    async def delete(self, store_id: int) -> bool:
        """Delete the token of a store. Returns whether there was one."""
        return self._tokens.pop(store_id, None) is not None

    async def delete_invalid(self, store_id: int) -> bool:
        """Return False: a token that the API has refused is deleted at once, not marked as invalid."""
        return False

    async def invalidate(self, store_id: int, token: str) -> None:
        """Delete the token of a store if it is still this one."""
        if self._tokens.get(store_id) == token:
            del self._tokens[store_id]

    async def store_ids(self) -> AsyncIterator[int]:
        """The ids of all stores that have a token, in ascending order."""
        for store_id in sorted(self._tokens):
            yield store_id
