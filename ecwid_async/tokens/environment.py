"""Tokens in environment variables."""

import os

from ecwid_async.tokens.source import as_token
from ecwid_async.transport import Secret

__all__ = ["EnvironmentTokens"]


class EnvironmentTokens:
    """The token of a store in ``ECWID_TOKEN_<id>``, or else in ``ECWID_TOKEN`` if ``ECWID_STORE_ID`` is that store.

    The variables are read anew each time. A token that the API refuses stays there, because only you can replace it.
    """

    def __repr__(self) -> str:
        return "<EnvironmentTokens>"

    async def get(self, store_id: int) -> Secret | None:
        """The token of a store, or None. Raises `ConfigError` for an invalid one."""
        return self.find(store_id)

    def find(self, store_id: int) -> Secret | None:
        """The same as `get`, without an event loop."""
        token = os.environ.get(f"ECWID_TOKEN_{store_id}")
        if not token and os.environ.get("ECWID_STORE_ID", "").strip().lstrip("0") == str(store_id):
            token = os.environ.get("ECWID_TOKEN")
        token = Secret(token or "")
        return as_token(token, store_id) if token else None

    async def invalidate(self, store_id: int, token: str) -> None:
        """Does nothing."""
